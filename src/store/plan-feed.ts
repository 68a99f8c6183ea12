// The PlanFeed port: one watch a process on the heads of all plans, fanned out in memory by plan id. A subscriber that comes
// back with a cursor gets what it missed from memory, from the stored events or from the store's history, or an explicit gap.
import { ConductorError } from '../domain/errors.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { Cursor, Logger, Metrics, PlanChange, PlanFeed, PlanFeedOptions } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { planCodec } from './codec.ts';
import { decodeCursor, encodeCursor, type FeedPosition, isOfOther } from './cursor.ts';
import { CatchUp } from './feed-catch-up.ts';
import { changeOf, changesOf, deletedChange, eventChange, newestRevision, selects } from './feed-changes.ts';
import { BEGINNING, type Place, Told } from './feed-place.ts';
import { FeedRing } from './feed-ring.ts';
import { FeedSubscriber, type GapItem, type GapReason, type LiveChange, type LossItem } from './feed-subscriber.ts';
import { idOf, isPlanId, keys, PLANS, TOMBSTONE } from './keys.ts';
import type { KeyValue, Kv, WatchEvent } from './kv.ts';
import { readEvents } from './plan-history.ts';
import { toRecord } from './read-plans.ts';
import type { RecentHeads } from './recent-heads.ts';
import { Reflector, type ReflectorBatch } from './reflector.ts';
import { assertHappened, contradicts, isUndone } from './undone.ts';

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
  readonly #catchUp: CatchUp;
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
    this.#catchUp = new CatchUp(this.#kv, this.#reflector, this.#ring);
  }

  start(signal: AbortSignal): Promise<void> {
    this.#catchUp.endWith(signal);
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
    return encodeCursor({ clusterId: this.#reflector.clusterId, revision, seq: head.seq, planId: head.id });
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
    const position = await this.#position(since);
    if (position.planId === plan.head.id) {
      if (contradicts(position, plan)) throw new ConductorError('CURSOR_EXPIRED');
      return position.revision !== plan.revision;
    }
    await this.#assertHappened(position);
    return position.revision < plan.revision;
  }

  // -------------------------------------------------------------- what subscribers see

  async *#one(planId: string, { after }: PlanFeedOptions, subscriber: FeedSubscriber): AsyncGenerator<PlanChange> {
    const position = after === undefined ? null : await this.#positionFor(planId, after);
    // Whether the subscriber knows of the plan: its deletion is the only place behind which it does not.
    const exists = position !== null && (position.seq > 0 || isOfOther(position, planId));
    // Nothing follows the deletion of a plan that is still gone.
    if (position && !exists && !(await this.#head(planId))) return;
    yield* this.#oneFrom(planId, position, exists, subscriber);
  }

  async *#oneFrom(
    planId: string,
    position: FeedPosition | null,
    known: boolean,
    subscriber: FeedSubscriber,
  ): AsyncGenerator<PlanChange> {
    let [floor, exists] = [position?.revision ?? 0, known];
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
      if ('planId' in item) yield item;
      else if ('loss' in item && item.loss.reason === 'store-changed') {
        const { clusterId } = this.#reflector;
        const position = { clusterId, revision: this.#reflector.status().revision, seq: 1 };
        yield { revision: 0, change: changeOf({ gap: { reason: 'store-changed', position } }) };
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
    if (position) await this.#assertHappened(position);
    for await (const item of this.#forMany(position, subscriber, signal))
      if (selects(filter, item)) yield changeOf(item);
  }

  /** What was missed, then what comes. A subscriber that has lost what waited for it gets a gap and what has changed since. */
  async *#forMany(
    position: FeedPosition | null,
    subscriber: FeedSubscriber,
    signal: AbortSignal,
  ): AsyncGenerator<LiveChange | GapItem> {
    const told = new Told(position?.revision ?? subscriber.since, position?.revision ?? 0);
    if (position) yield* told.reading(this.#catchUp.since(position, signal));
    for (let item = await subscriber.next(); item; item = await subscriber.next()) {
      if ('loss' in item) yield* told.reading(this.#madeUp(item, told.place));
      else yield* told.live(item);
    }
  }

  async *#madeUp({ loss: { reason, gone } }: LossItem, place: Place): AsyncGenerator<LiveChange | GapItem> {
    this.#options.metrics.count('conductor_subscription_catch_ups_total');
    yield* this.#catchUp.now(reason === 'store-changed' ? BEGINNING : place, reason);
    // Behind the plans: whoever goes on after a deletion has been told of them.
    yield* gone;
  }

  /** Where the plan stands: its newest event, or that it is gone when it was known. */
  async *#present(planId: string, known: boolean): AsyncGenerator<LiveChange> {
    const found = await this.#head(planId);
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
    const found = await this.#head(planId);
    if (!found) {
      yield* this.#gone(planId, position);
      return;
    }
    const plan = toRecord(found);
    const stored = await readEvents(this.#kv, planId, 0);
    if (position.planId === planId && isUndone(position, { ...found, ...plan }, stored)) {
      throw new ConductorError('CURSOR_EXPIRED');
    }
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
      const cursor = encodeCursor({ clusterId, revision, seq: event.seq, planId });
      yield { revision, change: { kind: 'event', cursor, plan, event } };
    }
  }

  async *#gone(planId: string, position: FeedPosition): AsyncGenerator<LiveChange> {
    // Whoever saw other plans only is told as if asking for the first time.
    if (isOfOther(position, planId)) {
      throw new ConductorError('PLAN_NOT_FOUND', `Plan ${planId.slice(0, 128)} not found`);
    }
    // A position without an event is that of the deletion itself.
    if (position.seq === 0) return;
    const { revision } = await this.#kv.status();
    yield deletedChange(planId, null, revision, this.#reflector.clusterId);
  }

  async #head(planId: string): Promise<KeyValue | null> {
    return isPlanId(planId) ? this.#kv.get(keys.plan(planId)) : null;
  }

  /** For one plan, whose own events are read anyway: then they are compared. */
  async #positionFor(planId: string, cursor: Cursor): Promise<FeedPosition> {
    const position = await this.#position(cursor);
    if (isOfOther(position, planId)) await this.#assertHappened(position);
    return position;
  }

  /** What this process has heard itself needs no look into the store, which may be away. Throws CURSOR_EXPIRED and STORE_*. */
  async #assertHappened(position: FeedPosition): Promise<void> {
    if (!this.#ring.holds(position)) await assertHappened(this.#kv, position);
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
    if (kind !== 'live') {
      const newest = this.#reflector.newest()?.modRevision ?? 0;
      this.#ring.reset(revision, Math.max(newest, newestRevision(events)));
      if (kind === 'listed') return;
    }
    this.#tellHeads(kind, events);
    if (kind === 'gap') this.#onGap(reason ?? 'compacted', events);
    else this.#onLive(clusterId, events);
  }

  #onLive(clusterId: string, events: readonly WatchEvent[]): void {
    const changes = changesOf(events, clusterId);
    this.#options.metrics.count('conductor_feed_events_total', {}, changes.length);
    for (const change of changes) {
      this.#ring.add(change);
      for (const subscriber of this.#ofAll) subscriber.push(change);
      for (const subscriber of this.#ofPlan.get(change.planId) ?? []) subscriber.push(change);
    }
    // A deletion's tombstone is no change, but it is a place in history.
    this.#ring.newest = Math.max(this.#ring.newest, newestRevision(events));
  }

  /** However many plans are told as changed, each subscriber gets one item, and reads what it needs at its own pace. */
  #onGap(reason: GapReason, events: readonly WatchEvent[]): void {
    const { clusterId } = this.#reflector;
    if (reason === 'store-changed') this.#catchUp.reset();
    this.#options.metrics.count('conductor_feed_events_total', {}, events.length);
    // With the tombstone, which says what was deleted last.
    const deletions = events.filter((event) => event.type === 'delete' || event.kv.key === TOMBSTONE);
    const gone = changesOf(deletions, clusterId);
    for (const subscriber of this.#subscribers()) subscriber.lose({ loss: { reason, gone } });
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
    const subscriber = new FeedSubscriber({
      planId,
      capacity: queueCapacity,
      since: this.#reflector.status().revision,
      clusterId: () => this.#reflector.clusterId,
      onDrop: (count) => metrics.count('conductor_subscription_drops_total', {}, count),
    });
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

async function* untilLeft<T>(items: AsyncGenerator<T>, leave: () => void): AsyncGenerator<T> {
  try {
    yield* items;
  } finally {
    leave();
  }
}
