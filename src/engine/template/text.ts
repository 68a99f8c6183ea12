// Template text → data: JSON through JSON.parse, anything else as YAML 1.1; repeated keys are found in both.
// Source of the duplicate-key message: rest-api.md section 6.4 of the behaviour specification.
import { type Issue, TemplateInvalidError } from '../../domain/errors.ts';
import type { JsonValue } from '../../lib/json.ts';
import { scanJson } from './json-scan.ts';
import { checkSize, excessOf, TEMPLATE_LIMITS, type TemplateLimits } from './limits.ts';
import { jsonLines, LineCounter, positionAt, snippetAt, withLines } from './places.ts';
import { readYaml, TextError } from './yaml-text.ts';

/** How a text is called in the duplicate-key message. */
export type TextLabel = 'API Request' | 'Template';

function duplicateMessage(text: string, offset: number, label: TextLabel): { message: string; line: number } {
  const { line } = positionAt(text, offset);
  return { message: `${label} has a duplicate key on line ${line}: ${snippetAt(text, offset)}`, line };
}

function parseJson(text: string): { readonly value: JsonValue } | null {
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch {
    return null;
  }
}

function refuse(message: string, line: number): never {
  throw new TemplateInvalidError([{ path: '', message, line }]);
}

function readAsYaml(text: string, label: TextLabel, limits: TemplateLimits): JsonValue {
  try {
    const value = readYaml(text, limits);
    const excess = excessOf(value, limits);
    if (excess === null) return value;
    return refuse(`${label} ${excess}`, 1);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    if (error.duplicate) {
      const { message, line } = duplicateMessage(text, error.offset, label);
      return refuse(message, line);
    }
    const { line, column } = positionAt(text, error.offset);
    return refuse(`${label} is not valid JSON or YAML: ${error.message} on line ${line}, column ${column}`, line);
  }
}

function checkNumbers(value: JsonValue, text: string, label: TextLabel): void {
  // Only an exponent of three digits or some three hundred digits in a row can pass the largest double.
  if (!/[eE]\+?\d{3}|\d{300}/.test(text)) return;
  const rest: JsonValue[] = [value];
  for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
    if (typeof item === 'number' && !Number.isFinite(item)) {
      const offset = Math.max(0, text.search(/[\d.][eE]\+?\d{3}|\d{300}/));
      refuse(`${label} has a number that is out of range`, positionAt(text, offset).line);
    }
    if (typeof item === 'object' && item !== null) for (const child of Object.values(item)) rest.push(child);
  }
}

function readAsJson(text: string, label: TextLabel, limits: TemplateLimits): { readonly value: JsonValue } | null {
  const facts = scanJson(text, limits.maxDepth);
  const tooDeep = facts.depth > limits.maxDepth;
  const parsed = tooDeep ? null : parseJson(text);
  if (parsed === null) return null;
  if (facts.duplicate !== null) {
    const { message, line } = duplicateMessage(text, facts.duplicate, label);
    refuse(message, line);
  }
  checkNumbers(parsed.value, text, label);
  const excess = excessOf(parsed.value, limits);
  if (excess !== null) refuse(`${label} ${excess}`, 1);
  return parsed;
}

/**
 * Reads a template (or a whole request) that came as text. `json` tells whether the text was JSON.
 * Throws TEMPLATE_INVALID with the line: malformed, tags, too many aliases, too deep, NUL, repeated keys, numbers out of
 * range; PAYLOAD_TOO_LARGE above `limits.maxBytes`.
 */
export function readTemplateText(
  text: string,
  kind: 'template' | 'request',
  limits: TemplateLimits = TEMPLATE_LIMITS,
): { readonly value: JsonValue; readonly json: boolean } {
  const label = kind === 'template' ? 'Template' : 'API Request';
  checkSize(text, limits.maxBytes);
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const nul = clean.indexOf('\0');
  if (nul >= 0) refuse(`${label} contains a NUL character`, positionAt(clean, nul).line);
  const parsed = readAsJson(clean, label, limits);
  if (parsed !== null) return { value: parsed.value, json: clean === text };
  return { value: readAsYaml(clean, label, limits), json: false };
}

/**
 * The message about the first repeated key at any level, or null. Every other problem of the text is ignored here.
 * A request is JSON; a template may also be YAML.
 */
export function findDuplicateKey(text: string, label: TextLabel): string | null {
  const facts = scanJson(text, TEMPLATE_LIMITS.maxDepth);
  // Most requests: nothing to say, whether it is JSON or not, and a large one need not be read once more.
  if (label === 'API Request' && facts.duplicate === null) return null;
  if (parseJson(text) !== null) {
    return facts.duplicate === null ? null : duplicateMessage(text, facts.duplicate, label).message;
  }
  if (label === 'API Request') return null;
  try {
    readYaml(text, TEMPLATE_LIMITS);
    return null;
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return error.duplicate ? duplicateMessage(text, error.offset, label).message : null;
  }
}

const MAX_YAML_FOR_LINES = 200_000;

function yamlLines(text: string, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (text.length > MAX_YAML_FOR_LINES) return found;
  const offsets = new Map<string, number>();
  try {
    readYaml(text, TEMPLATE_LIMITS, (path, offset) => {
      if (wanted.has(path) && !offsets.has(path)) offsets.set(path, offset);
    });
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
  }
  const counter = new LineCounter(text);
  for (const [path, offset] of [...offsets].sort((a, b) => a[1] - b[1])) found.set(path, counter.lineAt(offset));
  return found;
}

/** Issues of a template with their lines in the text it came from (not for YAML above 200 kB). */
export function locateIssues(issues: readonly Issue[], text: string): readonly Issue[] {
  const json = /^\uFEFF?\s*[[{]/.test(text) && parseJson(text.replace(/^\uFEFF/, '')) !== null;
  return withLines(issues, (wanted) => (json ? jsonLines(text, wanted) : yamlLines(text, wanted)));
}
