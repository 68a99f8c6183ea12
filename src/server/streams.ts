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
      const end = () => ending.abort();
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
      for (const ending of running) ending.abort();
    },
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The source as an iterator that is over as soon as `ending` is aborted, even while a `next` is pending. */
function endable(
  source: AsyncIterator<ExecutionResult>,
  ending: AbortController,
  masking: Masking,
): AsyncIterableIterator<ExecutionResult> {
  const { signal } = ending;
  const ended = new Promise<typeof DONE>((resolve) => {
    const onAbort = () => {
      resolve(DONE);
      // The source may be waiting for its next event and then answers late or never; nobody waits for it.
      Promise.resolve(source.return?.()).catch(() => {});
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  return {
    async next() {
      if (signal.aborted) return DONE;
      try {
        const result = await Promise.race([source.next(), ended]);
        if (result.done) ending.abort();
        return result.done ? DONE : { done: false, value: maskResult(result.value, masking) };
      } catch (error) {
        if (signal.aborted) return DONE;
        ending.abort();
        return { done: false, value: { errors: [maskError(error, masking)] } };
      }
    },
    async return() {
      ending.abort();
      return DONE;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
