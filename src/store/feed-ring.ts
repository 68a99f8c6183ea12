// The feed's memory of recent changes: complete after its oldest revision, so a subscriber that comes back soon costs the store nothing.
import type { FeedPosition } from './cursor.ts';
import type { LiveChange } from './feed-subscriber.ts';

export class FeedRing {
  readonly #capacity: number;
  #changes: LiveChange[] = [];
  /** Changes after this revision are all here. */
  #completeAfter = Number.POSITIVE_INFINITY;
  /** Revision of the newest change under the prefix, here or not. */
  newest = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Forgets everything: memory begins after this revision. */
  reset(completeAfter: number, newest: number): void {
    this.#changes = [];
    this.#completeAfter = completeAfter;
    this.newest = newest;
  }

  add(change: LiveChange): void {
    this.#changes.push(change);
    this.newest = Math.max(this.newest, change.revision);
    // Trimmed in halves, so that the cost of moving is spread.
    if (this.#changes.length < this.#capacity * 2) return;
    const cut = this.#changes.length - this.#capacity;
    this.#completeAfter = this.#changes[cut - 1]?.revision ?? this.#completeAfter;
    this.#changes = this.#changes.slice(cut).filter(({ revision }) => revision > this.#completeAfter);
  }

  /** Whether the very change that a cursor names is here. */
  holds({ revision, seq, planId }: FeedPosition): boolean {
    return this.#changes.some(
      (one) =>
        one.revision === revision &&
        one.planId === planId &&
        seq === (one.change.kind === 'event' ? one.change.event.seq : 0),
    );
  }

  /** There is no change between `newest` and this revision. */
  get quietUpTo(): number {
    return Math.max(this.newest, this.#completeAfter);
  }

  /** The changes after a revision, or null when some of them may be missing here. */
  after(revision: number): readonly LiveChange[] | null {
    if (revision >= this.newest) return [];
    if (revision < this.#completeAfter) return null;
    return this.#changes.filter((change) => change.revision > revision);
  }
}
