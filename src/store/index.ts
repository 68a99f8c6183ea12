// Everything the rest of the program needs of the store, made over one Kv: plans, their feed, and the engine's work queue.
import type { Logger, Metrics, PlanFeed, PlanStore, WorkQueue } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import type { Kv } from './kv.ts';
import { PartReader } from './parts.ts';
import { KvPlanFeed } from './plan-feed.ts';
import { KvPlanStore } from './plan-store.ts';
import { KvWorkQueue } from './work-queue.ts';

export interface StoresOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Jitter of back-offs. @default systemRandom */
  readonly random?: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Names this process in claims, for people: host name and the like. */
  readonly ownerName: string;
  /** A worker that dies is noticed after this time. */
  readonly leaseTtlSeconds: number;
  /** First pause before a failed listing or clean-up is repeated, in milliseconds; doubles up to 40 times. @default 50 */
  readonly retryBaseMs?: number;
  /** Changes that wait for one subscriber before they are coalesced. @default 256 */
  readonly feedQueueCapacity?: number;
  /** Recent changes kept in memory for subscribers that come back. @default 2048 */
  readonly feedRingCapacity?: number;
}

export interface Stores {
  readonly plans: PlanStore;
  readonly feed: PlanFeed;
  readonly work: WorkQueue;
  /** Lists and begins to watch; throws STORE_UNAVAILABLE when the store does not answer. */
  start(): Promise<void>;
  /** Ends the watching and gives the lease back with its claims. The Kv stays open: whoever opened it closes it. */
  close(): Promise<void>;
}

export function createStores(kv: Kv, options: StoresOptions): Stores {
  const shared = { ...options, kv, random: options.random ?? systemRandom, parts: new PartReader(kv) };
  const plans = new KvPlanStore(shared);
  const feed = new KvPlanFeed({
    ...shared,
    queueCapacity: options.feedQueueCapacity,
    ringCapacity: options.feedRingCapacity,
  });
  const work = new KvWorkQueue(shared);
  const stop = new AbortController();
  return {
    plans,
    feed,
    work,
    async start() {
      try {
        await Promise.all([feed.start(stop.signal), work.start(stop.signal)]);
      } catch (error) {
        stop.abort();
        throw error;
      }
    },
    async close() {
      stop.abort();
      await Promise.all([feed.finished(), work.close()]);
    },
  };
}
