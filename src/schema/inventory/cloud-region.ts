// Cloud regions and the way to their site.
import type { CloudRegion } from '../../domain/inventory.ts';
import * as resolvers from '../../resolvers/inventory.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { ComplexType } from './complex.ts';

export const CloudRegionType = builder.objectRef<CloudRegion>('CloudRegion').implement({
  description: 'A cloud region: one instance of an infrastructure manager, identified by its owner and id together.',
  interfaces: [Node],
  fields: (t) => ({
    cloudOwner: t.exposeString('cloudOwner', { description: 'Owner; first half of its key in A&AI.' }),
    cloudRegionId: t.exposeString('cloudRegionId', { description: 'Id; second half of its key in A&AI.' }),
    cloudRegionVersion: t.exposeString('cloudRegionVersion', {
      nullable: true,
      description: 'Software version, as far as the inventory keeps it.',
    }),
    cloudType: t.exposeString('cloudType', { nullable: true, description: 'Kind of cloud, for example `openstack`.' }),
    cloudZone: t.exposeString('cloudZone', { nullable: true, description: 'Zone that the owner assigns.' }),
    ownerDefinedType: t.exposeString('ownerDefinedType', {
      nullable: true,
      description: 'Kind of region in the words of its owner.',
    }),
    complexName: t.exposeString('complexName', {
      nullable: true,
      description: 'Site name noted in the region itself; less reliable than `complex`.',
    }),
    status: t.exposeString('status', { nullable: true, description: 'Status that its operator gave it.' }),
    sriovAutomation: t.exposeString('sriovAutomation', { nullable: true, description: 'Whether SR-IOV is automated.' }),
    inMaint: t.exposeBoolean('inMaint', { nullable: true, description: 'Whether it is under maintenance.' }),
    orchestrationDisabled: t.exposeBoolean('orchestrationDisabled', {
      nullable: true,
      description: 'Whether orchestration is switched off.',
    }),
    physicalLocationId: t.exposeString('physicalLocationId', {
      nullable: true,
      description: 'Id of its complex; null when the inventory names none or several.',
    }),
    availabilityZones: t.stringList({
      description: 'Names of its availability zones.',
      resolve: (region) => [...region.availabilityZones],
    }),
  }),
});

builder.objectFields(CloudRegionType, (t) => ({
  complex: t.field({
    type: ComplexType,
    nullable: true,
    description: 'The complex that it stands in.',
    resolve: resolvers.complexOf,
  }),
}));
