// The plan: its small facts, and fields that lead to its documents.
import type { PlanRecord } from '../../domain/plan.ts';
import { diagnosis } from '../../resolvers/diagnosis.ts';
import * as resolvers from '../../resolvers/plan-fields.ts';
import { builder } from '../builder.ts';
import { PlanStatusEnum, PriorityEnum } from '../enums.ts';
import { Node } from '../node.ts';
import { PlanDemandType } from './demand.ts';
import { DiagnosisType } from './diagnosis.ts';
import { PlanEventType, StageProgressType } from './history.ts';
import { OrderLockType } from './order-lock.ts';
import { SearchProgressType } from './progress.ts';
import { RecommendationType } from './recommendation.ts';
import { ReservationStepType } from './reservation.ts';
import { PlanTriageType } from './triage.ts';

export const Plan = builder.objectRef<PlanRecord>('Plan').implement({
  description:
    'A request for a placement, from its template to its recommendations. `id` is the UUID that REST uses too.',
  interfaces: [Node],
});

builder.objectFields(Plan, (t) => ({
  name: t.string({ description: 'Name given by the creator; need not be unique.', resolve: ({ head }) => head.name }),
  status: t.field({
    type: PlanStatusEnum,
    description: 'Where the plan is in its life.',
    resolve: ({ head }) => head.status,
  }),
  message: t.string({
    nullable: true,
    description: 'What there is to say about the status, above all the cause of an error; null when nothing.',
    resolve: ({ head }) => head.message || null,
  }),
  created: t.field({
    type: 'DateTime',
    description: 'When the plan was accepted.',
    resolve: ({ head }) => head.created,
  }),
  updated: t.field({
    type: 'DateTime',
    description: 'When the status changed last.',
    resolve: ({ head }) => head.updated,
  }),
  timeout: t.int({
    description: 'Seconds after which the creator loses interest; informative.',
    resolve: ({ head }) => head.timeout,
  }),
  numSolution: t.string({
    description: 'How many recommendations were asked for: a number, or `all`.',
    resolve: ({ head }) => head.recommendMax,
  }),
  timeLimit: t.int({
    nullable: true,
    description: 'Seconds that the creator gives the search; null: as configured.',
    resolve: ({ head }) => head.timeLimit ?? null,
  }),
  gapLimit: t.float({
    nullable: true,
    description:
      'How far from the best is good enough for the creator, as a part of the objective; null: the best is wanted.',
    resolve: ({ head }) => head.gapLimit ?? null,
  }),
  priority: t.field({
    type: PriorityEnum,
    description: 'The class in which the plan waits for workers.',
    resolve: ({ head }) => head.priority ?? 'normal',
  }),
  createdBy: t.string({ description: 'Who created the plan.', resolve: ({ head }) => head.createdBy }),
  requestId: t.string({
    description: 'Transaction id of the creating request; it is on every upstream call and log line of the plan.',
    resolve: ({ head }) => head.requestId,
  }),
  restPath: t.string({ description: 'Path of the plan in the REST API.', resolve: resolvers.restPath }),
  cursor: t.string({
    description:
      'Cursor of the newest change that is shown here: `planChanged(id, after)` goes on from it without loss or repetition.',
    resolve: resolvers.cursor,
  }),
}));

builder.objectFields(Plan, (t) => ({
  stages: t.field({
    type: [StageProgressType],
    description: 'Who worked on the plan and how often, for each stage in order.',
    resolve: resolvers.stages,
  }),
  events: t.field({
    type: [PlanEventType],
    description: 'History of the plan, oldest first, up to the state shown here.',
    args: {
      afterSeq: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'Leave out events up to and with this sequence number.',
      }),
    },
    resolve: resolvers.events,
  }),
  template: t.field({
    type: 'JSON',
    description: 'The homing template as it was sent, parsed.',
    resolve: resolvers.template,
  }),
  files: t.field({
    type: 'JSON',
    description: 'Files that came with the template, by name.',
    resolve: resolvers.files,
  }),
  demands: t.field({
    type: [PlanDemandType],
    nullable: true,
    description: 'The demands with the candidates found for them; null until the template is translated.',
    resolve: resolvers.demands,
  }),
  inventoryDigest: t.string({
    nullable: true,
    description:
      'Digest of all candidates: two plans with the same digest saw the same inventory. Null until translated.',
    resolve: resolvers.inventoryDigest,
  }),
  recommendations: t.field({
    type: [RecommendationType],
    nullable: true,
    description: 'The placements found, best first; null until the solver has ended, empty when nothing fits.',
    resolve: resolvers.recommendations,
  }),
  progress: t.field({
    type: SearchProgressType,
    nullable: true,
    description: 'How far the search is; null when none goes on, and for the first moments of one.',
    resolve: resolvers.progress,
  }),
  diagnosis: t.field({
    type: DiagnosisType,
    nullable: true,
    description: 'What became of the candidates: which constraint removed how many. Null until the solver has ended.',
    resolve: diagnosis,
  }),
  triage: t.field({
    type: PlanTriageType,
    nullable: true,
    description:
      'Which candidates were dropped, where, and by what; also of a plan whose translation found no candidate. Null until translated.',
    resolve: resolvers.triage,
  }),
  orderLocks: t.field({
    type: [OrderLockType],
    description: 'New cloud resources that the plan builds, has built, or waits for; empty when there are none.',
    resolve: resolvers.orderLocksOf,
  }),
  reservations: t.field({
    type: [ReservationStepType],
    description: 'Steps of the reservation, in the order in which they are made; empty when nothing is to be reserved.',
    resolve: resolvers.reservations,
  }),
}));
