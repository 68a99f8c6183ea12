// A small pool of resident search threads. Searches wait in order for a free one; a thread that dies, runs out of memory or
// is aborted takes only its own search with it and is replaced when next needed.
import { Worker } from 'node:worker_threads';
import { ConductorError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import { workerFile } from '../../lib/worker-file.ts';
import type { SearchJob, SearchOutcome, SearchState } from './search/model.ts';
import type { SearchReply, SearchTask } from './worker-protocol.ts';

/** Where searches run; in process in tests. */
export interface SearchRunner {
  /**
   * Rejects with the signal's reason when aborted, else a ConductorError. `onState` hears where a search stands that takes its
   * time, a few times a second at most, and must not throw.
   */
  run(job: SearchJob, signal?: AbortSignal, onState?: (state: SearchState) => void): Promise<SearchOutcome>;
}

export interface PoolOptions {
  /** Threads at the most; `start` starts one, others are started when first needed, and all stay. At least 1. */
  readonly size: number;
  /** Heap limit of one thread in MB. */
  readonly maxMemoryMb: number;
  readonly logger: Logger;
  /** The thread's script. @default dist/solver-worker.js */
  readonly file?: URL;
}

interface Task {
  readonly job: SearchJob;
  readonly onState: ((state: SearchState) => void) | undefined;
  readonly settle: (result: SearchOutcome | { readonly error: unknown }) => void;
}

interface Thread {
  readonly worker: Worker;
  task: Task | null;
}

export class SearchPool implements SearchRunner {
  readonly #options: PoolOptions;
  readonly #file: URL;
  readonly #threads = new Set<Thread>();
  readonly #queue: Task[] = [];
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#file = options.file ?? workerFile('solver-worker', import.meta.url);
  }

  /** Starts a first thread ahead of the first search, which then need not wait for it. */
  start(): void {
    if (this.#threads.size === 0 && !this.#closed) this.#start()?.worker.unref();
  }

  run(job: SearchJob, signal?: AbortSignal, onState?: (state: SearchState) => void): Promise<SearchOutcome> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed) return reject(closedError());
      const onAbort = () => this.#abort(task, signal?.reason);
      const task: Task = {
        job,
        onState,
        settle(result) {
          signal?.removeEventListener('abort', onAbort);
          if ('error' in result) reject(result.error);
          else resolve(result);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(task);
      this.#dispatch();
    });
  }

  /** Ends all threads; what is queued or running is rejected. Abort searches first if they should end as aborted. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#queue.splice(0)) task.settle({ error: closedError() });
    const threads = [...this.#threads];
    for (const thread of threads) this.#drop(thread, closedError());
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const thread = [...this.#threads].find(({ task }) => task === null) ?? this.#start();
      if (!thread) return;
      const task = this.#queue.shift();
      if (!task) return;
      thread.task = task;
      thread.worker.ref();
      try {
        const { job, onState } = task;
        thread.worker.postMessage({ job, tells: onState !== undefined } satisfies SearchTask);
      } catch (cause) {
        this.#finish(thread, { error: new ConductorError('INTERNAL', undefined, { cause }) });
      }
    }
  }

  #start(): Thread | null {
    if (this.#threads.size >= this.#options.size) return null;
    const { maxMemoryMb, logger } = this.#options;
    const worker = new Worker(this.#file, { resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb }, env: {} });
    const thread: Thread = { worker, task: null };
    this.#threads.add(thread);
    worker.on('message', (reply: SearchReply) => {
      if (reply.kind === 'at') thread.task?.onState?.(reply.state);
      else this.#finish(thread, outcomeOf(reply));
    });
    worker.on('error', (error: Error) => {
      logger.error({ err: error, maxMemoryMb }, 'a search thread failed');
      this.#drop(thread, failure(error, maxMemoryMb));
      this.#dispatch();
    });
    worker.on('exit', (code) => {
      this.#drop(
        thread,
        new ConductorError('PLAN_FAILED', `The search thread ended unexpectedly (exit code ${code}).`),
      );
      this.#dispatch();
    });
    return thread;
  }

  #finish(thread: Thread, result: SearchOutcome | { readonly error: unknown }): void {
    const task = thread.task;
    thread.task = null;
    // An idle thread must not keep the process alive.
    thread.worker.unref();
    task?.settle(result);
    this.#dispatch();
  }

  /** Forgets a thread and rejects its search, once. */
  #drop(thread: Thread, error: unknown): void {
    this.#threads.delete(thread);
    const task = thread.task;
    thread.task = null;
    task?.settle({ error });
  }

  #abort(task: Task, reason: unknown): void {
    const queued = this.#queue.indexOf(task);
    if (queued >= 0) {
      this.#queue.splice(queued, 1);
      task.settle({ error: reason });
      return;
    }
    const thread = [...this.#threads].find((one) => one.task === task);
    if (!thread) return;
    this.#drop(thread, reason);
    void thread.worker.terminate();
    this.#dispatch();
  }
}

function outcomeOf(reply: Exclude<SearchReply, { kind: 'at' }>): SearchOutcome | { readonly error: unknown } {
  if (reply.kind === 'done') return reply.outcome;
  const cause = new Error(reply.message);
  cause.stack = reply.stack;
  return { error: new ConductorError('INTERNAL', undefined, { cause }) };
}

function failure(error: Error & { readonly code?: string }, maxMemoryMb: number): ConductorError {
  const message =
    error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? `The search needed more memory than a search thread may use (${maxMemoryMb} MB).`
      : 'The search thread failed.';
  return new ConductorError('PLAN_FAILED', message, { cause: error });
}

function closedError(): ConductorError {
  return new ConductorError('INTERNAL', 'The solver is closed.');
}
