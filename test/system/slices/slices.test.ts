// Slice plans end to end: REST in, A&AI, DCAE, SDC and CPS around the gateway over real sockets, recommendations out.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { NSI_MODEL, NSSI_MODEL, sliceTemplate, withSlices } from '../../sim/aai-slices.ts';
import { vcpeWorld } from '../../sim/world.ts';
import { type Gateway, type RestPlan, startGateway } from '../../support/gateway.ts';
import { profilesBody, reuseOrCreateBody, selectionBody } from './bodies.ts';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ world: withSlices(vcpeWorld()) });
});
afterEach(() => {
  const { aai, dcae, cps, sdc } = gateway.simulators;
  for (const simulator of [aai, dcae, cps, sdc]) {
    simulator.faults.clear();
    simulator.clearCalls();
  }
});
afterAll(() => gateway.stop());

function chosen(plan: RestPlan): readonly Readonly<Record<string, unknown>>[] {
  expect(plan, JSON.stringify(plan.message)).toMatchObject({ status: 'done' });
  return (plan.recommendations ?? []).map((recommendation) => recommendation.slice?.candidate ?? {});
}

const NSI = { 'model-invariant-id': NSI_MODEL.invariantId, 'model-version-id': NSI_MODEL.versionId };
const NSSI = { 'model-invariant-id': NSSI_MODEL.invariantId, 'model-version-id': NSSI_MODEL.versionId };

test('an NSI is chosen with the whole profile, capacity and default attributes in the recommendation', async () => {
  const body = selectionBody({
    type: 'nsi',
    attributes: { ...NSI, 'environment-context': 'shared', 'service-role': 'nsi' },
    minimize: 'latency',
  });
  const [candidate] = chosen(await gateway.solved(body));
  expect(candidate).toMatchObject({
    candidate_id: 'profile-embb-nsi-1',
    inventory_type: 'nsi',
    instance_id: 'embb-nsi-1',
    instance_name: 'name-embb-nsi-1',
    latency: 15,
    max_number_of_ues: 1000,
    creation_cost: 0.1,
    uLThpt_difference: 200,
    dLThpt_difference: 250,
  });
  expect(candidate).not.toHaveProperty('resource_version');
  expect(gateway.simulators.dcae.questions()).toHaveLength(1);
});

test('thresholds on free capacity choose among NSSI candidates', async () => {
  const body = selectionBody(
    {
      type: 'nssi',
      attributes: { ...NSSI, 'service-role': 'nssi' },
      minimize: 'latency',
      thresholds: [{ attribute: 'uLThpt_difference', operator: 'gte', threshold: 5, unit: '' }],
    },
    'all',
  );
  const candidates = chosen(await gateway.solved(body));
  // Overbooked and unknown ones do not have 5 to spare; fronthaul always counts as having room.
  expect(candidates.map((candidate) => candidate.instance_id)).toEqual(['embb-haul-1', 'embb-core-1']);
  expect(candidates[0]).toMatchObject({ domain: 'TN_FH', uLThpt_difference: 10, dLThpt_difference: 10 });
});

test('an NST is chosen by properties that only its model archive in SDC tells', async () => {
  const body = selectionBody({
    type: 'nst',
    attributes: { 'model-role': 'nst' },
    minimize: 'latency',
    thresholds: [
      { attribute: 'latency', operator: 'lte', threshold: { get_param: 'latency' }, unit: 'ms' },
      { attribute: 'reliability', operator: 'gte', threshold: { get_param: 'reliability' }, unit: '' },
    ],
  });
  const [candidate] = chosen(await gateway.solved(body));
  expect(candidate).toMatchObject({
    model_name: 'UrllcNst',
    model_invariant_id: 'inv-urllc-nst',
    model_version_id: 'ver-urllc-nst-1',
    latency: 5,
    sST: 'eMBB',
  });
});

test('a demand that names sdc as its provider is served by A&AI with what SDC knows', async () => {
  const own = await startGateway({
    simulators: gateway.simulators,
    lines: ['[inventory_provider]', 'extensions = aai,sdc'],
  });
  try {
    const body = JSON.stringify(
      selectionBody({ type: 'nst', attributes: { 'model-role': 'nst' }, minimize: 'latency' }),
    ).replace('"inventory_provider":"aai"', '"inventory_provider":"sdc"');
    expect(chosen(await own.solved(body))).toMatchObject([{ model_name: 'UrllcNst', latency: 5 }]);
    const messages = (await own.log()).map(({ message }) => message);
    expect(messages).toContain('no provider of its own: aai serves nst and nsst with what SDC knows');
  } finally {
    await own.stop();
  }
});

test('an NSST is found by its own role', async () => {
  const body = selectionBody({ type: 'nsst', attributes: { 'model-role': 'nsst' }, minimize: 'latency' });
  expect(chosen(await gateway.solved(body))).toMatchObject([{ inventory_type: 'nsst', model_name: 'EmbbCnNsst' }]);
});

test('slice profiles are generated with tracking areas from CPS', async () => {
  const area = 'City: Springfield-1,2';
  const areas = { derive_from: { method: 'get_tracking_area', args: { coverage_area: area } } };
  const body = profilesBody({
    profile: { latency: { value: 20, operator: 'lte' }, coverage_area: { value: area, operator: 'eq' } },
    subnets: {
      core: { latency: { min: 5, max: 9, steps: 1 } },
      ran: { latency: { min: 7, max: 9, steps: 1 }, coverage_area_ta_list: areas },
    },
  });
  const [candidate] = chosen(await gateway.solved(body));
  expect(candidate).toMatchObject({
    inventory_type: 'slice_profiles',
    inventory_provider: 'generator',
    latency: 12,
    core_latency: 5,
    ran_latency: 7,
    coverage_area: area,
    ran_coverage_area_ta_list: [234, 235, 236],
    coverage_area_ta_list: [234, 235, 236],
  });
});

test('a running slice wins over a profile for a new one by creation cost', async () => {
  expect(chosen(await gateway.solved(reuseOrCreateBody(NSI_MODEL)))).toMatchObject([{ inventory_type: 'nsi' }]);
  const nowhere = reuseOrCreateBody({ invariantId: 'unknown', versionId: 'unknown' });
  expect(chosen(await gateway.solved(nowhere))).toMatchObject([{ inventory_type: 'slice_profiles' }]);
});

test('the profiles of the greatest request that OSDF sends in its tests are generated within the limit', async () => {
  const latency = { min: null, max: 20, steps: 1 };
  const subnets = {
    core: { latency, reliability: { values: [99.9, 99.999] } },
    ran: { latency, reliability: { values: [99.9, 99.9] } },
    transport: { latency, reliability: { values: [99.9, 99.99] } },
  };
  const [candidate] = chosen(await gateway.solved(profilesBody({ subnets })));
  expect(candidate).toMatchObject({ latency: 3, reliability: 99.9 });
});

test('a billion combinations end the plan in an error that names demand, number and option', async () => {
  const latency = { min: 0, max: 1000, steps: 1 };
  const plan = await gateway.solved(
    profilesBody({ subnets: { core: { latency }, ran: { latency }, tn: { latency } } }),
  );
  expect(plan.status).toBe('error');
  expect(plan.message).toEqual([
    'Demand slice asks for 1000000000 combinations of slice profiles, more than [generator] max_combinations (100000) allows',
  ]);
});

test('an archive that cannot be read drops its template and leaves the others', async () => {
  const { aai, sdc } = gateway.simulators;
  for (const [uri, entry] of sliceTemplate('nst', 'BrokenNst', 'inv-broken', 'ver-broken')) aai.store.put(uri, entry);
  sdc.models.set('ver-broken', Buffer.from('no zip at all'));
  try {
    const body = selectionBody({ type: 'nst', attributes: { 'model-role': 'nst' }, minimize: 'latency' }, 'all');
    const names = chosen(await gateway.solved(body)).map((candidate) => candidate.model_name);
    expect(names).toEqual(['UrllcNst', 'EmbbNst', 'SlowNst']);
    expect(sdc.calls.map(({ path }) => path)).toContain('/sdc/v1/catalog/services/ver-broken/toscaModel');
  } finally {
    aai.store.remove('/service-design-and-creation/models/model/inv-broken');
  }
});

test('without DCAE slices are still found, their capacity counts as unknown, and the log says so', async () => {
  gateway.simulators.dcae.faults.add({ kind: 'status', status: 503 });
  const body = selectionBody({ type: 'nsi', attributes: { ...NSI, 'service-role': 'nsi' }, minimize: 'latency' });
  const [candidate] = chosen(await gateway.solved(body));
  expect(candidate).toMatchObject({ uLThpt_difference: 2, dLThpt_difference: 2, ulthpt_difference: 2 });
  const lines = await gateway.log();
  expect(lines.map(({ message }) => message)).toContain('capacity of slices is unknown');
});

test('a slice that nobody runs is told in the words that OSDF looks for', async () => {
  const body = selectionBody({ type: 'nsi', attributes: { 'model-invariant-id': 'nobody' }, minimize: 'latency' });
  const plan = await gateway.solved(body);
  expect(plan.status).toBe('error');
  expect(plan.message).toEqual(['Unable to find any candidate for demand slice']);
});
