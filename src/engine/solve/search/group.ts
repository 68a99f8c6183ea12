// One group of connected demands as a search sees it: a vector of slots holds, for a path, the value of everything that the
// total needs; slots of undecided demands hold the best that is still possible there, which makes the same sum a bound.
import { type Bits, nextBit } from './bits.ts';
import { directions, type Expression, evaluate } from './expression.ts';
import type { DemandModel, SlotModel } from './model.ts';
import { levelsOf, type SoftTest, type SoftTie } from './soft-pairs.ts';

/** One value of each candidate of one level. */
export interface Column {
  readonly slot: number;
  readonly values: Float64Array;
  /** 1 where smaller is better, -1 where larger is. */
  readonly direction: 1 | -1;
  /** Candidates from best to worst; null when they stand in that order already. */
  readonly order: Uint32Array | null;
}

export interface Group {
  /** Demands of the model, in the order in which they are decided; a level is an index into it. */
  readonly positions: readonly number[];
  /** Levels in the model's order of demands, which ties go by whatever the order of deciding is. */
  readonly inModelOrder: readonly number[];
  readonly sizes: readonly number[];
  /** By level; the first is the score. The last is the age, if ages count. */
  readonly columns: readonly (readonly Column[])[];
  readonly slots: number;
  readonly terms: readonly Expression[];
  /** Slots of the ages in the model's order of demands; empty when there is no second key. */
  readonly ages: readonly number[];
  /** By level: a later candidate never makes a smaller total than an earlier one, in whatever company. */
  readonly ordered: readonly boolean[];
  readonly byCost: readonly (Uint32Array | null)[];
  /** By level: what decisions above it cost its candidates, on top of their score. */
  readonly ties: readonly (readonly SoftTie[])[];
  /** Totals closer than this are equal: the rounding error that adding up in another order can make. */
  readonly tolerance: number;
}

/** `terms` and `slots` are those of the whole model; only what lies within the group is taken. */
export function makeGroup(
  positions: readonly number[],
  demands: readonly DemandModel[],
  allTerms: readonly Expression[],
  allSlots: readonly SlotModel[],
  noise: number,
  softTests: readonly SoftTest[] = [],
): Group {
  const own = positions.flatMap((position) => demands[position] ?? []);
  const withAges = own.some(({ ages }) => ages);
  const slotOf = new Map<number, number>();
  const columns = own.map(({ scores }, level): Column[] => [columnOf(level, scores, 1)]);
  let slots = own.length;
  const terms = allTerms.flatMap((term) => {
    const used = directions(term);
    const inside = used.some(([slot]) => positions.includes(allSlots[slot]?.position ?? -1));
    if (!inside) return [];
    for (const [slot, direction] of used) {
      const { position, values } = allSlots[slot] ?? { position: -1, values: new Float64Array() };
      columns[positions.indexOf(position)]?.push(columnOf(slots, values, direction));
      slotOf.set(slot, slots);
      slots += 1;
    }
    return [renumbered(term, slotOf)];
  });
  const ties = levelsOf(positions, softTests);
  const ordered = columns.map((list, level) => ties[level]?.length === 0 && list.every(({ order }) => order === null));
  const inModelOrder = [...positions.keys()].sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
  const ages = withAges ? inModelOrder.map((level) => slots + level) : [];
  for (const [level, { scores, ages: values = new Float64Array(scores.length) }] of own.entries()) {
    if (withAges) columns[level]?.push(columnOf(slots + level, values, 1));
  }
  const group = {
    positions,
    inModelOrder,
    sizes: own.map(({ scores }) => scores.length),
    columns,
    slots: slots + ages.length,
    terms,
    ages,
    ordered,
    byCost: own.map(({ byCost }) => byCost ?? null),
    ties,
    tolerance: 0,
  };
  return { ...group, tolerance: noise + toleranceOf(group) };
}

function columnOf(slot: number, values: Float64Array, direction: 1 | -1): Column {
  const ascending = values.every((value, at) => at === 0 || direction * ((values[at - 1] ?? 0) - value) <= 0);
  if (ascending) return { slot, values, direction, order: null };
  const order = Uint32Array.from(values, (_, at) => at);
  order.sort((a, b) => direction * ((values[a] ?? 0) - (values[b] ?? 0)) || a - b);
  return { slot, values, direction, order };
}

function renumbered(node: Expression, slotOf: ReadonlyMap<number, number>): Expression {
  if (node.kind === 'slot') return { kind: 'slot', slot: slotOf.get(node.slot) ?? 0 };
  return { ...node, operands: node.operands.map((operand) => renumbered(operand, slotOf)) };
}

/** The sum that is minimised, over a vector of slots. NaN slots (undecided demands) are skipped. */
export function totalOf({ positions, terms }: Group, slots: Float64Array): number {
  let total = 0;
  for (let level = 0; level < positions.length; level += 1) {
    const score = slots[level] ?? 0;
    if (!Number.isNaN(score)) total += score;
  }
  for (const term of terms) {
    const value = evaluate(term, slots);
    if (!Number.isNaN(value)) total += value;
  }
  return total;
}

/** Where in a column's order the first candidate of the domain stands, from `from` on; -1 for an empty domain. */
export function firstIn({ order }: Column, domain: Bits, from: number): number {
  if (!order) return nextBit(domain, from);
  for (let at = from; at < order.length; at += 1) {
    const candidate = order[at] ?? 0;
    if (((domain[candidate >>> 5] ?? 0) >>> (candidate & 31)) & 1) return at;
  }
  return -1;
}

/** The value at a place in the column's order. */
export function valueAt({ order, values }: Column, at: number): number {
  return values[order ? (order[at] ?? -1) : at] ?? Number.NaN;
}

function toleranceOf(group: Group): number {
  const ends = [0, 1].map((end) => {
    const slots = new Float64Array(group.slots);
    for (const column of group.columns.flat()) {
      slots[column.slot] = valueAt(column, end === 0 ? 0 : column.values.length - 1);
    }
    return slots;
  });
  const largest = (value: (slots: Float64Array) => number) =>
    ends.reduce((most, slots) => Math.max(most, Math.abs(value(slots)) || 0), 0);
  let scale = 0;
  for (let level = 0; level < group.positions.length; level += 1) scale += largest((slots) => slots[level] ?? 0);
  for (const { weight } of group.ties.flat()) scale += weight;
  for (const term of group.terms) scale += largest((slots) => evaluate(term, slots));
  return (
    2 *
    Number.EPSILON *
    (group.positions.length + group.terms.length + group.ties.flat().length) *
    Math.min(scale, 1e290)
  );
}
