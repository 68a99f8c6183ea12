// Plans brought through translation and solution by the real work queue, so that they take order locks.
import type { LockRequest } from '../../src/domain/order-locks.ts';
import type { Translation } from '../../src/domain/problem.ts';
import type { Solution } from '../../src/domain/solution.ts';
import { randomIds } from '../../src/lib/ids.ts';
import type { Stores } from '../../src/store/index.ts';

export const EMPTY_TRANSLATION: Translation = {
  problem: {
    version: '2017-10-10',
    planId: 'p',
    requestType: 'initial',
    locations: [],
    demands: [],
    constraints: [],
    objective: null,
    latencyRules: null,
    reservation: { serviceModel: null, entries: [] },
  },
  dropped: [],
  inventoryDigest: 'd',
};

export const EMPTY_SOLUTION: Solution = {
  recommendations: [],
  diagnosis: { demands: [], nodes: 1, elapsedMs: 1, timedOut: false, summary: [] },
};

/** A plan that its solver left as `solved` or `waiting spinup`; its id. */
export async function solvedPlan({ plans, work }: Stores, locks: readonly LockRequest[]): Promise<string> {
  const id = randomIds.uuid();
  await plans.create({
    id,
    name: 'a plan',
    timeout: 10,
    recommendMax: '1',
    createdBy: 'somebody',
    requestId: 'r',
    document: { template: { homing_template_version: '2017-10-10' }, files: {} },
  });
  const translating = await work.claim(id, 'controller', 'w');
  await translating?.advance({ to: 'translated', reason: 'completed', parts: { translation: EMPTY_TRANSLATION } });
  const solving = await work.claim(id, 'solver', 'w');
  await solving?.advance({ to: 'solved', reason: 'completed', parts: { solution: EMPTY_SOLUTION }, locks });
  return id;
}
