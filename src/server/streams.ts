// Running subscriptions. Each can be ended from three sides (the client leaves, the source ends, the server drains), at once
// and without waiting for the next event, which on a quiet plan may never come.
import type { ExecutionResult } from 'graphql';
import type { RequestScope } from '../services/index.ts';
import type { Subscription, Subscriptions, SubscriptionTransport } from '../services/subscriptions.ts';
import { type Masking, maskError, maskResult } from './masking.ts';

export type Transport = Extract<SubscriptionTransport, 'http' | 'sse' | 'ws'>;

export interface Streams {
  /**
   * Starts a subscription; `start` gets the signal that ends it. The scope's signal is the client's connection.
   * A failure of the source becomes a last result with the masked error. Throws TOO_MANY_SUBSCRIPTIONS.
   */
  open(
    transport: Transport,
    scope: RequestScope,
    masking: Masking,
    start: (signal: AbortSignal) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
}

export function isAsyncIterable<T>(value: AsyncIterable<T> | object): value is AsyncIterable<T> {
  return Symbol.asyncIterator in value;
}

export function createStreams(subscriptions: Subscriptions): Streams {
  return {
    async open(transport, scope, masking, start) {
      const subscription = subscriptions.open(transport, scope.principal, scope.signal);
      try {
        const source = await start(subscription.signal);
        if (isAsyncIterable(source)) return endable(source[Symbol.asyncIterator](), subscription, masking);
        subscription.end();
        return source;
      } catch (error) {
        subscription.end();
        throw error;
      }
    },
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The source as an iterator that is over as soon as the subscription is, even while a `next` is pending. */
function endable(
  source: AsyncIterator<ExecutionResult>,
  { signal, end }: Subscription,
  masking: Masking,
): AsyncIterableIterator<ExecutionResult> {
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
            if (done) end();
          },
          (error: unknown) => {
            settle(signal.aborted ? DONE : { done: false, value: { errors: [maskError(error, masking)] } });
            end();
          },
        );
      });
    },
    async return() {
      end();
      return DONE;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
