// Versions one apart on one store: what this version writes is read, and written again without loss, by the codec and keys of
// version 0.1.0, pinned beside; and the other way round. What a newer format holds is refused by both.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as current from '../../src/store/codec.ts';
import { keys, queueKey } from '../../src/store/keys.ts';
import type { KeyValue } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { EMPTY_SOLUTION, EMPTY_TRANSLATION } from '../support/waiting-plans.ts';
import { step } from './compensation-contract.ts';
import * as old from './pinned/codec-0.1.ts';
import { embeddedRig, ids } from './rigs.ts';
import { newPlan, type StoresRig, withStores } from './stores-rig.ts';

/** Which codecs read which keys, in both versions. */
const KINDS = [
  [/^plans\//, current.planCodec, old.planCodec],
  [/^events\//, current.eventCodec, old.eventCodec],
  [/^claims\//, current.claimCodec, old.claimCodec],
  [/^stops\//, current.stopCodec, old.stopCodec],
  [/^idempotency\//, current.idempotencyCodec, old.idempotencyCodec],
  [/^index\//, current.indexCodec, old.indexCodec],
  [/^reservations\//, current.stepCodec, old.stepCodec],
  [/^locks\/rows\//, current.lockCodec, old.lockCodec],
  [/^locks\/history\//, current.lockCodec, old.lockCodec],
  [/^locks\/plans\//, current.planLocksCodec, old.planLocksCodec],
  [/^locks\/wake\//, current.wakeCodec, old.wakeCodec],
  [/^retention\/state$/, current.retentionCodec, old.retentionCodec],
  [/^latency\/regions$/, current.latencyRegionsCodec, old.latencyRegionsCodec],
  [/^latency\/countries$/, current.latencyCountriesCodec, old.latencyCountriesCodec],
  [/^members\//, current.memberCodec, old.memberCodec],
] as const;
/** Keys that the old version never looks at, and those that hold no JSON. */
const NEW_ONLY = /^(compensation|progress)\//;
const PLAIN = /^(parts|queue|locks\/services)\//;

type Codec = { decode(kv: KeyValue): object; encode(value: object): string };
const kindOf = (key: string): readonly [now: Codec, before: Codec] | null => {
  const found = KINDS.find(([pattern]) => pattern.test(key));
  return found ? [found[1] as unknown as Codec, found[2] as unknown as Codec] : null;
};
const textOf = (kv: KeyValue) => Buffer.from(kv.value).toString('utf8');

let rig: StoresRig;
/** Every value that was ever written, the newest of each key last. */
let written: KeyValue[];
beforeEach(async () => {
  rig = await withStores(await embeddedRig());
  written = [];
});
afterEach(() => rig.close());

async function note(): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await rig.kv.range('', { limit: 500, ...(after === undefined ? {} : { after }) });
    written.push(...page.kvs);
    after = page.kvs.at(-1)?.key;
    if (!page.more) return;
  }
}

/** A plan of this version with every optional field, through all its life, noted at each step. */
async function wholeLife(): Promise<void> {
  const { plans, work, members, latencyRules, orderLocks } = rig.stores;
  await members.join('http://here:1');
  await latencyRules.replaceRegions([{ group: 'EUROPE', countries: ['FRA'] }]);
  await latencyRules.replaceCountries([{ country: '*', groups: ['EUROPE', '*'] }]);
  const plan = newPlan({ timeLimit: 30, gapLimit: 0.05, priority: 'low', idempotency: { key: 'k', fingerprint: 'f' } });
  await plans.create(plan);
  await plans.stop(plan.id, 'alice');
  await note();
  const translating = await work.claim(plan.id, 'controller', 'w');
  await note();
  await translating?.advance({ to: 'translated', reason: 'completed', parts: { translation: EMPTY_TRANSLATION } });
  const solving = await work.claim(plan.id, 'solver', 'w');
  const locks = [{ conflictId: 'RegionA|vG|', serviceResourceId: 'sr-1' }];
  await solving?.advance({ to: 'solved', reason: 'completed', parts: { solution: EMPTY_SOLUTION }, locks });
  const reserving = await work.claim(plan.id, 'reservation', 'w');
  await reserving?.saga.put(step({ step: 'with a blank' }));
  await reserving?.saga.put(step({ state: 'release-failed', message: 'no' }));
  await note();
  await reserving?.advance({ to: 'done', reason: 'completed' });
  await orderLocks.release([{ serviceResourceId: 'sr-1', failed: false }], 'alice');
  await note();
}

it('every value of this version is read by the old one, and what it writes back has lost nothing', async () => {
  await wholeLife();
  const seen = new Set<string>();
  for (const row of written) {
    if (NEW_ONLY.test(row.key) || PLAIN.test(row.key)) continue;
    const kind = kindOf(row.key);
    if (!kind) throw new Error(`nobody knows ${row.key}`);
    const [now, before] = kind;
    seen.add(row.key.split('/')[0] ?? '');
    const again = before.encode(before.decode(row));
    expect(JSON.parse(again), row.key).toEqual(JSON.parse(textOf(row)));
    expect(now.decode({ ...row, value: Buffer.from(again) })).toEqual(now.decode(row));
  }
  const kinds = [
    'plans',
    'events',
    'claims',
    'stops',
    'idempotency',
    'index',
    'reservations',
    'locks',
    'latency',
    'members',
  ];
  expect([...seen].sort()).toEqual(kinds.sort());
});

it('both versions put the same thing under the same key', () => {
  const id = ids.uuid();
  const pairs: readonly (readonly [string, string])[] = [
    [keys.plan(id), old.keys.plan(id)],
    [keys.events(id), old.keys.events(id)],
    [keys.event(id, 12), old.keys.event(id, 12)],
    [keys.parts(id), old.keys.parts(id)],
    [keys.chunk(id, 'solution', 3, 4), old.keys.chunk(id, 'solution', 3, 4)],
    [keys.claim(id), old.keys.claim(id)],
    [keys.stop(id), old.keys.stop(id)],
    [keys.queue('solver'), old.keys.queue('solver')],
    [keys.reservations(id), old.keys.reservations(id)],
    [keys.reservation(id, '1-0-vpn_a'), old.keys.reservation(id, '1-0-vpn_a')],
    [keys.reservation(id, 'été / 1'), old.keys.reservation(id, 'été / 1')],
    [keys.idempotency('k'), old.keys.idempotency('k')],
    [keys.lockRow('a|b|'), old.keys.lockRow('a|b|')],
    [keys.planLocks(id), old.keys.planLocks(id)],
    [keys.lockServices('s'), old.keys.lockServices('s')],
    [keys.lockService('s', id), old.keys.lockService('s', id)],
    [keys.lockHistory('g'), old.keys.lockHistory('g')],
    [keys.lockWake('t'), old.keys.lockWake('t')],
    [keys.retentionOwner, old.keys.retentionOwner],
    [keys.retentionState, old.keys.retentionState],
    [keys.latencyRegions, old.keys.latencyRegions],
    [keys.latencyCountries, old.keys.latencyCountries],
  ];
  for (const [now, before] of pairs) expect(now).toBe(before);
  for (const status of ['template', 'solving', 'solved', 'done'] as const) {
    expect(queueKey({ id, status, created: 1_760_000_000_000 })).toBe(
      old.queueKey({ id, status, created: 1_760_000_000_000 }),
    );
  }
});

/** What a worker of the old version writes when it claims the plan. */
async function claimedByOld(id: string, stage: 'controller' | 'reservation'): Promise<void> {
  const row = await rig.kv.get(old.keys.plan(id));
  if (!row) throw new Error('no plan');
  const stored = old.planCodec.decode(row);
  const { head, event } = old.claimedState(stored['head'] as old.Row, stage, 'old', 2);
  await rig.kv.txn(
    when(
      [{ key: row.key, modRevision: row.modRevision }],
      [
        { put: row.key, value: old.planCodec.encode({ ...stored, head, event }) },
        { put: old.keys.event(id, Number(head['seq'])), value: old.eventCodec.encode({ event, token: 't' }) },
      ],
    ),
  );
}

it('a plan with fields that the old version does not know keeps them when an old worker claims it', async () => {
  const plan = newPlan({ timeLimit: 30, gapLimit: 0.05 });
  await rig.stores.plans.create(plan);
  const before = (await rig.stores.plans.get(plan.id))?.head;
  await claimedByOld(plan.id, 'controller');
  const after = (await rig.stores.plans.get(plan.id))?.head;
  expect(after).toEqual({
    ...before,
    status: 'translating',
    updated: 2,
    seq: 2,
    translation: { owner: 'old', counter: 1, failures: 0, beganAt: 2 },
  });
  expect(after?.gapLimit).toBe(0.05);
  // And this version goes on where the old one died.
  const claim = await rig.stores.work.claim(plan.id, 'controller', 'w');
  expect(claim?.previous).toBe('translating');
  expect((await rig.stores.plans.events(plan.id, 0)).map(({ reason }) => reason)).toEqual([
    'created',
    'claimed',
    'taken-over',
  ]);
});

it('a plan that stands in order locks keeps saying so when an old worker claims it', async () => {
  const plan = newPlan();
  await rig.stores.plans.create(plan);
  const translating = await rig.stores.work.claim(plan.id, 'controller', 'w');
  await translating?.advance({ to: 'translated', reason: 'completed', parts: { translation: EMPTY_TRANSLATION } });
  const solving = await rig.stores.work.claim(plan.id, 'solver', 'w');
  const locks = [{ conflictId: 'RegionA|vG|', serviceResourceId: 'sr-1' }];
  await solving?.advance({ to: 'solved', reason: 'completed', parts: { solution: EMPTY_SOLUTION }, locks });
  await claimedByOld(plan.id, 'reservation');
  expect((await rig.stores.plans.get(plan.id))?.head).toMatchObject({ status: 'reserving', locked: true });
});

it('a plan that the old version wrote is listed, claimed and worked on by this one', async () => {
  const { kv } = rig;
  const made = newPlan();
  await rig.stores.plans.create(made);
  const template = (await kv.range(keys.parts(made.id))).kvs;
  const id = ids.uuid();
  const found = await kv.get(keys.plan(made.id));
  if (!found) throw new Error('no plan');
  const { head, event } = old.planCodec.decode(found) as { head: old.Row; event: old.Row };
  const [newHead, created] = [{ ...head, id, created: 1_760_000_000_000 }, 1_760_000_000_000];
  const newEvent = { ...event, planId: id };
  const index = old.indexCodec.encode({ name: 'a plan', createdBy: 'alice' });
  const puts = [
    ...template.map(({ key, value }) => ({ put: key.replace(made.id, id), value })),
    { put: old.keys.plan(id), value: old.planCodec.encode({ head: newHead, event: newEvent, token: 't' }) },
    { put: old.keys.event(id, 1), value: old.eventCodec.encode({ event: newEvent, token: 't' }) },
    { put: old.indexKey('oldest-first', created, id), value: index },
    { put: old.indexKey('newest-first', created, id), value: index },
    { put: old.queueKey({ id, status: 'template', created }) ?? '', value: '' },
  ];
  await kv.txn(when([], puts));
  const { plans } = await rig.stores.plans.list({ order: 'oldest-first', first: 10 });
  expect(plans.map((plan) => plan.head.id)).toEqual([id, made.id]);
  const claim = await rig.stores.work.claim(id, 'controller', 'w');
  await claim?.advance({ to: 'translated', reason: 'completed', parts: { translation: EMPTY_TRANSLATION } });
  const row = await kv.get(old.keys.plan(id));
  expect(row && old.planCodec.decode(row)).toMatchObject({ head: { status: 'translated', seq: 3 }, token: 't' });
});

it('what this version adds stands under keys that the old one never lists', async () => {
  await wholeLife();
  const prefixes = ['plans/', 'parts/', 'claims/', 'queue/', 'stops/', 'members/', 'locks/', 'index/'];
  const added = written.filter(({ key }) => NEW_ONLY.test(key)).map(({ key }) => key);
  expect(added.length).toBeGreaterThan(0);
  for (const key of added) expect(prefixes.some((prefix) => key.startsWith(prefix))).toBe(false);
});

describe('a value of the next format', () => {
  it.each(['members/', 'plans/'])('under %s is refused by both versions in the same words', (prefix) => {
    const row = { key: `${prefix}x`, value: Buffer.from('{"v":2}'), createRevision: 1, modRevision: 1, version: 1 };
    const [now, before] = kindOf(row.key) ?? [];
    const words = { code: 'STORE_FORMAT_NEWER', message: expect.stringContaining('has format 2; this version') };
    expect(() => now?.decode(row)).toThrowError(expect.objectContaining(words));
    expect(() => before?.decode(row)).toThrowError(expect.objectContaining(words));
  });
});
