// The PlanFeed port: one watch a process on the heads of all plans, fanned out in memory by plan id. A subscriber that comes
// back with a cursor gets what it missed from memory, from the stored events or from the store's history, or an explicit gap.
import { ConductorError, isConductorError } from '../domain/errors.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { Cursor, Logger, Metrics, PlanChange, PlanFeed, PlanFeedOptions, PlanFilter } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { chunks } from '../lib/concurrency.ts';
import { linkedSignal } from '../lib/linked-signal.ts';
import type { Random } from '../lib/random.ts';
import { planCodec, type StoredPlan } from './codec.ts';
import { decodeCursor, encodeCursor, type FeedPosition } from './cursor.ts';
import { FeedRing } from './feed-ring.ts';
import { type FeedItem, FeedSubscriber, type LiveChange } from './feed-subscriber.ts';
import { idOf, isPlanId, keys, PLANS, TOMBSTONE } from './keys.ts';
import type { KeyValue, Kv, WatchEvent } from './kv.ts';
import { matchesHead } from './plan-filter.ts';
import { readEvents } from './plan-history.ts';
import { isUnreadable, toRecord } from './read-plans.ts';
import type { RecentHeads } from './recent-heads.ts';
import { Reflector, type ReflectorBatch } from './reflector.ts';

/** Heads read at once for whoever comes back too late. */
const PLANS_AT_ONCE = 16;

export interface FeedOptions {
  readonly kv: Kv;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Is told of every head that the watch shows. */
  readonly heads?: RecentHeads | undefined;
  readonly retryBaseMs?: number | undefined;
  /** Changes that wait for one subscriber before they are coalesced. @default 256 */
  readonly queueCapacity?: number | undefined;
  /** Recent changes kept for subscribers that come back. @default 2048 */
  readonly ringCapacity?: number | undefined;
  /** Where lists of plans are kept in memory: the revision up to which they are. Absent: each is read from the store. */
  readonly listedUpTo?: () => number;
  /** Told first what the watch tells. */
  readonly onBatch?: (batch: ReflectorBatch) => void;
}

export class KvPlanFeed implements PlanFeed {
  readonly #kv: Kv;
  readonly #options: FeedOptions;
  readonly #reflector: Reflector;
  readonly #ring: FeedRing;
  readonly #ofAll = new Set<FeedSubscriber>();
  readonly #ofPlan = new Map<string, Set<FeedSubscriber>>();

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#kv = options.kv;
    this.#ring = new FeedRing(options.ringCapacity ?? 2048);
    const onBatch = (batch: ReflectorBatch) => {
      options.onBatch?.(batch);
      this.#onBatch(batch);
    };
    this.#reflector = new Reflector({ ...options, prefix: PLANS, keysOnly: true, onBatch });
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#reflector.start(signal);
  }

  finished(): Promise<void> {
    return this.#reflector.finished();
  }

  status(): ReturnType<PlanFeed['status']> {
    return this.#reflector.status();
  }

  /** Listens from this call on, not from the first item asked for. */
  watch(options: PlanFeedOptions): AsyncIterable<PlanChange> {
    const { planId, signal } = options;
    const subscriber = this.#subscribe(planId ?? null);
    const leave = () => this.#unsubscribe(subscriber);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    const changes = planId === undefined ? this.#many(options, subscriber) : this.#one(planId, options, subscriber);
    return untilLeft(changes, () => {
      signal.removeEventListener('abort', leave);
      leave();
    });
  }

  cursorOf({ head, revision }: PlanRecord): Cursor {
    return encodeCursor({ clusterId: this.#reflector.clusterId, revision, seq: head.seq });
  }

  position(): Cursor {
    const { clusterId } = this.#reflector;
    const revision = Math.min(
      this.#reflector.status().revision,
      this.#options.listedUpTo?.() ?? Number.POSITIVE_INFINITY,
    );
    return encodeCursor({ clusterId, revision, seq: 1 });
  }

  async hasMoved(plan: PlanRecord, since: Cursor): Promise<boolean> {
    return (await this.#position(since)).revision < plan.revision;
  }

  // -------------------------------------------------------------- what subscribers see

  async *#one(planId: string, options: PlanFeedOptions, subscriber: FeedSubscriber): AsyncGenerator<PlanChange> {
    const position = options.after === undefined ? null : await this.#position(options.after);
    let floor = position?.revision ?? 0;
    // Whether the subscriber knows of the plan: a position with an event says so.
    let exists = (position?.seq ?? 0) > 0;
    const told = () => ({ clusterId: this.#reflector.clusterId, revision: floor, seq: exists ? 1 : 0 });
    for await (const { revision, change } of this.#forOne(planId, position, told, subscriber)) {
      // What was told before is left out; a gap begins anew.
      if (change.kind !== 'gap' && revision <= floor) continue;
      if (change.kind === 'deleted' && !exists) continue;
      floor = change.kind === 'gap' ? 0 : revision;
      if (change.kind !== 'gap') exists = change.kind === 'event';
      yield change;
    }
  }

  /**
   * What was missed or is, then what comes. What a queue or a watch has lost is in the plan's stored history, unless the store
   * itself was set back: then a gap and what is. Parts of it may come twice. `told` is how far the subscriber has come.
   */
  async *#forOne(
    planId: string,
    position: FeedPosition | null,
    told: () => FeedPosition,
    subscriber: FeedSubscriber,
  ): AsyncGenerator<Pick<LiveChange, 'revision' | 'change'>> {
    yield* position ? this.#missed(planId, position) : this.#present(planId, false);
    for (let item = await subscriber.next(); item; item = await subscriber.next()) {
      if (!('gap' in item)) yield item;
      else if (item.gap.reason === 'store-changed') {
        yield { revision: 0, change: changeOf(item) };
        yield* this.#present(planId, true);
      } else {
        this.#options.metrics.count('conductor_subscription_catch_ups_total');
        const reached = told();
        yield* reached.revision > 0 ? this.#missed(planId, reached) : this.#present(planId, false);
      }
    }
  }

  async *#many(options: PlanFeedOptions, subscriber: FeedSubscriber): AsyncGenerator<PlanChange> {
    const { filter = {}, after, signal } = options;
    const position = after === undefined ? null : await this.#position(after);
    let floor = position?.revision ?? 0;
    for await (const item of position ? this.#since(position, signal) : []) {
      if (!('gap' in item)) floor = item.revision;
      if (selects(filter, 0, item)) yield changeOf(item);
    }
    for (let item = await subscriber.next(); item; item = await subscriber.next()) {
      if ('gap' in item) floor = 0;
      if (selects(filter, floor, item)) yield changeOf(item);
    }
  }

  /** Where the plan stands: its newest event, or that it is gone when it was known. */
  async *#present(planId: string, known: boolean): AsyncGenerator<LiveChange> {
    const found = isPlanId(planId) ? await this.#kv.get(keys.plan(planId)) : null;
    const { clusterId } = this.#reflector;
    if (found) yield eventChange(planCodec.decode(found), found.modRevision, clusterId);
    else if (known) yield deletedChange(planId, null, this.#reflector.status().revision, clusterId);
  }

  /**
   * The plan's stored events after the position, with the plan as it is now. They outlive compaction; where a store keeps its
   * history no longer than etcd does, a gap tells what is not there any more.
   */
  async *#missed(planId: string, position: FeedPosition): AsyncGenerator<Pick<LiveChange, 'revision' | 'change'>> {
    const clusterId = this.#reflector.clusterId;
    const found = isPlanId(planId) ? await this.#kv.get(keys.plan(planId)) : null;
    if (!found) {
      // A position without an event is that of the deletion itself.
      if (position.seq > 0) {
        const { revision } = await this.#kv.status();
        yield deletedChange(planId, null, revision, clusterId);
      }
      return;
    }
    const plan = toRecord(found);
    const stored = await readEvents(this.#kv, planId, 0);
    const oldest = stored[0];
    const whole = oldest !== undefined && (oldest.event.seq === 1 || oldest.revision <= position.revision);
    if (!whole && plan.revision > position.revision) {
      const here = { clusterId, revision: plan.revision - 1, seq: 1 };
      yield { revision: 0, change: changeOf({ gap: { reason: 'compacted', position: here } }) };
      yield* this.#present(planId, true);
      return;
    }
    for (const { event, revision } of stored) {
      // What is newer than the head that was read comes live.
      if (revision <= position.revision || event.seq > plan.head.seq) continue;
      const cursor = encodeCursor({ clusterId, revision, seq: event.seq });
      yield { revision, change: { kind: 'event', cursor, plan, event } };
    }
  }

  /** Everything of all plans after the position: from memory, else from the store's history, else a gap and what is now. */
  async *#since(position: FeedPosition, signal: AbortSignal): AsyncGenerator<FeedItem> {
    const remembered = this.#ring.after(position.revision);
    if (remembered) {
      yield* remembered;
      return;
    }
    const { clusterId } = this.#reflector;
    const target = this.#ring.newest;
    const link = linkedSignal(signal);
    let reached = position.revision;
    try {
      const from = { fromRevision: position.revision + 1, clusterId, signal: link.signal };
      for await (const { revision, events } of this.#kv.watch(PLANS, from)) {
        yield* changesOf(events, clusterId);
        reached = revision;
        if (revision >= target) return;
      }
    } catch (error) {
      const compacted = isConductorError(error, 'STORE_COMPACTED');
      if (!compacted && !isConductorError(error, 'STORE_UNAVAILABLE')) throw error;
      if (compacted) yield* this.#now(reached, clusterId);
      else {
        // The watch of this process finds out too, and tells what is.
        const here = { clusterId, revision: this.#reflector.status().revision, seq: 1 };
        yield { gap: { reason: 'store-changed', position: here } };
      }
    } finally {
      link.abort();
    }
  }

  /**
   * In place of the history after a revision: a gap, and each plan that has changed since as it is, oldest change first. Plans that
   * were deleted meanwhile are not among them. What changes while this is read comes live.
   */
  async *#now(since: number, clusterId: string): AsyncGenerator<FeedItem> {
    const { revision } = this.#reflector.status();
    const changed = this.#reflector.changedSince(since).filter((key) => key !== TOMBSTONE);
    // Whoever breaks off within this begins again with the gap.
    const from = changed.length > 0 ? since : revision;
    yield { gap: { reason: 'compacted', position: { clusterId, revision: from, seq: 1 } } };
    for (const group of chunks(changed, PLANS_AT_ONCE)) {
      for (const found of await Promise.all(group.map((key) => this.#kv.get(key)))) {
        const stored = found && found.modRevision <= revision ? readable(found) : null;
        if (found && stored) yield eventChange(stored, found.modRevision, clusterId);
      }
    }
  }

  /** Reads a cursor; one of another store, or from a future that a restore undid, is refused. */
  async #position(cursor: string): Promise<FeedPosition> {
    const position = decodeCursor(cursor);
    if (position.clusterId !== this.#reflector.clusterId) throw new ConductorError('CURSOR_EXPIRED');
    // Another process may have been faster than this one's watch: ask the store itself.
    if (position.revision > this.#reflector.status().revision) {
      const { clusterId, revision } = await this.#kv.status();
      if (position.clusterId !== clusterId || position.revision > revision) throw new ConductorError('CURSOR_EXPIRED');
    }
    return position;
  }

  // -------------------------------------------------------------- the one watch

  #onBatch({ kind, reason, clusterId, revision, events }: ReflectorBatch): void {
    if (kind === 'listed') {
      this.#ring.reset(revision, newestRevision(events));
      return;
    }
    const changes = changesOf(events, clusterId);
    this.#tellHeads(kind, events);
    this.#options.metrics.count('conductor_feed_events_total', {}, changes.length);
    if (kind === 'gap') {
      const first = Math.min(revision, (changes[0]?.revision ?? revision + 1) - 1);
      const gap = { reason: reason ?? 'compacted', position: { clusterId, revision: first, seq: 1 } };
      for (const subscriber of this.#subscribers()) subscriber.gap(gap);
      this.#ring.reset(revision, newestRevision(events));
    }
    for (const change of changes) {
      if (kind === 'live') this.#ring.add(change);
      for (const subscriber of this.#ofAll) subscriber.push(change);
      for (const subscriber of this.#ofPlan.get(change.planId) ?? []) subscriber.push(change);
    }
    // A deletion's tombstone is no change, but it is a place in history.
    this.#ring.newest = Math.max(this.#ring.newest, newestRevision(events));
  }

  #tellHeads(kind: ReflectorBatch['kind'], events: readonly WatchEvent[]): void {
    const { heads } = this.#options;
    if (!heads) return;
    // After a gap the store may be another one, with smaller revisions.
    if (kind === 'gap') heads.clear();
    for (const event of events) {
      if (event.type === 'put') heads.remember(event.kv);
      else heads.forget(idOf(event.key));
    }
  }

  *#subscribers(): Generator<FeedSubscriber> {
    yield* this.#ofAll;
    for (const group of this.#ofPlan.values()) yield* group;
  }

  #subscribe(planId: string | null): FeedSubscriber {
    const { metrics, queueCapacity = 256 } = this.#options;
    const onDrop = () => metrics.count('conductor_subscription_drops_total');
    const subscriber = new FeedSubscriber(planId, queueCapacity, () => this.#reflector.clusterId, onDrop);
    const group = planId === null ? this.#ofAll : (this.#ofPlan.get(planId) ?? new Set());
    group.add(subscriber);
    if (planId !== null) this.#ofPlan.set(planId, group);
    return subscriber;
  }

  #unsubscribe(subscriber: FeedSubscriber): void {
    subscriber.end();
    this.#ofAll.delete(subscriber);
    if (subscriber.planId === null) return;
    const group = this.#ofPlan.get(subscriber.planId);
    group?.delete(subscriber);
    if (group?.size === 0) this.#ofPlan.delete(subscriber.planId);
  }
}

/** Whether a subscriber that was told everything up to `floor` gets this. */
function selects(filter: PlanFilter, floor: number, item: FeedItem): boolean {
  if ('gap' in item) return true;
  if (item.revision <= floor) return false;
  const { head } = item;
  // An unknown deletion is told only to those who ask for everything.
  return head ? matchesHead(filter, head) : Object.values(filter).every((wish) => wish === undefined);
}

/** The changes of plans in events of `plans/`; what was deleted is told by the tombstone of the same revision. */
function changesOf(events: readonly WatchEvent[], clusterId: string): LiveChange[] {
  const tombstone = events.find((event) => event.type === 'put' && event.kv.key === TOMBSTONE);
  const buried = tombstone?.type === 'put' ? readable(tombstone.kv) : null;
  const out: LiveChange[] = [];
  for (const event of events) {
    const key = event.type === 'put' ? event.kv.key : event.key;
    if (key === TOMBSTONE) continue;
    const id = idOf(key);
    if (event.type === 'put') {
      const stored = readable(event.kv);
      if (stored) out.push(eventChange(stored, event.kv.modRevision, clusterId));
    } else out.push(deletedChange(id, buried?.head.id === id ? buried : null, event.modRevision, clusterId));
  }
  return out;
}

/** null for a plan that cannot be read: it is not told, and keeps nobody from hearing of the others. */
function readable(entry: KeyValue): StoredPlan | null {
  try {
    return planCodec.decode(entry);
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}

function eventChange({ head, event }: StoredPlan, revision: number, clusterId: string): LiveChange {
  const cursor = encodeCursor({ clusterId, revision, seq: event.seq });
  const change = { kind: 'event', cursor, plan: { head, revision }, event } as const;
  return { revision, planId: head.id, head, change };
}

function deletedChange(planId: string, stored: StoredPlan | null, revision: number, clusterId: string): LiveChange {
  const cursor = encodeCursor({ clusterId, revision, seq: 0 });
  return { revision, planId, head: stored?.head ?? null, change: { kind: 'deleted', cursor, planId } };
}

function changeOf(item: FeedItem): PlanChange {
  if (!('gap' in item)) return item.change;
  return { kind: 'gap', reason: item.gap.reason, cursor: encodeCursor(item.gap.position) };
}

function newestRevision(events: readonly WatchEvent[]): number {
  return events.reduce(
    (max, event) => Math.max(max, event.type === 'put' ? event.kv.modRevision : event.modRevision),
    0,
  );
}

async function* untilLeft<T>(items: AsyncGenerator<T>, leave: () => void): AsyncGenerator<T> {
  try {
    yield* items;
  } finally {
    leave();
  }
}
