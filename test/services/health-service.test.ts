// Readiness: the store and the feed decide, upstream systems are only shown, and a process that is leaving says so.
import { expect, test } from 'vitest';
import { ConductorError } from '../../src/domain/errors.ts';
import type { PlanFeed } from '../../src/domain/ports.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createHealthService } from '../../src/services/health-service.ts';
import { FakeInventory } from '../api/graphql/fake-inventory.ts';

const STATUS = { clusterId: 'c', revision: 7 };

/** Runs what was planned when the test says so. */
class ManualClock implements Clock {
  readonly planned = new Set<() => void>();
  now = () => 0;
  monotonic = () => 0;
  after(_: number, fn: () => void): () => void {
    this.planned.add(fn);
    return () => this.planned.delete(fn);
  }
  fire(): void {
    for (const fn of this.planned) fn();
  }
}

function setUp(storeStatus = async () => STATUS) {
  const clock = new ManualClock();
  const reader = new FakeInventory();
  reader.state = { cloudRegions: 2, complexes: 3, refreshedAt: 1, stale: false, lastError: null };
  const state: { feed: ReturnType<PlanFeed['status']> } = { feed: { connected: true, revision: 7, lagMs: 0 } };
  const feed: Pick<PlanFeed, 'status'> = { status: () => state.feed };
  const health = createHealthService({ feed: feed as PlanFeed, reader, clock, storeStatus });
  return { health, clock, reader, state };
}

type Report = Awaited<ReturnType<ReturnType<typeof setUp>['health']['ready']>>;
const failing = (report: Report) => report.checks.filter((check) => !check.ok).map((check) => check.name);

test('a process with a store and a feed is ready', async () => {
  const { health, clock } = setUp();
  const report = await health.ready();
  expect(report.ok).toBe(true);
  expect(failing(report)).toEqual([]);
  expect(clock.planned.size).toBe(0);
});

test('a process that drains is alive and not ready', async () => {
  const { health } = setUp();
  health.startDrain();
  const report = await health.ready();
  expect([report.ok, failing(report)]).toEqual([false, ['accepting']]);
  expect(health.live().ok).toBe(true);
});

test('without its store a process is not ready, and says why without telling secrets', async () => {
  const known = setUp(() => Promise.reject(new ConductorError('STORE_UNAVAILABLE')));
  const report = await known.health.ready();
  expect([report.ok, failing(report)]).toEqual([false, ['store']]);
  expect(report.checks.find((check) => check.name === 'store')?.detail).toContain('store cannot be reached');
  const unknown = setUp(() => Promise.reject(new Error('password of etcd')));
  expect(JSON.stringify(await unknown.health.ready())).not.toContain('password');
});

test('a store that never answers does not keep the probe waiting', async () => {
  const { health, clock } = setUp(() => new Promise(() => {}));
  const asked = health.ready();
  const roundTrip = health.roundTrip();
  clock.fire();
  expect(failing(await asked)).toEqual(['store']);
  await expect(roundTrip).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});

test('a feed that is cut off makes the process not ready', async () => {
  const { health, state } = setUp();
  state.feed = { connected: false, revision: 7, lagMs: 0 };
  expect(failing(await health.ready())).toEqual(['feed']);
});

test('an inventory that is stale or was never read is shown and does not count', async () => {
  const { health, reader } = setUp();
  reader.state = { ...reader.state, stale: true };
  const stale = await health.ready();
  expect([stale.ok, failing(stale)]).toEqual([true, ['inventory']]);
  reader.state = { ...reader.state, refreshedAt: null };
  const never = await health.ready();
  expect([never.ok, failing(never)]).toEqual([true, ['inventory']]);
});

test('the round trip of the health check passes failures of the store on', async () => {
  const { health } = setUp(() => Promise.reject(new ConductorError('STORE_OUTCOME_UNKNOWN')));
  await expect(health.roundTrip()).rejects.toMatchObject({ code: 'STORE_OUTCOME_UNKNOWN' });
  await expect(setUp().health.roundTrip()).resolves.toBeUndefined();
});
