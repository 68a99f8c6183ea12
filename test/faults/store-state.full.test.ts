// F9 to F15: etcd is wiped, put back, full, locked, or at the end of a slow and lossy line; answers are lost, values too large.
import { setTimeout as lasting } from 'node:timers/promises';
import { expect } from 'vitest';
import { isFinal } from '../../src/domain/plan.ts';
import { post } from '../support/etcd.ts';
import { startLossyLine } from '../support/lossy-line.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { PASSWORD } from './api.ts';
import { FULL, loggedFromNow, type Service } from './cluster.ts';
import { fault, type Run, stopsWithCase } from './fault.ts';
import { checkInvariants } from './invariants.ts';
import { fillUp, freeAgain } from './space.ts';
import { subscribe } from './subscribe.ts';
import { INVALID, LIGHT, MARKER, THREE_RESERVATIONS } from './templates.ts';
import { accepted, createMany, soon, twoWorkers, verify, withCluster, withService } from './verify.ts';
import { Watcher } from './watcher.ts';

/**
 * The store was set back while the gateways ran: they notice, and new plans run. `ids`: what the store holds again; `lost`: plans
 * that are done and may keep what they hold; `settled` waits for what has to happen at the controller.
 */
async function setBack(
  service: Service,
  run: Run,
  how: () => Promise<void>,
  ids: readonly string[],
  lost: readonly string[],
  settled: () => Promise<void> = async () => undefined,
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
  await settled();
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

fault(
  10,
  'put back to an older copy: plans of the copy end with one reservation each, what only SDN-C still knows is found',
  (run) =>
    withService({ lines: ['[reservation]', 'workers = 4', 'hold_seconds = 1'] }, async (service) => {
      const { etcd, simulators, watcher } = service;
      const { faults } = simulators.sdnc;
      const before = await createMany(service, 2);
      // In the copy they wait for a worker; afterwards they are done and reserved.
      await etcd.kill('SIGTERM');
      etcd.save();
      await etcd.restart();
      const workers = await twoWorkers(service);
      await watcher.ended(before);
      const after = await createMany(service, 4, 'lost');
      await watcher.ended(after);
      const old = await cursorOf(service, after.at(-1) ?? '');
      // One more is in the middle of its reservations: the first is recorded, the second accepted and not recorded.
      faults.add({ match: { path: 'service-capacity-reserve' }, skip: 1, times: 1, kind: 'hang', when: 'after' });
      const reserving = faults.hitsReached(faults.hits + 1);
      const half = await service.front.api.create('half', THREE_RESERVATIONS);
      await reserving;
      const heldOf = (id: string) =>
        [...simulators.sdnc.reservations().keys()].filter((entity) => entity.startsWith(id));
      expect(heldOf(half)).toHaveLength(2);
      const promised = after.flatMap(heldOf).sort();
      expect(promised).toHaveLength(2);
      const putBack = () => {
        etcd.putBack();
        return etcd.restart();
      };
      const named = () =>
        workers
          .flatMap(({ program }) => program.log)
          .flatMap(({ message, entityId }) =>
            /done plan that the store lost/.test(message ?? '') ? [String(entityId)] : [],
          )
          .sort();
      await setBack(service, run, putBack, before, after, async () => {
        // Nobody waits for these, so they go; these others somebody was promised, so they are told by name.
        await soon(async () => heldOf(half).length === 0);
        await soon(async () => named().length >= promised.length);
      });
      expect(named()).toEqual(promised);
      expect(after.flatMap(heldOf).sort()).toEqual(promised);
      await expect(resumed(service, after.at(-1) ?? '', old)).rejects.toThrow('CURSOR_EXPIRED');
      run.note(
        `of plans that the older copy does not know 2 reservations under way were released, ${promised.length} of done plans named in the log and kept`,
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
    const again = await loginsAt(etcd.endpoint);
    run.note(`${again} logins of two gateways after the tokens were forgotten (${logins} at start)`);
    expect(again).toBe(cluster.gateways.length);
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

const SLOW_PLANS = FULL ? 120 : 10;

fault(
  15,
  '300 ms delay and 1 % loss between gateways and etcd: slower, and nothing else',
  (run) =>
    withService(
      {
        leaseTtl: 10,
        room: (SLOW_PLANS / 2) * 400,
        lines: ['[controller]', 'workers = 8', '[solver]', 'workers = 2', '[reservation]', 'workers = 8'],
      },
      async (service) => {
        const line = startLossyLine({ lossPercent: 1, delayMs: 150 });
        const lossy = typeof line === 'string' ? null : stopsWithCase(line);
        run.note(
          lossy
            ? `packets are lost by ${lossy.words}; they are delayed by ${lossy.delays ? 'netem' : 'a proxy'}`
            : `no packets are lost (${line}): a proxy delays each piece by 150 ms and 1 % of them by 500 ms more`,
        );
        const listen = lossy?.behind ?? '127.0.0.1';
        const proxies = await Promise.all(service.etcd.members.map(({ port }) => startTcpProxy(port, listen)));
        const shape = { delayMs: 150, loss: lossy ? 0 : 0.01, retransmitMs: 500 };
        for (const proxy of proxies) if (!lossy?.delays) proxy.shape(shape);
        const hosts = proxies.map(({ port }) => `${lossy?.address ?? listen}:${port}`).join(',');
        await Promise.all(['one', 'two'].map((name) => service.gateway(name, { hosts })));
        run.struck();
        const ids = await createMany(service, SLOW_PLANS);
        await service.watcher.ended(ids);
        run.recovered();
        const dropped = lossy?.dropped() ?? null;
        if (dropped !== null) {
          run.note(`${dropped} packets were lost while ${ids.length} plans were worked on`);
          expect(dropped).toBeGreaterThan(0);
        }
        await verify(service, run, ids, { room: (SLOW_PLANS / 2) * 400 });
        await Promise.all(proxies.map((proxy) => proxy.stop()));
      },
    ),
  { timeout: 400_000 },
);
