// etcd dies, stands still or forgets its history while plans run: nothing is lost, nothing happens twice, and callers are told.
import { setTimeout as lasting } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { SeenPlan } from './api.ts';
import { type Cluster, FULL, type Gateway, gate, loggedFromNow, startCluster } from './cluster.ts';
import { checkInvariants } from './invariants.ts';
import { INVALID, LIGHT, MARKER, ONE_RESERVATION } from './templates.ts';
import { Watcher } from './watcher.ts';

let cluster: Cluster;
let workers: Gateway[];

beforeAll(async () => {
  cluster = await startCluster();
  workers = await Promise.all(['one', 'two'].map((name) => cluster.gateway(name)));
});
afterAll(() => cluster.stop());

/** Alternately with and without work at the controller. */
function createMany(count: number): Promise<string[]> {
  const { api } = cluster.front;
  const names = Array.from({ length: count }, (_, index) => index);
  return Promise.all(names.map((index) => api.create(`plan ${index}`, index % 2 === 0 ? LIGHT : ONE_RESERVATION)));
}

async function check(acknowledged: readonly string[], others: readonly Watcher[] = []): Promise<SeenPlan[]> {
  const { front, simulators, watcher } = cluster;
  const watchers = [watcher, ...others];
  await Promise.all(watchers.map((one) => one.ended(acknowledged)));
  const plans = await checkInvariants({ api: front.api, simulators, acknowledged, watchers });
  expect(new Set(plans.map(({ status, message }) => `${status} ${message ?? ''}`))).toEqual(new Set(['done ']));
  expect(plans.flatMap(({ stages }) => stages.map(({ failures }) => failures))).not.toContain(1);
  expect(await cluster.leftovers()).toEqual([]);
  return plans;
}

it('kill -9 of etcd and a restart with its data while 20 plans run: all end', async () => {
  const { etcd, watcher } = cluster;
  const ids = await createMany(20);
  await watcher.reached(ids[1] ?? '', 'solving');
  await etcd.kill('SIGKILL');
  await etcd.restart();
  await check(ids);
});

it('an outage shorter than the leases: what failed meanwhile is offered again, not kept until the worker ends', async () => {
  const { etcd, simulators } = cluster;
  const { faults } = simulators.sdnc;
  await Promise.all(workers.map(({ program }) => program.kill('SIGTERM')));
  const patient = await cluster.gateway('patient', { env: { OS_GATEWAY__LEASE_TTL: '60' } });
  const open = gate();
  const held = faults.hitsReached(faults.hits + 1);
  faults.add({ match: { path: 'service-capacity-check' }, kind: 'delay', until: open.promise });
  const ids = await createMany(4);
  await held;
  await etcd.kill('SIGKILL');
  faults.clear();
  open.release();
  await loggedFromNow(patient.program, /^plan given back/);
  await etcd.restart();
  await check(ids);
  expect(patient.program.log.map(({ message }) => message)).not.toContain('lease lost: the plans in work are given up');
  await patient.program.kill('SIGTERM');
  workers = await Promise.all(['three', 'four'].map((name) => cluster.gateway(name)));
});

it('an etcd that stands still beyond the leases: the work in hand is given up and done again', async () => {
  const { etcd, watcher, simulators } = cluster;
  const { faults } = simulators.sdnc;
  const held = faults.hitsReached(faults.hits + 1);
  const release = faults.add({ match: { path: 'service-capacity-reserve' }, times: 1, kind: 'hang' });
  const ids = await createMany(20);
  await held;
  await watcher.reached(ids[1] ?? '', 'solving');
  await etcd.kill('SIGSTOP');
  const lost = workers.map(({ program }) => loggedFromNow(program, /^lease lost: the plans in work are given up/));
  await Promise.all([...lost, lasting(FULL ? 10_000 : 0)]);
  await etcd.kill('SIGCONT');
  release();
  const plans = await check(ids);
  expect(plans.flatMap(({ events }) => events.map(({ reason }) => reason))).toContain('taken-over');
});

it('history compacted while a gateway is cut off: it lists anew, its subscribers miss nothing without being told', async () => {
  const { etcd, front } = cluster;
  const proxy = await startTcpProxy(etcd.port);
  const cut = await cluster.gateway('cut-off', { etcdPort: proxy.port });
  const marker = await front.api.create(MARKER, INVALID);
  await cluster.watcher.ended([marker]);
  const subscriber = await Watcher.after(cut.api, marker);
  proxy.close();
  await loggedFromNow(cut.program, /^watch interrupted/);
  const missed = await createMany(4);
  await cluster.watcher.ended(missed);
  await etcd.compact(await revisionOf(etcd.endpoint));
  proxy.open();
  await loggedFromNow(cut.program, /^watch lost its place/);
  const after = await createMany(2);
  await check([...missed, ...after], [subscriber]);
  expect(subscriber.items.some((item) => item.kind === 'gap' && item.reason === 'COMPACTED')).toBe(true);
  // It works again, too: the others are gone now.
  await Promise.all(workers.map(({ program }) => program.kill('SIGTERM')));
  const last = await createMany(2);
  const plans = await check(last, [subscriber]);
  expect(new Set(plans.flatMap(({ events }) => events.slice(1).map(({ actor }) => actor)))).toEqual(
    new Set(['cut-off']),
  );
  await subscriber.stop();
  await cut.program.kill('SIGTERM');
  await proxy.stop();
  expect((await front.api.get('/readyz')).status).toBe(200);
});

it('while etcd is away creates answer 503 and readiness names the store; both recover alone', async () => {
  const { etcd, front } = cluster;
  const leaving = await cluster.gateway('leaving');
  await check(await createMany(2));
  await etcd.kill('SIGKILL');
  const refused = await front.api.post('refused', LIGHT);
  const text = await refused.text();
  expect({ status: refused.status, text }).toMatchObject({ status: 503 });
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(JSON.parse(text)).toMatchObject({
    title: 'Service Unavailable',
    explanation: expect.stringMatching(/store/i),
  });
  expect((await front.api.get('/v1/plans')).status).toBe(503);
  await expect(front.api.ids()).rejects.toThrow('STORE_UNAVAILABLE');
  const ready = await front.api.get('/readyz?verbose');
  expect(ready.status).toBe(503);
  expect(await ready.text()).toMatch(/\[-\] store: /);
  expect((await front.api.get('/livez')).status).toBe(200);
  // A gateway can be ended all the same; nothing is left in its hands but a lease, which runs out.
  expect(await leaving.program.kill('SIGTERM')).toBe(0);
  await etcd.restart();
  await expect.poll(async () => (await front.api.get('/readyz')).status, { timeout: 30_000 }).toBe(200);
  const worker = await cluster.gateway('late');
  await check(await createMany(2));
  await worker.program.kill('SIGTERM');
});

async function revisionOf(endpoint: string): Promise<number> {
  const body = JSON.stringify({ key: Buffer.from('none').toString('base64') });
  const answer = await fetch(`${endpoint}/v3/kv/range`, { method: 'POST', body });
  const { header } = (await answer.json()) as { header: { revision: string } };
  return Number(header.revision);
}
