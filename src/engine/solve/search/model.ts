// What the search works on: numbers only, so that it crosses to the worker thread cheaply and runs on indices.
// Demands stand in search order, candidates in the order in which they are to be tried.
import type { SearchStatus } from '../../../domain/solution.ts';
import type { PairFeatures } from '../framework/constraint.ts';
import type { Expression } from './expression.ts';

export interface DemandModel {
  /** What each candidate adds to the total by itself; all 0 without an objective. Its length is the number of candidates. */
  readonly scores: Float64Array;
  /** 1 where the candidate may be recommended only once for this demand. */
  readonly unique: Uint8Array;
  /** The second key, for objectives that have one: of equal totals the smaller age wins, first demand first. */
  readonly ages?: Float64Array;
  /** Candidates in the order of their cost, for strategies that look at them so; absent: as they stand. */
  readonly byCost?: Uint32Array;
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

/**
 * A soft pairwise constraint between two demands: the total grows by `weight` where the chosen two do not fit together, or one
 * of them is refused by itself.
 */
export interface SoftPairModel extends PairModel {
  /** At least 0. */
  readonly weight: number;
  /** One number a candidate: 1 where the constraint does not refuse it by itself. */
  readonly alone: { readonly left: PairFeatures; readonly right: PairFeatures };
}

/** A pairwise constraint: its type's name in the registry and its parameters. */
export interface RuleModel {
  readonly type: string;
  readonly params: unknown;
}

/** A value of one demand's candidates that a term uses. */
export interface SlotModel {
  readonly position: number;
  readonly values: Float64Array;
}

/** The total, to be minimised, is the sum of the chosen candidates' scores, of the terms and of what soft pairs cost. */
export interface SearchModel {
  readonly demands: readonly DemandModel[];
  readonly rules: readonly RuleModel[];
  readonly pairs: readonly PairModel[];
  /** Only with an objective. */
  readonly softPairs?: readonly SoftPairModel[];
  /** False without an objective: the first placement that fits is the answer. The reference picks one at random; here equal input gives equal answers. */
  readonly optimise: boolean;
  /** Totals closer than this are equal, whatever the search's own rounding adds to it. */
  readonly noise?: number;
  /** The objective's size at a total is |total + offset|. @default 0 */
  readonly offset?: number;
  /** Parts of the total that mix demands; absent or empty for a plain sum. */
  readonly terms?: readonly Expression[];
  readonly slots?: readonly SlotModel[];
}

/** `optimal` proves its answer; `fit_first` makes the reference's greedy choice. */
export type StrategyName = 'optimal' | 'fit_first';

/** One search: up to `wanted` placements within `timeLimitMs` from its start in the thread that runs it. */
export interface SearchJob {
  readonly model: SearchModel;
  readonly wanted: number;
  readonly timeLimitMs: number;
  /** A round ends when its total is proven to be no further than this part of the objective from the best. @default 0 */
  readonly gapLimit?: number;
  /** @default optimal */
  readonly strategy?: StrategyName;
  /** One 32-bit word in shared memory; set to 1, it ends the search, which keeps the best found. */
  readonly stop?: SharedArrayBuffer;
}

/** Index of the chosen candidate of each demand, in the model's order. */
export type Placement = readonly number[];

/** Totals of one placement: its own, and one that no placement of the round can be below. Equal: proven best. */
export interface PlacementProof {
  readonly total: number;
  readonly bound: number;
}

/** Where a search stands that goes on. */
export interface SearchState {
  /** From 1. */
  readonly round: number;
  /** The best of the round so far; null before there is one. */
  readonly placement: Placement | null;
  /** Its total, and what no total of the round can be below; null when not known, or without an objective. */
  readonly total: number | null;
  readonly bound: number | null;
  readonly nodes: number;
  /** Since the search began in its thread. */
  readonly elapsedMs: number;
}

export interface SearchOutcome {
  readonly status: SearchStatus;
  /** Best first, round by round. */
  readonly placements: readonly Placement[];
  /** One for each placement. */
  readonly proofs: readonly PlacementProof[];
  /** Without a placement, what no total can be below as far as was searched; null when nothing is known. */
  readonly bound: number | null;
  readonly nodes: number;
  /** The time limit ended it; then the last placement may not be the best of its round. */
  readonly timedOut: boolean;
  /** For each rule, how often it left a demand without a candidate. */
  readonly blocked: readonly number[];
  /** Indices of pairs of which no two candidates fit; looked for only when nothing was found. */
  readonly impossible: readonly number[];
}
