// Bridge mode: everything that the API needs of the store, made over the rows of running OOF-HAS services. They do the work; this
// side creates, reads, deletes and watches. Nothing here claims a plan.
import { ConductorError } from '../../domain/errors.ts';
import type { OrderLockStore } from '../../domain/order-locks.ts';
import type { LatencyRuleStore, WorkQueue } from '../../domain/ports.ts';
import { NO_PROGRESS } from '../../domain/progress.ts';
import { systemRandom } from '../../lib/random.ts';
import type { CompensationServer } from '../compensations.ts';
import type { Stores, StoresOptions } from '../index.ts';
import { idOf } from '../keys.ts';
import type { Kv } from '../kv.ts';
import { Members } from '../members.ts';
import { KvPlanFeed } from '../plan-feed.ts';
import { Reflector } from '../reflector.ts';
import { readHasLatency } from './latency.ts';
import { HAS_PLANS } from './layout.ts';
import { HasLeftovers } from './leftovers.ts';
import { HasPlanList } from './plan-list.ts';
import { HasPlanStore } from './plan-store.ts';
import { HasView } from './view.ts';

/** `kv` begins at the keyspace of OOF-HAS. */
export function createHasStores(kv: Kv, options: StoresOptions): Stores {
  const shared = { ...options, random: options.random ?? systemRandom };
  const view = new HasView({ ...shared, kv });
  const list = new HasPlanList(kv);
  const feed = new KvPlanFeed({
    ...shared,
    kv: view,
    queueCapacity: options.feedQueueCapacity,
    ringCapacity: options.feedRingCapacity,
    listedUpTo: () => rows.status().revision,
  });
  const plans = new HasPlanStore({ kv, view, list, clock: options.clock });
  const leftovers = new HasLeftovers({ ...options, kv, plans });
  const rows = new Reflector({
    ...shared,
    kv,
    prefix: HAS_PLANS,
    keysOnly: true,
    onBatch: ({ kind, events }) => {
      if (kind !== 'live') leftovers.begin();
      if (kind === 'listed') return;
      list.onEvents(events);
      for (const event of events) {
        if (event.type !== 'delete') continue;
        plans.forget(idOf(event.key)).catch((err: unknown) => {
          options.logger.debug({ key: event.key, err }, 'what stood beside a deleted row is left behind for now');
        });
      }
    },
  });
  const members = new Members({
    ...options,
    kv,
    memberId: options.ids.uuid(),
    // As gateways of the other layout on the same keyspace see it too.
    prefix: 'gateway/members/',
    ttlSeconds: options.leaseTtlSeconds,
    self: { name: options.ownerName, roles: [], version: '', ...options.member },
    facts: () => ({ claims: 0, feedLagMs: feed.status().lagMs, storeRevision: feed.status().revision }),
    queues: () => [],
  });
  const stop = new AbortController();
  return {
    plans,
    feed,
    progress: NO_PROGRESS,
    work: NO_WORK,
    orderLocks: NO_LOCKS,
    latencyRules: latencyRules(kv),
    queuedPlans: () => 0,
    members,
    compensations: NO_COMPENSATIONS,
    async start() {
      try {
        await Promise.all([feed.start(stop.signal), rows.start(stop.signal)]);
      } catch (error) {
        stop.abort();
        throw error;
      }
    },
    async close() {
      stop.abort();
      await Promise.all([feed.finished(), rows.finished(), leftovers.close(), members.leave()]);
    },
  };
}

/** The services of OOF-HAS work. */
const NO_WORK: WorkQueue = {
  offers: (_, signal) => nothing(signal),
  claim: async () => null,
};

async function* nothing(signal: AbortSignal): AsyncGenerator<string> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Nothing is reserved by this side. */
const NO_COMPENSATIONS: CompensationServer = {
  list: async () => [],
  ofPlan: async () => [],
  end: async () => false,
  serve: () => undefined,
  status: () => null,
  close: async () => undefined,
};

/** Its rows of order locks cannot be changed by two programs without harm. */
const NO_LOCKS: OrderLockStore = {
  release: () => Promise.reject(elsewhere('Orders are released at its own API')),
  list: async () => ({ locks: [], cursors: [], hasNextPage: false }),
  ofPlan: async () => [],
};

function latencyRules(kv: Kv): LatencyRuleStore {
  return {
    read: () => readHasLatency(kv),
    replaceRegions: () => Promise.reject(elsewhere('Latency rules are loaded at its own API')),
    replaceCountries: () => Promise.reject(elsewhere('Latency rules are loaded at its own API')),
  };
}

function elsewhere(what: string): ConductorError {
  const message = `${what}: this gateway stands in front of OOF-HAS ([db_options] layout = has).`;
  return new ConductorError('UPSTREAM_UNSUPPORTED', message);
}
