// The embedded store: one durable LMDB folder with etcd's promises, for one process. The single-machine default and the store
// that tests run on.
import { setMaxListeners } from 'node:events';
import { ConductorError } from '../../domain/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { linkedSignal } from '../../lib/linked-signal.ts';
import { checkTxn } from '../check.ts';
import {
  type KeyValue,
  type Kv,
  type Lease,
  type RangeOptions,
  type RangeResult,
  type StoreStatus,
  type TxnRequest,
  type TxnResult,
  WATCH_HEARTBEAT_MS,
  type WatchBatch,
  type WatchOptions,
} from '../kv.ts';
import { CommitQueue, closedError } from './commits.ts';
import { onlyReads, readEvents, readKey, readRange, readTxn } from './history.ts';
import { Leases } from './leases.ts';
import { lockFolder } from './lock.ts';
import { bytes, META, openTables, readCounter, type Tables } from './tables.ts';
import { applyTxn } from './writer.ts';

export interface EmbeddedOptions {
  /** Folder of the store; made when missing, readable by its owner only. */
  readonly dir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Revisions that watches and old reads can go back. @default 10000 */
  readonly historyRevisions?: number;
}

/**
 * Opens (or makes) the store. Throws STORE_LOCKED when another process, or this one, has it open, STORE_UNAVAILABLE naming the folder
 * when it cannot be made or holds no store that can be opened.
 */
export async function openEmbeddedKv(options: EmbeddedOptions): Promise<Kv> {
  let unlock = () => {};
  try {
    unlock = lockFolder(options.dir, options.ids);
    const kv = new EmbeddedKv(options, openTables(options.dir), unlock);
    await kv.prepare();
    return kv;
  } catch (error) {
    unlock();
    if (error instanceof ConductorError) throw error;
    const why = error instanceof Error ? `: ${error.message}` : '';
    const message = `The embedded store in ${options.dir} ([embedded_store] data_dir) cannot be opened${why}.`;
    throw new ConductorError('STORE_UNAVAILABLE', message, { cause: error });
  }
}

class EmbeddedKv implements Kv {
  readonly kind = 'embedded';
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #commits: CommitQueue;
  readonly #leases: Leases;
  readonly #unlock: () => void;
  #closed: Promise<void> | null = null;
  readonly #closing = new AbortController();
  readonly #newClusterId: string;
  #clusterId = '';
  #revision: number;
  readonly #wakeWatchers = new Set<() => void>();

  constructor(options: EmbeddedOptions, tables: Tables, unlock: () => void) {
    this.#tables = tables;
    this.#clock = options.clock;
    this.#unlock = unlock;
    this.#newClusterId = options.ids.uuid();
    this.#revision = readCounter(tables, META.revision);
    this.#commits = new CommitQueue(tables, options.historyRevisions ?? 10_000, (revision) => this.#onCommit(revision));
    // Every watch listens.
    setMaxListeners(0, this.#closing.signal);
    this.#leases = new Leases(tables, this.#commits, options.clock, options.ids);
  }

  /** Gives a new store its identity and clears what a dead process left. */
  async prepare(): Promise<void> {
    await this.#commits.run(() => {
      if (!this.#tables.meta.get(META.cluster)) void this.#tables.meta.put(META.cluster, bytes(this.#newClusterId));
    });
    this.#clusterId = this.#tables.meta.get(META.cluster)?.toString('utf8') ?? '';
    await this.#leases.removeLeftovers();
  }

  async get(key: string): Promise<KeyValue | null> {
    this.#assertOpen();
    return readKey(this.#tables, key);
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    this.#assertOpen();
    return readRange(this.#tables, prefix, options);
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    checkTxn(request);
    if (onlyReads(request)) {
      this.#assertOpen();
      return readTxn(this.#tables, request);
    }
    return this.#commits.run(() => applyTxn(this.#tables, request, (id) => this.#leases.isLive(id)));
  }

  async *watch(prefix: string, options: WatchOptions): AsyncGenerator<WatchBatch> {
    const ended = linkedSignal(options.signal, this.#closing.signal);
    try {
      yield* this.#watch(prefix, options, ended.signal);
    } finally {
      ended.unlink();
    }
  }

  async *#watch(
    prefix: string,
    { fromRevision, clusterId, signal }: WatchOptions,
    ended: AbortSignal,
  ): AsyncGenerator<WatchBatch> {
    let next = fromRevision;
    if ((clusterId ?? this.#clusterId) !== this.#clusterId || fromRevision > this.#revision + 1) throw displaced();
    while (!signal.aborted) {
      this.#assertOpen();
      const { batches, upTo } = readEvents(this.#tables, prefix, next);
      for (const batch of batches) {
        yield batch;
        if (signal.aborted) return;
      }
      next = upTo + 1;
      if (next > this.#revision && (await this.#nextCommit(ended)) === 'quiet') yield { revision: upTo, events: [] };
    }
  }

  async lease(ttlSeconds: number): Promise<Lease> {
    this.#assertOpen();
    return this.#leases.grant(ttlSeconds);
  }

  async status(): Promise<StoreStatus> {
    this.#assertOpen();
    return { clusterId: this.#clusterId, revision: this.#revision };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#leases.close();
    this.#closing.abort();
    await this.#commits.close();
    await this.#tables.root.close();
    this.#unlock();
  }

  #onCommit(revision: number): void {
    if (revision === this.#revision) return;
    this.#revision = revision;
    for (const wake of [...this.#wakeWatchers]) wake();
  }

  /** Waits for something to look at; `quiet` when nothing came for a heartbeat. */
  #nextCommit(ended: AbortSignal): Promise<'commit' | 'quiet'> {
    return new Promise((resolve) => {
      if (ended.aborted) return resolve('commit');
      const done = (why: 'commit' | 'quiet') => {
        cancel();
        this.#wakeWatchers.delete(wake);
        ended.removeEventListener('abort', wake);
        resolve(why);
      };
      const wake = () => done('commit');
      const cancel = this.#clock.after(WATCH_HEARTBEAT_MS, () => done('quiet'));
      ended.addEventListener('abort', wake, { once: true });
      this.#wakeWatchers.add(wake);
    });
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }
}

function displaced(): ConductorError {
  return new ConductorError('STORE_UNAVAILABLE', 'The revision to watch from belongs to another store.');
}
