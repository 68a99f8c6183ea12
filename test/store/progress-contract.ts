// How far searches are becomes known to all processes: what a claim tells, what subscribers hear, and what is left behind.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedPlan } from '../../src/domain/ports.ts';
import type { SearchProgress } from '../../src/domain/solution.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Stores } from '../../src/store/index.ts';
import type { Kv, TxnRequest } from '../../src/store/kv.ts';
import { KvProgressFeed } from '../../src/store/progress.ts';
import { noMetrics, put, quiet, type Rig, random } from './rigs.ts';
import { advanced, newPlan, type StoresRig, solution, startStores, withStores } from './stores-rig.ts';

/** Stands still until told how far to go. */
class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fn: () => void }>();

  now = () => this.#now;
  monotonic = () => this.#now;

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.fn();
    }
  }
}

const progress = (number: number): SearchProgress => ({
  number,
  round: 1,
  objective: 100 - number,
  bound: 10,
  gap: 0.5,
  nodes: number * 1000,
  elapsedMs: number * 250,
  placement: [{ demand: '__proto__', candidateId: `c${number}` }],
});

/** The same store; transactions are written down, and watches counted while they are open. */
function noting(kv: Kv) {
  const requests: TxnRequest[] = [];
  const watched: string[] = [];
  let left = () => {};
  const ended = new Promise<void>((resolve) => {
    left = resolve;
  });
  const noted: Kv = {
    ...{ kind: kv.kind, get: (key) => kv.get(key), range: (prefix, options) => kv.range(prefix, options) },
    ...{ lease: (seconds) => kv.lease(seconds), status: () => kv.status(), close: () => kv.close() },
    txn(request) {
      requests.push(request);
      return kv.txn(request);
    },
    async *watch(prefix, options) {
      watched.push(prefix);
      try {
        yield* kv.watch(prefix, options);
      } finally {
        watched.splice(watched.indexOf(prefix), 1);
        left();
      }
    },
  };
  const writes = () =>
    requests.filter(({ then }) => then.some((one) => 'put' in one && one.put.startsWith('progress/')));
  const mentions = () => JSON.stringify(requests).includes('progress/');
  return { kv: noted, writes, mentions, watched, ended };
}

export function progressContract(name: string, open: () => Promise<Rig>): void {
  describe(`progress of searches: ${name}`, () => {
    let rig: StoresRig;
    const stops: AbortController[] = [];
    beforeEach(async () => {
      rig = await withStores(await open());
    });
    afterEach(async () => {
      for (const stop of stops.splice(0)) stop.abort();
      await rig.close();
    });

    /** A plan that waits for its solver. */
    const translated = async (stores = rig.stores) => {
      const plan = newPlan();
      await stores.plans.create(plan);
      await (await stores.work.claim(plan.id, 'controller', 'me'))?.advance({ ...advanced, parts: {} });
      return plan.id;
    };
    const solving = async (id: string, stores = rig.stores): Promise<ClaimedPlan> => {
      const won = await stores.work.claim(id, 'solver', 'me');
      if (!won) throw new Error('not claimed');
      return won;
    };
    const listen = (stores: Stores, id: string) => {
      const stop = new AbortController();
      stops.push(stop);
      return stores.progress.watch(id, stop.signal)[Symbol.asyncIterator]();
    };
    const solved = { to: 'solved', reason: 'completed', parts: { solution } } as const;

    it('is heard in another process from before the search until its end, and leaves nothing', async () => {
      const other = await rig.another();
      const id = await translated();
      const heard = listen(other, id);
      const first = heard.next();
      const claim = await solving(id);
      claim.progress?.(progress(1));
      expect(await first).toEqual({ done: false, value: progress(1) });
      expect(await other.progress.current(id)).toEqual(progress(1));
      expect(await listen(other, id).next()).toEqual({ done: false, value: progress(1) });
      const next = heard.next();
      claim.progress?.(progress(2));
      expect((await next).value).toEqual(progress(2));
      const end = heard.next();
      await claim.advance(solved);
      expect(await end).toEqual({ done: true, value: undefined });
      expect(await other.progress.current(id)).toBeNull();
      expect((await rig.kv.range('progress/')).kvs).toEqual([]);
    });

    it('that was never told costs no operation', async () => {
      const { kv, mentions } = noting(rig.kv);
      const stores = await startStores(kv, rig.clock, { ownerName: 'noted' });
      const id = await translated(stores);
      await (await solving(id, stores)).advance(solved);
      const given = await translated(stores);
      await (await solving(given, stores)).release();
      await stores.close();
      expect(mentions()).toBe(false);
    });

    it('is written no faster than twice a second, always the newest', async () => {
      const noted = noting(rig.kv);
      const stores = await startStores(noted.kv, rig.clock, { ownerName: 'noted' });
      const id = await translated(stores);
      const claim = await solving(id, stores);
      const heard = listen(rig.stores, id);
      for (let number = 1; number <= 100; number += 1) claim.progress?.(progress(number));
      expect(noted.writes()).toHaveLength(1);
      const seen: number[] = [];
      while (seen.at(-1) !== 100) seen.push((await heard.next()).value?.number ?? 100);
      expect(noted.writes()).toHaveLength(2);
      await claim.advance(solved);
      claim.progress?.(progress(101));
      expect(noted.writes()).toHaveLength(2);
      await stores.close();
    });

    it('vanishes with a worker that stood still, and goes on with the one that takes the plan over', async () => {
      const other = await rig.another();
      const id = await translated();
      const held = await solving(id);
      const heard = listen(other, id);
      held.progress?.(progress(7));
      expect((await heard.next()).value).toEqual(progress(7));
      const lost = new Promise((resolve) => held.lost.addEventListener('abort', resolve));
      rig.stall();
      const found = new AbortController();
      stops.push(found);
      let taken: ClaimedPlan | null = null;
      for await (const one of other.work.offers('solver', found.signal)) {
        taken = one === id ? await other.work.claim(id, 'solver', 'other') : null;
        if (taken) break;
      }
      expect(await other.progress.current(id)).toBeNull();
      await lost;
      held.progress?.(progress(8));
      taken?.progress?.(progress(1));
      expect((await heard.next()).value).toEqual(progress(1));
      expect(await other.progress.current(id)).toEqual(progress(1));
    });

    it('goes with a plan that its worker gives back, and with one that is deleted', async () => {
      const id = await translated();
      const claim = await solving(id);
      const heard = listen(rig.stores, id);
      claim.progress?.(progress(1));
      expect((await heard.next()).value).toEqual(progress(1));
      await claim.release();
      expect(await rig.stores.progress.current(id)).toBeNull();
      // The next worker begins anew, and is heard.
      const again = await solving(id);
      again.progress?.(progress(1));
      expect((await heard.next()).value).toEqual(progress(1));
      const end = heard.next();
      await rig.stores.plans.delete(id);
      expect((await end).done).toBe(true);
      expect((await rig.kv.range('progress/')).kvs).toEqual([]);
    });

    it('ends at once for a plan that is not there or has nothing left to search', async () => {
      const id = await translated();
      await (await solving(id)).advance(solved);
      for (const one of [id, 'nobody', '../x']) {
        expect((await listen(rig.stores, one).next()).done).toBe(true);
        expect(await rig.stores.progress.current(one)).toBeNull();
      }
    });

    it('a slow reader gets the newest', async () => {
      const id = await translated();
      await solving(id);
      const [slow, quick] = [listen(rig.stores, id), listen(rig.stores, id)];
      const [first, second] = [slow.next(), quick.next()];
      for (let number = 1; number <= 3; number += 1) {
        const encoded = JSON.stringify({ v: 1, progress: progress(number) });
        await rig.kv.txn(put(`progress/${id}`, encoded));
        if (number === 1) await first;
        expect((await (number === 1 ? second : quick.next())).value).toEqual(progress(number));
      }
      expect((await slow.next()).value).toEqual(progress(3));
    });

    it('a reader that stands still at an item and then leaves is gone, and the watch with the last of them', async () => {
      const noted = noting(rig.kv);
      const clock = new HandClock();
      const parts = { kv: noted.kv, feed: rig.stores.feed, clock, random, logger: quiet, metrics: noMetrics };
      const feed = new KvProgressFeed(parts);
      const id = await translated();
      const claim = await solving(id);
      const leaving = new AbortController();
      const reader = feed.watch(id, leaving.signal);
      const first = reader.next();
      claim.progress?.(progress(1));
      expect((await first).value).toEqual(progress(1));
      leaving.abort();
      clock.pass(30_000);
      await noted.ended;
      expect(noted.watched).toEqual([]);
      await feed.close();
    });

    it('one watch serves all subscribers of a process, from the first until some time after the last', async () => {
      const noted = noting(rig.kv);
      const clock = new HandClock();
      const parts = { kv: noted.kv, feed: rig.stores.feed, clock, random, logger: quiet, metrics: noMetrics };
      const feed = new KvProgressFeed(parts);
      const [id, twin] = [await translated(), await translated()];
      const claims = [await solving(id), await solving(twin)];
      expect(noted.watched).toEqual([]);
      const leaving = new AbortController();
      const readers = [id, twin, id].map((one) => feed.watch(one, leaving.signal));
      const firsts = readers.map((reader) => reader.next());
      for (const claim of claims) claim.progress?.(progress(1));
      expect((await Promise.all(firsts)).map(({ value }) => value)).toEqual([progress(1), progress(1), progress(1)]);
      expect(noted.watched).toEqual(['progress/']);
      leaving.abort();
      expect((await Promise.all(readers.map((reader) => reader.next()))).every(({ done }) => done)).toBe(true);
      expect(noted.watched).toEqual(['progress/']);
      clock.pass(30_000);
      await noted.ended;
      const again = feed.watch(id, new AbortController().signal);
      expect((await again.next()).value).toEqual(progress(1));
      expect(noted.watched).toEqual(['progress/']);
      await feed.close();
      expect((await again.next()).done).toBe(true);
      expect(noted.watched).toEqual([]);
    });
  });
}
