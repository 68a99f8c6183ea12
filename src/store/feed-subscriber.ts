// One subscriber's queue of the plan feed: never makes the producer wait. When full it keeps the newest change of each plan
// and tells the subscriber so with a gap, so that the memory it takes is bounded by the plans that changed.
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

export interface LiveGap {
  readonly reason: 'compacted' | 'store-changed' | 'slow-consumer';
  readonly position: FeedPosition;
}

export type FeedItem = LiveChange | { readonly gap: LiveGap };

/** Plans kept while coalescing, as a multiple of the queue's capacity; beyond it the plan that changed longest ago goes. */
const PLANS_PER_ITEM = 16;

export class FeedSubscriber {
  readonly planId: string | null;
  readonly #capacity: number;
  readonly #clusterId: () => string;
  readonly #onDrop: () => void;
  #items: FeedItem[] = [];
  /** Not null while it coalesces: the newest change of each plan, in the order of these changes. */
  #newest: Map<string, LiveChange> | null = null;
  #dropped = false;
  #wake: (() => void) | null = null;
  #ended = false;

  constructor(planId: string | null, capacity: number, clusterId: () => string, onDrop: () => void) {
    this.planId = planId;
    this.#capacity = capacity;
    this.#clusterId = clusterId;
    this.#onDrop = onDrop;
  }

  push(change: LiveChange): void {
    if (this.#newest === null && this.#items.length < this.#capacity) this.#items.push(change);
    else this.#coalesce(change);
    this.#wake?.();
  }

  /** History was lost for everybody; what waits here is older than the loss and superseded by what follows. */
  gap(gap: LiveGap): void {
    this.#items = [{ gap }];
    this.#newest = null;
    this.#dropped = false;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next item, or null when it has ended. */
  async next(): Promise<FeedItem | null> {
    for (;;) {
      if (this.#ended) return null;
      this.#settle();
      const item = this.#items.shift();
      if (item) return item;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  #coalesce(change: LiveChange): void {
    this.#newest ??= new Map();
    for (const item of this.#items) if (!('gap' in item)) this.#keep(this.#newest, item);
    this.#items = this.#items.filter((item) => 'gap' in item);
    this.#keep(this.#newest, change);
  }

  #keep(newest: Map<string, LiveChange>, change: LiveChange): void {
    if (newest.delete(change.planId)) this.#drop();
    newest.set(change.planId, change);
    if (newest.size <= this.#capacity * PLANS_PER_ITEM) return;
    const [oldest] = newest.keys();
    if (oldest !== undefined) newest.delete(oldest);
    this.#drop();
  }

  #drop(): void {
    this.#dropped = true;
    this.#onDrop();
  }

  /** Puts what was coalesced back in line, behind a gap if anything is missing from it. */
  #settle(): void {
    if (!this.#newest) return;
    const kept = [...this.#newest.values()];
    this.#newest = null;
    if (this.#dropped) {
      const revision = Math.max(0, (kept[0]?.revision ?? 1) - 1);
      this.#items.push({
        gap: { reason: 'slow-consumer', position: { clusterId: this.#clusterId(), revision, seq: 1 } },
      });
      this.#dropped = false;
    }
    this.#items.push(...kept);
  }
}
