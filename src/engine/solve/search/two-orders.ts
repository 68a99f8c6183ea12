// Branch and bound in two orders of the demands. It begins with the model's own, in which equal answers are decided at once. A
// search that goes on gets a second one beside it that decides first what settles most. They take turns, by counted work and
// so the same each time, tell each other what they find, and whichever ends first has proven the answer of both.
import { type Bits, countBits } from './bits.ts';
import { BranchAndBound } from './branch-and-bound.ts';
import type { Budget } from './budget.ts';
import { type Group, valueAt } from './group.ts';
import type { Path } from './path.ts';
import type { Allowance, GroupSearch, Reordered } from './strategy.ts';

/** Units of work. */
export interface Pace {
  /** After which a search is one that goes on. */
  readonly headStart: number;
  /** Of one turn of the first search and of the second, which nearly always ends before. */
  readonly first: number;
  readonly second: number;
}

const PACE: Pace = { headStart: 300_000, first: 50_000, second: 200_000 };

interface Second {
  readonly search: BranchAndBound;
  /** By its levels, the level in the model's order. */
  readonly order: readonly number[];
}

export class TwoOrders implements GroupSearch {
  readonly #first: BranchAndBound;
  readonly #group: Group;
  /** By level, before the first search takes away what a gap limit does not need. */
  readonly #offered: readonly Bits[];
  readonly #reordered: Reordered;
  readonly #pace: Pace;
  #second: Second | null = null;
  #work = 0;
  /** Where the present turn ends, in work. */
  #until: number;
  #firstIsNext = true;

  constructor(path: Path, reordered: Reordered, pace = PACE) {
    this.#first = new BranchAndBound(path);
    this.#group = path.group;
    this.#offered = path.group.sizes.map((_, level) => path.domain(0, level));
    this.#reordered = reordered;
    this.#pace = pace;
    this.#until = pace.headStart;
  }

  get best(): readonly number[] | null {
    return this.#first.best;
  }

  get total(): number {
    return this.#first.total;
  }

  advance(budget: Budget, toFirst: boolean, allowance?: Allowance): void {
    while (!this.#over && !(toFirst && this.best) && !budget.expired) {
      if (this.#work >= this.#until) this.#change();
      const search = this.#firstIsNext ? this.#first : (this.#second?.search ?? this.#first);
      const begun = budget.work;
      search.advance(budget, toFirst, allowance, begun + this.#until - this.#work);
      this.#work += budget.work - begun;
      if (this.#second) tell(this.#first, this.#second);
    }
  }

  bound(): number {
    const second = this.#second?.search;
    if (!second || this.#first.over) return this.#first.bound();
    return second.over ? second.bound() : Math.max(this.#first.bound(), second.bound());
  }

  get #over(): boolean {
    return this.#first.over || this.#second?.search.over === true;
  }

  /** The other one's turn; the first time there is another only if its order is one. */
  #change(): void {
    if (!this.#second) {
      const order = decisiveFirst(this.#group, this.#offered);
      if (order.every((level, at) => level === at)) {
        this.#until = Number.POSITIVE_INFINITY;
        return;
      }
      this.#second = { order, search: new BranchAndBound(this.#reordered(order, this.#offered)) };
    }
    this.#firstIsNext = !this.#firstIsNext;
    this.#until = this.#work + (this.#firstIsNext ? this.#pace.first : this.#pace.second);
  }
}

/** Afterwards both have the better path of the two, and the same total. */
function tell(first: BranchAndBound, { search, order }: Second): void {
  if (search.best) {
    const chosen = new Array<number>(order.length).fill(0);
    for (const [level, at] of order.entries()) chosen[at] = search.best[level] ?? 0;
    first.adopt(chosen, search.total);
  }
  const { best, total } = first;
  if (best) {
    search.adopt(
      order.map((at) => best[at] ?? 0),
      total,
    );
  }
}

/**
 * Levels by what deciding them settles: the smallest domain first, in powers of two, then the one whose candidates soon cost
 * much more than its best.
 */
function decisiveFirst({ sizes, columns, ages }: Group, domains: readonly Bits[]): readonly number[] {
  const classes = domains.map((domain) => 32 - Math.clz32(countBits(domain)));
  const steepness = columns.map((list, level) => {
    const tenth = Math.floor((sizes[level] ?? 0) / 10);
    const own = list.filter(({ slot }) => !ages.includes(slot));
    return own.reduce((sum, column) => sum + Math.abs(valueAt(column, tenth) - valueAt(column, 0)), 0);
  });
  const differ = (by: readonly number[], a: number, b: number) => (by[a] ?? 0) - (by[b] ?? 0);
  return [...domains.keys()].sort((a, b) => differ(classes, a, b) || differ(steepness, b, a) || a - b);
}
