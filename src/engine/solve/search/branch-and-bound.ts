// Depth-first branch and bound over one group of connected demands. Candidates come best first, so the first path found is
// the greedy one; of equal totals the first in search order wins. When that does not come to an end soon, it looks one step
// ahead: candidates of a level in the order of the bound that going down with them would show. Can be paused and resumed. With an
// allowance (from a gap limit) it leaves out what is better by no more than that, and remembers the least bound left out.
import { nextBit } from './bits.ts';
import type { Budget } from './budget.ts';
import { type Look, lookAhead, type Worth } from './look-ahead.ts';
import type { Path } from './path.ts';
import type { Allowance, GroupSearch } from './strategy.ts';

/** Candidates tried before it looks ahead, which costs a row of pair tests for each candidate: easy problems end before. */
const PATIENCE = 200;
/** Candidates tried after that before it shares costs at each node: many times dearer, worth it only where bounds are far off. */
const EFFORT = 40_000;

/** Sharing costs is exact to about 1 in 10^10; this many times the tolerance of one sum is far above that. */
const SLACK = 2 ** 24;
const NOTHING_LEFT: Look = { order: [], bounds: [] };
const ANY: (candidate: number) => boolean = () => true;
const UNKNOWN = () => Number.NEGATIVE_INFINITY;
const EXACT: Allowance = () => 0;

export class BranchAndBound implements GroupSearch {
  best: readonly number[] | null = null;
  total = Number.POSITIVE_INFINITY;
  readonly #path: Path;
  readonly #last: number;
  /** Counts down; below 0 it looks ahead, from `-effort` on it shares costs, too. */
  #patience: number;
  readonly #effort: number;
  #bestAges: readonly number[] = [];
  #allowance: Allowance = EXACT;
  /** What cannot get below this is not worth looking at: the best total with its tolerance, or less by the allowance. */
  #limit = Number.POSITIVE_INFINITY;
  /** The least bound of what was left out. Without an allowance it is above the best total. */
  #skipped = Number.POSITIVE_INFINITY;
  #depth = 0;
  /** By level: where to go on, in the domain or in the look. */
  readonly #cursor: number[];
  readonly #looks: (Look | null)[];
  readonly #chosen: number[];

  constructor(path: Path, patience = PATIENCE, effort = EFFORT) {
    this.#path = path;
    this.#patience = patience;
    this.#effort = effort;
    const { positions, sizes } = path.group;
    this.#last = positions.length - 1;
    this.#cursor = sizes.map(() => 0);
    this.#looks = sizes.map(() => null);
    this.#chosen = sizes.map(() => -1);
  }

  /** Everything is searched. */
  get over(): boolean {
    return this.#depth < 0;
  }

  /** `until`: pauses when the budget has counted so much work. */
  advance(budget: Budget, toFirst: boolean, allowance = EXACT, until = Number.POSITIVE_INFINITY): void {
    this.#allowance = allowance;
    this.#setLimit();
    while (!this.over && !(toFirst && this.best) && !budget.expired && budget.work < until) {
      budget.turn();
      if (this.#patience === 0 || this.#patience === -this.#effort) this.#lookAround(budget);
      this.#patience -= 1;
      const level = this.#depth;
      const candidate = this.#next(level, budget);
      if (budget.expired) return;
      if (candidate < 0) this.#depth -= 1;
      else this.#try(level, candidate, budget);
    }
  }

  /** Takes over a path that another search of the same demands has found, if it is better than the own. */
  adopt(chosen: readonly number[], total: number): void {
    const { tolerance } = this.#path.group;
    if (this.best && total > this.total + tolerance) return;
    const wins = !this.best || total < this.total - tolerance || this.#isBefore(chosen);
    this.#settle(wins ? chosen : (this.best ?? chosen), total);
  }

  #try(level: number, candidate: number, budget: Budget): void {
    budget.nodes += 1;
    if (budget.spend(1 + this.#path.costOf(level, candidate))) return;
    this.#cursor[level] = this.#looks[level] ? (this.#cursor[level] ?? 0) + 1 : candidate + 1;
    this.#chosen[level] = candidate;
    if (level === this.#last) this.#keep(level);
    else this.#descend(level, candidate, budget);
  }

  /** The least total of everything not searched, or the best one found if that is smaller. */
  bound(): number {
    let least = Math.min(this.total, this.#skipped);
    for (let level = 0; level <= this.#depth; level += 1) least = Math.min(least, this.#leastLeft(level));
    return least;
  }

  #leastLeft(level: number): number {
    const cursor = this.#cursor[level] ?? 0;
    const look = this.#looks[level];
    if (look) return look.bounds[cursor] ?? Number.POSITIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    const domain = this.#path.domain(level);
    for (let at = nextBit(domain, cursor); at >= 0; at = nextBit(domain, at + 1)) {
      this.#path.place(level, at);
      least = Math.min(least, this.#path.total(level));
      if (this.#path.group.ordered[level]) break;
    }
    return least;
  }

  /** The next candidate worth trying at this level; -1 when none is left that could beat the best path. */
  #next(level: number, budget: Budget): number {
    const look = this.#looks[level];
    if (look) return this.#nextOf(look, level);
    const domain = this.#path.domain(level);
    for (let at = nextBit(domain, this.#cursor[level] ?? 0); at >= 0; at = nextBit(domain, at + 1)) {
      this.#path.place(level, at);
      const bound = this.#path.total(level);
      if (!this.#hopeless(level, at, bound)) return at;
      if (this.#path.group.ordered[level] && this.#endsLevel(bound)) return -1;
      this.#cursor[level] = at + 1;
      if (budget.spend(1)) return -1;
    }
    return -1;
  }

  #nextOf({ order, bounds }: Look, level: number): number {
    for (let turn = this.#cursor[level] ?? 0; turn < order.length; turn += 1) {
      const [candidate, bound] = [order[turn] ?? -1, bounds[turn] ?? Number.POSITIVE_INFINITY];
      this.#cursor[level] = turn;
      this.#path.place(level, candidate);
      if (!this.#hopeless(level, candidate, bound)) return candidate;
      if (this.#exceeds(bound)) return -1;
    }
    return -1;
  }

  #descend(level: number, candidate: number, budget: Budget): void {
    if (!this.#path.descend(level, candidate)) return;
    this.#cursor[level + 1] = 0;
    const next = level + 1;
    if (this.best && this.#exceeds(this.#path.total(next))) return;
    this.#looks[next] = this.#patience < 0 && next < this.#last ? this.#look(next, 0, budget) : null;
    this.#depth = next;
  }

  /** Patience is at its end: what the open levels have left is put in a better order. */
  #lookAround(budget: Budget): void {
    for (let level = 0; level <= this.#depth && level < this.#last; level += 1) {
      const look = this.#lookAgain(level, budget);
      if (!look) return;
      this.#looks[level] = look;
      this.#cursor[level] = 0;
    }
  }

  /** At a level that is open already: only at what was not tried yet. */
  #lookAgain(level: number, budget: Budget): Look | null {
    const cursor = this.#cursor[level] ?? 0;
    const look = this.#looks[level];
    if (!look) return this.#look(level, cursor, budget);
    const left = new Set(look.order.slice(cursor));
    return this.#look(level, 0, budget, (candidate) => left.has(candidate));
  }

  /** What is hopeless now stays so: the best path only gets better. */
  #look(level: number, from: number, budget: Budget, untried = ANY): Look | null {
    const known = this.#known(level, budget);
    if (!known) return NOTHING_LEFT;
    const ordered = this.best !== null && this.#path.group.ordered[level] === true;
    const worth = (candidate: number, bound: number): Worth => {
      if (!untried(candidate)) return 'no';
      if (!this.#hopeless(level, candidate, bound)) return 'yes';
      return ordered && this.#endsLevel(bound) ? 'end' : 'no';
    };
    return lookAhead(this.#path, level, from, budget, worth, known);
  }

  /** What shared costs say of the level's candidates; null when they say that none can reach the best path. */
  #known(level: number, budget: Budget): ((candidate: number) => number) | null {
    if (!this.best || this.#patience > -this.#effort) return UNKNOWN;
    const slack = SLACK * this.#path.group.tolerance;
    const bounds = this.#path.tighten(level, this.#limit + slack, budget);
    this.#skipped = Math.min(this.#skipped, this.#limit);
    return bounds && ((candidate) => bounds(candidate) - slack);
  }

  #keep(level: number): void {
    this.#settle(this.#chosen, this.#path.total(level));
  }

  #settle(chosen: readonly number[], total: number): void {
    // Equal totals differ by rounding: the least stays the measure, or a chain of equals could drift upwards.
    this.total = Math.min(this.total, total);
    this.best = [...chosen];
    this.#bestAges = this.#agesOf(chosen);
    this.#setLimit();
  }

  #setLimit(): void {
    const allowed = this.best ? this.#allowance(this.total) : 0;
    this.#limit = allowed > 0 ? this.total - allowed : this.total + this.#path.group.tolerance;
  }

  /** Nothing at or below this candidate can beat the best path (by more than is allowed). */
  #hopeless(level: number, candidate: number, bound: number): boolean {
    if (!this.best) return bound === Number.POSITIVE_INFINITY && this.#looks[level] !== null;
    if (this.#exceeds(bound)) return true;
    if (bound < this.total - this.#path.group.tolerance) return false;
    const age = this.#compareAges(level);
    return age > 0 || (age === 0 && !this.#comesFirst(level, candidate));
  }

  #exceeds(bound: number): boolean {
    if (bound <= this.#limit && bound !== Number.POSITIVE_INFINITY) return false;
    this.#skipped = Math.min(this.#skipped, bound);
    return true;
  }

  /** Later candidates of an ordered level have no smaller bound and come later in search order; only ages may differ. */
  #endsLevel(bound: number): boolean {
    return this.#path.group.ages.length === 0 || this.#exceeds(bound);
  }

  /** The smallest ages possible with this vector against those of the best path, first demand first. */
  #compareAges(level: number): number {
    const slots = this.#path.slots(level);
    for (const [at, slot] of this.#path.group.ages.entries()) {
      const difference = (slots[slot] ?? 0) - (this.#bestAges[at] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /**
   * Whether a path through this candidate could stand before the best path in the model's order of demands: undecided ones count
   * with the first candidate left.
   */
  #comesFirst(level: number, candidate: number): boolean {
    for (const at of this.#path.group.inModelOrder) {
      const decided = at === level ? candidate : this.#chosen[at];
      const index = at <= level ? (decided ?? 0) : nextBit(this.#path.domain(level, at), 0);
      const difference = index - (this.best?.[at] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  /** Whether a whole path of the same total wins against the best one. */
  #isBefore(chosen: readonly number[]): boolean {
    const ages = this.#agesOf(chosen).map((age, at) => age - (this.#bestAges[at] ?? 0));
    const indices = this.#path.group.inModelOrder.map((at) => (chosen[at] ?? 0) - (this.best?.[at] ?? 0));
    return ([...ages, ...indices].find((difference) => difference !== 0) ?? 0) < 0;
  }

  #agesOf(chosen: readonly number[]): readonly number[] {
    const { ages, columns, inModelOrder } = this.#path.group;
    if (ages.length === 0) return [];
    return inModelOrder.map((level) => columns[level]?.at(-1)?.values[chosen[level] ?? 0] ?? 0);
  }
}
