// Group commit: requests that arrive while a commit is being flushed share the next one, so that many writers cost one fsync.
import { ConductorError, isConductorError } from '../../domain/errors.ts';
import { META, readCounter, type Tables } from './tables.ts';
import { trimHistory } from './writer.ts';

/** Requests in one commit at the most, so that the event loop is not held for long. */
const MAX_GROUP = 256;

interface Pending {
  /** Runs inside the write transaction; must throw before its first write or not at all. */
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs pieces of work one after another in shared, durable LMDB transactions. */
export class CommitQueue {
  readonly #tables: Tables;
  readonly #keep: number;
  readonly #onCommit: (revision: number) => void;
  #waiting: Pending[] = [];
  #running: Promise<void> | null = null;
  #closed = false;

  /** `keep` revisions stay in the history; `onCommit` hears of each new durable revision before its writers do. */
  constructor(tables: Tables, keep: number, onCommit: (revision: number) => void) {
    this.#tables = tables;
    this.#keep = keep;
    this.#onCommit = onCommit;
  }

  /** Resolves when the work's writes are on disk. Throws what the work threw, or STORE_UNAVAILABLE when the commit failed. */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: (result) => resolve(result as T), reject });
      this.#running ??= this.#drain();
    });
  }

  /** Refuses new work and waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    // One turn's grace: requests made in the same turn belong to one commit.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      await this.#commit(group);
    }
    // In the same turn as the last look at the queue: a request that comes next starts a new round.
    this.#running = null;
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    let answers: (() => void)[] = [];
    let revision = 0;
    try {
      // A child transaction: when it throws, nothing of the group is kept.
      await this.#tables.root.childTransaction(() => {
        answers = group.map((pending) => attempt(pending));
        trimHistory(this.#tables, this.#keep);
        revision = readCounter(this.#tables, META.revision);
      });
    } catch (error) {
      const failed = isConductorError(error)
        ? error
        : new ConductorError('STORE_UNAVAILABLE', 'The embedded store cannot write.', { cause: error });
      for (const { reject } of group) reject(failed);
      return;
    }
    this.#tables.root.resetReadTxn();
    this.#onCommit(revision);
    for (const answer of answers) answer();
  }
}

/** What to tell the writer once the commit is durable. A refusal (thrown before any write) spoils nobody else's work. */
function attempt({ work, resolve, reject }: Pending): () => void {
  try {
    const result = work();
    return () => resolve(result);
  } catch (error) {
    if (!isConductorError(error)) throw error;
    return () => reject(error);
  }
}

export function closedError(): ConductorError {
  return new ConductorError('STORE_UNAVAILABLE', 'The embedded store is closed.');
}
