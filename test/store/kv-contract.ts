// The promises of the Kv seam, one case each, run against every implementation.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import type { KeyValue, Kv, Operation, WatchEvent } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { followersOf } from '../support/followers.ts';
import { put, type Rig, take, takeEvents, text } from './rigs.ts';

const code = (wanted: string) => (error: unknown) => isConductorError(error) && error.code === wanted;
const keyOf = (event: WatchEvent) => (event.type === 'put' ? event.kv.key : event.key);

export function kvContract(name: string, open: () => Promise<Rig>): void {
  describe(`Kv: ${name}`, () => {
    let rig: Rig;
    let kv: Kv;
    beforeEach(async () => {
      rig = await open();
      kv = rig.kv;
    });
    afterEach(() => rig.close());

    const now = async () => (await kv.status()).revision;

    describe('keys and transactions', () => {
      it('gives back the bytes that were put, with their revisions and version', async () => {
        const value = Uint8Array.from({ length: 256 }, (_, byte) => byte);
        const { revision } = await kv.txn(put('a', value));
        const found = await kv.get('a');
        expect(Buffer.from(found?.value ?? []).equals(Buffer.from(value))).toBe(true);
        expect(found).toMatchObject({ key: 'a', createRevision: revision, modRevision: revision, version: 1 });
        const again = await kv.txn(put('a', ''));
        expect(await kv.get('a')).toMatchObject({
          createRevision: revision,
          modRevision: again.revision,
          version: 2,
        });
        expect((await kv.get('a'))?.value.byteLength).toBe(0);
        expect(await kv.get('b')).toBeNull();
      });

      it('gives every transaction that changes something one revision more, and none to one that changes nothing', async () => {
        const first = await kv.txn(
          when(
            [],
            [
              { put: 'a', value: '1' },
              { put: 'b', value: '2' },
            ],
          ),
        );
        expect((await kv.txn(when([], [{ delete: 'missing' }, { get: 'a' }]))).revision).toBe(first.revision);
        expect((await kv.txn(when([], [{ deletePrefix: 'a' }]))).revision).toBe(first.revision + 1);
        expect(await kv.get('a')).toBeNull();
        expect((await kv.status()).revision).toBe(first.revision + 1);
      });

      it('runs the branch that the conditions select, whole', async () => {
        const { revision } = await kv.txn(put('a', '1'));
        const won = await kv.txn(
          when(
            [
              { key: 'a', modRevision: revision },
              { key: 'a', exists: true },
              { key: 'none', modRevision: 0 },
            ],
            [{ get: 'a' }, { put: 'a', value: '2' }, { put: 'none', value: 'x' }, { get: 'a' }, { get: 'nothing' }],
          ),
        );
        expect(won.succeeded).toBe(true);
        expect(won.gets.map((found) => found && text(found.value))).toEqual(['1', '2', null]);
        const lost = await kv.txn(
          when(
            [
              { key: 'a', exists: true },
              { key: 'none', modRevision: 0 },
            ],
            [{ put: 'a', value: 'never' }],
            [{ get: 'none' }, { put: 'other', value: 'yes' }],
          ),
        );
        expect(lost.succeeded).toBe(false);
        expect(lost.gets.map((found) => found && text(found.value))).toEqual(['x']);
        expect(text((await kv.get('a'))?.value)).toBe('2');
        expect(text((await kv.get('other'))?.value)).toBe('yes');
      });

      it('lets exactly one of many concurrent compare-and-swaps win', async () => {
        await kv.txn(put('counter', '0'));
        const increment = async (): Promise<void> => {
          for (;;) {
            const found = await kv.get('counter');
            const next = String(Number(text(found?.value)) + 1);
            const condition = [{ key: 'counter', modRevision: found?.modRevision ?? 0 }];
            if ((await kv.txn(when(condition, [{ put: 'counter', value: next }]))).succeeded) return;
          }
        };
        await Promise.all(Array.from({ length: 30 }, increment));
        expect(text((await kv.get('counter'))?.value)).toBe('30');
      });

      it('refuses an oversize value and a transaction that is too large, and nobody else suffers', async () => {
        const others = Array.from({ length: 20 }, (_, at) => kv.txn(put(`other/${at}`, 'x')));
        await expect(kv.txn(put('big', Buffer.alloc(1_000_001)))).rejects.toSatisfy(code('STORE_VALUE_TOO_LARGE'));
        const two = [0, 1].map((at): Operation => ({ put: `big/${at}`, value: Buffer.alloc(900_000) }));
        await expect(kv.txn(when([], two))).rejects.toSatisfy(code('STORE_VALUE_TOO_LARGE'));
        await expect(kv.txn(put('k'.repeat(2_000)))).rejects.toSatisfy(code('STORE_VALUE_TOO_LARGE'));
        await Promise.all(others);
        await kv.txn(put('after', 'x'));
        await kv.txn(put('largest', Buffer.alloc(1_000_000)));
        expect(await kv.get('big')).toBeNull();
      });

      it('refuses a transaction that writes a key twice', async () => {
        const twice = when([], [{ put: 'a', value: '1' }, { delete: 'a' }]);
        await expect(kv.txn(twice)).rejects.toSatisfy(code('INTERNAL'));
        const under = when([], [{ put: 'a/b', value: '1' }, { deletePrefix: 'a/' }]);
        await expect(kv.txn(under)).rejects.toSatisfy(code('INTERNAL'));
      });
    });

    describe('ranges', () => {
      it('pages through a prefix in byte order, both ways, and leaves neighbours out', async () => {
        const names = ['a', 'b', 'z', 'é', '\uffee', '\u{1f600}'].map((name) => `p/${name}`);
        for (const key of [...names, 'o', 'p', 'p0', 'q/x']) await kv.txn(put(key, key));
        const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
        const sorted = [...names].sort(bytes);
        expect(await pages(kv, 'p/', 2, false)).toEqual(sorted);
        expect(await pages(kv, 'p/', 4, true)).toEqual([...sorted].reverse());
        const page = await kv.range('p/', { keysOnly: true, limit: 1 });
        expect(page.more).toBe(true);
        expect(page.kvs[0]?.value.byteLength).toBe(0);
        expect((await kv.range('nothing/')).kvs).toEqual([]);
      });

      it('pages as of one revision while others write, change and delete', async () => {
        const all = Array.from({ length: 40 }, (_, at) => `p/${String(at).padStart(3, '0')}`);
        for (const key of all) await kv.txn(put(key, 'before'));
        const first = await kv.range('p/', { limit: 7 });
        const { revision } = first;
        await Promise.all(all.map((key, at) => kv.txn(at % 2 ? put(key, 'after') : when([], [{ delete: key }]))));
        await kv.txn(put('p/0005', 'new'));
        const seen: KeyValue[] = [...first.kvs];
        for (let page = first; page.more; ) {
          page = await kv.range('p/', { limit: 7, revision, after: seen.at(-1)?.key ?? '' });
          seen.push(...page.kvs);
        }
        expect(seen.map(({ key, value }) => [key, text(value)])).toEqual(all.map((key) => [key, 'before']));
        const last = await kv.range('p/', { limit: 3, revision, reverse: true });
        expect(last.kvs.map(({ key }) => key)).toEqual(all.slice(-3).reverse());
      });
    });

    describe('watches', () => {
      it('ordered, unique, reliable: concurrent writers, every change once, in revision order', async () => {
        const from = (await now()) + 1;
        const writers = Array.from({ length: 8 }, async (_, writer) => {
          const revisions: number[] = [];
          for (let at = 0; at < 25; at += 1) revisions.push((await kv.txn(put(`w/${writer}`, `${at}`))).revision);
          return revisions;
        });
        const events = await takeEvents(kv, 'w/', from, 200);
        const written = (await Promise.all(writers)).flat().sort((a, b) => a - b);
        expect(events.map((event) => event.type === 'put' && event.kv.modRevision)).toEqual(written);
      });

      it('atomic: the events of one transaction come together', async () => {
        const from = (await now()) + 1;
        const write = (at: number) =>
          kv.txn(
            when(
              [],
              [
                { put: 't/a', value: `${at}` },
                { put: 't/b', value: `${at}` },
                { put: 'x', value: '' },
              ],
            ),
          );
        await Promise.all(Array.from({ length: 30 }, (_, at) => write(at)));
        const { revision } = await kv.txn(when([], [{ delete: 't/a' }, { delete: 't/b' }]));
        const batches = await take(kv, 't/', from, (taken) => taken.length === 31);
        for (const { events } of batches) expect(events.map(keyOf).sort()).toEqual(['t/a', 't/b']);
        expect(batches.at(-1)).toMatchObject({ revision, events: [{ type: 'delete' }, { type: 'delete' }] });
      });

      it('resumable: begun again after any revision it goes on without loss or repetition', async () => {
        const from = (await now()) + 1;
        const revisions: number[] = [];
        for (let at = 0; at < 60; at += 1) revisions.push((await kv.txn(put(`r/${at % 7}`, `${at}`))).revision);
        const seen: number[] = [];
        for (let next = from; seen.length < 60; next = (seen.at(-1) ?? 0) + 1) {
          const batches = await take(kv, 'r/', next, (taken) => taken.length >= 7 || seen.length + taken.length === 60);
          seen.push(...batches.map(({ revision }) => revision));
        }
        expect(seen).toEqual(revisions);
      });

      it('bookmarkable: what comes after a bookmark is newer than it, also when only others write', async () => {
        const from = (await now()) + 1;
        const stop = new AbortController();
        let bookmark = 0;
        let wrote: Promise<unknown> = Promise.resolve();
        const other = await kv.txn(put('elsewhere', ''));
        for await (const { revision, events } of kv.watch('b/', { fromRevision: from, signal: stop.signal })) {
          if (events.length > 0) {
            expect(revision).toBeGreaterThan(bookmark);
            break;
          }
          expect(revision).toBeGreaterThanOrEqual(bookmark);
          bookmark = revision;
          // The bookmark has passed the other's write: now one of ours.
          if (bookmark >= other.revision) wrote = kv.txn(put('b/x', ''));
        }
        stop.abort();
        await wrote;
        expect(bookmark).toBeGreaterThanOrEqual(other.revision);
      });

      it('ends when it is told to, also while nothing happens', async () => {
        const stop = new AbortController();
        const watching = (async () => {
          const options = { fromRevision: (await now()) + 1, signal: stop.signal };
          for await (const { events } of kv.watch('quiet/', options)) expect(events).toEqual([]);
          return 'ended';
        })();
        await kv.txn(put('other', ''));
        stop.abort();
        expect(await watching).toBe('ended');
      });

      it('a watch that its reader leaves keeps nothing with a signal that lives on', async () => {
        const { signal } = new AbortController();
        const { revision } = await kv.txn(put('g/x', ''));
        for await (const { events } of kv.watch('g/', { fromRevision: revision, signal })) if (events.length > 0) break;
        expect(followersOf(signal)).toBe(0);
      });

      it('refuses a revision that the store has not reached: it must have been another store', async () => {
        const next = (await now()) + 2;
        await expect(takeEvents(kv, 'f/', next, 1)).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
        await kv.txn(put('f/x', 'first'));
        await kv.txn(put('f/x', 'second'));
        expect(await takeEvents(kv, 'f/', next, 1)).toMatchObject([{ kv: { modRevision: next } }]);
      });

      it('delivers a history larger than 4 MB', async () => {
        const from = (await now()) + 1;
        for (let at = 0; at < 10; at += 1) await kv.txn(put(`big/${at}`, Buffer.alloc(900_000, at)));
        const events = await takeEvents(kv, 'big/', from, 10);
        expect(events.map((event) => event.type === 'put' && event.kv.value.byteLength)).toEqual(
          Array.from({ length: 10 }, () => 900_000),
        );
        expect((await kv.range('big/')).kvs.length).toBe(10);
      });

      it('refuses to go on in another store', async () => {
        const options = { fromRevision: 1, clusterId: '12345', signal: new AbortController().signal };
        const watching = (async () => {
          for await (const _ of kv.watch('x/', options)) expect.unreachable();
        })();
        await expect(watching).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
      });
    });

    describe('compaction', () => {
      it('says so to a watch and to a read that come too late, and serves those that do not', async () => {
        const old = await kv.txn(put('c/x', '1'));
        await kv.txn(put('c/x', '2'));
        await rig.compact();
        await expect(takeEvents(kv, 'c/', old.revision, 1)).rejects.toSatisfy(code('STORE_COMPACTED'));
        await expect(kv.range('c/', { revision: old.revision })).rejects.toSatisfy(code('STORE_COMPACTED'));
        expect(text((await kv.range('c/')).kvs[0]?.value)).toBe('2');
        const next = await kv.txn(put('c/x', '3'));
        expect(await takeEvents(kv, 'c/', next.revision, 1)).toHaveLength(1);
      });
    });

    describe('leases', () => {
      const bound = async (key: string) => {
        const lease = await kv.lease(rig.leaseSeconds);
        const { revision } = await kv.txn(when([], [{ put: key, value: '', lease: lease.id }]));
        return { lease, next: revision + 1 };
      };

      it('a revoked lease takes its keys with it, with events, and binds nothing more', async () => {
        const { lease, next } = await bound('l/a');
        await kv.txn(put('l/free'));
        await lease.revoke();
        expect(lease.lost.aborted).toBe(true);
        const events = await takeEvents(kv, 'l/', next, 2);
        expect(events.map((event) => [event.type, keyOf(event)])).toEqual([
          ['put', 'l/free'],
          ['delete', 'l/a'],
        ]);
        const late = when([], [{ put: 'l/b', value: '', lease: lease.id }]);
        await expect(kv.txn(late)).rejects.toSatisfy(code('CLAIM_LOST'));
        expect(await kv.get('l/b')).toBeNull();
      });

      it('a key that was put again without the lease stays', async () => {
        const { lease } = await bound('l/a');
        await kv.txn(put('l/a', 'mine'));
        await lease.revoke();
        expect(text((await kv.get('l/a'))?.value)).toBe('mine');
      });

      it('a lease outlives its time as long as its holder lives', async () => {
        const { lease } = await bound('l/a');
        const until = rig.clock.monotonic() + lease.ttlSeconds * 2_000;
        const stop = new AbortController();
        const { revision } = await kv.status();
        for await (const _ of kv.watch('l/', { fromRevision: revision + 1, signal: stop.signal })) {
          if (rig.clock.monotonic() > until) break;
        }
        stop.abort();
        expect(lease.lost.aborted).toBe(false);
        expect(await kv.get('l/a')).not.toBeNull();
      });

      it('a holder that stands still loses its lease and its keys, and hears of it', async () => {
        const { lease, next } = await bound('l/a');
        const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve));
        rig.stall();
        const events = await takeEvents(rig.witness, 'l/', next, 1);
        expect(events).toMatchObject([{ type: 'delete', key: 'l/a' }]);
        await lost;
      });
    });

    it('tells the same story in ranges at every revision and in its watch as a simple model', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anyTxn, { minLength: 1, maxLength: 25 }), async (story) => {
          run += 1;
          await checkStory(kv, `m${run}/`, story);
        }),
        { numRuns: 15, seed: 42 },
      );
    });

    it('closed, it refuses everything', async () => {
      const watching = takeEvents(kv, 'x/', 1, 1);
      await kv.close();
      await expect(watching).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
      await expect(kv.get('a')).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
      await expect(kv.txn(put('a'))).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
      await expect(kv.status()).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
    });
  });
}

async function pages(kv: Kv, prefix: string, limit: number, reverse: boolean): Promise<string[]> {
  const out: string[] = [];
  for (;;) {
    const last = out.at(-1);
    const page = await kv.range(prefix, { limit, reverse, ...(last === undefined ? {} : { after: last }) });
    expect(page.kvs.length).toBeLessThanOrEqual(limit);
    out.push(...page.kvs.map(({ key }) => key));
    if (!page.more) return out;
  }
}

const NAMES = ['a', 'ab', 'b', 'c/d'];
/** One transaction: what happens to each of a few keys. */
const anyTxn = fc.uniqueArray(
  fc.record({ name: fc.constantFrom(...NAMES), value: fc.option(fc.string({ maxLength: 4 }), { nil: null }) }),
  { minLength: 1, maxLength: 3, selector: ({ name }) => name },
);

async function checkStory(
  kv: Kv,
  prefix: string,
  story: readonly (readonly { readonly name: string; readonly value: string | null }[])[],
): Promise<void> {
  const from = (await kv.status()).revision + 1;
  const state = new Map<string, string>();
  const at = new Map<number, string>();
  let changes = 0;
  for (const step of story) {
    const operations = step.map(
      ({ name, value }): Operation => (value === null ? { delete: prefix + name } : { put: prefix + name, value }),
    );
    const { revision } = await kv.txn(when([], operations));
    for (const { name, value } of step) {
      if (value !== null) state.set(name, value);
      const changed = value !== null || state.delete(name);
      if (changed) changes += 1;
    }
    at.set(revision, render(state));
  }
  for (const [revision, expected] of at) {
    if (revision < from) continue;
    const { kvs } = await kv.range(prefix, { revision });
    expect(render(new Map(kvs.map(({ key, value }) => [key.slice(prefix.length), text(value)])))).toBe(expected);
  }
  if (changes === 0) return;
  const told = new Map<string, string>();
  const batches = await take(kv, prefix, from, (taken) => taken.flatMap(({ events }) => events).length >= changes);
  for (const { revision, events } of batches) {
    for (const event of events) {
      if (event.type === 'put') told.set(event.kv.key.slice(prefix.length), text(event.kv.value));
      else told.delete(event.key.slice(prefix.length));
    }
    expect(render(told)).toBe(at.get(revision));
  }
}

function render(state: ReadonlyMap<string, string>): string {
  return JSON.stringify([...state].sort(([a], [b]) => (a < b ? -1 : 1)));
}
