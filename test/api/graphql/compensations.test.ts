// Reservations held for nobody over GraphQL: people see what is stuck, also of plans that are gone, and can take one out.
import { expect, test } from 'vitest';
import { step } from '../../store/compensation-contract.ts';
import { solvedPlan } from '../../support/waiting-plans.ts';
import { createWorld, dataOf, scope, type World } from './harness.ts';

const ALL = `{ compensations { planId step entityId controller demand candidateId state since attempts nextAttempt lastMessage } }`;
const OF_PLAN = `query($id: ID!) { plan(id: $id) { status reservations { state message compensation { state attempts lastMessage } } } }`;
const END = 'mutation($planId: ID!, $step: String!) { endCompensation(planId: $planId, step: $step) }';

async function reserving(world: World) {
  const id = await solvedPlan(world.store.stores, []);
  const claim = await world.store.stores.work.claim(id, 'reservation', 'w');
  if (!claim) throw new Error('not claimed');
  return { id, claim };
}

async function stuck(world: World): Promise<string> {
  const { id, claim } = await reserving(world);
  await claim.saga.put(step({ state: 'release-failed', message: 'HTTP 500' }));
  await claim.advance({ to: 'error', reason: 'failed', failed: true, message: 'Reservation release failed' });
  return id;
}

test('a release that failed is listed with what the controller said, and shown in its plan', async () => {
  const world = await createWorld();
  const id = await stuck(world);
  const { compensations } = dataOf(await world.run(ALL));
  expect(compensations).toMatchObject([
    {
      planId: id,
      step: '1-0-vpn_a',
      entityId: 'e-1',
      controller: 'SDN-C',
      demand: 'a',
      candidateId: 'c-1',
      state: 'RELEASE',
      attempts: 1,
      lastMessage: 'HTTP 500',
    },
  ]);
  expect(Date.parse(compensations[0].nextAttempt) - Date.parse(compensations[0].since)).toBe(5_000);
  const compensation = { state: 'RELEASE', attempts: 1, lastMessage: 'HTTP 500' };
  expect(dataOf(await world.run(OF_PLAN, { id })).plan).toEqual({
    status: 'ERROR',
    reservations: [{ state: 'RELEASE_FAILED', message: 'HTTP 500', compensation }],
  });
});

test('the plan is deleted and the entry is still listed; an operator takes it out, once', async () => {
  const world = await createWorld();
  const planId = await stuck(world);
  await world.store.plans.delete(planId);
  expect(dataOf(await world.run(ALL)).compensations).toMatchObject([{ planId }]);
  const variables = { planId, step: '1-0-vpn_a' };
  expect(dataOf(await world.run(END, variables))).toEqual({ endCompensation: true });
  expect(dataOf(await world.run(ALL)).compensations).toEqual([]);
  expect(dataOf(await world.run(END, variables))).toEqual({ endCompensation: false });
});

test('what a plan in reservation holds is shown in the plan and is not listed', async () => {
  const world = await createWorld();
  const { id, claim } = await reserving(world);
  await claim.saga.put(step());
  expect(dataOf(await world.run(ALL)).compensations).toEqual([]);
  const held = { state: 'HOLD', attempts: 0, lastMessage: null };
  const reserved = { state: 'RESERVED', message: null };
  expect(dataOf(await world.run(OF_PLAN, { id })).plan.reservations).toEqual([{ ...reserved, compensation: held }]);
  await claim.advance({ to: 'done', reason: 'completed' });
  expect(dataOf(await world.run(OF_PLAN, { id })).plan.reservations).toEqual([{ ...reserved, compensation: null }]);
});

test('whoever comes without credentials may look, and not take out', async () => {
  const world = await createWorld();
  const id = await stuck(world);
  const nobody = { ...scope, principal: { name: 'anonymous', kind: 'anonymous' } as const };
  expect(await world.services.compensations.list(nobody, 10)).toHaveLength(1);
  await expect(world.services.compensations.end(nobody, id, '1-0-vpn_a')).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
