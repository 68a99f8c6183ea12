// SIGTERM with plans in work: the process ends with 0, and what it could not finish another one, or its next life, does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenPlan } from './api.ts';
import { type Cluster, gate, LONG_LEASE, type Single, startCluster, startSingle } from './cluster.ts';
import { type Answers, expectDone } from './expectations.ts';
import { HOLDS, type Hold, holdAll, referenceAnswers, SLOTS, type World } from './holds.ts';
import { checkInvariants, type Evidence } from './invariants.ts';

async function ended(evidence: Omit<Evidence, 'watchers'> & World): Promise<Map<string, SeenPlan>> {
  await evidence.watcher.ended(evidence.acknowledged);
  const plans = await checkInvariants({ ...evidence, watchers: [evidence.watcher] });
  return new Map(plans.map((plan) => [plan.id, plan]));
}

/** Plan and hold of each, those in work alone if so wished. */
function* each(plans: ReadonlyMap<string, SeenPlan>, ids: ReadonlyMap<string, string>): Generator<[SeenPlan, Hold]> {
  for (const wanted of HOLDS) {
    const plan = plans.get(ids.get(wanted.name) ?? '');
    if (plan) yield [plan, wanted];
  }
}

const takeOvers = (plan: SeenPlan) => plan.events.filter(({ reason }) => reason === 'taken-over');

describe('two gateways on etcd', () => {
  let cluster: Cluster;
  let world: World;
  let answers: Answers;

  beforeAll(async () => {
    cluster = await startCluster({ lines: SLOTS, leaseTtl: LONG_LEASE });
    world = { ...cluster, api: cluster.front.api };
    const first = await cluster.gateway('reference');
    answers = await referenceAnswers(world);
    await first.program.kill('SIGTERM');
  });
  afterAll(() => cluster.stop());

  it('work in hand that ends within the grace is finished by the one that goes, the rest by the other', async () => {
    const going = await cluster.gateway('going', { env: { OS_GATEWAY__DRAIN_TIMEOUT: '3' } });
    const late = gate();
    const ids = await holdAll(world, late.promise);
    // The only call that is lost for good: its plan is reserved by now, so the worker need not wait for the answer.
    const unanswered = ids.get(HOLDS[1]?.name ?? '') ?? '';
    const staying = await cluster.gateway('staying');
    going.program.child.kill('SIGTERM');
    await going.program.logged('draining');
    late.release();
    expect(await going.program.ended).toBe(0);
    const plans = await ended({ ...world, acknowledged: [...ids.values()] });
    for (const [plan, wanted] of each(plans, ids)) {
      expectDone(plan, wanted.template, answers);
      expect(takeOvers(plan)).toHaveLength(plan.id === unanswered ? 1 : 0);
      const finished = plan.events.find(({ from }) => from === wanted.status);
      const byGoing = wanted.arrange !== null && plan.id !== unanswered;
      expect(finished?.actor, wanted.name).toBe(byGoing ? 'going' : 'staying');
    }
    expect(await cluster.leftovers()).toEqual([]);
    await staying.program.kill('SIGTERM');
  });

  it('work in hand that does not end within the grace is given back at once', async () => {
    const going = await cluster.gateway('hasty', { env: { OS_GATEWAY__DRAIN_TIMEOUT: '0' } });
    const ids = await holdAll(world);
    const staying = await cluster.gateway('steady');
    expect(await going.program.kill('SIGTERM')).toBe(0);
    const plans = await ended({ ...world, acknowledged: [...ids.values()] });
    for (const [plan, wanted] of each(plans, ids)) {
      expectDone(plan, wanted.template, answers);
      expect(takeOvers(plan).map(({ actor }) => actor)).toEqual(wanted.arrange ? ['steady'] : []);
    }
    await staying.program.kill('SIGTERM');
  });
});

describe('one process on the embedded store', () => {
  let single: Single;
  let answers: Answers;

  beforeAll(async () => {
    single = await startSingle({ lines: SLOTS });
    answers = await referenceAnswers(single);
  });
  afterAll(() => single.stop());

  it('what it could not finish is resumed in its next life', async () => {
    const ids = await holdAll(single);
    expect(await single.program.kill('SIGTERM')).toBe(0);
    await single.start();
    const plans = await ended({ ...single, acknowledged: [...ids.values()] });
    for (const [plan, wanted] of each(plans, ids)) {
      expectDone(plan, wanted.template, answers);
      expect(takeOvers(plan)).toHaveLength(wanted.arrange ? 1 : 0);
    }
  });

  it('a second SIGTERM ends it at once, and nothing is lost', async () => {
    const ids = await holdAll(single);
    single.program.child.kill('SIGTERM');
    await single.program.logged('draining');
    expect(await single.program.kill('SIGTERM')).toBe(1);
    await single.start();
    const plans = await ended({ ...single, acknowledged: [...ids.values()] });
    for (const [plan, wanted] of each(plans, ids)) expectDone(plan, wanted.template, answers);
  });
});
