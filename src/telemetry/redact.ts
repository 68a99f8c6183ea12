// Makes any value safe to log: secrets are replaced by name and by shape, errors keep their causes, and nothing is so deep,
// long or cyclic that a line could grow without bound. Works on copies; what the caller holds stays as it is.
import { isConductorError } from '../domain/errors.ts';

const HIDDEN = '[redacted]';
/** Names whose values are secrets, in snake, kebab or camel case. A plain `token` is not: fencing tokens are logged. */
const SECRET_KEY =
  /passw|passphrase|aafpass|authori[sz]ation$|secret|cookie|credential|api[-_]?key|appkey|private[-_]?key|(access|auth|refresh|bearer|id|sms|vault)[-_]?token/i;
/** `password=…`, `"authorization": "…"` and the like within a text, JSON within JSON included; every repeat is bounded. */
const SECRET_PAIR =
  /((?:passw(?:or)?d|passphrase|secret|authorization|api[-_]?key|auth[-_]token)(?:\\{0,8}["'])?\s{0,8}[=:]\s{0,8})(?:(?:basic|bearer)\s{1,8})?(\\{0,8}"[^"]*"|\\{0,8}'[^']*'|[^\s"',;&}\\]+)/gi;
const URL_USER = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@:]*(?::[^\s/@]*)?@/gi;
const SCHEME = /\b(Basic|Bearer)\s+([\w+/=.~-]{6,})/gi;
const ODD_LINE_ENDS = /[\u0085\u2028\u2029]/g;
const PRIVATE_KEY = /-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*-----|$)/g;

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT = 8 * 1024;
/** Looked at beyond the cut, so that a secret is not cut to a piece that no pattern knows. */
const MARGIN = 1024;

/** A text without credentials, cut at 8 KiB. */
export function redactText(value: string): string {
  const text = value
    .slice(0, MAX_TEXT + MARGIN)
    .replace(ODD_LINE_ENDS, ' ')
    .replace(PRIVATE_KEY, HIDDEN)
    .replace(URL_USER, `$1${HIDDEN}@`)
    .replace(SECRET_PAIR, `$1${HIDDEN}`)
    .replace(SCHEME, (all: string, scheme: string, word: string) =>
      looksSecret(scheme, word) ? `${scheme} ${HIDDEN}` : all,
    );
  return value.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${value.length} characters)` : text;
}

/** Tells `Basic dXNlcjpwYXNz` from the words `basic authentication`. */
function looksSecret(scheme: string, word: string): boolean {
  if (scheme.toLowerCase() === 'basic') return Buffer.from(word, 'base64').includes(':');
  return word.length >= 16 || /\d/.test(word);
}

/** The fields of one log line as plain data: safe to print as JSON. */
export function redactFields(fields: object): Record<string, unknown> {
  if (fields instanceof Error) return { err: errorOf(fields, 1) };
  const copied = copy(fields, 0);
  return typeof copied === 'object' && copied !== null ? (copied as Record<string, unknown>) : { value: copied };
}

function copy(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value);
    case 'bigint':
    case 'symbol':
      return String(value);
    case 'function':
      return '[function]';
    case 'object':
      return value === null ? null : copyObject(value, depth);
    default:
      return value;
  }
}

function copyObject(value: object, depth: number): unknown {
  try {
    if (value instanceof Error) return errorOf(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (depth >= MAX_DEPTH) return '[…]';
    if (Array.isArray(value)) return copyList(value, depth);
    if (value instanceof Set) return copyList([...value], depth);
    return copyEntries(value instanceof Map ? [...value] : Object.entries(value), depth);
  } catch {
    // A getter or proxy of the caller threw; the line is written all the same.
    return '[unreadable]';
  }
}

function copyList(list: readonly unknown[], depth: number): unknown[] {
  const out = list.slice(0, MAX_ITEMS).map((item) => copy(item, depth + 1) ?? null);
  if (list.length > MAX_ITEMS) out.push(`… ${list.length - MAX_ITEMS} more`);
  return out;
}

function copyEntries(entries: readonly (readonly [unknown, unknown])[], depth: number): Record<string, unknown> {
  // Without a prototype, so that a key `__proto__` is a key.
  const out: Record<string, unknown> = Object.create(null);
  for (const [name, item] of entries.slice(0, MAX_ITEMS)) {
    const key = redactText(String(name));
    if (item !== undefined) out[key] = SECRET_KEY.test(key) && item !== null ? HIDDEN : copy(item, depth + 1);
  }
  if (entries.length > MAX_ITEMS) out['…'] = `${entries.length - MAX_ITEMS} more`;
  return out;
}

function errorOf(error: Error, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = { type: error.name, message: redactText(error.message) };
  if (isConductorError(error)) out.code = error.code;
  else if ('code' in error) out.code = copy(error.code, depth + 1);
  if (error.stack !== undefined) out.stack = redactText(error.stack);
  if (error.cause !== undefined && error.cause !== null) {
    out.cause = depth >= MAX_DEPTH ? '[…]' : copy(error.cause, depth + 1);
  }
  if (error instanceof AggregateError) out.errors = copy(error.errors, depth + 1);
  return out;
}
