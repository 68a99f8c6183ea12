// What a round of retention removes: finished plans, documents that no plan names, order locks that concern nobody any more.
// Every removal compares what it was decided on, so that a change in between makes it void instead of wrong.
import { builderOf, type OrderLock, type OrderLockStore } from '../domain/order-locks.ts';
import { isFinal, PART_NAMES, type PlanHead, type PlanRecord, STAGES } from '../domain/plan.ts';
import type { Logger, PlanStore } from '../domain/ports.ts';
import { chunks } from '../lib/concurrency.ts';
import { lockCodec } from './codec.ts';
import { INDEX, idOf, isPlanId, keys, LOCK_HISTORY, LOCK_ROWS, PARTS, queueClasses } from './keys.ts';
import { type KeyValue, type Kv, MAX_TXN_OPERATIONS } from './kv.ts';
import { type FoundPlan, isUnreadable, readPlans } from './read-plans.ts';
import { when } from './request.ts';

export interface SweepParts {
  readonly kv: Kv;
  readonly plans: PlanStore;
  readonly orderLocks: OrderLockStore;
  readonly logger: Logger;
}

export interface Sweep {
  /** Keys after this one come next; null: from the beginning. */
  readonly after: string | null;
  readonly removed: number;
}

/** What bounds one sweep. */
export interface SweepLimits {
  readonly after: string | null;
  /** Removals at the most. */
  readonly batch: number;
  /** Asked before each page and each removal. */
  readonly mayGoOn: () => boolean;
}

/** Keys looked at in one sweep. */
const SCAN = 5_000;
const PAGE = 100;
/** Clocks of two machines may differ by so much. */
const CLOCK_MARGIN_MS = 3_600_000;
const DIGITS = 15;

interface Step {
  readonly key: string;
  readonly removed: number;
  /** Nothing of interest comes after this key. */
  readonly last?: true;
}

type Remove = (page: readonly KeyValue[]) => AsyncIterable<Step>;

/** Goes through a prefix page by page; `remove` tells how far it came. */
async function sweep(kv: Kv, prefix: string, limits: SweepLimits, keysOnly: boolean, remove: Remove): Promise<Sweep> {
  let { after } = limits;
  let removed = 0;
  for (let scanned = 0; scanned < SCAN && limits.mayGoOn(); ) {
    const page = await kv.range(prefix, { limit: PAGE, keysOnly, ...(after === null ? {} : { after }) });
    for await (const step of remove(page.kvs)) {
      after = step.last ? null : step.key;
      removed += step.removed;
      if (step.last || removed >= limits.batch || !limits.mayGoOn()) return { after, removed };
    }
    scanned += page.kvs.length;
    if (!page.more) return { after: null, removed };
  }
  return { after, removed };
}

/** Finished plans that have not changed since `before` (ms since the epoch), oldest first. */
export function sweepPlans(parts: SweepParts, before: number, limits: SweepLimits): Promise<Sweep> {
  const prefix = INDEX['oldest-first'];
  return sweep(parts.kv, prefix, limits, true, async function* (page) {
    const old = page.filter(({ key }) => Number(key.slice(prefix.length, prefix.length + DIGITS)) < before);
    const found = await readPlans(
      parts.kv,
      old.map(({ key }) => idOf(key)),
      parts.logger,
    );
    for (const [at, { key }] of old.entries()) {
      const plan = found[at] ?? null;
      const due = isOver(plan) && plan.head.updated < before;
      const removed = due && (await unlessUnreadable(parts, key, () => removePlan(parts, plan.head)));
      yield { key, removed: removed ? 1 : 0 };
    }
    // A plan ends after it was created: from here on none is old enough.
    if (old.length < page.length) yield { key: page[old.length]?.key ?? '', removed: 0, last: true };
  });
}

async function removePlan(parts: SweepParts, head: PlanHead): Promise<boolean> {
  return !(await builds(parts, head)) && (await parts.plans.delete(head.id));
}

/** A plan that cannot be read may be in work: whoever can read it looks after it, and after what belongs to it. */
function isOver(plan: FoundPlan): plan is PlanRecord {
  return plan !== null && plan !== 'unreadable' && isFinal(plan.head.status);
}

/** null for what cannot be read on the way: it stays, and keeps nothing else from going. */
async function unlessUnreadable<T>({ logger }: SweepParts, key: string, task: () => Promise<T>): Promise<T | null> {
  try {
    return await task();
  } catch (err) {
    if (!isUnreadable(err)) throw err;
    logger.warn({ key, err }, 'retention leaves alone what it cannot read');
    return null;
  }
}

/** Whether the plan's order is building something that nobody has released. */
async function builds({ orderLocks }: SweepParts, { id, locked }: PlanHead): Promise<boolean> {
  if (!locked) return false;
  return (await orderLocks.ofPlan(id)).some((lock) => builderOf(lock)?.planId === id);
}

/**
 * Documents written up to a revision that belong to no plan, or to a finished one that does not name them. Those of other
 * plans are left alone: their worker may be about to name them.
 */
export function sweepParts({ kv, logger }: SweepParts, upTo: number, limits: SweepLimits): Promise<Sweep> {
  return sweep(kv, PARTS, limits, true, async function* (page) {
    const byPlan = new Map<string, KeyValue[]>();
    for (const entry of page) {
      const id = entry.key.split('/')[1] ?? '';
      byPlan.set(id, [...(byPlan.get(id) ?? []), entry]);
    }
    const ids = [...byPlan.keys()];
    const found = await readPlans(kv, ids, logger);
    for (const [at, id] of ids.entries()) {
      const entries = byPlan.get(id) ?? [];
      const plan = found[at] ?? null;
      const orphans = entries.filter(({ key, modRevision }) => modRevision <= upTo && isOrphan(key, plan));
      const known = plan !== 'unreadable' && isPlanId(id);
      const removed = known && orphans.length > 0 ? await removeParts(kv, id, plan, orphans) : 0;
      yield { key: entries.at(-1)?.key ?? '', removed };
    }
  });
}

function isOrphan(key: string, plan: FoundPlan): boolean {
  if (plan === null) return true;
  if (!isOver(plan)) return false;
  const [, , part = '', n = ''] = key.split('/');
  const name = PART_NAMES.find((one) => one === part);
  return name !== undefined && plan.head.parts[name]?.n !== Number(n);
}

async function removeParts(kv: Kv, id: string, plan: PlanRecord | null, orphans: readonly KeyValue[]): Promise<number> {
  const asSeen = { key: keys.plan(id), modRevision: plan?.revision ?? 0 };
  let removed = 0;
  for (const group of chunks(orphans, MAX_TXN_OPERATIONS - 1)) {
    const deletions = group.map(({ key }) => ({ delete: key }));
    if (!(await kv.txn(when([asSeen], deletions))).succeeded) break;
    removed += group.length;
  }
  return removed;
}

/** What is kept of locks in their generation when the next plan takes the resource. */
export function sweepLockHistory(parts: SweepParts, before: number, limits: SweepLimits): Promise<Sweep> {
  return sweepLocks(parts, LOCK_HISTORY, before, limits);
}

/**
 * Rows that were released before the time. They tell a plan that its view of the inventory is older than the release, so they
 * stay as long as a plan of that time is in work.
 */
export async function sweepLockRows(parts: SweepParts, before: number, limits: SweepLimits): Promise<Sweep> {
  const oldest = await oldestInWork(parts.kv);
  return sweepLocks(parts, LOCK_ROWS, Math.min(before, oldest - CLOCK_MARGIN_MS), limits);
}

function sweepLocks(parts: SweepParts, prefix: string, before: number, limits: SweepLimits): Promise<Sweep> {
  const { kv } = parts;
  return sweep(kv, prefix, limits, false, async function* (page) {
    for (const entry of page) {
      const { key, modRevision } = entry;
      const lock = await unlessUnreadable(parts, key, async () => lockCodec.decode(entry));
      const old = lock !== null && lock.release !== null && lock.release.at < before;
      const due = old && (await concernsNobody(parts, lock));
      const gone = due && (await kv.txn(when([{ key, modRevision }], [{ delete: key }]))).succeeded;
      yield { key, removed: gone ? 1 : 0 };
    }
  });
}

async function concernsNobody({ kv, logger }: SweepParts, { entries }: OrderLock): Promise<boolean> {
  const planIds = entries.map(({ planId }) => planId);
  const found = await readPlans(kv, planIds, logger);
  return found.every((plan) => plan === null || isOver(plan));
}

/** Creation time of the oldest plan that a stage needs or has; queue entries of one class stand in this order. */
async function oldestInWork(kv: Kv): Promise<number> {
  let oldest = Number.POSITIVE_INFINITY;
  for (const prefix of STAGES.flatMap(queueClasses)) {
    const { kvs } = await kv.range(prefix, { limit: 1, keysOnly: true });
    const time = kvs[0]?.key.split('/').at(-2);
    if (time !== undefined) oldest = Math.min(oldest, Number(time));
  }
  return oldest;
}
