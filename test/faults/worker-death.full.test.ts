// A worker that dies, or stands still and wakes up again, at any point of a plan's life costs nothing: another one goes on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { SeenPlan } from './api.ts';
import { type Cluster, FULL, type Gateway, gate, startCluster } from './cluster.ts';
import { type Answers, expectAllUnharmed, expectDone, expectUnharmed } from './expectations.ts';
import { HOLDS, holdAll, holdPlan, referenceAnswers, SLOTS, type World } from './holds.ts';
import { checkInvariants } from './invariants.ts';
import { ONE_RESERVATION } from './templates.ts';

const RECORDED = '"state":"reserved"';

let cluster: Cluster;
let world: World;
let answers: Answers;
let gateways = 0;

const nextGateway = (options: { readonly etcdPort?: number } = {}): Promise<Gateway> => {
  gateways += 1;
  return cluster.gateway(`worker-${gateways}`, options);
};

beforeAll(async () => {
  cluster = await startCluster({ lines: SLOTS, debug: true });
  world = { ...cluster, api: cluster.front.api };
  const first = await nextGateway();
  answers = await referenceAnswers(world);
  expect(answers.get(ONE_RESERVATION)).toHaveLength(1);
  await first.program.kill('SIGTERM');
});
afterAll(() => cluster.stop());

async function check(acknowledged: readonly string[]): Promise<SeenPlan[]> {
  const { front, simulators, watcher } = cluster;
  await watcher.ended(acknowledged);
  const plans = await checkInvariants({ api: front.api, simulators, acknowledged, watchers: [watcher] });
  expect(await cluster.leftovers()).toEqual([]);
  return plans;
}

it('kill -9 with a plan in every state: another worker takes over and each ends as if undisturbed', async () => {
  const first = await nextGateway();
  const ids = await holdAll(world);
  await first.program.kill('SIGKILL');
  const second = await nextGateway();
  expectAllUnharmed(await check([...ids.values()]), ids, first.name, answers);
  await second.program.kill('SIGTERM');
});

it('a worker stopped beyond its lease with a plan in every state wakes up to find all its writes refused', async () => {
  const first = await nextGateway();
  const late = gate();
  const ids = await holdAll(world, late.promise);
  first.program.child.kill('SIGSTOP');
  const second = await nextGateway();
  await cluster.watcher.ended([...ids.values()]);
  // Its answers come while it is still stopped: it wakes up with results in hand.
  late.release();
  first.program.child.kill('SIGCONT');
  for (const wanted of HOLDS.filter(({ arrange }) => arrange)) await gaveUp(first, ids.get(wanted.name));
  expectAllUnharmed(await check([...ids.values()]), ids, first.name, answers);
  expect(await first.program.kill('SIGTERM')).toBe(0);
  await second.program.kill('SIGTERM');
});

function gaveUp({ program }: Gateway, planId: string | undefined): Promise<unknown> {
  return program.logged((line) => line.planId === planId && /^claim lost/.test(line.message ?? ''));
}

describe('cut off from the store by the proxy and killed', () => {
  /** Pieces of a worker's talk with etcd that write something of a plan, in the order of its life; 12 are its whole life. */
  const WRITES = /gateway\/(events|reservations|parts)\//;

  async function dies(when: (data: Buffer) => boolean): Promise<void> {
    const proxy = await startTcpProxy(cluster.etcd.port);
    const first = await nextGateway({ etcdPort: proxy.port });
    const frozen = proxy.freezeAfter(when);
    cluster.simulators.sdnc.clearCalls();
    const id = await world.api.create('frozen', ONE_RESERVATION);
    await Promise.race([frozen, cluster.watcher.ended([id])]);
    await first.program.kill('SIGKILL');
    const second = await nextGateway();
    const [plan] = await check([id]);
    expectDone(plan, ONE_RESERVATION, answers);
    const calls = cluster.simulators.sdnc.calls.filter(({ path }) => /reserve-operation|release-operation/.test(path));
    expect(calls).toHaveLength(1);
    await Promise.all([second.program.kill('SIGTERM'), proxy.stop()]);
  }

  it('after the reservation is recorded and before the plan is done: SDN-C is not asked twice', () =>
    dies((data) => data.includes(RECORDED)));

  it.each(FULL ? Array.from({ length: 12 }, (_, index) => index + 1) : [])('in full: after write %i', (number) => {
    let writes = 0;
    return dies((data) => {
      if (WRITES.test(data.toString('latin1'))) writes += 1;
      return writes >= number;
    });
  });
});

describe('a write that is under way while its worker stands still, and arrives after the take-over, is refused', () => {
  const shortly = ['"to":"translated"', '"to":"done"'];
  const all = ['"to":"translating"', '"to":"solving"', '"to":"solved"', '"to":"reserving"', RECORDED];

  it.each(FULL ? [...shortly, ...all] : shortly)('%s', async (text) => {
    const proxy = await startTcpProxy(cluster.etcd.port);
    const first = await nextGateway({ etcdPort: proxy.port });
    const held = proxy.holdFrom((data) => data.includes(text));
    const id = await world.api.create('late write', ONE_RESERVATION);
    await held;
    first.program.child.kill('SIGSTOP');
    const second = await nextGateway();
    await cluster.watcher.ended([id]);
    await proxy.release();
    first.program.child.kill('SIGCONT');
    expect(await first.program.kill('SIGTERM')).toBe(0);
    const [plan] = await check([id]);
    expectDone(plan, ONE_RESERVATION, answers);
    await Promise.all([second.program.kill('SIGTERM'), proxy.stop()]);
  });
});

describe.each(FULL ? HOLDS.filter(({ arrange }) => arrange) : [])('in full: $name', (wanted) => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)('%s of the owner while another worker runs', async (signal) => {
    const pair = await Promise.all([nextGateway(), nextGateway()]);
    const id = await holdPlan(world, wanted);
    const owner = await cluster.watcher.event(id, ({ to }) => to === wanted.status);
    const dead = pair.find(({ name }) => name === owner.actor);
    dead?.program.child.kill(signal);
    await cluster.watcher.ended([id]);
    if (signal === 'SIGSTOP' && dead) {
      dead.program.child.kill('SIGCONT');
      await gaveUp(dead, id);
    }
    const [plan] = await check([id]);
    expectUnharmed(plan, wanted, owner.actor, answers);
    for (const { program } of pair)
      if (program !== dead?.program || signal === 'SIGSTOP') await program.kill('SIGTERM');
  });
});
