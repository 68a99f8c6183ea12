// Demands as translation left them: what could be chosen, and what the inventory side left out.
import type { DroppedCandidate } from '../../domain/candidate.ts';
import type { PlanDemand } from '../../resolvers/plan-fields.ts';
import { candidatesOf } from '../../resolvers/plan-fields.ts';
import { builder } from '../builder.ts';
import { Candidate } from './candidate.ts';

const DroppedCandidateType = builder.objectRef<DroppedCandidate>('DroppedCandidate').implement({
  description: 'Something the inventory offered that did not become a candidate.',
  fields: (t) => ({
    candidateId: t.id({ description: 'Its id in the inventory.', resolve: (dropped) => dropped.candidate_id }),
    locationId: t.string({
      nullable: true,
      description: 'Cloud region it belongs to, when known.',
      resolve: (dropped) => dropped.location_id,
    }),
    reason: t.exposeString('reason', { description: 'Why it was left out.' }),
  }),
});

export const PlanDemandType = builder.objectRef<PlanDemand>('PlanDemand').implement({
  description: 'One demand of the template with the candidates that the inventory has for it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the demand in the template.' }),
    candidateCount: t.int({
      description: 'How many candidates there are.',
      resolve: (demand) => demand.candidates.length,
    }),
    candidates: t.field({
      type: [Candidate],
      description: 'The candidates in inventory order, before any constraint.',
      args: {
        first: t.arg.int({ required: true, defaultValue: 100, description: 'How many at the most, from 1 to 100.' }),
        after: t.arg.id({ description: 'Begin after the candidate with this `candidateId`.' }),
      },
      resolve: candidatesOf,
    }),
    dropped: t.field({
      type: [DroppedCandidateType],
      description: 'What was left out, and why.',
      resolve: (demand) => [...demand.dropped],
    }),
  }),
});
