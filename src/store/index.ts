// Everything the rest of the program needs of the store, made over one Kv: plans, their feed, the engine's work queue, order
// locks and latency rules.
import { setMaxListeners } from 'node:events';
import type { CompensationSettings } from '../domain/compensation.ts';
import type { MemberIdentity } from '../domain/members.ts';
import type { OrderLockStore } from '../domain/order-locks.ts';
import type { LatencyRuleStore, Logger, Metrics, PlanFeed, PlanStore, WorkQueue } from '../domain/ports.ts';
import type { ProgressFeed } from '../domain/progress.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import { type Random, systemRandom } from '../lib/random.ts';
import { DEFAULT_COMPENSATION } from './compensation-rows.ts';
import { type CompensationServer, KvCompensations } from './compensations.ts';
import { HeldSteps } from './held-steps.ts';
import { MEMBERS } from './keys.ts';
import type { Kv } from './kv.ts';
import { KvLatencyRules } from './latency-rules.ts';
import { LockBook } from './lock-book.ts';
import { LockWakers } from './lock-wakers.ts';
import { Members } from './members.ts';
import { KvOrderLocks } from './order-locks.ts';
import { PartReader } from './parts.ts';
import { KvPlanFeed } from './plan-feed.ts';
import { KvPlanStore } from './plan-store.ts';
import { KvProgressFeed } from './progress.ts';
import { RecentHeads } from './recent-heads.ts';
import { Retention, type RetentionSettings } from './retention.ts';
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
  /** Of documents kept in memory, uncompressed. @default 64 MiB */
  readonly documentCacheBytes?: number | undefined;
  /** How this process shows itself to others, once it joins them. */
  readonly member?: Pick<MemberIdentity, 'roles' | 'version'>;
  /** First pause before a failed listing or clean-up is repeated, in milliseconds; doubles up to 40 times. @default 50 */
  readonly retryBaseMs?: number;
  /** Changes that wait for one subscriber before they are coalesced. @default 256 */
  readonly feedQueueCapacity?: number;
  /** Recent changes kept in memory for subscribers that come back. @default 2048 */
  readonly feedRingCapacity?: number;
  /** @default everything is kept for ever */
  readonly retention?: RetentionSettings;
  /** @default held 10 minutes, released again after 5 s to 10 minutes */
  readonly compensation?: CompensationSettings;
}

export interface Stores {
  readonly plans: PlanStore;
  readonly feed: PlanFeed;
  readonly progress: ProgressFeed;
  readonly work: WorkQueue;
  readonly orderLocks: OrderLockStore;
  readonly latencyRules: LatencyRuleStore;
  readonly members: Members;
  readonly compensations: CompensationServer;
  /** Plans that wait for a stage or are in one, as far as this process has heard. */
  queuedPlans(): number;
  /** Lists and begins to watch; throws STORE_UNAVAILABLE when the store does not answer. */
  start(): Promise<void>;
  /** Ends the watching and gives the lease back with its claims. The Kv stays open: whoever opened it closes it. */
  close(): Promise<void>;
}

const KEEP_ALL: RetentionSettings = { finishedPlansMs: 0, orphanPartsMs: 0, intervalMs: 0, batch: 0 };

export function createStores(kv: Kv, options: StoresOptions): Stores {
  const book = new LockBook({ ...options, kv });
  const shared = {
    ...options,
    kv,
    memberId: options.ids.uuid(),
    random: options.random ?? systemRandom,
    parts: new PartReader(kv, options.documentCacheBytes),
    heads: new RecentHeads(),
    locks: book,
  };
  const plans = new KvPlanStore(shared);
  const held = new HeldSteps({ ...DEFAULT_COMPENSATION, ...options.compensation, ...shared });
  const feed = new KvPlanFeed({
    ...shared,
    onBatch: (batch) => held.onBatch(batch),
    queueCapacity: options.feedQueueCapacity,
    ringCapacity: options.feedRingCapacity,
  });
  const progress = new KvProgressFeed({ ...shared, feed });
  const work = new KvWorkQueue({ ...shared, held });
  const wakers = new LockWakers({ ...shared, book });
  const orderLocks = new KvOrderLocks({ ...shared, book, wakers });
  const retention = new Retention({ ...KEEP_ALL, ...options.retention, ...shared, plans, orderLocks });
  const members = new Members({
    ...shared,
    prefix: MEMBERS,
    ttlSeconds: options.leaseTtlSeconds,
    self: { name: options.ownerName, roles: [], version: '', ...options.member },
    facts: () => ({ claims: work.held, feedLagMs: feed.status().lagMs, storeRevision: feed.status().revision }),
    queues: () => work.lengths(),
  });
  const compensations = new KvCompensations({ ...DEFAULT_COMPENSATION, ...options.compensation, ...shared, held });
  const stop = new AbortController();
  // Each watch listens, and the pauses and streams within it.
  setMaxListeners(0, stop.signal);
  return {
    compensations,
    plans,
    feed,
    progress,
    work,
    orderLocks,
    latencyRules: new KvLatencyRules(kv),
    members,
    queuedPlans: () => work.length,
    async start() {
      try {
        await Promise.all([feed.start(stop.signal), work.start(stop.signal), wakers.start(stop.signal)]);
      } catch (error) {
        stop.abort();
        throw error;
      }
      retention.start();
    },
    async close() {
      stop.abort();
      await progress.close();
      await Promise.all([compensations.close(), held.close()]);
      await Promise.all([retention.close(), feed.finished(), work.close(), wakers.close(), members.leave()]);
    },
  };
}
