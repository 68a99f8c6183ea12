// The limits and the node count of one search. The clock and the stop flag are read only every so many units of work.

/** Units of work (candidates tried, single pair tests) between two looks at the clock. */
const UNITS_PER_CHECK = 2048;

export class Budget {
  nodes = 0;
  /** The search must end, for whichever reason; once true it stays true. */
  expired = false;
  /** It must end because somebody asked for it. */
  stopped = false;
  readonly #now: () => number;
  readonly #deadline: number;
  readonly #stop: Int32Array | null;
  #units = 0;

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
    this.#units += units;
    if (this.#units >= UNITS_PER_CHECK) {
      this.#units = 0;
      this.#look();
    }
    return this.expired;
  }

  #look(): void {
    if (!this.expired && this.#stop && Atomics.load(this.#stop, 0) === 1) {
      this.stopped = true;
      this.expired = true;
    }
    this.expired ||= this.#now() >= this.#deadline;
  }
}
