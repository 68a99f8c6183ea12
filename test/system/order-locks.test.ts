// Order locks and triage through the whole gateway: REST in, workers and real inventory behind, REST out.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PlanStatus } from '../../src/domain/plan.ts';
import { ANONYMOUS } from '../../src/domain/principal.ts';
import { type Gateway, type RestPlan, startGateway } from '../support/gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

/** One cloud demand; the plan's order would build what `key` and the chosen region name. */
const plan = (serviceResourceId: string, key: string, region?: string) => ({
  name: serviceResourceId,
  template: {
    homing_template_version: '2017-10-10',
    locations: { customer: { latitude: '32.8', longitude: '-96.8' } },
    demands: {
      vG: [
        {
          inventory_provider: 'aai',
          inventory_type: 'cloud',
          service_resource_id: serviceResourceId,
          conflict_identifier: [key, { get_candidate_attribute: 'candidate_id' }],
          ...(region === undefined ? {} : { region }),
        },
      ],
    },
    optimization: { minimize: { sum: [{ distance_between: ['customer', 'vG'] }] } },
  },
});

async function until(planId: string, wanted: PlanStatus): Promise<void> {
  const stop = new AbortController();
  const scope = { principal: ANONYMOUS, requestId: 'test' };
  for await (const change of gateway.app.services.plans.watch(scope, { planId, signal: stop.signal })) {
    if (change.kind !== 'event' || change.event.to !== wanted) continue;
    stop.abort();
    return;
  }
}

const release = (status: string, id: string) =>
  gateway.rest('POST', '/v1/release-orders', { 'release-locks': [{ status, 'service-resource-id': id }] });
const conflictOf = ({ recommendations }: RestPlan) => recommendations?.[0]?.['vG']?.candidate['conflict_id'];

it('of two orders for the same resource the second waits, and is homed anew when the first is built', async () => {
  const first = await gateway.solved(plan('sr-1', 'e2e'));
  expect(first.status).toBe('done');
  expect(conflictOf(first)).toMatch(/^e2e\|.+\|$/);
  const second = await gateway.accepted(plan('sr-2', 'e2e'));
  await until(second, 'waiting spinup');
  const other = await gateway.solved(plan('sr-3', 'another'));
  expect(other.status).toBe('done');
  const answer = await release('completed', 'sr-1');
  expect([answer.status, answer.body]).toEqual([
    201,
    { status: 'success', message: [{ plan_id: second, should_rehome: true }] },
  ]);
  const done = await gateway.finished(second);
  expect(done.status).toBe('done');
  expect(conflictOf(done)).toBe(conflictOf(first));
});

it('a failed spin-up ends the order that waited', async () => {
  await gateway.solved(plan('sr-4', 'failing'));
  const waiting = await gateway.accepted(plan('sr-5', 'failing'));
  await until(waiting, 'waiting spinup');
  await release('failed', 'sr-4');
  expect(await gateway.finished(waiting)).toMatchObject({
    status: 'error',
    message: 'Error due to failed cloud candidate spin-up in MSO (service_resource_id: sr-4).',
  });
});

it('triage tells of a plan that found no candidate, what the inventory dropped and why', async () => {
  const failed = await gateway.solved(plan('sr-6', 'nowhere', 'no-such-region'));
  expect(failed.status).toBe('error');
  const { status, body } = await gateway.rest('GET', `/v1/triage_tool/${failed.id}`);
  expect(status).toBe(200);
  const { translator_triage: translator, solver_triage: solver } = body as {
    translator_triage: { dropped_candidates: { name: string; translation_dropped: { reason: string }[] }[] };
    solver_triage: unknown;
  };
  expect(solver).toBeNull();
  const [demand] = translator.dropped_candidates;
  expect(demand?.name).toBe('vG');
  expect(new Set(demand?.translation_dropped.map(({ reason }) => reason))).toEqual(
    new Set(['candidate region does not match']),
  );
});

it('triage tells the tree of a plan that was solved', async () => {
  const solved = await gateway.solved(plan('sr-7', 'tree'));
  const { body } = await gateway.rest('GET', `/v1/triage_tool/${solved.id}`);
  const { solver_triage: tree, optimization_type: type } = body as {
    solver_triage: { children: { node_id: string; type: string }[] };
    optimization_type: string;
  };
  expect(type).toBe('distance_between');
  const chosen = String(solved.recommendations?.[0]?.['vG']?.candidate['candidate_id']);
  expect(tree.children.filter((node) => node.type === 'solution').map((node) => node.node_id)).toEqual([
    `vG|${chosen}`,
  ]);
});
