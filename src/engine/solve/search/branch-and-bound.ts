// Exact, deterministic branch and bound with forward checking. Groups of connected demands are solved one by one: first a
// path in each, so that there is an answer early, then each to its proven optimum.
import type { Registry } from '../framework/registry.ts';
import { type Bits, clearBit, fullBits } from './bits.ts';
import type { Budget } from './budget.ts';
import { components } from './components.ts';
import { GroupSearch, type Narrowing } from './group-search.ts';
import type { Placement, SearchModel } from './model.ts';
import { PairRows } from './pair-rows.ts';
import type { SearchSession, SearchStrategy } from './strategy.ts';

/** Memory for rows of pair tests; beyond it rows are computed anew each time. */
const ROW_BYTES = 64 * 1024 * 1024;

export function branchAndBound(registry: Registry): SearchStrategy {
  return { name: 'branch-and-bound', open: (model, budget) => new Session(registry, model, budget) };
}

class Session implements SearchSession {
  readonly blocked: number[];
  readonly #model: SearchModel;
  readonly #budget: Budget;
  readonly #domains: Bits[];
  readonly #rows: readonly PairRows[];
  readonly #groups: readonly number[][];
  /** Finished answers of groups whose demands have not lost a candidate since. */
  readonly #solved = new Map<readonly number[], readonly number[]>();

  constructor(registry: Registry, model: SearchModel, budget: Budget) {
    this.blocked = model.rules.map(() => 0);
    this.#model = model;
    this.#budget = budget;
    this.#domains = model.demands.map(({ scores }) => fullBits(scores.length));
    this.#groups = components(model.demands.length, model.pairs);
    const allowance = { bytesLeft: ROW_BYTES };
    this.#rows = model.pairs.map((pair) => {
      const rule = model.rules[pair.rule];
      const type = rule && registry.get(rule.type);
      if (!type) throw new Error(`constraint type '${rule?.type}' is not registered`);
      return new PairRows(pair, rule, type, allowance);
    });
  }

  best(): Placement | null {
    const searches = new Map<readonly number[], GroupSearch>();
    for (const group of this.#groups) {
      if (this.#solved.has(group)) continue;
      const search = this.#open(group);
      search.advance(this.#budget, true);
      if (!search.best) return null;
      searches.set(group, search);
    }
    for (const [group, search] of searches) {
      if (this.#model.optimise) search.advance(this.#budget, false);
      if (search.best) this.#solved.set(group, search.best);
    }
    const placement = this.#model.demands.map(() => -1);
    for (const group of this.#groups) {
      const best = this.#solved.get(group) ?? [];
      for (const [level, position] of group.entries()) placement[position] = best[level] ?? -1;
    }
    return placement;
  }

  exclude(position: number, candidate: number): void {
    const domain = this.#domains[position];
    if (domain) clearBit(domain, candidate);
    for (const group of this.#groups) if (group.includes(position)) this.#solved.delete(group);
  }

  impossible(): readonly number[] {
    return this.#rows.flatMap((rows, index) => (this.#hasAnyFit(rows) ? [] : [index]));
  }

  #hasAnyFit(rows: PairRows): boolean {
    const size = this.#model.demands[rows.pair.a]?.scores.length ?? 0;
    for (let i = 0; i < size; i += 1) {
      if (this.#budget.spend(1 + rows.costOf(i))) return true;
      if (rows.row(i).some((word) => word !== 0)) return true;
    }
    return false;
  }

  #open(group: readonly number[]): GroupSearch {
    const levelOf = new Map(group.map((position, level) => [position, level]));
    const narrowings = group.map((position) =>
      this.#rows.flatMap((rows): Narrowing[] => {
        const level = rows.pair.a === position ? levelOf.get(rows.pair.b) : undefined;
        return level === undefined ? [] : [{ level, rows }];
      }),
    );
    const demands = group.flatMap((position) => this.#model.demands[position] ?? []);
    const domains = group.flatMap((position) => this.#domains[position] ?? []);
    return new GroupSearch(demands, domains, narrowings, this.blocked);
  }
}
