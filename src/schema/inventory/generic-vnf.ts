// Virtual network functions and the ways from them.
import type { GenericVnf } from '../../domain/inventory.ts';
import * as resolvers from '../../resolvers/inventory.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { CloudRegionType } from './cloud-region.ts';
import { CustomerType } from './customer.ts';
import { ServiceInstanceType } from './service-instance.ts';
import { VserverType } from './vserver.ts';

export const GenericVnfType = builder.objectRef<GenericVnf>('GenericVnf').implement({
  description: 'A running virtual network function.',
  interfaces: [Node],
  fields: (t) => ({
    vnfId: t.exposeString('vnfId', { description: 'Its key in A&AI.' }),
    vnfName: t.exposeString('vnfName', {
      nullable: true,
      description: 'Its name, which candidates carry as `host_id`.',
    }),
    vnfType: t.exposeString('vnfType', { nullable: true, description: 'Type of the function.' }),
    equipmentRole: t.exposeString('equipmentRole', {
      nullable: true,
      description: 'Role of the equipment; demands filter by it.',
    }),
    nfType: t.exposeString('nfType', { nullable: true, description: 'Type in the naming of the service designer.' }),
    nfRole: t.exposeString('nfRole', { nullable: true, description: 'Role in the naming of the service designer.' }),
    nfFunction: t.exposeString('nfFunction', {
      nullable: true,
      description: 'Function in the naming of the service designer.',
    }),
    provStatus: t.exposeString('provStatus', { nullable: true, description: 'Provisioning status.' }),
    operationalStatus: t.exposeString('operationalStatus', { nullable: true, description: 'Operational status.' }),
    orchestrationStatus: t.exposeString('orchestrationStatus', {
      nullable: true,
      description: 'Orchestration status.',
    }),
    inMaint: t.exposeBoolean('inMaint', { nullable: true, description: 'Whether it is under maintenance.' }),
    ipv4OamAddress: t.exposeString('ipv4OamAddress', { nullable: true, description: 'Management address.' }),
    modelInvariantId: t.exposeString('modelInvariantId', { nullable: true, description: 'Invariant id of its model.' }),
    modelVersionId: t.exposeString('modelVersionId', { nullable: true, description: 'Version id of its model.' }),
    modelCustomizationId: t.exposeString('modelCustomizationId', {
      nullable: true,
      description: 'Customization id of its model.',
    }),
    vcpu: t.exposeFloat('vcpu', { nullable: true, description: 'Virtual CPUs.' }),
    vmemory: t.exposeFloat('vmemory', { nullable: true, description: 'Memory, in the unit of the inventory.' }),
    vdisk: t.exposeFloat('vdisk', { nullable: true, description: 'Disk, in the unit of the inventory.' }),
  }),
});

builder.objectFields(GenericVnfType, (t) => ({
  cloudRegion: t.field({
    type: CloudRegionType,
    nullable: true,
    description: 'The cloud region that it runs in.',
    resolve: resolvers.regionOf,
  }),
  vservers: t.field({
    type: [VserverType],
    nullable: { list: false, items: true },
    description: 'The virtual machines that it runs on; an entry is null where the inventory has none behind the link.',
    resolve: resolvers.vserversOf,
  }),
  serviceInstances: t.field({
    type: [ServiceInstanceType],
    nullable: { list: false, items: true },
    description: 'The service instances that use it.',
    resolve: resolvers.serviceInstancesOf,
  }),
  customer: t.field({
    type: CustomerType,
    nullable: true,
    description: 'The customer that it serves.',
    resolve: resolvers.customerOf,
  }),
}));

builder.objectField(ServiceInstanceType, 'vnfs', (t) =>
  t.field({
    type: [GenericVnfType],
    nullable: { list: false, items: true },
    description: 'Its virtual network functions; an entry is null where the inventory has none of that id.',
    resolve: resolvers.vnfsOf,
  }),
);
