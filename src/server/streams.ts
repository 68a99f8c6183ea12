// Running subscriptions. Each can be ended from three sides (the client leaves, the source ends, the server drains), at once
// and without waiting for the next event, which on a quiet plan may never come.
import type { ExecutionResult } from 'graphql';
import type { Metrics } from '../domain/ports.ts';
import { type Masking, maskError, maskResult } from './masking.ts';

export type Transport = 'http' | 'sse' | 'ws';

export interface Streams {
  /**
   * Starts a subscription; `start` gets the signal that ends it. `parent` is the client's connection.
   * A failure of the source becomes a last result with the masked error.
   */
  open(
    transport: Transport,
    parent: AbortSignal | undefined,
    masking: Masking,
    start: (signal: AbortSignal) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
  /** Ends every subscription, so that its client sees it complete. Later ones end at once. */
  endAll(): void;
}

export function isAsyncIterable<T>(value: AsyncIterable<T> | object): value is AsyncIterable<T> {
  return Symbol.asyncIterator in value;
}

export function createStreams(metrics: Metrics): Streams {
  const running = new Set<AbortController>();
  const counts = new Map<Transport, number>();
  let draining = false;

  const change = (transport: Transport, by: number) => {
    const count = (counts.get(transport) ?? 0) + by;
    counts.set(transport, count);
    metrics.gauge('conductor_subscriptions', count, { transport });
  };

  return {
    async open(transport, parent, masking, start) {
      const ending = new AbortController();
      const end = () => ending.abort(ENDED);
      parent?.addEventListener('abort', end, { once: true });
      running.add(ending);
      change(transport, 1);
      ending.signal.addEventListener(
        'abort',
        () => {
          parent?.removeEventListener('abort', end);
          running.delete(ending);
          change(transport, -1);
        },
        { once: true },
      );
      if (draining || parent?.aborted) end();
      try {
        const source = await start(ending.signal);
        if (isAsyncIterable(source)) return endable(source[Symbol.asyncIterator](), ending, masking);
        end();
        return source;
      } catch (error) {
        end();
        throw error;
      }
    },
    endAll() {
      draining = true;
      for (const ending of running) ending.abort(ENDED);
    },
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
/** One for all: an abort without a reason makes an error with a stack each time. */
const ENDED = new Error('The subscription has ended.');

/** The source as an iterator that is over as soon as `ending` is aborted, even while a `next` is pending. */
function endable(
  source: AsyncIterator<ExecutionResult>,
  ending: AbortController,
  masking: Masking,
): AsyncIterableIterator<ExecutionResult> {
  const { signal } = ending;
  /** Whoever waits for an event. No race of promises: one that never settles would remember every event. */
  const waiting = new Set<(result: IteratorResult<ExecutionResult, undefined>) => void>();
  const onAbort = () => {
    for (const settle of waiting) settle(DONE);
    // The source may be waiting for its next event and then answers late or never; nobody waits for it.
    Promise.resolve(source.return?.()).catch(() => {});
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    next() {
      if (signal.aborted) return Promise.resolve(DONE);
      return new Promise((resolve) => {
        const settle = (result: IteratorResult<ExecutionResult, undefined>) => {
          waiting.delete(settle);
          resolve(result);
        };
        waiting.add(settle);
        source.next().then(
          ({ done, value }) => {
            settle(done ? DONE : { done: false, value: maskResult(value, masking) });
            if (done) ending.abort(ENDED);
          },
          (error: unknown) => {
            settle(signal.aborted ? DONE : { done: false, value: { errors: [maskError(error, masking)] } });
            ending.abort(ENDED);
          },
        );
      });
    },
    async return() {
      ending.abort(ENDED);
      return DONE;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
