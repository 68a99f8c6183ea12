// What store tests run on: the embedded store in a temporary folder, and a real etcd behind a proxy that can be cut.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger, Metrics } from '../../src/domain/ports.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { randomIds } from '../../src/lib/ids.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { openEmbeddedKv } from '../../src/store/embedded/index.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import type { Kv, WatchBatch, WatchEvent } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};
export const noMetrics: Metrics = { count: () => undefined, observe: () => undefined, gauge: () => undefined };

/** The system's clock, but `skip` makes monotonic time jump as it does for a process that stood still. */
export class SkippingClock implements Clock {
  #skipped = 0;
  readonly #speed: number;

  /** With a speed of 10 every timer fires ten times sooner. */
  constructor(speed = 1) {
    this.#speed = speed;
  }

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic() * this.#speed + this.#skipped;
  }

  after(ms: number, fn: () => void): () => void {
    return systemClock.after(ms / this.#speed, fn);
  }

  skip(ms: number): void {
    this.#skipped += ms;
  }
}

export interface Rig {
  readonly kv: Kv;
  readonly clock: SkippingClock;
  /** Sees the same data; another connection where there is one. */
  readonly witness: Kv;
  /** Shortest lease that this store grants, in seconds. */
  readonly leaseSeconds: number;
  /** Forgets all history up to now. */
  compact(): Promise<void>;
  /** Keeps `kv`'s process from renewing its leases until they have ended. */
  stall(): void;
  close(): Promise<void>;
}

export const ids = randomIds;
export const random = seededRandom(7);

const HISTORY = 3_000;

export async function embeddedRig(options: { readonly historyRevisions?: number } = {}): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'store-'));
  const clock = new SkippingClock(10);
  const { historyRevisions = HISTORY } = options;
  const kv = await openEmbeddedKv({ dir, clock, ids, historyRevisions });
  return {
    kv,
    clock,
    witness: kv,
    leaseSeconds: 2,
    async compact() {
      const fill = when([], [{ put: 'filler', value: '' }]);
      await Promise.all(Array.from({ length: historyRevisions + 300 }, () => kv.txn(fill)));
    },
    stall: () => clock.skip(60_000),
    async close() {
      await kv.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface EtcdRig extends Rig {
  readonly server: EtcdServer;
  readonly proxy: TcpProxy;
}

/** Each rig has a key space of its own, so that one server serves a whole file. */
export async function etcdRig(server: EtcdServer): Promise<EtcdRig> {
  const proxy = await startTcpProxy(server.port);
  const clock = new SkippingClock();
  const common = { prefix: `test-${ids.uuid()}/`, clock, random, logger: quiet, keepaliveMs: 400, timeoutMs: 3_000 };
  const witness = await openEtcdKv({ ...common, endpoints: [server.endpoint] });
  const kv = await openEtcdKv({ ...common, endpoints: [proxy.endpoint] });
  return {
    kv,
    clock,
    witness,
    server,
    proxy,
    leaseSeconds: 2,
    compact: async () => server.compact((await witness.status()).revision),
    stall: () => proxy.close(),
    async close() {
      await kv.close();
      await witness.close();
      await proxy.stop();
    },
  };
}

/** One etcd for a test file, started when first asked for. */
export function sharedEtcd(): { rig(): Promise<EtcdRig>; stop(): Promise<void> } {
  let server: Promise<EtcdServer> | null = null;
  return {
    async rig() {
      server ??= startEtcd();
      return etcdRig(await server);
    },
    async stop() {
      await (await server)?.stop();
    },
  };
}

/** Takes batches with events until `enough` says so; then the watch is ended. */
export async function take(
  kv: Kv,
  prefix: string,
  fromRevision: number,
  enough: (batches: readonly WatchBatch[]) => boolean,
): Promise<WatchBatch[]> {
  const stop = new AbortController();
  const out: WatchBatch[] = [];
  for await (const batch of kv.watch(prefix, { fromRevision, signal: stop.signal })) {
    if (batch.events.length > 0) out.push(batch);
    if (enough(out)) break;
  }
  stop.abort();
  return out;
}

export function takeEvents(kv: Kv, prefix: string, fromRevision: number, count: number): Promise<WatchEvent[]> {
  const total = (batches: readonly WatchBatch[]) => batches.reduce((sum, { events }) => sum + events.length, 0);
  return take(kv, prefix, fromRevision, (batches) => total(batches) >= count).then((batches) =>
    batches.flatMap(({ events }) => events),
  );
}

export const put = (key: string, value: string | Uint8Array = '') => when([], [{ put: key, value }]);
export const text = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('utf8');

/** The first item for which the test holds. */
export async function find<T>(items: AsyncIterable<T>, test: (item: T) => boolean): Promise<T> {
  for await (const item of items) if (test(item)) return item;
  throw new Error('the items ended');
}
