// Wakes plans that waited in order locks. Whoever releases a row writes, in the same transaction, whom to look at; every process
// watches for that and does it, so a plan is woken although the process that released the row dies. Looking twice does no harm:
// what becomes of a plan is decided by the rows alone, and its move compares the head that was read.
import { ConductorError, isConductorError } from '../domain/errors.ts';
import { entryOf, failedSpinUpMessage, type OrderLock } from '../domain/order-locks.ts';
import type { PlanHead } from '../domain/plan.ts';
import type { Advance, Logger, Metrics } from '../domain/ports.ts';
import { type Clock, delay } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { Random } from '../lib/random.ts';
import { eventCodec, lockCodec, planCodec, type StoredPlanLocks, wakeCodec } from './codec.ts';
import { isPlanId, keys, LOCK_WAKE } from './keys.ts';
import type { KeyValue, Kv } from './kv.ts';
import type { LockBook } from './lock-book.ts';
import { readEvents } from './plan-history.ts';
import { nextState, requeue } from './plan-state.ts';
import { Reflector } from './reflector.ts';
import { when } from './request.ts';

export interface LockWakersOptions {
  readonly kv: Kv;
  readonly book: LockBook;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly retryBaseMs?: number | undefined;
}

/** `waits`: for another row still; `none`: not waiting any more, deleted, or moved by nobody here. */
export type Woken = 'rehomed' | 'failed' | 'waits' | 'none';

/** Attempts at moving one plan; each failure means that somebody changed it. */
const TRIES = 10;

export class LockWakers {
  readonly #options: LockWakersOptions;
  readonly #reflector: Reflector;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(options: LockWakersOptions) {
    this.#options = options;
    this.#reflector = new Reflector({
      ...options,
      prefix: LOCK_WAKE,
      onBatch: ({ events }) => {
        for (const event of events) if (event.type === 'put') this.#begin(event.kv);
      },
    });
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#reflector.start(signal);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#reflector.finished(), ...this.#running]);
  }

  /** Looks at one plan and moves it if all that it waited for is decided. Throws STORE_*. */
  async wake(planId: string, actor: string): Promise<Woken> {
    if (!isPlanId(planId)) return 'none';
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const found = await this.#options.kv.get(keys.plan(planId));
      if (!found || planCodec.decode(found).head.status !== 'waiting spinup') return this.#formerly(planId);
      const change = await this.#changeOf(planId);
      if (change === null) return 'waits';
      if (await this.#move(found, change, actor)) return change.to === 'error' ? 'failed' : 'rehomed';
    }
    throw new ConductorError('CONFLICT');
  }

  /** How a plan that does not wait any more came out of its last wait. */
  async #formerly(planId: string): Promise<Woken> {
    const events = await readEvents(this.#options.kv, planId, 0);
    const last = events.findLast(({ event }) => event.from === 'waiting spinup')?.event;
    if (last?.to === 'template') return 'rehomed';
    return last ? 'failed' : 'none';
  }

  async #changeOf(planId: string): Promise<Advance | null> {
    const stands = await this.#options.book.rowsOf(planId);
    const locks = await Promise.all(stands.map((row) => this.#generation(row)));
    const failed = locks.find((lock) => entryOf(lock, planId)?.status === 'failed');
    if (failed) {
      const message = failedSpinUpMessage(failed.release?.serviceResourceId ?? '');
      return { to: 'error', reason: 'failed', message };
    }
    const waits = locks.some((lock) => entryOf(lock, planId)?.status === 'parked');
    return waits ? null : { to: 'template', reason: 'rehomed' };
  }

  /** The row in the generation in which the plan stands: as it is now or as it was when it was released. */
  async #generation({ conflictId, generation }: StoredPlanLocks['rows'][number]): Promise<OrderLock | null> {
    const { kv } = this.#options;
    for (const key of [keys.lockRow(conflictId), keys.lockHistory(generation)]) {
      const found = await kv.get(key);
      const lock = found && lockCodec.decode(found);
      if (lock?.generation === generation) return lock;
    }
    // Given up by its builder and taken anew since: nothing to wait for.
    return null;
  }

  /** false when the plan was changed meanwhile. */
  async #move(found: KeyValue, change: Advance, actor: string): Promise<boolean> {
    const { kv, book, clock, ids, logger, metrics } = this.#options;
    const stored = planCodec.decode(found);
    const locks = await book.drop(stored.head, actor);
    const facts = { stage: null, written: new Map(), locked: false, now: clock.now(), actor };
    const { head, event } = nextState(stored.head, change, facts);
    const token = ids.uuid();
    const request = when(
      [{ key: found.key, modRevision: found.modRevision }, ...locks.compare],
      [
        { put: found.key, value: planCodec.encode({ ...stored, head, event }) },
        { put: keys.event(head.id, event.seq), value: eventCodec.encode({ event, token }) },
        ...requeue(stored.head, head),
        ...locks.operations,
      ],
    );
    try {
      if (!(await kv.txn(request)).succeeded) return false;
    } catch (error) {
      // Whether it was applied shows when the plan is looked at again.
      if (isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) return false;
      throw error;
    }
    metrics.count('conductor_plan_transitions_total', { from: stored.head.status, to: head.status });
    logger.info({ ...logFields(head), from: stored.head.status, to: head.status }, 'plan woken');
    return true;
  }

  #begin(entry: KeyValue): void {
    const task = this.#work(entry).finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  /** Goes on until it is done, by this process or another one. */
  async #work(entry: KeyValue): Promise<void> {
    const { kv, clock, random, logger, retryBaseMs = 50 } = this.#options;
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        if (!(await kv.get(entry.key))) return;
        const { planIds, actor } = wakeCodec.decode(entry);
        for (const planId of planIds) await this.wake(planId, actor);
        await kv.txn(when([], [{ delete: entry.key }]));
        return;
      } catch (error) {
        logger.debug({ key: entry.key, err: error }, 'plans could not be woken yet');
        const pause = retryBaseMs * Math.min(40, 2 ** attempt) * (0.5 + random.next() / 2);
        await delay(clock, pause, signal).catch(() => undefined);
      }
    }
  }
}

function logFields({ id, requestId }: PlanHead): object {
  return { planId: id, requestId };
}
