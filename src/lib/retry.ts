// Bounded retry with exponential back-off and full jitter.
import type { Clock } from './clock.ts';
import { delay } from './clock.ts';
import type { Random } from './random.ts';

export interface RetryOptions {
  /** Tries in all, the first included; at least 1. */
  readonly tries: number;
  /** Back-off before the second try in milliseconds; doubles each time. @default 50 */
  readonly baseMs?: number;
  /** Longest back-off in milliseconds. @default 2000 */
  readonly maxMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  /** Whether this failure may be tried again. */
  readonly retryable: (error: unknown) => boolean;
  /** A wait that the failure itself asks for (Retry-After), in milliseconds; null for none. */
  readonly waitFor?: (error: unknown) => number | null;
}

/** Runs `task(attempt)` until it succeeds, fails for good, or the tries are used up; then throws the last failure. */
export async function retry<T>(options: RetryOptions, task: (attempt: number) => Promise<T>): Promise<T> {
  const { baseMs = 50, maxMs = 2000 } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await task(attempt);
    } catch (error) {
      if (attempt >= options.tries || options.signal?.aborted || !options.retryable(error)) throw error;
      const backOff = Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * options.random.next();
      await delay(options.clock, options.waitFor?.(error) ?? backOff, options.signal);
    }
  }
}
