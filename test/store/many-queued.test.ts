// Thousands of plans wait: what one pick asks of the store does not grow with them.
import { afterAll, expect, it } from 'vitest';
import { planCodec } from '../../src/store/codec.ts';
import { keys, queueKey } from '../../src/store/keys.ts';
import type { Kv, Operation } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { through } from './plan-store-contract.ts';
import { embeddedRig, ids, sharedEtcd } from './rigs.ts';
import { advanced, newPlan, startStores, withStores } from './stores-rig.ts';

const PLANS = 5_000;
const PICKED = 100;

const etcd = sharedEtcd();
afterAll(() => etcd.stop());

/** Counts what is asked: keys read or written, and calls by name. */
function counting(kv: Kv) {
  const calls = { get: 0, range: 0, txn: 0, operations: 0 };
  const counted: Kv = {
    ...through(kv),
    get(key) {
      calls.get += 1;
      return kv.get(key);
    },
    range(prefix, options) {
      calls.range += 1;
      return kv.range(prefix, options);
    },
    txn(request) {
      calls.txn += 1;
      calls.operations += request.then.length;
      return kv.txn(request);
    },
  };
  return { kv: counted, calls };
}

/** Heads and queue entries of plans, a millisecond apart, as `create` writes them; their ids, oldest first. */
async function queue(kv: Kv, count: number): Promise<readonly string[]> {
  const [sample] = (await kv.range('plans/', { limit: 1 })).kvs;
  if (!sample) throw new Error('unreachable');
  const stored = planCodec.decode(sample);
  const made = Array.from({ length: count }, () => ids.uuid());
  for (let from = 0; from < count; from += 50) {
    const puts = made.slice(from, from + 50).flatMap((id, at): Operation[] => {
      const head = { ...stored.head, id, created: stored.head.created + 1 + from + at };
      const event = { ...stored.event, planId: id };
      return [
        { put: keys.plan(id), value: planCodec.encode({ ...stored, head, event }) },
        { put: queueKey(head) ?? '', value: '' },
      ];
    });
    await kv.txn(when([], puts));
  }
  return made;
}

it.each([
  ['the embedded store', () => embeddedRig()],
  ['etcd', () => etcd.rig()],
])('on %s: the oldest are picked with two calls each, and nothing is listed again', async (_, open) => {
  const rig = await withStores(await open());
  const first = newPlan();
  await rig.stores.plans.create(first);
  const made = [first.id, ...(await queue(rig.kv, PLANS))];
  const { kv, calls } = counting(rig.kv);
  // Long, so that a busy machine loses no claim.
  const stores = await startStores(kv, rig.clock, { leaseTtlSeconds: 600 });
  expect(stores.queuedPlans()).toBe(PLANS + 1);
  const stop = new AbortController();
  const picked: string[] = [];
  Object.assign(calls, { get: 0, range: 0, txn: 0, operations: 0 });
  for await (const id of stores.work.offers('controller', stop.signal)) {
    if (await stores.work.claim(id, 'controller', 'me')) picked.push(id);
    if (picked.length === PICKED) break;
  }
  stop.abort();
  expect(picked).toEqual(made.slice(0, PICKED));
  // A look at the head, and the claim with its event.
  expect(calls).toEqual({ get: PICKED, range: 0, txn: PICKED, operations: 3 * PICKED });
  const claim = await stores.work.claim(made[PICKED] ?? '', 'controller', 'me');
  await claim?.advance(advanced);
  expect(calls.range).toBe(0);
  expect(calls.get + calls.txn).toBeLessThanOrEqual(2 * PICKED + 4);
  await stores.close();
  await rig.close();
});
