// The time limit and the node count of one search. The clock is read only every so many units of work.

/** Units of work (candidates tried, single pair tests) between two looks at the clock. */
const UNITS_PER_CHECK = 2048;

export class Budget {
  nodes = 0;
  expired = false;
  readonly #now: () => number;
  readonly #deadline: number;
  #units = 0;

  /** `now` is monotonic, in milliseconds. */
  constructor(now: () => number, timeLimitMs: number) {
    this.#now = now;
    this.#deadline = now() + timeLimitMs;
    this.expired = timeLimitMs <= 0;
  }

  /** Counts work; true when the search must stop. Once true it stays true. */
  spend(units: number): boolean {
    this.#units += units;
    if (this.#units >= UNITS_PER_CHECK) {
      this.#units = 0;
      this.expired ||= this.#now() >= this.#deadline;
    }
    return this.expired;
  }
}
