// The time that an explanation may take. What is not known when it is over is left out, and said to be.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExplainLimits } from '../../../domain/explanation.ts';
import type { Clock } from '../../../lib/clock.ts';
import { type LinkedSignal, linkedSignal } from '../../../lib/linked-signal.ts';

/** A search gets this long beyond the limit to end by itself; its thread is ended after that. */
const GRACE_MS = 500;
/** Timers overflow beyond this, about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

export class Deadline {
  /** Aborted a little after the time is over, or with the caller's signal. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #end: number;
  readonly #outer: AbortSignal | undefined;
  readonly #cancel: () => void;
  readonly #link: LinkedSignal;

  constructor(clock: Clock, { timeLimitMs, signal: outer }: ExplainLimits) {
    this.#clock = clock;
    this.#end = clock.monotonic() + timeLimitMs;
    this.#outer = outer;
    this.#link = linkedSignal(outer);
    this.#cancel = clock.after(Math.min(timeLimitMs + GRACE_MS, LONGEST_MS), () => this.#link.abort());
    this.signal = this.#link.signal;
  }

  /** A part of what is left, so that one question does not use up the time of the next. End it, too. */
  share(part: number): Deadline {
    const limits = { timeLimitMs: Math.max(0, this.leftMs * part) };
    return new Deadline(this.#clock, this.#outer ? { ...limits, signal: this.#outer } : limits);
  }

  get leftMs(): number {
    return this.#end - this.#clock.monotonic();
  }

  get over(): boolean {
    return this.leftMs <= 0;
  }

  /** Lets other work of the process have its turn. Throws the caller's reason when he does not want it any more. */
  async breathe(): Promise<void> {
    await nextTurn();
    this.#outer?.throwIfAborted();
  }

  end(): void {
    this.#cancel();
    this.#link.unlink();
  }
}
