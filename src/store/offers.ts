// What the queue and the claims say, put together: which plans wait for a stage and belong to nobody, oldest first.
import type { Stage } from '../domain/plan.ts';
import { type Clock, delay } from '../lib/clock.ts';
import { idOf } from './keys.ts';
import type { WatchEvent } from './kv.ts';

/** A plan that was offered and is still unclaimed is offered again after this time: whoever took the offer let it be. */
const OFFER_AGAIN_MS = 1_000;
/**
 * The end of a claim and what it did to the queue are one write, told by two watches. The claim's end alone may mean that its worker
 * died: the plan is offered after this time, or as soon as the queue tells of it, so that nobody asks in vain for one that is done.
 */
const OTHER_WATCH_MS = 50;
/**
 * Processes that lose races for claims take plans up to this much later, each plan by another share of it, so that usually one of
 * them is first by enough for the others to see its claim. Nobody waits while no race is lost.
 */
const STAGGER_MS = 100;
/** How fast a lost race raises the contention, and a won one lowers it. */
const LOST_SHARE = 0.2;
const WON_SHARE = 0.05;
/** Plans in nobody's hands that are compared, from the oldest. */
const LOOK_AT = 64;
/** One for all: an abort without a reason makes an error with a stack each time. */
const WOKEN = new Error('There is something to look at.');

export class OfferBook {
  readonly #clock: Clock;
  readonly #instance: string;
  /** Share of claims that others are faster at, about: 0 to 1. */
  #contention = 0;
  /** When each key of the queue was heard of. */
  readonly #heard = new Map<string, number>();
  readonly #waiting = new Map<string, string[]>();
  readonly #claimed = new Set<string>();
  /** Revision in which the queue told of a claimed plan last: it may be ahead of the claims. */
  readonly #queued = new Map<string, number>();
  /** Plans whose claim has ended and of which the queue has not told since: revision of that end, and when they are offered anyway. */
  readonly #ended = new Map<string, { readonly revision: number; readonly until: number }>();
  /** Per consumer: when it was offered what. */
  readonly #offered = new Set<Map<string, number>>();
  readonly #wake = new Set<() => void>();

  /** `instance`: what tells this process from others. */
  constructor(clock: Clock, instance: string) {
    this.#clock = clock;
    this.#instance = instance;
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
        this.#heard.set(key, this.#clock.monotonic());
      }
      if (event.type === 'delete' && present) {
        list.splice(at, 1);
        this.#heard.delete(key);
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

  /** Ids as they become free, until the signal is aborted. */
  async *offers(stage: Stage, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    const offered = new Map<string, number>();
    this.#offered.add(offered);
    try {
      while (!signal.aborted) {
        const { id, waitMs } = this.#pick(stage, offered);
        if (id === null) await this.#pause(waitMs, signal);
        else {
          offered.set(id, this.#clock.monotonic());
          yield id;
        }
      }
    } finally {
      this.#offered.delete(offered);
    }
  }

  /** The plan that is due first; of those that wait for long that is the oldest, give or take the stagger. */
  #pick(stage: Stage, offered: ReadonlyMap<string, number>): { readonly id: string | null; readonly waitMs: number } {
    let [first, due, seen] = ['', Number.POSITIVE_INFINITY, 0];
    const now = this.#clock.monotonic();
    for (const key of this.#waiting.get(stage) ?? []) {
      const id = idOf(key);
      if (this.#claimed.has(id)) continue;
      const before = offered.get(id);
      const at = this.#dueAt(key, id, before);
      if (at < due) [first, due] = [id, at];
      if (before === undefined || at <= now) seen += 1;
      if (seen >= LOOK_AT) break;
    }
    const waitMs = due - now;
    return waitMs <= 0 ? { id: first, waitMs: 0 } : { id: null, waitMs };
  }

  #dueAt(key: string, id: string, offered: number | undefined): number {
    const stagger = Math.floor(this.#contention * STAGGER_MS * share(`${this.#instance} ${id}`));
    return Math.max(
      (this.#heard.get(key) ?? 0) + stagger,
      this.#ended.get(id)?.until ?? 0,
      offered === undefined ? 0 : offered + OFFER_AGAIN_MS,
    );
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

/** A number from 0 to below 1 that is the same for the same text (FNV-1a, then stirred: texts with one ending are to differ). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
