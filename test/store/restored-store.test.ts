// A real etcd is put back to an older copy, and other writers carry its revision past everything that readers have seen before these
// are connected again: nothing but what is stored tells that it is another history.
import { afterEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { decodeCursor } from '../../src/store/cursor.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import type { Kv } from '../../src/store/kv.ts';
import { Reflector, type ReflectorBatch } from '../../src/store/reflector.ts';
import { type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { noMetrics, put, quiet, random, text } from './rigs.ts';
import { advanced, Listener, newPlan, short, startStores } from './stores-rig.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const expired = (error: unknown) => isConductorError(error, 'CURSOR_EXPIRED');

async function open(endpoint: string): Promise<Kv> {
  const common = { prefix: 'p', clock: systemClock, random, logger: quiet, keepaliveMs: 400 };
  const kv = await openEtcdKv({ ...common, endpoints: [endpoint] });
  ends.push(() => kv.close());
  return kv;
}

/** `restore` puts the copy back and lets `write` and others write until the store is past `revision`; then the reader is let in. */
async function world(): Promise<{
  readonly reader: Kv;
  write(writing: (kv: Kv) => Promise<unknown>): Promise<unknown>;
  save(): Promise<void>;
  restore(revision: number, writing: (kv: Kv) => Promise<unknown>): Promise<void>;
}> {
  const etcd: EtcdCluster = await startEtcdCluster(1);
  ends.push(() => etcd.stop());
  const proxy = await startTcpProxy(etcd.members[0]?.port ?? 0);
  ends.push(() => proxy.stop());
  const reader = await open(proxy.endpoint);
  const write = async (writing: (kv: Kv) => Promise<unknown>) => writing(await open(etcd.endpoint));
  return {
    reader,
    write,
    async save() {
      await etcd.kill('SIGTERM');
      etcd.save();
      await etcd.restart();
    },
    async restore(revision, writing) {
      proxy.close();
      await etcd.kill('SIGKILL');
      etcd.putBack();
      await etcd.restart();
      await write(async (kv) => {
        await writing(kv);
        while ((await kv.txn(put('filler'))).revision <= revision + 5);
      });
      proxy.open();
    },
  };
}

async function mirror(kv: Kv, prefix: string) {
  const state = new Map<string, string>();
  const batches: ReflectorBatch[] = [];
  let wake = () => {};
  const onBatch = (batch: ReflectorBatch) => {
    batches.push(batch);
    for (const event of batch.events) {
      if (event.type === 'put') state.set(event.kv.key, text(event.kv.value));
      else state.delete(event.key);
    }
    wake();
  };
  const common = { clock: systemClock, random, logger: quiet, metrics: noMetrics, retryBaseMs: 5 };
  const reflector = new Reflector({ ...common, kv, prefix, onBatch });
  const stop = new AbortController();
  ends.push(() => {
    stop.abort();
    return reflector.finished();
  });
  await reflector.start(stop.signal);
  const until = async (enough: () => boolean) => {
    while (!enough()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { state, batches, reflector, until };
}

describe('a watch over a store that was set back and has caught up', () => {
  it('finds out by what it has delivered, also where both histories wrote the same key in the same revision', async () => {
    const { reader, write, save, restore } = await world();
    await write((kv) => kv.txn(put('m/a', 'first')));
    await save();
    const { state, batches, reflector, until } = await mirror(reader, 'm/');
    await write((kv) => kv.txn(put('m/a', 'undone')));
    await until(() => state.get('m/a') === 'undone');
    await restore(reflector.status().revision, (kv) => kv.txn(put('m/a', 'other')));
    await until(() => batches.some(({ kind }) => kind === 'gap'));
    expect(batches.at(-1)).toMatchObject({ kind: 'gap', reason: 'store-changed' });
    expect(state.get('m/a')).toBe('other');
  });

  it('finds out by what it has listed when nothing was delivered since', async () => {
    const { reader, write, save, restore } = await world();
    await write((kv) => kv.txn(put('m/a', 'first')));
    await save();
    await write((kv) => kv.txn(put('m/b', 'undone')));
    const { state, batches, reflector, until } = await mirror(reader, 'm/');
    await restore(reflector.status().revision, (kv) => kv.txn(put('m/c', 'other')));
    await until(() => batches.some(({ kind }) => kind === 'gap'));
    expect(batches.at(-1)).toMatchObject({ kind: 'gap', reason: 'store-changed' });
    expect([...state.keys()]).toEqual(['m/a', 'm/c']);
  });
});

describe('the plan feed over a store that was set back and has caught up', () => {
  it('tells a gap and what is, and refuses cursors of the undone history, of plans that are there and that are not', async () => {
    const { reader, write, save, restore } = await world();
    const [kept, undone, other] = [newPlan(), newPlan(), newPlan()];
    await write(async (kv) => {
      const before = await startStores(kv, systemClock, { leaseTtlSeconds: 60 });
      await before.plans.create(kept);
      await before.close();
    });
    const stores = await startStores(reader, systemClock, { leaseTtlSeconds: 60 });
    ends.push(() => stores.close());
    const many = new Listener(stores);
    const single = new Listener(stores, { planId: kept.id });
    ends.push(() => Promise.all([many.stop(), single.stop()]));
    const [created] = await single.until((changes) => changes.length === 1);
    await save();
    await write(async (kv) => {
      const before = await startStores(kv, systemClock, { leaseTtlSeconds: 60 });
      await (await before.work.claim(kept.id, 'controller', 'me'))?.advance(advanced);
      await before.plans.create(undone);
      await before.close();
    });
    const seen = [...(await many.until((changes) => changes.length === 3))];
    expect(seen.map(short)).toEqual(['2:translating', '3:translated', '1:template']);
    await restore(decodeCursor(seen[2]?.cursor ?? '').revision, async (kv) => {
      const after = await startStores(kv, systemClock, { leaseTtlSeconds: 60 });
      await after.plans.create(other);
      await (await after.work.claim(kept.id, 'controller', 'you'))?.advance({ to: 'template', reason: 'given-back' });
      await (await after.work.claim(kept.id, 'controller', 'you'))?.advance(advanced);
      await after.close();
    });
    const heard = (await many.until((changes) => changes.at(-1)?.kind === 'deleted')).slice(3);
    expect(heard.map(short)).toEqual(['gap:store-changed', '1:template', '5:translated', 'deleted']);
    expect(heard.at(-1)).toMatchObject({ planId: undone.id });
    const told = await single.until((changes) => changes.some((change) => short(change) === '5:translated'));
    expect(told.map(short)).toContain('gap:store-changed');

    const resume = (after: string, planId?: string) => {
      const listener = new Listener(stores, { after, ...(planId === undefined ? {} : { planId }) });
      ends.push(() => listener.stop());
      return listener;
    };
    const now = await stores.plans.get(kept.id);
    if (!now) throw new Error('the plan is gone');
    for (const { cursor } of seen) {
      await expect(resume(cursor).until((all) => all.length > 0)).rejects.toSatisfy(expired);
      await expect(resume(cursor, kept.id).until((all) => all.length > 0)).rejects.toSatisfy(expired);
    }
    // Of one plan no read is needed: whoever polls is answered at once.
    const [claimed] = seen;
    expect(await stores.feed.hasMoved(now, claimed?.cursor ?? '')).toBe(true);
    // What both histories have is a place to go on from.
    const rest = await resume(created?.cursor ?? '', kept.id).until((all) => all.length === 4);
    expect(rest.map(short)).toEqual(['2:translating', '3:template', '4:translating', '5:translated']);
    const all = await resume(created?.cursor ?? '').until((changes) => changes.length === 5);
    expect(all.map(short)).toEqual(['1:template', ...rest.map(short)]);
  });
});
