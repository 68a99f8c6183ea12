// SDN-C fails in the middle of a reservation, or of its rollback: nothing stays held that nobody is told about.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SeenPlan } from './api.ts';
import { FULL, type Single, startSingle } from './cluster.ts';
import { checkInvariants } from './invariants.ts';
import { THREE_RESERVATIONS } from './templates.ts';

const RESERVE = 'service-capacity-reserve-operation';
const RELEASE = 'service-capacity-release-operation';

let single: Single;
const singles: Single[] = [];

beforeAll(async () => {
  singles.push(await startSingle());
});
beforeEach(() => {
  single = singles[0] as Single;
  single.simulators.sdnc.faults.clear();
  single.simulators.sdnc.clearCalls();
});
afterAll(() => Promise.all(singles.map((one) => one.stop())));

async function outcome(id: string): Promise<SeenPlan> {
  await single.watcher.ended([id]);
  const [plan] = await checkInvariants({ ...single, acknowledged: [id], watchers: [single.watcher] });
  if (!plan) throw new Error('the plan is gone');
  return plan;
}

/** Entity of each call of an RPC, in order. */
function entitiesOf(rpc: string): string[] {
  return single.simulators.sdnc.calls
    .filter(({ path }) => path.endsWith(rpc))
    .map(({ body }) => /"reservation-entity-id":"([^"]*)"/.exec(body)?.[1] ?? '');
}

/** Entities of the plan that the controller holds. */
function heldBy(plan: SeenPlan): string[] {
  return [...single.simulators.sdnc.reservations().keys()].filter((entity) => entity.startsWith(plan.id)).sort();
}

describe('500 to the second of three reservations', () => {
  it('what was made is released in reverse order and the plan ends in error with the cause', async () => {
    const { faults } = single.simulators.sdnc;
    faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'status', status: 500 });
    const plan = await outcome(await single.api.create('refused', THREE_RESERVATIONS));
    expect(plan.status).toBe('error');
    expect(plan.message).toContain(`Tried 1 times. Plan ${plan.id} is unable to reserve`);
    expect(plan.message).toMatch(/second of vG by SDN-C failed: .*500/);
    expect(plan.reservations.map(({ state }) => state)).toEqual(['released', 'released']);
    expect(entitiesOf(RESERVE)).toEqual([0, 1].map((entry) => `${plan.id}-1-0-${entry}`));
    expect(entitiesOf(RELEASE)).toEqual([1, 0].map((entry) => `${plan.id}-1-0-${entry}`));
    expect(heldBy(plan)).toEqual([]);
  });

  it('with an attempt left the plan is solved again and reserved', async () => {
    single = await startSingle({ lines: ['[reservation]', 'max_reservation_counter = 2'] });
    singles.push(single);
    const { faults } = single.simulators.sdnc;
    faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'status', status: 500 });
    const plan = await outcome(await single.api.create('second try', THREE_RESERVATIONS));
    expect(plan.status).toBe('done');
    const rolledBack = plan.events.filter(({ reason }) => reason === 'rolled-back');
    expect(rolledBack).toMatchObject([
      { from: 'reserving', to: 'translated', message: expect.stringContaining('500') },
    ]);
    expect(heldBy(plan)).toEqual([0, 1, 2].map((entry) => `${plan.id}-2-0-${entry}`));
  });

  it.each(FULL ? [0, 1] : [0])(
    'kill -9 during release %i of the rollback: the next life goes on with it',
    async (skip) => {
      const { faults } = single.simulators.sdnc;
      faults.add({ match: { path: RESERVE }, skip: 2, times: 1, kind: 'status', status: 500, when: 'after' });
      // The call is looked up after a 500; with no answer to that it may be held, and everything is released.
      faults.add({ match: { path: 'service-capacity-get-operation' }, times: 3, kind: 'status', status: 500 });
      faults.add({ match: { path: RELEASE }, skip, times: 1, kind: 'hang', when: 'after' });
      const releasing = faults.hitsReached(5);
      const id = await single.api.create('killed', THREE_RESERVATIONS);
      await releasing;
      await single.restart();
      const plan = await outcome(id);
      expect(plan.status).toBe('error');
      expect(plan.reservations.map(({ state }) => state)).toEqual(['released', 'released', 'released']);
      expect(heldBy(plan)).toEqual([]);
    },
  );
});

it('500 to the releases too: the plan says which reservations may still be held', async () => {
  const { faults } = single.simulators.sdnc;
  faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'status', status: 500 });
  faults.add({ match: { path: RELEASE }, kind: 'status', status: 500 });
  const plan = await outcome(await single.api.create('stuck', THREE_RESERVATIONS));
  expect(plan.status).toBe('error');
  expect(plan.message).toMatch(/^Reservation release failed: /);
  expect(plan.message).toContain('first of vGMuxInfra by SDN-C');
  expect(plan.message).toContain('500');
  expect(plan.reservations.find(({ step }) => step.includes('first'))?.state).toBe('release-failed');
  expect(heldBy(plan)).toEqual([`${plan.id}-1-0-0`]);
});

it('every answer of SDN-C lost after it did the work: each is looked up, and each is reserved once', async () => {
  const { faults } = single.simulators.sdnc;
  faults.add({ match: { path: RESERVE }, times: 3, kind: 'reset', when: 'after' });
  const plan = await outcome(await single.api.create('lost answers', THREE_RESERVATIONS));
  expect(plan.status).toBe('done');
  expect(entitiesOf(RESERVE)).toHaveLength(3);
  expect(heldBy(plan)).toHaveLength(3);
});
