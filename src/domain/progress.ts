// How searches that go on become known beyond the process that runs them.
import type { SearchProgress } from './solution.ts';

/** Progress of searches that go on in any process of the service. */
export interface ProgressFeed {
  /** What was told last of the plan's search; null when none goes on or nothing was told yet. Throws STORE_*. */
  current(planId: string): Promise<SearchProgress | null>;
  /** What is told from now on, the present state first, newest only for slow readers; ends with the search or the signal. */
  watch(planId: string, signal: AbortSignal): AsyncIterable<SearchProgress>;
}

/** Where searches go on that nobody hears of. */
export const NO_PROGRESS: ProgressFeed = {
  current: async () => null,
  async *watch() {},
};
