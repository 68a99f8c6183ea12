// Runs asynchronous work up to a time limit, even when what it waits for ignores its signal.
import type { Clock } from '../../lib/clock.ts';

/** Timers overflow beyond this, about 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Resolves true when `work` is done in time, false when `ms` pass first; then the signal that `work` got is aborted.
 * Rejects with what `work` throws, or with the reason of the outer signal when that is aborted.
 */
export function withDeadline(
  clock: Clock,
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const onAbort = () => {
      controller.abort(outer?.reason);
      done(() => reject(outer?.reason));
    };
    const cancel = clock.after(Math.min(ms, LONGEST_MS), () => {
      controller.abort(new DOMException('The time limit was reached', 'TimeoutError'));
      done(() => resolve(false));
    });
    const done = (settle: () => void) => {
      cancel();
      outer?.removeEventListener('abort', onAbort);
      settle();
    };
    outer?.addEventListener('abort', onAbort, { once: true });
    Promise.resolve()
      .then(() => work(controller.signal))
      .then(
        () => done(() => resolve(true)),
        (error: unknown) => done(() => reject(error)),
      );
  });
}
