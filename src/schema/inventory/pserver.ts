// Physical servers.
import type { Pserver } from '../../domain/inventory.ts';
import * as resolvers from '../../resolvers/inventory.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { ComplexType } from './complex.ts';

export const PserverType = builder.objectRef<Pserver>('Pserver').implement({
  description: 'A physical server.',
  interfaces: [Node],
  fields: (t) => ({
    hostname: t.exposeString('hostname', { description: 'Its key in A&AI.' }),
    equipType: t.exposeString('equipType', { nullable: true, description: 'Kind of equipment.' }),
    equipVendor: t.exposeString('equipVendor', { nullable: true, description: 'Vendor.' }),
    equipModel: t.exposeString('equipModel', { nullable: true, description: 'Model.' }),
    numberOfCpus: t.exposeFloat('numberOfCpus', { nullable: true, description: 'Processors.' }),
    ramInMegabytes: t.exposeFloat('ramInMegabytes', { nullable: true, description: 'Memory in megabytes.' }),
    diskInGigabytes: t.exposeFloat('diskInGigabytes', { nullable: true, description: 'Disk in gigabytes.' }),
    provStatus: t.exposeString('provStatus', { nullable: true, description: 'Provisioning status.' }),
    inMaint: t.exposeBoolean('inMaint', { nullable: true, description: 'Whether it is under maintenance.' }),
    purpose: t.exposeString('purpose', { nullable: true, description: 'What it is used for.' }),
    physicalLocationId: t.exposeString('physicalLocationId', { nullable: true, description: 'Id of its complex.' }),
  }),
});

builder.objectFields(PserverType, (t) => ({
  complex: t.field({
    type: ComplexType,
    nullable: true,
    description: 'The complex that it stands in.',
    resolve: resolvers.complexOf,
  }),
}));
