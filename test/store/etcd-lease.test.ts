// When a lease of etcd counts as lost: before etcd ends it, by the monotonic clock, and whatever answer comes afterwards.
import { EventEmitter } from 'node:events';
import type { Etcd3 } from 'etcd3';
import { afterAll, describe, expect, it } from 'vitest';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import { EtcdLease } from '../../src/store/etcd/lease.ts';
import { when } from '../../src/store/request.ts';
import { startEtcd } from '../support/etcd.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { ManualClock } from './compensation-contract.ts';
import { ids, quiet, random } from './rigs.ts';

const TTL = 10;

/** etcd as far as leases go: grants at once, and renews when the test says so. */
class Leases {
  readonly asked: EventEmitter[] = [];
  revoked = 0;
  readonly leaseClient = {
    leaseGrant: async () => ({ ID: '7', TTL: String(TTL), error: '' }),
    leaseRevoke: async () => {
      this.revoked += 1;
    },
    leaseKeepAlive: async () => {
      const stream = Object.assign(new EventEmitter(), {
        write: () => this.asked.push(stream),
        end: () => undefined,
        cancel: () => undefined,
      });
      return stream;
    },
  };

  /** Answers the newest question, and waits until that was heard. */
  async renew(): Promise<void> {
    while (this.asked.length === 0) await new Promise(setImmediate);
    this.asked.pop()?.emit('data', { TTL: String(TTL) });
    await new Promise(setImmediate);
  }
}

async function granted() {
  const [clock, etcd] = [new ManualClock(), new Leases()];
  const deps = { client: etcd as unknown as Etcd3, clock, logger: quiet, timeoutMs: 5_000 };
  return { clock, etcd, lease: await EtcdLease.grant(deps, TTL, () => undefined) };
}

describe('a lease of etcd', () => {
  it('lives on from each renewal, counted from the moment at which it was asked for', async () => {
    const { clock, etcd, lease } = await granted();
    clock.advance(4_000);
    clock.skip(3_000);
    await etcd.renew();
    // 8 s from the fourth second on.
    clock.skip(4_900);
    expect(lease.isLive()).toBe(true);
    clock.skip(200);
    expect(lease.isLive()).toBe(false);
    expect(lease.lost.aborted).toBe(true);
  });

  it('is lost as soon as somebody asks after the deadline, though no timer has run', async () => {
    const { clock, etcd, lease } = await granted();
    clock.skip(8_100);
    expect(lease.lost.aborted).toBe(false);
    expect(lease.isLive()).toBe(false);
    expect(lease.lost.aborted).toBe(true);
    expect(etcd.revoked).toBe(1);
  });

  it('is lost when its renewal is answered after the deadline: an answer does not bring it back', async () => {
    const { clock, etcd, lease } = await granted();
    clock.advance(4_000);
    clock.skip(20_000);
    await etcd.renew();
    expect(lease.lost.aborted).toBe(true);
    expect(lease.isLive()).toBe(false);
  });
});

describe('beside a real etcd', () => {
  const server = startEtcd();
  afterAll(async () => (await server).stop());

  it('counts as lost while its keys are still there', async () => {
    const proxy = await startTcpProxy((await server).port);
    const clock = new ManualClock();
    const common = { prefix: `test-${ids.uuid()}/`, random, logger: quiet, timeoutMs: 3_000, clock };
    const kv = await openEtcdKv({ ...common, endpoints: [proxy.endpoint] });
    const witness = await openEtcdKv({ ...common, endpoints: [(await server).endpoint] });
    const lease = await kv.lease(600);
    await kv.txn(when([], [{ put: 'a', value: '', lease: lease.id }]));
    proxy.close();
    clock.advance(0.79 * 600_000);
    expect(lease.lost.aborted).toBe(false);
    clock.advance(0.02 * 600_000);
    expect(lease.lost.aborted).toBe(true);
    expect(await witness.get('a')).not.toBeNull();
    await Promise.all([kv.close(), witness.close()]);
    await proxy.stop();
  });
});
