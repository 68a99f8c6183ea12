// Service instances and the ways from them; the way to their VNFs is in generic-vnf.ts, which already looks here.
import type { ServiceInstance } from '../../domain/inventory.ts';
import * as resolvers from '../../resolvers/inventory.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';
import { CustomerType } from './customer.ts';

export const ServiceInstanceType = builder.objectRef<ServiceInstance>('ServiceInstance').implement({
  description: 'A running service of a customer.',
  interfaces: [Node],
  fields: (t) => ({
    serviceInstanceId: t.exposeString('serviceInstanceId', { description: 'Its key in A&AI.' }),
    serviceInstanceName: t.exposeString('serviceInstanceName', { nullable: true, description: 'Name.' }),
    serviceType: t.exposeString('serviceType', { nullable: true, description: 'Type of the service.' }),
    serviceRole: t.exposeString('serviceRole', { nullable: true, description: 'Role of the service.' }),
    environmentContext: t.exposeString('environmentContext', {
      nullable: true,
      description: 'Environment that it belongs to.',
    }),
    workloadContext: t.exposeString('workloadContext', { nullable: true, description: 'Workload that it carries.' }),
    orchestrationStatus: t.exposeString('orchestrationStatus', {
      nullable: true,
      description: 'Orchestration status.',
    }),
    modelInvariantId: t.exposeString('modelInvariantId', { nullable: true, description: 'Invariant id of its model.' }),
    modelVersionId: t.exposeString('modelVersionId', { nullable: true, description: 'Version id of its model.' }),
    serviceSubscription: t.exposeString('serviceSubscription', {
      nullable: true,
      description: 'Subscription under which the customer has it.',
    }),
  }),
});

builder.objectFields(ServiceInstanceType, (t) => ({
  customer: t.field({
    type: CustomerType,
    nullable: true,
    description: 'The customer that has it.',
    resolve: resolvers.customerOf,
  }),
}));
