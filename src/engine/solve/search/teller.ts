// How a search that takes its time tells where it stands: soon when it has become better, seldom when nothing changes.
import type { Budget } from './budget.ts';
import type { SearchState } from './model.ts';

const EVERY_MS = 250;
/** Nodes and time alone are worth telling this often. */
const SELDOM_MS = 1000;

type Told = Omit<SearchState, 'nodes' | 'elapsedMs'>;

export class Teller {
  readonly #now: () => number;
  readonly #started: number;
  readonly #tell: (state: SearchState) => void;
  #last: Told = { round: 1, placement: null, total: null, bound: null };
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number, tell: (state: SearchState) => void) {
    this.#now = now;
    this.#started = now();
    this.#tell = tell;
  }

  /** Asks for the state at turns of the budget, and tells it when it is worth it. */
  listen(budget: Budget, state: () => Told): void {
    budget.every(EVERY_MS, () => {
      const elapsedMs = this.#now() - this.#started;
      const told = state();
      if (elapsedMs - this.#toldAt < SELDOM_MS && !differ(told, this.#last)) return;
      this.#toldAt = elapsedMs;
      this.#last = told;
      this.#tell({ ...told, nodes: budget.nodes, elapsedMs });
    });
  }
}

function differ(one: Told, other: Told): boolean {
  if (one.total !== other.total || one.bound !== other.bound || one.round !== other.round) return true;
  return one.placement?.some((candidate, at) => candidate !== other.placement?.[at]) ?? other.placement !== null;
}
