// Writes how far a claimed plan's search is, best effort: the newest at most twice a second, one write at a time, compared on the
// claim and bound to its lease, so that it vanishes with its owner.
import type { Logger, Metrics } from '../domain/ports.ts';
import type { SearchProgress } from '../domain/solution.ts';
import type { Clock } from '../lib/clock.ts';
import { progressCodec } from './codec.ts';
import { keys } from './keys.ts';
import type { Compare, Kv, Operation } from './kv.ts';
import { when } from './request.ts';

/** Between the beginnings of two writes, in milliseconds. */
const PAUSE_MS = 500;

export interface ProgressWriterOptions {
  readonly kv: Kv;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly planId: string;
  readonly leaseId: string;
  /** Holds while the claim does. */
  readonly fence: () => Compare;
}

export class ProgressWriter {
  readonly #options: ProgressWriterOptions;
  /** Not written yet. */
  #newest: SearchProgress | null = null;
  #state: 'idle' | 'writing' | 'pausing' | 'over' = 'idle';
  #used = false;
  #cancelPause: () => void = () => {};

  constructor(options: ProgressWriterOptions) {
    this.#options = options;
  }

  /** Never throws and never waits. */
  tell(progress: SearchProgress): void {
    if (this.#state === 'over') return;
    this.#newest = progress;
    if (this.#state === 'idle') void this.#write(progress);
  }

  /** From now on nothing is written; a write under way meets its fence. */
  end(): void {
    this.#state = 'over';
    this.#newest = null;
    this.#cancelPause();
  }

  /** Removes what may stand in the store; nothing when there was never a write. */
  leftovers(): Operation[] {
    return this.#used ? [{ delete: keys.progress(this.#options.planId) }] : [];
  }

  async #write(progress: SearchProgress): Promise<void> {
    const { kv, clock, logger, metrics, planId, leaseId, fence } = this.#options;
    const began = clock.monotonic();
    this.#newest = null;
    this.#used = true;
    this.#state = 'writing';
    const put = { put: keys.progress(planId), value: progressCodec.encode({ progress }), lease: leaseId };
    let outcome = 'failed';
    try {
      outcome = (await kv.txn(when([fence()], [put]))).succeeded ? 'written' : 'fenced';
    } catch (error) {
      logger.debug({ planId, err: error }, 'progress of a search was not written');
    }
    metrics.count('conductor_search_progress_writes_total', { outcome });
    // It may have ended meanwhile.
    if (this.#is('over')) return;
    this.#state = 'pausing';
    this.#cancelPause = clock.after(Math.max(0, began + PAUSE_MS - clock.monotonic()), () => this.#goOn());
  }

  #goOn(): void {
    this.#state = 'idle';
    if (this.#newest) void this.#write(this.#newest);
  }

  #is(state: 'over'): boolean {
    return this.#state === state;
  }
}
