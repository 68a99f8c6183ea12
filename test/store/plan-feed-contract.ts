// The promises of the PlanFeed port, on any Kv.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConductorError, isConductorError } from '../../src/domain/errors.ts';
import type { PlanChange } from '../../src/domain/ports.ts';
import { decodeCursor, encodeCursor } from '../../src/store/cursor.ts';
import type { Kv } from '../../src/store/kv.ts';
import { followersOf } from '../support/followers.ts';
import { through } from './plan-store-contract.ts';
import { noMetrics, type Rig } from './rigs.ts';
import { advanced, Listener, newPlan, type StoresRig, short, startStores, withStores } from './stores-rig.ts';

const code = (wanted: string) => (error: unknown) => isConductorError(error) && error.code === wanted;
const atLeast = (count: number) => (changes: readonly unknown[]) => changes.length >= count;

export function planFeedContract(name: string, open: () => Promise<Rig>): void {
  describe(`PlanFeed: ${name}`, () => {
    let rig: StoresRig;
    const counts = new Map<string, number>();
    const metrics = {
      ...noMetrics,
      count: (of: string, _ = {}, by = 1) => void counts.set(of, (counts.get(of) ?? 0) + by),
    };
    const listeners: Listener[] = [];
    const listen = (
      ...[options, stores = rig.stores]: [ConstructorParameters<typeof Listener>[1]?, StoresRig['stores']?]
    ) => {
      const listener = new Listener(stores, options);
      listeners.push(listener);
      return listener;
    };
    beforeEach(async () => {
      counts.clear();
      rig = await withStores(await open(), { feedQueueCapacity: 8, feedRingCapacity: 16, metrics });
    });
    afterEach(async () => {
      await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
      await rig.close();
    });

    const create = async (more = {}) => {
      const plan = newPlan(more);
      await rig.stores.plans.create(plan);
      return plan.id;
    };
    /** Two events: claimed, and translated. */
    const work = async (id: string) => {
      const claim = await rig.stores.work.claim(id, 'controller', 'me');
      await claim?.advance(advanced);
    };

    it('tells the newest event of one plan first, then each change in order, and its deletion', async () => {
      const id = await create();
      await create();
      await rig.stores.work
        .claim(id, 'controller', 'me')
        .then((claim) => claim?.advance({ ...advanced, to: 'template', reason: 'given-back' }));
      const listener = listen({ planId: id });
      await listener.until(atLeast(1));
      await work(id);
      await rig.stores.plans.delete(id);
      const changes = await listener.until(atLeast(4));
      expect(changes.map(short)).toEqual(['3:template', '4:translating', '5:translated', 'deleted']);
      for (const change of changes) {
        if (change.kind === 'event')
          expect(change.plan.head).toMatchObject({ id, seq: change.event.seq, status: change.event.to });
      }
    });

    it('tells of many plans from now on, and of a plan that is created later', async () => {
      const earlier = listen();
      await create();
      await earlier.until(atLeast(1));
      const listener = listen();
      const later = newPlan();
      const single = listen({ planId: later.id });
      await rig.stores.plans.create(later);
      await work(later.id);
      expect((await listener.until(atLeast(3))).map(short)).toEqual(['1:template', '2:translating', '3:translated']);
      expect((await single.until(atLeast(3))).map(short)).toEqual(['1:template', '2:translating', '3:translated']);
    });

    it('what another process does is heard here', async () => {
      const other = await rig.another();
      const id = await create();
      const listener = listen({ planId: id }, other);
      await listener.until(atLeast(1));
      await work(id);
      expect((await listener.until(atLeast(3))).map(short)).toEqual(['1:template', '2:translating', '3:translated']);
    });

    it('filters many plans, deletions too', async () => {
      const alices = listen({ filter: { createdBy: 'alice' } });
      const solved = listen({ filter: { statuses: ['translated'] } });
      const bob = await create({ createdBy: 'bob' });
      const alice = await create({ createdBy: 'alice' });
      await work(bob);
      await work(alice);
      await rig.stores.plans.delete(bob);
      await rig.stores.plans.delete(alice);
      const heard = await alices.until(atLeast(4));
      expect(heard.map(short)).toEqual(['1:template', '2:translating', '3:translated', 'deleted']);
      const done = await solved.until(atLeast(4));
      expect(done.map(short)).toEqual(['3:translated', '3:translated', 'deleted', 'deleted']);
    });

    it('resumes one plan after any of its events: nothing lost, nothing twice, in another process and after compaction', async () => {
      const id = await create();
      const listener = listen({ planId: id });
      await listener.until(atLeast(1));
      await work(id);
      const all = [...(await listener.until(atLeast(3)))];
      await rig.compact();
      const other = await rig.another();
      for (const [at, change] of all.entries()) {
        const resumed = listen({ planId: id, after: change.cursor }, other);
        const claim = await rig.stores.work.claim(id, 'solver', 'me');
        const before = claim?.plan.head.seq ?? 0;
        await claim?.advance({ to: 'translated', reason: 'given-back' });
        const heard = await resumed.until((changes) =>
          changes.some((one) => one.kind === 'event' && one.event.seq === before + 1),
        );
        const seqs = heard.map((one) => one.kind === 'event' && one.event.seq);
        expect(seqs).toEqual(Array.from({ length: before + 1 - (at + 1) }, (_, index) => at + 2 + index));
      }
      await rig.stores.plans.delete(id);
      const last = listen({ planId: id, after: all[2]?.cursor ?? '' }, other);
      const [deleted] = await last.until(atLeast(1));
      expect(deleted?.kind).toBe('deleted');
    });

    it('resumes many plans after any change, from memory or from the history of the store', async () => {
      const listener = listen();
      const made: string[] = [];
      // More than the memory holds.
      for (let at = 0; at < 15; at += 1) {
        made.push(await create());
        await work(made.at(-1) ?? '');
      }
      await rig.stores.plans.delete(made[3] ?? '');
      const all = [...(await listener.until((changes) => changes.at(-1)?.kind === 'deleted'))].filter(
        ({ kind }) => kind !== 'gap',
      );
      const full = listen({ after: all[0]?.cursor ?? '' });
      const total = 15 * 3 + 1;
      const story = [all[0], ...(await full.until(atLeast(total - 1)))].map((change) => change?.cursor ?? '');
      expect(new Set(story).size).toBe(total);
      for (const at of [1, 7, 20, 40, total - 2]) {
        const resumed = listen({ after: story[at] ?? '' });
        const heard = await resumed.until(atLeast(total - 1 - at));
        expect(heard.map(({ cursor }) => cursor)).toEqual(story.slice(at + 1));
      }
      const upToDate = listen({ after: story.at(-1) ?? '' });
      const next = await create();
      expect(await upToDate.until(atLeast(1))).toMatchObject([{ kind: 'event', event: { planId: next } }]);
    });

    it('says so when the history for many plans is compacted, tells each plan that changed since as it is, and goes on', async () => {
      const listener = listen();
      const known = await create();
      const [first] = await listener.until(atLeast(1));
      const made: string[] = [];
      for (let at = 0; at < 40; at += 1) made.push(await create());
      const worked = made.shift() ?? '';
      await work(worked);
      await rig.stores.plans.delete(made.shift() ?? '');
      await rig.compact();
      const resumed = listen({ after: first?.cursor ?? '' });
      const [gap, ...plans] = await resumed.until(atLeast(40));
      expect(gap && short(gap)).toBe('gap:compacted');
      // In the order of their last changes: the plan that was worked on comes last, those that did not change not at all.
      const told = plans.map((one) => (one.kind === 'event' ? one.event.planId : ''));
      expect(told).toEqual([...made, worked]);
      expect(told).not.toContain(known);
      expect(plans.at(-1) && short(plans.at(-1) as (typeof plans)[number])).toBe('3:translated');
      // Each of these items is a place to go on from; behind the gap itself the same comes again.
      const late = listen({ after: plans[9]?.cursor ?? '' });
      const rest = (await late.until(atLeast(30))).filter(({ kind }) => kind === 'event');
      expect(rest.map((one) => (one.kind === 'event' ? one.event.planId : ''))).toEqual(told.slice(10));
      const again = listen({ after: gap?.cursor ?? '' });
      expect((await again.until(atLeast(40))).map(short)).toEqual([gap, ...plans].map((one) => one && short(one)));
      const id = await create();
      const heard = await resumed.until((changes) =>
        changes.some((one) => one.kind === 'event' && one.plan.head.id === id),
      );
      expect(heard.filter(({ kind }) => kind === 'gap')).toHaveLength(1);
    });

    it('a subscriber that is too slow learns it, and still gets the newest state of every plan', async () => {
      const stop = new AbortController();
      const id = await create();
      const slow = rig.stores.feed.watch({ signal: stop.signal });
      const witness = listen();
      const others = [await create(), await create()];
      for (let at = 0; at < 10; at += 1) {
        const claim = await rig.stores.work.claim(id, 'controller', 'me');
        await claim?.advance({ to: 'template', reason: 'given-back' });
      }
      await work(id);
      await witness.until((changes) => changes.some((change) => short(change) === '23:translated'));
      const heard: string[] = [];
      for await (const change of slow) {
        heard.push(`${change.kind === 'event' ? others.indexOf(change.event.planId) : ''} ${short(change)}`);
        if (short(change) === '23:translated') stop.abort();
      }
      expect(heard[0]).toBe(' gap:slow-consumer');
      expect(heard).toContain('0 1:template');
      expect(heard).toContain('1 1:template');
      expect(heard.length).toBeLessThan(12);
    });

    it('a subscriber that is too slow for what a queue may keep is told of every plan as it is', async () => {
      const stop = new AbortController();
      const slow = rig.stores.feed.watch({ signal: stop.signal });
      const witness = listen();
      const made = await Promise.all(Array.from({ length: 8 * 16 + 40 }, () => create()));
      const worked = made[0] ?? '';
      await work(worked);
      await witness.until((changes) => changes.some((change) => short(change) === '3:translated'));
      expect(counts.get('conductor_subscription_drops_total')).toBeGreaterThan(8 * 16);
      const told = new Map<string, string>();
      const gaps: string[] = [];
      let late = '';
      for await (const change of slow) {
        if (change.kind === 'gap') gaps.push(short(change));
        else if (change.kind === 'event') told.set(change.event.planId, short(change));
        if (told.size === 5 && late === '') late = await create();
        if (told.has(late)) stop.abort();
      }
      expect(gaps).toEqual(['gap:slow-consumer']);
      expect([...told.keys()].sort()).toEqual([...made, late].sort());
      expect(told.get(worked)).toBe('3:translated');
      expect(counts.get('conductor_subscription_catch_ups_total')).toBe(1);
    });

    it('what was told before a loss is not told again after it', async () => {
      const stop = new AbortController();
      const slow = rig.stores.feed.watch({ signal: stop.signal })[Symbol.asyncIterator]();
      const witness = listen();
      const first = await create();
      expect((await slow.next()).value).toMatchObject({ event: { planId: first } });
      const made = await Promise.all(Array.from({ length: 8 * 16 + 40 }, () => create()));
      await witness.until(() => (counts.get('conductor_subscription_drops_total') ?? 0) > 8 * 16);
      const heard: string[] = [];
      while (heard.length <= made.length) {
        const change: PlanChange = (await slow.next()).value;
        heard.push(change.kind === 'event' ? change.event.planId : short(change));
      }
      expect(heard.sort()).toEqual(['gap:slow-consumer', ...made].sort());
      stop.abort();
      await slow.return?.();
    });

    it('a cursor of what this process has heard itself needs no store, which may be away', async () => {
      const heard = listen();
      const id = await create();
      const newest = (await heard.until(atLeast(1))).at(-1)?.cursor ?? '';
      await work(id);
      const { kv, leave } = leaving(rig.witness);
      const other = await startStores(kv, rig.clock);
      try {
        const live = listen({}, other);
        const next = await create();
        const [change] = await live.until(atLeast(1));
        await work(next);
        await live.until(atLeast(3));
        leave();
        const back = listen({ after: change?.cursor ?? '' }, other);
        expect((await back.until(atLeast(2))).map(short)).toEqual(['2:translating', '3:translated']);
        // Older than its memory: nobody knows.
        await expect(listen({ after: newest }, other).until(atLeast(1))).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
        await Promise.all([live.stop(), back.stop()]);
      } finally {
        await other.close();
      }
    });

    it('those who come back at once share a few watches, and those who listen share one', async () => {
      const first = listen();
      for (let at = 0; at < 30; at += 1) await create();
      const cursors = (await first.until(atLeast(30))).filter(({ kind }) => kind === 'event').map((one) => one.cursor);
      const { kv, opened } = countingWatches(rig.witness);
      const other = await startStores(kv, rig.clock, { feedQueueCapacity: 100 });
      try {
        expect(opened()).toBe(1);
        const told = cursors.slice(0, -1).map((after) => listen({ after }, other));
        const all = await Promise.all(told.map((one, at) => one.until(atLeast(cursors.length - 1 - at))));
        all.forEach((heard, at) => {
          expect(heard.map(({ cursor }) => cursor)).toEqual(cursors.slice(at + 1));
        });
        expect(opened()).toBeLessThanOrEqual(6);
        const before = opened();
        const live = Array.from({ length: 30 }, () => listen({}, other));
        const id = await create();
        const heard = await Promise.all(live.map((one) => one.until(atLeast(1))));
        for (const [change] of heard) expect(change).toMatchObject({ event: { planId: id } });
        expect(opened()).toBe(before);
        await Promise.all([...told, ...live].map((one) => one.stop()));
      } finally {
        await other.close();
      }
    });

    it('after the deletion of a plan nothing follows; of a plan that is not there other cursors tell nothing', async () => {
      const [id, other] = [await create(), await create()];
      const [mine] = await listen({ planId: id }).until(atLeast(1));
      const [theirs] = await listen({ planId: other }).until(atLeast(1));
      const listener = listen({ planId: id });
      await listener.until(atLeast(1));
      await rig.stores.plans.delete(id);
      const deleted = (await listener.until(atLeast(2)))[1];
      expect(deleted?.kind).toBe('deleted');
      const stop = new AbortController();
      const again = rig.stores.feed.watch({ planId: id, after: deleted?.cursor ?? '', signal: stop.signal });
      for await (const change of again) expect.unreachable(short(change));
      expect((await listen({ planId: id, after: mine?.cursor ?? '' }).until(atLeast(1))).map(short)).toEqual([
        'deleted',
      ]);
      for (const gone of [id, newPlan().id]) {
        const wrong = listen({ planId: gone, after: theirs?.cursor ?? '' });
        await expect(wrong.until(atLeast(1))).rejects.toSatisfy(code('PLAN_NOT_FOUND'));
      }
      // The cursor of another plan, or of its deletion, is a place in the history of all.
      const since = listen({ planId: other, after: deleted?.cursor ?? '' });
      await work(other);
      expect((await since.until(atLeast(2))).map(short)).toEqual(['2:translating', '3:translated']);
      await rig.stores.plans.delete(other);
      expect((await since.until(atLeast(3))).map(short).at(-1)).toBe('deleted');
    });

    it('refuses a cursor whose event is another one in the store, and takes those of earlier releases', async () => {
      const id = await create();
      await work(id);
      const plan = await rig.stores.plans.get(id);
      const listener = listen({ planId: id });
      const [newest] = await listener.until(atLeast(1));
      const position = decodeCursor(newest?.cursor ?? '');
      expect(position).toMatchObject({ planId: id, seq: 3, revision: plan?.revision });
      const { planId: _, ...unnamed } = position;
      const undone = [
        { ...position, revision: position.revision - 1 },
        { ...position, seq: 2 },
        { ...position, seq: 4 },
      ];
      for (const one of undone) {
        for (const planId of [id, undefined]) {
          const after = listen({ after: encodeCursor(one), ...(planId === undefined ? {} : { planId }) });
          await expect(after.until(atLeast(1)), JSON.stringify(one)).rejects.toSatisfy(code('CURSOR_EXPIRED'));
        }
      }
      const earlier = [id, undefined].map((planId) =>
        listen({ after: encodeCursor(unnamed), ...(planId === undefined ? {} : { planId }) }),
      );
      await rig.stores.plans.delete(id);
      for (const one of earlier) expect((await one.until(atLeast(1))).map(short)).toEqual(['deleted']);
    });

    it('refuses cursors that are garbage, of another store, or of a future that was undone', async () => {
      const id = await create();
      const [first] = await listen({ planId: id }).until(atLeast(1));
      const cursor = first?.cursor ?? '';
      const position = decodeCursor(cursor);
      const foreign = encodeCursor({ ...position, clusterId: 'another' });
      const future = encodeCursor({ ...position, revision: position.revision + 1_000 });
      for (const planId of [id, undefined]) {
        const hear = (after: string) =>
          listen({ after, ...(planId === undefined ? {} : { planId }) }).until(atLeast(1));
        for (const garbage of ['', 'x', `${cursor}x`, cursor.slice(1), 'é'.repeat(500)]) {
          await expect(hear(garbage), garbage).rejects.toSatisfy(code('CURSOR_INVALID'));
        }
        await expect(hear(foreign)).rejects.toSatisfy(code('CURSOR_EXPIRED'));
        await expect(hear(future)).rejects.toSatisfy(code('CURSOR_EXPIRED'));
      }
    });

    it('a list and what is told after its position show every change, of an empty store too, in every process', async () => {
      const { feed, plans } = rig.stores;
      const other = await rig.another();
      const query = { order: 'oldest-first', first: 10 } as const;
      const empty = feed.position();
      expect((await plans.list(query)).plans).toEqual([]);
      const made = [await create(), await create()];
      const told = await listen({ after: empty }).until(atLeast(2));
      expect(told.map((one) => one.kind === 'event' && one.event.planId)).toEqual(made);
      const position = feed.position();
      expect((await plans.list(query)).plans.map(({ head }) => head.id)).toEqual(made);
      await work(made[0] ?? '');
      await plans.delete(made[1] ?? '');
      await create();
      for (const stores of [rig.stores, other]) {
        const heard = await listen({ after: position }, stores).until(atLeast(4));
        expect(heard.map(short)).toEqual(['2:translating', '3:translated', 'deleted', '1:template']);
      }
    });

    it('a subscriber that read of the past and leaves keeps nothing with a signal that lives on', async () => {
      const listener = listen();
      // More than the memory holds.
      for (let at = 0; at < 40; at += 1) await create();
      const [first] = await listener.until(atLeast(40));
      const { signal } = new AbortController();
      let count = 0;
      for await (const _ of rig.stores.feed.watch({ after: first?.cursor ?? '', signal })) if (++count === 39) break;
      expect(followersOf(signal)).toBe(0);
    });

    it('ends when it is told to, and says where it stands', async () => {
      const listener = listen();
      await listener.stop();
      const stopped = new AbortController();
      stopped.abort();
      for await (const _ of rig.stores.feed.watch({ signal: stopped.signal })) expect.unreachable();
      const id = await create();
      await listen({ planId: id }).until(atLeast(1));
      expect(rig.stores.feed.status()).toMatchObject({ connected: true });
      expect(rig.stores.feed.status().revision).toBeGreaterThan(0);
    });
  });
}

/** A store that answers no read any more from a moment on; what is watched goes on. */
function leaving(kv: Kv): { readonly kv: Kv; leave(): void } {
  let away = false;
  const unlessAway = <T>(read: () => Promise<T>): Promise<T> =>
    away ? Promise.reject(new ConductorError('STORE_UNAVAILABLE')) : read();
  const left: Kv = {
    ...through(kv),
    get: (key) => unlessAway(() => kv.get(key)),
    range: (prefix, options) => unlessAway(() => kv.range(prefix, options)),
    status: () => unlessAway(() => kv.status()),
  };
  return {
    kv: left,
    leave: () => {
      away = true;
    },
  };
}

/** The same store; counts the watches on plans. */
function countingWatches(kv: Kv): { readonly kv: Kv; opened(): number } {
  let opened = 0;
  const counting: Kv = {
    ...through(kv),
    watch(prefix, options) {
      if (prefix === 'plans/') opened += 1;
      return kv.watch(prefix, options);
    },
  };
  return { kv: counting, opened: () => opened };
}
