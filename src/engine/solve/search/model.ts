// What the search works on: numbers only, so that it crosses to the worker thread cheaply and runs on indices.
// Demands stand in search order, candidates in the order in which they are to be tried.
import type { PairFeatures } from '../framework/constraint.ts';

export interface DemandModel {
  /** What each candidate adds to the total, ascending; all 0 without an objective. Its length is the number of candidates. */
  readonly scores: Float64Array;
  /** 1 where the candidate may be recommended only once for this demand. */
  readonly unique: Uint8Array;
}

/** One pairwise constraint between two demands, by their positions; `a` comes before `b`. */
export interface PairModel {
  readonly a: number;
  readonly b: number;
  /** Index into `SearchModel.rules`. */
  readonly rule: number;
  readonly left: PairFeatures;
  readonly right: PairFeatures;
}

/** A pairwise constraint: its type's name in the registry and its parameters. */
export interface RuleModel {
  readonly type: string;
  readonly params: unknown;
}

export interface SearchModel {
  readonly demands: readonly DemandModel[];
  readonly rules: readonly RuleModel[];
  readonly pairs: readonly PairModel[];
  /** False without an objective: the first placement that fits is the answer. */
  readonly optimise: boolean;
}

/** One search: up to `wanted` placements within `timeLimitMs` from its start in the thread that runs it. */
export interface SearchJob {
  readonly model: SearchModel;
  readonly wanted: number;
  readonly timeLimitMs: number;
}

/** Index of the chosen candidate of each demand, in the model's order. */
export type Placement = readonly number[];

export interface SearchOutcome {
  /** Best first; each proven best of its round unless `timedOut`, which concerns the last. */
  readonly placements: readonly Placement[];
  readonly nodes: number;
  readonly timedOut: boolean;
  /** For each rule, how often it left a later demand without a candidate. */
  readonly blocked: readonly number[];
  /** Indices of pairs of which no two candidates fit; looked for only when nothing was found. */
  readonly impossible: readonly number[];
}
