// Input objects.
import { builder } from './builder.ts';
import { PlanStatusEnum, PriorityEnum } from './enums.ts';

export const CreatePlanInput = builder.inputType('CreatePlanInput', {
  description: 'A new plan. Give the template in one of its two forms.',
  fields: (t) => ({
    name: t.string({ description: 'Any name; a UUID is made when left out.' }),
    template: t.field({ type: 'JSON', description: 'The homing template as a JSON object.' }),
    templateText: t.string({ description: 'The homing template as YAML 1.1 or JSON text.' }),
    files: t.field({ type: 'JSON', description: 'Contents for `get_file`, by name: a JSON object.' }),
    timeout: t.int({ description: 'Seconds after which you lose interest; informative.' }),
    timeLimit: t.int({
      description:
        'Seconds from 1 after which the search ends with the best found so far; never longer than the gateway is configured for.',
    }),
    gapLimit: t.float({
      description:
        'From 0 to below 1. The search ends with a placement that is proven to be no further from the best than this part of its objective: 0.05 is 5 %.',
    }),
    priority: t.field({
      type: PriorityEnum,
      description: 'Who is served first when more plans wait than there are workers; `NORMAL` when left out.',
    }),
    numSolution: t.string({ description: 'How many recommendations are wanted: a number from 1, or `all`.' }),
    idempotencyKey: t.string({
      description:
        'A text of your choice. Repeating the call with the same key and the same content gives the first plan again instead of a second one.',
    }),
  }),
});

export const PlanFilterInput = builder.inputType('PlanFilter', {
  description: 'Which plans; all given conditions must hold.',
  fields: (t) => ({
    statuses: t.field({ type: [PlanStatusEnum], description: 'Plans in one of these statuses.' }),
    name: t.string({ description: 'Plans of exactly this name.' }),
    createdBy: t.string({ description: 'Plans created by this user.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Plans created at this moment or later.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Plans created earlier than this moment.' }),
  }),
});

export const ServiceCapacityInput = builder.inputType('ServiceCapacityInput', {
  description: 'A question about capacity to a service controller.',
  fields: (t) => ({
    controller: t.string({ description: 'Which controller, in any case; `SDN-C` when left out.' }),
    serviceModel: t.string({ required: true, description: 'Service model, for example `ADIOD`.' }),
    request: t.field({
      type: 'JSON',
      required: true,
      description: 'What would be reserved: the `request` object of a reservation or capacity constraint.',
    }),
    candidateId: t.string({ required: true, description: 'Candidate to ask about.' }),
    hostId: t.string({ description: 'Its host, where the controller tells candidates apart by host.' }),
  }),
});
