// A thousand subscribers of one plan are told of the same event by the same operation: what it says of the event is worked out
// once for all who ask within a moment, inventory reads included, and so is its JSON.
import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Principal } from '../domain/principal.ts';
import type { Clock } from '../lib/clock.ts';
import type { Operation } from './operation.ts';

/** How long (ms) a result is good for others: as long as it takes to tell many, not so long that it grows old. */
const GOOD_FOR_MS = 1_000;
/** Events whose results are kept at once. */
const EVENTS = 64;

export interface SharedResults {
  /** What subscriptions must have in common to share. */
  keyOf(operation: Operation, principal: Principal): string;
  /** The result of another subscription for the same event and key, or that of `run`. Results with errors are not shared. */
  of(event: unknown, key: string, run: () => Promise<ExecutionResult>): Promise<ExecutionResult>;
}

/** A result that many are sent: its JSON is made once. Yoga asks results for it by this name. */
export interface SharedResult extends ExecutionResult {
  readonly stringify: () => string;
}

export function isShared(result: object): result is SharedResult {
  return 'stringify' in result && typeof result.stringify === 'function';
}

interface Shared {
  readonly result: Promise<ExecutionResult>;
  readonly goodUntil: number;
}

/** Events are told apart by identity. */
export function createSharedResults(clock: Clock): SharedResults {
  const numbers = new WeakMap<DocumentNode, number>();
  const byEvent = new Map<unknown, Map<string, Shared>>();
  let documents = 0;

  const ofEvent = (event: unknown): Map<string, Shared> => {
    const known = byEvent.get(event);
    if (known) return known;
    const [oldest] = byEvent.keys();
    if (byEvent.size >= EVENTS) byEvent.delete(oldest);
    const made = new Map<string, Shared>();
    byEvent.set(event, made);
    return made;
  };

  return {
    keyOf({ document, operationName, variables }, { kind, name }) {
      const number = numbers.get(document) ?? ++documents;
      numbers.set(document, number);
      return JSON.stringify([number, operationName ?? null, kind, name, variables ?? {}]);
    },
    async of(event, key, run) {
      const results = ofEvent(event);
      const present = results.get(key);
      if (present && clock.monotonic() < present.goodUntil) {
        const result = await present.result;
        // A failure may be the other subscriber's own: it left, or its request id is in the message.
        return result.errors ? run() : result;
      }
      const result = run().then(sharing);
      results.set(key, { result, goodUntil: clock.monotonic() + GOOD_FOR_MS });
      return result;
    },
  };
}

/** Gives the result its JSON, kept when first asked for; not one of its own fields, so that copies are without. */
function sharing(result: ExecutionResult): ExecutionResult {
  if (result.errors || isShared(result)) return result;
  let text: string | null = null;
  return Object.defineProperty(result, 'stringify', {
    value: () => {
      text ??= JSON.stringify(result);
      return text;
    },
  });
}
