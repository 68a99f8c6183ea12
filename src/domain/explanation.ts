// Why an answer is as it is: verdicts with margins, what each constraint left, what conflicts, and what would have to give way.
// Worked out on the recorded inventory and the recorded answers of other systems, so it says the same whenever it is asked.
import type { JsonValue } from '../lib/json.ts';
import type { Problem } from './problem.ts';
import type { Recommendation, RecordedAnswers } from './solution.ts';

/** What one constraint says of one candidate of one demand. */
export interface CandidateVerdict {
  readonly demand: string;
  readonly candidateId: string;
  readonly constraint: string;
  readonly type: string;
  readonly verdict: 'FIT' | 'REFUSED' | 'UNKNOWN';
  /** The constraint is soft: whom it does not call fit stays, and worsens the objective. */
  readonly soft?: true;
  /** In words; empty for a fit without anything to measure. */
  readonly reason: string;
  /** In `unit`; null when nothing is measured. */
  readonly measured: number | null;
  readonly required: number | null;
  /** How far inside (positive) or outside (negative) the limit, in `unit`. */
  readonly margin: number | null;
  readonly unit: string | null;
}

/** How a candidate that was not chosen compares with the answer. */
export interface CandidateStanding {
  readonly demand: string;
  readonly candidateId: string;
  readonly chosen: boolean;
  /** Constraints that refuse it alone; empty when only the combination or the objective speaks against it. */
  readonly refusedBy: readonly string[];
  /** Best objective of any placement with this candidate; null when there is none (or no objective). */
  readonly bestObjective: number | null;
  /** How much worse than the answer, in the objective's own unit, never negative; null when unknown. */
  readonly worseBy: number | null;
  readonly sentence: string;
}

export interface FunnelStep {
  readonly constraint: string;
  readonly type: string;
  readonly before: number;
  readonly after: number;
}

export interface DemandFunnel {
  readonly demand: string;
  readonly candidates: number;
  readonly steps: readonly FunnelStep[];
  readonly remaining: number;
}

/**
 * A set of constraints (and demands) that cannot hold together while any smaller one can. No constraints: the demand has no
 * candidates at all. `optimization` stands for an objective that cannot value candidates.
 */
export interface ConflictSet {
  /** Keys of the problem's constraints (`{name}_{demand}` for types that look at one demand). */
  readonly constraints: readonly string[];
  readonly demands: readonly string[];
  /**
   * Names of constraints outside the set, or in it, that were never asked about candidates which matter here; those candidates
   * are taken to fit. Empty: everything is judged.
   */
  readonly assumed: readonly string[];
  readonly sentence: string;
}

/** The smallest change of one threshold that makes the plan solvable (or, for a binding limit, better). */
export interface Relaxation {
  /** Name in the template. */
  readonly constraint: string;
  /** Place in the template, for example `constraints > near > properties > distance`. */
  readonly path: string;
  /** What to write at that place, for example `<= 612.35 km`; accepting the relaxation is this one change. */
  readonly property: JsonValue;
  readonly from: number;
  /** Exact: slightly less would not do. */
  readonly to: number;
  /** Empty where the limit has none. */
  readonly unit: string;
  /** Objective of the answer with this change. */
  readonly objective: number | null;
  /** For binding limits: how much better than the present answer; null for an infeasible plan. */
  readonly gain: number | null;
  /** Names of constraints that were never asked about candidates which the change relies on: they may still refuse. */
  readonly assumed: readonly string[];
  readonly sentence: string;
}

export interface Explanation {
  readonly funnels: readonly DemandFunnel[];
  readonly conflicts: readonly ConflictSet[];
  /** Of an infeasible plan: each alone makes it solvable. */
  readonly relaxations: readonly Relaxation[];
  /** Of a solved plan: limits at which relaxing would gain. */
  readonly binding: readonly Relaxation[];
  /** Plain words, most important first. */
  readonly sentences: readonly string[];
  /** False when the time limit (or the bound on work) cut it short: what is given holds, and there may be more. */
  readonly complete: boolean;
}

export interface VerdictList {
  /** By demand and candidate as in the problem, then in the order in which constraints are evaluated. */
  readonly verdicts: readonly CandidateVerdict[];
  /** False when `limit` cut the list. */
  readonly complete: boolean;
}

export interface StandingList {
  /** As the problem has them. */
  readonly standings: readonly CandidateStanding[];
  /** False when not every candidate asked for could be compared in the time given; those have null numbers. */
  readonly complete: boolean;
}

/** The finished plan that is explained. */
export interface ExplainedPlan {
  readonly problem: Problem;
  /** `Solution.answers`; null when nothing was recorded. */
  readonly answers: RecordedAnswers | null;
  /** The answer to compare with, usually the first; null for a plan without one. */
  readonly recommendation: Recommendation | null;
}

export interface ExplainLimits {
  readonly timeLimitMs: number;
  /** Ends the work; the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Explains finished plans; asks nobody but the record, and writes nothing. All methods throw TEMPLATE_INVALID for problems that
 * cannot be read, PLAN_FAILED when the search thread dies, and the reason of an abort.
 */
export interface Explainer {
  /**
   * What every constraint says of every candidate, also of those that another one refused already. Pairwise constraints are judged
   * against the recommendation's candidates of the other demands when there is one. @default limit 5000 verdicts
   */
  verdicts(
    plan: ExplainedPlan,
    filter: { readonly demand?: string; readonly candidateId?: string; readonly limit?: number },
    limits: ExplainLimits,
  ): Promise<VerdictList>;
  /**
   * How the candidates of one demand compare with the recommendation. Candidates that fit alone cost one search each; at most
   * `searches` of them (@default 50) are searched, in the order in which the search tries them.
   */
  standings(
    plan: ExplainedPlan,
    filter: { readonly demand: string; readonly candidateIds?: readonly string[]; readonly searches?: number },
    limits: ExplainLimits,
  ): Promise<StandingList>;
  /** Funnels, and for a plan without an answer what conflicts and which change would help, else which limits cost something. */
  explain(plan: ExplainedPlan, limits: ExplainLimits): Promise<Explanation>;
}
