// Which plans are offered to workers, told from two watches that may be apart: queue and claims.
import { expect, it } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { memberCodec } from '../../src/store/codec.ts';
import { keys } from '../../src/store/keys.ts';
import type { WatchEvent } from '../../src/store/kv.ts';
import { OfferBook } from '../../src/store/offers.ts';
import { Peers } from '../../src/store/peers.ts';
import { quiet } from './rigs.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const CLAIM = keys.claim(ID);
const SOLVER = `queue/solver/5/0000000000001/${ID}`;
const RESERVATION = `queue/reservation/5/0000000000001/${ID}`;

const put = (key: string, modRevision: number, value = ''): WatchEvent => ({
  type: 'put',
  kv: { key, value: Buffer.from(value), modRevision, createRevision: modRevision, version: 1 },
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
  const book = new OfferBook(clock, peersOf('this one'));
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

/** What a process knows of others that solve, itself among them or not yet. */
function peersOf(self: string, ...members: readonly string[]): Peers {
  const peers = new Peers(self, quiet);
  peers.onMembers(members.map((id) => member(id)));
  return peers;
}

function member(id: string, more: { readonly roles?: readonly string[]; readonly draining?: true } = {}): WatchEvent {
  const seen = { started: 0, updated: 0, claims: 0, feedLagMs: 0, storeRevision: 1 };
  const row = { id, name: id, version: '', url: '', roles: ['solver'], ...seen, ...more };
  return put(`members/${id}`, 1, memberCodec.encode(row));
}

const idAt = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const keyAt = (at: number, priority = '5') => `queue/solver/${priority}/${String(at).padStart(15, '0')}/${idAt(at)}`;
const IDS = Array.from({ length: 60 }, (_, at) => idAt(at));

/** When each of the plans is offered first, in whole milliseconds; `before` is done to the book first. */
async function offeredAt(peers: Peers, before: (book: OfferBook) => void = () => undefined) {
  const { clock, settle, pass } = standing();
  const book = new OfferBook(clock, peers);
  before(book);
  const stop = new AbortController();
  const times = new Map<string, number>();
  const done = (async () => {
    for await (const id of book.offers('solver', stop.signal)) if (!times.has(id)) times.set(id, clock.now());
  })();
  book.onQueue(IDS.map((_, at) => put(keyAt(at), at + 1)));
  await settle();
  for (let ms = 0; ms < 999; ms += 1) await pass(1);
  stop.abort();
  await done;
  return IDS.map((id) => times.get(id) ?? Number.NaN);
}

const NAMES = ['one', 'two', 'three'];

it('each plan is offered at once by the process whose turn it is, and by the others while that is still not too late', async () => {
  const seen = await Promise.all(NAMES.map((name) => offeredAt(peersOf(name, ...NAMES))));
  const turns = NAMES.map(() => 0);
  for (const at of IDS.keys()) {
    const times = seen.map((of) => of[at] ?? Number.NaN);
    turns[times.indexOf(0)] = (turns[times.indexOf(0)] ?? 0) + 1;
    expect([...times].sort((a, b) => a - b)).toEqual([0, 100, 150]);
  }
  // Nobody has all of them.
  for (const count of turns) expect(count).toBeGreaterThan(IDS.length / 6);
});

it('a process that knows of no other one waits for nobody, nor for those that drain or work at other stages', async () => {
  const others = [member('two', { draining: true }), member('three', { roles: ['api', 'controller'] })];
  const peers = peersOf('one');
  peers.onMembers(others);
  expect(new Set(await offeredAt(peers))).toEqual(new Set([0]));
});

it('turns last longer while races are lost all the same, and not when they are won again', async () => {
  const lost = (book: OfferBook) => {
    for (let at = 0; at < 50; at += 1) book.claimed(false);
  };
  const won = (book: OfferBook) => {
    for (let at = 0; at < 1_000; at += 1) book.claimed(true);
  };
  const latest = async (before: (book: OfferBook) => void) =>
    Math.max(...(await offeredAt(peersOf('one', ...NAMES), before)));
  expect(await latest(lost)).toBeGreaterThan(500);
  expect(
    await latest((book) => {
      lost(book);
      won(book);
    }),
  ).toBe(150);
});

it('the plans of a process that is gone are due as soon as that is known', async () => {
  const { clock, settle } = standing();
  const peers = peersOf('one', 'one', 'two');
  const at = [...IDS.keys()].find((index) => peers.rank('solver', idAt(index)) === 1) ?? 0;
  const book = new OfferBook(clock, peers);
  const stop = new AbortController();
  const first = book.offers('solver', stop.signal)[Symbol.asyncIterator]().next();
  book.onQueue([put(keyAt(at), 1)]);
  await settle();
  peers.onMembers([gone('members/two', 9)]);
  book.peersChanged();
  expect(await first).toEqual({ done: false, value: idAt(at) });
  stop.abort();
});

it('the oldest plan of the most urgent class goes first, and one offer of eight to whoever waits longest', async () => {
  const { clock } = standing();
  const book = new OfferBook(clock, peersOf('one'));
  const stop = new AbortController();
  book.onQueue([
    ...Array.from({ length: 20 }, (_, at) => put(keyAt(at + 100, '3'), at + 1)),
    put(keyAt(2), 30),
    put(keyAt(1, '7'), 31),
  ]);
  const seen: string[] = [];
  for await (const id of book.offers('solver', stop.signal)) {
    seen.push(id);
    if (seen.length === 22) break;
  }
  const urgent = (from: number, count: number) => Array.from({ length: count }, (_, at) => idAt(from + at));
  expect(seen).toEqual([...urgent(100, 7), idAt(1), ...urgent(107, 7), idAt(2), ...urgent(114, 6)]);
});
