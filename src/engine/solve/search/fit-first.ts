// The greedy choice of the reference (solver.md section 4), for comparison: demand after demand the candidate with the best
// total so far, in cost order where totals are equal, another one only when a later demand finds nothing. Its first path is
// its answer. Forward checking ends hopeless branches sooner and never changes which path is found first.
import { nextBit } from './bits.ts';
import type { Budget } from './budget.ts';
import { totalOf } from './group.ts';
import type { Path } from './path.ts';
import type { GroupSearch } from './strategy.ts';

/** One candidate under test: the total with it, and how old its region is. */
interface Look {
  readonly candidate: number;
  readonly total: number;
  readonly age: number;
}

export class FitFirst implements GroupSearch {
  best: readonly number[] | null = null;
  total = Number.POSITIVE_INFINITY;
  readonly #path: Path;
  readonly #floor: number;
  #exhausted = false;
  /** Candidates tried, by level. */
  readonly #tried: Set<number>[];
  readonly #chosen: number[] = [];

  constructor(path: Path) {
    this.#path = path;
    this.#floor = path.total(0);
    this.#tried = path.group.sizes.map(() => new Set());
  }

  advance(budget: Budget): void {
    const last = this.#path.group.positions.length - 1;
    while (!this.best && !this.#exhausted && !budget.expired) {
      budget.turn();
      const level = this.#chosen.length;
      const candidate = this.#greediest(level, budget);
      if (budget.expired) return;
      if (candidate < 0) {
        this.#tried[level]?.clear();
        this.#exhausted = level === 0;
        this.#chosen.pop();
        continue;
      }
      budget.nodes += 1;
      this.#tried[level]?.add(candidate);
      if (budget.spend(1 + this.#path.costOf(level, candidate))) return;
      if (level === last) this.#keep(level, candidate);
      else if (this.#path.descend(level, candidate)) this.#chosen.push(candidate);
    }
  }

  /** Nothing beyond what held before the search: a greedy path proves nothing about others. */
  bound(): number {
    return this.#exhausted ? this.total : Math.min(this.#floor, this.total);
  }

  #keep(level: number, candidate: number): void {
    this.#path.place(level, candidate);
    this.total = this.#path.total(level);
    this.best = [...this.#chosen, candidate];
  }

  /** Of the candidates not tried yet the first with strictly the best total over the demands decided; -1 for none. */
  #greediest(level: number, budget: Budget): number {
    const slots = this.#partial(level);
    let best: Look | null = null;
    for (const candidate of this.#offered(level)) {
      const look = this.#look(level, candidate, slots);
      if (best === null || this.#beats(look, best)) best = look;
      if (budget.spend(1)) return -1;
    }
    return best?.candidate ?? -1;
  }

  /** What is left of a demand, in cost order. */
  *#offered(level: number): Iterable<number> {
    const { byCost, sizes } = this.#path.group;
    const domain = this.#path.domain(level);
    for (let turn = 0; turn < (sizes[level] ?? 0); turn += 1) {
      const candidate = byCost[level]?.[turn] ?? turn;
      const left = nextBit(domain, candidate) === candidate;
      if (left && !this.#tried[level]?.has(candidate)) yield candidate;
    }
  }

  #look(level: number, candidate: number, slots: Float64Array): Look {
    const { group } = this.#path;
    for (const { slot, values } of group.columns[level] ?? []) slots[slot] = values[candidate] ?? 0;
    slots[level] = this.#path.score(level, candidate);
    const total = totalOf(group, slots);
    return { candidate, total, age: slots[group.ages[level] ?? -1] ?? 0 };
  }

  #beats(look: Look, best: Look): boolean {
    const { tolerance } = this.#path.group;
    if (look.total < best.total - tolerance) return true;
    return look.total <= best.total + tolerance && look.age < best.age;
  }

  /** The vector with nothing but the decided demands. */
  #partial(level: number): Float64Array {
    const slots = new Float64Array(this.#path.group.slots).fill(Number.NaN);
    for (const [above, candidate] of this.#chosen.entries()) {
      if (above >= level) break;
      for (const { slot, values } of this.#path.group.columns[above] ?? []) slots[slot] = values[candidate] ?? 0;
    }
    return slots;
  }
}
