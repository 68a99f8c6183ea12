// A search over one model, whatever the strategy: groups of connected demands are solved one by one, first a path in each, so
// that there is an answer early, then each to its end.
import type { Registry } from '../framework/registry.ts';
import { makeArcConsistent } from './arc-consistency.ts';
import { type Bits, clearBit, fullBits, nextBit } from './bits.ts';
import type { Budget } from './budget.ts';
import { components } from './components.ts';
import { directions } from './expression.ts';
import { allowanceOf } from './gap.ts';
import { type Group, makeGroup } from './group.ts';
import type { Placement, SearchModel } from './model.ts';
import { PairRows } from './pair-rows.ts';
import { type Narrowing, Path } from './path.ts';
import { softTests, tellingApart } from './soft-pairs.ts';
import type { Allowance, Found, GroupSearch, Present, Reordered, SearchSession, SearchStrategy } from './strategy.ts';
import { dropDominated, kindsOf } from './twins.ts';

/** Memory for rows of pair tests; beyond it rows are computed anew each time. */
const ROW_BYTES = 160 * 1024 * 1024;

/** What is known of a group since its demands last lost a candidate; no search: it has no answer. */
type Opened = GroupSearch | null;

export class Session implements SearchSession {
  readonly blocked: number[];
  readonly #model: SearchModel;
  readonly #strategy: SearchStrategy;
  readonly #budget: Budget;
  readonly #domains: Bits[];
  readonly #rows: readonly PairRows[];
  /** Of demands that belong together, to be decided in the order given. */
  readonly #group: (positions: readonly number[]) => Group;
  readonly #groups: readonly Group[];
  readonly #kinds: readonly Uint32Array[];
  readonly #opened = new Map<Group, Opened>();
  readonly #gapLimit: number;

  constructor(registry: Registry, strategy: SearchStrategy, model: SearchModel, budget: Budget, gapLimit = 0) {
    const { demands, rules, pairs, terms = [], slots = [], noise = 0, softPairs = [] } = model;
    const tests = softTests(softPairs, rules, registry);
    const telling = [...pairs, ...tellingApart(softPairs)];
    this.blocked = rules.map(() => 0);
    this.#model = model;
    this.#strategy = strategy;
    this.#budget = budget;
    this.#gapLimit = gapLimit;
    this.#domains = demands.map(({ scores }) => fullBits(scores.length));
    this.#kinds = demands.map(({ scores }, position) => kindsOf(position, scores.length, telling));
    this.#group = (positions) => makeGroup(positions, demands, terms, slots, noise, tests);
    this.#groups = components(demands.length, [...telling, ...linksOf(model)]).map(this.#group);
    const allowance = { bytesLeft: ROW_BYTES };
    this.#rows = pairs.map((pair) => {
      const rule = rules[pair.rule];
      const type = rule && registry.get(rule.type);
      if (!type) throw new Error(`constraint type '${rule?.type}' is not registered`);
      return new PairRows(pair, rule, type, allowance);
    });
  }

  best(): Found | null {
    for (const group of this.#groups) {
      const search = this.#open(group);
      search?.advance(this.#budget, true);
      if (!search?.best) return null;
    }
    const searches = this.#groups.flatMap((group) => this.#open(group) ?? []);
    if (this.#model.optimise) {
      for (const [at, search] of searches.entries()) search.advance(this.#budget, false, this.#allowance(searches, at));
    }
    const [total, bound] = sums(searches);
    const placement = this.#placed();
    return this.#model.optimise ? { placement, total, bound } : { placement, total: 0, bound: 0 };
  }

  present(): Present {
    const searches = this.#groups.flatMap((group) => this.#opened.get(group) ?? []);
    const all = searches.length === this.#groups.length;
    const placed = all && searches.every(({ best }) => best);
    const [total, bound] = all && this.#model.optimise ? sums(searches) : [null, null];
    return { placement: placed ? this.#placed() : null, total: placed ? total : null, bound };
  }

  exclude(position: number, candidate: number): void {
    const domain = this.#domains[position];
    if (domain) clearBit(domain, candidate);
    for (const [group, search] of this.#opened) {
      // What a gap limit allowed in this round may be too much in the next.
      const unproven = this.#gapLimit > 0 && search?.best && search.bound() < search.total;
      if (group.positions.includes(position) || unproven) this.#opened.delete(group);
    }
  }

  bound(): number | null {
    if (!this.#model.optimise) return null;
    const bounds = this.#groups.map((group) => this.#open(group)?.bound() ?? Number.POSITIVE_INFINITY);
    return bounds.reduce((sum, bound) => sum + bound, 0);
  }

  impossible(): readonly number[] {
    return this.#rows.flatMap((rows, index) => (this.#hasAnyFit(rows) ? [] : [index]));
  }

  #allowance(searches: readonly GroupSearch[], at: number): Allowance | undefined {
    return this.#gapLimit > 0 ? allowanceOf(searches, at, this.#gapLimit, this.#model.offset ?? 0) : undefined;
  }

  #placed(): Placement {
    const placement = this.#model.demands.map(() => -1);
    for (const group of this.#groups) {
      const best = this.#opened.get(group)?.best;
      for (const [level, position] of group.positions.entries()) placement[position] = best?.[level] ?? -1;
    }
    return placement;
  }

  #hasAnyFit(rows: PairRows): boolean {
    const size = this.#model.demands[rows.pair.a]?.scores.length ?? 0;
    for (let i = 0; i < size; i += 1) {
      if (this.#budget.spend(1 + rows.costOf(i))) return true;
      if (rows.row(i).some((word) => word !== 0)) return true;
    }
    return false;
  }

  #open(group: Group): Opened {
    const known = this.#opened.get(group);
    if (known !== undefined) return known;
    const domains = this.#pruned(group);
    const search = domains && this.#strategy.search(this.#path(group, domains), this.#reordered(group));
    this.#opened.set(group, search);
    return search;
  }

  /** What is worth searching of the group's domains; null when one is empty. */
  #pruned({ positions, columns }: Group): Bits[] | null {
    const domains = this.#domains.map((bits, position) => (positions.includes(position) ? bits.slice() : bits));
    if (this.#strategy.dropsDominated) {
      for (const [level, position] of positions.entries()) {
        const [domain, kinds] = [domains[position], this.#kinds[position]];
        if (domain && kinds) dropDominated(domain, kinds, columns[level] ?? []);
      }
    }
    const rows = this.#rows.filter(({ pair }) => positions.includes(pair.a));
    const own = positions.flatMap((position) => domains[position] ?? []);
    if (own.some((bits) => nextBit(bits, 0) < 0)) return null;
    return makeArcConsistent(domains, rows, this.#budget, this.blocked) ? own : null;
  }

  #path(group: Group, domains: readonly Bits[]): Path {
    return new Path(group, domains, this.#narrowings(group), this.blocked);
  }

  #reordered(group: Group): Reordered {
    return (order, domains) =>
      this.#path(
        this.#group(order.flatMap((level) => group.positions[level] ?? [])),
        order.flatMap((level) => domains[level] ?? []),
      );
  }

  #narrowings({ positions }: Group): Narrowing[][] {
    const levelOf = new Map(positions.map((position, level) => [position, level]));
    const narrowings: Narrowing[][] = positions.map(() => []);
    for (const rows of this.#rows) {
      const [a, b] = [levelOf.get(rows.pair.a), levelOf.get(rows.pair.b)];
      if (a === undefined || b === undefined) continue;
      narrowings[Math.min(a, b)]?.push(a < b ? { level: b, rows } : { level: a, rows: rows.flipped() });
    }
    return narrowings;
  }
}

/** Total and bound of all groups. */
function sums(searches: readonly GroupSearch[]): readonly [total: number, bound: number] {
  return searches.reduce(([total, bound], one) => [total + one.total, bound + one.bound()], [0, 0]);
}

/** Demands that one term mixes belong together. */
function linksOf({ terms = [], slots = [] }: SearchModel): readonly { readonly a: number; readonly b: number }[] {
  return terms.flatMap((term) => {
    const positions = directions(term).map(([slot]) => slots[slot]?.position ?? 0);
    return positions.slice(1).map((b) => ({ a: positions[0] ?? 0, b }));
  });
}
