// Runs jobs on large templates in worker threads, so that the event loop goes on; a few at a time, each bounded in time and memory.
import { Worker } from 'node:worker_threads';
import { ConductorError, TemplateInvalidError } from '../../domain/errors.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import { limiter } from '../../lib/concurrency.ts';
import { workerFile } from '../../lib/worker-file.ts';
import { checkBytes } from './document.ts';
import { checkJob, type GivenTemplate, type JobName, type JobReply, type Jobs, type TemplateJob } from './jobs.ts';
import { holdsMoreThan } from './limits.ts';
import { parseTemplate } from './parse.ts';
import type { ParsedTemplate, TemplateOptions } from './types.ts';

export interface AsideOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time in a worker thread, ms. @default 30000 */
  readonly timeoutMs?: number | undefined;
}

const WORKER_MEMORY_MB = 1024;
const TIMEOUT_MS = 30_000;
/** Threads at once in this process: more would take memory and gain nothing. */
const oneOfFew = limiter(2);

/** Values up to which a template is judged at once: some milliseconds. Templates of OSDF have a few hundred. */
const SMALL_VALUES = 5_000;
/** The same for a text that is to be read, too. */
const SMALL_TEXT = 32_000;

/**
 * The output of a job done in a thread of its own. Throws what the job throws (TEMPLATE_INVALID, PAYLOAD_TOO_LARGE), TEMPLATE_INVALID
 * also when it takes too long or too much memory, the signal's reason when aborted.
 */
export function runAside<N extends JobName>(
  name: N,
  input: Jobs[N]['input'],
  options: AsideOptions = {},
): Promise<Jobs[N]['output']> {
  const job = { name, input } as TemplateJob;
  return oneOfFew(async () => outcomeOf(await replyTo(job, options)) as Jobs[N]['output']);
}

/** Every broken rule of what was given that needs no inventory; empty when valid. Throws PAYLOAD_TOO_LARGE. */
export async function checkTemplate(given: GivenTemplate, options: TemplateOptions): Promise<Jobs['check']['output']> {
  const { template, maxBytes } = given;
  // Before anything is copied.
  if (typeof template === 'string') checkBytes(template, maxBytes);
  const input = { ...given, options: language(options) };
  return isSmall(given) ? checkJob(input) : runAside('check', input);
}

/** As `parseTemplate`, without holding the event loop up. */
export async function parseTemplateAside(
  document: TemplateDocument,
  options: TemplateOptions = {},
  aside: AsideOptions = {},
): Promise<ParsedTemplate> {
  if (!holdsMoreThan(document, SMALL_VALUES)) return parseTemplate(document, options);
  return runAside('parse', { document, options: language(options) }, aside);
}

/** The options alone: callers have other things beside them, which cannot go to another thread. */
function language({ zoneFields }: TemplateOptions): TemplateOptions {
  return zoneFields ? { zoneFields } : {};
}

/** A short text with anchors may stand for very many values. */
function isSmall({ template, files }: GivenTemplate): boolean {
  if (typeof template !== 'string') return !holdsMoreThan({ template, files }, SMALL_VALUES);
  return template.length <= SMALL_TEXT && !template.includes('&') && !holdsMoreThan(files, SMALL_VALUES);
}

function outcomeOf(reply: JobReply): Jobs[JobName]['output'] {
  if ('output' in reply) return reply.output;
  const { code, message, issues } = reply.refused;
  throw issues ? new TemplateInvalidError(issues) : new ConductorError(code, message);
}

function refusal(message: string, cause?: unknown): TemplateInvalidError {
  return new TemplateInvalidError([{ path: '', message }], { cause });
}

function replyTo(job: TemplateJob, { signal, timeoutMs = TIMEOUT_MS }: AsideOptions): Promise<JobReply> {
  signal?.throwIfAborted();
  const worker = new Worker(workerFile('template-worker', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const answer = new Promise<JobReply>((resolve, reject) => {
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    timer = setTimeout(() => reject(refusal('Template takes too long to read')), timeoutMs);
    worker.once('message', resolve);
    worker.once('error', (error: NodeJS.ErrnoException) => {
      const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(
        outOfMemory
          ? refusal('Template needs too much memory to read', error)
          : new ConductorError('INTERNAL', undefined, { cause: error }),
      );
    });
    worker.once('exit', (code) =>
      reject(new ConductorError('INTERNAL', `The template reader ended with code ${code}.`)),
    );
  });
  return answer.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    void worker.terminate();
  });
}
