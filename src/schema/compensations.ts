// Reservations that nobody owns any more: what the queue that releases them has to do.
import type { Compensation } from '../domain/compensation.ts';
import { compensations, endCompensation } from '../resolvers/compensations.ts';
import { builder } from './builder.ts';
import { CompensationStateEnum } from './enums.ts';

export const CompensationType = builder.objectRef<Compensation>('Compensation').implement({
  description: 'A reservation that is to be released. It outlives its plan.',
  fields: (t) => ({
    planId: t.exposeID('planId', { description: 'Plan for which it was made; it may be deleted.' }),
    step: t.string({ description: 'Step of the plan, unique within it.', resolve: ({ step }) => step.step }),
    entityId: t.string({
      description: 'Id under which the controller knows the reservation.',
      resolve: ({ step }) => step.entityId,
    }),
    controller: t.string({ description: 'Which controller.', resolve: ({ step }) => step.controller }),
    demand: t.string({ description: 'Demand that it was for.', resolve: ({ step }) => step.demand }),
    candidateId: t.id({ description: 'Candidate whose capacity is held.', resolve: ({ step }) => step.candidateId }),
    state: t.expose('state', { type: CompensationStateEnum, description: 'Why it is here.' }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when it is in this state.' }),
    attempts: t.exposeInt('attempts', { description: 'Releases that failed.' }),
    nextAttempt: t.field({
      type: 'DateTime',
      description: 'When somebody looks after it next.',
      resolve: ({ due }) => due,
    }),
    lastMessage: t.string({
      nullable: true,
      description: 'What the controller said to the last release; null before.',
      resolve: ({ message }) => message || null,
    }),
  }),
});

builder.queryFields((t) => ({
  compensations: t.field({
    type: [CompensationType],
    description:
      'Reservations held for nobody: releases that keep failing, oldest first. They are tried again until they succeed.',
    args: { first: t.arg.int({ defaultValue: 100, description: 'So many at the most, up to 1000.' }) },
    resolve: async (root, args, ctx) => [...(await compensations(root, { first: args.first ?? 100 }, ctx))],
  }),
}));

builder.mutationFields((t) => ({
  endCompensation: t.boolean({
    description:
      'Gives up a release that was settled at the controller by hand; false when there is none. Needs credentials.',
    args: {
      planId: t.arg.id({ required: true, description: 'UUID of the plan.' }),
      step: t.arg.string({ required: true, description: 'Step of the plan.' }),
    },
    resolve: endCompensation,
  }),
}));
