// The stored format is a promise between versions one apart: rows of format 1, pinned in a file, are read, worked on and kept
// whole; a later format is refused in plain words and nothing of it is overwritten.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Advance } from '../../src/domain/ports.ts';
import * as codecs from '../../src/store/codec.ts';
import type { KeyValue } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { embeddedRig } from './rigs.ts';
import { Listener, type StoresRig, short, withStores } from './stores-rig.ts';

interface Row {
  readonly key: string;
  readonly value?: Readonly<Record<string, unknown>>;
  readonly base64?: string;
  readonly text?: string;
}
const PINNED = JSON.parse(readFileSync('test/golden/store/format-1.json', 'utf8')) as {
  readonly rows: readonly Row[];
  readonly inFlight: readonly Row[];
};
const WAITING = '11111111-2222-4333-8444-555555555555';
const FINISHED = '99999999-8888-4777-8666-555555555555';

const bytes = ({ value, base64, text = '' }: Row) =>
  value ? Buffer.from(JSON.stringify(value)) : Buffer.from(base64 ?? text, base64 === undefined ? 'utf8' : 'base64');

/** Which codec reads which keys: every kind of value that is stored. */
const KINDS: readonly (readonly [RegExp, { decode(kv: KeyValue): object; encode(value: never): string }])[] = [
  [/^plans\//, codecs.planCodec],
  [/^events\//, codecs.eventCodec],
  [/^claims\//, codecs.claimCodec],
  [/^idempotency\//, codecs.idempotencyCodec],
  [/^index\//, codecs.indexCodec],
  [/^reservations\//, codecs.stepCodec],
  [/^locks\/rows\//, codecs.lockCodec],
  [/^locks\/plans\//, codecs.planLocksCodec],
  [/^locks\/wake\//, codecs.wakeCodec],
  [/^latency\/regions$/, codecs.latencyRegionsCodec],
  [/^latency\/countries$/, codecs.latencyCountriesCodec],
  [/^members\//, codecs.memberCodec],
];
const ENCODED = [...PINNED.rows, ...PINNED.inFlight].filter(({ value }) => value);
const codecOf = (key: string) => KINDS.find(([pattern]) => pattern.test(key))?.[1];
const stored = (row: Row): KeyValue => ({
  key: row.key,
  value: bytes(row),
  createRevision: 1,
  modRevision: 1,
  version: 1,
});

let rig: StoresRig;
beforeEach(async () => {
  const store = await embeddedRig();
  for (const row of PINNED.rows) await store.kv.txn(when([], [{ put: row.key, value: bytes(row) }]));
  rig = await withStores(store);
});
afterEach(() => rig.close());

it('every kind of value is pinned', () => {
  for (const [pattern] of KINDS)
    expect(
      ENCODED.some(({ key }) => pattern.test(key)),
      String(pattern),
    ).toBe(true);
  expect(ENCODED.filter(({ key }) => !codecOf(key))).toEqual([]);
});

it.each(ENCODED.map((row) => [row.key, row] as const))('%s is read, and written again as it was', (key, row) => {
  const codec = codecOf(key);
  const value = codec?.decode(stored(row));
  expect({ v: 1, ...value }).toEqual(row.value);
  expect(JSON.parse(codec?.encode(value as never) ?? '')).toEqual(row.value);
});

it.each(ENCODED.map((row) => [row.key, row] as const))('%s of a later format is refused in plain words', (key, row) => {
  const later = { ...row, value: { ...row.value, v: 2 } };
  expect(() => codecOf(key)?.decode(stored(later))).toThrowError(
    expect.objectContaining({ code: 'STORE_FORMAT_NEWER', message: expect.stringMatching(/format 2.*reads format 1/) }),
  );
});

it('the ports read plans, documents, history, saga, locks and rules of format 1', async () => {
  const { plans, orderLocks, latencyRules, members } = rig.stores;
  const found = await plans.list({ order: 'oldest-first', first: 10 });
  expect(found.plans.map(({ head }) => [head.id, head.status])).toEqual([
    [WAITING, 'template'],
    [FINISHED, 'not found'],
  ]);
  const [waiting, finished] = found.plans;
  if (!waiting || !finished) throw new Error('unreachable');
  expect((await plans.template(waiting.head)).template).toMatchObject({ homing_template_version: '2017-10-10' });
  expect((await plans.solution(finished.head))?.diagnosis.summary).toEqual(['nothing fits']);
  expect((await plans.events(FINISHED, 0)).map(({ to }) => to)).toEqual(['template', 'not found']);
  expect((await plans.reservations(FINISHED)).map(({ state }) => state)).toEqual(['released']);
  expect((await orderLocks.ofPlan(FINISHED)).map(({ conflictId }) => conflictId)).toEqual(['RegionA|vG|']);
  expect(await latencyRules.read()).toMatchObject({ regions: [{ group: 'EUROPE' }], countries: [{ country: '*' }] });
  expect((await members.list()).map(({ name, version }) => [name, version])).toEqual([['old-1', '0.1.0']]);
  const listener = new Listener(rig.stores, { planId: FINISHED });
  expect((await listener.until((changes) => changes.length > 0)).map(short)).toEqual(['2:not found']);
  await listener.stop();
});

it('a worker goes on with a plan of format 1, and what a later release had noted in it stays', async () => {
  const claim = await rig.stores.work.claim(WAITING, 'controller', 'w');
  const change: Advance = { to: 'translating', reason: 'taken-over' };
  expect(claim?.previous).toBe('template');
  const advanced = await claim?.advance({ ...change, to: 'template', reason: 'given-back' });
  expect(advanced?.head).toMatchObject({ status: 'template', seq: 3 });
  const row = await rig.kv.get(`plans/${WAITING}`);
  const value = JSON.parse(Buffer.from(row?.value ?? []).toString('utf8'));
  expect(value).toMatchObject({
    v: 1,
    laterTop: 'kept',
    head: {
      laterField: { kept: true },
      translation: { laterCount: 4, counter: 1 },
      parts: { template: { codec: 'later' } },
    },
  });
});

it('a lock row of format 1 is released, and what a later release had noted in it stays', async () => {
  await rig.stores.orderLocks.release([{ serviceResourceId: 'sr-1', failed: false }], 'alice');
  const { locks } = await rig.stores.orderLocks.list({ first: 10 });
  expect(locks).toMatchObject([{ release: { outcome: 'completed' }, laterLock: 1 }]);
});

it('a plan of a later format is left alone: not worked on, not deleted, and the others live on', async () => {
  const key = `plans/${WAITING}`;
  const later = JSON.stringify({ v: 2, shape: 'unknown' });
  await rig.kv.txn(when([], [{ put: key, value: later }]));
  const refused = { code: 'STORE_FORMAT_NEWER' };
  await expect(rig.stores.plans.get(WAITING)).rejects.toMatchObject(refused);
  await expect(rig.stores.plans.delete(WAITING)).rejects.toMatchObject(refused);
  await expect(rig.stores.work.claim(WAITING, 'controller', 'w')).rejects.toMatchObject(refused);
  expect(Buffer.from((await rig.kv.get(key))?.value ?? []).toString()).toBe(later);
  expect((await rig.stores.plans.get(FINISHED))?.head.status).toBe('not found');
  expect(await rig.stores.plans.delete(FINISHED)).toBe(true);
});
