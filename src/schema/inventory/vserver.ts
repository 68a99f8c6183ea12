// Virtual machines: the hop from a network function to the servers that carry it.
import type { Vserver } from '../../domain/inventory.ts';
import * as resolvers from '../../resolvers/inventory.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { CloudRegionType } from './cloud-region.ts';
import { LInterfaceType } from './l-interface.ts';
import { PserverType } from './pserver.ts';

export const VserverType = builder.objectRef<Vserver>('Vserver').implement({
  description: 'A virtual machine.',
  interfaces: [Node],
  fields: (t) => ({
    link: t.exposeString('link', { description: 'Its path in A&AI without host and version.' }),
    vserverId: t.exposeString('vserverId', { description: 'Id within its tenant.' }),
    vserverName: t.exposeString('vserverName', { nullable: true, description: 'Name.' }),
    provStatus: t.exposeString('provStatus', { nullable: true, description: 'Provisioning status.' }),
    inMaint: t.exposeBoolean('inMaint', { nullable: true, description: 'Whether it is under maintenance.' }),
  }),
});

builder.objectFields(VserverType, (t) => ({
  interfaces: t.field({
    type: [LInterfaceType],
    description: 'Its network interfaces.',
    resolve: (vserver) => [...vserver.interfaces],
  }),
  cloudRegion: t.field({
    type: CloudRegionType,
    nullable: true,
    description: 'The cloud region that it runs in.',
    resolve: resolvers.regionOf,
  }),
  pservers: t.field({
    type: [PserverType],
    nullable: { list: false, items: true },
    description: 'The physical servers that carry it; an entry is null where the inventory has none of that name.',
    resolve: resolvers.pserversOf,
  }),
}));
