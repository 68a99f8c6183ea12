// What a process has heard of the compensation queue: when each entry is due, and whether somebody is at work on them.
import type { CompensationStatus } from '../domain/compensation.ts';

interface Noted {
  /** ms since the epoch. */
  readonly due: number;
  /** Since when its release fails; null while it is a hold. */
  readonly pendingSince: number | null;
}

export class CompensationBook {
  /** The owner key is there. */
  owned = false;
  readonly #entries = new Map<string, Noted>();
  /** Nothing is due before this; may be too early, because entries that go do not move it. */
  #earliest = Number.POSITIVE_INFINITY;

  put(key: string, noted: Noted): void {
    this.#entries.set(key, noted);
    this.#earliest = Math.min(this.#earliest, noted.due);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Not later than the first entry is due; null without any. */
  nextDue(): number | null {
    return this.#entries.size === 0 ? null : this.#earliest;
  }

  /** Keys of what is due now, longest overdue first. */
  due(now: number): readonly string[] {
    const due = [...this.#entries].filter(([, entry]) => entry.due <= now).sort(([, a], [, b]) => a.due - b.due);
    this.#earliest = Math.min(Number.POSITIVE_INFINITY, ...[...this.#entries.values()].map((entry) => entry.due));
    return due.map(([key]) => key);
  }

  status(): CompensationStatus {
    let pending = 0;
    let oldestSince: number | null = null;
    for (const { pendingSince } of this.#entries.values()) {
      if (pendingSince === null) continue;
      pending += 1;
      oldestSince = Math.min(oldestSince ?? pendingSince, pendingSince);
    }
    return { pending, oldestSince };
  }
}
