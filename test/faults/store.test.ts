// F1 to F15: etcd loses a leader, its quorum, its history, its data or its room; the line to it is cut, slow or lossy.
import { setTimeout as lasting } from 'node:timers/promises';
import { expect } from 'vitest';
import { isFinal } from '../../src/domain/plan.ts';
import { post } from '../support/etcd.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { PASSWORD } from './api.ts';
import { FULL, type Gateway, loggedFromNow, type Service } from './cluster.ts';
import { fault, type Run } from './fault.ts';
import { checkInvariants } from './invariants.ts';
import { fillUp, freeAgain } from './space.ts';
import { subscribe } from './subscribe.ts';
import { INVALID, LIGHT, MARKER } from './templates.ts';
import { createMany, soon, verify, withCluster, withService } from './verify.ts';
import { Watcher } from './watcher.ts';

/** Two workers beside the front: three gateways. */
function twoWorkers(service: Service): Promise<Gateway[]> {
  return Promise.all(['one', 'two'].map((name) => service.gateway(name)));
}

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

/** When the front accepts a plan, its id. */
function accepted({ front }: Pick<Service, 'front'>, name: string): Promise<string> {
  return soon(async () => {
    const answer = await front.api.post(name, LIGHT);
    return answer.status === 201 && ((await answer.json()) as { id: string }).id;
  });
}

fault(1, 'kill -9 of the leader while plans run: all end', (run) =>
  withService({}, async (service) => {
    const { etcd, watcher } = service;
    const [, ids] = await Promise.all([twoWorkers(service), createMany(service, FULL ? 100 : 20)]);
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
    await verify(service, run, [...ids, after]);
  }),
);

fault(2, 'cut off from the leader alone: another member serves within 5 s', (run) =>
  withService({}, async (service) => {
    const { etcd } = service;
    const proxies = await Promise.all(etcd.members.map(({ port }) => startTcpProxy(port)));
    const hosts = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const one = await service.gateway('one', { hosts });
    const first = await createMany(service, 4);
    await service.watcher.ended(first);
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
    await verify(service, run, [...first, ...second]);
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

/** The store was set back while the gateways ran: they notice, and new plans run. `ids`: what the store holds again. */
async function setBack(
  service: Service,
  run: Run,
  how: () => Promise<void>,
  ids: readonly string[],
  lost: readonly string[],
) {
  const { front, watcher, simulators, gateways } = service;
  const gap = watcher.until((items) => items.find(({ kind }) => kind === 'gap'));
  const relisted = gateways.map(({ program }) => loggedFromNow(program, /^watch lost its place/));
  await service.etcd.kill('SIGKILL');
  run.struck();
  await how();
  await Promise.all([...relisted, gap]);
  // What was seen of the undone history no longer agrees with what is stored: a new subscriber sees the new one.
  const marker = await soon(() => front.api.create(MARKER, INVALID));
  const fresh = await Watcher.after(front.api, marker);
  const id = await accepted(service, 'a new beginning');
  await fresh.ended([id]);
  run.recovered();
  const all = async () => Promise.all((await front.api.ids()).map((one) => front.api.plan(one)));
  await soon(async () => (await all()).every((plan) => plan && isFinal(plan.status)));
  const watchers = [fresh];
  const evidence = {
    api: front.api,
    simulators,
    gateways,
    watchers,
    run,
    lost: new Set(lost),
    begun: new Set(ids),
    acknowledged: [...ids, id],
  };
  const plans = await checkInvariants(evidence);
  expect(plans.map(({ status }) => status)).toEqual(plans.map(() => 'done'));
  await fresh.stop();
}

fault(9, 'wiped and started anew: told, old cursors refused, new plans run', (run) =>
  withService({}, async (service) => {
    await twoWorkers(service);
    const [first = ''] = await createMany(service, 1);
    await service.watcher.ended([first]);
    const old = await cursorOf(service, first);
    await setBack(service, run, () => service.etcd.restart({ wipe: true }), [], [first]);
    await expect(resumed(service, first, old)).rejects.toThrow('CURSOR_EXPIRED');
    expect(await service.front.api.plan(first)).toBeNull();
  }),
);

fault(10, 'put back to an older copy: plans of the copy end with one reservation each', (run) =>
  withService({}, async (service) => {
    const { etcd, simulators, watcher } = service;
    const before = await createMany(service, 2);
    // In the copy they wait for a worker; afterwards they are done and reserved.
    await etcd.kill('SIGTERM');
    etcd.save();
    await etcd.restart();
    await twoWorkers(service);
    await watcher.ended(before);
    const after = await createMany(service, 4, 'lost');
    await watcher.ended(after);
    const old = await cursorOf(service, after.at(-1) ?? '');
    const putBack = () => {
      etcd.putBack();
      return etcd.restart();
    };
    await setBack(service, run, putBack, before, after);
    await expect(resumed(service, after.at(-1) ?? '', old)).rejects.toThrow('CURSOR_EXPIRED');
    const orphans = [...simulators.sdnc.reservations().keys()].filter((entity) => after.includes(entity.slice(0, 36)));
    run.note(
      `${orphans.length} reservations at SDN-C belong to plans that the older copy does not know: nothing finds them`,
    );
  }),
);

/** A cursor of the plan's newest event. */
async function cursorOf({ front }: Service, id: string): Promise<string> {
  const change = await subscribe(front.api, id, null);
  return change.cursor;
}

async function resumed({ front }: Service, id: string, after: string): Promise<unknown> {
  return subscribe(front.api, id, after);
}

fault(11, 'out of space: creates are refused by name, reads go on', (run) =>
  withService({ etcdArgs: ['--quota-backend-bytes', String(20 * 1024 * 1024)] }, async (service) => {
    const { etcd, front, watcher } = service;
    await twoWorkers(service);
    const ids = await createMany(service, 4);
    await watcher.ended(ids);
    run.struck();
    await fillUp(etcd.endpoint);
    const refused = await soon(async () => {
      const answer = await front.api.post('no room', LIGHT);
      return answer.status !== 201 && answer;
    });
    expect([503, 507]).toContain(refused.status);
    expect(await refused.text()).toMatch(/space/i);
    expect((await front.api.get(`/v1/plans/${ids[0]}`)).status).toBe(200);
    await freeAgain(etcd);
    const after = await accepted(service, 'room again');
    run.recovered();
    const late = (await front.api.ids()).filter((id) => id !== after && !ids.includes(id));
    await verify(service, run, [...ids, after, ...late.slice(1)], { anyEnd: true });
  }),
);

fault(12, 'tokens are forgotten, the password is changed and changed back: few logins, no loop, recovers', (run) =>
  withCluster({ etcdPassword: PASSWORD, leaseTtl: 10 }, async ({ leftovers: _, ...cluster }) => {
    const { etcd, front } = cluster;
    await cluster.gateway('one');
    const first = await createMany(cluster, 2);
    await cluster.watcher.ended(first);
    const logins = await loginsAt(etcd.endpoint);
    await etcd.kill('SIGTERM');
    await etcd.restart();
    const second = await accepted(cluster, 'tokens forgotten');
    await cluster.watcher.ended([second]);
    run.note(
      `${await loginsAt(etcd.endpoint)} logins of two gateways after the tokens were forgotten (${logins} at start)`,
    );
    await setPassword(etcd.endpoint, PASSWORD, 'another');
    await soon(async () => (await front.api.get('/readyz')).status === 503);
    expect(await (await front.api.get('/readyz?verbose')).text()).toMatch(/\[-\] store: .*refuses/);
    const before = await loginsAt(etcd.endpoint);
    await lasting(3_000);
    const tried = (await loginsAt(etcd.endpoint)) - before;
    run.note(`${tried} logins in 3 s while they were refused`);
    expect(tried).toBeLessThan(100);
    run.struck();
    await setPassword(etcd.endpoint, 'another', PASSWORD);
    const third = await accepted(cluster, 'password changed back');
    await cluster.watcher.ended([third]);
    run.recovered();
    await verify(cluster, run, [...first, second, third]);
  }),
);

/** Logins that etcd has handled since it was started. */
async function loginsAt(endpoint: string): Promise<number> {
  const text = await (await fetch(`${endpoint}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^grpc_server_handled_total\{.*"Authenticate"/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

async function setPassword(endpoint: string, now: string, next: string): Promise<void> {
  const login = { name: 'root', password: now };
  const { token } = (await post(`${endpoint}/v3/auth/authenticate`, login)) as { token: string };
  const body = JSON.stringify({ name: 'root', password: next });
  const answer = await fetch(`${endpoint}/v3/auth/user/changepw`, {
    method: 'POST',
    body,
    headers: { authorization: token },
  });
  expect(answer.status).toBe(200);
}

fault(13, 'a create is applied and its answer is lost: one plan, answered 201', (run) =>
  withService({}, async (service) => {
    const proxies = await Promise.all(service.etcd.members.map(({ port }) => startTcpProxy(port)));
    const hosts = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const one = await service.gateway('one', { hosts });
    const lost = Promise.race(proxies.map((proxy) => proxy.loseAnswerTo((data) => data.includes('answer is lost'))));
    run.struck();
    const id = await one.api.create('answer is lost', LIGHT);
    await lost;
    run.recovered();
    await verify(service, run, [id]);
    const named = await service.front.api.query<{ plans: { nodes: readonly { name: string }[] } }>(
      '{ plans { nodes { name } } }',
      {},
    );
    expect(named.plans.nodes.filter(({ name }) => name === 'answer is lost')).toHaveLength(1);
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }),
);

fault(14, 'values that are too large are refused, and nobody else suffers', (run) =>
  withService({}, async (service) => {
    const { front } = service;
    await twoWorkers(service);
    const huge = { ...LIGHT, description: 'x'.repeat(12 * 1024 * 1024) };
    const large = { ...LIGHT, demands: { ...LIGHT.demands, [`v${'x'.repeat(9 * 1024 * 1024)}`]: [] } };
    const [ids, ...answers] = await Promise.all([
      createMany(service, 10),
      front.api.post('huge', huge),
      front.api.post('large', large),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([413, 413]);
    await verify(service, run, ids);
  }),
);

fault(
  15,
  '300 ms delay and 1 % loss between gateways and etcd: slower, and nothing else',
  (run) =>
    withService(
      {
        leaseTtl: 10,
        lines: ['[controller]', 'workers = 8', '[solver]', 'workers = 2', '[reservation]', 'workers = 8'],
      },
      async (service) => {
        run.note(
          'this kernel has no netem: a proxy delays each piece by 300 ms and 1 % of them by 500 ms more, as a retransmission does',
        );
        const proxies = await Promise.all(service.etcd.members.map(({ port }) => startTcpProxy(port)));
        for (const proxy of proxies) proxy.shape({ delayMs: 150, loss: 0.01, retransmitMs: 500 });
        const hosts = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
        await Promise.all(['one', 'two'].map((name) => service.gateway(name, { hosts })));
        run.struck();
        const ids = await createMany(service, FULL ? 60 : 10);
        await service.watcher.ended(ids);
        run.recovered();
        await verify(service, run, ids);
        await Promise.all(proxies.map((proxy) => proxy.stop()));
      },
    ),
  { timeout: 400_000 },
);
