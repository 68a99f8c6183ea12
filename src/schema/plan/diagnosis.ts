// The funnel: how many candidates each demand had, and which constraint took how many away.
import type { ConstraintOutcome, DemandDiagnosis, Diagnosis } from '../../domain/solution.ts';
import { builder } from '../builder.ts';

const RejectionType = builder.objectRef<ConstraintOutcome['rejected'][number]>('CandidateRejection').implement({
  description: 'A candidate that a constraint refused.',
  fields: (t) => ({
    candidateId: t.exposeID('candidateId', { description: 'Which candidate of the demand.' }),
    reason: t.exposeString('reason', { description: 'Why it was refused.' }),
  }),
});

const ConstraintOutcomeType = builder.objectRef<ConstraintOutcome>('ConstraintOutcome').implement({
  description: "What one constraint did to one demand's candidates.",
  fields: (t) => ({
    constraint: t.exposeString('constraint', { description: 'Name of the constraint.' }),
    type: t.exposeString('type', { description: 'Type of the constraint, for example `distance_to_location`.' }),
    before: t.exposeInt('before', { description: 'Candidates that it was asked about.' }),
    after: t.exposeInt('after', { description: 'Candidates that it left.' }),
    rejected: t.field({
      type: [RejectionType],
      description: 'The candidates that it refused.',
      resolve: (outcome) => [...outcome.rejected],
    }),
  }),
});

const DemandDiagnosisType = builder.objectRef<DemandDiagnosis>('DemandDiagnosis').implement({
  description: 'What became of the candidates of one demand.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    candidates: t.exposeInt('candidates', { description: 'Candidates before any constraint.' }),
    remaining: t.exposeInt('remaining', { description: 'Candidates after all constraints.' }),
    outcomes: t.field({
      type: [ConstraintOutcomeType],
      description: 'Constraint by constraint, in the order in which they were applied.',
      resolve: (demand) => [...demand.outcomes],
    }),
  }),
});

export const DiagnosisType = builder.objectRef<Diagnosis>('Diagnosis').implement({
  description: 'How the solver came to its result.',
  fields: (t) => ({
    summary: t.stringList({
      description: 'Plain sentences, most important first.',
      resolve: (diagnosis) => [...diagnosis.summary],
    }),
    demands: t.field({
      type: [DemandDiagnosisType],
      description: 'Demand by demand.',
      resolve: (diagnosis) => [...diagnosis.demands],
    }),
    nodes: t.exposeFloat('nodes', { description: 'Partial placements that the search looked at.' }),
    elapsedMs: t.exposeFloat('elapsedMs', { description: 'Time of the search in milliseconds.' }),
    timedOut: t.exposeBoolean('timedOut', { description: 'Whether the search was cut short by its time limit.' }),
  }),
});
