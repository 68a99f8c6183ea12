// Template text → object without stalling the event loop: small texts at once, large ones in a worker thread.
import { Worker } from 'node:worker_threads';
import { ConductorError, type Issue, TemplateInvalidError } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { workerFile } from '../../lib/worker-file.ts';
import { checkSize, TEMPLATE_LIMITS, type TemplateLimits } from './limits.ts';
import { readTemplateText } from './text.ts';

export interface ParseTextOptions extends Partial<TemplateLimits> {
  readonly signal?: AbortSignal | undefined;
  /** Longest time in a worker thread, ms. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** Texts with more characters are read in a worker thread. @default 200000 */
  readonly workerAbove?: number | undefined;
  /** The same for texts that are not JSON: YAML takes some twenty times as long. @default 32000 */
  readonly yamlWorkerAbove?: number | undefined;
}

/** Given to the worker thread. */
export interface TextJob {
  readonly text: string;
  readonly limits: TemplateLimits;
}

/** Sent back by it: JSON text (null: the given text is JSON itself), or what is wrong. */
export type TextJobResult = { readonly json: string | null } | { readonly issues: readonly Issue[] };

/** The worker's side of the job, a pure function. */
export function runTextJob(job: TextJob): TextJobResult {
  try {
    const { value, json } = readTemplateText(job.text, 'template', job.limits);
    return { json: json ? null : JSON.stringify(value) };
  } catch (error) {
    if (error instanceof TemplateInvalidError) return { issues: error.issues };
    throw error;
  }
}

const WORKER_MEMORY_MB = 1024;

function refusal(message: string, cause?: unknown): TemplateInvalidError {
  return new TemplateInvalidError([{ path: '', message }], { cause });
}

function runInWorker(job: TextJob, timeoutMs: number, signal: AbortSignal | undefined): Promise<TextJobResult> {
  signal?.throwIfAborted();
  const worker = new Worker(workerFile('template-worker', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const answer = new Promise<TextJobResult>((resolve, reject) => {
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

/** Whether JSON.parse takes it; at these sizes that costs next to nothing. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function readValue(text: string, limits: TemplateLimits, options: ParseTextOptions): Promise<JsonValue> {
  const { workerAbove = 200_000, yamlWorkerAbove = 32_000 } = options;
  const small = text.length <= workerAbove && (text.length <= yamlWorkerAbove || isJson(text));
  if (small) return readTemplateText(text, 'template', limits).value;
  const result = await runInWorker({ text, limits }, options.timeoutMs ?? 30_000, options.signal);
  if ('issues' in result) throw new TemplateInvalidError(result.issues);
  return JSON.parse(result.json ?? text) as JsonValue;
}

/**
 * The template object of a JSON or YAML 1.1 text. Throws TEMPLATE_INVALID (unreadable, or not an object) with lines,
 * PAYLOAD_TOO_LARGE above `maxBytes` (10 MB by default), the signal's reason when aborted.
 */
export async function parseTemplateText(text: string, options: ParseTextOptions = {}): Promise<JsonObject> {
  const limits: TemplateLimits = {
    maxBytes: options.maxBytes ?? TEMPLATE_LIMITS.maxBytes,
    maxDepth: options.maxDepth ?? TEMPLATE_LIMITS.maxDepth,
    maxAliases: options.maxAliases ?? TEMPLATE_LIMITS.maxAliases,
    maxNodes: options.maxNodes ?? TEMPLATE_LIMITS.maxNodes,
  };
  checkSize(text, limits.maxBytes);
  const value = await readValue(text, limits, options);
  if (!isJsonObject(value))
    throw new TemplateInvalidError([{ path: '', message: 'Template must be an object', line: 1 }]);
  return value;
}
