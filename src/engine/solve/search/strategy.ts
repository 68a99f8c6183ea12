// What a search strategy is. Branch and bound is the one in use; others (a greedy one for comparison, a prover) can join.
import type { Budget } from './budget.ts';
import type { Placement, SearchModel } from './model.ts';

/** A search over one model that can be asked again after candidates were excluded. */
export interface SearchSession {
  /** The best placement (the first one without an objective); null when none was found. See the budget for "stopped early". */
  best(): Placement | null;
  /** Never again offers this candidate for the demand at this position. */
  exclude(position: number, candidate: number): void;
  /** For each rule of the model, how often it left a demand without a candidate. */
  readonly blocked: readonly number[];
  /** Indices of the model's pairs of which no two candidates fit. May stop early when the budget is spent. */
  impossible(): readonly number[];
}

/** Deterministic: one model gives one sequence of answers, unless the budget ends it early. */
export interface SearchStrategy {
  readonly name: string;
  open(model: SearchModel, budget: Budget): SearchSession;
}
