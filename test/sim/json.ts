// JSON shapes and small readers. The simulators import nothing of the product, so that both sides cannot share a mistake.

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as an object, or null. */
export function objectAt(value: Json | undefined, key: string): JsonObject | null {
  if (!isObject(value) || !Object.hasOwn(value, key)) return null;
  const member = value[key];
  return isObject(member) ? member : null;
}

/** The member as a list; a missing member is an empty list. */
export function listAt(value: Json | undefined, key: string): Json[] {
  if (!isObject(value) || !Object.hasOwn(value, key)) return [];
  const member = value[key];
  return Array.isArray(member) ? member : [];
}

/** The member as text; numbers and booleans are printed; anything else is null. */
export function textAt(value: Json | undefined, key: string): string | null {
  if (!isObject(value) || !Object.hasOwn(value, key)) return null;
  const member = value[key];
  return typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean'
    ? String(member)
    : null;
}

/** Sets a member as plain data, whatever its name. */
export function setOwn(target: JsonObject, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
