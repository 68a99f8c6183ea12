// What the queue and the claims say, put together: which plans wait for a stage and belong to nobody; the oldest first in each
// class of priority. Each plan has one process whose turn it is; the others take it a little later, should it still be there.
import type { Stage } from '../domain/plan.ts';
import { type Clock, delay } from '../lib/clock.ts';
import { idOf } from './keys.ts';
import type { WatchEvent } from './kv.ts';
import type { Peers } from './peers.ts';

/** A plan that was offered and is still unclaimed is offered again after this time: whoever took the offer let it be. */
const OFFER_AGAIN_MS = 1_000;
/**
 * The end of a claim and what it did to the queue are one write, told by two watches. The claim's end alone may mean that its worker
 * died: the plan is offered after this time, or as soon as the queue tells of it, so that nobody asks in vain for one that is done.
 */
const OTHER_WATCH_MS = 50;
/**
 * A process leaves a plan that is another one's turn to it for this long, enough for a claim to be written and told. One that has no
 * free worker, stands still or has just died delays its plans by so much and no more.
 */
const TURN_MS = 100;
/** Where claims take longer than that and races are lost, turns last up to so many times as long. */
const LONGEST_TURN = 5;
/** How fast a lost race raises the contention, and a won one lowers it. */
const LOST_SHARE = 0.2;
const WON_SHARE = 0.05;
/** Plans in nobody's hands that are compared, from the oldest of each class. */
const LOOK_AT = 64;
/** One offer of so many goes to the plan that waits longest, whatever its class: nobody waits for ever. */
const TURN_OF_ALL = 8;
/** One for all: an abort without a reason makes an error with a stack each time. */
const WOKEN = new Error('There is something to look at.');

/** A key of the queue: `queue/<stage>/<class>/<created>/<id>`. */
interface Entry {
  readonly id: string;
  /** The smaller text is the more urgent. */
  readonly priority: string;
  readonly created: number;
  /** When this process heard of it, by the monotonic clock. */
  readonly heard: number;
  /** As `Peers` saw it in its generation. */
  rank: number;
  generation: number;
}

interface Due {
  readonly id: string;
  /** When it may be offered here. */
  readonly at: number;
  /** Smaller is older: time of creation, later for one that is another process's turn. */
  readonly age: number;
}

export class OfferBook {
  readonly #clock: Clock;
  readonly #peers: Peers;
  /** Share of claims that others are faster at, about: 0 to 1. */
  #contention = 0;
  readonly #entries = new Map<string, Entry>();
  /** Keys by stage, sorted. */
  readonly #waiting = new Map<string, string[]>();
  readonly #claimed = new Set<string>();
  /** Revision in which the queue told of a claimed plan last: it may be ahead of the claims. */
  readonly #queued = new Map<string, number>();
  /** Plans whose claim has ended and of which the queue has not told since: revision of that end, and when they are offered anyway. */
  readonly #ended = new Map<string, { readonly revision: number; readonly until: number }>();
  /** Per consumer: when it was offered what. */
  readonly #offered = new Set<Map<string, number>>();
  readonly #wake = new Set<() => void>();

  constructor(clock: Clock, peers: Peers) {
    this.#clock = clock;
    this.#peers = peers;
  }

  /** A plan that was offered could be claimed, or somebody else was faster. */
  claimed(won: boolean): void {
    this.#contention += won ? -WON_SHARE * this.#contention : LOST_SHARE * (1 - this.#contention);
  }

  /** Changes under `queue/`. Keys sort by stage, priority and age. */
  onQueue(events: readonly WatchEvent[]): void {
    for (const event of events) {
      const key = event.type === 'put' ? event.kv.key : event.key;
      const stage = key.split('/')[1] ?? '';
      const list = this.#waiting.get(stage) ?? [];
      this.#waiting.set(stage, list);
      const at = place(list, key);
      const present = list[at] === key;
      if (event.type === 'put' && !present) {
        list.splice(at, 0, key);
        this.#entries.set(key, entryOf(key, this.#clock.monotonic()));
      }
      if (event.type === 'delete' && present) {
        list.splice(at, 1);
        this.#entries.delete(key);
      }
      this.#forget(idOf(key));
      this.#onQueued(idOf(key), event.type === 'put' ? event.kv.modRevision : event.modRevision);
    }
    this.#changed();
  }

  #onQueued(id: string, revision: number): void {
    if (this.#claimed.has(id)) this.#queued.set(id, revision);
    else if (revision >= (this.#ended.get(id)?.revision ?? 0)) this.#ended.delete(id);
  }

  /** Plans that wait for a stage or are in one. */
  get length(): number {
    let length = 0;
    for (const list of this.#waiting.values()) length += list.length;
    return length;
  }

  /** Plans at one stage: those that nobody has, and those in work. */
  lengthOf(stage: Stage): { readonly waiting: number; readonly inWork: number } {
    const list = this.#waiting.get(stage) ?? [];
    const inWork = list.reduce((sum, key) => sum + (this.#claimed.has(idOf(key)) ? 1 : 0), 0);
    return { waiting: list.length - inWork, inWork };
  }

  /** Changes under `claims/`. */
  onClaims(events: readonly WatchEvent[]): void {
    for (const event of events) {
      if (event.type === 'put') {
        this.#claimed.add(idOf(event.kv.key));
        this.#ended.delete(idOf(event.kv.key));
      } else {
        const id = idOf(event.key);
        if (this.#claimed.delete(id)) this.#onEnded(id, event.modRevision);
        this.#forget(id);
      }
    }
    this.#changed();
  }

  #onEnded(id: string, revision: number): void {
    const queued = this.#queued.get(id) ?? 0;
    this.#queued.delete(id);
    if (queued < revision) this.#ended.set(id, { revision, until: this.#clock.monotonic() + OTHER_WATCH_MS });
  }

  /** Keys of the plan at the stage that stand for so long that the watch cannot be what is late. */
  offeredInVain(stage: Stage, planId: string): readonly string[] {
    const before = this.#clock.monotonic() - OFFER_AGAIN_MS;
    const list = this.#waiting.get(stage) ?? [];
    return list.filter((key) => idOf(key) === planId && this.#entryOf(key).heard <= before);
  }

  /** Other processes came or went: other plans are due. */
  peersChanged(): void {
    this.#changed();
  }

  /** Ids as they become free, until the signal is aborted. */
  async *offers(stage: Stage, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    const offered = new Map<string, number>();
    this.#offered.add(offered);
    let made = 0;
    try {
      while (!signal.aborted) {
        const { id, waitMs } = this.#pick(stage, offered, made % TURN_OF_ALL === TURN_OF_ALL - 1);
        if (id === null) await this.#pause(waitMs, signal);
        else {
          offered.set(id, this.#clock.monotonic());
          made += 1;
          yield id;
        }
      }
    } finally {
      this.#offered.delete(offered);
    }
  }

  /** The oldest plan that is due: of the most urgent class, or of all. None is due: how long until one is. */
  #pick(
    stage: Stage,
    offered: ReadonlyMap<string, number>,
    ofAll: boolean,
  ): { readonly id: string | null; readonly waitMs: number } {
    const now = this.#clock.monotonic();
    const list = this.#waiting.get(stage) ?? [];
    let waitMs = Number.POSITIVE_INFINITY;
    let best: Due | null = null;
    for (let from = 0; from < list.length && (ofAll || best === null); ) {
      const { priority } = this.#entryOf(list[from] ?? '');
      const { oldest, nextMs } = this.#oldestOf(stage, list, from, priority, offered, now);
      if (oldest && (best === null || oldest.age < best.age)) best = oldest;
      waitMs = Math.min(waitMs, nextMs);
      from = place(list, `queue/${stage}/${priority}0`);
    }
    return best ? { id: best.id, waitMs: 0 } : { id: null, waitMs };
  }

  /** Looks at one class of a stage's keys, which begins at `from`. */
  #oldestOf(
    stage: Stage,
    list: readonly string[],
    from: number,
    priority: string,
    offered: ReadonlyMap<string, number>,
    now: number,
  ): { readonly oldest: Due | null; readonly nextMs: number } {
    let oldest: Due | null = null;
    let nextMs = Number.POSITIVE_INFINITY;
    for (let at = from, seen = 0; at < list.length && seen < LOOK_AT; at += 1) {
      const entry = this.#entryOf(list[at] ?? '');
      if (entry.priority !== priority) break;
      if (this.#claimed.has(entry.id)) continue;
      const before = offered.get(entry.id);
      const due = this.#due(stage, entry, before);
      if (due.at > now) nextMs = Math.min(nextMs, due.at - now);
      else if (oldest === null || due.age < oldest.age) oldest = due;
      if (before === undefined || due.at <= now) seen += 1;
    }
    return { oldest, nextMs };
  }

  #due(stage: Stage, entry: Entry, offered: number | undefined): Due {
    const { id, created, heard } = entry;
    if (entry.generation !== this.#peers.generation) {
      entry.rank = this.#peers.rank(stage, id);
      entry.generation = this.#peers.generation;
    }
    const later = this.#later(entry.rank);
    const free = Math.max(heard, this.#ended.get(id)?.until ?? 0, offered === undefined ? 0 : offered + OFFER_AGAIN_MS);
    return { id, at: free + later, age: created + later };
  }

  /** How much later than the process whose turn it is, in milliseconds: the next ones follow at growing distances, to a limit. */
  #later(rank: number): number {
    if (rank === 0) return 0;
    const turn = TURN_MS * (1 + (LONGEST_TURN - 1) * this.#contention);
    return Math.floor(turn * (2 - 1 / rank));
  }

  #entryOf(key: string): Entry {
    return this.#entries.get(key) ?? entryOf(key, 0);
  }

  #forget(id: string): void {
    for (const offered of this.#offered) offered.delete(id);
  }

  #changed(): void {
    for (const wake of [...this.#wake]) wake();
  }

  /** Waits for a change, or until an offer is due again. */
  async #pause(waitMs: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = () => woken.abort(WOKEN);
    this.#wake.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      if (!Number.isFinite(waitMs)) await new Promise((resolve) => woken.signal.addEventListener('abort', resolve));
      else await delay(this.#clock, waitMs, woken.signal).catch(() => undefined);
    } finally {
      this.#wake.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}

/** Index of the key in the sorted list, or where it belongs. */
function place(list: readonly string[], key: string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function entryOf(key: string, heard: number): Entry {
  const [, , priority = '', created = ''] = key.split('/');
  return { id: idOf(key), priority, created: Number(created), heard, rank: 0, generation: -1 };
}
