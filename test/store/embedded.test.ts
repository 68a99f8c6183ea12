// What only the embedded store promises: it survives kill -9 at any moment, belongs to one process, and keeps its history bounded.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openEmbeddedKv } from '../../src/store/embedded/index.ts';
import type { Kv } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { embeddedRig, ids, put, takeEvents, text } from './rigs.ts';

const open = (dir: string, historyRevisions = 5_000): Promise<Kv> =>
  openEmbeddedKv({ dir, clock: systemClock, ids, historyRevisions });
const locked = (dir: string, pid: number) => (error: unknown) =>
  isConductorError(error, 'STORE_LOCKED') && error.message.includes(dir) && error.message.includes(String(pid));

describe('embedded store', () => {
  let dir: string;
  let bundle: string;
  beforeAll(async () => {
    // Inside the project, so that the bundle finds lmdb.
    bundle = join('node_modules', '.cache', `durability-writer-${ids.uuid()}.mjs`);
    await build({
      entryPoints: ['test/store/durability-writer.ts'],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
  });
  afterAll(() => rmSync(bundle, { force: true }));
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'store-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Lets a child write until it has acknowledged so many writes, and kills it there. */
  async function writeAndKill(round: number, acknowledged: number): Promise<Map<string, number>> {
    const child = spawn(process.execPath, [bundle, dir, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = once(child, 'exit');
    let out = '';
    child.stdout.setEncoding('utf8');
    for await (const data of child.stdout) {
      out += data;
      if (out.split('\n').length > acknowledged) child.kill('SIGKILL');
    }
    await gone;
    expect(child.signalCode).toBe('SIGKILL');
    const complete = out.slice(0, out.lastIndexOf('\n')).split('\n');
    return new Map(complete.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
  }

  it('holds every acknowledged write whole after kill -9, wherever it strikes, and no lease of the dead', async () => {
    const written = new Map<string, number>();
    for (let round = 0; round < 20; round += 1) {
      for (const [id, revision] of await writeAndKill(round, 1 + round * 7)) written.set(id, revision);
      const kv = await open(dir, 500);
      try {
        for (const [id, revision] of written) {
          expect(text((await kv.get(`k/${id}`))?.value), `round ${round}`).toBe(id.repeat(20));
          expect((await kv.get(`pair/${id}`))?.modRevision).toBe(revision);
        }
        const newest = Math.max(...written.values());
        expect((await kv.status()).revision).toBeGreaterThanOrEqual(newest);
        expect((await kv.range('leased/')).kvs).toEqual([]);
        // Nothing is there by half: both keys of a transaction or none.
        const [keys, pairs] = await Promise.all(['k/', 'pair/'].map((prefix) => kv.range(prefix, { limit: 1e6 })));
        expect(keys?.kvs.map((kv) => kv.modRevision)).toEqual(pairs?.kvs.map((kv) => kv.modRevision));
      } finally {
        await kv.close();
      }
    }
  }, 180_000);

  it('deletes the keys of a dead process with events when it is opened again', async () => {
    const child = spawn(process.execPath, [bundle, dir, 'x'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const kv = await open(dir);
    const { revision } = await kv.status();
    expect(await takeEvents(kv, 'leased/', revision, 1)).toMatchObject([{ type: 'delete', key: 'leased/x' }]);
    await kv.close();
  });

  it('keeps data, revisions, history and identity when it is closed and opened again', async () => {
    const first = await open(dir);
    const { revision } = await first.txn(put('a', '1'));
    await first.txn(put('a', '2'));
    const before = await first.status();
    await first.close();
    const second = await open(dir);
    expect(await second.status()).toEqual(before);
    expect(text((await second.range('a', { revision })).kvs[0]?.value)).toBe('1');
    expect(await takeEvents(second, 'a', revision, 2)).toHaveLength(2);
    await second.close();
  });

  it('refuses a second opening, by this process and by another one, naming folder and process', async () => {
    const kv = await open(dir);
    await expect(open(dir)).rejects.toSatisfy(locked(dir, process.pid));
    await kv.close();
    const other: ChildProcess = spawn(process.execPath, [bundle, dir, 'x'], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (other.stdout) await once(other.stdout, 'data');
    await expect(open(dir)).rejects.toSatisfy(locked(dir, other.pid ?? -1));
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await open(dir)).close();
    expect(readdirSync(dir).sort()).toEqual(['data.mdb', 'lock.mdb']);
  });

  it('takes over the lock of a process that is gone, also when its id belongs to another one by now', async () => {
    await (await open(dir)).close();
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: process.pid, started: 'boot/1' }));
    const kv = await open(dir);
    const holder: unknown = JSON.parse(readFileSync(join(dir, 'lock'), 'utf8'));
    expect(holder).toMatchObject({ pid: process.pid });
    await expect(open(dir)).rejects.toSatisfy(locked(dir, process.pid));
    await kv.close();
    writeFileSync(join(dir, 'lock'), 'half writ');
    await (await open(dir)).close();
  });

  it('lets only one of several win that find the same dead lock', async () => {
    await (await open(dir)).close();
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: process.pid, started: 'boot/1' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => open(dir)));
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.close();
  });

  it('forgets old history but nothing of the present', async () => {
    const rig = await embeddedRig({ historyRevisions: 100 });
    const { kv } = rig;
    await kv.txn(
      when(
        [],
        Array.from({ length: 90 }, (_, at) => ({ put: `wide/${at}`, value: 'x' })),
      ),
    );
    await kv.txn(when([], [{ deletePrefix: 'wide/' }]));
    await kv.txn(put('kept', 'x'));
    for (let at = 0; at < 300; at += 1) await kv.txn(put('busy', `${at}`));
    const { revision } = await kv.status();
    expect(await takeEvents(kv, 'busy', revision - 99, 100)).toHaveLength(100);
    await expect(takeEvents(kv, 'busy', revision - 100, 1)).rejects.toSatisfy((error) =>
      isConductorError(error, 'STORE_COMPACTED'),
    );
    expect(text((await kv.range('busy', { revision: revision - 100 })).kvs[0]?.value)).toBe('199');
    expect((await kv.range('')).kvs.map(({ key }) => key)).toEqual(['busy', 'kept']);
    await rig.close();
  });

  it('a refused transaction spoils none that shares its commit', async () => {
    const kv = await open(dir);
    const gone = when([], [{ put: 'leased', value: '', lease: 'no such lease' }]);
    const all = await Promise.allSettled([kv.txn(put('a')), kv.txn(gone), kv.txn(put('b'))]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await kv.range('')).kvs.map(({ key }) => key)).toEqual(['a', 'b']);
    await kv.close();
  });
});
