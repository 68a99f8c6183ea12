// A locked resource, and the plans that have to do with it.
import type { LockEntry, OrderLock } from '../../domain/order-locks.ts';
import { builder } from '../builder.ts';
import { OrderLockOutcomeEnum, OrderLockStatusEnum } from '../enums.ts';

export const OrderLockEntryType = builder.objectRef<LockEntry>('OrderLockEntry').implement({
  description: 'One plan in an order lock.',
  fields: (t) => ({
    planId: t.exposeID('planId', { description: 'UUID of the plan.' }),
    status: t.expose('status', {
      type: OrderLockStatusEnum,
      description: 'What the plan has to do with the resource.',
    }),
    created: t.expose('created', { type: 'DateTime', description: 'When the plan took its place.' }),
    updated: t.expose('updated', { type: 'DateTime', description: 'When the status changed last.' }),
    serviceResourceId: t.exposeString('serviceResourceId', {
      description: 'Service resource id of the demand; under that of the plan which builds the orchestrator releases.',
    }),
    dependencies: t.stringList({
      description: "Conflict ids of the plan's other resources.",
      resolve: (entry) => [...entry.dependencies],
    }),
  }),
});

export const OrderLockType = builder.objectRef<OrderLock>('OrderLock').implement({
  description:
    'A new cloud resource that two orders must not build at once. One plan builds it, others wait until the orchestrator says that it is there.',
  fields: (t) => ({
    conflictId: t.exposeString('conflictId', {
      description: 'Names the resource: made of what `conflict_identifier` in the template lists.',
    }),
    open: t.boolean({ description: 'Whether it is being built now.', resolve: ({ release }) => release === null }),
    outcome: t.field({
      type: OrderLockOutcomeEnum,
      nullable: true,
      description: 'How the building ended; null while it goes on.',
      resolve: ({ release }) => release?.outcome ?? null,
    }),
    releasedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the building ended; null while it goes on.',
      resolve: ({ release }) => release?.at ?? null,
    }),
    entries: t.field({
      type: [OrderLockEntryType],
      description: 'The plans, the one that builds first.',
      resolve: ({ entries }) => [...entries],
    }),
  }),
});
