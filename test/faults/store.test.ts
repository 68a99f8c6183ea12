// F1 to F8: etcd loses a leader, its quorum or its history; the line to it is cut or stands still.
import { setTimeout as lasting } from 'node:timers/promises';
import { expect } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { FULL, type Gateway, loggedFromNow, type Service } from './cluster.ts';
import { fault } from './fault.ts';
import { INVALID, LIGHT, MARKER } from './templates.ts';
import { accepted, createMany, judgeLoopsFromNow, soon, twoWorkers, verify, withService } from './verify.ts';
import { Watcher } from './watcher.ts';

/** A gateway whose every byte to its one member passes a proxy, and a subscriber that has seen a marker through it. */
async function behindProxy(
  service: Service,
  roles = 'api',
): Promise<{ proxy: TcpProxy; cut: Gateway; subscriber: Watcher }> {
  await service.gateway('one');
  const proxy = await startTcpProxy(service.etcd.members[0]?.port ?? 0);
  const cut = await service.gateway('cut-off', { etcdPort: proxy.port, roles });
  const marker = await service.front.api.create(MARKER, INVALID);
  await service.watcher.ended([marker]);
  return { proxy, cut, subscriber: await Watcher.after(cut.api, marker) };
}

/** What each reservation of the test templates takes, in Mbps. */
const EACH = 400;

fault(1, 'kill -9 of the leader while plans run: all end', (run) => {
  const many = FULL ? 100 : 20;
  // Every other plan reserves, and there is not more: one that reserves twice leaves another without.
  const room = (many / 2) * EACH;
  return withService({ room }, async (service) => {
    const { etcd, watcher } = service;
    const [, ids] = await Promise.all([twoWorkers(service), createMany(service, many)]);
    await watcher.reached(ids[1] ?? '', 'solving');
    const leader = await etcd.leader();
    run.struck();
    await leader.kill('SIGKILL');
    const after = await accepted(service, 'after the election');
    await watcher.reached(after, 'template');
    run.recovered();
    await watcher.ended(ids);
    leader.start();
    await etcd.ready();
    await verify(service, run, [...ids, after], { room });
  });
});

fault(2, 'cut off from the leader alone: another member serves within 5 s', (run) =>
  withService({}, async (service) => {
    const { etcd } = service;
    const proxies = await Promise.all(etcd.members.map(({ port }) => startTcpProxy(port)));
    const hosts = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const one = await service.gateway('one', { hosts });
    const first = await createMany(service, 4);
    await service.watcher.ended(first);
    await judgeLoopsFromNow(service.gateways);
    const leader = await etcd.leader();
    const proxy = proxies[etcd.members.indexOf(leader)];
    run.struck();
    proxy?.partition();
    // It must not only work now and then: ten requests in a row.
    const slowest = await soon(() => tenInARow(one));
    run.recovered();
    run.note(`slowest of ten reads in a row: ${Math.round(slowest)} ms`);
    const second = await createMany(service, 10);
    await service.watcher.ended(second);
    proxy?.heal();
    await verify(service, run, [...first, ...second], { loop: true });
    await Promise.all(proxies.map((each) => each.stop()));
  }),
);

async function tenInARow({ api }: Gateway): Promise<number | null> {
  let slowest = 1;
  for (let at = 0; at < 10; at += 1) {
    const began = performance.now();
    const answer = await api.get('/v1/plans');
    await answer.text();
    if (answer.status !== 200) return null;
    slowest = Math.max(slowest, performance.now() - began);
  }
  return slowest < 1_000 ? slowest : null;
}

fault(
  3,
  'no quorum: refused with words, nothing invented, recovers alone',
  (run) =>
    withService({}, async (service) => {
      const { etcd, front } = service;
      await twoWorkers(service);
      const ids = await createMany(service, 6);
      const [, second, third] = etcd.members;
      await Promise.all([second?.kill('SIGKILL'), third?.kill('SIGKILL')]);
      const outage = lasting(FULL ? 60_000 : 3_000);
      const refused = await soon(async () => {
        const answer = await front.api.post('refused', LIGHT);
        return answer.status !== 201 && answer;
      });
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect((await front.api.get('/v1/plans')).status).toBe(503);
      const ready = await front.api.get('/readyz?verbose');
      expect(ready.status).toBe(503);
      expect(await ready.text()).toMatch(/\[-\] store: /);
      await outage;
      run.struck();
      second?.start();
      third?.start();
      await soon(async () => (await front.api.get('/readyz')).status === 200);
      const after = await accepted(service, 'after the outage');
      run.recovered();
      const known = new Set(await front.api.ids());
      const late = [...known].filter((id) => !ids.includes(id) && id !== after);
      run.note(`${late.length - 1} creates that were answered 503 had been applied (outcome unknown)`);
      await verify(service, run, [...ids, after, ...late.slice(1)], { anyEnd: true });
    }),
  { timeout: 300_000 },
);

fault(4, 'a frozen member, then all frozen: no call hangs, everything goes on when they thaw', (run) =>
  withService({ leaseTtl: 10 }, async (service) => {
    const { etcd, front } = service;
    await twoWorkers(service);
    const leader = await etcd.leader();
    const ids = await createMany(service, 6);
    run.struck();
    await leader.kill('SIGSTOP');
    const first = await accepted(service, 'one frozen');
    run.recovered();
    await service.watcher.ended([...ids, first]);
    await etcd.kill('SIGSTOP');
    const began = performance.now();
    expect((await front.api.post('all frozen', LIGHT)).status).toBe(503);
    const hung = performance.now() - began;
    expect(hung).toBeLessThan(15_000);
    run.note(`a create while all members were frozen was answered after ${Math.round(hung)} ms`);
    await etcd.kill('SIGCONT');
    const second = await accepted(service, 'thawed');
    const late = (await front.api.ids()).filter((id) => id !== second && id !== first && !ids.includes(id));
    await verify(service, run, [...ids, first, second, ...late.slice(1)], { anyEnd: true });
  }),
);

fault(5, 'compacted past the resume point: listed anew, one gap', (run) =>
  withService({}, async (service) => {
    const { proxy, cut, subscriber } = await behindProxy(service);
    proxy.close();
    await loggedFromNow(cut.program, /^watch interrupted/);
    const missed = await createMany(service, 4);
    await service.watcher.ended(missed);
    await service.etcd.compact(await service.etcd.revision());
    run.struck();
    proxy.open();
    await loggedFromNow(cut.program, /^watch lost its place/);
    const after = await createMany(service, 2);
    await Promise.all([subscriber.ended(after)]);
    run.recovered();
    await verify(service, run, [...missed, ...after], { watchers: [subscriber] });
    const gaps = subscriber.items.filter(({ kind }) => kind === 'gap');
    expect(gaps).toMatchObject([{ reason: 'COMPACTED' }]);
    await subscriber.stop();
    await proxy.stop();
  }),
);

fault(6, 'compacted exactly at a deletion: noticed all the same', (run) =>
  withService({}, async (service) => {
    const { proxy, cut, subscriber } = await behindProxy(service);
    const [doomed = '', kept = ''] = await createMany(service, 2);
    await subscriber.ended([doomed, kept]);
    await service.watcher.ended([doomed, kept]);
    const before = await cut.api.metric('conductor_store_relists_total');
    proxy.close();
    await loggedFromNow(cut.program, /^watch interrupted/);
    expect((await service.front.api.delete(doomed)).status).toBe(204);
    // The deletion is the newest change: the history begins with it.
    await service.etcd.compact(await service.etcd.revision());
    run.struck();
    proxy.open();
    const told = await subscriber.until((items) =>
      items.find((item) => item.kind === 'deleted' && item.planId === doomed),
    );
    run.recovered();
    expect(told).toBeTruthy();
    expect(await cut.api.metric('conductor_store_relists_total')).toBeGreaterThan(before);
    expect(await cut.api.plan(doomed)).toBeNull();
    await verify(service, run, [kept], { watchers: [subscriber] });
    await subscriber.stop();
    await proxy.stop();
  }),
);

fault(7, 'the stream breaks between its beginning and its history: every event is told once', (run) =>
  withService({}, async (service) => {
    const { proxy, cut, subscriber } = await behindProxy(service);
    const ids: string[] = [];
    // Where exactly the history begins among the pieces depends on the moment: each place is tried.
    for (let after = 1; after <= (FULL ? 10 : 4); after += 1) {
      proxy.close();
      await loggedFromNow(cut.program, /^watch interrupted/);
      const missed = await createMany(service, 2, `cut ${after}`);
      await service.watcher.ended(missed);
      ids.push(...missed);
      let pieces = 0;
      const broken = new Promise<void>((resolve) => {
        proxy.cutWhen(() => {
          pieces += 1;
          if (pieces === after) resolve();
          return pieces === after;
        });
      });
      run.struck();
      proxy.open();
      await broken;
      await subscriber.ended(ids);
      run.recovered();
      proxy.cutWhen(null);
    }
    await verify(service, run, ids, { watchers: [subscriber] });
    expect(subscriber.items.filter(({ kind }) => kind === 'gap')).toEqual([]);
    await subscriber.stop();
    await proxy.stop();
  }),
);

fault(8, 'a history of more than 4 MB is replayed whole', (run) =>
  withService({}, async (service) => {
    const { proxy, cut, subscriber } = await behindProxy(service);
    proxy.close();
    await loggedFromNow(cut.program, /^watch interrupted/);
    // A long name stands in every version of the head: seven of them a plan.
    const long = 'n'.repeat(990);
    const ids: string[] = [];
    for (let at = 0; at < 300; at += 25) {
      const names = Array.from({ length: 25 }, (_, index) => `${at + index} ${long}`);
      ids.push(...(await Promise.all(names.map((name) => service.front.api.create(name, LIGHT)))));
    }
    await service.watcher.ended(ids);
    run.note('2,100 heads of more than 2 kB each');
    const before = await cut.api.metric('conductor_feed_events_total');
    run.struck();
    proxy.open();
    await subscriber.ended(ids);
    run.recovered();
    await verify(service, run, ids, { watchers: [subscriber] });
    // Every event arrived; a subscriber that is slower than a flood is told so, and nobody listed anew.
    expect((await cut.api.metric('conductor_feed_events_total')) - before).toBe(7 * ids.length);
    expect(await cut.api.metric('conductor_store_relists_total')).toBe(0);
    const gaps = subscriber.items.flatMap((item) => (item.kind === 'gap' ? [item.reason] : []));
    expect(gaps.filter((reason) => reason !== 'SLOW_CONSUMER')).toEqual([]);
    await subscriber.stop();
    await proxy.stop();
  }),
);
