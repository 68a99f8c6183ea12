// A recorded problem that can be asked again with some constraints left out or changed: what each constraint says of each
// candidate, judged once however many variants use it, and whether a placement exists.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ExplainedPlan } from '../../../domain/explanation.ts';
import type { Metrics } from '../../../domain/ports.ts';
import type { Problem, ProblemDemand, ProblemLocation } from '../../../domain/problem.ts';
import { constraintTypes } from '../constraints/index.ts';
import { FIT, type RemoteSources, reject, type Verdict } from '../framework/constraint.ts';
import { Questions } from '../framework/questions.ts';
import type { AttachedConstraint } from '../framework/registry.ts';
import { prepareObjective } from '../objective/index.ts';
import type { PreparedObjective } from '../objective/objective.ts';
import type { Deadline } from './deadline.ts';

/** The problem with these constraints and this objective, over these demands. */
export interface Variant {
  readonly demands: readonly ProblemDemand[];
  /** In order of evaluation; each names only demands of the variant. */
  readonly constraints: readonly AttachedConstraint[];
  readonly objective: PreparedObjective | null;
}

/** What one constraint says of a demand's candidates; without a constraint it is the objective, which cannot value some. */
export interface Column {
  readonly constraint: AttachedConstraint | null;
  readonly verdicts: readonly Verdict[];
}

/** Every column judges every candidate, also those that another one refuses. */
export interface Judged {
  readonly demand: ProblemDemand;
  /** With the fields that constraints add to those that fit. */
  readonly candidates: readonly Candidate[];
  readonly columns: readonly Column[];
}

/** How a verdict counts that nobody could give: `strict` as a refusal, as for the solver; `hopeful` as a fit. */
export type Mode = 'strict' | 'hopeful';

interface Answer {
  readonly verdicts: readonly Verdict[];
  readonly next: readonly Candidate[];
}

const UNCOUNTED: Metrics = { count() {}, observe() {}, gauge() {} };

export class Case {
  readonly problem: Problem;
  /** The problem as it was solved. */
  readonly whole: Variant;
  readonly locations: ReadonlyMap<string, ProblemLocation>;
  readonly #remote: RemoteSources;
  /** Candidate list → parameters of the constraint → number of partners. */
  readonly #known = new WeakMap<readonly Candidate[], WeakMap<object, Map<number, Answer>>>();

  /** Throws TEMPLATE_INVALID for constraints or objectives that cannot be read. */
  constructor({ problem, answers }: Pick<ExplainedPlan, 'problem' | 'answers'>) {
    this.problem = problem;
    this.locations = new Map(problem.locations.map((location) => [location.name, location]));
    this.whole = {
      demands: problem.demands,
      constraints: constraintTypes.attach(problem),
      objective: prepareObjective(problem),
    };
    this.#remote = {
      providers: [],
      controllers: [],
      vims: [],
      metrics: UNCOUNTED,
      call: { requestId: problem.planId },
      questions: new Questions(answers ?? { answers: {} }),
    };
  }

  async judge(variant: Variant, demand: ProblemDemand, deadline: Deadline): Promise<Judged> {
    const columns: Column[] = [];
    let { candidates } = demand;
    for (const constraint of variant.constraints) {
      if (!constraint.demands.includes(demand.name)) continue;
      const { verdicts, next } = await this.#ask(constraint, demand, candidates, deadline);
      columns.push({ constraint, verdicts });
      candidates = next;
    }
    const { objective } = variant;
    if (objective) await deadline.breathe();
    if (objective)
      columns.push({ constraint: null, verdicts: candidates.map((one) => valued(objective, demand, one)) });
    return { demand, candidates, columns };
  }

  async judgeAll(variant: Variant, deadline: Deadline): Promise<readonly Judged[]> {
    const all: Judged[] = [];
    for (const demand of variant.demands) all.push(await this.judge(variant, demand, deadline));
    return all;
  }

  async #ask(
    constraint: AttachedConstraint,
    { name: demand }: ProblemDemand,
    candidates: readonly Candidate[],
    deadline: Deadline,
  ): Promise<Answer> {
    const partners = constraint.demands.length - 1;
    const byParams = this.#known.get(candidates) ?? new WeakMap<object, Map<number, Answer>>();
    this.#known.set(candidates, byParams);
    // Parameters are objects, made anew for each changed limit and forgotten with it.
    const params = constraint.params as object;
    const byPartners = byParams.get(params) ?? new Map<number, Answer>();
    byParams.set(params, byPartners);
    const known = byPartners.get(partners);
    if (known) return known;
    await deadline.breathe();
    const { requestType } = this.problem;
    const { locations } = this;
    const ctx = { constraint: constraint.name, demand, partners, requestType, locations, remote: this.#remote };
    const verdicts = await constraint.type.check(ctx, constraint.params, candidates);
    for (const verdict of verdicts) if (verdict.kind === 'error') throw verdict.error;
    const answer = { verdicts, next: enriched(candidates, verdicts) };
    byPartners.set(partners, answer);
    return answer;
  }
}

function valued(objective: PreparedObjective, { name }: ProblemDemand, candidate: Candidate): Verdict {
  const reason = objective.refusal(name, candidate, 'final');
  return reason === null ? FIT : reject(reason);
}

/** The same list when nothing is added. */
function enriched(candidates: readonly Candidate[], verdicts: readonly Verdict[]): readonly Candidate[] {
  const adds = verdicts.map((verdict) => (verdict.kind === 'fit' ? verdict.adds : undefined));
  if (adds.every((one) => one === undefined)) return candidates;
  return candidates.map((candidate, index) => (adds[index] ? { ...candidate, ...adds[index] } : candidate));
}

/** The variant over fewer demands. */
export function restricted({ demands, constraints, objective }: Variant, names: ReadonlySet<string>): Variant {
  return {
    demands: demands.filter(({ name }) => names.has(name)),
    constraints: constraints.flatMap((one) => {
      const left = one.demands.filter((name) => names.has(name));
      if (left.length === 0) return [];
      return [left.length === one.demands.length ? one : { ...one, demands: left }];
    }),
    objective,
  };
}

/** Indices of the candidates that no column refuses. */
export function survivors({ candidates, columns }: Judged, mode: Mode): readonly number[] {
  return candidates.flatMap((_, index) => {
    const fits = columns.every((column) => isSoft(column) || holds(column.verdicts[index], mode));
    return fits ? [index] : [];
  });
}

/** A soft constraint refuses nobody: what breaks it costs something. */
export function isSoft({ constraint }: Column): boolean {
  return constraint?.soft !== undefined;
}

export function holds(verdict: Verdict | undefined, mode: Mode): boolean {
  return verdict?.kind === 'fit' || (mode === 'hopeful' && verdict?.kind !== 'reject');
}

/** Names of the constraints that could not judge the candidate. */
export function undecided({ columns }: Judged, index: number): readonly string[] {
  return columns.flatMap(({ constraint, verdicts }) =>
    constraint && !constraint.soft && verdicts[index]?.kind === 'unknown' ? [constraint.name] : [],
  );
}
