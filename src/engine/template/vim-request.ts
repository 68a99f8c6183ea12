// The `request` of a vim_fit constraint: what one instance needs of a region (constraints.md section 8).
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { keyPath } from './issues.ts';
import { pythonRepr, pythonStr } from './python-text.ts';
import type { ConstraintCheck } from './types.ts';

const UNITS: readonly string[] = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
/** In any letter case, `KiB` like `KB`. */
const UNIT = /^(?:[KMGTP]I?)?B$/;
const AMOUNTS = ['Memory', 'Storage'] as const;

/**
 * A number or numeric text that is not negative, or null. Empty text asks for nothing: OSDF fills its parameters REQUIRED_MEM
 * and REQUIRED_DISK with it when the order does not say.
 */
function amountOf(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null;
}

/** A request without a unit is meant in the one that the VIM controller counts in. */
function unitOf(amount: JsonValue | undefined): JsonValue {
  const unit = own(amount, 'unit') ?? '';
  return typeof unit === 'string' ? unit.trim() : unit;
}

/** Adds an issue for each missing or unusable number and each unknown unit. */
export function checkVimFit({ name, properties, path, add }: ConstraintCheck): void {
  const named = `in constraint named '${name}'`;
  if (typeof own(properties, 'controller') !== 'string') {
    add(keyPath(path, 'controller'), `Property 'controller' must be a string ${named}`);
  }
  const request = own(properties, 'request');
  const place = keyPath(path, 'request');
  if (!isJsonObject(request)) {
    add(place, `Property 'request' must be a dictionary ${named}`);
    return;
  }
  const number = (holder: JsonValue | undefined, key: string, at: string, what: string) => {
    if (amountOf(own(holder, key)) !== null) return;
    add(keyPath(at, key), `${what} of property 'request' must be a number, zero or more, ${named}`);
  };
  number(request, 'vCPU', place, 'vCPU');
  for (const key of AMOUNTS) {
    const amount = own(request, key);
    const at = keyPath(place, key);
    number(amount, 'quantity', at, `${key} quantity`);
    const unit = unitOf(amount);
    if (unit === '' || (typeof unit === 'string' && UNIT.test(unit.toUpperCase()))) continue;
    add(
      keyPath(at, 'unit'),
      `${key} unit '${pythonStr(unit)}' of property 'request' unsupported ${named} (must be one of ${pythonRepr(UNITS)})`,
    );
  }
}

/** The request with numbers as numbers and units as text, empty for none. */
export function completeVimFit(properties: JsonObject): JsonObject {
  const request = own(properties, 'request');
  if (!isJsonObject(request)) return properties;
  const amounts = AMOUNTS.map((key): [string, JsonValue] => {
    const amount = own(request, key);
    return [key, { quantity: amountOf(own(amount, 'quantity')), unit: unitOf(amount) }];
  });
  return {
    ...properties,
    request: { ...request, vCPU: amountOf(own(request, 'vCPU')), ...Object.fromEntries(amounts) },
  };
}
