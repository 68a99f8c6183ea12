// Load at the door: what is refused before anything is written, and that a store which has recovered is believed at once.
import { expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/domain/principal.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { type AdmissionParts, createAdmission } from '../../src/services/admission.ts';
import { createSubscriptions } from '../../src/services/subscriptions.ts';
import { LatencyMeter } from '../../src/store/latency-meter.ts';
import { createWorld, scope } from '../api/graphql/harness.ts';

/** Time moves when the test says so. */
class HandClock implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<{ readonly at: number; readonly fn: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.fn();
    }
  }
}

function counted() {
  const counts: string[] = [];
  const metrics = {
    count: (name: string, labels = {}) => void counts.push(`${name} ${JSON.stringify(labels)}`),
    observe: () => {},
    gauge: () => {},
  };
  return { counts, metrics };
}

function door(parts: Partial<AdmissionParts> = {}) {
  const clock = new HandClock();
  const { counts, metrics } = counted();
  const admission = createAdmission({
    queuedPlans: () => 0,
    storeLatencyMs: () => 0,
    storeStatus: async () => undefined,
    limits: { maxQueuedPlans: 10, maxStoreLatencyMs: 100 },
    clock,
    metrics,
    ...parts,
  });
  return { admission, clock, counts };
}

test('plans are taken on up to the limit of the queue, and refused with a number from there on', async () => {
  let queued = 9;
  const { admission, counts } = door({ queuedPlans: () => queued });
  await admission.admit();
  queued = 10;
  await expect(admission.admit()).rejects.toMatchObject({ code: 'QUEUE_FULL', retryable: true });
  expect(counts).toEqual(['conductor_plans_refused_total {"reason":"queue"}']);
});

test('limits of 0 are none', async () => {
  const limits = { maxQueuedPlans: 0, maxStoreLatencyMs: 0 };
  const { admission } = door({ queuedPlans: () => 1e6, storeLatencyMs: () => 1e6, limits });
  await admission.admit();
});

test('a store that was slow is asked, once for all who come meanwhile; it answers in time or they are refused', async () => {
  let asked = 0;
  let answer = () => {};
  const storeStatus = () => {
    asked += 1;
    return new Promise<void>((resolve) => {
      answer = resolve;
    });
  };
  const { admission, clock, counts } = door({ storeLatencyMs: () => 101, storeStatus });
  const waiting = [admission.admit(), admission.admit()];
  answer();
  await Promise.all(waiting);
  expect(asked).toBe(1);
  const late = admission.admit();
  clock.pass(100);
  await expect(late).rejects.toMatchObject({ code: 'STORE_SLOW' });
  // The question is still open and older than the limit: nobody waits for it again.
  await expect(admission.admit()).rejects.toMatchObject({ code: 'STORE_SLOW' });
  expect([asked, counts.length]).toEqual([2, 2]);
});

test('a store that fails when asked is no reason to write', async () => {
  const { admission } = door({ storeLatencyMs: () => 101, storeStatus: () => Promise.reject(new Error('away')) });
  await expect(admission.admit()).rejects.toMatchObject({ code: 'STORE_SLOW' });
});

test('the latency of the store is that of what ended lately or of what hangs, and is forgotten', async () => {
  const clock = new HandClock();
  const meter = new LatencyMeter(clock);
  expect(meter.current()).toBe(0);
  let end = () => {};
  const hanging = meter.measure(() => new Promise<void>((resolve) => (end = resolve)));
  clock.pass(3_000);
  expect(meter.current()).toBe(3_000);
  end();
  await hanging;
  expect(meter.current()).toBe(3_000);
  await meter.measure(async () => {});
  expect(meter.current()).toBe(2_400);
  clock.pass(10_000);
  expect(meter.current()).toBe(0);
});

test('a refused plan reaches no store, whatever asks for it', async () => {
  const world = await createWorld({ admission: { admit: door({ queuedPlans: () => 10 }).admission.admit } });
  await expect(world.services.plans.create(scope, { template: {} })).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  const result = await world.run('mutation { createPlan(input: { template: {} }) { __typename } }');
  expect(result.errors?.[0]?.originalError).toMatchObject({ code: 'QUEUE_FULL' });
  expect(await world.store.ids()).toEqual([]);
});

test('a twin of a request that is under way is told so, and gets its plan afterwards', async () => {
  const world = await createWorld();
  const input = { template: {}, idempotencyKey: 'k' };
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => world.services.plans.create(scope, input)));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([
    { reason: { code: 'IDEMPOTENCY_IN_PROGRESS' } },
    { reason: { code: 'IDEMPOTENCY_IN_PROGRESS' } },
  ]);
  const [id] = await world.store.ids();
  expect(await world.services.plans.create(scope, input)).toMatchObject({ plan: { head: { id } }, replayed: true });
  expect(await world.store.ids()).toHaveLength(1);
});

test('subscriptions are counted per principal over all transports, and given back however they end', () => {
  const { counts, metrics } = counted();
  const subscriptions = createSubscriptions(metrics, 3);
  const client = new AbortController();
  const opened = (['ws', 'sse', 'rest'] as const).map((one) => subscriptions.open(one, ANONYMOUS, client.signal));
  const more = () => subscriptions.open('poll', ANONYMOUS, undefined);
  expect(more).toThrow(expect.objectContaining({ code: 'TOO_MANY_SUBSCRIPTIONS' }));
  expect(counts).toEqual(['conductor_subscriptions_refused_total {"quota":"principal"}']);
  const other = subscriptions.open('ws', { name: 'other', kind: 'basic' }, undefined);
  opened[0]?.end();
  opened[0]?.end();
  const fourth = more();
  expect(more).toThrow();
  client.abort();
  expect(opened.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  expect([fourth.signal.aborted, other.signal.aborted]).toEqual([false, false]);
  more();
  subscriptions.endAll();
  expect([fourth.signal.aborted, other.signal.aborted]).toEqual([true, true]);
  expect(more().signal.aborted).toBe(true);
});
