// Every way to choose one value for each attribute, one after the other: counted without being made, made without being kept.
import type { JsonValue } from '../../lib/json.ts';
import type { Values } from './spec.ts';

/** How many combinations there are; beyond the safe integers an approximation. */
export function countOf(values: readonly Values[]): number {
  return values.some(({ count }) => count === 0) ? 0 : values.reduce((product, { count }) => product * count, 1);
}

/** Each combination once, the first attribute varying slowest. The array is used again: read it before going on. */
export function* combinations(values: readonly Values[]): Generator<readonly JsonValue[], void, void> {
  if (countOf(values) === 0) return;
  const indexes = values.map(() => 0);
  const current = values.map((attribute) => attribute.at(0));
  let changed: number;
  do {
    yield current;
    changed = step(values, indexes, current);
  } while (changed >= 0);
}

/** Counts one up like an odometer; the position that was raised, or -1 after the last combination. */
function step(values: readonly Values[], indexes: number[], current: JsonValue[]): number {
  let position = values.length - 1;
  for (; position >= 0; position -= 1) {
    const attribute = values[position];
    const next = (indexes[position] ?? 0) + 1;
    const wraps = attribute === undefined || next >= attribute.count;
    indexes[position] = wraps ? 0 : next;
    current[position] = attribute?.at(wraps ? 0 : next) ?? null;
    if (!wraps) break;
  }
  return position;
}
