// What a search strategy is: how it searches one group of connected demands. Branch and bound is the default; the greedy
// choice of the reference stands beside it for comparison.
import type { Bits } from './bits.ts';
import type { Budget } from './budget.ts';
import type { Placement, PlacementProof, StrategyName } from './model.ts';
import type { Path } from './path.ts';

/** How far below a group's total its bound may stay; depends on the total, and never shrinks faster than it. 0: not at all. */
export type Allowance = (total: number) => number;

/** The search over one group. Can be paused by the budget and resumed. */
export interface GroupSearch {
  /** Candidate per level of the best path so far. */
  readonly best: readonly number[] | null;
  /** Its total; infinite without one. */
  readonly total: number;
  /**
   * Goes on until a first path is found (`toFirst`), everything is searched, or the budget is spent. With an allowance it leaves
   * out what could make the total better by no more than that.
   */
  advance(budget: Budget, toFirst: boolean, allowance?: Allowance): void;
  /** What no path of the group can be below, by what was searched so far; infinite when there is proven to be none. */
  bound(): number;
}

/** Deterministic: one model gives one sequence of answers, unless the budget ends it early. */
export interface SearchStrategy {
  readonly name: StrategyName;
  /** Candidates that an earlier one can always stand in for are never chosen and need not be offered. */
  readonly dropsDominated: boolean;
  search(path: Path, reordered: Reordered): GroupSearch;
}

/**
 * A path through the same demands decided in another order: `order[level]` is the level of the first path that is decided there.
 * `domains` are what is offered, by level of the first path.
 */
export type Reordered = (order: readonly number[], domains: readonly Bits[]) => Path;

export interface Found extends PlacementProof {
  readonly placement: Placement;
}

/** A round that goes on: the best placement so far, and what no total can be below; null where not known yet. */
export interface Present {
  readonly placement: Placement | null;
  readonly total: number | null;
  readonly bound: number | null;
}

/** A search over one model that can be asked again after candidates were excluded. */
export interface SearchSession {
  /** The best placement (the first one without an objective); null when none was found. See the budget for "stopped early". */
  best(): Found | null;
  /** Never again offers this candidate for the demand at this position. */
  exclude(position: number, candidate: number): void;
  /** What no total can be below, from what is left of the demands; null without an objective. */
  bound(): number | null;
  /** How far the round that goes on is. Cheap, and leaves the search as it is. */
  present(): Present;
  /** For each rule of the model, how often it left a demand without a candidate. */
  readonly blocked: readonly number[];
  /** Indices of the model's pairs of which no two candidates fit. May stop early when the budget is spent. */
  impossible(): readonly number[];
}
