// A stronger bound for the demands still open at a node. Each pairwise constraint shares costs between its two demands: a
// candidate takes over half of what the best partner that fits it costs, and gives half of its own away. Whatever is shared,
// no placement costs less than the sum of the least values, so that sum is a bound, and a candidate whose own value lifts it
// above the best answer known can be left out. (Block coordinate ascent on the dual of the linear relaxation, "MPLP".)
import { type Bits, intersect, nextBit } from './bits.ts';
import type { Budget } from './budget.ts';
import type { PairRows } from './pair-rows.ts';

/** Rounds over all constraints; they stop helping soon. */
const SWEEPS = 6;
/** A round that lifts the bound by less than this part of what is missing is the last. */
const WORTHWHILE = 0.02;

/** What is left of one open demand: candidates, and what each costs after sharing. */
export interface Share {
  readonly level: number;
  members: Int32Array;
  values: Float64Array;
}

/** What two demands have taken over from each other, by candidate of the one and of the other. */
interface Messages {
  readonly toA: Float64Array;
  readonly toB: Float64Array;
}

/** By the two levels. It holds below, too, where less is left: what is shared there goes on from it. */
export type Shared = ReadonlyMap<number, Messages>;

/** The constraints between two open demands. */
interface Edge extends Messages {
  readonly key: number;
  readonly a: Share;
  readonly b: Share;
  readonly rows: readonly PairRows[];
}

interface Diffused {
  readonly shares: readonly Share[];
  readonly shared: Shared;
}

/** Levels are fewer than this. */
const MOST_LEVELS = 4096;

/**
 * Shares costs between the demands of `levels` until it stops helping or nothing can stay below `limit`; null when nothing
 * can. `base` is what everything else adds at least. Candidates that stay in no placement below the limit are gone from the
 * result. When the budget is spent on the way, what was reached till then. `before` is what was shared at a node above.
 */
export function diffuse(
  levels: readonly { readonly level: number; readonly domain: Bits; readonly scores: Float64Array }[],
  rowsBetween: (a: number, b: number) => readonly PairRows[],
  base: number,
  limit: number,
  budget: Budget,
  before: Shared | null,
): Diffused | null {
  const shares = levels.map(({ level, domain, scores }): Share => {
    const members = membersOf(domain);
    return { level, members, values: Float64Array.from(members, (candidate) => scores[candidate] ?? 0) };
  });
  const edges = edgesOf(shares, levels, rowsBetween, before);
  if (before) for (const edge of edges) takeOver(edge);
  const result = { shares, shared: new Map(edges.map((edge) => [edge.key, edge])) };
  let bound = base + leastSum(shares);
  if (bound > limit) return null;
  if (before) filter(shares, bound, limit);
  for (let sweep = 0; sweep < SWEEPS && edges.length > 0; sweep += 1) {
    if (!shareAll(edges, budget)) return result;
    const last = bound;
    bound = base + leastSum(shares);
    if (bound > limit) return null;
    if (bound - last < WORTHWHILE * (limit - last)) break;
    filter(shares, bound, limit);
  }
  filter(shares, bound, limit);
  return result;
}

function membersOf(domain: Bits): Int32Array {
  const members: number[] = [];
  for (let at = nextBit(domain, 0); at >= 0; at = nextBit(domain, at + 1)) members.push(at);
  return Int32Array.from(members);
}

function edgesOf(
  shares: readonly Share[],
  levels: readonly { readonly scores: Float64Array }[],
  rowsBetween: (a: number, b: number) => readonly PairRows[],
  before: Shared | null,
): readonly Edge[] {
  const sizeOf = (at: number) => levels[at]?.scores.length ?? 0;
  return shares.flatMap((a, i) =>
    shares.slice(i + 1).flatMap((b, k): Edge[] => {
      const rows = rowsBetween(a.level, b.level);
      if (rows.length === 0) return [];
      const key = a.level * MOST_LEVELS + b.level;
      const known = before?.get(key);
      const toA = known?.toA.slice() ?? new Float64Array(sizeOf(i));
      const toB = known?.toB.slice() ?? new Float64Array(sizeOf(i + 1 + k));
      return [{ key, a, b, rows, toA, toB }];
    }),
  );
}

/** Infinite when a demand has nothing left. */
export function leastSum(shares: readonly Share[]): number {
  return shares.reduce((sum, { values }) => sum + least(values), 0);
}

export function least(values: Float64Array): number {
  let result = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < result) result = value;
  return result;
}

/** False when the budget was spent on the way. */
function shareAll(edges: readonly Edge[], budget: Budget): boolean {
  for (const edge of edges) {
    share(edge, budget);
    if (budget.expired) return false;
  }
  return true;
}

/** Adds what was shared above to the own costs. */
function takeOver({ a, b, toA, toB }: Edge): void {
  for (const [{ members, values }, message] of [[a, toA] as const, [b, toB] as const]) {
    for (let at = 0; at < values.length; at += 1) values[at] = (values[at] ?? 0) + (message[members[at] ?? 0] ?? 0);
  }
}

/** Takes back what the two have shared, and shares it anew; changes nothing when the budget is spent on the way. */
function share({ a, b, rows, toA, toB }: Edge, budget: Budget): void {
  const own = without(a, toA);
  const other = without(b, toB);
  const fits: Bits[] = [];
  for (const candidate of a.members) {
    if (budget.spend(rows.reduce((sum, one) => sum + one.costOf(candidate), 1))) return;
    fits.push(rowOf(rows, candidate));
  }
  const partners = bestOfRows(fits, b.members, other, sorted(other));
  if (budget.spend(16 * own.length)) return;
  const backwards = bestOfColumns(fits, b.members, own, sorted(own));
  halve(a, own, partners, toA);
  halve(b, other, backwards, toB);
  budget.spend(16 * other.length);
}

function without({ members, values }: Share, message: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let at = 0; at < result.length; at += 1) result[at] = (values[at] ?? 0) - (message[members[at] ?? 0] ?? 0);
  return result;
}

function rowOf(rows: readonly PairRows[], candidate: number): Bits {
  const [first, ...others] = rows.map((one) => one.row(candidate));
  if (!first || others.length === 0) return first ?? NONE;
  const both = first.slice();
  for (const other of others) intersect(both, both, other);
  return both;
}

/** For each row the least of the costs that it has, looked for in the order of the costs. */
function bestOfRows(fits: readonly Bits[], members: Int32Array, costs: Float64Array, order: Uint32Array): Float64Array {
  const best = new Float64Array(fits.length).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < fits.length; i += 1) {
    const row = fits[i] ?? NONE;
    for (let turn = 0; turn < order.length; turn += 1) {
      const at = order[turn] ?? 0;
      const j = members[at] ?? 0;
      if ((((row[j >>> 5] ?? 0) >>> (j & 31)) & 1) === 0) continue;
      best[i] = costs[at] ?? 0;
      break;
    }
  }
  return best;
}

/** The same from the other side. */
function bestOfColumns(fits: readonly Bits[], members: Int32Array, costs: Float64Array, order: Uint32Array) {
  const best = new Float64Array(members.length).fill(Number.POSITIVE_INFINITY);
  for (let at = 0; at < members.length; at += 1) {
    const j = members[at] ?? 0;
    const [word, bit] = [j >>> 5, j & 31];
    for (let turn = 0; turn < order.length; turn += 1) {
      const i = order[turn] ?? 0;
      if ((((fits[i]?.[word] ?? 0) >>> bit) & 1) === 0) continue;
      best[at] = costs[i] ?? 0;
      break;
    }
  }
  return best;
}

/**
 * Indices by value. The last 16 bits of each value give way to its index, because numbers alone sort many times faster: values
 * nearer than 1 in 10^10 may change places, for which the caller's slack allows.
 */
function sorted(values: Float64Array): Uint32Array {
  if (values.length > 0xffff) {
    return Uint32Array.from(values.keys()).sort((x, y) => (values[x] ?? 0) - (values[y] ?? 0));
  }
  const keys = values.slice();
  const words = new Uint32Array(keys.buffer);
  for (let at = 0; at < values.length; at += 1) words[2 * at + LOW] = ((words[2 * at + LOW] ?? 0) & 0xffff0000) | at;
  keys.sort();
  const order = new Uint32Array(values.length);
  for (let at = 0; at < order.length; at += 1) order[at] = (words[2 * at + LOW] ?? 0) & 0xffff;
  return order;
}

/** Where in a number the less significant word stands on this machine. */
const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const NONE: Bits = new Uint32Array();

/** Half of the own cost and half of the best partner's; candidates without a partner go. */
function halve(to: Share, own: Float64Array, partners: Float64Array, message: Float64Array): void {
  for (let at = 0; at < own.length; at += 1) {
    const value = ((own[at] ?? 0) + (partners[at] ?? 0)) / 2;
    to.values[at] = value;
    message[to.members[at] ?? 0] = value - (own[at] ?? 0);
  }
  keep(to, (value) => value < Number.POSITIVE_INFINITY);
}

/** Candidates whose place in the sum would lift it above the limit go. */
function filter(shares: readonly Share[], bound: number, limit: number): void {
  for (const one of shares) {
    const room = limit - bound + least(one.values);
    keep(one, (value) => value <= room);
  }
}

function keep(of: Share, stays: (value: number) => boolean): void {
  const { members, values } = of;
  let kept = 0;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    if (!stays(value)) continue;
    members[kept] = members[at] ?? 0;
    values[kept] = value;
    kept += 1;
  }
  if (kept === values.length) return;
  of.members = members.subarray(0, kept);
  of.values = values.subarray(0, kept);
}
