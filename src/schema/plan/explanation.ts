// What the explainer works out: verdicts with margins, standings, conflicts, and what would have to give way.
import type {
  CandidateStanding,
  CandidateVerdict,
  ConflictSet,
  DemandFunnel,
  Explanation,
  FunnelStep,
  Relaxation,
} from '../../domain/explanation.ts';
import type { DemandScore, Page } from '../../resolvers/diagnosis.ts';
import { builder } from '../builder.ts';
import { VerdictEnum } from '../enums.ts';
import { ScoreTermType } from './recommendation.ts';

const FunnelStepType = builder.objectRef<FunnelStep>('FunnelStep').implement({
  description: 'What one constraint leaves of the candidates that the ones before it left.',
  fields: (t) => ({
    constraint: t.exposeString('constraint', { description: 'Name of the constraint.' }),
    type: t.exposeString('type', { description: 'Its type, for example `distance_to_location`.' }),
    before: t.exposeInt('before', { description: 'Candidates before it.' }),
    after: t.exposeInt('after', { description: 'Candidates after it.' }),
  }),
});

const DemandFunnelType = builder.objectRef<DemandFunnel>('DemandFunnel').implement({
  description: 'How the candidates of one demand became fewer.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    candidates: t.exposeInt('candidates', { description: 'Candidates before any constraint.' }),
    steps: t.field({
      type: [FunnelStepType],
      description: 'In the order in which constraints are evaluated.',
      resolve: ({ steps }) => [...steps],
    }),
    remaining: t.exposeInt('remaining', { description: 'Candidates that all constraints left.' }),
  }),
});

const ASSUMED = 'Constraints that were never asked about candidates which matter here; those are taken to fit.';

const ConflictSetType = builder.objectRef<ConflictSet>('ConflictSet').implement({
  description: 'Constraints that cannot hold together, while they can with any one of them left out.',
  fields: (t) => ({
    constraints: t.exposeStringList('constraints', {
      description: 'Keys of the constraints, `{name}_{demand}` for types that look at one demand.',
    }),
    demands: t.exposeStringList('demands', { description: 'Demands that they are about.' }),
    assumed: t.exposeStringList('assumed', { description: ASSUMED }),
    sentence: t.exposeString('sentence', { description: 'The same in plain words.' }),
  }),
});

const RelaxationType = builder.objectRef<Relaxation>('Relaxation').implement({
  description: 'The smallest change of one limit that helps; slightly less would not.',
  fields: (t) => ({
    constraint: t.exposeString('constraint', { description: 'Name of the constraint in the template.' }),
    path: t.exposeString('path', {
      description: 'Place in the template, for example `constraints > near > properties > distance`.',
    }),
    property: t.expose('property', { type: 'JSON', description: 'What to write there to accept the change.' }),
    from: t.exposeFloat('from', { description: 'The limit now.' }),
    to: t.exposeFloat('to', { description: 'The limit that does.' }),
    unit: t.exposeString('unit', { description: 'Unit of the limit; empty where it has none.' }),
    objective: t.exposeFloat('objective', {
      nullable: true,
      description: 'Objective of the answer with this change; null without one.',
    }),
    gain: t.exposeFloat('gain', {
      nullable: true,
      description: 'How much better than the present answer; null for a plan without one.',
    }),
    assumed: t.exposeStringList('assumed', { description: ASSUMED }),
    sentence: t.exposeString('sentence', { description: 'The same in plain words.' }),
  }),
});

export const ExplanationType = builder.objectRef<Explanation>('Explanation').implement({
  description:
    'Why the answer is as it is, worked out on the recorded inventory. Every claim was checked by solving again.',
  fields: (t) => ({
    funnels: t.field({
      type: [DemandFunnelType],
      description: 'Demand by demand.',
      resolve: ({ funnels }) => [...funnels],
    }),
    conflicts: t.field({
      type: [ConflictSetType],
      description: 'Of a plan without an answer: what stands against one.',
      resolve: ({ conflicts }) => [...conflicts],
    }),
    relaxations: t.field({
      type: [RelaxationType],
      description: 'Of a plan without an answer: each of these changes alone gives it one.',
      resolve: ({ relaxations }) => [...relaxations],
    }),
    binding: t.field({
      type: [RelaxationType],
      description: 'Of a plan with an answer: limits at which giving way would make it better.',
      resolve: ({ binding }) => [...binding],
    }),
    sentences: t.exposeStringList('sentences', { description: 'Plain words, most important first.' }),
    complete: t.exposeBoolean('complete', {
      description: 'Whether everything was looked at; if not, what is given holds and there may be more.',
    }),
  }),
});

const VerdictType = builder.objectRef<CandidateVerdict>('CandidateVerdict').implement({
  description: 'What one constraint says of one candidate, whatever the others say.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    candidateId: t.exposeID('candidateId', { description: 'Which candidate of the demand.' }),
    constraint: t.exposeString('constraint', { description: 'Name of the constraint.' }),
    type: t.exposeString('type', { description: 'Its type.' }),
    verdict: t.expose('verdict', { type: VerdictEnum, description: 'What it says.' }),
    soft: t.boolean({
      description: 'The constraint is soft: what it refuses stays, and worsens the objective.',
      resolve: ({ soft }) => soft ?? false,
    }),
    reason: t.exposeString('reason', { description: 'In words; empty for a fit without anything to measure.' }),
    measured: t.exposeFloat('measured', { nullable: true, description: 'What was measured, in `unit`.' }),
    required: t.exposeFloat('required', { nullable: true, description: 'The limit, in `unit`.' }),
    margin: t.exposeFloat('margin', {
      nullable: true,
      description: 'How far inside the limit; negative: how far outside.',
    }),
    unit: t.exposeString('unit', { nullable: true, description: 'For example `km`; null when nothing is measured.' }),
  }),
});

const StandingType = builder.objectRef<CandidateStanding>('CandidateStanding').implement({
  description: 'How a candidate compares with the answer.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    candidateId: t.exposeID('candidateId', { description: 'Which candidate of the demand.' }),
    chosen: t.exposeBoolean('chosen', { description: 'Whether the answer has it.' }),
    refusedBy: t.exposeStringList('refusedBy', {
      description:
        'Constraints that refuse it alone; empty when only the combination or the objective speaks against it.',
    }),
    bestObjective: t.exposeFloat('bestObjective', {
      nullable: true,
      description: 'Best objective of any placement with it; null when there is none or it is not known.',
    }),
    worseBy: t.exposeFloat('worseBy', {
      nullable: true,
      description: "How much worse than the answer, in the objective's own unit; null when not known.",
    }),
    sentence: t.exposeString('sentence', { description: 'The same in plain words.' }),
  }),
});

const COMPLETE = 'Whether the time was enough for all of them; if not, what is not known is null.';
const MORE = 'Whether more follow after these.';

export const VerdictPage = builder.objectRef<Page<CandidateVerdict>>('CandidateVerdictPage').implement({
  description: 'Some of the verdicts, by demand and candidate, then constraint by constraint.',
  fields: (t) => ({
    items: t.field({ type: [VerdictType], description: 'The verdicts.', resolve: ({ items }) => [...items] }),
    hasMore: t.exposeBoolean('hasMore', { description: MORE }),
    complete: t.exposeBoolean('complete', { description: 'Whether the list behind this page is whole.' }),
  }),
});

export const StandingPage = builder.objectRef<Page<CandidateStanding>>('CandidateStandingPage').implement({
  description: 'Some of the standings, in inventory order.',
  fields: (t) => ({
    items: t.field({ type: [StandingType], description: 'The standings.', resolve: ({ items }) => [...items] }),
    hasMore: t.exposeBoolean('hasMore', { description: MORE }),
    complete: t.exposeBoolean('complete', { description: COMPLETE }),
  }),
});

export const DemandScoreType = builder.objectRef<DemandScore>('DemandScore').implement({
  description: 'What one demand adds to the objective of the first recommendation.',
  fields: (t) => ({
    demand: t.exposeString('demand', { description: 'Name of the demand.' }),
    value: t.exposeFloat('value', {
      description: 'Sum of what its terms add; over all demands that is the objective.',
    }),
    terms: t.field({ type: [ScoreTermType], description: 'Term by term.', resolve: ({ terms }) => [...terms] }),
  }),
});
