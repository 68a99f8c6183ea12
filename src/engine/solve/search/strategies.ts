// The search strategies by name.
import { FitFirst } from './fit-first.ts';
import type { StrategyName } from './model.ts';
import type { SearchStrategy } from './strategy.ts';
import { TwoOrders } from './two-orders.ts';

const OPTIMAL: SearchStrategy = {
  name: 'optimal',
  dropsDominated: true,
  search: (path, reordered) => new TwoOrders(path, reordered),
};

const FIT_FIRST: SearchStrategy = {
  name: 'fit_first',
  // It looks at candidates by cost, not by what dominates.
  dropsDominated: false,
  search: (path) => new FitFirst(path),
};

export function strategyNamed(name: StrategyName): SearchStrategy {
  return name === 'fit_first' ? FIT_FIRST : OPTIMAL;
}
