// Arc consistency before the search: a candidate that no remaining candidate of a partner demand fits can be in no answer.
// Removing it may take another's last support away, so it goes on until nothing changes or its allowance of tests is used;
// stopping early is safe, since it only ever removes what no answer can hold.
import { type Bits, clearBit, nextBit, nextCommon } from './bits.ts';
import type { Budget } from './budget.ts';
import type { PairRows } from './pair-rows.ts';

/** Tests of single pairs for one group: well under a second. What is not removed then, forward checking finds. */
const ALLOWANCE = 30_000_000;

/** One constraint read in one direction: candidates of `from` need a fitting one of `to`. */
interface Arc {
  readonly from: number;
  readonly to: number;
  readonly rule: number;
  readonly fits: (i: number, j: number) => boolean;
  /** All partners of a candidate at once; null where there is no quick way. */
  readonly partners: (i: number) => Bits | null;
  /** Where the pairs tested for that are counted. */
  readonly rows: PairRows;
  /** The first partner that still fits; partners only disappear, so looking goes on from it. */
  readonly support: Int32Array;
}

/** Narrows `domains` (by position in the model) in place; false when one is left empty, whose rule counts as blocking. */
export function makeArcConsistent(
  domains: readonly Bits[],
  rows: readonly PairRows[],
  budget: Budget,
  blocked: number[],
): boolean {
  const arcs = rows.flatMap((one) => arcsOf(one, domains));
  const queue = new Set(arcs);
  const allowance = { left: ALLOWANCE };
  for (const arc of queue) {
    queue.delete(arc);
    const removed = revise(arc, domains, budget, allowance);
    if (allowance.left <= 0 || budget.expired) return true;
    if (!removed) continue;
    if (nextBit(domains[arc.from] ?? NONE, 0) < 0) {
      blocked[arc.rule] = (blocked[arc.rule] ?? 0) + 1;
      return false;
    }
    for (const other of arcs) if (other.to === arc.from) queue.add(other);
  }
  return true;
}

function arcsOf(rows: PairRows, domains: readonly Bits[]): readonly Arc[] {
  const { pair, compatible } = rows;
  const { a, b, rule } = pair;
  const supports = (position: number) => new Int32Array((domains[position]?.length ?? 0) * 32);
  return [
    { from: a, to: b, rule, fits: compatible, partners: (i) => rows.row(i), rows, support: supports(a) },
    {
      from: b,
      to: a,
      rule,
      fits: (i, j) => compatible(j, i),
      partners: (i) => rows.column(i),
      rows,
      support: supports(b),
    },
  ];
}

/** Removes what has no support; true when something was. */
function revise(arc: Arc, domains: readonly Bits[], budget: Budget, allowance: { left: number }): boolean {
  const { from, to, support } = arc;
  const own = domains[from] ?? NONE;
  const partner = domains[to] ?? NONE;
  let removed = false;
  for (let i = nextBit(own, 0); i >= 0; i = nextBit(own, i + 1)) {
    const { found, tests } = supportOf(arc, i, partner);
    allowance.left -= tests;
    if (found >= 0) support[i] = found;
    else {
      clearBit(own, i);
      removed = true;
    }
    if (allowance.left <= 0 || budget.spend(tests)) return removed;
  }
  return removed;
}

/** The first partner from the known one on that fits; -1 for none. Tries a few, then asks for all at once where it can. */
function supportOf({ fits, partners, rows, support }: Arc, i: number, partner: Bits) {
  let j = nextBit(partner, support[i] ?? 0);
  let tests = 1;
  while (j >= 0 && !fits(i, j)) {
    const before = rows.tested;
    const all = tests === FEW ? partners(i) : null;
    if (all) return { found: nextCommon(all, partner, j), tests: tests + WHOLE + rows.tested - before };
    tests += 1;
    j = nextBit(partner, j + 1);
  }
  return { found: j, tests };
}

/** Single tests before all partners are computed, and what looking at those costs in single tests, roughly. */
const FEW = 24;
const WHOLE = 64;
const NONE: Bits = new Uint32Array();
