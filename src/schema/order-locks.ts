// Order locks as a whole: the list of them, and the release that the orchestrator gives.
import type { OrderLock, RehomeDecision } from '../domain/order-locks.ts';
import type { Connection, Edge } from '../resolvers/connection.ts';
import { nodesOf } from '../resolvers/connection.ts';
import { InvalidInputError } from '../resolvers/errors.ts';
import type { ReleasedOrders } from '../resolvers/order-locks.ts';
import { orderLocks, planOf, releaseOrders } from '../resolvers/order-locks.ts';
import { builder } from './builder.ts';
import { SpinUpOutcomeEnum } from './enums.ts';
import { PageInfoType } from './node.ts';
import { OrderLockEntryType, OrderLockType } from './plan/order-lock.ts';
import { Plan } from './plan/plan.ts';

const GONE = 'The plan; null when it was deleted.';

builder.objectField(OrderLockEntryType, 'plan', (t) =>
  t.field({ type: Plan, nullable: true, description: GONE, resolve: planOf }),
);

const OrderLockEdge = builder.objectRef<Edge<OrderLock>>('OrderLockEdge').implement({
  description: 'An order lock within a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Position of the lock, to be given as `after`.' }),
    node: t.expose('node', { type: OrderLockType, description: 'The lock.' }),
  }),
});

const OrderLockConnection = builder.objectRef<Connection<OrderLock>>('OrderLockConnection').implement({
  description: 'A page of order locks.',
  fields: (t) => ({
    edges: t.field({
      type: [OrderLockEdge],
      description: 'The locks with their cursors.',
      resolve: (page) => [...page.edges],
    }),
    nodes: t.field({ type: [OrderLockType], description: 'The locks alone.', resolve: nodesOf }),
    pageInfo: t.expose('pageInfo', { type: PageInfoType, description: 'Where this page stands.' }),
  }),
});

const RehomeDecisionType = builder.objectRef<RehomeDecision>('RehomeDecision').implement({
  description: 'What a release means for a plan that waited.',
  fields: (t) => ({
    planId: t.exposeID('planId', { description: 'UUID of the plan.' }),
    plan: t.field({ type: Plan, nullable: true, description: GONE, resolve: planOf }),
    shouldRehome: t.exposeBoolean('shouldRehome', {
      description: 'Whether it starts anew now; if not, it waits for another resource still.',
    }),
  }),
});

const SpinUpInput = builder.inputType('SpinUpInput', {
  description: 'A spin-up that has ended.',
  fields: (t) => ({
    serviceResourceId: t.string({ required: true, description: 'Service resource id of the order that was built.' }),
    status: t.field({ type: SpinUpOutcomeEnum, required: true, description: 'How it ended.' }),
  }),
});

const ReleaseOrdersSuccess = builder.objectRef<ReleasedOrders>('ReleaseOrdersSuccess').implement({
  description: 'The orders are released. Plans that waited for a failed spin-up have ended in `ERROR`.',
  fields: (t) => ({
    decisions: t.field({
      type: [RehomeDecisionType],
      description: 'Each plan that waited for something completed; empty when none did.',
      resolve: ({ decisions }) => [...decisions],
    }),
  }),
});

builder.queryField('orderLocks', (t) =>
  t.field({
    type: OrderLockConnection,
    description: 'Every resource that was ever locked, with its newest state, page by page.',
    args: {
      first: t.arg.int({ required: true, defaultValue: 50, description: 'Locks in the page, from 1 to 100.' }),
      after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
    },
    resolve: orderLocks,
  }),
);

builder.mutationField('releaseOrders', (t) =>
  t.field({
    type: ReleaseOrdersSuccess,
    description:
      'Tells that spin-ups have ended, and wakes the plans that waited for them. Needs credentials. Repeating it does no harm.',
    args: { releases: t.arg({ type: [SpinUpInput], required: true, description: 'The spin-ups, at most 1000.' }) },
    errors: {
      types: [InvalidInputError],
      directResult: true,
      union: { name: 'ReleaseOrdersResult', description: 'The release, or why nothing was released.' },
    },
    resolve: releaseOrders,
  }),
);
