// Every open subscription of this process, whatever its transport: counted per principal against a quota, shown in metrics, and
// ended together when the process drains.
import { ConductorError } from '../domain/errors.ts';
import type { Metrics } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';

/** `rest`: an event stream of the REST API; `poll`: a long poll; the others are GraphQL's. */
export type SubscriptionTransport = 'http' | 'sse' | 'ws' | 'rest' | 'poll';

export interface Subscription {
  /** Aborted when the client has gone, when `end` was called, or when the process drains. */
  readonly signal: AbortSignal;
  /** Idempotent. */
  end(): void;
}

export interface Subscriptions {
  /** `client`: the client's connection. Throws TOO_MANY_SUBSCRIPTIONS. */
  open(transport: SubscriptionTransport, principal: Principal, client: AbortSignal | undefined): Subscription;
  /** Ends every subscription. Later ones end at once. */
  endAll(): void;
}

/** One for all: an abort without a reason makes an error with a stack each time. */
const ENDED = new Error('The subscription has ended.');

/** `maxPerPrincipal` of 0: no limit. */
export function createSubscriptions(metrics: Metrics, maxPerPrincipal: number): Subscriptions {
  const running = new Set<AbortController>();
  const ofTransport = new Map<string, number>();
  const ofPrincipal = new Map<string, number>();
  let draining = false;

  const change = (transport: SubscriptionTransport, owner: string, by: 1 | -1) => {
    const open = add(ofTransport, transport, by);
    metrics.gauge('conductor_subscriptions', open, { transport });
    if (add(ofPrincipal, owner, by) === 0) ofPrincipal.delete(owner);
  };

  return {
    open(transport, principal, client) {
      const owner = `${principal.kind} ${principal.name}`;
      if (maxPerPrincipal > 0 && (ofPrincipal.get(owner) ?? 0) >= maxPerPrincipal) {
        metrics.count('conductor_subscriptions_refused_total', { quota: 'principal' });
        const text = `${principal.name} has ${maxPerPrincipal} subscriptions on this gateway; more are not opened.`;
        throw new ConductorError('TOO_MANY_SUBSCRIPTIONS', text);
      }
      const ending = new AbortController();
      const end = () => ending.abort(ENDED);
      running.add(ending);
      change(transport, owner, 1);
      client?.addEventListener('abort', end, { once: true });
      const onEnd = () => {
        client?.removeEventListener('abort', end);
        running.delete(ending);
        change(transport, owner, -1);
      };
      ending.signal.addEventListener('abort', onEnd, { once: true });
      if (draining || client?.aborted) end();
      return { signal: ending.signal, end };
    },
    endAll() {
      draining = true;
      for (const ending of running) ending.abort(ENDED);
    },
  };
}

function add(counts: Map<string, number>, key: string, by: number): number {
  const count = (counts.get(key) ?? 0) + by;
  counts.set(key, count);
  return count;
}
