// One subscriber's queue of the plan feed: never makes the producer wait. When full it keeps the newest change of each plan
// and tells the subscriber so with a gap; when these are too many it keeps nothing but the fact, and whoever serves the subscriber
// reads what it missed. So the memory it takes is bounded, however many plans there are.
import type { PlanHead } from '../domain/plan.ts';
import type { PlanChange } from '../domain/ports.ts';
import type { FeedPosition } from './cursor.ts';

/** A change of one plan at a revision, before it is addressed to anybody. */
export interface LiveChange {
  readonly revision: number;
  readonly planId: string;
  /** null when it is not known what was deleted. */
  readonly head: PlanHead | null;
  readonly change: PlanChange;
}

export type GapReason = 'compacted' | 'store-changed' | 'slow-consumer';

/** Changes are missing before what follows. */
export interface GapItem {
  readonly gap: { readonly reason: GapReason; readonly position: FeedPosition };
}

/** Everything since the last item is missing, and is to be read. */
export interface LossItem {
  readonly loss: {
    readonly reason: GapReason;
    /** Plans that are known to be gone meanwhile; there may be others. */
    readonly gone: readonly LiveChange[];
  };
}

export type QueueItem = LiveChange | GapItem | LossItem;

/** Plans kept while coalescing, as a multiple of the queue's capacity. */
const PLANS_PER_ITEM = 16;

export interface SubscriberOptions {
  /** null: all plans. */
  readonly planId: string | null;
  /** Changes that wait before they are coalesced. */
  readonly capacity: number;
  /** Revision of the feed when the subscriber came. */
  readonly since: number;
  readonly clusterId: () => string;
  /** Told how many changes will not be delivered by this queue. */
  readonly onDrop: (count: number) => void;
}

export class FeedSubscriber {
  readonly planId: string | null;
  readonly since: number;
  readonly #options: SubscriberOptions;
  #items: QueueItem[] = [];
  /** Not null while it coalesces: the newest change of each plan, in the order of these changes. */
  #newest: Map<string, LiveChange> | null = null;
  #dropped = false;
  /** Not null while nothing is kept. */
  #loss: LossItem | null = null;
  #wake: (() => void) | null = null;
  #ended = false;

  constructor(options: SubscriberOptions) {
    this.planId = options.planId;
    this.since = options.since;
    this.#options = options;
  }

  push(change: LiveChange): void {
    if (this.#loss) this.#options.onDrop(1);
    else if (this.#newest === null && this.#items.length < this.#options.capacity) this.#items.push(change);
    else this.#coalesce(change);
    this.#wake?.();
  }

  /** History was lost for everybody; what waits here is of before, and will be read with the rest. */
  lose({ loss }: LossItem): void {
    // Who has not heard yet that the store was set back is still to hear it.
    const reason = this.#loss?.loss.reason === 'store-changed' ? 'store-changed' : loss.reason;
    this.#forget({ loss: { ...loss, reason } });
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next item, or null when it has ended. */
  async next(): Promise<QueueItem | null> {
    for (;;) {
      if (this.#ended) return null;
      const item = this.#take();
      if (item) return item;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  /** What is pushed after a loss was taken is kept again. */
  #take(): QueueItem | undefined {
    const loss = this.#loss;
    this.#loss = null;
    if (loss) return loss;
    this.#settle();
    return this.#items.shift();
  }

  #coalesce(change: LiveChange): void {
    const newest = this.#newest ?? new Map<string, LiveChange>();
    this.#newest = newest;
    for (const item of this.#items) if ('planId' in item) this.#keep(newest, item);
    this.#items = this.#items.filter((item) => !('planId' in item));
    this.#keep(newest, change);
    if (newest.size <= this.#options.capacity * PLANS_PER_ITEM) return;
    this.#options.onDrop(newest.size);
    this.#forget({ loss: { reason: 'slow-consumer', gone: [] } });
  }

  #keep(newest: Map<string, LiveChange>, change: LiveChange): void {
    if (newest.delete(change.planId)) {
      this.#dropped = true;
      this.#options.onDrop(1);
    }
    newest.set(change.planId, change);
  }

  #forget(loss: LossItem): void {
    this.#items = [];
    this.#newest = null;
    this.#dropped = false;
    this.#loss = loss;
  }

  /** Puts what was coalesced back in line, behind a gap if anything is missing from it. */
  #settle(): void {
    if (!this.#newest) return;
    const kept = [...this.#newest.values()];
    this.#newest = null;
    if (this.#dropped) {
      const revision = Math.max(0, (kept[0]?.revision ?? 1) - 1);
      const position = { clusterId: this.#options.clusterId(), revision, seq: 1 };
      this.#items.push({ gap: { reason: 'slow-consumer', position } });
      this.#dropped = false;
    }
    this.#items.push(...kept);
  }
}
