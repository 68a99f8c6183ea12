// What goes wrong between a client and etcd, each against the real server: cut, frozen, killed, wiped, compacted, refused.
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isConductorError } from '../../src/domain/errors.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import type { WatchEvent } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { type EtcdRig, etcdRig, find, put, quiet, random, takeEvents } from './rigs.ts';

const code = (wanted: string) => (error: unknown) => isConductorError(error) && error.code === wanted;
const keysOf = (events: readonly WatchEvent[]) =>
  events.map((event) => (event.type === 'put' ? event.kv.key : event.key));

describe('etcd store', () => {
  let server: EtcdServer;
  let rig: EtcdRig;
  beforeAll(async () => {
    server = await startEtcd();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    rig = await etcdRig(server);
  });
  afterEach(() => rig.close());

  it('a connection cut at any moment between the beginning of a watch and its history loses no event', async () => {
    const { kv, witness, proxy } = rig;
    const { revision } = await witness.status();
    const names = Array.from({ length: 300 }, (_, at) => `cut/${at}`);
    for (const name of names) await witness.txn(put(name, 'x'.repeat(8_000)));
    for (let cutAfter = 1; cutAfter <= 14; cutAfter += 1) {
      let pieces = 0;
      let cuts = 0;
      proxy.cutWhen(() => {
        pieces += 1;
        if (pieces !== cutAfter) return false;
        cuts += 1;
        return true;
      });
      const events = await takeEvents(kv, 'cut/', revision + 1, names.length);
      proxy.cutWhen(null);
      expect(keysOf(events), `cut after ${cutAfter} pieces`).toEqual(names);
      expect(cuts).toBe(1);
    }
  });

  it('a connection cut again and again while others write loses and repeats nothing', async () => {
    const { kv, witness, proxy } = rig;
    const from = (await witness.status()).revision + 1;
    const names = Array.from({ length: 120 }, (_, at) => `cut/${at}`);
    const writing = (async () => {
      for (const [at, name] of names.entries()) {
        await witness.txn(put(name));
        if (at % 10 === 5) proxy.cut();
      }
    })();
    const events = await takeEvents(kv, 'cut/', from, names.length);
    await writing;
    expect(keysOf(events)).toEqual(names);
    // No breaker is open: the next calls work at once.
    await kv.txn(put('cut/after'));
  });

  it('history compacted while the connection was down is told, not skipped', async () => {
    const { kv, witness, proxy, server } = rig;
    const from = (await witness.status()).revision + 1;
    const watching = takeEvents(kv, 'c/', from, 100);
    watching.catch(() => undefined);
    proxy.close();
    for (let at = 0; at < 5; at += 1) await witness.txn(put(`c/${at}`));
    await server.compact((await witness.status()).revision);
    proxy.open();
    await expect(watching).rejects.toSatisfy(code('STORE_COMPACTED'));
  });

  it('a connection that swallows everything is noticed, and a new one goes on', async () => {
    const { kv, witness, proxy } = rig;
    const from = (await witness.status()).revision + 1;
    const watching = takeEvents(kv, 'b/', from, 2);
    await witness.txn(put('b/1'));
    proxy.blackhole();
    await witness.txn(put('b/2'));
    expect(keysOf(await watching)).toEqual(['b/1', 'b/2']);
    await kv.get('b/1').catch(() => undefined);
    expect(await kv.get('b/1')).not.toBeNull();
  });

  it('a frozen etcd hangs nobody: calls fail in time, and everything goes on when it thaws', async () => {
    const { kv, server } = rig;
    const from = (await kv.status()).revision + 1;
    const watching = takeEvents(kv, 'f/', from, 1);
    await server.kill('SIGSTOP');
    await expect(kv.get('f/a')).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
    await expect(kv.status()).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
    await server.kill('SIGCONT');
    await kv.status().catch(() => undefined);
    await kv.txn(put('f/a'));
    expect(keysOf(await watching)).toEqual(['f/a']);
  });

  it('a write that timed out is unknown, never failed: it may have been applied, and a token tells', async () => {
    const { kv, witness, server } = rig;
    await server.kill('SIGSTOP');
    await expect(kv.txn(put('t/a', 'token'))).rejects.toSatisfy(code('STORE_OUTCOME_UNKNOWN'));
    await server.kill('SIGCONT');
    const { revision } = await witness.txn(put('t/b'));
    const found = await witness.range('t/', { revision });
    expect(found.kvs.map(({ key }) => key).at(-1)).toBe('t/b');
  });

  it('a write that never left fails as unavailable, so that it may be repeated', async () => {
    rig.proxy.close();
    const attempts = await Promise.allSettled(Array.from({ length: 5 }, () => rig.kv.get('x')));
    expect(attempts.every(({ status }) => status === 'rejected')).toBe(true);
    rig.proxy.open();
    await find(
      untilItWorks(() => rig.kv.txn(put('x'))),
      (worked) => worked,
    );
    expect(await rig.witness.get('x')).not.toBeNull();
  });

  it('two key spaces on one etcd do not see each other', async () => {
    const other = await etcdRig(server);
    await rig.kv.txn(put('a', 'mine'));
    await other.kv.txn(when([], [{ put: 'a', value: 'theirs' }, { deletePrefix: 'b' }]));
    const events = await takeEvents(other.kv, 'a', (await other.kv.get('a'))?.modRevision ?? 0, 1);
    expect(keysOf(events)).toEqual(['a']);
    expect((await rig.kv.range('')).kvs).toHaveLength(1);
    expect((await rig.kv.range('')).kvs[0]?.value.toString()).toBe(Buffer.from('mine').toString());
    await other.close();
  });

  it('reads more than the receive limit at once by asking for less', async () => {
    for (let at = 0; at < 75; at += 1)
      await rig.kv.txn(put(`huge/${String(at).padStart(2, '0')}`, Buffer.alloc(900_000)));
    const page = await rig.kv.range('huge/');
    expect(page.kvs.length).toBeGreaterThan(0);
    expect(page.more).toBe(true);
    await rig.kv.txn(when([], [{ deletePrefix: 'huge/' }]));
  });
});

describe('an etcd that dies, forgets or refuses', () => {
  const common = { prefix: 'test/', clock: systemClock, random, logger: quiet, keepaliveMs: 400, timeoutMs: 3_000 };

  it('killed and started again on its data, it loses no event of a watch', async () => {
    const server = await startEtcd({ durable: true });
    const kv = await openEtcdKv({ ...common, endpoints: [server.endpoint] });
    const from = (await kv.status()).revision + 1;
    const watching = takeEvents(kv, 'k/', from, 40);
    for (let at = 0; at < 20; at += 1) await kv.txn(put(`k/${at}`));
    await server.kill('SIGKILL');
    await expect(kv.txn(put('k/never'))).rejects.toThrow();
    await server.restart();
    for (let at = 20; at < 40; at += 1) await kv.txn(put(`k/${at}`));
    expect(keysOf(await watching)).toEqual(Array.from({ length: 40 }, (_, at) => `k/${at}`));
    await kv.close();
    await server.stop();
  });

  it('wiped and started again, it is another store: the watch says so instead of waiting in the future', async () => {
    const server = await startEtcd();
    const kv = await openEtcdKv({ ...common, endpoints: [server.endpoint] });
    for (let at = 0; at < 20; at += 1) await kv.txn(put(`k/${at}`));
    const before = await kv.status();
    const watching = takeEvents(kv, 'k/', before.revision + 1, 1);
    watching.catch(() => undefined);
    await server.kill('SIGKILL');
    await server.restart({ wipe: true });
    await expect(watching).rejects.toSatisfy(code('STORE_UNAVAILABLE'));
    expect((await kv.status()).clusterId).not.toBe(before.clusterId);
    await kv.close();
    await server.stop();
  });

  it('opening fails within seconds and names the endpoints when nothing answers, and when something else does', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const endpoints = [`http://127.0.0.1:${port}`, '127.0.0.1:1'];
    const error = await openEtcdKv({ ...common, endpoints }).then(
      () => null,
      (failure: unknown) => failure,
    );
    expect(error).toSatisfy(code('STORE_UNAVAILABLE'));
    expect(String(error)).toContain(endpoints.join(', '));
    expect(String(error)).not.toContain('\n');
    silent.close();
    await expect(openEtcdKv({ ...common, endpoints: ['http://a', 'https://b'] })).rejects.toSatisfy(
      code('CONFIG_INVALID'),
    );
    const tls = { caFile: '/nowhere/ca.pem' };
    await expect(openEtcdKv({ ...common, endpoints: ['https://127.0.0.1:1'], tls })).rejects.toSatisfy(
      code('CERTIFICATE_INVALID'),
    );
  });

  it('with passwords on it serves the right one, renews its token, and refuses the wrong one by name', async () => {
    const server = await startEtcd();
    const post = async (path: string, body: object) => {
      const answer = await fetch(`${server.endpoint}/v3/auth/${path}`, { method: 'POST', body: JSON.stringify(body) });
      expect(answer.status).toBe(200);
    };
    await post('user/add', { name: 'root', password: 'secret' });
    await post('role/add', { name: 'root' });
    await post('user/grant', { user: 'root', role: 'root' });
    await post('enable', {});
    const endpoints = [server.endpoint];
    const kv = await openEtcdKv({ ...common, endpoints, username: 'root', password: 'secret' });
    const { revision } = await kv.txn(put('a', '1'));
    const watching = takeEvents(kv, 'a', revision, 2);
    // A restart forgets the tokens: the client logs in again by itself, also for its watch.
    await server.kill('SIGTERM');
    await server.restart();
    await find(
      untilItWorks(() => kv.txn(put('a', '2'))),
      (worked) => worked,
    );
    expect((await watching).length).toBe(2);
    await kv.close();
    for (const login of [{ username: 'root', password: 'wrong' }, {}]) {
      const error: unknown = await openEtcdKv({ ...common, endpoints, ...login }).catch((failure) => failure);
      expect(error).toSatisfy(code('STORE_UNAVAILABLE'));
      expect(String(error)).toContain('refuses');
      expect(String(error)).not.toContain('wrong');
    }
    await server.stop();
  });
});

/** Tries without end; a failed try yields false. */
async function* untilItWorks(task: () => Promise<unknown>): AsyncGenerator<boolean> {
  for (;;) {
    yield await task().then(
      () => true,
      () => false,
    );
  }
}
