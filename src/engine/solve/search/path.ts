// The state of a depth-first search at each of its levels: what is left of each demand, and the vector of slots. Going down
// narrows the later demands to what fits the chosen candidate (forward checking).
import { type Bits, intersect, nextBit, nextCommon, setBit } from './bits.ts';
import type { Budget } from './budget.ts';
import { diffuse, leastSum, type Shared } from './diffusion.ts';
import { type Column, firstIn, type Group, totalOf, valueAt } from './group.ts';
import type { PairRows } from './pair-rows.ts';
import type { SoftTie } from './soft-pairs.ts';

/** A pairwise constraint seen from its earlier demand: which later level it narrows, and by what. */
export interface Narrowing {
  readonly level: number;
  readonly rows: PairRows;
}

export class Path {
  readonly group: Group;
  readonly #narrowings: readonly (readonly Narrowing[])[];
  readonly #blocked: number[];
  /** Per level, what is left of each demand. */
  readonly #domains: Bits[][];
  /** Per level and slot, where in its column the best candidate left stands. */
  readonly #places: Int32Array[];
  readonly #slots: Float64Array[];
  /** Narrowings of each level by the level they narrow. */
  readonly #byLater: readonly ReadonlyMap<number, readonly PairRows[]>[];
  /** By level: its only number is the score, and candidates stand in its order. */
  readonly #inOrder: readonly boolean[];
  /** By level: what a decision there costs the candidates of levels below. */
  readonly #tiesFrom: readonly ReadonlyMap<number, readonly SoftTie[]>[];
  /** By level and level from there on: scores with what the decisions above cost. Only of candidates that are left. */
  readonly #paid: Float64Array[][];
  readonly #trial: Float64Array;
  readonly #scratch: Bits;
  /** What `tighten` shared at each level of the present path; null where it did not. */
  readonly #shared: (Shared | null)[] = [];
  /** Own storage of narrowed domains, by level of the decision and of the narrowed demand. */
  readonly #storage: Bits[][];
  /** The same for domains that were tightened, by the level that they are of. */
  readonly #tightened: Bits[][];

  /** `domains[level]` are the candidates offered; `narrowings[level]` those that a decision there causes. */
  constructor(
    group: Group,
    domains: readonly Bits[],
    narrowings: readonly (readonly Narrowing[])[],
    blocked: number[],
  ) {
    this.group = group;
    this.#narrowings = narrowings;
    this.#blocked = blocked;
    this.#domains = domains.map(() => [...domains]);
    this.#places = domains.map(() => new Int32Array(group.slots));
    this.#slots = domains.map(() => new Float64Array(group.slots));
    this.#storage = domains.map(() => []);
    this.#tightened = domains.map(() => []);
    this.#byLater = narrowings.map(byLater);
    this.#inOrder = group.columns.map((columns) => columns.length === 1 && columns[0]?.order === null);
    this.#tiesFrom = tiesFrom(group.ties);
    this.#paid = domains.map((_, level) =>
      group.columns.map((columns, later) => paidStorage(group, level, later, columns)),
    );
    this.#trial = new Float64Array(group.slots);
    this.#scratch = new Uint32Array(domains.reduce((most, { length }) => Math.max(most, length), 0));
    for (let level = 0; level < domains.length; level += 1) this.#settle(0, level);
  }

  /** What is left of a demand at this level, by default of the level's own. */
  domain(level: number, of = level): Bits {
    return this.#domains[level]?.[of] ?? NONE;
  }

  /** The vector at this level: candidates above it, the one under test on it, the best left below. */
  slots(level: number): Float64Array {
    return this.#slots[level] ?? NO_SLOTS;
  }

  /** Puts a candidate of this level to the test. */
  place(level: number, candidate: number): void {
    const slots = this.slots(level);
    for (const { slot, values } of this.group.columns[level] ?? []) slots[slot] = values[candidate] ?? Number.NaN;
    if (this.#isTied(level)) slots[level] = this.score(level, candidate);
  }

  /** The score of a candidate of this level, with what the decisions above cost. */
  score(level: number, candidate: number): number {
    return this.#paid[level]?.[level]?.[candidate] ?? 0;
  }

  total(level: number): number {
    return totalOf(this.group, this.slots(level));
  }

  /** Opens the next level with this candidate chosen; false when a later demand has nothing left. */
  descend(level: number, candidate: number): boolean {
    this.place(level, candidate);
    const next = level + 1;
    this.#shared[next] = null;
    this.#slots[next]?.set(this.slots(level));
    this.#places[next]?.set(this.#places[level] ?? []);
    const domains = this.#domains[next] ?? [];
    for (let later = next; later < domains.length; later += 1) domains[later] = this.#domains[level]?.[later] ?? NONE;
    for (const { level: later, rows } of this.#narrowings[level] ?? []) {
      const current = domains[later] ?? NONE;
      const own = this.#storageFor(level, later, current.length);
      intersect(own, current, rows.row(candidate));
      domains[later] = own;
      if (nextBit(own, 0) < 0) {
        this.#blocked[rows.pair.rule] = (this.#blocked[rows.pair.rule] ?? 0) + 1;
        return false;
      }
    }
    for (const { level: later } of this.#narrowings[level] ?? []) this.#settle(next, later);
    this.#pay(level, candidate);
    return true;
  }

  /** Writes down what the decision costs the levels below. */
  #pay(level: number, candidate: number): void {
    const next = level + 1;
    for (let later = next; later < this.group.ties.length; later += 1) {
      if (!this.#isTied(later)) continue;
      const ties = this.#tiesFrom[level]?.get(later) ?? [];
      const before = this.#paid[level]?.[later] ?? NO_SLOTS;
      const after = this.#paid[next]?.[later] ?? NO_SLOTS;
      const domain = this.#domains[next]?.[later] ?? NONE;
      for (let at = nextBit(domain, 0); at >= 0; at = nextBit(domain, at + 1)) {
        after[at] = (before[at] ?? 0) + costOf(ties, candidate, at);
      }
      this.#settle(next, later);
    }
  }

  /**
   * Shares costs between this level and those below (see diffusion) and takes away what cannot stay at or below `limit`;
   * the return is a bound for each candidate of this level, or null when none can stay. Slack for rounding is the caller's.
   */
  tighten(level: number, limit: number, budget: Budget): ((candidate: number) => number) | null {
    const slots = this.slots(level);
    const open = this.group.sizes.map((_, at) => at).slice(level);
    this.#settle(level, level);
    const base = totalOf(this.group, slots) - open.reduce((sum, at) => sum + (slots[at] ?? 0), 0);
    const levels = open.map((at) => ({
      level: at,
      domain: this.#domains[level]?.[at] ?? NONE,
      scores: this.#paid[level]?.[at] ?? NO_SLOTS,
    }));
    const rows = (a: number, b: number) => this.#byLater[a]?.get(b) ?? [];
    const diffused = diffuse(levels, rows, base, limit, budget, this.#sharedAbove(level));
    if (!diffused) return null;
    const { shares, shared } = diffused;
    this.#shared[level] = shared;
    if (budget.expired) return () => Number.NEGATIVE_INFINITY;
    for (const { level: at, members } of shares) {
      const kept = this.#tightenedFor(level, at);
      kept.fill(0);
      for (const candidate of members) setBit(kept, candidate);
      (this.#domains[level] ?? [])[at] = kept;
      this.#settle(level, at);
    }
    const [own, ...others] = shares;
    const rest = base + leastSum(others);
    const values = new Map(
      own ? [...own.members].map((candidate, at) => [candidate, rest + (own.values[at] ?? 0)]) : [],
    );
    return (candidate) => values.get(candidate) ?? Number.POSITIVE_INFINITY;
  }

  /** The total that `descend` would leave as bound; infinite when a later demand would have nothing left. */
  peek(level: number, candidate: number): number {
    this.place(level, candidate);
    const slots = this.slots(level);
    const trial = this.#trial;
    trial.set(slots);
    for (const [later, list] of this.#byLater[level] ?? []) {
      const alike = this.#inOrder[later] ? list[0] : undefined;
      const left = alike && list.length === 1 ? this.#firstLeft(level, later, alike, candidate) : null;
      if (!(left ?? this.#bestLeft(level, later, list, candidate))) return Number.POSITIVE_INFINITY;
    }
    this.#payOnTrial(level, candidate);
    return totalOf(this.group, trial);
  }

  /** Lifts what is on trial to what the candidate, and the decisions above it, cost the later demands. */
  #payOnTrial(level: number, candidate: number): void {
    const settled = this.slots(level);
    for (const [later, ties] of this.#tiesFrom[level] ?? []) {
      this.#trial[later] = Math.max(this.#trial[later] ?? 0, this.#leastPaid(level, later, ties, candidate));
    }
    for (let later = level + 1; later < this.group.ties.length; later += 1) {
      if (this.#isTied(later)) this.#trial[later] = Math.max(this.#trial[later] ?? 0, settled[later] ?? 0);
    }
  }

  /** Puts on trial what is best of a later demand beside the candidate, by one look for the first that both allow. */
  #firstLeft(level: number, later: number, rows: PairRows, candidate: number): boolean {
    const [column] = this.group.columns[later] ?? [];
    if (!column) return true;
    const from = Math.max(0, this.#places[level]?.[column.slot] ?? 0);
    const at = nextCommon(this.#domains[level]?.[later] ?? NONE, rows.row(candidate), from);
    this.#trial[column.slot] = valueAt(column, at);
    return at >= 0;
  }

  /** The same with several constraints or several numbers of the objective. */
  #bestLeft(level: number, later: number, list: readonly PairRows[], candidate: number): boolean {
    const domain = this.#narrowed(level, later, list, candidate);
    if (!domain) return false;
    for (const column of this.group.columns[later] ?? []) {
      const at = firstIn(column, domain, Math.max(0, this.#places[level]?.[column.slot] ?? 0));
      this.#trial[column.slot] = valueAt(column, at);
    }
    return true;
  }

  /** What is left of a later demand beside the candidate, in storage that the next call writes over; null for nothing. */
  #narrowed(level: number, later: number, list: readonly PairRows[], candidate: number): Bits | null {
    let domain = this.#domains[level]?.[later] ?? NONE;
    const scratch = this.#scratch.subarray(0, domain.length);
    for (const rows of list) {
      intersect(scratch, domain, rows.row(candidate));
      domain = scratch;
    }
    return nextBit(domain, 0) < 0 ? null : domain;
  }

  /** Single pair tests that going down with this candidate would cost now. */
  costOf(level: number, candidate: number): number {
    let cost = 0;
    for (const { rows } of this.#narrowings[level] ?? []) cost += rows.costOf(candidate);
    return cost + LOOK * (this.#tiesFrom[level]?.size ?? 0);
  }

  #isTied(level: number): boolean {
    return (this.group.ties[level]?.length ?? 0) > 0;
  }

  /**
   * The least of what candidates left of a later level cost under the decisions above this one and, by `ties`, under `candidate`
   * here; or less. They come by score, so the first whose score alone is not below the least found ends it, and so does patience.
   */
  #leastPaid(level: number, later: number, ties: readonly SoftTie[], candidate: number): number {
    const [column] = this.group.columns[later] ?? [];
    if (!column) return 0;
    const paid = this.#paid[level]?.[later] ?? NO_SLOTS;
    const domain = this.#domains[level]?.[later] ?? NONE;
    let least = Number.POSITIVE_INFINITY;
    let tests = PATIENCE;
    let at = firstIn(column, domain, Math.max(0, this.#places[level]?.[column.slot] ?? 0));
    for (; at >= 0; at = firstIn(column, domain, at + 1)) {
      const value = valueAt(column, at);
      if (value >= least || tests <= 0) return Math.min(least, value);
      const other = candidateAt(column, at);
      const cost = paid[other] ?? 0;
      if (cost >= least) continue;
      tests -= ties.length;
      least = Math.min(least, cost + costOf(ties, candidate, other));
    }
    // An empty domain has no least; its group is known to be without an answer before its total is asked.
    return least === Number.POSITIVE_INFINITY ? 0 : least;
  }

  /** Finds anew what is best of a later demand; places only move on, since domains only shrink on the way down. */
  #settle(level: number, later: number): void {
    const places = this.#places[level];
    const slots = this.#slots[level];
    const domain = this.#domains[level]?.[later] ?? NONE;
    if (!places || !slots) return;
    for (const column of this.group.columns[later] ?? []) {
      const at = firstIn(column, domain, Math.max(0, places[column.slot] ?? 0));
      places[column.slot] = at;
      const pays = column.slot === later && this.#isTied(later);
      slots[column.slot] = pays ? this.#leastPaid(level, later, NO_TIES, -1) : bestAt(column, at);
    }
  }

  /** What was shared at the nearest level above where that was done. */
  #sharedAbove(level: number): Shared | null {
    for (let above = level - 1; above >= 0; above -= 1) {
      const shared = this.#shared[above];
      if (shared) return shared;
    }
    return null;
  }

  #tightenedFor(level: number, later: number): Bits {
    const storage = this.#tightened[level] ?? [];
    const kept = storage[later] ?? new Uint32Array(this.#domains[level]?.[later]?.length ?? 0);
    storage[later] = kept;
    return kept;
  }

  #storageFor(level: number, later: number, words: number): Bits {
    const storage = this.#storage[level] ?? [];
    const kept = storage[later];
    if (kept) return kept;
    const fresh = new Uint32Array(words);
    storage[later] = fresh;
    return fresh;
  }
}

function byLater(narrowings: readonly Narrowing[]): ReadonlyMap<number, readonly PairRows[]> {
  const result = new Map<number, PairRows[]>();
  for (const { level, rows } of narrowings) result.set(level, [...(result.get(level) ?? []), rows]);
  return result;
}

/** Ties from each level to those below. */
function tiesFrom(ties: readonly (readonly SoftTie[])[]): readonly ReadonlyMap<number, readonly SoftTie[]>[] {
  return ties.map((_, level) => {
    const below = ties.map((list, later) => [later, list.filter(({ earlier }) => earlier === level)] as const);
    return new Map(below.filter(([, list]) => list.length > 0));
  });
}

/** Who stands at a place of the column's order. */
function candidateAt({ order }: Column, at: number): number {
  return order ? (order[at] ?? -1) : at;
}

function costOf(ties: readonly SoftTie[], i: number, j: number): number {
  let cost = 0;
  for (const { weight, violated } of ties) if (violated(i, j)) cost += weight;
  return cost;
}

/** The scores themselves where no decision above `level` costs the later level anything. */
function paidStorage({ ties }: Group, level: number, later: number, [column]: readonly Column[]): Float64Array {
  const scores = column?.values ?? NO_SLOTS;
  const own = level > 0 && level <= later && (ties[later]?.length ?? 0) > 0;
  return own ? new Float64Array(scores.length) : scores;
}

/** An empty domain has no best; its group is known to be without an answer before its total is asked. */
function bestAt(column: Column, at: number): number {
  return at < 0 ? 0 : valueAt(column, at);
}

/** Soft ties tested for the least of a later level; beyond, scores alone are the bound. */
const PATIENCE = 128;
/** What such a look costs in single pair tests, roughly. */
const LOOK = 8;
const NO_TIES: readonly SoftTie[] = [];
const NONE: Bits = new Uint32Array();
const NO_SLOTS = new Float64Array();
