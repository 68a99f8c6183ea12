// What was worked out for a caller is kept for the next one: one run for all who ask at the same time, ended only when nobody
// waits for it any more, and a bounded number of complete answers.
import { untilAborted } from '../lib/concurrency.ts';

interface Flight {
  readonly outcome: Promise<unknown>;
  readonly stop: AbortController;
  waiting: number;
}

export interface AnswerCache {
  /**
   * The answer under this key. `run` gets a signal that is aborted when every caller has gone; what it answers is kept when
   * `keep` says so. Rejects with the signal's reason when the caller itself goes.
   */
  get<T>(
    key: string,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<T>,
    keep: (answer: T) => boolean,
  ): Promise<T>;
}

/** One key always has one answer type. */
export function createAnswerCache(capacity: number): AnswerCache {
  const kept = new Map<string, unknown>();
  const flights = new Map<string, Flight>();

  function remember(key: string, answer: unknown): void {
    kept.set(key, answer);
    const [oldest] = kept.keys();
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
  }

  function begin<T>(key: string, run: (signal: AbortSignal) => Promise<T>, keep: (answer: T) => boolean): Flight {
    const stop = new AbortController();
    const outcome = run(stop.signal).then((answer) => {
      if (keep(answer)) remember(key, answer);
      return answer;
    });
    const flight: Flight = { outcome, stop, waiting: 0 };
    flights.set(key, flight);
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    outcome.then(land, land);
    return flight;
  }

  return {
    async get<T>(
      key: string,
      signal: AbortSignal | undefined,
      run: (signal: AbortSignal) => Promise<T>,
      keep: (answer: T) => boolean,
    ) {
      signal?.throwIfAborted();
      if (kept.has(key)) {
        const answer = kept.get(key) as T;
        kept.delete(key);
        kept.set(key, answer);
        return answer;
      }
      const flight = flights.get(key) ?? begin(key, run, keep);
      flight.waiting += 1;
      try {
        return (await untilAborted(flight.outcome, signal)) as T;
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          // Whoever comes now must not join a run that is being ended.
          if (flights.get(key) === flight) flights.delete(key);
          flight.stop.abort(new Error('Nobody waits for this any more.'));
        }
      }
    },
  };
}
