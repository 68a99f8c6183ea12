// Removes what is too old, round by round. Any process may do a round, one at a time: a key bound to a lease says who, and a row
// says when the last one was and where it stopped, so that rounds are as frequent with ten processes as with one.
import type { OrderLockStore } from '../domain/order-locks.ts';
import type { Logger, Metrics, PlanStore } from '../domain/ports.ts';
import { type Clock, delay } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { Random } from '../lib/random.ts';
import { retentionCodec, type StoredRetention } from './codec.ts';
import { keys } from './keys.ts';
import type { Compare, Kv } from './kv.ts';
import { when } from './request.ts';
import {
  type Sweep,
  type SweepLimits,
  sweepLockHistory,
  sweepLockRows,
  sweepParts,
  sweepPlans,
} from './retention-sweeps.ts';

export interface RetentionSettings {
  /** Age at which finished plans and released order locks go; 0: never. */
  readonly finishedPlansMs: number;
  /** Age at which documents that no plan names go; 0: never. */
  readonly orphanPartsMs: number;
  readonly intervalMs: number;
  /** Removals of each kind in one round. */
  readonly batch: number;
}

export interface RetentionOptions extends RetentionSettings {
  readonly kv: Kv;
  readonly plans: PlanStore;
  readonly orderLocks: OrderLockStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Names this process to whoever looks into the store. */
  readonly ownerName: string;
}

/** `more`: something was left for the next round. `busy`: another process is at it. `early`: it is not time yet. */
export type Round = 'done' | 'more' | 'busy' | 'early';

const LEASE_SECONDS = 30;
/** The first look after the start. */
const FIRST_MS = 60_000;
/** Pause before a round goes on with what the last one left. */
const MORE_MS = 5_000;
const MARKS = 64;
const NOTHING: StoredRetention = { at: 0, more: false, marks: [], after: {} };

export class Retention {
  readonly #options: RetentionOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    const { finishedPlansMs, orphanPartsMs } = this.#options;
    if (finishedPlansMs > 0 || orphanPartsMs > 0) this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One round, if it is time and nobody else does it. Throws STORE_*. */
  async round(): Promise<Round> {
    const { kv, ids, ownerName } = this.#options;
    if (!this.#isTime(await this.#state())) return 'early';
    const lease = await kv.lease(LEASE_SECONDS);
    try {
      const key = keys.retentionOwner;
      const claim = { put: key, value: `${ownerName}/${ids.uuid()}`, lease: lease.id };
      const { succeeded, revision } = await kv.txn(when([{ key, modRevision: 0 }], [claim]));
      if (!succeeded) return 'busy';
      // Somebody may have ended a round in between.
      const state = await this.#state();
      if (!this.#isTime(state)) return 'early';
      return await this.#sweepAll(state, { key, modRevision: revision }, lease.lost);
    } finally {
      await lease.revoke().catch(() => undefined);
    }
  }

  async #run(): Promise<void> {
    const { clock, random, logger, intervalMs } = this.#options;
    let pause = Math.min(FIRST_MS, intervalMs);
    while (!this.#stop.signal.aborted) {
      await delay(clock, pause * (0.5 + random.next() / 2), this.#stop.signal).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      try {
        pause = (await this.round()) === 'more' ? MORE_MS : intervalMs;
      } catch (error) {
        logger.warn({ err: error }, 'old plans could not be removed; trying again later');
        pause = intervalMs;
      }
    }
  }

  async #sweepAll(state: StoredRetention, owner: Compare, lost: AbortSignal): Promise<Round> {
    const { kv, clock, logger, batch, finishedPlansMs, orphanPartsMs } = this.#options;
    const now = clock.now();
    const { revision } = await kv.status();
    const mayGoOn = () => !lost.aborted && !this.#stop.signal.aborted;
    const after: Record<string, string> = {};
    let total = 0;
    const run = async (kind: string, task: (limits: SweepLimits) => Promise<Sweep>) => {
      const done = await task({ after: state.after[kind] ?? null, batch, mayGoOn });
      if (done.after !== null) after[kind] = done.after;
      if (done.removed > 0) this.#options.metrics.count('conductor_retention_removed_total', { kind }, done.removed);
      total += done.removed;
    };
    if (finishedPlansMs > 0) {
      const before = now - finishedPlansMs;
      await run('plan', (limits) => sweepPlans(this.#options, before, limits));
      await run('lock-history', (limits) => sweepLockHistory(this.#options, before, limits));
      await run('lock', (limits) => sweepLockRows(this.#options, before, limits));
    }
    // The store has no times: what stood at a revision that was noted long ago is at least so old.
    const upTo = state.marks.findLast(({ at }) => at <= now - orphanPartsMs)?.revision ?? 0;
    if (orphanPartsMs > 0 && upTo > 0) await run('part', (limits) => sweepParts(this.#options, upTo, limits));
    const more = Object.keys(after).length > 0;
    const marks = marksOf(state, { at: now, revision }, now - orphanPartsMs);
    const next = retentionCodec.encode({ at: now, more, marks, after });
    await kv.txn(when([owner], [{ put: keys.retentionState, value: next }]));
    if (total > 0) logger.info({ removed: total, more }, 'old plans and their remains were removed');
    return more ? 'more' : 'done';
  }

  /** A clock that was set back does not stop the rounds. */
  #isTime({ at, more }: StoredRetention): boolean {
    return more || Math.abs(this.#options.clock.now() - at) >= this.#options.intervalMs;
  }

  async #state(): Promise<StoredRetention> {
    const found = await this.#options.kv.get(keys.retentionState);
    return found ? retentionCodec.decode(found) : NOTHING;
  }
}

/** The newest mark that is old enough, and those that are not; thinned out when they become many. */
function marksOf({ marks }: StoredRetention, mark: StoredRetention['marks'][number], old: number) {
  const first = Math.max(
    0,
    marks.findLastIndex(({ at }) => at <= old),
  );
  const kept = [...marks.slice(first), mark];
  return kept.length <= MARKS
    ? kept
    : kept.filter((_, index) => index === 0 || index % 2 === 1 || index === kept.length - 1);
}
