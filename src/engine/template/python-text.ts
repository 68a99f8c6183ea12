// Values printed as the reference prints them, because REST clients match on whole message texts.
import type { JsonValue } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { shorten } from './issues.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const char of shorten(text, 500)) {
    const code = char.charCodeAt(0);
    if (char === quote) out += `\\${quote}`;
    else if (code < 0x20 || code === 0x7f) out += ESCAPES[char] ?? `\\x${code.toString(16).padStart(2, '0')}`;
    else out += ESCAPES[char] ?? char;
  }
  return `${quote}${out}${quote}`;
}

/** `repr` of a value: `'text'`, `['a', 1]`, `{'k': True}`, `None`. Long lists and deep values are cut with `...`. */
export function pythonRepr(value: JsonValue | undefined, depth = 0): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (depth > 5) return '...';
  if (isJsonObject(value)) {
    const entries = Object.entries(value).slice(0, 50);
    return `{${entries.map(([key, item]) => `${quoted(key)}: ${pythonRepr(item, depth + 1)}`).join(', ')}}`;
  }
  return `[${value
    .slice(0, 50)
    .map((item) => pythonRepr(item, depth + 1))
    .join(', ')}]`;
}

/** `str` of a value: as `repr`, but a text stands for itself. */
export function pythonStr(value: JsonValue | undefined): string {
  return typeof value === 'string' ? shorten(value, 500) : pythonRepr(value);
}

/** `repr` of a float: whole numbers keep `.0`. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}

/** What the reference takes as "no value": null, empty, zero, false. */
export function isFalsy(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
