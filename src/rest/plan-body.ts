// The body of POST /v1/plans: which fields it may have, checked in the order and refused with the texts that clients of the
// reference API know (REST specification, sections 6.1 and 6.3). Fields and schema are compared by position, both sorted.
import { ConductorError } from '../domain/errors.ts';
import { isJsonObject, type JsonObject, own } from '../lib/json.ts';
import type { CreatePlanInput } from '../services/index.ts';
import { bodyText, parseJson } from './json-text.ts';
import { pythonRepr, pythonStr } from './python-text.ts';
import type { FindDuplicateKey } from './types.ts';

/** The complaint about a value, or null when it is right. */
type Check = (key: string, value: unknown) => string | null;

const text: Check = (key, value) =>
  typeof value === 'string' ? null : wrongType(key, value, 'string (not of type string)');
/** JSON true and false count as integers. */
const integer: Check = (key, value) =>
  Number.isInteger(value) || typeof value === 'boolean' ? null : wrongType(key, value, 'integer (not of type int)');
const number: Check = (key, value) =>
  typeof value === 'number' ? null : wrongType(key, value, 'number (not of type number)');
const object: Check = (key, value) =>
  isJsonObject(value) ? null : `-> ${key} key did not pass validation against callable: dictionary`;
const objectOrText: Check = (key, value) =>
  isJsonObject(value) || typeof value === 'string'
    ? null
    : `-> ${key} did not match 'dict or basestring type' (not of type dictionary or string)`;

function wrongType(key: string, value: unknown, wanted: string): string {
  return `-> ${key} -> ${pythonStr(value)} did not pass validation against callable: ${wanted}`;
}

/** In alphabetical order; all but `template` are optional. `gap_limit`, `priority` and `time_limit` are new. */
const FIELDS: ReadonlyMap<string, Check> = new Map([
  ['files', object],
  ['gap_limit', number],
  ['id', text],
  ['limit', integer],
  ['name', text],
  ['num_solution', text],
  ['priority', text],
  ['template', objectOrText],
  ['template_url', text],
  ['time_limit', number],
  ['timeout', integer],
]);
const REQUIRED = 'template';

/** The complaint about a body, or null when it follows the schema. */
export function checkPlanBody(body: JsonObject): string | null {
  const keys = Object.keys(body).sort();
  if (keys.length === 0) return '-> top level has no data to validate against schema';
  const expected = [...FIELDS.keys()].filter((field) => field === REQUIRED || Object.hasOwn(body, field));
  if (keys.length < expected.length) {
    return `key did not match schema  (required key in data is missing: ${REQUIRED})`;
  }
  for (const [index, key] of keys.entries()) {
    const complaint = compare(key, own(body, key), expected[index]);
    if (complaint !== null) return complaint;
  }
  return null;
}

function compare(key: string, value: unknown, expected: string | undefined): string | null {
  const shown = pythonStr(key);
  if (expected === undefined) {
    return `-> top level has unexpected item in data: (${pythonRepr(key)}, ${pythonRepr(value)})`;
  }
  if (key === expected) return FIELDS.get(key)?.(key, value) ?? null;
  return expected === REQUIRED
    ? `-> ${shown} key did not match '${REQUIRED}'`
    : `-> ${shown} key did not pass validation against callable: optional`;
}

/** Characters of a template text that is searched for repeated keys here. The service reads longer ones in a worker thread and says the same. */
const SHORT_TEXT = 32_000;

/** Reads a body and turns it into what the service takes. Throws BAD_REQUEST with the first complaint. */
export function readPlanBody(raw: Buffer | string, findDuplicateKey: FindDuplicateKey): CreatePlanInput {
  const source = bodyText(raw);
  const body = parseJson(source);
  if (!isJsonObject(body)) throw new ConductorError('BAD_REQUEST', 'The request body must be a JSON object.');
  const template = own(body, 'template');
  const complaint =
    checkPlanBody(body) ??
    findDuplicateKey(source, 'API Request') ??
    (typeof template === 'string' && template.length <= SHORT_TEXT ? findDuplicateKey(template, 'Template') : null);
  if (complaint !== null) throw new ConductorError('BAD_REQUEST', complaint);
  return toInput(body);
}

function toInput(body: JsonObject): CreatePlanInput {
  const name = own(body, 'name');
  const files = own(body, 'files');
  const timeout = own(body, 'timeout');
  const wanted = own(body, 'num_solution');
  const template = own(body, 'template');
  const timeLimit = own(body, 'time_limit');
  const gapLimit = own(body, 'gap_limit');
  const priority = own(body, 'priority');
  return {
    template: isJsonObject(template) ? template : String(template),
    ...(typeof name === 'string' && { name }),
    ...(isJsonObject(files) && { files }),
    ...((typeof timeout === 'number' || typeof timeout === 'boolean') && { timeout: Number(timeout) }),
    ...(typeof wanted === 'string' && { numSolution: wanted }),
    ...(typeof timeLimit === 'number' && { timeLimit }),
    ...(typeof gapLimit === 'number' && { gapLimit }),
    ...(typeof priority === 'string' && { priority }),
  };
}
