// Dominated candidates: of those of one demand that look the same to every pairwise constraint, one that is no better in any
// number of the objective than an earlier one can be left out. The earlier one can always take its place, and wins ties.
import { type Bits, clearBit, nextBit } from './bits.ts';
import type { Column } from './group.ts';
import type { PairModel } from './model.ts';

/** How many earlier ones of a kind a candidate is compared with: with several numbers there is no single best. */
const COMPARED = 8;

/** For each candidate of a demand, a number that those share which no pairwise constraint can tell apart. */
export function kindsOf(position: number, size: number, pairs: readonly PairModel[]): Uint32Array {
  const features = pairs.flatMap(({ a, b, left, right }) => [
    ...(a === position ? [left] : []),
    ...(b === position ? [right] : []),
  ]);
  const kinds = new Uint32Array(size);
  for (const { width, values } of new Set(features)) {
    for (let at = 0; at < width; at += 1) split(kinds, (candidate) => values[candidate * width + at] ?? 0);
  }
  return kinds;
}

/** Makes kinds differ where the values do. */
function split(kinds: Uint32Array, feature: (candidate: number) => number): void {
  const values = new Map<number, number>();
  const pairs = new Map<number, number>();
  for (const [candidate, kind] of kinds.entries()) {
    const value = indexOf(values, feature(candidate));
    kinds[candidate] = indexOf(pairs, kind * kinds.length + value);
  }
}

/** Equal keys get equal indices, counted from 0. */
function indexOf(known: Map<number, number>, key: number): number {
  const index = known.get(key) ?? known.size;
  known.set(key, index);
  return index;
}

/** Takes dominated candidates out of the domain. */
export function dropDominated(domain: Bits, kinds: Uint32Array, columns: readonly Column[]): void {
  const kept = new Map<number, number[]>();
  for (let at = nextBit(domain, 0); at >= 0; at = nextBit(domain, at + 1)) {
    const kind = kinds[at] ?? 0;
    const earlier = kept.get(kind);
    if (!earlier) kept.set(kind, [at]);
    else if (earlier.some((one) => noBetter(at, one, columns))) clearBit(domain, at);
    else if (earlier.length < COMPARED) earlier.push(at);
  }
}

function noBetter(at: number, than: number, columns: readonly Column[]): boolean {
  return columns.every(({ values, direction }) => direction * ((values[at] ?? 0) - (values[than] ?? 0)) >= 0);
}
