// What the queue and the claims say, put together: which plans wait for a stage and belong to nobody, oldest first.
import type { Stage } from '../domain/plan.ts';
import { type Clock, delay } from '../lib/clock.ts';
import { idOf } from './keys.ts';
import type { WatchEvent } from './kv.ts';

/** A plan that was offered and is still unclaimed is offered again after this time: whoever took the offer let it be. */
const OFFER_AGAIN_MS = 1_000;
/** One for all: an abort without a reason makes an error with a stack each time. */
const WOKEN = new Error('There is something to look at.');

export class OfferBook {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, string[]>();
  readonly #claimed = new Set<string>();
  /** Per consumer: when it was offered what. */
  readonly #offered = new Set<Map<string, number>>();
  readonly #wake = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
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
      if (event.type === 'put' && !present) list.splice(at, 0, key);
      if (event.type === 'delete' && present) list.splice(at, 1);
      this.#forget(idOf(key));
    }
    this.#changed();
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
      if (event.type === 'put') this.#claimed.add(idOf(event.kv.key));
      else {
        const id = idOf(event.key);
        this.#claimed.delete(id);
        this.#forget(id);
      }
    }
    this.#changed();
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

  #pick(stage: Stage, offered: ReadonlyMap<string, number>): { readonly id: string | null; readonly waitMs: number } {
    const now = this.#clock.monotonic();
    let waitMs = Number.POSITIVE_INFINITY;
    for (const key of this.#waiting.get(stage) ?? []) {
      const id = idOf(key);
      if (this.#claimed.has(id)) continue;
      const again = (offered.get(id) ?? Number.NEGATIVE_INFINITY) + OFFER_AGAIN_MS;
      if (again <= now) return { id, waitMs: 0 };
      waitMs = Math.min(waitMs, again - now);
    }
    return { id: null, waitMs };
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
