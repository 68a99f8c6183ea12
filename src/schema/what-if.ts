// Asking what would be, on what is recorded with plans: nothing is written or reserved, and no other system asked.
import { TemplateInvalidError } from '../domain/errors.ts';
import { imaginedDiagnosis } from '../resolvers/diagnosis.ts';
import { InvalidInputError, PayloadTooLargeError, PlanNotFoundError } from '../resolvers/errors.ts';
import type { PlanDifference, ReplayOutcome, SolutionDifference, WhatIfOutcome } from '../resolvers/what-if.ts';
import { diffSolutions, replayPlan, whatIf } from '../resolvers/what-if.ts';
import { builder } from './builder.ts';
import { DiagnosisType } from './plan/diagnosis.ts';
import { Plan } from './plan/plan.ts';
import { RecommendationType } from './plan/recommendation.ts';

const CandidateOverlayInput = builder.inputType('CandidateOverlayInput', {
  description: 'What is different about the candidates of one demand.',
  fields: (t) => ({
    demand: t.string({ required: true, description: 'Name of the demand.' }),
    added: t.field({
      type: ['JSON'],
      description:
        'New candidates: objects with the fields that candidates have, at least `candidate_id`. What is left out is that of a plain cloud candidate of cost 0.',
    }),
    removed: t.idList({ description: 'Ids of recorded candidates that are not there.' }),
    changed: t.field({
      type: ['JSON'],
      description: 'Recorded candidates by `candidate_id`, with the fields that are different.',
    }),
  }),
});

const WhatIfChanges = builder.inputType('WhatIfChanges', {
  description: 'What is different.',
  fields: (t) => ({
    templatePatch: t.field({ type: 'JSON', description: 'JSON merge patch (RFC 7396) of the template.' }),
    inventory: t.field({ type: [CandidateOverlayInput], description: 'Candidates added, removed or changed.' }),
  }),
});

const MoveType = builder.objectRef<SolutionDifference['moves'][number]>('DemandMove').implement({
  description: 'A demand that has another candidate.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    from: t.exposeID('from', { nullable: true, description: 'Its candidate before; null for none.' }),
    to: t.exposeID('to', { nullable: true, description: 'Its candidate after; null for none.' }),
  }),
});

const SolutionDifferenceType = builder.objectRef<SolutionDifference>('SolutionDifference').implement({
  description: 'How the first recommendations of two answers differ.',
  fields: (t) => ({
    moves: t.field({
      type: [MoveType],
      description: 'Demands that moved.',
      resolve: ({ moves }) => [...moves],
    }),
    unmoved: t.exposeStringList('unmoved', { description: 'Demands that did not.' }),
    objectiveBefore: t.exposeFloat('objectiveBefore', { nullable: true, description: 'Objective before.' }),
    objectiveAfter: t.exposeFloat('objectiveAfter', { nullable: true, description: 'Objective after.' }),
    objectiveChange: t.exposeFloat('objectiveChange', {
      nullable: true,
      description: 'After minus before; null without one of the two.',
    }),
  }),
});

const WhatIfSuccess = builder.objectRef<WhatIfOutcome>('WhatIfSuccess').implement({
  description: 'What would come out.',
  fields: (t) => ({
    plan: t.expose('plan', { type: Plan, nullable: true, description: 'The plan that it started from.' }),
    template: t.expose('template', { type: 'JSON', description: 'The template as it was solved.' }),
    recommendations: t.field({
      type: [RecommendationType],
      description: 'Best first; empty when nothing fits.',
      resolve: ({ recommendations }) => [...recommendations],
    }),
    diagnosis: t.field({ type: DiagnosisType, description: 'Why.', resolve: imaginedDiagnosis }),
    difference: t.expose('difference', {
      type: SolutionDifferenceType,
      nullable: true,
      description: "Against the plan's own answer; null without a plan.",
    }),
  }),
});

const DiffSolutionsSuccess = builder.objectRef<PlanDifference>('DiffSolutionsSuccess').implement({
  description: 'How the answers of two plans differ.',
  fields: (t) => ({
    before: t.expose('before', { type: Plan, description: 'The first plan.' }),
    after: t.expose('after', { type: Plan, description: 'The second plan.' }),
    difference: t.field({
      type: SolutionDifferenceType,
      description: 'Their first recommendations compared.',
      resolve: (difference) => difference,
    }),
  }),
});

const ReplayPlanSuccess = builder.objectRef<ReplayOutcome>('ReplayPlanSuccess').implement({
  description: 'The plan, solved again.',
  fields: (t) => ({
    plan: t.expose('plan', { type: Plan, description: 'The plan.' }),
    same: t.exposeBoolean('same', {
      nullable: true,
      description:
        'Whether the recommendations are the same byte for byte; null when they are not and a time limit or a person had ended one of the two searches.',
    }),
    recommendations: t.field({
      type: [RecommendationType],
      description: 'What came out this time.',
      resolve: ({ recommendations }) => [...recommendations],
    }),
    diagnosis: t.field({ type: DiagnosisType, description: 'Why.', resolve: imaginedDiagnosis }),
    difference: t.expose('difference', {
      type: SolutionDifferenceType,
      description: 'What came out this time against the stored answer.',
    }),
  }),
});

builder.queryFields((t) => ({
  whatIf: t.field({
    type: WhatIfSuccess,
    description:
      'Solves with changes, on the inventory recorded with a plan and on the recorded answers of other systems. What nobody asked at the time is unknown, and does not count as fit.',
    args: {
      planId: t.arg.id({
        description: 'UUID of a plan that the solver has ended; without one, give a template and all candidates.',
      }),
      template: t.arg({ type: 'JSON', description: "A template in place of the plan's, as a JSON object." }),
      templateText: t.arg.string({ description: 'The same as YAML 1.1 or JSON text.' }),
      files: t.arg({ type: 'JSON', description: 'Contents for `get_file` of that template.' }),
      changes: t.arg({ type: WhatIfChanges, description: 'What is different.' }),
      numSolution: t.arg.string({ description: 'How many recommendations; as for the plan when left out.' }),
    },
    errors: {
      types: [TemplateInvalidError, InvalidInputError, PlanNotFoundError, PayloadTooLargeError],
      directResult: true,
      union: { name: 'WhatIfResult', description: 'What would come out, or why that cannot be told.' },
    },
    resolve: whatIf,
  }),
  diffSolutions: t.field({
    type: DiffSolutionsSuccess,
    description: 'Compares the answers of two plans.',
    args: {
      a: t.arg.id({ required: true, description: 'UUID of the first plan.' }),
      b: t.arg.id({ required: true, description: 'UUID of the second plan.' }),
    },
    errors: {
      types: [InvalidInputError, PlanNotFoundError],
      directResult: true,
      union: { name: 'DiffSolutionsResult', description: 'The difference, or why there is none to tell.' },
    },
    resolve: diffSolutions,
  }),
  replayPlan: t.field({
    type: ReplayPlanSuccess,
    description: 'Solves a plan again on its recorded inventory and tells whether the answer is the same.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the plan.' }) },
    errors: {
      types: [InvalidInputError, PlanNotFoundError],
      directResult: true,
      union: { name: 'ReplayPlanResult', description: 'The answer, or why there is none to compare.' },
    },
    resolve: replayPlan,
  }),
}));
