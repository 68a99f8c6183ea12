// The promises of the PlanStore port, on any Kv.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConductorError, isConductorError } from '../../src/domain/errors.ts';
import type { PlanQuery } from '../../src/domain/ports.ts';
import { INDEX, keys } from '../../src/store/keys.ts';
import type { Kv, TxnRequest } from '../../src/store/kv.ts';
import { put, type Rig } from './rigs.ts';
import { advanced, newPlan, type StoresRig, solution, startStores, translation, withStores } from './stores-rig.ts';

const code = (wanted: string) => (error: unknown) => isConductorError(error) && error.code === wanted;

export function planStoreContract(name: string, open: () => Promise<Rig>): void {
  describe(`PlanStore: ${name}`, () => {
    let rig: StoresRig;
    beforeEach(async () => {
      rig = await withStores(await open());
    });
    afterEach(() => rig.close());

    it('creates a plan that is there at once with its template, first event and place in the queue', async () => {
      const { plans, work } = rig.stores;
      const plan = newPlan();
      const outcome = await plans.create(plan);
      if (outcome.kind !== 'created') return expect.unreachable();
      const { head } = outcome.plan;
      expect(head).toMatchObject({ id: plan.id, status: 'template', seq: 1, createdBy: 'alice', message: '' });
      expect(await plans.get(plan.id)).toEqual(outcome.plan);
      expect(await plans.template(head)).toEqual(plan.document);
      expect(await plans.translation(head)).toBeNull();
      expect(await plans.solution(head)).toBeNull();
      expect(await plans.events(plan.id, 0)).toMatchObject([
        { seq: 1, from: null, to: 'template', reason: 'created', actor: 'alice' },
      ]);
      expect(await plans.events(plan.id, 1)).toEqual([]);
      const stop = new AbortController();
      for await (const id of work.offers('controller', stop.signal)) {
        expect(id).toBe(plan.id);
        break;
      }
      await expect(plans.create(plan)).rejects.toSatisfy(code('CONFLICT'));
    });

    it('stores documents of any size and strange names unchanged, for other processes too', async () => {
      const noise = translation(3_000_000).problem.version;
      const template = JSON.parse(`{"__proto__": {"constructor": 1}, "noise": "${noise}", "\u00e9": "\u{1f600}"}`);
      const plan = newPlan({ document: { template, files: { toString: 'x' } } });
      await rig.stores.plans.create(plan);
      const other = await rig.another();
      const record = await other.plans.get(plan.id);
      if (!record) return expect.unreachable();
      expect(record.head.parts.template.chunks).toBeGreaterThan(2);
      const read = await other.plans.template(record.head);
      expect(JSON.stringify(read)).toBe(JSON.stringify(plan.document));
      expect(await other.plans.template(record.head)).toBe(read);
    });

    it('the same idempotency key gives the same plan, whoever is faster; another request with it is a conflict', async () => {
      const { plans } = rig.stores;
      const idempotency = { key: 'k'.repeat(3_000), fingerprint: 'f' };
      const many = Array.from({ length: 8 }, () => newPlan({ idempotency }));
      const outcomes = await Promise.all(many.map((plan) => plans.create(plan)));
      expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
      const made = new Set(outcomes.map((outcome) => outcome.kind !== 'conflict' && outcome.plan.head.id));
      expect(made.size).toBe(1);
      expect((await plans.list({ order: 'oldest-first', first: 10 })).plans).toHaveLength(1);
      const other = newPlan({ idempotency: { ...idempotency, fingerprint: 'g' } });
      expect(await plans.create(other)).toEqual({ kind: 'conflict' });
      const [id] = made;
      await plans.delete(id || '');
      expect((await plans.create(other)).kind).toBe('created');
    });

    it('a create whose confirmation is lost is read back: one plan, and the caller learns of it', async () => {
      for (const applied of [true, false]) {
        const flaky = losingAnswers(rig.kv, applied);
        const { plans } = await startStores(flaky, rig.clock);
        const plan = newPlan();
        const outcome = await plans.create(plan);
        expect(outcome.kind).toBe('created');
        expect(flaky.lost).toBe(1);
        if (outcome.kind === 'created') expect(await plans.get(plan.id)).toEqual(outcome.plan);
        expect(await plans.events(plan.id, 0)).toHaveLength(1);
      }
    });

    it('a delete whose confirmation is lost is a delete', async () => {
      const plan = newPlan();
      await rig.stores.plans.create(plan);
      const { plans } = await startStores(losingAnswers(rig.kv, true), rig.clock);
      expect(await plans.delete(plan.id)).toBe(true);
      expect(await plans.delete(plan.id)).toBe(false);
    });

    it('a delete or create that cannot be read back is not called undone', async () => {
      const unknown = code('STORE_OUTCOME_UNKNOWN');
      const { plans } = await startStores(goneAfterLoss(rig.kv), rig.clock);
      const plan = newPlan();
      await expect(plans.create(plan)).rejects.toSatisfy(unknown);
      expect(await rig.stores.plans.get(plan.id)).not.toBeNull();
      const other = await startStores(goneAfterLoss(rig.kv), rig.clock);
      await expect(other.plans.delete(plan.id)).rejects.toSatisfy(unknown);
      expect(await rig.stores.plans.get(plan.id)).toBeNull();
    });

    it('reads many at once in the order asked for, with null for what is not there', async () => {
      const { plans } = rig.stores;
      const made = Array.from({ length: 120 }, () => newPlan());
      for (const plan of made) await plans.create(plan);
      const wanted = ['nobody', ...made.map(({ id }) => id), '../claims/x', made[0]?.id ?? '', '', 'x'.repeat(5_000)];
      const found = await plans.getMany(wanted);
      expect(found.map((record) => record?.head.id ?? null)).toEqual(
        wanted.map((id) => (made.some((plan) => plan.id === id) ? id : null)),
      );
      expect(await plans.get('x'.repeat(5_000))).toBeNull();
    });

    it('deletes a plan with everything that belongs to it', async () => {
      const { plans, work } = rig.stores;
      const plan = newPlan({ idempotency: { key: 'k', fingerprint: 'f' } });
      await plans.create(plan);
      const before = await keysLeft(rig.kv);
      expect(before.length).toBeGreaterThan(5);
      const claim = await work.claim(plan.id, 'controller', 'me');
      expect(await plans.delete(plan.id)).toBe(true);
      expect(await keysLeft(rig.kv)).toEqual(['plans/!deleted']);
      expect(await plans.get(plan.id)).toBeNull();
      await expect(claim?.advance(advanced)).rejects.toSatisfy(code('CLAIM_LOST'));
      expect(await keysLeft(rig.kv)).toEqual(['plans/!deleted']);
    });

    it('keeps the documents that a head names while newer ones are written', async () => {
      const { plans, work } = rig.stores;
      const plan = newPlan();
      await plans.create(plan);
      const first = translation(1_200_000);
      const claim = await work.claim(plan.id, 'controller', 'me');
      await claim?.advance({ ...advanced, parts: { translation: first } });
      const solving = await work.claim(plan.id, 'solver', 'me');
      await solving?.advance({ to: 'not found', reason: 'completed', parts: { solution } });
      const record = await (await rig.another()).plans.get(plan.id);
      if (!record) return expect.unreachable();
      const other = await rig.another();
      expect(await other.plans.translation(record.head)).toEqual(first);
      expect(await other.plans.solution(record.head)).toEqual(solution);
    });

    describe('lists', () => {
      const pageThrough = async (query: Omit<PlanQuery, 'first'>, first: number) => {
        const seen: string[] = [];
        let after: string | undefined;
        for (;;) {
          const page = await rig.stores.plans.list({ ...query, first, ...(after === undefined ? {} : { after }) });
          expect(page.cursors).toHaveLength(page.plans.length);
          seen.push(...page.plans.map(({ head }) => head.name));
          after = page.cursors.at(-1);
          if (!page.hasNextPage) return seen;
          expect(page.plans).toHaveLength(first);
        }
      };
      const make = async (count: number) => {
        for (let at = 0; at < count; at += 1) {
          await rig.stores.plans.create(newPlan({ name: `n${at}`, createdBy: at % 3 ? 'bob' : 'alice' }));
        }
      };

      it('pages in time order both ways, each plan once', async () => {
        await make(23);
        const all = Array.from({ length: 23 }, (_, at) => `n${at}`);
        const times = await rig.stores.plans.list({ order: 'oldest-first', first: 50 });
        const created = times.plans.map(({ head }) => head.created);
        expect(created).toEqual([...created].sort((a, b) => a - b));
        expect((await pageThrough({ order: 'oldest-first' }, 5)).sort()).toEqual([...all].sort());
        const newest = await rig.stores.plans.list({ order: 'newest-first', first: 50 });
        expect(newest.plans.map(({ head }) => head.created)).toEqual(created.toReversed());
        expect((await pageThrough({ order: 'newest-first' }, 23)).sort()).toEqual([...all].sort());
      });

      it('a cursor keeps its place when plans come and go', async () => {
        await make(10);
        const { plans } = rig.stores;
        const page = await plans.list({ order: 'newest-first', first: 4 });
        await plans.create(newPlan({ name: 'later' }));
        await plans.delete(page.plans.at(-1)?.head.id ?? '');
        const rest = await plans.list({ order: 'newest-first', first: 10, after: page.cursors.at(-1) ?? '' });
        const names = [...page.plans, ...rest.plans].map(({ head }) => head.name);
        expect(new Set(names).size).toBe(10);
        expect(names).not.toContain('later');
        expect(rest.hasNextPage).toBe(false);
      });

      it('filters by status, name, owner and time', async () => {
        await make(12);
        const { plans, work } = rig.stores;
        const everything = await plans.list({ order: 'oldest-first', first: 50 });
        const [one, , third] = everything.plans;
        await work.claim(one?.head.id ?? '', 'controller', 'me');
        const names = (filter: PlanQuery['filter']) =>
          pageThrough({ order: 'newest-first', ...(filter && { filter }) }, 2);
        expect(await names({ statuses: ['translating', 'done'] })).toEqual([one?.head.name]);
        expect(await names({ statuses: [] })).toEqual([]);
        expect(await names({ name: 'n7' })).toEqual(['n7']);
        expect((await names({ createdBy: 'alice' })).sort()).toEqual(['n0', 'n3', 'n6', 'n9']);
        const edge = third?.head.created ?? 0;
        const early = everything.plans.filter(({ head }) => head.created < edge).map(({ head }) => head.name);
        const late = everything.plans.filter(({ head }) => head.created >= edge).map(({ head }) => head.name);
        for (const order of ['oldest-first', 'newest-first'] as const) {
          expect((await pageThrough({ order, filter: { createdBefore: edge } }, 3)).sort()).toEqual([...early].sort());
          expect((await pageThrough({ order, filter: { createdAfter: edge } }, 3)).sort()).toEqual([...late].sort());
        }
      });

      it.each([
        ['of a later version', '{"v":2,"shape":"unknown"}', 'STORE_FORMAT_NEWER'],
        ['that is damaged', '{"v":1,"he', 'INTERNAL'],
        ['that is incomplete', '{"v":1}', 'INTERNAL'],
      ])(
        'leave out a plan %s, and show all the others; asked for alone it says what is wrong',
        async (_, value, wrong) => {
          await make(12);
          const { plans } = rig.stores;
          const all = (await plans.list({ order: 'oldest-first', first: 50 })).plans.map(({ head }) => head.id);
          const bad = all[4] ?? '';
          await rig.kv.txn(put(keys.plan(bad), value));
          const readable = await plans.list({ order: 'oldest-first', first: 50 });
          expect(readable.plans.map(({ head }) => head.id)).toEqual(all.filter((id) => id !== bad));
          expect(await pageThrough({ order: 'newest-first' }, 3)).toHaveLength(11);
          expect((await plans.getMany(all)).map((plan) => plan?.head.id ?? null)).toEqual(
            all.map((id) => (id === bad ? null : id)),
          );
          await expect(plans.get(bad)).rejects.toSatisfy(code(wrong));
          // An entry of the index that cannot be read hides nothing: the head says what is asked.
          const index = (await rig.kv.range(INDEX['oldest-first'])).kvs.find(({ key }) => key.endsWith(`/${all[0]}`));
          await rig.kv.txn(put(index?.key ?? '', value));
          expect(await pageThrough({ order: 'oldest-first', filter: { createdBy: 'alice' } }, 5)).toContain('n0');
          expect(await pageThrough({ order: 'oldest-first', filter: { createdBy: 'bob' } }, 5)).not.toContain('n0');
        },
      );

      it('refuses a cursor that it did not make', async () => {
        for (const after of ['', 'x', '../..', Buffer.from('p1:1').toString('base64url'), 'é', 'a'.repeat(10_000)]) {
          const listing = rig.stores.plans.list({ order: 'oldest-first', first: 1, after });
          await expect(listing, after).rejects.toSatisfy(code('CURSOR_INVALID'));
        }
      });
    });
  });
}

async function keysLeft(kv: Kv): Promise<string[]> {
  return (await kv.range('', { keysOnly: true })).kvs.map(({ key }) => key);
}

/** The same store, for a change of some of its methods. */
export function through(kv: Kv): Kv {
  return {
    kind: kv.kind,
    get: (key) => kv.get(key),
    range: (prefix, options) => kv.range(prefix, options),
    txn: (request) => kv.txn(request),
    watch: (prefix, options) => kv.watch(prefix, options),
    lease: (ttlSeconds) => kv.lease(ttlSeconds),
    status: () => kv.status(),
    close: () => kv.close(),
  };
}

/** A store whose first write has its answer lost, after or before it was applied. */
export function losingAnswers(kv: Kv, applied: boolean): Kv & { lost: number } {
  return {
    ...through(kv),
    lost: 0,
    async txn(request: TxnRequest) {
      const writes = request.then.some((operation) => !('get' in operation));
      if (!writes || this.lost > 0) return kv.txn(request);
      this.lost += 1;
      if (applied) await kv.txn(request);
      throw new ConductorError('STORE_OUTCOME_UNKNOWN');
    },
  };
}

/** A store that applies the first write, loses its answer, and cannot be reached from then on. */
function goneAfterLoss(kv: Kv): Kv {
  const flaky = losingAnswers(kv, true);
  const unlessGone = <T>(task: () => Promise<T>) =>
    flaky.lost > 0 ? Promise.reject(new ConductorError('STORE_UNAVAILABLE')) : task();
  return {
    ...through(kv),
    get: (key) => unlessGone(() => kv.get(key)),
    txn: (request) => unlessGone(() => flaky.txn(request)),
  };
}
