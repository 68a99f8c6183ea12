// The etcd store: the Kv seam over etcd3's generated clients, with deadlines, bounded retries and the errors that the seam promises.
import { setMaxListeners } from 'node:events';
import type { Etcd3 } from 'etcd3';
import { ConductorError, isConductorError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { linkedSignal } from '../../lib/linked-signal.ts';
import type { Random } from '../../lib/random.ts';
import { retry } from '../../lib/retry.ts';
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
import { type ConnectionOptions, createClient, readDeadlineMs } from './client.ts';
import { KeySpace } from './convert.ts';
import {
  type CallKind,
  isAnswerTooLarge,
  isFutureRevision,
  isNotSent,
  isTimeout,
  tlsTrouble,
  toStoreError,
} from './errors.ts';
import { EtcdLease } from './lease.ts';
import { type StateAt, watchPrefix } from './watch.ts';

export interface EtcdOptions extends Omit<ConnectionOptions, 'timeoutMs' | 'keepaliveMs'> {
  /** Stands before every key and is never seen by callers; a `/` is added when it does not end in one. */
  readonly prefix: string;
  /** Deadline of every call, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** A connection or watch that is silent for this long is asked whether it lives, in milliseconds. @default 10000 */
  readonly keepaliveMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Longest time that opening takes when nothing answers, in milliseconds. */
const OPEN_MS = 3_000;
const TRIES = 3;

/** Opens it and makes sure that it answers. Throws STORE_UNAVAILABLE naming the endpoints, CONFIG_INVALID, CERTIFICATE_INVALID. */
export async function openEtcdKv(options: EtcdOptions): Promise<Kv> {
  const kv = new EtcdKv(options);
  try {
    await kv.prepare();
    return kv;
  } catch (error) {
    await kv.close();
    const known = isConductorError(error) && error.message !== new ConductorError(error.code).message;
    const where = options.endpoints.join(', ');
    const trouble = tlsTrouble(error instanceof Error ? error.cause : null);
    const message = known ? `${error.message} (${where})` : `etcd cannot be reached at ${where}${trouble}.`;
    throw new ConductorError('STORE_UNAVAILABLE', message, { cause: error });
  }
}

class EtcdKv implements Kv {
  readonly kind = 'etcd';
  readonly #options: EtcdOptions & Pick<ConnectionOptions, 'timeoutMs' | 'keepaliveMs'>;
  readonly #client: Etcd3;
  readonly #space: KeySpace;
  readonly #leases = new Set<EtcdLease>();
  readonly #closing = new AbortController();

  constructor(options: EtcdOptions) {
    const { timeoutMs = 5_000, keepaliveMs = 10_000 } = options;
    this.#options = { ...options, timeoutMs, keepaliveMs };
    // Every watch listens.
    setMaxListeners(0, this.#closing.signal);
    this.#client = createClient(this.#options);
    this.#space = new KeySpace(
      options.prefix === '' || options.prefix.endsWith('/') ? options.prefix : `${options.prefix}/`,
    );
  }

  /** Asks until something answers or the time to open is over. */
  async prepare(): Promise<void> {
    const { clock, logger } = this.#options;
    const until = clock.monotonic() + OPEN_MS;
    const retryable = (error: unknown) => clock.monotonic() < until && isNotSent(error, 'read');
    try {
      await retry({ ...this.#options, tries: 20, maxMs: 400, retryable }, () => this.#ask(OPEN_MS));
    } catch (error) {
      throw toStoreError(error, 'read');
    }
    const { version } = await this.#client.maintenance.status().catch(() => ({ version: '' }));
    if (/^3\.[0-4]\./.test(version))
      logger.warn({ version }, 'etcd is old: 3.5 or newer has fixes for lost watch events');
  }

  async get(key: string): Promise<KeyValue | null> {
    const { kvs } = await this.#call('read', () => this.#client.kv.range({ key: this.#space.key(key) }));
    return kvs[0] ? this.#space.keyValue(kvs[0]) : null;
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    const request = this.#space.range(prefix, options);
    for (let limit = options.limit ?? 1000; ; limit = Math.ceil(limit / 4)) {
      try {
        const answer = await this.#call('read', () => this.#client.kv.range({ ...request, limit }));
        const { kvs, more, header } = answer;
        return { kvs: kvs.map((kv) => this.#space.keyValue(kv)), more, revision: Number(header.revision) };
      } catch (error) {
        if (!isAnswerTooLarge(error instanceof ConductorError ? error.cause : error) || limit <= 1) throw error;
      }
    }
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    checkTxn(request);
    const writes = [...request.then, ...(request.otherwise ?? [])].some((operation) => !('get' in operation));
    const message = this.#space.txn(request);
    const answer = await this.#call(writes ? 'write' : 'read', () => this.#client.kv.txn(message));
    return this.#space.txnResult(request, answer);
  }

  async *watch(prefix: string, options: WatchOptions): AsyncGenerator<WatchBatch> {
    const { clock, random, logger, keepaliveMs, timeoutMs } = this.#options;
    const probeMs = Math.min(keepaliveMs, WATCH_HEARTBEAT_MS);
    const deps = { clock, random, logger, probeMs, timeoutMs, client: this.#client, space: this.#space };
    const stateAt = (revision: number, key?: string) => this.#stateAt(revision, key);
    const link = linkedSignal(options.signal, this.#closing.signal);
    try {
      yield* watchPrefix({ ...deps, stateAt }, prefix, { ...options, signal: link.signal });
      if (!options.signal.aborted) throw closed();
    } finally {
      link.unlink();
    }
  }

  async lease(ttlSeconds: number): Promise<Lease> {
    const deps = { ...this.#options, client: this.#client };
    const onEnd = (ended: EtcdLease) => this.#leases.delete(ended);
    const lease = await this.#call('read', () => EtcdLease.grant(deps, ttlSeconds, onEnd));
    this.#leases.add(lease);
    return lease;
  }

  status(): Promise<StoreStatus> {
    return this.#stateAt(0);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    for (const lease of [...this.#leases]) lease.forget();
    this.#client.close();
  }

  #stateAt(revision: number, key?: string): Promise<StateAt> {
    return this.#call('read', () => this.#ask(readDeadlineMs(this.#options), revision, key));
  }

  /** One linearisable read as of a revision (0: now), of a key that never exists unless another one is named. */
  async #ask(timeoutMs: number, at = 0, key = '!status'): Promise<StateAt> {
    const request = { key: this.#space.key(key), revision: at };
    const { header, kvs } = await this.#client.kv.range(request, { deadline: Date.now() + timeoutMs });
    const found = kvs[0] ? this.#space.keyValue(kvs[0]) : null;
    return { clusterId: header.cluster_id, revision: Number(header.revision), found };
  }

  /**
   * Repeats what did not reach etcd; a read also after a broken connection. Deadlines are not repeated, the caller waited; but
   * a read that has time left is asked of another member.
   */
  async #call<T>(kind: CallKind, task: () => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw closed();
    const { clock, timeoutMs } = this.#options;
    const late = clock.monotonic() + 0.75 * timeoutMs;
    const lasting = (error: unknown) => (isTimeout(error) && clock.monotonic() > late) || isFutureRevision(error);
    const again = (error: unknown) =>
      !this.#closing.signal.aborted &&
      (isNotSent(error, kind) ||
        (kind === 'read' && !lasting(error) && toStoreError(error, kind).code === 'STORE_UNAVAILABLE'));
    try {
      return await retry({ ...this.#options, tries: TRIES, retryable: again }, task);
    } catch (error) {
      throw toStoreError(error, kind);
    }
  }
}

function closed(): ConductorError {
  return new ConductorError('STORE_UNAVAILABLE', 'The connection to etcd is closed.');
}
