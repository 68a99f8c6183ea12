// Long work on the event loop in pieces: a generator pauses wherever other work of the process may have its turn.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** To the end, with a turn for others at each pause. Throws the signal's reason when it is aborted meanwhile. */
export async function inTurns<T>(work: Generator<void, T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await nextTurn();
    signal?.throwIfAborted();
  }
}

/** To the end without a pause. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
