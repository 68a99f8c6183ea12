// The promises of the WorkQueue port, on any Kv.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConductorError, isConductorError } from '../../src/domain/errors.ts';
import type { Stage } from '../../src/domain/plan.ts';
import type { ClaimedPlan } from '../../src/domain/ports.ts';
import type { ReservationStep } from '../../src/domain/solution.ts';
import type { Stores } from '../../src/store/index.ts';
import { CLAIMS, idOf } from '../../src/store/keys.ts';
import type { Kv } from '../../src/store/kv.ts';
import { Peers } from '../../src/store/peers.ts';
import { when } from '../../src/store/request.ts';
import { losingAnswers, through } from './plan-store-contract.ts';
import { find, quiet, type Rig } from './rigs.ts';
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

const step: ReservationStep = {
  step: '0-reserve it/now',
  order: 0,
  demand: 'vG',
  candidateId: 'c',
  controller: 'SDN-C',
  serviceModel: 'm',
  entityId: 'e',
  state: 'intended',
  message: '',
  updated: 1,
  request: {},
  candidate: {},
  reservationName: 'reserve it/now',
  reservationType: 't',
};

export function workQueueContract(name: string, open: () => Promise<Rig>): void {
  describe(`WorkQueue: ${name}`, () => {
    let rig: StoresRig;
    const stops: AbortController[] = [];
    beforeEach(async () => {
      rig = await withStores(await open());
    });
    afterEach(async () => {
      for (const stop of stops.splice(0)) stop.abort();
      await rig.close();
    });

    const create = async () => {
      const plan = newPlan();
      await rig.stores.plans.create(plan);
      return plan.id;
    };
    const offers = (stores: Stores, stage: Stage = 'controller') => {
      const stop = new AbortController();
      stops.push(stop);
      return stores.work.offers(stage, stop.signal);
    };
    const claim = async (id: string, stage: Stage = 'controller', stores = rig.stores): Promise<ClaimedPlan> => {
      const won = await stores.work.claim(id, stage, 'me');
      if (!won) throw new Error('not claimed');
      return won;
    };
    const offered = (id: string, stage: Stage = 'controller', stores = rig.stores) =>
      find(offers(stores, stage)[Symbol.asyncIterator]() as AsyncGenerator<string>, (one) => one === id);

    /** Takes offers of the plan until one can be claimed: an offer may be older than the claim of somebody else. */
    const claimOffered = async (id: string, stores: Stores): Promise<ClaimedPlan> => {
      for await (const one of offers(stores)) {
        const won = one === id ? await stores.work.claim(id, 'controller', 'me') : null;
        if (won) return won;
      }
      throw new Error('the offers ended');
    };

    it('offers what waits, oldest first, and what comes later', async () => {
      const made: string[] = [];
      for (let at = 0; at < 5; at += 1) {
        const created = (await rig.stores.plans.get(await create()))?.head;
        made.push(created?.id ?? '');
        // Distinct times: order is by the millisecond of creation.
        while (Date.now() === created?.created) await Promise.resolve();
      }
      const other = await rig.another();
      const seen: string[] = [];
      for await (const id of offers(other)) {
        seen.push(id);
        if (seen.length === 5) made.push(await create());
        if (seen.length === 6) break;
      }
      expect(seen).toEqual(made);
    });

    it('offers a plan of a higher class before older ones, at every stage', async () => {
      const normal = await create();
      const low = newPlan({ priority: 'low' });
      const high = newPlan({ priority: 'high' });
      for (const plan of [low, high]) await rig.stores.plans.create(plan);
      const other = await rig.another();
      const order = async (stage: Stage) => {
        const seen: string[] = [];
        for await (const id of offers(other, stage)) if (seen.push(id) === 3) break;
        return seen;
      };
      const wanted = [high.id, normal, low.id];
      expect(await order('controller')).toEqual(wanted);
      for (const id of [low.id, normal, high.id]) {
        await (await claim(id)).advance(advanced);
        await offered(id, 'solver', other);
      }
      expect(await order('solver')).toEqual(wanted);
      for (const id of wanted) await (await claim(id, 'solver')).advance({ to: 'not found', reason: 'completed' });
      expect((await rig.kv.range('queue/')).kvs).toEqual([]);
    });

    it('leaves plans to the process whose turn they are, until that has gone', async () => {
      const member = { roles: ['controller'], version: '' };
      const other = await rig.another({ member });
      // No time passes here, so what is another one's turn is never due.
      const still = { now: () => rig.clock.now(), monotonic: () => 0, after: () => () => undefined };
      const stores = await startStores(rig.witness, still, { member });
      await stores.members.join('http://here');
      await other.members.join('http://there');
      const [here] = (await rig.kv.range('members/')).kvs.filter(({ value }) => String(value).includes('http://here'));
      const peers = new Peers(idOf(here?.key ?? ''), quiet);
      peers.onMembers((await rig.kv.range('members/')).kvs.map((kv) => ({ type: 'put', kv })));
      const made: string[] = [];
      for (let at = 0; at < 20; at += 1) made.push(await create());
      const own = made.filter((id) => peers.rank('controller', id) === 0);
      expect([0, made.length]).not.toContain(own.length);
      const seen: string[] = [];
      for await (const id of offers(stores)) {
        if (seen.push(id) === own.length) void other.close();
        if (seen.length === made.length) break;
      }
      expect(seen.slice(0, own.length).sort()).toEqual([...own].sort());
      expect([...seen].sort()).toEqual([...made].sort());
      await stores.close();
    });

    it('an entry of the queue that a process without classes left behind goes when it was offered in vain', async () => {
      const id = await create();
      const moved = newPlan({ priority: 'high' });
      await rig.stores.plans.create(moved);
      const entries = (await rig.kv.range('queue/controller/')).kvs.map(({ key }) => key);
      const deleted = entries.find((key) => key.endsWith(id)) ?? '';
      const left = entries.find((key) => key.endsWith(moved.id)) ?? '';
      await rig.stores.plans.delete(id);
      await (await claim(moved.id)).advance(advanced);
      await rig.kv.txn(
        when(
          [],
          [deleted, left].map((key) => ({ put: key, value: '' })),
        ),
      );
      const gone = new Promise<void>((resolve) => {
        void (async () => {
          for await (const one of offers(rig.stores)) {
            await rig.stores.work.claim(one, 'controller', 'me');
            if ((await rig.kv.range('queue/controller/')).kvs.length === 0) return resolve();
          }
        })();
      });
      await gone;
      expect((await rig.kv.range('queue/solver/')).kvs.map(({ key }) => key.split('/').at(-1))).toEqual([moved.id]);
    });

    it('asks the store once for a claim, won or lost, once the watch has told of the plan; results with documents are one write', async () => {
      const id = await create();
      const calls: string[] = [];
      const { kv, claimsTold } = counted(rig.witness, calls);
      const stores = await startStores(kv, rig.clock);
      await new Listener(stores, { planId: id }).until((changes) => changes.length > 0);
      const next = await create();
      await offered(next, 'controller', stores);
      const seen = new Listener(stores);
      await rig.stores.plans.delete(await create());
      await seen.until((changes) => changes.length > 0);
      // The lease of the process is there from now on. A claim that the watch tells of after its end is looked at once more.
      const before = await claim(id, 'controller', stores);
      await claimsTold(1);
      await before.release();
      calls.length = 0;
      const won = await claim(next, 'controller', stores);
      await claimsTold(2);
      expect(calls).toEqual(['txn']);
      await won.advance({ ...advanced, parts: { translation: translation() } });
      expect(calls).toEqual(['txn', 'txn']);
      await claim(next, 'solver', stores);
      expect(calls).toEqual(['txn', 'txn', 'txn']);
      await offered(id, 'controller', stores);
      const taken = await claim(id);
      expect(await stores.work.claim(id, 'controller', 'late')).toBeNull();
      expect(calls).toEqual(['txn', 'txn', 'txn', 'txn']);
      await taken.release();
      await seen.stop();
      await stores.close();
    });

    it('walks a plan through its stages, each step in history with its owner and count', async () => {
      const id = await create();
      await offered(id);
      const first = await claim(id);
      expect(first).toMatchObject({ stage: 'controller', previous: 'template' });
      expect(first.plan.head).toMatchObject({
        status: 'translating',
        translation: { owner: 'me', counter: 1, failures: 0 },
      });
      expect(first.token).toBe(first.plan.revision);
      const document = translation();
      const translated = await first.advance({ ...advanced, parts: { translation: document } });
      expect(await rig.stores.plans.get(id)).toEqual(translated);
      await offered(id, 'solver');
      const second = await claim(id, 'solver');
      await second.advance({ to: 'solved', reason: 'completed', message: 'noted', parts: { solution } });
      await offered(id, 'reservation');
      const third = await claim(id, 'reservation');
      const done = await third.advance({ to: 'done', reason: 'completed' });
      expect(done.head).toMatchObject({ status: 'done', message: 'noted', seq: 7 });
      expect(await rig.stores.plans.translation(done.head)).toEqual(document);
      expect(await rig.stores.plans.solution(done.head)).toEqual(solution);
      const events = await rig.stores.plans.events(id, 0);
      expect(events.map(({ seq, from, to, reason }) => [seq, from, to, reason])).toEqual([
        [1, null, 'template', 'created'],
        [2, 'template', 'translating', 'claimed'],
        [3, 'translating', 'translated', 'completed'],
        [4, 'translated', 'solving', 'claimed'],
        [5, 'solving', 'solved', 'completed'],
        [6, 'solved', 'reserving', 'claimed'],
        [7, 'reserving', 'done', 'completed'],
      ]);
      for (const stage of ['controller', 'solver', 'reservation'] as const) {
        expect(await rig.stores.work.claim(id, stage, 'me')).toBeNull();
      }
      const left = (await rig.kv.range('')).kvs.map(({ key }) => key.split('/')[0]);
      expect(left).not.toContain('queue');
      expect(left).not.toContain('claims');
    });

    it('gives a plan to one worker only, and to none for a stage that it does not need', async () => {
      const id = await create();
      const other = await rig.another();
      expect(await rig.stores.work.claim(id, 'solver', 'me')).toBeNull();
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, at) => (at % 2 ? rig.stores : other).work.claim(id, 'controller', 'me')),
      );
      expect(all.filter(Boolean)).toHaveLength(1);
      expect(await other.work.claim(id, 'controller', 'me')).toBeNull();
      expect(await other.work.claim('nobody', 'controller', 'me')).toBeNull();
      expect(await other.work.claim('../x', 'controller', 'me')).toBeNull();
      expect(await rig.stores.plans.events(id, 0)).toHaveLength(2);
    });

    it('two workers race for 200 plans: each is claimed once and finished once', async () => {
      const other = await rig.another();
      const made = await Promise.all(Array.from({ length: 200 }, create));
      const finished: string[] = [];
      const done = new AbortController();
      const worker = async (stores: Stores) => {
        for await (const id of stores.work.offers('controller', done.signal)) {
          const won = await stores.work.claim(id, 'controller', 'w');
          if (!won) continue;
          await won.advance(advanced);
          finished.push(id);
          if (finished.length === made.length) done.abort();
        }
      };
      await Promise.all([worker(rig.stores), worker(rig.stores), worker(other), worker(other)]);
      expect([...finished].sort()).toEqual([...made].sort());
      for (const id of made.slice(0, 20)) {
        const events = await rig.stores.plans.events(id, 0);
        expect(events.map(({ to }) => to)).toEqual(['template', 'translating', 'translated']);
      }
    });

    it('a failed attempt is counted, and counts can be set back', async () => {
      const id = await create();
      await (await claim(id)).advance({
        to: 'template',
        reason: 'failed',
        failed: true,
        message: 'why',
        messageForm: 'list',
      });
      const again = await claim(id);
      expect(again.plan.head).toMatchObject({
        message: 'why',
        messageForm: 'list',
        translation: { counter: 2, failures: 1 },
      });
      const next = await again.advance({ ...advanced, resetFailures: ['controller'] });
      expect(next.head).toMatchObject({ message: '', messageForm: 'text', translation: { counter: 2, failures: 0 } });
    });

    it('an illegal step is refused and changes nothing', async () => {
      const id = await create();
      const held = await claim(id);
      await expect(held.advance({ to: 'done', reason: 'completed' })).rejects.toSatisfy(code('INTERNAL'));
      await held.advance(advanced);
      await expect(held.advance(advanced)).rejects.toSatisfy(code('CLAIM_LOST'));
    });

    it('a document that is too large for the store is refused, and the claim can still tell so', async () => {
      const id = await create();
      const held = await claim(id);
      await expect(held.advance({ ...advanced, message: 'm'.repeat(1_100_000) })).rejects.toSatisfy(
        code('STORE_VALUE_TOO_LARGE'),
      );
      expect((await held.advance({ to: 'error', reason: 'failed', message: 'too large' })).head.status).toBe('error');
    });

    it('a plan given back is offered again at once', async () => {
      const id = await create();
      await (await claim(id)).advance({ to: 'template', reason: 'given-back' });
      await offered(id);
      const held = await claim(id);
      await held.release();
      await held.release();
      expect(held.lost.aborted).toBe(false);
      const taken = await claimOffered(id, rig.stores);
      expect(taken.previous).toBe('translating');
      await expect(held.advance(advanced)).rejects.toSatisfy(code('CLAIM_LOST'));
      await taken.advance(advanced);
      expect((await rig.stores.plans.events(id, 0)).map(({ reason }) => reason)).toEqual([
        'created',
        'claimed',
        'given-back',
        'claimed',
        'taken-over',
        'completed',
      ]);
    });

    it('saga steps are kept under the plan and fenced by its claim', async () => {
      const id = await create();
      const held = await claim(id);
      await held.saga.put({ ...step, step: 'b', order: 1 });
      await held.saga.put(step);
      await held.saga.put({ ...step, state: 'reserved' });
      expect(await held.saga.list()).toMatchObject([{ step: step.step, state: 'reserved' }, { step: 'b' }]);
      expect(await rig.stores.plans.reservations(id)).toEqual(await held.saga.list());
      await held.release();
      await expect(held.saga.put(step)).rejects.toSatisfy(code('CLAIM_LOST'));
    });

    it('a worker that stood still loses its plans to others, and its writes are refused', async () => {
      const id = await create();
      const other = await rig.another();
      const held = await claim(id);
      const lost = new Promise((resolve) => held.lost.addEventListener('abort', resolve));
      rig.stall();
      const taken = await claimOffered(id, other);
      expect(taken.previous).toBe('translating');
      expect(taken.token).toBeGreaterThan(held.token);
      await lost;
      await expect(held.advance(advanced)).rejects.toSatisfy(code('CLAIM_LOST'));
      await expect(held.saga.put(step)).rejects.toThrow();
      const finished = await taken.advance(advanced);
      expect(finished.head.translation).toMatchObject({ counter: 2, failures: 0 });
      expect((await other.plans.events(id, 0)).map(({ reason }) => reason)).toEqual([
        'created',
        'claimed',
        'taken-over',
        'completed',
      ]);
    });

    it('a process that ends in order leaves its plans at once', async () => {
      const id = await create();
      const other = await rig.another();
      const held = await claim(id, 'controller', other);
      const waiting = claimOffered(id, rig.stores);
      await other.close();
      expect(held.lost.aborted).toBe(true);
      expect((await waiting).previous).toBe('translating');
    });

    it('a worker whose plan is deleted is told to stop', async () => {
      const id = await create();
      const held = await claim(id);
      const lost = new Promise((resolve) => held.lost.addEventListener('abort', resolve));
      await rig.stores.plans.delete(id);
      await lost;
    });

    it('a search is told to stop in whatever process it runs, and only for as long as it is to come or under way', async () => {
      const other = await rig.another();
      const early = await create();
      expect(await rig.stores.plans.stop(early, 'p')).toMatchObject({ kind: 'asked', plan: { head: { id: early } } });
      await (await claim(early)).advance({ ...advanced, parts: {} });
      await offered(early, 'solver', other);
      const first = await claim(early, 'solver', other);
      if (!first.stop?.aborted) await new Promise((resolve) => first.stop?.addEventListener('abort', resolve));
      expect(first.lost.aborted).toBe(false);
      await first.advance({ to: 'solved', reason: 'completed', parts: { solution } });
      const late = await create();
      await (await claim(late)).advance({ ...advanced, parts: {} });
      await offered(late, 'solver', other);
      const second = await claim(late, 'solver', other);
      expect(second.stop?.aborted).toBe(false);
      const told = new Promise((resolve) => second.stop?.addEventListener('abort', resolve));
      expect(await rig.stores.plans.stop(late, 'p')).toMatchObject({ kind: 'asked' });
      expect(await rig.stores.plans.stop(late, 'p')).toMatchObject({ kind: 'asked' });
      await told;
      await second.advance({ to: 'not found', reason: 'completed' });
      expect(await rig.stores.plans.stop(late, 'p')).toMatchObject({ kind: 'over' });
      expect(await rig.stores.plans.stop(early, 'p')).toMatchObject({ kind: 'over' });
      for (const id of ['nobody', '../x']) expect(await rig.stores.plans.stop(id, 'p')).toEqual({ kind: 'missing' });
      const gone = await create();
      await rig.stores.plans.stop(gone, 'p');
      await rig.stores.plans.delete(gone);
      expect((await rig.kv.range('stops/')).kvs).toEqual([]);
    });

    it('an answer that is lost is read back: claims and results count once', async () => {
      for (const applied of [true, false]) {
        const id = await create();
        const flaky = losingAnswers(rig.kv, applied);
        const stores = await startStores(flaky, rig.clock);
        const first = await stores.work.claim(id, 'controller', 'flaky');
        expect(flaky.lost).toBe(1);
        // Not applied: it looks like a lost race, and the plan stays on offer.
        expect(first === null).toBe(!applied);
        const held = first ?? (await stores.work.claim(id, 'controller', 'flaky'));
        flaky.lost = 0;
        const written = await held?.advance({ ...advanced, parts: {} });
        expect(flaky.lost).toBe(1);
        expect(await stores.plans.get(id)).toEqual(written);
        expect((await stores.plans.events(id, 0)).map(({ to }) => to)).toEqual([
          'template',
          'translating',
          'translated',
        ]);
        await stores.close();
      }
    });

    it('a claim that was seen before its answer and its reading back were lost does not stay behind', async () => {
      const id = await create();
      const stores = await startStores(claimsGoUnanswered(rig.kv), rig.clock);
      await expect(stores.work.claim(id, 'controller', 'flaky')).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
      const again = await claimOffered(id, stores);
      expect((await again.advance(advanced)).head.status).toBe('translated');
      await stores.close();
    });
  });
}

/** Notes each reading and writing; `claimsTold` resolves when the watch has told of so many claims, and they were looked at. */
function counted(inner: Kv, calls: string[]): { kv: Kv; claimsTold(count: number): Promise<void> } {
  let told = 0;
  let wake = () => {};
  const note = <T>(name: string, answer: T): T => {
    calls.push(name);
    return answer;
  };
  const kv: Kv = {
    ...through(inner),
    get: (key) => note('get', inner.get(key)),
    range: (prefix, options) => note('range', inner.range(prefix, options)),
    txn: (request) => note('txn', inner.txn(request)),
    async *watch(prefix, options) {
      for await (const batch of inner.watch(prefix, options)) {
        yield batch;
        // Asked for the next one, so this one was looked at.
        if (prefix === CLAIMS) told += batch.events.filter(({ type }) => type === 'put').length;
        wake();
      }
    },
  };
  const claimsTold = async (count: number) => {
    while (told < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { kv, claimsTold };
}

/** The first claim is applied and shown by the watch, and neither its answer nor the reading back arrives. */
function claimsGoUnanswered(kv: Kv): Kv {
  let seen: (() => void) | null = null;
  let state: 'before' | 'lost' | 'over' = 'before';
  return {
    ...through(kv),
    async *watch(prefix, options) {
      for await (const batch of kv.watch(prefix, options)) {
        yield batch;
        // Asked for the next one, so this one was looked at.
        if (prefix === CLAIMS && batch.events.length > 0) seen?.();
      }
    },
    async txn(request) {
      const claims = request.then.some((operation) => 'put' in operation && operation.put.startsWith(CLAIMS));
      if (!claims || state !== 'before') return kv.txn(request);
      state = 'lost';
      const shown = new Promise<void>((resolve) => {
        seen = resolve;
      });
      await kv.txn(request);
      await shown;
      throw new ConductorError('STORE_OUTCOME_UNKNOWN');
    },
    async get(key) {
      if (state !== 'lost' || !key.startsWith(CLAIMS)) return kv.get(key);
      state = 'over';
      throw new ConductorError('STORE_UNAVAILABLE');
    },
  };
}
