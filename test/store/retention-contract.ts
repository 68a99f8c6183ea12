// What retention removes and what it leaves, on any Kv.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../src/store/keys.ts';
import type { Kv } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { Retention, type RetentionSettings } from '../../src/store/retention.ts';
import { solvedPlan } from '../support/waiting-plans.ts';
import { ids, noMetrics, put, quiet, type Rig, random } from './rigs.ts';
import { Listener, newPlan, type StoresRig, startStores, translation, withStores } from './stores-rig.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PREFIXES = [
  'plans/',
  'events/',
  'parts/',
  'index/',
  'reservations/',
  'idempotency/',
  'locks/',
  'queue/',
  'claims/',
];

export function retentionContract(name: string, open: () => Promise<Rig>): void {
  describe(`Retention: ${name}`, () => {
    let rig: StoresRig;
    /** How far the clock of retention is ahead. */
    let ahead = 0;
    beforeEach(async () => {
      ahead = 0;
      rig = await withStores(await open());
    });
    afterEach(() => rig.close());

    const laterClock = () => {
      const { clock } = rig;
      return {
        now: () => clock.now() + ahead,
        monotonic: () => clock.monotonic(),
        after: clock.after.bind(clock),
      };
    };
    const retention = (settings: Partial<RetentionSettings> = {}, kv: Kv = rig.kv) => {
      const all = { finishedPlansMs: 30 * DAY, orphanPartsMs: DAY, intervalMs: HOUR, batch: 100, ...settings };
      const parts = { ...rig.stores, kv, clock: laterClock(), ids, random, logger: quiet, metrics: noMetrics };
      return new Retention({ ...parts, ownerName: 'test', ...all });
    };
    const create = async (more = {}) => {
      const plan = newPlan(more);
      await rig.stores.plans.create(plan);
      return plan.id;
    };
    const end = async (id: string) => {
      const claim = await rig.stores.work.claim(id, 'controller', 'me');
      await claim?.advance({ to: 'error', reason: 'failed', message: 'no' });
      return id;
    };
    const work = async (id: string) => {
      const claim = await rig.stores.work.claim(id, 'controller', 'me');
      await claim?.advance({ to: 'translated', reason: 'completed', parts: { translation: translation() } });
      return id;
    };
    /** Keys of the store that name this, the tombstone left out. */
    const traces = async (text: string) => {
      const pages = await Promise.all(PREFIXES.map((prefix) => rig.kv.range(prefix, { keysOnly: true })));
      return pages.flatMap(({ kvs }) => kvs.map(({ key }) => key)).filter((key) => key.includes(text));
    };

    it('removes finished plans of that age with all that belongs to them; what is younger or unfinished stays', async () => {
      const idempotency = { key: 'k', fingerprint: 'f' };
      const old = await end(await create({ idempotency }));
      const waiting = await work(await create());
      const listener = new Listener(rig.stores);
      expect(await retention().round()).toBe('done');
      expect(await traces(old)).not.toEqual([]);
      ahead = 30 * DAY + 2 * HOUR;
      expect(await retention({ finishedPlansMs: 31 * DAY }).round()).toBe('done');
      expect(await rig.stores.plans.get(old)).not.toBeNull();
      ahead += 2 * HOUR;
      expect(await retention().round()).toBe('done');
      expect(await traces(old)).toEqual([]);
      await listener.until((changes) => changes.at(-1)?.kind === 'deleted');
      await listener.stop();
      expect((await rig.stores.plans.get(waiting))?.head.status).toBe('translated');
      // The key is free again.
      expect((await rig.stores.plans.create(newPlan({ idempotency }))).kind).toBe('created');
    });

    it('0 keeps finished plans for ever', async () => {
      const old = await end(await create());
      ahead = 10_000 * DAY;
      await retention({ finishedPlansMs: 0 }).round();
      expect((await rig.stores.plans.events(old, 0)).length).toBe(3);
    });

    it('a plan whose order builds something stays until that is released; then it goes with its rows and their history', async () => {
      const builder = await solvedPlan(rig.stores, [{ conflictId: 'c', serviceResourceId: 'sr' }]);
      const claim = await rig.stores.work.claim(builder, 'reservation', 'me');
      await claim?.advance({ to: 'done', reason: 'completed' });
      const parked = await solvedPlan(rig.stores, [{ conflictId: 'c', serviceResourceId: 'sr-2' }]);
      ahead = 40 * DAY;
      await retention().round();
      expect((await rig.stores.plans.get(builder))?.head.status).toBe('done');
      expect((await rig.stores.plans.get(parked))?.head.status).toBe('waiting spinup');
      await rig.stores.orderLocks.release([{ serviceResourceId: 'sr', failed: true }], 'so');
      expect((await rig.stores.plans.get(parked))?.head.status).toBe('error');
      ahead += 40 * DAY;
      await retention().round();
      expect(await rig.stores.plans.getMany([builder, parked])).toEqual([null, null]);
      expect(await traces('locks/')).toEqual([]);
    });

    it('released rows stay as long as a plan of that time is in work', async () => {
      const builder = await solvedPlan(rig.stores, [{ conflictId: 'c', serviceResourceId: 'sr' }]);
      const claim = await rig.stores.work.claim(builder, 'reservation', 'me');
      await claim?.advance({ to: 'done', reason: 'completed' });
      await work(await create());
      await rig.stores.orderLocks.release([{ serviceResourceId: 'sr', failed: false }], 'so');
      ahead = 40 * DAY;
      await retention().round();
      expect(await traces('locks/')).toEqual([keys.lockRow('c')]);
    });

    it('also of a plan of any class of priority, whatever younger plan stands before it in the queue', async () => {
      const builder = await solvedPlan(rig.stores, [{ conflictId: 'c', serviceResourceId: 'sr' }]);
      const claim = await rig.stores.work.claim(builder, 'reservation', 'me');
      await claim?.advance({ to: 'done', reason: 'completed' });
      await work(await create({ priority: 'low' }));
      await rig.stores.orderLocks.release([{ serviceResourceId: 'sr', failed: false }], 'so');
      ahead = 10 * DAY;
      const later = await startStores(rig.witness, laterClock());
      const urgent = newPlan({ priority: 'high' });
      await later.plans.create(urgent);
      const urgentClaim = await later.work.claim(urgent.id, 'controller', 'me');
      await urgentClaim?.advance({ to: 'translated', reason: 'completed', parts: { translation: translation() } });
      await later.close();
      ahead = 40 * DAY;
      await retention().round();
      expect(await traces('locks/')).toEqual([keys.lockRow('c')]);
    });

    it.each([
      ['of a later version', '{"v":2,"shape":"unknown"}'],
      ['that is damaged', '{"v":1,"he'],
      ['that is incomplete', '{"v":1}'],
    ])('goes on beside a plan %s, and leaves alone what belongs to it', async (_, value) => {
      const builder = await solvedPlan(rig.stores, [{ conflictId: 'c', serviceResourceId: 'sr' }]);
      const claim = await rig.stores.work.claim(builder, 'reservation', 'me');
      await claim?.advance({ to: 'done', reason: 'completed' });
      await rig.stores.orderLocks.release([{ serviceResourceId: 'sr', failed: false }], 'so');
      await rig.kv.txn(put(keys.plan(builder), value));
      await rig.kv.txn(put(keys.lockRow('d'), value));
      const documents = (await traces(builder)).filter((key) => key.startsWith('parts/'));
      expect(documents.length).toBeGreaterThan(0);
      const orphan = keys.chunk(ids.uuid(), 'template', 1, 0);
      await rig.kv.txn(put(orphan, 'x'));
      const old = await end(await create());
      await retention().round();
      ahead = 40 * DAY;
      expect(await retention().round()).toBe('done');
      expect(await traces(old)).toEqual([]);
      const left = await traces('');
      expect(left).not.toContain(orphan);
      for (const key of [...documents, keys.lockRow('c'), keys.lockRow('d')]) expect(left).toContain(key);
    });

    it('documents that no plan names go after the time, those of plans in work and young ones stay', async () => {
      const [finished, working] = [await end(await create()), await work(await create())];
      const gone = ids.uuid();
      const orphans = [keys.chunk(gone, 'template', 1, 0), keys.chunk(finished, 'translation', 9, 0)];
      const kept = [keys.chunk(working, 'solution', 9, 0), keys.chunk(finished, 'template', 1, 0)];
      for (const key of [...orphans, kept[0] ?? '']) await rig.kv.txn(put(key, 'x'));
      const round = () => retention({ finishedPlansMs: 0 }).round();
      await round();
      const young = keys.chunk(ids.uuid(), 'template', 1, 0);
      await rig.kv.txn(put(young, 'x'));
      ahead = DAY - HOUR;
      await round();
      expect(await traces(gone)).toEqual([orphans[0]]);
      ahead = DAY + HOUR;
      await round();
      const left = (await rig.kv.range('parts/', { keysOnly: true })).kvs.map(({ key }) => key);
      for (const key of orphans) expect(left).not.toContain(key);
      for (const key of [...kept, young]) expect(left).toContain(key);
      ahead = 3 * DAY;
      await round();
      expect(await traces(young.split('/')[1] ?? '')).toEqual([]);
    });

    it('a writer that slept so long that its documents were cleared away makes no plan without them', async () => {
      const plan = newPlan({ document: { template: { noise: translation(1_200_000).problem.version }, files: {} } });
      const slow: Kv = {
        ...bound(rig.kv),
        async txn(request) {
          const writesHead = request.then.some((one) => 'put' in one && one.put === keys.plan(plan.id));
          if (writesHead) await rig.kv.txn(when([], [{ deletePrefix: keys.parts(plan.id) }]));
          return rig.kv.txn(request);
        },
      };
      const stores = await startStores(slow, rig.clock);
      await expect(stores.plans.create(plan)).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await traces(plan.id)).toEqual([]);
      await stores.close();
    });

    it('a round takes a bounded number and the next one goes on, in another process too', async () => {
      const made: string[] = [];
      for (let at = 0; at < 5; at += 1) made.push(await end(await create()));
      const working = await work(await create());
      ahead = 40 * DAY;
      const left = async () => (await rig.stores.plans.getMany(made)).filter((plan) => plan !== null).length;
      const rounds = [retention({ batch: 2 }), retention({ batch: 2 }, rig.witness), retention({ batch: 2 })];
      const seen: unknown[] = [];
      for (const one of rounds) seen.push(await one.round(), await left());
      expect(seen).toEqual(['more', 3, 'more', 1, 'done', 0]);
      expect(await retention().round()).toBe('early');
      expect(await rig.stores.plans.get(working)).not.toBeNull();
    });

    it('one process at a time does it, and the next one when that has died', async () => {
      const owner = await rig.kv.lease(rig.leaseSeconds);
      await rig.kv.txn(when([], [{ put: keys.retentionOwner, value: 'somebody', lease: owner.id }]));
      const old = await end(await create());
      ahead = 40 * DAY;
      expect(await retention().round()).toBe('busy');
      expect(await rig.stores.plans.get(old)).not.toBeNull();
      await owner.revoke();
      const rounds = await Promise.all([retention().round(), retention({}, rig.witness).round()]);
      expect(rounds).toContain('done');
      expect(rounds.filter((round) => round === 'done')).toHaveLength(1);
      expect(await rig.stores.plans.get(old)).toBeNull();
    });
  });
}

/** Methods that can be spread. */
function bound(kv: Kv): Kv {
  return {
    kind: kv.kind,
    get: (key) => kv.get(key),
    range: (prefix, options) => kv.range(prefix, options),
    txn: (request) => kv.txn(request),
    watch: (prefix, options) => kv.watch(prefix, options),
    lease: (seconds) => kv.lease(seconds),
    status: () => kv.status(),
    close: () => kv.close(),
  };
}
