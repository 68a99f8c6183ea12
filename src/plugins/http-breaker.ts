// Circuit breaker of one upstream origin. Closed: calls pass. After too many failures in a row it opens and calls are refused
// at once; when the pause is over one probe passes (half-open), and its outcome closes the breaker or opens it for longer.
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';

export interface BreakerOptions {
  /** Failures in a row that open it. @default 10 */
  readonly failures?: number;
  /** First pause in milliseconds; doubles with each failed probe, with jitter. @default 2000 */
  readonly openMs?: number;
  /** Longest pause in milliseconds. @default 30000 */
  readonly maxOpenMs?: number;
}

export interface Breaker {
  /** Whether a call may go out now. True for a probe takes the only half-open place: one of the outcomes must follow. */
  enter(): boolean;
  /** The origin answered. */
  success(): void;
  /** The origin did not answer, or answered that it cannot serve (502, 503, 504). */
  failure(): void;
  /** The call ended without telling anything about the origin (cancelled by the caller). */
  neutral(): void;
  state(): 'closed' | 'open' | 'half-open';
}

export function createBreaker(clock: Clock, random: Random, options: BreakerOptions = {}): Breaker {
  const { failures: limit = 10, openMs = 2000, maxOpenMs = 30_000 } = options;
  let failures = 0;
  let pauses = 0;
  let openUntil: number | null = null;
  let probing = false;

  const open = () => {
    const pause = Math.min(maxOpenMs, openMs * 2 ** pauses);
    openUntil = clock.monotonic() + pause * (0.5 + random.next() / 2);
    pauses += 1;
    probing = false;
  };
  return {
    enter() {
      if (openUntil === null) return true;
      if (probing || clock.monotonic() < openUntil) return false;
      probing = true;
      return true;
    },
    success() {
      failures = 0;
      pauses = 0;
      openUntil = null;
      probing = false;
    },
    failure() {
      failures += 1;
      // Calls that were under way when it opened must not lengthen the pause.
      if (probing || (openUntil === null && failures >= limit)) open();
    },
    neutral() {
      probing = false;
    },
    state() {
      if (openUntil === null) return 'closed';
      return probing ? 'half-open' : 'open';
    },
  };
}
