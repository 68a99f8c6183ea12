// Keeps up with one prefix of the store: lists it at a revision, watches from the next one, and lists again when history is
// lost (compaction, another cluster, a revision that ran backwards), telling what changed meanwhile as if it had been watched.
import { ConductorError, isConductorError } from '../domain/errors.ts';
import type { Logger, Metrics } from '../domain/ports.ts';
import { type Clock, delay } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { type KeyValue, type Kv, WATCH_HEARTBEAT_MS, type WatchEvent, type WatchOptions } from './kv.ts';
import { listAll, Resync } from './resync.ts';

/**
 * `listed`: the first state. `live`: one revision as watched. `gap`: history was lost; `events` are what differs now,
 * puts in revision order and then deletes; what was made and deleted in between is not among them.
 */
export interface ReflectorBatch {
  readonly kind: 'listed' | 'live' | 'gap';
  readonly reason?: 'compacted' | 'store-changed';
  readonly clusterId: string;
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}

export interface ReflectorOptions {
  readonly kv: Kv;
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** First pause before listing again fails over, in milliseconds; doubles up to 40 times. @default 50 */
  readonly retryBaseMs?: number | undefined;
  /** Pause between two checks of the watched state against a listing, in milliseconds. @default 600000 */
  readonly resyncMs?: number | undefined;
  /** The first listing leaves values empty: the consumer only wants changes. */
  readonly keysOnly?: boolean;
  /** Called in order; must not throw and must not wait. */
  readonly onBatch: (batch: ReflectorBatch) => void;
}

const PAGE = 500;

interface Listing {
  readonly clusterId: string;
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}

/** The store did not tell something that its listing shows. */
class MissedChanges extends ConductorError {
  constructor(keys: readonly string[]) {
    super('STORE_COMPACTED', `The watch missed ${keys.length} changes, among them ${keys[0]}.`);
  }
}

export class Reflector {
  readonly #options: ReflectorOptions;
  /** Modification revision of every key under the prefix. */
  readonly #known = new Map<string, number>();
  #clusterId = '';
  #revision = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  #done: Promise<void> = Promise.resolve();
  #resync: Resync | null = null;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  /** Lists, reports it, and goes on watching until the signal is aborted. Throws when the first listing fails. */
  async start(signal: AbortSignal): Promise<void> {
    const listing = await this.#list(this.#options.keysOnly ?? false, false);
    this.#adopt(listing);
    this.#report({ kind: 'listed', ...listing });
    this.#done = this.#run(signal);
    this.#scheduleResync(signal);
  }

  /** Resolves when the watching has ended. */
  finished(): Promise<void> {
    return this.#done;
  }

  get clusterId(): string {
    return this.#clusterId;
  }

  /**
   * Keys written last after one revision and up to another, as far as the watch has told, each with that revision; in this order
   * about the first `limit` of them: those of one revision come together.
   */
  changed(after: number, upTo: number, limit: number): readonly (readonly [key: string, modRevision: number])[] {
    const all: [string, number][] = [];
    for (const [key, at] of this.#known) if (at > after && at <= upTo) all.push([key, at]);
    all.sort(([, a], [, b]) => a - b);
    let end = Math.min(limit, all.length);
    while (end < all.length && all[end]?.[1] === all[end - 1]?.[1]) end += 1;
    return all.slice(0, end);
  }

  /** What was written last of all that is there. */
  newest(): WatchOptions['known'] {
    let newest: WatchOptions['known'];
    for (const [key, modRevision] of this.#known) {
      if (modRevision > (newest?.modRevision ?? 0)) newest = { key, modRevision };
    }
    return newest;
  }

  /** `lagMs`: for how long it has heard nothing beyond the usual pause between two heartbeats. */
  status(): { readonly connected: boolean; readonly revision: number; readonly lagMs: number } {
    const silent = this.#options.clock.monotonic() - this.#heardAt;
    const lagMs = Math.max(0, silent - WATCH_HEARTBEAT_MS);
    return { connected: silent < 3 * WATCH_HEARTBEAT_MS, revision: this.#revision, lagMs: Math.round(lagMs) };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.logger.warn({ prefix: this.#options.prefix, err: error }, 'watch lost its place; listing again');
        await this.#relist(error, signal);
      }
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { kv, prefix } = this.#options;
    const known = this.newest();
    const from = { fromRevision: this.#revision + 1, clusterId: this.#clusterId, signal, ...(known && { known }) };
    for await (const { revision, events } of kv.watch(prefix, from)) {
      this.#learn(events);
      this.#heard(revision);
      if (events.length > 0) this.#report({ kind: 'live', clusterId: this.#clusterId, revision, events });
      this.#judgeResync();
    }
  }

  #scheduleResync(signal: AbortSignal): void {
    const { clock, kv, prefix, logger, resyncMs = 600_000 } = this.#options;
    const cancel = clock.after(resyncMs, async () => {
      signal.removeEventListener('abort', cancel);
      if (signal.aborted) return;
      const resync = new Resync();
      this.#resync = resync;
      try {
        await resync.begin(kv, prefix, this.#known);
      } catch (error) {
        this.#resync = null;
        logger.debug({ prefix, err: error }, 'the watched state could not be checked');
      }
      this.#scheduleResync(signal);
    });
    signal.addEventListener('abort', cancel, { once: true });
  }

  /** Throws when the watch has passed the listing without telling what it should have told. */
  #judgeResync(): void {
    const missed = this.#resync?.missed(this.#known, this.#revision) ?? null;
    if (missed === null) return;
    this.#resync = null;
    if (missed.length === 0) return;
    throw new MissedChanges(missed);
  }

  /** Lists until it succeeds: an outage only makes it take longer. */
  async #relist(cause: unknown, signal: AbortSignal): Promise<void> {
    const { clock, random, metrics, prefix, retryBaseMs = 50 } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        // Two histories may write a key in the same revision, with different values.
        const listing = await this.#list(false, isConductorError(cause, 'STORE_UNAVAILABLE'));
        const sameStore = listing.clusterId === this.#clusterId && listing.revision >= this.#revision;
        const reason = sameStore && !isConductorError(cause, 'STORE_UNAVAILABLE') ? 'compacted' : 'store-changed';
        metrics.count('conductor_store_relists_total', {
          prefix,
          reason: cause instanceof MissedChanges ? 'missed' : reason,
        });
        this.#adopt(listing);
        this.#report({ kind: 'gap', reason, ...listing });
        return;
      } catch (error) {
        if (!signal.aborted) this.#options.logger.warn({ prefix, err: error }, 'listing failed');
        const pause = retryBaseMs * Math.min(40, 2 ** attempt) * (0.5 + random.next() / 2);
        await delay(clock, pause, signal).catch(() => undefined);
      }
    }
  }

  /** What differs from the known state (`allNew`: everything), read page by page at one revision of one cluster. */
  async #list(keysOnly: boolean, allNew: boolean): Promise<Listing> {
    const { kv, prefix } = this.#options;
    for (;;) {
      const { clusterId } = await kv.status();
      const listing = await this.#pages(keysOnly, allNew || clusterId !== this.#clusterId);
      if ((await kv.status()).clusterId === clusterId) return { clusterId, ...listing };
      this.#options.logger.warn({ prefix }, 'the store was replaced while it was listed');
    }
  }

  async #pages(keysOnly: boolean, allNew: boolean): Promise<Omit<Listing, 'clusterId'>> {
    const { kv, prefix } = this.#options;
    const changed: KeyValue[] = [];
    const missing = new Set(this.#known.keys());
    let at = 0;
    for await (const { revision, kvs } of listAll(kv, prefix, { limit: PAGE, keysOnly })) {
      at = revision;
      for (const found of kvs) {
        missing.delete(found.key);
        if (allNew || this.#known.get(found.key) !== found.modRevision) changed.push(found);
      }
    }
    changed.sort((a, b) => a.modRevision - b.modRevision);
    return {
      revision: at,
      events: [
        ...changed.map((entry) => ({ type: 'put', kv: entry }) as const),
        ...[...missing].map((key) => ({ type: 'delete', key, modRevision: at }) as const),
      ],
    };
  }

  #adopt({ clusterId, revision, events }: Listing): void {
    this.#resync = null;
    this.#learn(events);
    this.#clusterId = clusterId;
    this.#heard(revision);
  }

  #learn(events: readonly WatchEvent[]): void {
    for (const event of events) {
      const { key, modRevision } = event.type === 'put' ? event.kv : event;
      this.#resync?.touch(key, modRevision);
      if (event.type === 'put') this.#known.set(key, modRevision);
      else this.#known.delete(key);
    }
  }

  #heard(revision: number): void {
    this.#revision = revision;
    this.#heardAt = this.#options.clock.monotonic();
  }

  #report(batch: ReflectorBatch): void {
    try {
      this.#options.onBatch(batch);
    } catch (error) {
      this.#options.logger.error({ prefix: this.#options.prefix, err: error }, 'a change could not be handled');
    }
  }
}
