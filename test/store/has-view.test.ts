// The feed of bridge mode over rows of OOF-HAS that cannot be read, over a store that fails in between, and beside clients that go
// through history again: nobody is told of a gap or a deletion that was none, and nothing is left beside deleted rows.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConductorError } from '../../src/domain/errors.ts';
import { createHasStores } from '../../src/store/has/index.ts';
import { ORIGINS } from '../../src/store/has/view.ts';
import type { Stores } from '../../src/store/index.ts';
import type { Kv } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { recordedPlan } from '../support/oof-has.ts';
import { through } from './plan-store-contract.ts';
import { embeddedRig, ids, noMetrics, put, quiet, type Rig, random, SkippingClock } from './rigs.ts';
import { Listener, newPlan, short } from './stores-rig.ts';

/** Ten minutes pass in 20 ms: so often is the watch checked against a listing. */
const CHECKED_OFTEN = new SkippingClock(30_000);
const ROW = recordedPlan('done');

let rig: Rig;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  rig = await embeddedRig();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rig.close();
});

async function bridge(kv: Kv = rig.kv, clock = CHECKED_OFTEN): Promise<Stores> {
  const parts = { clock, ids, random, logger: quiet, metrics: noMetrics, ownerName: 'host', leaseTtlSeconds: 30 };
  const stores = createHasStores(kv, { ...parts, feedRingCapacity: 4 });
  await stores.start();
  ends.push(() => stores.close());
  return stores;
}

function listen(stores: Stores, options: ConstructorParameters<typeof Listener>[1] = {}): Listener {
  const listener = new Listener(stores, options);
  ends.push(() => listener.stop());
  return listener;
}

const write = (id: string, columns: object = {}) =>
  rig.kv.txn(put(`plans/${id}`, JSON.stringify({ ...ROW, id, ...columns })));
const remove = (id: string) => rig.kv.txn(when([], [{ delete: `plans/${id}` }]));
const UNREADABLE = { status: 'lost in space' };
const kindsOf = (listener: Listener) => new Set(listener.changes.map(short));

/** The same store; counts checks of the watch, and can make every watch lose its place. */
function watched(kv: Kv) {
  let checks = 0;
  let lose = new AbortController();
  const counted: Kv = {
    ...through(kv),
    range(prefix, options) {
      if (prefix === 'plans/' && options?.keysOnly && options.limit === 1_000) checks += 1;
      return kv.range(prefix, options);
    },
    async *watch(prefix, options) {
      const lost = lose.signal;
      yield* kv.watch(prefix, { ...options, signal: AbortSignal.any([options.signal, lost]) });
      if (lost.aborted) throw new ConductorError('STORE_COMPACTED');
    },
  };
  return {
    kv: counted,
    /** Goes on writing until the watch was checked so often more, and has come past each listing. */
    async checked(times: number, id: string) {
      for (const until = checks + times; checks < until; ) await write(id, { updated: Date.now() });
      await write(id, { status: 'error' });
    },
    lose() {
      lose.abort();
      lose = new AbortController();
    },
  };
}

describe('a row that cannot be read', () => {
  it('makes no gap when the watch is checked, and is never told as deleted; once it is mended it is told', async () => {
    await write('old');
    await write('bad', UNREADABLE);
    const store = watched(rig.kv);
    const listener = listen(await bridge(store.kv));
    await write('worse', UNREADABLE);
    await rig.kv.txn(put('plans/broken', '{'));
    await write('old', UNREADABLE);
    await store.checked(12, 'busy');
    await listener.until((changes) => changes.some((change) => short(change).endsWith(':error')));
    expect([...kindsOf(listener)].filter((kind) => !/:(done|error)$/.test(kind))).toEqual([]);
    store.lose();
    await listener.until((changes) => changes.some(({ kind }) => kind === 'gap'));
    await write('old');
    const told = await listener.until((changes) =>
      changes.some((one) => one.kind === 'event' && one.event.planId === 'old'),
    );
    expect(told.filter(({ kind }) => kind !== 'event').map(short)).toEqual(['gap:compacted']);
    expect(told.flatMap((one) => (one.kind === 'event' ? [one.event.planId] : []))).not.toContain('bad');
  });

  it('is told as deleted when it is', async () => {
    await write('old', UNREADABLE);
    const listener = listen(await bridge());
    await remove('old');
    expect((await listener.until((changes) => changes.length > 0)).map(short)).toEqual(['deleted']);
  });
});

describe('a store that cannot be asked who created a plan', () => {
  /** Reads of origins fail so many times. */
  function withoutOrigins(kv: Kv, times: number): Kv & { failed: number } {
    return {
      ...through(kv),
      failed: 0,
      async txn(request) {
        const asked = request.then.every((one) => 'get' in one && one.get.startsWith(ORIGINS));
        if (asked && this.failed < times) {
          this.failed += 1;
          throw new ConductorError('STORE_UNAVAILABLE');
        }
        return kv.txn(request);
      },
    };
  }

  it('makes changes come later, with the creator and without a gap', async () => {
    const other = await bridge();
    const kv = withoutOrigins(rig.kv, 3);
    const listener = listen(await bridge(kv));
    await other.plans.create(newPlan({ createdBy: 'alice' }));
    const [first] = await listener.until((changes) => changes.length > 0);
    expect(kv.failed).toBe(3);
    expect(first).toMatchObject({ kind: 'event', plan: { head: { createdBy: 'alice' } } });
  });

  it('keeps nothing from whoever comes back for older changes', async () => {
    const one = await bridge();
    const listener = listen(one);
    for (let at = 0; at < 10; at += 1) await one.plans.create(newPlan());
    const all = [...(await listener.until((changes) => changes.length >= 10))];
    const kv = withoutOrigins(rig.kv, 3);
    const resumed = listen(await bridge(kv), { after: all[0]?.cursor ?? '' });
    const told = await resumed.until((changes) => changes.length >= 9);
    expect(told.map(({ cursor }) => cursor)).toEqual(all.slice(1).map(({ cursor }) => cursor));
    expect(kv.failed).toBe(3);
  });
});

describe('a client that comes back for older changes', () => {
  it('is told of deletions as its filter says, and sets nothing back for the others', async () => {
    const store = watched(rig.kv);
    const stores = await bridge(store.kv);
    const listener = listen(stores);
    await write('first', { name: 'wanted' });
    await write('second', { name: 'wanted' });
    for (const id of ['first', 'second']) await remove(id);
    for (let at = 0; at < 6; at += 1) await write('busy');
    const all = [...(await listener.until((changes) => changes.length >= 10))];
    const resumed = listen(stores, { after: all[0]?.cursor ?? '', filter: { name: 'wanted' } });
    const told = await resumed.until((changes) => changes.length >= 3);
    expect(told.slice(0, 3).map(short)).toEqual(['1:done', 'deleted', 'deleted']);
    // Goes through the first deletion and not the second.
    const early = stores.feed.watch({ after: all[0]?.cursor ?? '', signal: AbortSignal.timeout(60_000) });
    for await (const change of early) if (change.kind === 'deleted') break;
    await store.checked(12, 'busy');
    await listener.until((changes) => changes.some((change) => short(change).endsWith(':error')));
    expect(kindsOf(listener)).not.toContain('gap:compacted');
  });
});

describe('what stands beside a row', () => {
  const beside = async () => (await rig.kv.range('gateway/has/', { keysOnly: true })).kvs.map(({ key }) => key);

  it('goes when a gateway starts after the row was deleted, with the idempotency key; that of other rows stays', async () => {
    const first = await bridge();
    const made = [newPlan({ idempotency: { key: 'k', fingerprint: 'f' } }), newPlan()];
    for (const plan of made) await first.plans.create(plan);
    await first.close();
    expect(await beside()).toHaveLength(3);
    await remove(made[0]?.id ?? '');
    const second = await bridge();
    await expect.poll(beside).toEqual([`${ORIGINS}${made[1]?.id}`]);
    expect((await second.plans.create(newPlan({ idempotency: { key: 'k', fingerprint: 'g' } }))).kind).toBe('created');
  });

  it('goes later when it could not go at once', async () => {
    const kv: Kv & { down: boolean } = {
      ...through(rig.kv),
      down: true,
      get(key) {
        const fails = this.down && key.startsWith(ORIGINS);
        return fails ? Promise.reject(new ConductorError('STORE_UNAVAILABLE')) : rig.kv.get(key);
      },
    };
    const stores = await bridge(kv);
    const listener = listen(stores);
    const plan = newPlan();
    await stores.plans.create(plan);
    await remove(plan.id);
    await listener.until((changes) => changes.at(-1)?.kind === 'deleted');
    expect(await beside()).toHaveLength(1);
    kv.down = false;
    await expect.poll(beside).toEqual([]);
  });
});
