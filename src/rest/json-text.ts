// Reads a request body as JSON. When it is not JSON, the refusal says what was expected and where, in the words and with the
// positions that clients of the reference API get (those of Python's JSON reader).
import { ConductorError } from '../domain/errors.ts';
import { shapeExcess } from './json-depth.ts';

/** UTF-8 bytes as text. Throws BAD_REQUEST. */
export function bodyText(body: Buffer | string): string {
  if (typeof body === 'string') return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new ConductorError('BAD_REQUEST', 'The request body is not UTF-8 text.');
  }
}

/** The value of a JSON text. Throws BAD_REQUEST: empty, not JSON, or nested too deeply. */
export function parseJson(text: string): unknown {
  if (text === '') throw new ConductorError('BAD_REQUEST', 'No JSON object could be decoded');
  const excess = shapeExcess(text);
  if (excess !== null) throw new ConductorError('BAD_REQUEST', `The request body ${excess}.`);
  try {
    return JSON.parse(text);
  } catch {
    const { problem, at } = firstProblem(text);
    throw new ConductorError('BAD_REQUEST', `${problem}: ${position(text, at)}`);
  }
}

function position(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = [...before.slice(before.lastIndexOf('\n') + 1)].length + 1;
  return `line ${line} column ${column} (char ${[...before].length})`;
}

interface Problem {
  readonly problem: string;
  readonly at: number;
}

class JsonProblem extends Error {
  readonly where: Problem;

  constructor(problem: string, at: number) {
    super(problem);
    this.where = { problem, at };
  }
}

/** Where a text stops being JSON. Its nesting is known to be bounded, so recursion is safe. */
function firstProblem(text: string): Problem {
  try {
    const end = skipSpace(text, scanValue(text, skipSpace(text, 0)));
    return { problem: end < text.length ? 'Extra data' : 'Expecting value', at: Math.min(end, text.length) };
  } catch (error) {
    if (error instanceof JsonProblem) return error.where;
    throw error;
  }
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (' \t\n\r'.includes(text.charAt(next)) && next < text.length) next += 1;
  return next;
}

const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)/y;

/** Position after the value that begins at `at`. */
function scanValue(text: string, at: number): number {
  const first = text[at];
  if (first === '{') return scanMembers(text, at + 1, '}', scanMember);
  if (first === '[') return scanMembers(text, at + 1, ']', scanValue);
  if (first === '"') return scanString(text, at);
  SCALAR.lastIndex = at;
  if (!SCALAR.test(text)) throw new JsonProblem('Expecting value', at);
  return SCALAR.lastIndex;
}

function scanMembers(text: string, start: number, close: string, scan: (text: string, at: number) => number): number {
  let at = skipSpace(text, start);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = skipSpace(text, scan(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw new JsonProblem("Expecting ',' delimiter", at);
    at = skipSpace(text, at + 1);
  }
}

function scanMember(text: string, at: number): number {
  if (text[at] !== '"') throw new JsonProblem('Expecting property name enclosed in double quotes', at);
  const colon = skipSpace(text, scanString(text, at));
  if (text[colon] !== ':') throw new JsonProblem("Expecting ':' delimiter", colon);
  return scanValue(text, skipSpace(text, colon + 1));
}

function scanString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') return at + 1;
    if (char < ' ') throw new JsonProblem('Invalid control character at', at);
    if (char === '\\') at += escapeLength(text, at);
  }
  throw new JsonProblem('Unterminated string starting at', start);
}

/** Characters of an escape after its backslash; an escape cut off by the end of the text leaves the string unterminated. */
function escapeLength(text: string, at: number): number {
  const letter = text.charAt(at + 1);
  if (letter !== 'u') {
    if (letter !== '' && !'"\\/bfnrt'.includes(letter)) throw new JsonProblem('Invalid \\escape', at);
    return 1;
  }
  if (/^[\da-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return 5;
  throw new JsonProblem('Invalid \\uXXXX escape', at + 1);
}
