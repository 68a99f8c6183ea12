// How a subscriber of all plans gets what it missed: from the feed's memory, else from the store's history, else as a gap and what is
// now. All of them together put a few reads at a time on the store, however many they are and however slowly they take what is read.
import { isConductorError } from '../domain/errors.ts';
import { chunks, limiter, untilAborted } from '../lib/concurrency.ts';
import type { FeedPosition } from './cursor.ts';
import { eventChange, readable } from './feed-changes.ts';
import { FeedHistory, type HistoryPage } from './feed-history.ts';
import { type Place, placeAt } from './feed-place.ts';
import type { FeedRing } from './feed-ring.ts';
import type { GapItem, GapReason, LiveChange } from './feed-subscriber.ts';
import { idOf, TOMBSTONE } from './keys.ts';
import type { Kv } from './kv.ts';
import type { Reflector } from './reflector.ts';

/** Keys looked up at once, heads read at once, and for how many subscribers at a time. */
const KEYS_AT_ONCE = 1_000;
const PLANS_AT_ONCE = 16;
const READERS_AT_ONCE = 4;

/** A key and the revision at which it was written last. */
type Changed = readonly [key: string, modRevision: number];

export class CatchUp {
  readonly #kv: Kv;
  readonly #reflector: Reflector;
  readonly #ring: FeedRing;
  readonly #history: FeedHistory;
  readonly #atOnce = limiter(READERS_AT_ONCE);
  #ended: AbortSignal = new AbortController().signal;

  constructor(kv: Kv, reflector: Reflector, ring: FeedRing) {
    this.#kv = kv;
    this.#reflector = reflector;
    this.#ring = ring;
    this.#history = new FeedHistory(kv);
  }

  /** Reading that several wait for ends with the feed. */
  endWith(signal: AbortSignal): void {
    this.#ended = signal;
  }

  /** The store is another one, or was set back. */
  reset(): void {
    this.#history.reset();
  }

  /** Everything after the position, in order; or a gap and what is. What is written while this is read comes live. */
  async *since(position: FeedPosition, signal: AbortSignal): AsyncGenerator<LiveChange | GapItem> {
    let reached = position.revision;
    try {
      for (let last = false; !last; ) {
        const page = await this.#after(reached, signal);
        yield* page.changes;
        reached = page.reached;
        last = page.last ?? false;
      }
    } catch (error) {
      // Whoever has left, or waits for a feed that has ended, is told nothing more.
      if (!signal.aborted && !this.#ended.aborted) yield* this.#instead(error, reached);
    }
  }

  /** Throws the signal's reason when the subscriber leaves before it is there. */
  async #after(revision: number, signal: AbortSignal): Promise<HistoryPage & { readonly last?: true }> {
    const { newest, quietUpTo } = this.#ring;
    const remembered = this.#ring.after(revision);
    if (remembered) return { changes: remembered, reached: newest, last: true };
    const { clusterId } = this.#reflector;
    return untilAborted(this.#history.after(revision, { clusterId, newest, quietUpTo }, this.#ended), signal);
  }

  /** In place of a history that cannot be read. */
  async *#instead(error: unknown, reached: number): AsyncGenerator<LiveChange | GapItem> {
    if (isConductorError(error, 'STORE_COMPACTED')) yield* this.now(placeAt(reached), 'compacted');
    else if (isConductorError(error, 'STORE_UNAVAILABLE')) {
      // The watch of this process finds out too, and tells what is.
      const here = { clusterId: this.#reflector.clusterId, revision: this.#reflector.status().revision, seq: 1 };
      yield { gap: { reason: 'store-changed', position: here } };
    } else throw error;
  }

  /**
   * In place of the history after a place: a gap, and each plan that has changed since as it is, oldest change first. Plans that
   * were deleted meanwhile are not among them. What changes while this is read comes live.
   */
  async *now(place: Place, reason: GapReason): AsyncGenerator<LiveChange | GapItem> {
    const { clusterId } = this.#reflector;
    const { revision } = this.#reflector.status();
    // Of the place's own revision others may be missing.
    const since = place.told.size > 0 ? place.revision - 1 : place.revision;
    const isNews = ([key, at]: Changed) => key !== TOMBSTONE && !(at === place.revision && place.told.has(idOf(key)));
    const changedAfter = (after: number) => this.#reflector.changed(after, revision, KEYS_AT_ONCE);
    let changed = changedAfter(since);
    // Whoever breaks off within this begins again with the gap.
    const from = (changed.find(isNews)?.[1] ?? revision + 1) - 1;
    yield { gap: { reason, position: { clusterId, revision: from, seq: 1 } } };
    for (; changed.length > 0; changed = changedAfter(changed.at(-1)?.[1] ?? revision)) {
      for (const group of chunks(changed.filter(isNews), PLANS_AT_ONCE)) {
        yield* await this.#asTheyAre(group, revision, clusterId);
      }
    }
  }

  /** Without those that have changed after the revision. */
  async #asTheyAre(plans: readonly Changed[], revision: number, clusterId: string) {
    const heads = await this.#atOnce(() => Promise.all(plans.map(([key]) => this.#kv.get(key))));
    return heads.flatMap((found) => {
      const stored = found && found.modRevision <= revision ? readable(found) : null;
      return found && stored ? [eventChange(stored, found.modRevision, clusterId)] : [];
    });
  }
}
