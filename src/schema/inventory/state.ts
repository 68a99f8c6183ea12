// Facts about the inventory as a whole, and about capacity.

import type { CapacityInfo } from '../../domain/controller-ports.ts';
import type { InventoryFreshness } from '../../domain/inventory.ts';
import { builder } from '../builder.ts';

export const InventoryStatus = builder.objectRef<InventoryFreshness>('InventoryStatus').implement({
  description: 'How fresh the cached part of the inventory is: cloud regions and complexes.',
  fields: (t) => ({
    cloudRegions: t.exposeInt('cloudRegions', { description: 'Cloud regions known.' }),
    complexes: t.exposeInt('complexes', { description: 'Complexes known.' }),
    refreshedAt: t.expose('refreshedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was read last with success; null before the first time.',
    }),
    stale: t.exposeBoolean('stale', { description: 'Whether the last read failed and the last good data is served.' }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why the last read failed; null when it did not.',
    }),
  }),
});

const CapacityResource = builder.objectRef<CapacityInfo['resources'][number]>('CapacityResource').implement({
  description: 'One resource of a service controller.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the resource.' }),
    endpointPosition: t.exposeString('endpointPosition', {
      nullable: true,
      description: 'End of the connection it belongs to.',
    }),
    status: t.exposeString('status', { nullable: true, description: 'State in the words of the controller.' }),
    limit: t.exposeFloat('limit', { nullable: true, description: 'All there is.' }),
    used: t.exposeFloat('used', { nullable: true, description: 'What is taken.' }),
    available: t.exposeFloat('available', { nullable: true, description: 'What is free.' }),
  }),
});

export const ServiceCapacity = builder.objectRef<CapacityInfo>('ServiceCapacity').implement({
  description: 'Free and used capacity as a service controller reports it.',
  fields: (t) => ({
    ok: t.exposeBoolean('ok', { description: 'Whether the controller could answer.' }),
    code: t.exposeString('code', { description: 'Response code of the controller.' }),
    message: t.exposeString('message', { description: 'What the controller said.' }),
    resources: t.field({
      type: [CapacityResource],
      description: 'Resource by resource.',
      resolve: (capacity) => [...capacity.resources],
    }),
  }),
});
