// Migration from an OOF-HAS etcd, with rows as recorded on a real etcd: finished plans arrive with what they recommended, the
// others start again, nothing is taken twice, and a dry run writes nothing.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import type { MigratedLock } from '../../src/store/has/locks.ts';
import { assertHasKeyspace, type MigratedPlan, type MigrationReport, migrate } from '../../src/store/has/migrate.ts';
import type { Kv } from '../../src/store/kv.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { type HasRow, OofHas, recorded, recordedPlan } from '../support/oof-has.ts';
import { solvedPlan } from '../support/waiting-plans.ts';
import { embeddedRig, find, ids, quiet, random } from './rigs.ts';
import { type StoresRig, withStores } from './stores-rig.ts';

const KEYSPACE = 'old_conductor';
let server: EtcdServer;
let has: OofHas;
let from: Kv;
let rig: StoresRig;

const DONE = recordedPlan('done', 'vCPE-with-HPA');
const WAITING = { ...recordedPlan('done'), id: 'aaaaaaaa-0000-4000-8000-000000000001', status: 'translated' };
const RESERVING = { ...recordedPlan('done'), id: 'aaaaaaaa-0000-4000-8000-000000000002', status: 'reserving' };
const EMPTY = {
  ...recordedPlan('done'),
  id: 'aaaaaaaa-0000-4000-8000-000000000003',
  status: 'template',
  template: '{}',
};

/** A row of its table: which plan stands in it how. */
function lockRow(entries: Readonly<Record<string, string>>, completed = false, serviceResourceId = 'sr-1') {
  const text = (status: string) =>
    JSON.stringify({
      status,
      created: '1760000000001',
      updated: 1760000000002,
      service_resource_id: serviceResourceId,
    });
  const plans = Object.fromEntries(Object.entries(entries).map(([id, status]) => [id, text(status)]));
  return { plans, is_spinup_completed: completed, spinup_completed_timestamp: completed ? 1760000000003 : null };
}

const LOCKS = {
  'RegionA|vG|': lockRow({ [WAITING.id]: 'parked', [DONE.id]: 'under-spin-up' }),
  'RegionB|vG|': lockRow({ [DONE.id]: 'under-spin-up' }, false, 'sr-2'),
  'RegionC|vG|': lockRow({ [DONE.id]: 'completed' }, true),
  'RegionD|vG|': lockRow({ [RESERVING.id]: 'under-spin-up' }),
  'RegionE|vG|': lockRow({ 'aaaaaaaa-0000-4000-8000-0000000000ff': 'under-spin-up' }),
  'RegionF|vG|': lockRow({ [DONE.id]: 'under-spin-up' }, false, ''),
};

beforeAll(async () => {
  server = await startEtcd();
  has = new OofHas(server.endpoint, KEYSPACE);
  await has.install();
  for (const { row } of recorded('plans')) await has.putPlan(row);
  for (const { key, row } of recorded('triage_tool')) {
    await has.put(key.replace('conductor/', `${KEYSPACE}/`), JSON.stringify(row));
  }
  for (const row of [WAITING, RESERVING, EMPTY]) await has.putPlan(row);
  await has.put(`${KEYSPACE}/plans/aaaaaaaa-0000-4000-8000-00000000000f`, 'no JSON at all');
  const region = { id: 'r-1', region_name: 'EUROPE', countries: { EUROPE: 'FRA, DEU' } };
  await has.put(`${KEYSPACE}/region_placeholders/r-1`, JSON.stringify(region));
  await has.put(
    `${KEYSPACE}/country_latency/c-1`,
    JSON.stringify({ id: 'c-1', country_name: '*', groups: ['EUROPE', '*'] }),
  );
  for (const [conflictId, row] of Object.entries(LOCKS)) {
    await has.put(`${KEYSPACE}/order_locks/${conflictId}`, JSON.stringify({ id: conflictId, ...row }));
  }
  const common = { clock: systemClock, random, logger: quiet };
  from = await openEtcdKv({ ...common, endpoints: [server.endpoint], prefix: `${KEYSPACE}/` });
});
afterAll(async () => {
  await from.close();
  await server.stop();
});
beforeEach(async () => {
  rig = await withStores(await embeddedRig());
});
afterEach(() => rig.close());

async function run(dryRun = false): Promise<{
  readonly plans: readonly MigratedPlan[];
  readonly locks: readonly MigratedLock[];
  readonly report: MigrationReport;
}> {
  const plans: MigratedPlan[] = [];
  const locks: MigratedLock[] = [];
  const { latencyRules } = rig.stores;
  const common = { from, to: rig.kv, latencyRules, clock: rig.clock, newToken: ids.uuid };
  const told = { onPlan: (plan: MigratedPlan) => plans.push(plan), onLock: (lock: MigratedLock) => locks.push(lock) };
  const report = await migrate({ ...common, dryRun, ...told });
  return { plans, locks, report };
}

const outcomes = (plans: readonly MigratedPlan[]) => new Map(plans.map(({ id, outcome }) => [id, outcome]));

it('finished plans are imported with ids, times, messages and recommendations as they were', async () => {
  await run();
  const { plans } = rig.stores;
  const head = (await plans.get(DONE.id))?.head;
  expect(head).toMatchObject({
    status: 'done',
    name: DONE['name'],
    created: DONE['created'],
    updated: DONE['updated'],
    recommendMax: DONE['recommend_max'],
    solver: { owner: 'vm', counter: 1 },
  });
  if (!head) throw new Error('unreachable');
  expect((await plans.template(head)).template).toEqual(JSON.parse(String(DONE['template'])));
  const theirs = JSON.parse(String(DONE['solution'])).recommendations[0];
  const [mine] = (await plans.solution(head))?.recommendations ?? [];
  for (const demand of mine?.demands ?? []) {
    const { demand: name, source, ...shown } = demand;
    expect(shown).toEqual(theirs[name]);
    // The candidate as the search saw it, which leads on to its region and complex.
    expect(source).toMatchObject({ candidate_id: shown.candidate['candidate_id'], complex_name: 'complex1' });
  }
  expect(mine?.demands.length).toBe(Object.keys(theirs).length);
  expect(await plans.events(DONE.id, 0)).toMatchObject([{ seq: 1, from: null, to: 'done', reason: 'imported' }]);
});

it('the message of a failed translation keeps the form that REST clients know', async () => {
  await run();
  for (const row of recorded('plans').filter((one) => one.row.status === 'error')) {
    const head = (await rig.stores.plans.get(row.row.id))?.head;
    const [message] = row.row['message'] as readonly string[];
    expect(head).toMatchObject({ status: 'error', message, messageForm: 'list' });
  }
});

it('a plan that found nothing is imported so, and what triage knew of it', async () => {
  const row = recordedPlan('not found');
  await run();
  const head = (await rig.stores.plans.get(row.id))?.head;
  expect(head).toMatchObject({ status: 'not found', message: row['message'] });
  if (!head) throw new Error('unreachable');
  expect((await rig.stores.plans.solution(head))?.recommendations).toEqual([]);
  expect((await rig.stores.plans.triage(head))?.dropped.map(({ demand }) => demand)).toEqual(['URLLC_core']);
});

it('plans that were under way start again at template and are offered to workers', async () => {
  await run();
  for (const { id } of [WAITING, RESERVING]) {
    const head = (await rig.stores.plans.get(id))?.head;
    expect(head).toMatchObject({ status: 'template', message: '', translation: { counter: 0, owner: null } });
    expect(head?.parts.solution).toBeUndefined();
  }
  const stop = new AbortController();
  const wanted = new Set([WAITING.id, RESERVING.id]);
  await find(rig.stores.work.offers('controller', stop.signal), (id) => wanted.delete(id) && wanted.size === 0);
  stop.abort();
  const claim = await rig.stores.work.claim(WAITING.id, 'controller', 'w');
  expect((await rig.stores.plans.template(claim?.plan.head as never)).template).toEqual(
    JSON.parse(String((WAITING as HasRow)['template'])),
  );
  await claim?.release();
});

it('latency rules come along, unless there are rules already', async () => {
  expect((await run()).report.latency).toEqual({ regions: 1, countries: 1, kept: false });
  expect(await rig.stores.latencyRules.read()).toEqual({
    regions: [{ group: 'EUROPE', countries: ['FRA', 'DEU'] }],
    countries: [{ country: '*', groups: ['EUROPE', '*'] }],
  });
  await rig.stores.latencyRules.replaceRegions([{ group: 'MINE', countries: ['USA'] }]);
  expect((await run()).report.latency.kept).toBe(true);
  expect((await rig.stores.latencyRules.read()).regions).toEqual([{ group: 'MINE', countries: ['USA'] }]);
});

const lockOutcomes = (locks: readonly MigratedLock[]) =>
  Object.fromEntries(locks.map(({ conflictId, outcome, reason }) => [conflictId, reason || outcome]));

it('order locks of finished plans come along: their release here sets the plans going that waited', async () => {
  const { locks, report } = await run();
  expect(lockOutcomes(locks)).toEqual({
    'RegionA|vG|': 'imported',
    'RegionB|vG|': 'imported',
    'RegionC|vG|': 'its resource is complete',
    'RegionD|vG|': 'its plan is not done',
    'RegionE|vG|': 'its plan is not there',
    'RegionF|vG|': 'it names no service resource id',
  });
  expect(report.orderLocks).toEqual({ imported: 2, present: 0, left: 4 });
  const { plans, work, orderLocks } = rig.stores;
  expect((await plans.get(DONE.id))?.head.locked).toBe(true);
  const held = await orderLocks.ofPlan(DONE.id);
  expect(held.map(({ conflictId, release }) => [conflictId, release]).sort()).toEqual([
    ['RegionA|vG|', null],
    ['RegionB|vG|', null],
  ]);
  expect(held[0]?.entries).toMatchObject([
    { planId: DONE.id, status: 'under-spin-up', created: 1760000000001, updated: 1760000000002 },
  ]);
  // The plan that was parked is solved again, waits again, and is set going by the orchestrator's release.
  const translating = await work.claim(WAITING.id, 'controller', 'w');
  await translating?.advance({ to: 'translated', reason: 'completed' });
  const solving = await work.claim(WAITING.id, 'solver', 'w');
  const wanted = [{ conflictId: 'RegionA|vG|', serviceResourceId: 'sr-9' }];
  const waits = await solving?.advance({ to: 'solved', reason: 'completed', locks: wanted });
  expect(waits?.head.status).toBe('waiting spinup');
  expect(await orderLocks.release([{ serviceResourceId: 'sr-1', failed: false }], 'so')).toEqual([
    { planId: WAITING.id, shouldRehome: true },
  ]);
  expect((await plans.get(WAITING.id))?.head.status).toBe('template');
});

it('a lock that somebody holds here already stays as it is', async () => {
  const other = await solvedPlan(rig.stores, [{ conflictId: 'RegionB|vG|', serviceResourceId: 'sr-5' }]);
  const { locks } = await run();
  expect(lockOutcomes(locks)).toMatchObject({ 'RegionA|vG|': 'imported', 'RegionB|vG|': 'present' });
  expect((await rig.stores.orderLocks.ofPlan(other))[0]?.entries.map(({ planId }) => planId)).toEqual([other]);
  expect((await run()).report.orderLocks).toEqual({ imported: 0, present: 2, left: 4 });
});

it('a dry run says what would be done and writes nothing', async () => {
  const before = await rig.kv.status();
  const { plans, locks, report } = await run(true);
  expect(await rig.kv.status()).toEqual(before);
  expect(report).toMatchObject({ dryRun: true, plans: { imported: 6, restarted: 2, present: 0, refused: 2 } });
  const real = await run();
  expect(outcomes(real.plans)).toEqual(outcomes(plans));
  expect(locks).toHaveLength(6);
  expect(real.locks).toEqual(locks);
});

it('what cannot be read is refused with the reason, and the row for monitors is no plan', async () => {
  const { plans } = await run();
  const refused = plans.filter(({ outcome }) => outcome === 'refused').map(({ id, reason }) => [id.slice(-1), reason]);
  expect(refused).toEqual([
    ['3', 'it has no template to start from'],
    ['f', 'it is no JSON object'],
  ]);
  expect(plans.some(({ id }) => id === 'healthcheck')).toBe(false);
});

it('a second run changes nothing, also not what has happened here meanwhile', async () => {
  await run();
  await rig.stores.work.claim(WAITING.id, 'controller', 'w');
  await rig.stores.plans.delete(DONE.id);
  const { report, plans } = await run();
  expect(report.plans).toEqual({ imported: 1, restarted: 0, present: 7, refused: 2 });
  expect(outcomes(plans).get(DONE.id)).toBe('imported');
  expect((await rig.stores.plans.get(WAITING.id))?.head.status).toBe('translating');
  const listed = await rig.stores.plans.list({ order: 'oldest-first', first: 100 });
  expect(listed.plans).toHaveLength(8);
});

it('nothing of the old installation is changed', async () => {
  const before = await has.read(KEYSPACE);
  await run();
  expect(await has.read(KEYSPACE)).toEqual(before);
});

it('a keyspace that is none is named instead of looking empty', async () => {
  const common = { clock: systemClock, random, logger: quiet, endpoints: [server.endpoint] };
  const nothing = await openEtcdKv({ ...common, prefix: 'nowhere/' });
  await expect(assertHasKeyspace(nothing, 'nowhere')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(assertHasKeyspace(from, KEYSPACE)).resolves.toBeUndefined();
  await nothing.close();
});
