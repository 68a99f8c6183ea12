// When history is lost the reflector lists again and says what changed; subscribers of the feed learn of the gap and of the
// present state. On a real etcd: compacted while cut off, and wiped. On the embedded store: faster than its history.
import { afterEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import type { Metrics, PlanChange } from '../../src/domain/ports.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import type { Kv, WatchEvent } from '../../src/store/kv.ts';
import { Reflector, type ReflectorBatch } from '../../src/store/reflector.ts';
import { when } from '../../src/store/request.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { startEtcd } from '../support/etcd.ts';
import { through } from './plan-store-contract.ts';
import { embeddedRig, etcdRig, noMetrics, put, quiet, type Rig, random, text } from './rigs.ts';
import { advanced, Listener, newPlan, short, startStores, withStores } from './stores-rig.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A reflector with a copy of the state, kept by what it reports. */
async function mirror(kv: Kv, prefix: string, resyncMs?: number, metrics: Metrics = noMetrics) {
  const state = new Map<string, string>();
  const batches: ReflectorBatch[] = [];
  let wake: (() => void) | null = null;
  const onBatch = (batch: ReflectorBatch) => {
    batches.push(batch);
    for (const event of batch.events) apply(state, event);
    wake?.();
  };
  const common = { clock: systemClock, random, logger: quiet, metrics, retryBaseMs: 5 };
  const reflector = new Reflector({ ...common, kv, prefix, onBatch, resyncMs });
  const stop = new AbortController();
  ends.push(() => {
    stop.abort();
    return reflector.finished();
  });
  await reflector.start(stop.signal);
  return {
    state,
    batches,
    reflector,
    async until(enough: () => boolean): Promise<void> {
      while (!enough()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function ofServer(): Promise<Rig> {
  const server = await startEtcd();
  ends.push(() => server.stop());
  return etcdRig(server);
}

function apply(state: Map<string, string>, event: WatchEvent): void {
  if (event.type === 'put') state.set(event.kv.key, text(event.kv.value));
  else state.delete(event.key);
}

describe('reflector', () => {
  it('has the state from its listing and every change after it', async () => {
    const rig = await embeddedRig();
    ends.push(() => rig.close());
    for (let at = 0; at < 1_100; at += 1) await rig.kv.txn(put(`m/${at}`, 'old'));
    const { state, batches, until } = await mirror(rig.kv, 'm/');
    expect(batches.map(({ kind, events }) => [kind, events.length])).toEqual([['listed', 1_100]]);
    await rig.kv.txn(when([], [{ put: 'm/0', value: 'new' }, { delete: 'm/1' }]));
    await rig.kv.txn(put('m/x', 'x'));
    await until(() => state.has('m/x'));
    expect(batches.slice(1).map(({ kind, events }) => [kind, events.length])).toEqual([
      ['live', 2],
      ['live', 1],
    ]);
    expect([state.get('m/0'), state.has('m/1'), state.size]).toEqual(['new', false, 1_100]);
  });

  it('on the embedded store: overrun by writers it lists again, and its state is right again', async () => {
    const rig = await embeddedRig({ historyRevisions: 20 });
    ends.push(() => rig.close());
    await rig.kv.txn(
      when(
        [],
        [
          { put: 'm/gone', value: '' },
          { put: 'm/same', value: 'same' },
        ],
      ),
    );
    const { state, batches, until } = await mirror(rig.kv, 'm/');
    await rig.kv.txn(when([], [{ delete: 'm/gone' }, { put: 'm/changed', value: '1' }]));
    await Promise.all(Array.from({ length: 500 }, (_, at) => rig.kv.txn(put('m/busy', `${at}`))));
    await rig.kv.txn(put('m/last', 'x'));
    await until(() => state.has('m/last'));
    const gap = batches.find(({ kind }) => kind === 'gap');
    expect(gap?.reason).toBe('compacted');
    const listed = (await rig.kv.range('m/')).kvs.map(({ key, value }) => [key, text(value)]);
    expect([...state].sort()).toEqual(listed);
    const told = gap?.events.map((event) => (event.type === 'put' ? event.kv.key : event.key));
    expect(told).not.toContain('m/same');
  });

  it('on etcd: cut off while history is compacted, it reports what was put, changed and deleted meanwhile', async () => {
    const server = await startEtcd();
    ends.push(() => server.stop());
    const { kv, witness, proxy, close } = await etcdRig(server);
    ends.push(close);
    await witness.txn(
      when(
        [],
        ['gone', 'same', 'changed'].map((key) => ({ put: `m/${key}`, value: '1' })),
      ),
    );
    const { state, batches, until } = await mirror(kv, 'm/');
    proxy.close();
    await witness.txn(when([], [{ delete: 'm/gone' }, { put: 'm/changed', value: '2' }, { put: 'm/new', value: '1' }]));
    await server.compact((await witness.status()).revision);
    proxy.open();
    await until(() => state.has('m/new'));
    const gap = batches.at(-1);
    expect(gap).toMatchObject({ kind: 'gap', reason: 'compacted' });
    expect(gap?.events.map((event) => (event.type === 'put' ? event.kv.key : event.key)).sort()).toEqual([
      'm/changed',
      'm/gone',
      'm/new',
    ]);
    expect([...state].sort()).toEqual([
      ['m/changed', '2'],
      ['m/new', '1'],
      ['m/same', '1'],
    ]);
  });

  it('on etcd: a wiped store empties it and is told as another store', async () => {
    const server = await startEtcd();
    ends.push(() => server.stop());
    const common = { endpoints: [server.endpoint], prefix: 'p', clock: systemClock, random, logger: quiet };
    const kv = await openEtcdKv({ ...common, keepaliveMs: 400 });
    ends.push(() => kv.close());
    for (let at = 0; at < 10; at += 1) await kv.txn(put(`m/${at}`, 'x'));
    const { state, batches, until, reflector } = await mirror(kv, 'm/');
    const before = reflector.clusterId;
    await server.kill('SIGKILL');
    await server.restart({ wipe: true });
    await until(() => state.size === 0);
    expect(batches.at(-1)).toMatchObject({ kind: 'gap', reason: 'store-changed' });
    expect(reflector.clusterId).not.toBe(before);
    await kv.txn(put('m/after', 'x'));
    await until(() => state.has('m/after'));
    expect(batches.at(-1)?.kind).toBe('live');
  });
});

describe('the check of the watch against a listing', () => {
  it('finds the change that a store never told, and repairs the state; a store that tells all is not doubted', async () => {
    for (const swallows of [true, false]) {
      const rig = await embeddedRig();
      ends.push(() => rig.close());
      const { kv } = rig;
      await kv.txn(
        when(
          [],
          [
            { put: 'm/a', value: '1' },
            { put: 'm/b', value: '1' },
          ],
        ),
      );
      const silent = Object.create(kv, {
        watch: {
          value: async function* (...args: Parameters<Kv['watch']>) {
            for await (const { revision, events } of kv.watch(...args)) {
              const told = events.filter((event) => !(swallows && event.type === 'delete'));
              yield { revision, events: told };
            }
          },
        },
      });
      for (const verb of ['get', 'range', 'txn', 'status'] as const) {
        Object.defineProperty(silent, verb, { value: kv[verb].bind(kv) });
      }
      const { state, batches, until } = await mirror(silent, 'm/', 20);
      await kv.txn(when([], [{ delete: 'm/a' }]));
      let stop = false;
      const busy = (async () => {
        for (let at = 0; !stop; at += 1) {
          await kv.txn(at % 2 ? when([], [{ delete: 'm/busy' }, { put: 'm/x', value: '' }]) : put('m/busy'));
        }
      })();
      if (swallows) await until(() => batches.some(({ kind }) => kind === 'gap'));
      else await until(() => batches.length > 400);
      stop = true;
      await busy;
      expect(state.has('m/a')).toBe(false);
      expect(state.has('m/b')).toBe(true);
      expect(batches.some(({ kind }) => kind === 'gap')).toBe(swallows);
    }
  });
});

describe('the check of the watch while nothing else happens', () => {
  it.each([
    ['the embedded store', () => embeddedRig()],
    ['etcd', ofServer],
  ])('on %s: counts what was never told, tells it, and is content then', async (_, open) => {
    const { kv, witness, close } = await open();
    ends.push(close);
    await witness.txn(put('m/same', '1'));
    const silent: Kv = {
      ...through(kv),
      async *watch(...args) {
        for await (const { revision, events } of kv.watch(...args)) yield { revision, events: events.slice(0, 0) };
      },
    };
    const metrics = createMetrics();
    const { state, batches, until } = await mirror(silent, 'm/', 200, metrics);
    await witness.txn(put('m/lost', '1'));
    await until(() => batches.some(({ kind }) => kind === 'gap'));
    const told = batches.at(-1)?.events.map((event) => (event.type === 'put' ? event.kv.key : event.key));
    expect(told).toEqual(['m/lost']);
    await witness.txn(when([], [{ delete: 'm/same' }]));
    await until(() => !state.has('m/same'));
    expect([...state.keys()]).toEqual(['m/lost']);
    expect(await metrics.text()).toContain('conductor_store_relists_total{prefix="m/",reason="missed"} 2');
  });
});

describe('plan feed over a lost history', () => {
  it('on etcd: compacted while cut off, one plan goes on from its stored events, many get a gap and the present state', async () => {
    const server = await startEtcd();
    ends.push(() => server.stop());
    const etcd = await etcdRig(server);
    const rig = await withStores(etcd);
    ends.push(() => rig.close());
    const other = await rig.another();
    const many = new Listener(rig.stores);
    const [worked, idle, deleted] = [newPlan(), newPlan(), newPlan()];
    for (const plan of [worked, idle, deleted]) await other.plans.create(plan);
    const single = new Listener(rig.stores, { planId: worked.id });
    const still = new Listener(rig.stores, { planId: idle.id });
    ends.push(() => Promise.all([single, still, many].map((listener) => listener.stop())));
    await single.until((changes) => changes.length >= 1);
    await still.until((changes) => changes.length >= 1);
    await many.until((changes) => changes.length >= 3);
    etcd.proxy.close();
    await (await other.work.claim(worked.id, 'controller', 'x'))?.advance(advanced);
    await other.plans.delete(deleted.id);
    await server.compact((await rig.witness.status()).revision);
    etcd.proxy.open();
    expect((await single.until((changes) => changes.length >= 3)).map(short)).toEqual([
      '1:template',
      '2:translating',
      '3:translated',
    ]);
    const heard = (await many.until((changes) => changes.some(({ kind }) => kind === 'deleted'))).map(short);
    expect(heard.slice(heard.indexOf('gap:compacted'))).toEqual(['gap:compacted', '3:translated', 'deleted']);
    const claim = await other.work.claim(worked.id, 'solver', 'x');
    await claim?.advance({ to: 'not found', reason: 'completed' });
    expect((await single.until((changes) => changes.length >= 5)).map(short).slice(3)).toEqual([
      '4:solving',
      '5:not found',
    ]);
    expect((await still.until((changes) => changes.length >= 1)).map(short)).toEqual(['1:template']);
  });

  it('on etcd: however many plans changed while it was cut off, a subscriber that reads and one that does not are told of each', async () => {
    const server = await startEtcd();
    ends.push(() => server.stop());
    const etcd = await etcdRig(server);
    // Of so many plans a queue keeps the newest 64.
    const rig = await withStores(etcd, { feedQueueCapacity: 4 });
    ends.push(() => rig.close());
    const other = await rig.another();
    const many = new Listener(rig.stores);
    ends.push(() => many.stop());
    const stop = new AbortController();
    const slow = rig.stores.feed.watch({ signal: stop.signal });
    const first = newPlan();
    await other.plans.create(first);
    await many.until((changes) => changes.length >= 1);
    etcd.proxy.close();
    const made = Array.from({ length: 100 }, () => newPlan());
    await Promise.all(made.map((plan) => other.plans.create(plan)));
    await server.compact((await rig.witness.status()).revision);
    etcd.proxy.open();
    const ids = made.map(({ id }) => id);
    const isLast = (told: ReadonlySet<string>) => ids.every((id) => told.has(id));
    const toldOf = (changes: readonly PlanChange[]) =>
      new Set(changes.flatMap((change) => (change.kind === 'event' ? [change.event.planId] : [])));
    const heard = await many.until((changes) => isLast(toldOf(changes)));
    expect(heard.filter(({ kind }) => kind === 'gap').map(short)).toEqual(['gap:compacted']);
    const late: PlanChange[] = [];
    for await (const change of slow) {
      late.push(change);
      if (isLast(toldOf(late))) stop.abort();
    }
    // It had not taken what waited for it when that was lost.
    expect(late.map(short)[0]).toBe('gap:compacted');
    expect(toldOf(late)).toEqual(new Set([first.id, ...ids]));
  });

  it('on etcd: a wiped store is told, old cursors have expired, and new plans are heard', async () => {
    const server = await startEtcd();
    ends.push(() => server.stop());
    const common = { endpoints: [server.endpoint], prefix: 'p', clock: systemClock, random, logger: quiet };
    const kv = await openEtcdKv({ ...common, keepaliveMs: 400 });
    ends.push(() => kv.close());
    const stores = await startStores(kv, systemClock);
    ends.push(() => stores.close());
    const plan = newPlan();
    await stores.plans.create(plan);
    const many = new Listener(stores);
    const single = new Listener(stores, { planId: plan.id });
    ends.push(() => Promise.all([many.stop(), single.stop()]));
    const [first] = await single.until((changes) => changes.length >= 1);
    await server.kill('SIGKILL');
    await server.restart({ wipe: true });
    const heard = await many.until((changes) => changes.some(({ kind }) => kind === 'deleted'));
    expect(heard.map(short)).toContain('gap:store-changed');
    expect((await single.until((changes) => changes.length >= 3)).map(short).slice(1)).toEqual([
      'gap:store-changed',
      'deleted',
    ]);
    const late = new Listener(stores, { after: first?.cursor ?? '' });
    await expect(late.until((changes) => changes.length > 0)).rejects.toSatisfy((error) =>
      isConductorError(error, 'CURSOR_EXPIRED'),
    );
    const next = newPlan();
    await stores.plans.create(next);
    await many.until((changes) => changes.some((change) => change.kind === 'event' && change.plan.head.id === next.id));
    const claim = await stores.work.claim(next.id, 'controller', 'x');
    expect((await claim?.advance(advanced))?.head.status).toBe('translated');
  });
});
