// F41 to F43: SDN-C fails in the middle of a reservation, or of its rollback, or answers too late: nothing stays held that
// nobody is told about.
import { expect } from 'vitest';
import type { SeenPlan } from './api.ts';
import { FULL, type Single } from './cluster.ts';
import { fault, type Run } from './fault.ts';
import { checkInvariants } from './invariants.ts';
import { THREE_RESERVATIONS } from './templates.ts';
import { withSingle } from './verify.ts';

const RESERVE = 'service-capacity-reserve-operation';
const RELEASE = 'service-capacity-release-operation';

async function outcome(single: Single, id: string, run: Run): Promise<SeenPlan> {
  await single.watcher.ended([id]);
  run.recovered();
  const [plan] = await checkInvariants({ ...single, acknowledged: [id], watchers: [single.watcher], run });
  if (!plan) throw new Error('the plan is gone');
  return plan;
}

/** Entity of each call of an RPC, in order. */
function entitiesOf(single: Single, rpc: string): string[] {
  return single.simulators.sdnc.calls
    .filter(({ path }) => path.endsWith(rpc))
    .map(({ body }) => /"reservation-entity-id":"([^"]*)"/.exec(body)?.[1] ?? '');
}

/** Entities of the plan that the controller holds. */
function heldBy(single: Single, plan: SeenPlan): string[] {
  return [...single.simulators.sdnc.reservations().keys()].filter((entity) => entity.startsWith(plan.id)).sort();
}

export function controllerCases(): void {
  fault(41, '500 to the second of three reservations: what was made is released in reverse order', (run) =>
    withSingle({}, async (single) => {
      const { faults } = single.simulators.sdnc;
      faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'status', status: 500 });
      run.struck();
      const plan = await outcome(single, await single.api.create('refused', THREE_RESERVATIONS), run);
      expect(plan.status).toBe('error');
      expect(plan.message).toContain(`Tried 1 times. Plan ${plan.id} is unable to reserve`);
      expect(plan.message).toMatch(/second of vG by SDN-C failed: .*500/);
      expect(plan.reservations.map(({ state }) => state)).toEqual(['released', 'released']);
      const entities = plan.reservations.map(({ entityId }) => entityId);
      expect(entitiesOf(single, RESERVE)).toEqual(entities);
      expect(entitiesOf(single, RELEASE)).toEqual([...entities].reverse());
      expect(heldBy(single, plan)).toEqual([]);
    }),
  );

  fault(41, 'with an attempt left the plan is solved again and reserved', (run) =>
    withSingle({ lines: ['[reservation]', 'max_reservation_counter = 2'] }, async (single) => {
      const { faults } = single.simulators.sdnc;
      faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'status', status: 500 });
      run.struck();
      const plan = await outcome(single, await single.api.create('second try', THREE_RESERVATIONS), run);
      expect(plan.status).toBe('done');
      const rolledBack = plan.events.filter(({ reason }) => reason === 'rolled-back');
      expect(rolledBack).toMatchObject([
        { from: 'reserving', to: 'translated', message: expect.stringContaining('500') },
      ]);
      const reserved = plan.reservations.filter(({ state }) => state === 'reserved');
      expect(heldBy(single, plan)).toEqual(reserved.map(({ entityId }) => entityId).sort());
      expect(reserved).toHaveLength(3);
    }),
  );

  for (const skip of FULL ? [0, 1] : []) {
    fault(41, `kill -9 during release ${skip} of the rollback: the next life goes on with it`, (run) =>
      withSingle({}, async (single) => {
        const { faults } = single.simulators.sdnc;
        faults.add({ match: { path: RESERVE }, skip: 2, times: 1, kind: 'status', status: 500, when: 'after' });
        // The call is looked up after a 500; with no answer to that it may be held, and everything is released.
        faults.add({ match: { path: 'service-capacity-get-operation' }, times: 3, kind: 'status', status: 500 });
        faults.add({ match: { path: RELEASE }, skip, times: 1, kind: 'hang', when: 'after' });
        const releasing = faults.hitsReached(5);
        const id = await single.api.create('killed', THREE_RESERVATIONS);
        await releasing;
        run.struck();
        await single.restart();
        const plan = await outcome(single, id, run);
        expect(plan.status).toBe('error');
        expect(plan.reservations.map(({ state }) => state)).toEqual(['released', 'released', 'released']);
        expect(heldBy(single, plan)).toEqual([]);
      }),
    );
  }

  fault(
    42,
    '500 to the releases too: the plan says which reservations may still be held, and they are counted',
    (run) =>
      withSingle({}, async (single) => {
        const { faults } = single.simulators.sdnc;
        faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'status', status: 500 });
        faults.add({ match: { path: RELEASE }, kind: 'status', status: 500 });
        run.struck();
        const plan = await outcome(single, await single.api.create('stuck', THREE_RESERVATIONS), run);
        expect(plan.status).toBe('error');
        expect(plan.message).toMatch(/^Reservation release failed: /);
        expect(plan.message).toContain('first of vGMuxInfra by SDN-C');
        expect(plan.message).toContain('500');
        const first = plan.reservations.find(({ step }) => step.includes('first'));
        expect(first?.state).toBe('release-failed');
        expect(heldBy(single, plan)).toEqual([first?.entityId]);
        const counted = await single.api.metric('conductor_reservations_total', 'outcome="release_failed"');
        expect(counted).toBeGreaterThan(0);
      }),
  );

  fault(43, 'every answer of SDN-C lost after it did the work: each is looked up, and each is reserved once', (run) =>
    withSingle({}, async (single) => {
      const { faults } = single.simulators.sdnc;
      faults.add({ match: { path: RESERVE }, times: 3, kind: 'reset', when: 'after' });
      run.struck();
      const plan = await outcome(single, await single.api.create('lost answers', THREE_RESERVATIONS), run);
      expect(plan.status).toBe('done');
      expect(entitiesOf(single, RESERVE)).toHaveLength(3);
      expect(heldBy(single, plan)).toHaveLength(3);
    }),
  );

  fault(43, 'SDN-C does the work and answers long after our time-out: reserved once', (run) =>
    withSingle({ lines: ['[sdnc]', 'sdnc_rest_timeout = 1'] }, async (single) => {
      const { faults } = single.simulators.sdnc;
      faults.add({ match: { path: RESERVE }, times: 3, kind: 'hang', when: 'after' });
      run.struck();
      const plan = await outcome(single, await single.api.create('late answers', THREE_RESERVATIONS), run);
      expect(plan.status).toBe('done');
      expect(entitiesOf(single, RESERVE)).toHaveLength(3);
      expect(heldBy(single, plan)).toHaveLength(3);
    }),
  );
}
