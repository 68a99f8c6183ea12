// What the subscriptions deliver.
import type { PlanChange } from '../../domain/ports.ts';
import { changeTypeOf } from '../../resolvers/subscription.ts';
import { builder } from '../builder.ts';
import { GapReasonEnum } from '../enums.ts';
import { PlanEventType } from './history.ts';
import { Plan } from './plan.ts';

type Change<K extends PlanChange['kind']> = Extract<PlanChange, { kind: K }>;

export const PlanChangeInterface = builder.interfaceRef<PlanChange>('PlanChange').implement({
  description: 'One item of a subscription to plans.',
  resolveType: changeTypeOf,
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        'Give it as `after` to go on behind this item: nothing is lost and nothing comes twice, or a `Gap` says so.',
    }),
  }),
});

builder.objectRef<Change<'event'>>('PlanUpdated').implement({
  description: 'A plan was created or changed its status.',
  interfaces: [PlanChangeInterface],
  fields: (t) => ({
    plan: t.expose('plan', { type: Plan, description: 'The plan as it is, at least as new as the event.' }),
    event: t.expose('event', { type: PlanEventType, description: 'What happened.' }),
  }),
});

builder.objectRef<Change<'deleted'>>('PlanDeleted').implement({
  description: 'A plan was deleted. It is the last item about that plan.',
  interfaces: [PlanChangeInterface],
  fields: (t) => ({
    planId: t.exposeID('planId', { description: 'Id that the plan had.' }),
  }),
});

builder.objectRef<Change<'gap'>>('Gap').implement({
  description:
    'Changes between the last item and now are not told one by one. What follows shows the plan as it is, or each plan that has changed since (after `STORE_CHANGED` every plan); deletions in between may be missing.',
  interfaces: [PlanChangeInterface],
  fields: (t) => ({
    reason: t.expose('reason', { type: GapReasonEnum, description: 'Why they are lost.' }),
  }),
});
