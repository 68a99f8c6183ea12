// Plans, feed and work queue over a store under test; several of them over one store stand for several processes.
import type { Advance, NewPlan, PlanChange, PlanFeedOptions } from '../../src/domain/ports.ts';
import type { Translation } from '../../src/domain/problem.ts';
import type { Solution } from '../../src/domain/solution.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createStores, type Stores, type StoresOptions } from '../../src/store/index.ts';
import type { Kv } from '../../src/store/kv.ts';
import { ids, noMetrics, quiet, type Rig, random } from './rigs.ts';

export async function startStores(kv: Kv, clock: Clock, options: Partial<StoresOptions> = {}): Promise<Stores> {
  const stores = createStores(kv, {
    clock,
    ids,
    random,
    logger: quiet,
    metrics: noMetrics,
    ownerName: 'host',
    leaseTtlSeconds: 2,
    ...options,
  });
  await stores.start();
  return stores;
}

export interface StoresRig extends Rig {
  readonly stores: Stores;
  /** Another process on the same store. */
  another(options?: Partial<StoresOptions>): Promise<Stores>;
}

export async function withStores(rig: Rig, options: Partial<StoresOptions> = {}): Promise<StoresRig> {
  const all: Stores[] = [await startStores(rig.kv, rig.clock, options)];
  const [stores] = all;
  if (!stores) throw new Error('unreachable');
  return {
    ...rig,
    stores,
    async another(more = {}) {
      const started = await startStores(rig.witness, rig.clock, { ownerName: 'other host', ...more });
      all.push(started);
      return started;
    },
    async close() {
      await Promise.allSettled(all.map((each) => each.close()));
      await rig.close();
    },
  };
}

export function newPlan(more: Partial<NewPlan> = {}): NewPlan {
  return {
    id: ids.uuid(),
    name: 'a plan',
    timeout: 60,
    recommendMax: '1',
    createdBy: 'alice',
    requestId: 'r-1',
    document: { template: { homing_template_version: '2017-10-10' }, files: {} },
    ...more,
  };
}

/** A translation of about the given number of bytes that does not compress. */
export function translation(bytes = 100): Translation {
  const noise = Array.from({ length: Math.ceil(bytes / 36) }, () => ids.uuid()).join('');
  return {
    problem: {
      version: noise,
      planId: 'p',
      requestType: 'initial',
      locations: [],
      demands: [],
      constraints: [],
      objective: null,
      latencyRules: null,
      reservation: { serviceModel: null, entries: [] },
    },
    dropped: [],
    inventoryDigest: 'd',
  };
}

export const solution: Solution = {
  recommendations: [],
  diagnosis: { demands: [], nodes: 1, elapsedMs: 1, timedOut: false, summary: [] },
};

export const advanced: Advance = { to: 'translated', reason: 'completed', message: '' };

/** A subscriber that notes what it is told. */
export class Listener {
  readonly changes: PlanChange[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #wake: (() => void) | null = null;
  #failure: unknown = null;

  constructor(stores: Stores, options: Omit<PlanFeedOptions, 'signal'> = {}) {
    const items = stores.feed.watch({ ...options, signal: this.#stop.signal });
    this.#done = (async () => {
      for await (const change of items) {
        this.changes.push(change);
        this.#wake?.();
      }
    })().catch((error) => {
      this.#failure = error;
      this.#wake?.();
    });
  }

  /** Waits until what was heard satisfies the test; throws what the feed threw. */
  async until(enough: (changes: readonly PlanChange[]) => boolean): Promise<readonly PlanChange[]> {
    while (!enough(this.changes)) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.changes;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

/** A change in short: `seq:status`, `deleted`, or `gap:reason`. */
export function short(change: PlanChange): string {
  if (change.kind === 'event') return `${change.event.seq}:${change.event.to}`;
  return change.kind === 'gap' ? `gap:${change.reason}` : 'deleted';
}
