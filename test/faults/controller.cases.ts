// F41 to F43: SDN-C fails in the middle of a reservation, or of its rollback, or answers too late: nothing stays held that
// nobody is told about.
import { expect } from 'vitest';
import type { SeenPlan } from './api.ts';
import { FULL, gate, type Single } from './cluster.ts';
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

const RETRIES_SOON = { lines: ['[reservation]', 'release_retry_initial = 1', 'release_retry_max = 2'] };

interface SeenCompensation {
  readonly planId: string;
  readonly entityId: string;
  readonly controller: string;
  readonly attempts: number;
}

async function compensations({ api }: Single): Promise<readonly SeenCompensation[]> {
  const query = '{ compensations { planId entityId controller attempts nextAttempt lastMessage } }';
  return (await api.query<{ compensations: SeenCompensation[] }>(query, {})).compensations;
}

/** Asks until the queue is empty. */
async function nothingToRelease(single: Single): Promise<void> {
  while ((await compensations(single)).length > 0) await single.api.get('/livez');
}

/** A plan whose rollback could not release, and which the queue has tried to release in vain. */
async function stuck(single: Single): Promise<string> {
  const { faults } = single.simulators.sdnc;
  faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'status', status: 500 });
  faults.add({ match: { path: RELEASE }, kind: 'status', status: 500 });
  const id = await single.api.create('stuck', THREE_RESERVATIONS);
  await single.watcher.ended([id]);
  await faults.hitsReached(faults.hits + 1);
  return id;
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
      withSingle({ lines: ['[reservation]', 'release_retry_initial = 600'] }, async (single) => {
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
        expect((await compensations(single)).map(({ entityId, attempts }) => [entityId, attempts])).toEqual([
          [first?.entityId, 1],
        ]);
        expect(await single.api.metric('conductor_compensations_pending')).toBe(1);
        // How long it has been failing grows from 0.
        while ((await single.api.metric('conductor_compensation_oldest_seconds')) === 0) await single.api.get('/livez');
      }),
  );

  fault(42, 'SDN-C recovers: what was held is released without anyone doing anything, by the next life too', (run) =>
    withSingle(RETRIES_SOON, async (single) => {
      const id = await stuck(single);
      await single.restart();
      const { faults } = single.simulators.sdnc;
      await faults.hitsReached(faults.hits + 1);
      expect(await compensations(single)).toMatchObject([{ planId: id, controller: 'SDN-C' }]);
      run.struck();
      faults.clear();
      await nothingToRelease(single);
      const plan = await outcome(single, id, run);
      expect(plan.message).toMatch(/^Reservation release failed: /);
      expect(plan.reservations.map(({ state }) => state)).toEqual(['released', 'released']);
      expect(heldBy(single, plan)).toEqual([]);
      expect(await single.api.metric('conductor_compensations_pending')).toBe(0);
      expect(await single.api.metric('conductor_compensation_oldest_seconds')).toBe(0);
    }),
  );

  fault(42, 'the plan is deleted while its release keeps failing: released all the same when SDN-C recovers', (run) =>
    withSingle(RETRIES_SOON, async (single) => {
      const id = await stuck(single);
      expect((await single.api.delete(id)).status).toBe(204);
      const held = () => [...single.simulators.sdnc.reservations().keys()].filter((entity) => entity.startsWith(id));
      expect(held()).toHaveLength(1);
      run.struck();
      single.simulators.sdnc.faults.clear();
      await nothingToRelease(single);
      run.recovered();
      expect(held()).toEqual([]);
    }),
  );

  fault(
    42,
    'a plan deleted in the middle of its reservation: what SDN-C holds is released when the hold expires',
    (run) =>
      withSingle({ lines: ['[reservation]', 'hold_seconds = 2'] }, async (single) => {
        const { faults } = single.simulators.sdnc;
        faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'hang', when: 'after' });
        const reserving = faults.hitsReached(1);
        const id = await single.api.create('deleted', THREE_RESERVATIONS);
        await reserving;
        const held = () => [...single.simulators.sdnc.reservations().keys()].filter((entity) => entity.startsWith(id));
        expect(held()).toHaveLength(2);
        run.struck();
        expect((await single.api.delete(id)).status).toBe(204);
        while (held().length > 0) await compensations(single);
        run.recovered();
        await nothingToRelease(single);
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

  const second = ['max_reservation_counter = 2', 'hold_seconds = 5'];
  fault(43, 'SDN-C does the work when we have given it up and rolled back: released once more after the hold', (run) =>
    withSingle({ lines: ['[sdnc]', 'sdnc_rest_timeout = 1', '[reservation]', ...second] }, async (single) => {
      const { faults } = single.simulators.sdnc;
      const queued = gate();
      faults.add({ match: { path: RESERVE }, skip: 1, times: 1, kind: 'delay', until: queued.promise });
      const id = await single.api.create('booked late', THREE_RESERVATIONS);
      await single.watcher.ended([id]);
      const late = entitiesOf(single, RESERVE)[1] ?? '';
      const isHeld = () => single.simulators.sdnc.reservations().has(late);
      expect(isHeld()).toBe(false);
      expect(await compensations(single)).toEqual([]);
      queued.release();
      while (!isHeld()) await single.api.get('/livez');
      run.struck();
      while (isHeld()) await single.api.get('/livez');
      const plan = await outcome(single, id, run);
      expect(plan.status).toBe('done');
      expect(plan.reservations.find(({ entityId }) => entityId === late)?.state).toBe('released');
      expect(heldBy(single, plan)).toHaveLength(3);
      expect(entitiesOf(single, RELEASE).filter((entity) => entity === late)).toHaveLength(2);
    }),
  );
}
