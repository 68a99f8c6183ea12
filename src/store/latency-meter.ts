// How long operations on the store take now: those that ended lately, and the oldest that has not ended.
import type { Clock } from '../lib/clock.ts';

/** What is older says nothing about now. */
const FORGOTTEN_AFTER_MS = 10_000;
/** Weight of the newest operation in the moving average. */
const NEWEST = 0.2;

export class LatencyMeter {
  readonly #clock: Clock;
  /** When each operation under way began; in that order. */
  readonly #running = new Map<object, number>();
  #average = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Measures the operation, whether it succeeds or not. */
  async measure<T>(task: () => Promise<T>): Promise<T> {
    const running = {};
    const began = this.#clock.monotonic();
    this.#running.set(running, began);
    try {
      return await task();
    } finally {
      this.#running.delete(running);
      this.#add(began);
    }
  }

  /** Milliseconds; 0 when nothing was asked of the store lately. */
  current(): number {
    const now = this.#clock.monotonic();
    const [oldest = now] = this.#running.values();
    const average = now - this.#measuredAt < FORGOTTEN_AFTER_MS ? this.#average : 0;
    return Math.max(now - oldest, average);
  }

  #add(began: number): void {
    const now = this.#clock.monotonic();
    const took = now - began;
    const fresh = now - this.#measuredAt >= FORGOTTEN_AFTER_MS;
    this.#average = fresh ? took : this.#average + NEWEST * (took - this.#average);
    this.#measuredAt = now;
  }
}
