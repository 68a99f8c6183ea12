// Reading inventory directly, without a plan.
import * as resolvers from '../resolvers/inventory.ts';
import { builder } from './builder.ts';
import { CloudRegionConnection, ComplexConnection } from './connections.ts';
import { ServiceCapacityInput } from './inputs.ts';
import { CloudRegionType } from './inventory/cloud-region.ts';
import { ComplexType } from './inventory/complex.ts';
import { CustomerType } from './inventory/customer.ts';
import { GenericVnfType } from './inventory/generic-vnf.ts';
import { ServiceInstanceType } from './inventory/service-instance.ts';
import { InventoryStatus, ServiceCapacity } from './inventory/state.ts';

builder.queryFields((t) => ({
  complex: t.field({
    type: ComplexType,
    nullable: true,
    description: 'The complex with this key; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'Its `physicalLocationId`.' }) },
    resolve: resolvers.complexById,
  }),
  complexes: t.field({
    type: ComplexConnection,
    description: 'The known complexes by their key, page by page.',
    args: {
      first: t.arg.int({ required: true, defaultValue: 50, description: 'Complexes in the page, from 1 to 100.' }),
      after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
    },
    resolve: resolvers.complexes,
  }),
  cloudRegion: t.field({
    type: CloudRegionType,
    nullable: true,
    description: 'The cloud region with this key; null when there is none.',
    args: {
      cloudOwner: t.arg.string({ required: true, description: 'First half of the key.' }),
      cloudRegionId: t.arg.string({ required: true, description: 'Second half of the key.' }),
    },
    resolve: resolvers.cloudRegionByKey,
  }),
  cloudRegions: t.field({
    type: CloudRegionConnection,
    description: 'The known cloud regions by owner and id, page by page.',
    args: {
      cloudOwner: t.arg.string({ description: 'Only regions of this owner.' }),
      first: t.arg.int({ required: true, defaultValue: 50, description: 'Cloud regions in the page, from 1 to 100.' }),
      after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
    },
    resolve: resolvers.cloudRegions,
  }),
  genericVnf: t.field({
    type: GenericVnfType,
    nullable: true,
    description: 'The virtual network function with this key; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'Its `vnfId`.' }) },
    resolve: resolvers.genericVnfById,
  }),
  serviceInstance: t.field({
    type: ServiceInstanceType,
    nullable: true,
    description: 'The service instance with this key; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'Its `serviceInstanceId`.' }) },
    resolve: resolvers.serviceInstanceById,
  }),
  customer: t.field({
    type: CustomerType,
    nullable: true,
    description: 'The customer with this key; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'Its `globalCustomerId`.' }) },
    resolve: resolvers.customerById,
  }),
  inventoryStatus: t.field({
    type: InventoryStatus,
    description: 'How fresh the cached part of the inventory is.',
    resolve: resolvers.inventoryStatus,
  }),
  serviceCapacity: t.field({
    type: ServiceCapacity,
    description: 'Asks a service controller what is free for a candidate. Nothing is reserved.',
    args: {
      input: t.arg({ type: ServiceCapacityInput, required: true, description: 'What to ask about.' }),
    },
    resolve: resolvers.serviceCapacity,
  }),
}));
