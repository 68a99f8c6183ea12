// Membership on both stores: who runs is listed, what it says of itself is true, and who dies is gone within the lease.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Member } from '../../src/domain/members.ts';
import { createStores, type Stores } from '../../src/store/index.ts';
import { MEMBERS } from '../../src/store/keys.ts';
import { when } from '../../src/store/request.ts';
import { embeddedRig, ids, noMetrics, quiet, type Rig, random, sharedEtcd } from './rigs.ts';
import { newPlan, withStores } from './stores-rig.ts';

const etcd = sharedEtcd();
afterAll(() => etcd.stop());
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function member(rig: Rig, name: string, roles: readonly string[], kv = rig.kv): Stores {
  const telemetry = { logger: quiet, metrics: noMetrics };
  const self = { ownerName: name, member: { roles, version: '9.8.7' } };
  return createStores(kv, { clock: rig.clock, ids, random, ...telemetry, ...self, leaseTtlSeconds: rig.leaseSeconds });
}

const names = (members: readonly Member[]) => members.map(({ name }) => name);

describe.each([
  ['embedded', () => embeddedRig()],
  ['etcd', () => etcd.rig()],
])('membership on %s', (_, open) => {
  it('lists every process that has joined with its roles, version and address, by name', async () => {
    const rig = await open();
    closing.push(() => rig.close());
    const [b, a] = [member(rig, 'b', ['solver']), member(rig, 'a', ['api', 'controller'], rig.witness)];
    closing.push(
      () => a.close(),
      () => b.close(),
    );
    const before = rig.clock.now();
    await b.members.join('http://b:1');
    await a.members.join('http://a:2');
    const listed = await b.members.list();
    expect(listed).toMatchObject([
      { name: 'a', roles: ['api', 'controller'], version: '9.8.7', url: 'http://a:2', claims: 0 },
      { name: 'b', roles: ['solver'], version: '9.8.7', url: 'http://b:1', claims: 0 },
    ]);
    for (const { started } of listed) expect(started).toBeGreaterThanOrEqual(before);
    await a.members.leave();
    expect(names(await b.members.list())).toEqual(['b']);
  });

  it('a process that stands still is gone when its lease ends', async () => {
    const rig = await open();
    closing.push(() => rig.close());
    const frozen = member(rig, 'frozen', ['api']);
    closing.push(() => frozen.close());
    await frozen.members.join('http://frozen:1');
    const observer = member(rig, 'observer', [], rig.witness);
    expect(names(await observer.members.list())).toEqual(['frozen']);
    const stop = new AbortController();
    const { revision } = await rig.witness.status();
    rig.stall();
    for await (const { events } of rig.witness.watch(MEMBERS, { fromRevision: revision + 1, signal: stop.signal })) {
      if (!events.some(({ type }) => type === 'delete')) continue;
      expect(events).toHaveLength(1);
      break;
    }
    stop.abort();
  });

  it('tells the plans in work and the queues of each stage', async () => {
    const rig = await withStores(await open());
    closing.push(() => rig.close());
    const { stores } = rig;
    await stores.members.join('http://w:1');
    const plans = [newPlan(), newPlan(), newPlan()];
    for (const plan of plans) await stores.plans.create(plan);
    const stop = new AbortController();
    for await (const id of stores.work.offers('controller', stop.signal)) {
      expect(await stores.work.claim(id, 'controller', 'w')).not.toBeNull();
      break;
    }
    stop.abort();
    const controller = () => stores.members.queues().find(({ stage }) => stage === 'controller');
    const all = { stage: 'controller', waiting: 2, inWork: 1 };
    while (JSON.stringify(controller()) !== JSON.stringify(all)) await new Promise(setImmediate);
    expect(stores.members.queues()).toEqual([
      all,
      { stage: 'solver', waiting: 0, inWork: 0 },
      { stage: 'reservation', waiting: 0, inWork: 0 },
    ]);
    expect((await stores.members.list()).map(({ claims }) => claims)).toEqual([1]);
  });
});

it.each([
  ['embedded', () => embeddedRig()],
  ['etcd', () => etcd.rig()],
])('on %s, a process that was told to stop says so until it is gone', async (_, open) => {
  const rig = await open();
  closing.push(() => rig.close());
  const [leaving, other] = [member(rig, 'leaving', ['api']), member(rig, 'other', ['api'], rig.witness)];
  closing.push(
    () => leaving.close(),
    () => other.close(),
  );
  await leaving.members.join('http://leaving:1');
  await other.members.join('http://other:1');
  const draining = async () => (await other.members.list()).map(({ name, draining = false }) => [name, draining]);
  expect(await draining()).toEqual([
    ['leaving', false],
    ['other', false],
  ]);
  await leaving.members.drain();
  expect(await draining()).toEqual([
    ['leaving', true],
    ['other', false],
  ]);
  await leaving.members.leave();
  expect(await draining()).toEqual([['other', false]]);
});

it('a member of a newer version that cannot be read hides nobody else', async () => {
  const rig = await embeddedRig();
  closing.push(() => rig.close());
  const stores = member(rig, 'here', ['api']);
  closing.push(() => stores.close());
  await stores.members.join('http://here:1');
  await rig.kv.txn(when([], [{ put: `${MEMBERS}later`, value: JSON.stringify({ v: 2, who: 'later' }) }]));
  expect(names(await stores.members.list())).toEqual(['here']);
});

it('what a member does while it runs is seen by the others', async () => {
  const rig = await withStores(await etcd.rig(), { leaseTtlSeconds: 5 });
  closing.push(() => rig.close());
  await rig.stores.plans.create(newPlan());
  const other = await rig.another();
  await rig.stores.members.join('http://worker:1');
  const offers = rig.stores.work.offers('controller', new AbortController().signal)[Symbol.asyncIterator]();
  const offered = await offers.next();
  await rig.stores.work.claim(String(offered.value), 'controller', 'w');
  const { revision } = await rig.witness.status();
  const stop = new AbortController();
  for await (const { events } of rig.witness.watch(MEMBERS, { fromRevision: revision, signal: stop.signal })) {
    if (events.length > 0) break;
  }
  stop.abort();
  expect(await other.members.list()).toMatchObject([{ name: 'host', claims: 1 }]);
});
