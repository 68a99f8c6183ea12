// Work on templates whose time grows with their size, as jobs that are plain data: the same functions do small ones at once and
// large ones in a worker thread (aside.ts).
import { ConductorError, type ErrorCode, type Issue, TemplateInvalidError } from '../../domain/errors.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { documentOf, NO_OBJECT } from './document.ts';
import { TEMPLATE_LIMITS, type TemplateLimits } from './limits.ts';
import { parseTemplate, validateTemplate } from './parse.ts';
import { readTemplateText } from './text.ts';
import type { ParsedTemplate, TemplateOptions } from './types.ts';

/** What somebody wants to be judged: an object, or text as YAML 1.1 or JSON. */
export interface GivenTemplate {
  readonly template: JsonObject | string;
  readonly files: JsonObject;
  /** Bytes of a text, and of the JSON of template and files together. */
  readonly maxBytes: number;
}

export interface Jobs {
  /** JSON text of the value; null: the given text is JSON itself. */
  readonly read: {
    readonly input: { readonly text: string; readonly limits: TemplateLimits };
    readonly output: string | null;
  };
  readonly check: {
    readonly input: GivenTemplate & { readonly options: TemplateOptions };
    readonly output: readonly Issue[];
  };
  readonly parse: {
    readonly input: { readonly document: TemplateDocument; readonly options: TemplateOptions };
    readonly output: ParsedTemplate;
  };
}

export type JobName = keyof Jobs;

/** Given to the worker thread. */
export type TemplateJob = { readonly [N in JobName]: { readonly name: N; readonly input: Jobs[N]['input'] } }[JobName];

/** Sent back by it: the job's output, or why the template was refused. */
export type JobReply =
  | { readonly output: Jobs[JobName]['output'] }
  | {
      readonly refused: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly issues: readonly Issue[] | null;
      };
    };

/** JSON crosses a thread's border far faster than the value that YAML was read into. */
export function readJob({ text, limits }: Jobs['read']['input']): string | null {
  const { value, json } = readTemplateText(text, 'template', limits);
  return json ? null : JSON.stringify(value);
}

/** Every broken rule, with lines when a text was given. Throws PAYLOAD_TOO_LARGE. */
export function checkJob({ template: given, files, maxBytes, options }: Jobs['check']['input']): readonly Issue[] {
  try {
    if (typeof given !== 'string') return validateTemplate(documentOf(given, files, maxBytes), options);
    const { value } = readTemplateText(given, 'template', TEMPLATE_LIMITS);
    if (!isJsonObject(value)) return [{ path: '', message: NO_OBJECT, line: 1 }];
    return validateTemplate(documentOf(value, files, maxBytes), { ...options, text: given });
  } catch (error) {
    if (error instanceof TemplateInvalidError) return error.issues;
    throw error;
  }
}

/** The worker's side, a pure function. Throws what is no refusal of the template. */
export function runJob(job: TemplateJob): JobReply {
  try {
    return { output: outputOf(job) };
  } catch (error) {
    if (!(error instanceof ConductorError)) throw error;
    const issues = error instanceof TemplateInvalidError ? error.issues : null;
    return { refused: { code: error.code, message: error.message, issues } };
  }
}

function outputOf(job: TemplateJob): Jobs[JobName]['output'] {
  switch (job.name) {
    case 'read':
      return readJob(job.input);
    case 'check':
      return checkJob(job.input);
    case 'parse':
      return parseTemplate(job.input.document, job.input.options);
  }
}
