// Every template of `examples/` is solved in the world of `npm run sim` to the answer that its comments promise.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/domain/principal.ts';
import { picksOf } from '../conformance/records.ts';
import { exampleWorld } from '../sim/example-world.ts';
import { type Gateway, type RestPlan, type RestRecommendation, startGateway } from '../support/gateway.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({
    world: exampleWorld(),
    lines: ['[inventory_provider]', 'extensions = aai,generator'],
  });
  for (const rules of ['latency_rules', 'latency_country_rules']) {
    const { status } = await gateway.rest('POST', `/v1/load_${rules}`, example(`${rules.replaceAll('_', '-')}.json`));
    expect(status).toBe(201);
  }
});

afterAll(() => gateway.stop());

function example(file: string): string {
  return readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8');
}

function solve(file: string, numSolution = '1'): Promise<RestPlan> {
  return gateway.solved({ name: file, num_solution: numSolution, template: example(file) });
}

async function best(file: string): Promise<Readonly<Record<string, RestRecommendation>>> {
  const plan = await solve(file);
  expect(plan).toMatchObject({ status: 'done' });
  const [first] = plan.recommendations ?? [];
  if (!first) throw new Error(`${file} has no recommendation`);
  return first;
}

/** Template → demand → candidate. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'vcpe.yaml': { vGMuxInfra: 'si-vgmux-nyc', vG: 'iad-01' },
  'vfw-traffic-distribution.yaml': { 'vFW-SINK': 'vfm-vnf-vfw-sink-a-2', vPGN: 'vfm-vnf-vfw-pgn-1' },
  'latency.yaml': { vG: 'iad-01' },
  'hpa.yaml': { vFW: 'iad-01' },
  'vim-fit.yaml': { vG: 'nyc-01' },
  'order-locks.yaml': { vG: 'chi-01' },
  'generic-objective.yaml': { core: 'profile-embb-core-1', anchor: 'nyc-01' },
  'ran-slice-subnet.yaml': { ran: 'profile-embb-ran-1' },
  'nsi-selection.yaml': { embb: 'profile-embb-nsi-1' },
  'nssi-selection.yaml': { core: 'profile-embb-core-1' },
  'nst-selection.yaml': { nst: 'ver-urllc-nst-1' },
  'nsst-selection.yaml': { core_template: 'ver-embb-nsst-1' },
  're-homing.yaml': { vG: 'chi-01', vFW: 'nyc-01' },
  'inventory-group.yaml': { active: 'si-vgmux-nyc', standby: 'si-vgmux-dal' },
};

it('every example has an answer here and a row in examples/README.md', () => {
  const files = readdirSync(new URL('../../examples/', import.meta.url)).filter((file) => file.endsWith('.yaml'));
  expect([...Object.keys(ANSWERS), 'slice-profiles.yaml'].sort()).toEqual(files.sort());
  const readme = example('README.md');
  expect(files.filter((file) => !readme.includes(`\`${file}\``))).toEqual([]);
});

describe('an example is solved as its comments say', () => {
  // The lock of the order stays until it is released, so that one has a test of its own.
  it.each(Object.entries(ANSWERS).filter(([file]) => file !== 'order-locks.yaml'))('%s', async (file, answer) => {
    expect(picksOf([await best(file)])).toEqual([answer]);
  });

  it('slice-profiles.yaml: the most reliable profile, and of these the slowest that keeps the limit', async () => {
    const { embb } = await best('slice-profiles.yaml');
    expect(embb?.candidate).toMatchObject({
      inventory_type: 'slice_profiles',
      latency: 20,
      reliability: 99.99,
      core_latency: 8,
      ran_latency: 12,
      coverage_area: 'Springfield-1,2',
      coverage_area_ta_list: [234, 235, 236],
      creation_cost: 0.9,
    });
  });
});

describe('what an example shows besides', () => {
  it('vfw-traffic-distribution.yaml: servers with their interfaces, and what was passed through', async () => {
    const recommendation = await best('vfw-traffic-distribution.yaml');
    expect(recommendation['vFW-SINK']?.attributes).toMatchObject({
      'vf-module-id': 'vfm-vnf-vfw-sink-a-2',
      'nf-id': 'vnf-vfw-sink-a',
      'td-role': 'destination',
      vservers: [{ 'vserver-name': 'vfw-sink-a-vm2', 'l-interfaces': [{}, {}] }],
    });
  });

  it('hpa.yaml: a flavor for each kind of virtual machine, and the directives of its features', async () => {
    const { vFW } = await best('hpa.yaml');
    const entry = (id: string, ...directives: object[]) => ({ id, type: 'vnfc', directives });
    const flavor = (label: string, name: string) => ({
      type: 'flavor_directives',
      attributes: [
        { attribute_name: label, attribute_value: name },
        { attribute_name: 'flavorId', attribute_value: `iad-01-${name}` },
      ],
    });
    const vnic = [{ attribute_name: 'packet_vnic_type', attribute_value: 'direct' }];
    expect(vFW?.attributes['directives']).toEqual({
      directives: [
        entry('packet_vm', flavor('packet_flavor', 'network-16'), {
          type: 'sriovNICNetwork_directives',
          attributes: vnic,
        }),
        entry('control_vm', flavor('control_flavor', 'memory-16')),
      ],
    });
  });

  it('latency.yaml: the nearer region stands in a country of a worse class, and comes next in its own', async () => {
    const plan = await solve('latency.yaml', '4');
    const order = picksOf(plan.recommendations ?? []).map(({ vG }) => vG);
    expect(order).toEqual(['iad-01', 'nyc-01', 'dal-01', 'sfo-01']);
    const all = await solve('latency.yaml', '5');
    expect(picksOf(all.recommendations ?? []).at(-1)).toEqual({ vG: 'yyz-01' });
  });

  it('re-homing.yaml: what moves and what that costs stand in the recommendation and in triage, and a dear move is not made', async () => {
    const { id } = await solve('re-homing.yaml');
    const { recommendation, sentences } = await told(id);
    expect(recommendation).toMatchObject({
      moves: [{ demand: 'vG', from: 'dal-01', to: 'chi-01', gone: false }],
      terms: [
        { function: 'distance_between', demand: 'vG' },
        { function: 'distance_between', demand: 'vFW' },
        { function: 'moving', demand: 'vG', constraint: null, otherDemand: null, value: 500 },
        { function: 'soft', demand: 'vG', constraint: 'together', otherDemand: 'vFW', value: 100 },
      ],
    });
    const sum = recommendation.terms.reduce((all, { value }) => all + value, 0);
    expect(recommendation.objective).toBeCloseTo(sum, 6);
    expect(sentences).toContain('vG moves from dal-01 to chi-01, which costs 500');
    expect(sentences).toContain('Soft zone "together" is broken by vG and vFW, which costs 100');
    const template = example('re-homing.yaml').replace('moving_cost: 500', 'moving_cost: 5000');
    const stays = await gateway.solved({ name: 'dear', template });
    expect(picksOf(stays.recommendations ?? [])).toEqual([{ vG: 'dal-01', vFW: 'nyc-01' }]);
    expect((await told(stays.id)).recommendation.moves).toEqual([]);
  });

  it('order-locks.yaml: the second order waits for the first, and is solved again when that is released', async () => {
    const body = { name: 'first', template: example('order-locks.yaml') };
    const first = await gateway.solved(body);
    expect(first).toMatchObject({ status: 'done' });
    expect(first.recommendations?.[0]?.['vG']?.candidate['conflict_id']).toBe('chi-01|shared-gateway|');
    const second = await gateway.accepted({ ...body, template: body.template.replace('order-2041', 'order-2042') });
    await reached(second, 'waiting spinup');
    const released = await gateway.rest('POST', '/v1/release-orders', {
      'release-locks': [{ status: 'completed', 'service-resource-id': 'order-2041' }],
    });
    expect(released.body).toEqual({ status: 'success', message: [{ plan_id: second, should_rehome: true }] });
    expect(await gateway.finished(second)).toMatchObject({ status: 'done' });
  });
});

describe('solved again on its record, asking nobody', () => {
  const files = [...Object.keys(ANSWERS), 'slice-profiles.yaml'];

  it.each(files)('%s: all answers come out the same, and what demands add sums up to the objective', async (file) => {
    const template = example(file).replaceAll('shared-gateway', 'gateway-again');
    const { id, status } = await gateway.solved({ name: file, num_solution: 'all', template });
    expect(status).toBe('done');
    const { plan, replayPlan } = await again(id);
    expect(replayPlan).toEqual({ same: true, recommendations: plan.recommendations, diagnosis: plan.diagnosis });
    expect(plan.diagnosis).toMatchObject({ status: 'OPTIMAL', seed: null });
    expect(plan.inventoryDigest).toMatch(/^[0-9a-f]{64}$/);
    const [{ objective }] = plan.recommendations as [{ objective: number | null }];
    const added = plan.diagnosis.scores.reduce((sum, { value }) => sum + value, 0);
    expect(added).toBeCloseTo(objective ?? 0, 6);
  });

  it('a plan without an answer has none again, for the same reasons', async () => {
    const template = example('vcpe.yaml').replace('"< 1500 km"', '"< 100 km"');
    const { id, status } = await gateway.solved({ name: 'none', template });
    expect(status).toBe('not found');
    const { plan, replayPlan } = await again(id);
    expect(replayPlan).toEqual({ same: true, recommendations: [], diagnosis: plan.diagnosis });
    expect(plan.diagnosis.summary).toHaveLength(1);
  });
});

interface Again {
  readonly recommendations: readonly object[];
  readonly diagnosis: { readonly summary: readonly string[]; readonly scores: readonly { readonly value: number }[] };
}

/** The plan as it is stored and as it comes out of a replay, during which no other system hears of it. */
async function again(id: string) {
  const answer = `recommendations { objective demands { demand restCandidate attributes } terms { function demand value adds } }
    diagnosis { status bound gap nodes seed summary scores { demand value } demands { demand remaining } }`;
  const query = `query ($id: ID!) {
    plan(id: $id) { inventoryDigest ${answer} }
    replayPlan(id: $id) { ... on ReplayPlanSuccess { same ${answer} } }
  }`;
  const { aai, sdnc, multicloud } = gateway.simulators;
  for (const one of [aai, sdnc, multicloud]) one.clearCalls();
  const { body } = await gateway.rest('POST', '/graphql', { query, variables: { id } });
  for (const one of [aai, sdnc, multicloud]) expect(one.calls).toEqual([]);
  const { data } = body as {
    data: { plan: Again & { inventoryDigest: string }; replayPlan: Again & { same: boolean } };
  };
  return data;
}

interface Told {
  readonly objective: number;
  readonly moves: readonly object[];
  readonly terms: readonly { readonly value: number }[];
}

/** The first recommendation as GraphQL shows it, and the sentences of triage. */
async function told(planId: string) {
  const query = `query ($id: ID!) { plan(id: $id) { recommendations {
    objective
    moves { demand from to gone }
    terms { function demand constraint otherDemand value }
  } } }`;
  const { body } = await gateway.rest('POST', '/graphql', { query, variables: { id: planId } });
  const [recommendation] = (body as { data: { plan: { recommendations: Told[] } } }).data.plan.recommendations;
  if (!recommendation) throw new Error('no recommendation');
  const triage = await gateway.rest('GET', `/v1/triage_tool/${planId}?explain=true`);
  const plain = await gateway.rest('GET', `/v1/triage_tool/${planId}`);
  expect(plain.body).not.toHaveProperty('sentences');
  const { sentences, ...rest } = triage.body as { sentences: string[] };
  expect(rest).toEqual(plain.body);
  return { recommendation, sentences };
}

/** Waits until the plan has the status. */
async function reached(planId: string, status: string): Promise<void> {
  const stop = new AbortController();
  const scope = { principal: ANONYMOUS, requestId: 'examples' };
  try {
    for await (const change of gateway.app.services.plans.watch(scope, { planId, signal: stop.signal })) {
      if (change.kind === 'event' && change.plan.head.status === status) return;
    }
  } finally {
    stop.abort();
  }
  throw new Error(`the feed ended before ${planId} was ${status}`);
}
