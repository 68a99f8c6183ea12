// From the values of single subnets to the values of the whole slice, and whether these satisfy the service profile.
import { canonicalJson, type JsonValue } from '../../lib/json.ts';
import { number } from '../aai/wire.ts';
import type { Check } from './spec.ts';

type Rule = (values: readonly JsonValue[]) => JsonValue;

/** Delays add up along the way, the narrowest part bounds the throughput, everything else is said once. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['jitter', (values) => numeric(values, (numbers) => numbers.reduce((sum, value) => sum + value, 0))],
  ['latency', (values) => numeric(values, (numbers) => numbers.reduce((sum, value) => sum + value, 0))],
  ['throughput', (values) => numeric(values, (numbers) => numbers.reduce((least, value) => Math.min(least, value)))],
]);

function numeric(values: readonly JsonValue[], combine: (numbers: readonly number[]) => number): JsonValue {
  const numbers = values.map(number).filter((value) => value !== null);
  return numbers.length === values.length && numbers.length > 0 ? combine(numbers) : null;
}

const firstFilled: Rule = (values) => values[0] ?? null;

/** The slice's value of an attribute from those of its subnets; subnets without it are left out; null when there is none. */
export function aggregate(attribute: string, values: readonly JsonValue[]): JsonValue {
  return (RULES.get(attribute) ?? firstFilled)(values.filter(isFilled));
}

function isFilled(value: JsonValue): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** A value that is not known satisfies nothing. */
export function satisfies({ operator, value: wanted }: Check, value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  const [left, right] = [number(value), number(wanted)];
  const numbers = left !== null && right !== null;
  switch (operator) {
    case 'eq':
      return numbers ? left === right : canonicalJson(value) === canonicalJson(wanted);
    case 'gte':
      return numbers && left >= right;
    case 'lte':
      return numbers && left <= right;
  }
}
