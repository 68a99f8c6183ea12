// The OrderLockStore port: releases by the orchestrator, and looking at the rows. Taking and giving back is part of the plans'
// own transactions (lock-book.ts); waking those who waited is lock-wakers.ts.
import { ConductorError } from '../domain/errors.ts';
import {
  type OrderLock,
  type OrderLockPage,
  type OrderLockStore,
  type OrderRelease,
  type RehomeDecision,
  released,
} from '../domain/order-locks.ts';
import type { Clock } from '../lib/clock.ts';
import { chunks, limiter } from '../lib/concurrency.ts';
import type { Ids } from '../lib/ids.ts';
import { lockCodec } from './codec.ts';
import { seal, unseal } from './cursor.ts';
import { idOf, isPlanId, keys, LOCK_ROWS } from './keys.ts';
import { type Kv, MAX_TXN_OPERATIONS } from './kv.ts';
import type { LockBook } from './lock-book.ts';
import { LockRows } from './lock-rows.ts';
import type { LockWakers } from './lock-wakers.ts';
import { unlessUnknown, when } from './request.ts';
import { listAll } from './resync.ts';

export interface OrderLocksOptions {
  readonly kv: Kv;
  readonly book: LockBook;
  readonly wakers: LockWakers;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Rows released, and plans woken, side by side. */
const AT_ONCE = 8;
const PAGE = 500;
/** Attempts at one row; each failure is somebody else's change of it, or an outcome to be read back. */
const TRIES = 100;

/** What one released row asks for. */
interface Freed {
  readonly wakeKey: string;
  readonly planIds: readonly string[];
  /** Those of them that are to be decided on: the others' spin-up failed. */
  readonly rehome: readonly string[];
}

export class KvOrderLocks implements OrderLockStore {
  readonly #options: OrderLocksOptions;

  constructor(options: OrderLocksOptions) {
    this.#options = options;
  }

  async release(releases: readonly OrderRelease[], actor: string): Promise<readonly RehomeDecision[]> {
    // Of several words on one spin-up the first counts.
    const once = new Map<string, OrderRelease>();
    for (const one of releases) if (!once.has(one.serviceResourceId)) once.set(one.serviceResourceId, one);
    const atMost = limiter(AT_ONCE);
    const freed = (
      await Promise.all([...once.values()].map((one) => atMost(() => this.#releaseOne(one, actor))))
    ).flat();
    return this.#wake(freed, actor);
  }

  async list({ first, after }: { readonly first: number; readonly after?: string }): Promise<OrderLockPage> {
    const begin = after === undefined ? {} : { after: `${LOCK_ROWS}${readCursor(after)}` };
    const { kvs, more } = await this.#options.kv.range(LOCK_ROWS, { limit: first, ...begin });
    return {
      locks: kvs.map((entry) => lockCodec.decode(entry)),
      cursors: kvs.map(({ key }) => seal(`l1:${idOf(key)}`)),
      hasNextPage: more,
    };
  }

  async ofPlan(planId: string): Promise<readonly OrderLock[]> {
    if (!isPlanId(planId)) return [];
    const { kv, book } = this.#options;
    const stands = await book.rowsOf(planId);
    const rows = await LockRows.read(
      kv,
      stands.map(({ conflictId }) => conflictId),
    );
    return stands.flatMap(({ conflictId, generation }) => {
      const lock = rows.get(conflictId);
      return lock?.generation === generation ? [lock] : [];
    });
  }

  /** Every row that is built under the service resource id. */
  async #releaseOne(release: OrderRelease, actor: string): Promise<readonly Freed[]> {
    const { kv, book } = this.#options;
    const freed: Freed[] = [];
    const pointers = listAll(kv, keys.lockServices(release.serviceResourceId), { limit: PAGE, keysOnly: true });
    for await (const { kvs } of pointers) {
      for (const pointer of kvs) {
        const held = await book.rowsOf(idOf(pointer.key));
        const mine = held.filter(({ serviceResourceId }) => serviceResourceId === release.serviceResourceId);
        for (const { conflictId } of mine) freed.push(...(await this.#releaseRow(conflictId, release, actor)));
        // A plan that takes locks again under this id writes the pointer anew; then it stays.
        await kv.txn(when([{ key: pointer.key, modRevision: pointer.modRevision }], [{ delete: pointer.key }]));
      }
    }
    return freed;
  }

  async #releaseRow(conflictId: string, release: OrderRelease, actor: string): Promise<readonly Freed[]> {
    const { kv, clock, ids } = this.#options;
    const token = ids.uuid();
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const rows = await LockRows.read(kv, [conflictId]);
      const before = rows.get(conflictId);
      if (before?.release?.token === token) return [freedBy(before, token)];
      const lock = before && released(before, release, clock.now(), token);
      if (!lock) return [];
      rows.set(conflictId, lock);
      const history = { put: keys.lockHistory(lock.generation), value: lockCodec.encode(lock) };
      const request = when(rows.compare(), [...rows.operations(token, actor), history]);
      const result = await kv.txn(request).catch(unlessUnknown);
      if (result?.succeeded) return [freedBy(lock, token)];
    }
    throw new ConductorError('CONFLICT');
  }

  /** Every plan once, after all rows were released: it may have waited for several of them. */
  async #wake(freed: readonly Freed[], actor: string): Promise<readonly RehomeDecision[]> {
    const { kv, wakers } = this.#options;
    const atMost = limiter(AT_ONCE);
    const wake = (planId: string) => atMost(async () => [planId, await wakers.wake(planId, actor)] as const);
    const planIds = new Set(freed.flatMap((one) => one.planIds));
    const outcomes = new Map(await Promise.all([...planIds].map(wake)));
    for (const group of chunks(freed, MAX_TXN_OPERATIONS)) {
      await kv.txn(
        when(
          [],
          group.map(({ wakeKey }) => ({ delete: wakeKey })),
        ),
      );
    }
    const decided = new Set(freed.flatMap(({ rehome }) => rehome));
    return [...decided].map((planId) => ({ planId, shouldRehome: outcomes.get(planId) === 'rehomed' }));
  }
}

function freedBy({ entries }: OrderLock, token: string): Freed {
  const waited = entries.filter(({ status }) => status !== 'completed');
  return {
    wakeKey: keys.lockWake(token),
    planIds: waited.map(({ planId }) => planId),
    rehome: waited.filter(({ status }) => status === 'rehome').map(({ planId }) => planId),
  };
}

function readCursor(cursor: string): string {
  const match = /^l1:([0-9a-f]{64})$/.exec(unseal(cursor));
  if (!match) throw new ConductorError('CURSOR_INVALID');
  return match[1] ?? '';
}
