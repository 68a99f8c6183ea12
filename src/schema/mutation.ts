// Changing things. What a caller must handle is a member of the result union; anything else is a top-level error.
import { TemplateInvalidError } from '../domain/errors.ts';
import {
  IdempotencyConflictError,
  InvalidInputError,
  PayloadTooLargeError,
  PlanNotFoundError,
  PlanNotStoppableError,
} from '../resolvers/errors.ts';
import { refreshInventory } from '../resolvers/inventory.ts';
import type { CreatePlanOutcome, DeletedPlan, StoppedPlan } from '../resolvers/plans.ts';
import { createPlan, deletePlan, stopPlan } from '../resolvers/plans.ts';
import { builder } from './builder.ts';
import { CreatePlanInput } from './inputs.ts';
import { InventoryStatus } from './inventory/state.ts';
import { Plan } from './plan/plan.ts';

const CreatePlanSuccess = builder.objectRef<CreatePlanOutcome>('CreatePlanSuccess').implement({
  description: 'The plan was accepted; its stages follow by themselves. Watch it with `planChanged`.',
  fields: (t) => ({
    plan: t.expose('plan', { type: Plan, description: 'The plan as it was accepted.' }),
    replayed: t.exposeBoolean('replayed', {
      description: 'Whether an earlier call with the same idempotency key had already made this plan.',
    }),
  }),
});

const DeletePlanSuccess = builder.objectRef<DeletedPlan>('DeletePlanSuccess').implement({
  description: 'The plan is gone with its documents and its history. Work on it stops.',
  fields: (t) => ({
    planId: t.exposeID('planId', { description: 'Id that the plan had.' }),
  }),
});

const StopPlanSuccess = builder.objectRef<StoppedPlan>('StopPlanSuccess').implement({
  description:
    'The search ends with the best that it has found, now or as soon as it begins. Watch the plan for its answer.',
  fields: (t) => ({
    plan: t.expose('plan', { type: Plan, description: 'The plan as it was when it was asked to stop.' }),
  }),
});

builder.mutationType({ description: 'Changing things.' });

builder.mutationFields((t) => ({
  createPlan: t.field({
    type: CreatePlanSuccess,
    description:
      'Asks for a placement. Rules of the template that only translation can check end in the status `ERROR`; use `validateTemplate` to find them beforehand.',
    args: {
      input: t.arg({ type: CreatePlanInput, required: true, description: 'The new plan.' }),
    },
    errors: {
      types: [TemplateInvalidError, IdempotencyConflictError, InvalidInputError, PayloadTooLargeError],
      directResult: true,
      union: { name: 'CreatePlanResult', description: 'The plan, or why there is none.' },
    },
    resolve: createPlan,
  }),
  deletePlan: t.field({
    type: DeletePlanSuccess,
    description:
      'Deletes a plan in any status. What a plan that is done has reserved stays reserved; what one in reservation holds is released later.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the plan.' }) },
    errors: {
      types: [PlanNotFoundError],
      directResult: true,
      union: { name: 'DeletePlanResult', description: 'The deletion, or why nothing was deleted.' },
    },
    resolve: deletePlan,
  }),
  stopPlan: t.field({
    type: StopPlanSuccess,
    description:
      'Ends the search of a plan, in whatever process it runs. The best placement found is kept and goes on as the answer; its diagnosis says `STOPPED`. When nothing was found yet the plan ends `NOT_FOUND`.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the plan.' }) },
    errors: {
      types: [PlanNotFoundError, PlanNotStoppableError],
      directResult: true,
      union: { name: 'StopPlanResult', description: 'That it was asked to stop, or why there is nothing to stop.' },
    },
    resolve: stopPlan,
  }),
  refreshInventory: t.field({
    type: InventoryStatus,
    description: 'Reads the cached part of the inventory anew and answers when that is done.',
    resolve: refreshInventory,
  }),
}));
