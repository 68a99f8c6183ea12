// Depth-first branch and bound over one group of connected demands. Candidates come best score first, so the first path
// found is the greedy one; after that only strictly better totals count, so ties go to the earlier. Can be paused and resumed.
import { type Bits, intersect, nextBit } from './bits.ts';
import type { Budget } from './budget.ts';
import type { DemandModel } from './model.ts';
import type { PairRows } from './pair-rows.ts';

/** A pairwise constraint seen from its earlier demand: which later level it narrows, and by what. */
export interface Narrowing {
  readonly level: number;
  readonly rows: PairRows;
}

export class GroupSearch {
  /** Candidate per level of the best path so far. */
  best: readonly number[] | null = null;
  #bestTotal = Number.POSITIVE_INFINITY;
  readonly #demands: readonly DemandModel[];
  readonly #narrowings: readonly (readonly Narrowing[])[];
  readonly #blocked: number[];
  /** Totals closer than this are equal: the rounding error that adding up in another order can make. */
  readonly #tolerance: number;
  #depth = 0;
  readonly #cursor: number[];
  readonly #chosen: number[];
  /** Total of the levels above. */
  readonly #partial: number[];
  /** Per level, what is left of each demand, and its first (best) candidate. */
  readonly #domains: Bits[][];
  readonly #firsts: number[][];
  /** Per level, the least that the demands below it can add. */
  readonly #after: number[];
  /** Own storage of narrowed domains, by level of the decision and of the narrowed demand. */
  readonly #storage: Bits[][];

  /** `domains[level]` are the candidates still offered; `narrowings[level]` those that a decision there causes. */
  constructor(
    demands: readonly DemandModel[],
    domains: readonly Bits[],
    narrowings: readonly (readonly Narrowing[])[],
    blocked: number[],
  ) {
    this.#demands = demands;
    this.#narrowings = narrowings;
    this.#blocked = blocked;
    this.#cursor = demands.map(() => 0);
    this.#chosen = demands.map(() => -1);
    this.#partial = demands.map(() => 0);
    this.#domains = demands.map(() => [...domains]);
    this.#firsts = demands.map(() => domains.map((bits) => nextBit(bits, 0)));
    this.#after = demands.map(() => 0);
    this.#storage = demands.map(() => []);
    const scale = demands.reduce(
      (sum, { scores }) => sum + Math.max(Math.abs(scores[0] ?? 0), Math.abs(scores.at(-1) ?? 0)),
      0,
    );
    this.#tolerance = 2 * Number.EPSILON * demands.length * scale;
    this.#after[0] = this.#least(0);
    if (this.#firsts[0]?.includes(-1)) this.#depth = -1;
  }

  /** Goes on until a first path is found (`toFirst`), everything is searched, or the budget is spent. */
  advance(budget: Budget, toFirst: boolean): void {
    while (this.#depth >= 0 && !(toFirst && this.best)) {
      if (budget.expired) return;
      const level = this.#depth;
      const candidate = this.#next(level);
      if (candidate < 0) {
        this.#depth -= 1;
        continue;
      }
      budget.nodes += 1;
      if (budget.spend(1 + this.#costOf(level, candidate))) return;
      this.#cursor[level] = candidate + 1;
      this.#chosen[level] = candidate;
      this.#descend(level, candidate);
    }
  }

  /** The next candidate worth trying at this level; -1 when there is none or none can beat the best path. */
  #next(level: number): number {
    const candidate = nextBit(this.#domains[level]?.[level] ?? new Uint32Array(), this.#cursor[level] ?? 0);
    if (candidate < 0) return -1;
    const optimistic = this.#totalWith(level, candidate) + (this.#after[level] ?? 0);
    return this.#hopeless(optimistic) ? -1 : candidate;
  }

  #descend(level: number, candidate: number): void {
    const total = this.#totalWith(level, candidate);
    if (level === this.#demands.length - 1) {
      this.best = [...this.#chosen];
      this.#bestTotal = total;
      return;
    }
    if (!this.#propagate(level, candidate)) return;
    this.#after[level + 1] = this.#least(level + 1);
    const below = this.#scoreOf(level + 1, this.#firsts[level + 1]?.[level + 1] ?? -1) + (this.#after[level + 1] ?? 0);
    if (this.#hopeless(total + below)) return;
    this.#partial[level + 1] = total;
    this.#cursor[level + 1] = 0;
    this.#depth = level + 1;
  }

  /** Narrows the later demands to what fits the candidate; false when one has nothing left. */
  #propagate(level: number, candidate: number): boolean {
    const domains = this.#domains[level + 1] ?? [];
    const firsts = this.#firsts[level + 1] ?? [];
    for (let later = level + 1; later < this.#demands.length; later += 1) {
      domains[later] = this.#domains[level]?.[later] ?? new Uint32Array();
      firsts[later] = this.#firsts[level]?.[later] ?? -1;
    }
    for (const { level: later, rows } of this.#narrowings[level] ?? []) {
      const current = domains[later] ?? new Uint32Array();
      const own = this.#storageFor(level, later, current.length);
      intersect(own, current, rows.row(candidate));
      domains[later] = own;
      const first = nextBit(own, firsts[later] ?? 0);
      firsts[later] = first;
      if (first < 0) {
        this.#blocked[rows.pair.rule] = (this.#blocked[rows.pair.rule] ?? 0) + 1;
        return false;
      }
    }
    return true;
  }

  #storageFor(level: number, later: number, words: number): Bits {
    const storage = this.#storage[level] ?? [];
    const kept = storage[later];
    if (kept) return kept;
    const fresh = new Uint32Array(words);
    storage[later] = fresh;
    return fresh;
  }

  #least(level: number): number {
    let sum = 0;
    for (let later = level + 1; later < this.#demands.length; later += 1) {
      sum += this.#scoreOf(later, this.#firsts[level]?.[later] ?? -1);
    }
    return sum;
  }

  #costOf(level: number, candidate: number): number {
    let cost = 0;
    for (const { rows } of this.#narrowings[level] ?? []) cost += rows.costOf(candidate);
    return cost;
  }

  #hopeless(bound: number): boolean {
    return bound >= this.#bestTotal - this.#tolerance;
  }

  #totalWith(level: number, candidate: number): number {
    return (this.#partial[level] ?? 0) + this.#scoreOf(level, candidate);
  }

  #scoreOf(level: number, candidate: number): number {
    return this.#demands[level]?.scores[candidate] ?? 0;
  }
}
