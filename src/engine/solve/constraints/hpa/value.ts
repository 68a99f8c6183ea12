// Values of hardware capabilities: the text that A&AI keeps (`{"value": "4", "unit": "GB"}`, also in YAML's flow form, as written
// by the MultiCloud plug-ins and by hand) and how a required value is compared with it. Source: inventory-aai.md section 7.4.
import { isJsonObject, type JsonValue, own } from '../../../../lib/json.ts';
import { parseFlow } from './flow.ts';

/** One value, or a list of values, as text; `unit` is empty when there is none. */
export interface HpaValue {
  readonly value: string | readonly string[];
  readonly unit: string;
}

const FACTORS: ReadonlyMap<string, bigint> = new Map([
  ['KB', 1024n],
  ['MB', 1024n ** 2n],
  ['GB', 1024n ** 3n],
]);
/** Longer texts of digits are texts: no capability counts that far, and big integers are slow. */
const MOST_DIGITS = 300;

/** The value that A&AI keeps for an attribute; null when it cannot be read. A bare value has no unit. */
export function readStored(raw: JsonValue | undefined): HpaValue | null {
  const parsed = typeof raw === 'string' ? parseFlow(raw) : raw;
  if (!isJsonObject(parsed)) return givenValue(parsed, '');
  return givenValue(own(parsed, 'value'), scalarText(own(parsed, 'unit') ?? '') ?? '');
}

/** A value as given in a template, numbers as text; null when it is neither a value nor a list of values. */
export function givenValue(value: JsonValue | undefined, unit: string): HpaValue | null {
  if (!Array.isArray(value)) {
    const text = scalarText(value);
    return text === null ? null : { value: text, unit };
  }
  const items = (value as readonly JsonValue[]).map(scalarText);
  return items.some((item) => item === null) ? null : { value: items as string[], unit };
}

/** Text, or a number or truth value as text; null for anything else. */
export function scalarText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** Whether `stored OPERATOR required` is true; an unknown operator never is. */
export function holds(operator: string, stored: HpaValue, required: HpaValue): boolean {
  if (operator === 'ALL') return includesAll(stored.value, required.value);
  const [a, b] = [integer(stored), integer(required)];
  if (operator === '=') return a !== null && b !== null ? a === b : stored.value === required.value;
  if (a === null || b === null) return false;
  switch (operator) {
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    default:
      return false;
  }
}

function includesAll(stored: HpaValue['value'], required: HpaValue['value']): boolean {
  if (typeof stored === 'string' || typeof required === 'string' || required.length === 0) return false;
  const had = new Set(stored);
  return required.every((item) => had.has(item));
}

/** In bytes when the unit is KB, MB or GB; other units count as they stand. Null when the value is not all digits. */
function integer({ value, unit }: HpaValue): bigint | null {
  if (typeof value !== 'string' || value.length > MOST_DIGITS || !/^\d+$/.test(value)) return null;
  return BigInt(value) * (FACTORS.get(unit) ?? 1n);
}

/** Both as numbers in the required value's unit, for explanations; null when they are not both whole numbers. */
export function numbersOf(stored: HpaValue, required: HpaValue): { measured: number; required: number } | null {
  const [a, b] = [integer(stored), integer(required)];
  if (a === null || b === null) return null;
  const factor = Number(FACTORS.get(required.unit) ?? 1n);
  const [measured, wanted] = [Number(a) / factor, Number(b) / factor];
  return Number.isFinite(measured) && Number.isFinite(wanted) ? { measured, required: wanted } : null;
}

/** The whole numbers of `unit` that lie next to the value, itself if it is one; null unless they are numbers that are exact. */
export function nextTo(value: HpaValue, unit: string): { readonly below: number; readonly above: number } | null {
  const number = integer(value);
  if (number === null) return null;
  const factor = FACTORS.get(unit) ?? 1n;
  const below = Number(number / factor);
  const above = number % factor === 0n ? below : below + 1;
  return Number.isSafeInteger(above) ? { below, above } : null;
}

/** `4 GB`, `[aes, sse]`. */
export function shown({ value, unit }: HpaValue): string {
  const text = typeof value === 'string' ? value : `[${value.slice(0, 8).join(', ')}${value.length > 8 ? ', …' : ''}]`;
  return `${text.slice(0, 80)}${unit ? ` ${unit.slice(0, 20)}` : ''}`;
}
