// What a new plan must look like before it is stored: each rule once, with a text that says what to send instead.
// Source: the REST API's body fields; `num_solution` and its meaning as in the solver's specification.
import { ConductorError } from '../domain/errors.ts';
import { PRIORITIES, type Priority } from '../domain/plan.ts';
import type { TemplateDocument } from '../domain/template.ts';
import { checkBytes, documentOf } from '../engine/template/index.ts';
import type { JsonObject } from '../lib/json.ts';
import { canonicalJson, isJsonObject, sha256 } from '../lib/json.ts';
import type { CreatePlanInput } from './index.ts';

const MAX_NAME_LENGTH = 1000;
const MAX_KEY_LENGTH = 255;
const MAX_TIMEOUT_SECONDS = 2 ** 31 - 1;

/** Parses YAML 1.1 or JSON text into the template object. Throws TEMPLATE_INVALID. */
export type ParseTemplateText = (text: string) => Promise<JsonObject>;

/**
 * Number of recommendations as stored: `all`, or digits without leading zeros and not above `max`. Asking for more than `max`
 * gives `max`: finding fewer than asked was never an error. Throws BAD_REQUEST.
 */
export function readNumSolution(value: string | undefined, fallback: string, max: number): string {
  const text = value ?? fallback;
  if (text === 'all') return text;
  if (typeof text !== 'string' || !/^0*[1-9][0-9]*$/.test(text)) {
    throw new ConductorError('BAD_REQUEST', 'num_solution must be a number from 1 in digits, or the word all.');
  }
  return String(Math.min(Number(text), max));
}

/** Whole seconds. Throws BAD_REQUEST. */
export function readTimeout(value: number | undefined, fallback: number): number {
  const seconds = value ?? fallback;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_TIMEOUT_SECONDS) {
    throw new ConductorError(
      'BAD_REQUEST',
      `timeout must be a whole number of seconds from 0 to ${MAX_TIMEOUT_SECONDS}.`,
    );
  }
  return seconds;
}

/** The limit of the search as stored, or nothing when none is given. Throws BAD_REQUEST. */
export function readTimeLimit(value: number | undefined): { readonly timeLimit?: number } {
  if (value === undefined) return {};
  if (!Number.isInteger(value) || value < 1 || value > MAX_TIMEOUT_SECONDS) {
    throw new ConductorError(
      'BAD_REQUEST',
      `time limit must be a whole number of seconds from 1 to ${MAX_TIMEOUT_SECONDS}.`,
    );
  }
  return { timeLimit: value };
}

/** How far from the best is good enough, as stored, or nothing when none is given. Throws BAD_REQUEST. */
export function readGapLimit(value: number | undefined): { readonly gapLimit?: number } {
  if (value === undefined) return {};
  // Not a number compares as false, too.
  if (!(value >= 0 && value < 1)) {
    throw new ConductorError('BAD_REQUEST', 'gap limit must be a number from 0 to below 1; 0.05 means 5 %.');
  }
  return { gapLimit: value };
}

/** The class in which the plan waits, as stored: nothing for the normal one. Throws BAD_REQUEST. */
export function readPriority(value: string | undefined): { readonly priority?: Exclude<Priority, 'normal'> } {
  if (value === undefined || value === 'normal') return {};
  if (value === 'high' || value === 'low') return { priority: value };
  throw new ConductorError('BAD_REQUEST', `priority must be one of ${PRIORITIES.join(', ')}.`);
}

/** The name as given (an empty one too, as the reference echoes it), or undefined when one is to be made. Throws BAD_REQUEST. */
export function readName(value: string | undefined): string | undefined {
  if (value !== undefined && value.length > MAX_NAME_LENGTH) {
    throw new ConductorError('BAD_REQUEST', `name must have at most ${MAX_NAME_LENGTH} characters.`);
  }
  return value;
}

/** Throws BAD_REQUEST for an empty or overlong key. */
export function readIdempotencyKey(value: string | undefined): string | undefined {
  if (value !== undefined && (value === '' || value.length > MAX_KEY_LENGTH)) {
    throw new ConductorError('BAD_REQUEST', `The idempotency key must have 1 to ${MAX_KEY_LENGTH} characters.`);
  }
  return value;
}

/**
 * The template as an object with its files, checked for size and depth. `maxBytes` limits the text that was sent, and the
 * JSON of template and files together. Throws TEMPLATE_INVALID, PAYLOAD_TOO_LARGE, BAD_REQUEST.
 */
export async function readDocument(
  input: Pick<CreatePlanInput, 'template' | 'files'>,
  parse: ParseTemplateText,
  maxBytes: number,
): Promise<TemplateDocument> {
  const { template: given, files } = input;
  if (typeof given === 'string') checkBytes(given, maxBytes);
  const template = typeof given === 'string' ? await parse(given) : given;
  return documentOf(template, filesOf(files), maxBytes);
}

/** The contents for `get_file`. Throws BAD_REQUEST. */
export function filesOf(files: unknown = {}): JsonObject {
  if (!isJsonObject(files)) throw new ConductorError('BAD_REQUEST', 'files must be an object.');
  return files;
}

/** The document with the caller's transaction id where workers look for it; it replaces one that the template brought along, as in the reference. */
export function withTransactionId(document: TemplateDocument, transactionId: string | undefined): TemplateDocument {
  if (!transactionId) return document;
  return { ...document, template: { ...document.template, 'transaction-id': transactionId } };
}

/** Equal for two requests that ask for the same plan. The transaction id is no part of it: it differs with each try. */
export function fingerprintOf(asked: {
  readonly name: string | undefined;
  readonly timeout: number;
  readonly recommendMax: string;
  readonly timeLimit?: number;
  readonly gapLimit?: number;
  readonly priority?: Priority;
  readonly document: TemplateDocument;
}): string {
  return sha256(canonicalJson(asked));
}
