// Live changes of plans, and how far searches are. Two duties beyond handing over what the service yields: a subscription that nobody reads any more
// ends at once, even when nothing happens; and a failure reaches the subscriber as an error of the field, on every transport.
import type { PlanChange } from '../domain/ports.ts';
import type { SearchProgress } from '../domain/solution.ts';
import type { GraphqlContext } from './context.ts';
import { withoutNulls } from './input.ts';
import type { PlanFilterInput } from './plans.ts';

interface Failure {
  readonly kind: 'failed';
  readonly error: unknown;
}

/** What travels from `subscribe` to `resolve`. */
type Delivery<T> = T | Failure;

interface PlanChangedArgs {
  readonly id: string;
  readonly after?: string | null | undefined;
}

interface PlansChangedArgs {
  readonly filter?: PlanFilterInput | null | undefined;
  readonly after?: string | null | undefined;
}

export function subscribePlan(
  _: unknown,
  args: PlanChangedArgs,
  ctx: GraphqlContext,
): AsyncIterable<Delivery<PlanChange>> {
  const after = args.after == null ? {} : { after: args.after };
  return deliveries(
    (signal) => ctx.services.plans.watch(ctx.scope, { planId: args.id, ...after, signal }),
    ctx.scope.signal,
  );
}

export function subscribePlans(
  _: unknown,
  args: PlansChangedArgs,
  ctx: GraphqlContext,
): AsyncIterable<Delivery<PlanChange>> {
  const after = args.after == null ? {} : { after: args.after };
  const filter = args.filter == null ? {} : { filter: withoutNulls(args.filter) };
  return deliveries((signal) => ctx.services.plans.watch(ctx.scope, { ...filter, ...after, signal }), ctx.scope.signal);
}

export function subscribeProgress(
  _: unknown,
  { planId }: { readonly planId: string },
  ctx: GraphqlContext,
): AsyncIterable<Delivery<SearchProgress>> {
  return deliveries((signal) => ctx.services.plans.watchProgress(ctx.scope, planId, signal), ctx.scope.signal);
}

/** Each event is resolved with loaders of its own. */
export function deliver<T extends object>(delivery: Delivery<T>, _: unknown, ctx: GraphqlContext): T {
  ctx.renewLoaders();
  if (isFailure(delivery)) throw delivery.error;
  return delivery;
}

function isFailure(delivery: object): delivery is Failure {
  return 'kind' in delivery && delivery.kind === 'failed';
}

const CHANGE_TYPES = { event: 'PlanUpdated', deleted: 'PlanDeleted', gap: 'Gap' } as const;

export const changeTypeOf = (change: PlanChange): string => CHANGE_TYPES[change.kind];

/** One for all: an abort without a reason makes an error with a stack each time. */
const ENDED = new Error('The subscription has ended.');

type Watch<T> = (signal: AbortSignal) => AsyncIterable<T>;

function deliveries<T>(watch: Watch<T>, parent?: AbortSignal): AsyncIterableIterator<Delivery<T>> {
  const stop = new AbortController();
  const abort = () => stop.abort(ENDED);
  if (parent?.aborted) abort();
  parent?.addEventListener('abort', abort, { once: true });
  const inner = failuresAsItems(watch, stop.signal);
  const close = () => {
    parent?.removeEventListener('abort', abort);
    abort();
  };
  return {
    async next() {
      const result = await inner.next();
      if (result.done) close();
      return result;
    },
    async return() {
      // A generator's own `return` waits for its pending `next`; the signal ends that one first.
      close();
      await inner.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* failuresAsItems<T>(watch: Watch<T>, signal: AbortSignal): AsyncGenerator<Delivery<T>, void, undefined> {
  try {
    yield* watch(signal);
  } catch (error) {
    if (!signal.aborted) yield { kind: 'failed', error };
  }
}
