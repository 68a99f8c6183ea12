// The cache of plans' documents: what is asked for again is not read again, and memory stays within its bound.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Kv, TxnRequest } from '../../src/store/kv.ts';
import { encodePart, PartReader } from '../../src/store/parts.ts';
import { when } from '../../src/store/request.ts';
import { planHead } from '../support/planted-store.ts';
import { embeddedRig, type Rig } from './rigs.ts';

const BOUND = 10_000;
let rig: Rig;
let reads = 0;
let reader: PartReader;

beforeAll(async () => {
  rig = await embeddedRig();
  const { kv } = rig;
  const counting: Kv = Object.create(kv, {
    txn: {
      value(request: TxnRequest) {
        reads += 1;
        return kv.txn(request);
      },
    },
  });
  reader = new PartReader(counting, BOUND);
});
afterAll(() => rig.close());

/** Stores a document of so many bytes and gives a way to read it. */
async function stored(id: string, bytes: number): Promise<() => Promise<number>> {
  const { ref, puts } = await encodePart(id, 'template', 1, { id, fill: 'x'.repeat(bytes) });
  await rig.kv.txn(when([], puts));
  return async () => {
    const before = reads;
    expect(await reader.read(planHead({ id }), 'template', ref)).toMatchObject({ id });
    return reads - before;
  };
}

it('what was read is kept until others have taken its room, the least recently used first', async () => {
  const [one, two, three, four, five, six] = await Promise.all(
    ['one', 'two', 'three', 'four', 'five', 'six'].map((id) => stored(id, 2_000)),
  );
  for (const first of [one, two, three, four]) expect(await first?.()).toBe(1);
  expect(await one?.()).toBe(0);
  for (const more of [five, six]) expect(await more?.()).toBe(1);
  expect(await one?.()).toBe(0);
  expect(await two?.()).toBe(1);
});

it('a document that would take much of the room is not kept', async () => {
  const large = await stored('large', BOUND / 2);
  expect([await large(), await large()]).toEqual([1, 1]);
});
