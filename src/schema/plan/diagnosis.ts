// The funnel: how many candidates each demand had, and which constraint took how many away.
import type { ConstraintOutcome, DemandDiagnosis } from '../../domain/solution.ts';
import { rejectedCount } from '../../domain/triage.ts';
import type { ExplainedDiagnosis } from '../../resolvers/diagnosis.ts';
import { explanation, scores, standings, verdicts } from '../../resolvers/diagnosis.ts';
import { builder } from '../builder.ts';
import { SearchStatusEnum } from '../enums.ts';
import { DemandScoreType, ExplanationType, StandingPage, VerdictPage } from './explanation.ts';

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
      description: 'The candidates that it took away, the first 100 of them.',
      resolve: (outcome) => [...outcome.rejected],
    }),
    rejectedCount: t.int({ description: 'All candidates that it took away.', resolve: rejectedCount }),
    unknownCount: t.int({
      description: 'Those among them that nobody could judge, because a controller gave no answer.',
      resolve: ({ unknown }) => unknown ?? 0,
    }),
    penalisedCount: t.int({
      nullable: true,
      description:
        'Of a soft constraint, which takes no candidate away: those that break it by themselves. Null for a constraint that refuses.',
      resolve: ({ penalised }) => penalised ?? null,
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

export const DiagnosisType = builder.objectRef<ExplainedDiagnosis>('Diagnosis').implement({
  description: 'How the solver came to its result.',
  fields: (t) => ({
    summary: t.stringList({
      description: 'Plain sentences, most important first.',
      resolve: ({ diagnosis }) => [...diagnosis.summary],
    }),
    demands: t.field({
      type: [DemandDiagnosisType],
      description: 'Demand by demand.',
      resolve: ({ diagnosis }) => [...diagnosis.demands],
    }),
    status: t.field({
      type: SearchStatusEnum,
      nullable: true,
      description: 'How the search ended; null for plans solved by an earlier version.',
      resolve: ({ diagnosis }) => diagnosis.proof?.status ?? null,
    }),
    bound: t.float({
      nullable: true,
      description:
        'No placement of the round has a better objective than this; null when nothing is known or there is no objective.',
      resolve: ({ diagnosis }) => diagnosis.proof?.bound ?? null,
    }),
    gap: t.float({
      nullable: true,
      description:
        'Distance of the objective from the bound as a part of the objective: 0 when proven best, null when unknown.',
      resolve: ({ diagnosis }) => diagnosis.proof?.gap ?? null,
    }),
    notices: t.stringList({
      description: "What the solver had to say in the plan's message.",
      resolve: ({ diagnosis }) => [...(diagnosis.notices ?? [])],
    }),
    nodes: t.float({
      description: 'Partial placements that the search looked at.',
      resolve: ({ diagnosis }) => diagnosis.nodes,
    }),
    seed: t.float({
      nullable: true,
      description:
        'Seed of the random numbers that the search drew: always null, because it draws none. The same input gives the same answer without one.',
      resolve: ({ diagnosis }) => diagnosis.proof?.seed ?? null,
    }),
    elapsedMs: t.float({
      description: 'Time of the search in milliseconds.',
      resolve: ({ diagnosis }) => diagnosis.elapsedMs,
    }),
    timedOut: t.boolean({
      description: 'Whether the search was cut short by its time limit.',
      resolve: ({ diagnosis }) => diagnosis.timedOut,
    }),
  }),
});

const PAGE = {
  first: { required: true, defaultValue: 100, description: 'How many at the most, from 1 to 100.' },
  offset: { required: true, defaultValue: 0, description: 'How many to leave out before.' },
} as const;

builder.objectFields(DiagnosisType, (t) => ({
  scores: t.field({
    type: [DemandScoreType],
    description: 'What each demand adds to the objective of the first recommendation; empty without one.',
    resolve: scores,
  }),
  explanation: t.field({
    type: ExplanationType,
    nullable: true,
    description: 'What conflicts, which change would help, and which limits cost something; worked out when asked for.',
    resolve: explanation,
  }),
  verdicts: t.field({
    type: VerdictPage,
    nullable: true,
    description: 'What every constraint says of every candidate, also of those that another one has refused already.',
    args: {
      demand: t.arg.string({ description: 'Only this demand.' }),
      candidateId: t.arg.id({ description: 'Only this candidate.' }),
      first: t.arg.int(PAGE.first),
      offset: t.arg.int(PAGE.offset),
    },
    resolve: verdicts,
  }),
  standings: t.field({
    type: StandingPage,
    nullable: true,
    description: 'How candidates of a demand compare with the answer: what refuses them, or how much worse they are.',
    args: {
      demand: t.arg.string({ required: true, description: 'Name of the demand.' }),
      candidateIds: t.arg.idList({ description: 'Only these candidates.' }),
      first: t.arg.int(PAGE.first),
      offset: t.arg.int(PAGE.offset),
    },
    resolve: standings,
  }),
}));
