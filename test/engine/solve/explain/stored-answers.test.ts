// What was asked of other systems is stored with the plan, also when there is no answer, so that it can be explained later.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { solveStage } from '../../../../src/engine/stages.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { randomIds } from '../../../../src/lib/ids.ts';
import { seededRandom } from '../../../../src/lib/random.ts';
import { openEmbeddedKv } from '../../../../src/store/embedded/index.ts';
import { createStores, type Stores } from '../../../../src/store/index.ts';
import type { Kv } from '../../../../src/store/kv.ts';
import { candidate, controller, noMetrics, problem, silent, solver } from '../support.ts';
import { explainer, LIMITS } from './support.ts';

const base = { clock: systemClock, ids: randomIds, random: seededRandom(3), logger: silent, metrics: noMetrics };
let dir: string;
let kv: Kv;
let stores: Stores;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'explain-'));
  kv = await openEmbeddedKv({ ...base, dir });
  stores = createStores(kv, { ...base, ownerName: 'test', leaseTtlSeconds: 5 });
  await stores.start();
});

afterEach(async () => {
  await stores.close();
  await kv.close();
  rmSync(dir, { recursive: true, force: true });
});

it('keeps what the controller said of a plan that nothing fits', async () => {
  const { plans, work } = stores;
  const id = randomIds.uuid();
  const document = { template: {}, files: {} };
  await plans.create({ id, name: 'p', timeout: 10, recommendMax: '1', createdBy: 'test', requestId: 'r', document });
  const of = problem({
    demands: { vG: [candidate('a')] },
    constraints: [{ name: 'room', type: 'region_fit', properties: { controller: 'SDN-C', request: {} } }],
  });
  const translation = { problem: of, dropped: [], inventoryDigest: 'd' };
  const translating = await work.claim(id, 'controller', 'w');
  await translating?.advance({ to: 'translated', reason: 'completed', parts: { translation } });
  const full = controller('SDN-C', async () => [{ kind: 'reject', reason: 'full' }]);
  const claim = await work.claim(id, 'solver', 'w');
  if (!claim) throw new Error('not claimed');
  const stage = solveStage(plans, solver({ controllers: [full] }), { timeoutSeconds: 1, machine: 'm' });
  await claim.advance(await stage(claim, { requestId: 'r' }));

  const record = await plans.get(id);
  expect(record?.head.status).toBe('not found');
  const solution = record && (await plans.solution(record.head));
  const plan = { problem: of, answers: solution?.answers ?? null, recommendation: null };
  const { verdicts } = await explainer.verdicts(plan, {}, LIMITS);
  expect(verdicts).toMatchObject([{ candidateId: 'a', verdict: 'REFUSED', reason: 'full' }]);
});
