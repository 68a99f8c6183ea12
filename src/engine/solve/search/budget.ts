// The limits and the node count of one search. The clock and the stop flag are read only every so many units of work.

/** Units of work (candidates tried, single pair tests) between two looks at the clock. */
const UNITS_PER_CHECK = 2048;

export class Budget {
  nodes = 0;
  /** Units of work so far. */
  work = 0;
  /** The search must end, for whichever reason; once true it stays true. */
  expired = false;
  /** It must end because somebody asked for it. */
  stopped = false;
  readonly #now: () => number;
  readonly #deadline: number;
  readonly #stop: Int32Array | null;
  #units = 0;
  /** Something to do now and then, at a moment when the search is in good order. */
  #turn: { readonly everyMs: number; readonly act: () => void; last: number } | null = null;
  #due = false;

  /** `now` is monotonic, in milliseconds; `stop` is a shared word that somebody may set to 1. */
  constructor(now: () => number, timeLimitMs: number, stop?: SharedArrayBuffer) {
    this.#now = now;
    this.#deadline = now() + timeLimitMs;
    this.#stop = stop ? new Int32Array(stop) : null;
    this.expired = timeLimitMs <= 0;
    this.#look();
  }

  /** Counts work; true when the search must end. */
  spend(units: number): boolean {
    this.work += units;
    this.#units += units;
    if (this.#units >= UNITS_PER_CHECK) {
      this.#units = 0;
      this.#look();
    }
    return this.expired;
  }

  /** `act` is called from `turn`, at most once in so many milliseconds and not before the first of them are over. */
  every(everyMs: number, act: () => void): void {
    this.#turn = { everyMs, act, last: this.#now() };
  }

  /** Whoever spends calls this where others may look at the search. */
  turn(): void {
    if (!this.#due) return;
    this.#due = false;
    this.#turn?.act();
  }

  #look(): void {
    if (!this.expired && this.#stop && Atomics.load(this.#stop, 0) === 1) {
      this.stopped = true;
      this.expired = true;
    }
    const now = this.#now();
    this.expired ||= now >= this.#deadline;
    if (!this.#turn || now - this.#turn.last < this.#turn.everyMs) return;
    this.#turn.last = now;
    this.#due = true;
  }
}
