// Search strategies and budgets with other limits than the product's, so that small random problems reach every stage of a search.
import { BranchAndBound } from '../../../src/engine/solve/search/branch-and-bound.ts';
import { Budget } from '../../../src/engine/solve/search/budget.ts';
import { strategyNamed } from '../../../src/engine/solve/search/strategies.ts';
import type { SearchStrategy } from '../../../src/engine/solve/search/strategy.ts';
import { TwoOrders } from '../../../src/engine/solve/search/two-orders.ts';

/** Branch and bound that looks ahead after so many candidates, and shares costs after so many more. */
export function patient(patience: number, effort?: number): SearchStrategy {
  return { name: 'optimal', dropsDominated: false, search: (path) => new BranchAndBound(path, patience, effort) };
}

/** The two orders, with turns as short as `turn` after the first `headStart` units of work. */
export function hasty(headStart: number, turn: number): SearchStrategy {
  const pace = { headStart, first: turn, second: turn + 1 };
  return {
    name: 'optimal',
    dropsDominated: true,
    search: (path, reordered) => new TwoOrders(path, reordered, pace),
  };
}

/** One of them by a number, each of its parts deciding something. */
export function strategyAt(number: number): SearchStrategy {
  const rest = Math.floor(number / 3);
  if (number % 3 === 0) return strategyNamed('optimal');
  return number % 3 === 1 ? patient(rest % 5, rest % 3) : hasty(rest % 7, 1 + (rest % 4));
}

/** A budget that ends after so many units of work, clock or not. */
export class Cut extends Budget {
  readonly #most: number;

  constructor(units: number) {
    super(() => 0, 1);
    this.#most = units;
  }

  override spend(units: number): boolean {
    super.spend(units);
    this.expired ||= this.work > this.#most;
    return this.expired;
  }
}
