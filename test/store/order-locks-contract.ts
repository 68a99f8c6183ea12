// The promises of order locks, on any Kv: one builder for each resource, nobody forgotten, whoever dies.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import type { LockRequest, OrderLock } from '../../src/domain/order-locks.ts';
import type { PlanStatus } from '../../src/domain/plan.ts';
import type { ClaimedPlan, PlanChange } from '../../src/domain/ports.ts';
import { lockCodec } from '../../src/store/codec.ts';
import { createStores, type Stores } from '../../src/store/index.ts';
import { keys, LOCK_ROWS, LOCK_WAKE } from '../../src/store/keys.ts';
import { when } from '../../src/store/request.ts';
import { losingAnswers } from './plan-store-contract.ts';
import { ids, noMetrics, quiet, type Rig, random } from './rigs.ts';
import {
  advanced,
  Listener,
  newPlan,
  type StoresRig,
  solution,
  startStores,
  translation,
  withStores,
} from './stores-rig.ts';

const code = (wanted: string) => (error: unknown) => isConductorError(error) && error.code === wanted;

/** Requests under the service resource id `service`. */
const asks = (service: string, ...conflictIds: string[]): LockRequest[] =>
  conflictIds.map((conflictId) => ({ conflictId, serviceResourceId: service }));
const completed = (serviceResourceId: string) => [{ serviceResourceId, failed: false }];
const failed = (serviceResourceId: string) => [{ serviceResourceId, failed: true }];
const solved = { to: 'solved', reason: 'completed', message: '', parts: { solution } } as const;

export function orderLocksContract(name: string, open: () => Promise<Rig>): void {
  describe(`order locks: ${name}`, () => {
    let rig: StoresRig;
    beforeEach(async () => {
      rig = await withStores(await open());
    });
    afterEach(() => rig.close());

    async function claim(id: string, stage: 'controller' | 'solver' | 'reservation', stores: Stores) {
      const won = await stores.work.claim(id, stage, 'worker');
      if (!won) throw new Error(`plan ${id} could not be claimed for ${stage}`);
      return won;
    }

    /** Translates the plan and claims it for the solver. */
    async function solving(id: string, stores = rig.stores): Promise<ClaimedPlan> {
      const translating = await claim(id, 'controller', stores);
      await translating.advance({ ...advanced, parts: { translation: translation() } });
      return claim(id, 'solver', stores);
    }

    async function created(): Promise<string> {
      const plan = newPlan();
      await rig.stores.plans.create(plan);
      return plan.id;
    }

    /** A new plan that has come out of its solver with these requests. */
    async function plan(locks: readonly LockRequest[]): Promise<string> {
      const id = await created();
      await (await solving(id)).advance({ ...solved, locks });
      return id;
    }

    const head = async (id: string) => {
      const record = await rig.stores.plans.get(id);
      if (!record) throw new Error(`no plan ${id}`);
      return record.head;
    };
    const status = async (id: string) => (await head(id)).status;
    const locks = async () => (await rig.stores.orderLocks.list({ first: 100 })).locks;
    const lock = async (conflictId: string) => (await locks()).find((one) => one.conflictId === conflictId);
    const entries = async (conflictId: string) =>
      (await lock(conflictId))?.entries.map((entry) => `${entry.planId} ${entry.status}`);

    /** Waits until the plan has this status, whoever brings it there. */
    async function until(id: string, wanted: PlanStatus): Promise<void> {
      const listener = new Listener(rig.stores, { planId: id });
      await listener.until((changes) => changes.some((one) => one.kind === 'event' && one.event.to === wanted));
      await listener.stop();
    }

    it('a plan without requests touches no lock', async () => {
      const id = await plan([]);
      expect(await status(id)).toBe('solved');
      expect(await head(id)).not.toHaveProperty('locked');
      expect(await locks()).toEqual([]);
    });

    it('the first plan builds, the next one for the same resource waits with what else it depends on', async () => {
      const first = await plan(asks('sr-1', 'a', 'b'));
      const second = await plan(asks('sr-2', 'b', 'c'));
      const third = await plan(asks('sr-3', 'c'));
      expect([await status(first), await status(second), await status(third)]).toEqual([
        'solved',
        'waiting spinup',
        'solved',
      ]);
      expect(await entries('a')).toEqual([`${first} under-spin-up`]);
      expect(await entries('b')).toEqual([`${first} under-spin-up`, `${second} parked`]);
      expect(await entries('c')).toEqual([`${third} under-spin-up`]);
      const parked = (await lock('b'))?.entries[1];
      expect(parked).toMatchObject({ serviceResourceId: 'sr-2', dependencies: ['c'] });
      expect(await rig.stores.plans.solution(await head(second))).toEqual(solution);
      expect((await rig.stores.orderLocks.ofPlan(second)).map(({ conflictId }) => conflictId)).toEqual(['b']);
      // Parked plans need no stage: nobody looks at them until a release.
      for (const stage of ['controller', 'solver', 'reservation'] as const) {
        expect(await rig.stores.work.claim(second, stage, 'w')).toBeNull();
      }
    });

    it('a completed spin-up sends those who waited back to the template, with nothing of their first try left', async () => {
      const first = await plan(asks('sr-1', 'a'));
      const second = await plan(asks('sr-2', 'a'));
      expect(await rig.stores.orderLocks.release(completed('unknown'), 'so')).toEqual([]);
      expect(await rig.stores.orderLocks.release(completed('sr-2'), 'so')).toEqual([]);
      expect(await status(second)).toBe('waiting spinup');
      const decisions = await rig.stores.orderLocks.release(completed('sr-1'), 'so');
      expect(decisions).toEqual([{ planId: second, shouldRehome: true }]);
      expect(await head(second)).toMatchObject({
        status: 'template',
        message: '',
        translation: { counter: 0, failures: 0, owner: 'worker' },
        solver: { counter: 0, failures: 0, owner: 'worker' },
        parts: { template: {} },
      });
      expect((await head(second)).parts).not.toHaveProperty('solution');
      expect(await head(second)).not.toHaveProperty('locked');
      expect((await rig.stores.plans.events(second, 0)).at(-1)).toMatchObject({
        from: 'waiting spinup',
        to: 'template',
        reason: 'rehomed',
        actor: 'so',
      });
      expect(await entries('a')).toEqual([`${first} completed`, `${second} rehome`]);
      expect((await lock('a'))?.release).toMatchObject({ outcome: 'completed', serviceResourceId: 'sr-1' });
      // Said once more it changes nothing.
      expect(await rig.stores.orderLocks.release(completed('sr-1'), 'so')).toEqual([]);
      // Its second try is newer than the completion: it builds, and the old row is history.
      const generation = (await lock('a'))?.generation ?? '';
      await (await solving(second)).advance({ ...solved, locks: asks('sr-2', 'a') });
      expect(await status(second)).toBe('solved');
      expect(await entries('a')).toEqual([`${second} under-spin-up`]);
      expect((await lock('a'))?.generation).not.toBe(generation);
      expect(await rig.kv.get(keys.lockHistory(generation))).not.toBeNull();
    });

    it('a plan translated before the completion starts anew: what it looked at is out of date', async () => {
      await plan(asks('sr-1', 'a'));
      const id = await created();
      const late = await solving(id);
      await rig.stores.orderLocks.release(completed('sr-1'), 'so');
      const record = await late.advance({ ...solved, locks: asks('sr-2', 'x', 'a') });
      expect(record.head).toMatchObject({ status: 'template', translation: { counter: 0 }, parts: { template: {} } });
      expect(record.head.parts).not.toHaveProperty('solution');
      expect((await rig.stores.plans.events(id, 0)).at(-1)).toMatchObject({ from: 'solving', reason: 'rehomed' });
      expect(await lock('x')).toBeUndefined();
      // It is in the queue again, and its next try counts.
      await (await solving(id)).advance({ ...solved, locks: asks('sr-2', 'x', 'a') });
      expect(await status(id)).toBe('solved');
    });

    it('a failed spin-up ends those who waited, with the message that clients know; it makes no translation stale', async () => {
      const builder = await plan(asks('sr-1', 'a'));
      const waiting = await plan(asks('sr-2', 'a'));
      const other = await solving(await created());
      expect(await rig.stores.orderLocks.release(failed('sr-1'), 'so')).toEqual([]);
      expect(await head(waiting)).toMatchObject({
        status: 'error',
        message: 'Error due to failed cloud candidate spin-up in MSO (service_resource_id: sr-1).',
      });
      expect(await status(builder)).toBe('solved');
      expect((await lock('a'))?.release?.outcome).toBe('failed');
      expect(await entries('a')).toEqual([`${builder} failed`, `${waiting} failed`]);
      expect((await other.advance({ ...solved, locks: asks('sr-3', 'a') })).head.status).toBe('solved');
    });

    it('a plan that waits for two resources starts anew only when both are decided, and is told of once', async () => {
      await plan(asks('sr-1', 'a'));
      await plan(asks('sr-2', 'b'));
      const both = await plan(asks('sr-3', 'a', 'b'));
      expect(await rig.stores.orderLocks.release(completed('sr-1'), 'so')).toEqual([
        { planId: both, shouldRehome: false },
      ]);
      expect(await status(both)).toBe('waiting spinup');
      expect(await rig.stores.orderLocks.release(completed('sr-2'), 'so')).toEqual([
        { planId: both, shouldRehome: true },
      ]);
      await plan(asks('sr-4', 'c', 'd'));
      const again = await plan(asks('sr-5', 'c', 'd'));
      expect(await rig.stores.orderLocks.release(completed('sr-4'), 'so')).toEqual([
        { planId: again, shouldRehome: true },
      ]);
    });

    it('one failure of two ends the plan, and it leaves the row of the other', async () => {
      await plan(asks('sr-1', 'a'));
      const builder = await plan(asks('sr-2', 'b'));
      const both = await plan(asks('sr-3', 'a', 'b'));
      await rig.stores.orderLocks.release(failed('sr-1'), 'so');
      expect(await status(both)).toBe('error');
      expect(await entries('b')).toEqual([`${builder} under-spin-up`]);
      expect(await rig.stores.orderLocks.release(completed('sr-2'), 'so')).toEqual([]);
      expect(await status(both)).toBe('error');
    });

    it('a rolled-back reservation gives the locks up: nothing is built, and who waited starts anew', async () => {
      const first = await plan(asks('sr-1', 'a', 'b'));
      const second = await plan(asks('sr-2', 'a'));
      const reserving = await claim(first, 'reservation', rig.stores);
      await reserving.advance({ to: 'translated', reason: 'rolled-back', failed: true, resetFailures: ['solver'] });
      expect(await lock('b')).toBeUndefined();
      expect((await lock('a'))?.release?.outcome).toBe('abandoned');
      await until(second, 'template');
      // Abandoned is not completed: the plan that was rolled back is solved again as it was translated.
      const again = await claim(first, 'solver', rig.stores);
      expect((await again.advance({ ...solved, locks: asks('sr-1', 'a', 'b') })).head.status).toBe('solved');
      expect(await rig.stores.orderLocks.release(completed('sr-1'), 'so')).toEqual([]);
    });

    it('a plan that ends in error after its solution gives the locks up', async () => {
      const first = await plan(asks('sr-1', 'a'));
      const reserving = await claim(first, 'reservation', rig.stores);
      const done = await reserving.advance({ to: 'error', reason: 'failed', failed: true, message: 'no' });
      expect(done.head).not.toHaveProperty('locked');
      expect(await locks()).toEqual([]);
    });

    it('a finished plan keeps its locks until the release', async () => {
      const first = await plan(asks('sr-1', 'a'));
      await (await claim(first, 'reservation', rig.stores)).advance({ to: 'done', reason: 'completed' });
      expect(await status(await plan(asks('sr-2', 'a')))).toBe('waiting spinup');
      expect(await rig.stores.orderLocks.release(completed('sr-1'), 'so')).toHaveLength(1);
    });

    it('a deleted plan leaves no trace in open rows, and who waited for it starts anew', async () => {
      const first = await plan(asks('sr-1', 'a', 'b'));
      const second = await plan(asks('sr-2', 'a'));
      const third = await plan(asks('sr-3', 'a'));
      await rig.stores.plans.delete(third);
      expect(await entries('a')).toEqual([`${first} under-spin-up`, `${second} parked`]);
      await rig.stores.plans.delete(first);
      await until(second, 'template');
      const left = (await rig.kv.range('locks/', { keysOnly: true })).kvs.map(({ key }) => key);
      expect(left.filter((key) => key.includes(first) || key.includes(third))).toEqual([]);
      expect(await entries('a')).toEqual([`${second} rehome`]);
    });

    it('conflict ids and service resource ids may be any text', async () => {
      const strange = ['__proto__', 'constructor', '../../plans/', `${'x'.repeat(5_000)}|`, 'é\u0000/'];
      const first = await plan(asks('../a', ...strange));
      const second = await plan(asks('__proto__', ...strange));
      expect((await locks()).map(({ conflictId }) => conflictId).sort()).toEqual([...strange].sort());
      expect(await status(first)).toBe('solved');
      expect(await rig.stores.orderLocks.release(completed('../a'), 'so')).toEqual([
        { planId: second, shouldRehome: true },
      ]);
    });

    it('more locks than one transaction takes are refused, and the claim can still tell so', async () => {
      const id = await created();
      const held = await solving(id);
      const many = asks('sr', ...Array.from({ length: 90 }, (_, at) => `c${at}`));
      await expect(held.advance({ ...solved, locks: many })).rejects.toSatisfy(code('PLAN_FAILED'));
      await held.advance({ to: 'error', reason: 'failed', message: 'too many' });
      expect(await locks()).toEqual([]);
      const fits = await plan(asks('sr', ...many.slice(0, 70).map(({ conflictId }) => conflictId)));
      const waits = await plan(asks('sr-2', ...many.slice(0, 70).map(({ conflictId }) => conflictId)));
      await rig.stores.plans.delete(fits);
      await until(waits, 'template');
    });

    it('lists locks page by page', async () => {
      for (const id of ['a', 'b', 'c']) await plan(asks('sr', id));
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await rig.stores.orderLocks.list({ first: 2, ...(after === undefined ? {} : { after }) });
        seen.push(...page.locks.map(({ conflictId }) => conflictId));
        after = page.hasNextPage ? page.cursors.at(-1) : undefined;
      } while (after !== undefined);
      expect(seen.sort()).toEqual(['a', 'b', 'c']);
      await expect(rig.stores.orderLocks.list({ first: 2, after: 'nonsense' })).rejects.toSatisfy(
        code('CURSOR_INVALID'),
      );
    });

    it('plans of a release whose process died are woken by the next process', async () => {
      const first = await plan(asks('sr-1', 'a'));
      const second = await plan(asks('sr-2', 'a'));
      // The process dies right after its first transaction: row and wake are written, nobody was woken.
      await rig.stores.close();
      const found = await rig.kv.get(keys.lockRow('a'));
      if (!found) return expect.unreachable();
      const dying = Object.create(rig.kv, {
        txn: {
          value: async (request: Parameters<typeof rig.kv.txn>[0]) => {
            const result = await rig.kv.txn(request);
            const released = request.then.some((one) => 'put' in one && one.put.startsWith(LOCK_WAKE));
            if (released) throw new Error('the process dies');
            return result;
          },
        },
      });
      for (const verb of ['get', 'range', 'watch', 'lease', 'status'] as const) {
        Object.defineProperty(dying, verb, { value: rig.kv[verb].bind(rig.kv) });
      }
      const doomed = storesWithoutWatching(dying, rig);
      await expect(doomed.orderLocks.release(completed('sr-1'), 'so')).rejects.toThrow('the process dies');
      expect((await doomed.plans.get(second))?.head.status).toBe('waiting spinup');
      const next = await rig.another();
      const listener = new Listener(next, { planId: second });
      await listener.until((changes) => changes.some((one) => one.kind === 'event' && one.event.to === 'template'));
      await listener.stop();
      expect((await next.plans.get(first))?.head.status).toBe('solved');
    });

    it('an answer that is lost is read back: locks are taken and released once', async () => {
      for (const applied of [true, false]) {
        const service = `sr-${applied}`;
        const id = await created();
        const flaky = losingAnswers(rig.kv, applied);
        const stores = await startStores(flaky, rig.clock);
        flaky.lost = 1;
        const held = await solving(id, stores);
        flaky.lost = 0;
        const written = await held.advance({ ...solved, parts: {}, locks: asks(service, service) });
        expect(flaky.lost).toBe(1);
        expect(written.head.status).toBe('solved');
        const waiting = await plan(asks('other', service));
        flaky.lost = 0;
        const decisions = await stores.orderLocks.release(completed(service), 'so');
        expect(flaky.lost).toBe(1);
        expect(decisions).toEqual([{ planId: waiting, shouldRehome: true }]);
        expect(await entries(service)).toEqual([`${id} completed`, `${waiting} rehome`]);
        await stores.close();
      }
    });

    it('ten plans race for one resource from several processes: one builds, nine wait', async () => {
      const other = await rig.another();
      const claims = await Promise.all(
        Array.from({ length: 10 }, async (_, at) => solving(await created(), at % 2 ? rig.stores : other)),
      );
      const results = await Promise.all(
        claims.map((held, at) => held.advance({ ...solved, locks: asks(`sr-${at}`, 'a') })),
      );
      const statuses = results.map((record) => record.head.status).sort();
      expect(statuses).toEqual(['solved', ...Array.from({ length: 9 }, () => 'waiting spinup')]);
      expect((await lock('a'))?.entries.filter((entry) => entry.status === 'under-spin-up')).toHaveLength(1);
      expect((await lock('a'))?.entries).toHaveLength(10);
    });

    it('whatever workers, releases, rollbacks and deletions do at once: never two builders, and no plan is forgotten', async () => {
      const from = (await rig.kv.status()).revision + 1;
      const processes = [rig.stores, await rig.another(), await rig.another()];
      const requests = new Map<string, readonly LockRequest[]>();
      const rounds = new Map<string, number>();
      for (let at = 0; at < 24; at += 1) {
        const id = await created();
        const wanted = ['a', 'b', 'c', 'd'].filter((_, bit) => ((at * 7 + 3) >> bit) & 1);
        requests.set(id, asks(`sr-${id}`, ...(wanted.length > 0 ? wanted : ['a'])));
      }
      const stop = new AbortController();
      const settled = new Set<string>();
      const finish = (id: string) => {
        settled.add(id);
        if (settled.size === requests.size) stop.abort();
      };
      const ends = new Listener(rig.stores);
      const run = async (stores: Stores, stage: 'controller' | 'solver' | 'reservation') => {
        for await (const id of stores.work.offers(stage, stop.signal)) {
          const held = await stores.work.claim(id, stage, 'w');
          if (!held) continue;
          if (stage === 'controller') await held.advance(advanced).catch(unlessGone);
          else if (stage === 'solver')
            await held.advance({ ...solved, locks: requests.get(id) ?? [] }).catch(unlessGone);
          else await finishOrder(stores, id, held);
        }
      };
      /** Every fifth order is rolled back once, every seventh plan is deleted, every eleventh spin-up fails. */
      const finishOrder = async (stores: Stores, id: string, held: ClaimedPlan) => {
        const at = [...requests.keys()].indexOf(id);
        const round = (rounds.get(id) ?? 0) + 1;
        rounds.set(id, round);
        if (at % 5 === 1 && round === 1) {
          await held.advance({ to: 'translated', reason: 'rolled-back', failed: true }).catch(unlessGone);
        } else if (at % 7 === 2) {
          await stores.plans.delete(id);
          finish(id);
        } else {
          await held.advance({ to: 'done', reason: 'completed' });
          await stores.orderLocks.release([{ serviceResourceId: `sr-${id}`, failed: at % 11 === 4 }], 'so');
          finish(id);
        }
      };
      const watching = (async () => {
        for (;;) {
          const done = (changes: readonly PlanChange[]) =>
            changes.some((one) => one.kind === 'event' && one.event.to === 'error' && !settled.has(one.plan.head.id)) ||
            settled.size === requests.size;
          await ends.until(done);
          for (const one of ends.changes) {
            if (one.kind === 'event' && one.event.to === 'error') finish(one.plan.head.id);
          }
          if (settled.size === requests.size) return;
        }
      })();
      const stages = ['controller', 'solver', 'reservation'] as const;
      await Promise.all(processes.flatMap((stores) => stages.map((stage) => run(stores, stage))));
      await rig.stores.plans.create(newPlan());
      await watching;
      await ends.stop();
      await checkRows(rig, from);
      for (const id of requests.keys()) {
        const record = await rig.stores.plans.get(id);
        if (record) expect(['done', 'error']).toContain(record.head.status);
      }
      expect((await locks()).filter((one) => one.release === null)).toEqual([]);
    });
  });
}

function unlessGone(error: unknown): void {
  if (!isConductorError(error, 'CLAIM_LOST')) throw error;
}

/** Stores of a process that does not watch: it cannot come to its own help. */
function storesWithoutWatching(kv: Rig['kv'], { clock }: Rig): Stores {
  const telemetry = { logger: quiet, metrics: noMetrics };
  return createStores(kv, { clock, ids, random, ...telemetry, ownerName: 'doomed', leaseTtlSeconds: 2 });
}

/** Every row, over all its history: one builder while it is open, and never another one before it was released or given up. */
async function checkRows(rig: Rig, from: number): Promise<void> {
  const { revision } = await rig.witness.txn(when([], [{ put: `${LOCK_ROWS}end`, value: '' }]));
  const rows = new Map<string, OrderLock>();
  const stop = new AbortController();
  let builders = 0;
  for await (const batch of rig.kv.watch(LOCK_ROWS, { fromRevision: from, signal: stop.signal })) {
    for (const event of batch.events) {
      if (event.type === 'delete') {
        rows.delete(event.key);
        continue;
      }
      if (event.kv.key.endsWith('end')) break;
      const next = lockCodec.decode(event.kv);
      const before = rows.get(event.kv.key);
      const building = next.entries.filter(({ status }) => status === 'under-spin-up').map(({ planId }) => planId);
      expect(building).toHaveLength(next.release === null ? 1 : 0);
      if (before?.release === null && next.release === null) {
        expect(building).toEqual(
          before.entries.filter(({ status }) => status === 'under-spin-up').map((one) => one.planId),
        );
      } else if (next.release === null) builders += 1;
      rows.set(event.kv.key, next);
    }
    if (batch.revision >= revision) break;
  }
  stop.abort();
  await rig.witness.txn(when([], [{ delete: `${LOCK_ROWS}end` }]));
  expect(builders).toBeGreaterThan(10);
}
