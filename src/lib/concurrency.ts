// Bounded concurrency and single flight for asynchronous work.

/** A gate that lets at most `limit` tasks run at once; others wait in order. */
export function limiter(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** Splits a list into pieces of at most `size` items. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < items.length; at += size) out.push(items.slice(at, at + size));
  return out;
}

/** Callers that arrive while `task` runs share its outcome instead of starting it again. */
export function singleFlight<T>(task: () => Promise<T>): () => Promise<T> {
  let flight: Promise<T> | null = null;
  return () => {
    flight ??= task().finally(() => {
      flight = null;
    });
    return flight;
  };
}

/** The outcome, or the signal's reason as soon as it is aborted; the task goes on, for others who may wait for it. */
export function untilAborted<T>(task: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return task;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    // The task itself may have brought the abort about, before anybody listened.
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
