// Live changes, over WebSocket and SSE.
import { deliver, subscribePlan, subscribePlans, subscribeProgress } from '../resolvers/subscription.ts';
import { builder } from './builder.ts';
import { PlanFilterInput } from './inputs.ts';
import { PlanChangeInterface } from './plan/changes.ts';
import { SearchProgressType } from './plan/progress.ts';

builder.subscriptionType({
  description: 'Live changes. Every change of a plan has a cursor with which a broken subscription goes on.',
});

builder.subscriptionFields((t) => ({
  planChanged: t.field({
    type: PlanChangeInterface,
    description:
      'Changes of one plan. Without `after` the newest event comes first, so that the present state is known at once.',
    args: {
      id: t.arg.id({ required: true, description: 'UUID of the plan.' }),
      after: t.arg.string({ description: 'Cursor of the last item that was received.' }),
    },
    subscribe: subscribePlan,
    resolve: deliver,
  }),
  searchProgress: t.field({
    type: SearchProgressType,
    description:
      "How far a plan's search is, the present state first; a subscriber that reads slowly gets the newest. Waits for a search that is to come, and ends with it.",
    args: { planId: t.arg.id({ required: true, description: 'UUID of the plan.' }) },
    subscribe: subscribeProgress,
    resolve: deliver,
  }),
  plansChanged: t.field({
    type: PlanChangeInterface,
    description: 'Changes of all plans, or of those that a filter names. Without `after` changes from now on.',
    args: {
      filter: t.arg({
        type: PlanFilterInput,
        description: 'Which plans; all when left out. A deletion is always told.',
      }),
      after: t.arg.string({
        description: 'Cursor of the last item that was received, or `feedCursor` of a page of `plans`.',
      }),
    },
    subscribe: subscribePlans,
    resolve: deliver,
  }),
}));
