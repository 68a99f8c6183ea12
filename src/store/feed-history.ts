// What the feed's memory does not reach back to, read from the store's history in pages that all who come back share: after a restart
// of the process a thousand subscribers with a thousand cursors need a few short watches, not one each.
import { ConductorError, isConductorError } from '../domain/errors.ts';
import { limiter } from '../lib/concurrency.ts';
import { linkedSignal } from '../lib/linked-signal.ts';
import { changesOf } from './feed-changes.ts';
import type { LiveChange } from './feed-subscriber.ts';
import { PLANS } from './keys.ts';
import type { Kv } from './kv.ts';

/** Revisions of a page; it begins at a multiple, so that cursors of about the same time meet on it. */
const REVISIONS = 512;
/** Pages kept in memory. */
const KEPT = 4;
/** Pages read at once. */
const AT_ONCE = 4;

/** Changes of one stretch of history, in order. */
export interface HistoryPage {
  readonly changes: readonly LiveChange[];
  /** Nothing up to this revision is missing. */
  readonly reached: number;
}

/** How far history goes as the feed knows it. */
export interface HistoryEnd {
  readonly clusterId: string;
  /** Revision of the newest change: a watch need not wait for more. */
  readonly newest: number;
  /** From there up to this revision there is no other change. */
  readonly quietUpTo: number;
}

export class FeedHistory {
  readonly #kv: Kv;
  readonly #atOnce = limiter(AT_ONCE);
  /** By the revision before the page; the one kept for longest comes first. */
  #kept = new Map<number, HistoryPage>();
  #flights = new Map<number, Promise<HistoryPage>>();
  /** A page that begins here is known to be compacted. */
  #forgotten = -1;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /** The store is another one, or was set back. */
  reset(): void {
    this.#kept = new Map();
    this.#flights = new Map();
    this.#forgotten = -1;
  }

  /**
   * What changed after a revision, as far as one page goes. Throws STORE_COMPACTED, or STORE_UNAVAILABLE when the store is not this one
   * any more or the signal ends it.
   */
  async after(after: number, end: HistoryEnd, signal: AbortSignal): Promise<HistoryPage> {
    for (;;) {
      const known = this.#keptFor(after);
      if (known) return rest(known, after);
      const start = this.#startFor(after);
      try {
        const page = await (this.#flights.get(start) ?? this.#fly(start, end, signal));
        if (page.reached > after) return rest(page, after);
      } catch (error) {
        // What the page has more than was asked for may be what the store has forgotten.
        if (start === after || !isConductorError(error, 'STORE_COMPACTED')) throw error;
        this.#forgotten = Math.max(this.#forgotten, start);
      }
    }
  }

  #keptFor(after: number): HistoryPage | undefined {
    for (const [start, page] of this.#kept) if (start <= after && page.reached > after) return page;
    return undefined;
  }

  /** Where the page begins that is to be waited for: one that is being read, else a new one that others can use, too. */
  #startFor(after: number): number {
    const begin = after - (after % REVISIONS);
    for (const start of this.#flights.keys()) if (start >= begin && start <= after) return start;
    // A page that is kept and does not reach so far was read before there was more.
    if (this.#kept.has(begin)) return after;
    if (begin > this.#forgotten) return begin;
    // Half way to what is forgotten: cursors that are a little older meet there, too.
    return after - Math.floor(Math.max(0, after - this.#forgotten) / 2);
  }

  #fly(start: number, end: HistoryEnd, signal: AbortSignal): Promise<HistoryPage> {
    const [kept, flights] = [this.#kept, this.#flights];
    const read = async () => {
      try {
        const page = await this.#read(start, end, signal);
        kept.delete(start);
        kept.set(start, page);
        const [oldest] = kept.keys();
        if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
        return page;
      } finally {
        flights.delete(start);
      }
    };
    const flight = this.#atOnce(read);
    flights.set(start, flight);
    return flight;
  }

  async #read(after: number, end: HistoryEnd, signal: AbortSignal): Promise<HistoryPage> {
    const { clusterId, newest, quietUpTo } = end;
    const upTo = after - (after % REVISIONS) + REVISIONS;
    const link = linkedSignal(signal);
    const changes: LiveChange[] = [];
    const from = { fromRevision: after + 1, clusterId, signal: link.signal };
    try {
      for await (const { revision, events } of this.#kv.watch(PLANS, from)) {
        changes.push(...changesOf(events, clusterId));
        if (revision >= newest) return { changes, reached: Math.max(revision, quietUpTo) };
        if (revision >= upTo) return { changes, reached: revision };
      }
    } finally {
      link.abort();
    }
    throw new ConductorError('STORE_UNAVAILABLE');
  }
}

function rest({ changes, reached }: HistoryPage, after: number): HistoryPage {
  return { reached, changes: changes.filter(({ revision }) => revision > after) };
}
