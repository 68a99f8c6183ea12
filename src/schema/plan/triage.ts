// Triage: which candidates were dropped, where, and by what.
import type { DemandTriage, PlanTriage, TriageDrop } from '../../domain/triage.ts';
import { triageDrops } from '../../resolvers/plan-fields.ts';
import { builder } from '../builder.ts';
import { TriageStageEnum } from '../enums.ts';

const TriageDropType = builder.objectRef<TriageDrop>('TriageDroppedCandidate').implement({
  description: 'A candidate that did not get through.',
  fields: (t) => ({
    candidateId: t.exposeID('candidateId', { description: 'Its id in the inventory.' }),
    locationId: t.exposeString('locationId', {
      nullable: true,
      description: 'Cloud region it belongs to, when known.',
    }),
    stage: t.expose('stage', { type: TriageStageEnum, description: 'Where it was dropped.' }),
    constraint: t.exposeString('constraint', {
      nullable: true,
      description: 'Name of the constraint that dropped it; null for what the inventory side left out.',
    }),
    constraintType: t.exposeString('constraintType', {
      nullable: true,
      description: 'Type of that constraint; `objective` for what the objective cannot value.',
    }),
    reason: t.exposeString('reason', { description: 'Why it was dropped.' }),
  }),
});

const DemandTriageType = builder.objectRef<DemandTriage>('DemandTriage').implement({
  description: 'What became of the candidates of one demand.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    droppedCount: t.int({
      description: 'All that were dropped. Of one constraint at most 100 candidates are listed by name.',
      resolve: ({ dropped }) => dropped,
    }),
    droppedCandidates: t.field({
      type: [TriageDropType],
      description: 'The dropped candidates: those left out by the inventory side first, then constraint by constraint.',
      args: {
        first: t.arg.int({ required: true, defaultValue: 100, description: 'How many at the most, from 1 to 100.' }),
        offset: t.arg.int({ required: true, defaultValue: 0, description: 'How many to leave out before.' }),
      },
      resolve: triageDrops,
    }),
  }),
});

export const PlanTriageType = builder.objectRef<PlanTriage>('PlanTriage').implement({
  description: 'Which candidates of a plan were dropped, where, and by what.',
  fields: (t) => ({
    optimizationType: t.exposeString('optimizationType', {
      nullable: true,
      description: 'Last distance or latency function of the objective: `distance_between` or `latency_between`.',
    }),
    demands: t.field({
      type: [DemandTriageType],
      description: 'Demand by demand.',
      resolve: ({ demands }) => [...(demands ?? [])],
    }),
    solverTree: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The tree of the search as the REST API gives it under `solver_triage.children`; null before it has run.',
      resolve: ({ solver }) => solver,
    }),
  }),
});
