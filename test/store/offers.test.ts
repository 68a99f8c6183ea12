// Which plans are offered to workers, told from two watches that may be apart: queue and claims.
import { expect, it } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { keys } from '../../src/store/keys.ts';
import type { WatchEvent } from '../../src/store/kv.ts';
import { OfferBook } from '../../src/store/offers.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const CLAIM = keys.claim(ID);
const SOLVER = `queue/solver/5/0000000000001/${ID}`;
const RESERVATION = `queue/reservation/5/0000000000001/${ID}`;

const put = (key: string, modRevision: number): WatchEvent => ({
  type: 'put',
  kv: { key, value: Buffer.from(''), modRevision, createRevision: modRevision, version: 1 },
});
const gone = (key: string, modRevision: number): WatchEvent => ({ type: 'delete', key, modRevision });

/** A clock that stands still until it is told, and the moment after which everything that was due is done. */
function standing() {
  let now = 0;
  const waiting = new Set<() => void>();
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(ms, run) {
      const due = now + ms;
      const look = () => {
        if (now < due) return;
        waiting.delete(look);
        run();
      };
      waiting.add(look);
      return () => waiting.delete(look);
    },
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const pass = async (ms: number) => {
    now += ms;
    for (const look of [...waiting]) look();
    await settle();
  };
  return { clock, settle, pass };
}

/** A book with a plan in the solver's hands, and what it offers to each stage at a time. */
function claimed() {
  const { clock, settle, pass } = standing();
  const book = new OfferBook(clock, 'this one');
  const stop = new AbortController();
  const offered: string[] = [];
  for (const stage of ['solver', 'reservation'] as const) {
    void (async () => {
      for await (const id of book.offers(stage, stop.signal)) offered.push(`${stage} ${id === ID} at ${clock.now()}`);
    })();
  }
  book.onClaims([put(CLAIM, 2)]);
  book.onQueue([put(SOLVER, 1)]);
  return {
    book,
    offered,
    settle,
    stop: () => stop.abort(),
    pass,
  };
}

it('a plan whose stage is over is not offered to that stage again, whichever watch is ahead', async () => {
  for (const queueFirst of [true, false]) {
    const { book, offered, settle, pass, stop } = claimed();
    const queue = () => book.onQueue([gone(SOLVER, 3), put(RESERVATION, 3)]);
    const claims = () => book.onClaims([gone(CLAIM, 3)]);
    for (const tell of queueFirst ? [queue, claims] : [claims, queue]) {
      tell();
      await settle();
    }
    expect(offered, String(queueFirst)).toEqual(['reservation true at 0']);
    await pass(100);
    expect(offered).toHaveLength(1);
    stop();
  }
});

it('a plan whose worker died is offered again, after the time in which the queue could have told of it', async () => {
  const { book, offered, settle, pass, stop } = claimed();
  book.onClaims([gone(CLAIM, 7)]);
  await settle();
  expect(offered).toEqual([]);
  await pass(49);
  expect(offered).toEqual([]);
  await pass(1);
  expect(offered).toEqual(['solver true at 50']);
  stop();
});

it('an earlier word of the queue does not stand for the end of a later claim', async () => {
  const { book, offered, settle, pass, stop } = claimed();
  book.onQueue([put(SOLVER, 4)]);
  book.onClaims([gone(CLAIM, 7)]);
  await settle();
  expect(offered).toEqual([]);
  await pass(50);
  expect(offered).toHaveLength(1);
  stop();
});

/** When each of these plans is offered first, in whole milliseconds. */
async function offeredAt(instance: string, ids: readonly string[], lost: number): Promise<ReadonlyMap<string, number>> {
  const { clock, settle, pass } = standing();
  const book = new OfferBook(clock, instance);
  for (let at = 0; at < lost; at += 1) book.claimed(false);
  const stop = new AbortController();
  const times = new Map<string, number>();
  const done = (async () => {
    for await (const id of book.offers('solver', stop.signal)) if (!times.has(id)) times.set(id, clock.now());
  })();
  book.onQueue(ids.map((id, at) => put(`queue/solver/5/${String(at).padStart(13, '0')}/${id}`, at + 1)));
  await settle();
  for (let ms = 0; ms < 100; ms += 1) await pass(1);
  stop.abort();
  await done;
  return times;
}

it('processes that lose races offer a plan at different times, and without lost races at once', async () => {
  const ids = Array.from({ length: 50 }, (_, at) => `00000000-0000-4000-8000-0000000000${String(at).padStart(2, '0')}`);
  expect(new Set((await offeredAt('one', ids, 0)).values())).toEqual(new Set([0]));
  const [one, two] = [await offeredAt('one', ids, 50), await offeredAt('two', ids, 50)];
  const gaps = ids.map((id) => Math.abs((one.get(id) ?? Number.NaN) - (two.get(id) ?? Number.NaN)));
  expect(gaps.filter((gap) => gap >= 10).length).toBeGreaterThan(30);
});

it('races that are won end the waiting', async () => {
  const { clock, settle } = standing();
  const book = new OfferBook(clock, 'one');
  book.claimed(false);
  for (let at = 0; at < 1_000; at += 1) book.claimed(true);
  const stop = new AbortController();
  const first = book.offers('solver', stop.signal)[Symbol.asyncIterator]().next();
  book.onQueue([put(SOLVER, 1)]);
  await settle();
  await settle();
  stop.abort();
  expect(await first).toEqual({ done: false, value: ID });
});
