// nsi and nssi: what A&AI is asked, which fields candidates get, what is dropped, and how few requests it takes.
import { afterEach, expect, test } from 'vitest';
import { NSI_MODEL, NSSI_MODEL, type SliceInstanceOptions, sliceInstance, withSlices } from '../../sim/aai-slices.ts';
import type { SimWorld } from '../../sim/load-world.ts';
import { ctx } from '../aai/support.ts';
import { type RigOptions, type SliceRig, sliceRequest, startRig } from './support.ts';

const EMPTY: SimWorld = { aai: new Map(), capacity: new Map(), multicloud: {} };
const NSI = { 'model-invariant-id': NSI_MODEL.invariantId };
const NSSI = { 'model-invariant-id': NSSI_MODEL.invariantId };

let rig: SliceRig | undefined;

afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

async function start(more: readonly SliceInstanceOptions[] = [], options: RigOptions = {}): Promise<SliceRig> {
  const world = withSlices(EMPTY);
  rig = await startRig({ ...world, aai: new Map([...world.aai, ...more.flatMap(sliceInstance)]) }, options);
  return rig;
}

async function resolve(...requests: readonly ReturnType<typeof sliceRequest>[]) {
  return (await rig?.provider.resolveDemands(requests, ctx)) ?? [];
}

function nssi(
  id: string,
  profile: SliceInstanceOptions['profile'] = { latency: 1 },
  domain?: string,
): SliceInstanceOptions {
  const model = { invariantId: 'inv-many', versionId: 'ver-many' };
  return { id, kind: 'nssi', model, sharing: 'shared', profile, ...(domain === undefined ? {} : { domain }) };
}

test('query parameters go to A&AI, everything else is matched against what comes back', async () => {
  await start();
  const attributes = {
    ...NSI,
    'model-version-id': { any: [NSI_MODEL.versionId, 'another & more'] },
    'environment-context': '',
    'orchestration-status': { not: ['deactivated'] },
    'service-function': 'non-shared',
  };
  const [answer] = await resolve(sliceRequest('nsi', attributes));
  expect(rig?.aai.calls[0]).toMatchObject({
    path: '/aai/v32/nodes/service-instances',
    query:
      'model-invariant-id=inv-embb-nst&model-version-id=ver-embb-nst-1&model-version-id=another%20%26%20more&depth=2',
  });
  expect(answer?.candidates.map((candidate) => candidate.instance_id)).toEqual(['embb-nsi-3']);
  expect(answer?.dropped).toContainEqual({
    candidate_id: 'embb-nsi-1',
    location_id: null,
    reason: 'attibute check error',
  });
});

test('a candidate has the profile under template names, without resource-version, defaults converted alike', async () => {
  await start();
  const attributes = { ...NSSI, 'service-instance-id': 'embb-core-1' };
  const [answer] = await resolve(sliceRequest('nssi', attributes, { 'Creation-Cost': 0.5, plainName: true }));
  expect(answer?.candidates).toEqual([
    {
      candidate_id: 'profile-embb-core-1',
      inventory_provider: 'aai',
      inventory_type: 'nssi',
      uniqueness: 'true',
      cost: 1,
      instance_id: 'embb-core-1',
      instance_name: 'name-embb-core-1',
      domain: 'CN',
      profile_id: 'profile-embb-core-1',
      latency: 8,
      max_number_of_ues: 1000,
      coverage_area_ta_list: 'Springfield-1,2',
      ue_mobility_level: 'stationary',
      resource_sharing_level: 'shared',
      exp_data_rate_ul: 200,
      exp_data_rate_dl: 300,
      reliability: 99.99,
      creation_cost: 0.5,
      plainName: true,
      uLThpt_difference: 80,
      dLThpt_difference: 170,
    },
  ]);
});

test('no inventory field or default attribute can change who a candidate is', async () => {
  await start();
  const attributes = { ...NSSI, 'service-instance-id': 'embb-core-1' };
  const defaults = {
    candidate_id: 'x',
    inventory_type: 'cloud',
    'inventory-provider': 'x',
    uniqueness: 'false',
    cost: 'x',
  };
  const [plain] = await resolve(sliceRequest('nssi', attributes, defaults));
  expect(plain?.candidates).toMatchObject([
    {
      candidate_id: 'profile-embb-core-1',
      inventory_type: 'nssi',
      inventory_provider: 'aai',
      uniqueness: 'true',
      cost: 1,
    },
  ]);
  const [dearer] = await resolve(sliceRequest('nssi', attributes, JSON.parse('{"__proto__": 7, "cost": 3.5}')));
  expect(dearer?.candidates).toMatchObject([{ cost: 3.5 }]);
  expect(Object.keys(dearer?.candidates[0] ?? {})).toContain('__proto__');
});

test('capacity is what the profile asks for less what DCAE reports, each candidate by itself', async () => {
  await start();
  const [nsi, nssiAnswer] = await resolve(sliceRequest('nsi', NSI), sliceRequest('nssi', NSSI));
  const spare = (answer: typeof nsi) =>
    Object.fromEntries(
      (answer?.candidates ?? []).map((c) => [c.instance_id, [c.uLThpt_difference, c.dLThpt_difference]]),
    );
  expect(spare(nsi)).toEqual({ 'embb-nsi-1': [200, 250], 'embb-nsi-2': [1, 2], 'embb-nsi-3': [300, 300] });
  expect(spare(nssiAnswer)).toEqual({
    'embb-core-1': [80, 170],
    'embb-core-2': [-10, -20],
    'embb-haul-1': [10, 10],
    'embb-ran-1': [2, 2],
  });
});

test('unknown capacity is 2 under both spellings; a direction that is known is told', async () => {
  await start([nssi('half', { 'exp-data-rate-UL': 30 }), nssi('vague', { 'exp-data-rate-UL': 'much' })]);
  rig?.dcae.figures.set('half', { ulthptPerSlice: 10, dlthptPerSlice: 10, maxNumberOfConns: 1 });
  rig?.dcae.figures.set('vague', { ulthptPerSlice: 10, dlthptPerSlice: null, maxNumberOfConns: null });
  const [answer] = await resolve(sliceRequest('nssi', { 'model-invariant-id': 'inv-many' }));
  const [half, vague] = answer?.candidates ?? [];
  expect(half).toMatchObject({ uLThpt_difference: 20, dLThpt_difference: 2, dlthpt_difference: 2 });
  expect(half).not.toHaveProperty('ulthpt_difference');
  expect(vague).toMatchObject({
    uLThpt_difference: 2,
    ulthpt_difference: 2,
    dLThpt_difference: 2,
    dlthpt_difference: 2,
  });
});

test('100 instances of two demands take two lists, two profile reads at the most, and one question to DCAE', async () => {
  const many = Array.from({ length: 100 }, (_, i) => nssi(`many-${i}-${'x'.repeat(24)}`));
  await start(many);
  const [first, second] = await resolve(
    sliceRequest('nssi', { 'model-invariant-id': 'inv-many' }),
    sliceRequest('nsi', NSI, null, 'other'),
  );
  expect(first?.candidates).toHaveLength(100);
  expect(second?.candidates).toHaveLength(3);
  expect(rig?.aai.calls.length).toBeLessThanOrEqual(4);
  expect(rig?.dcae.questions().map((ids) => ids.length)).toEqual([103]);
});

test('where A&AI takes no repeated filters the profiles are read one by one', async () => {
  await start();
  rig?.aai.refuse.add('multi-get');
  const [answer] = await resolve(sliceRequest('nsi', NSI));
  expect(answer?.candidates).toHaveLength(3);
});

test('an instance without profile, or with one that has no id, is dropped with the reason', async () => {
  await start([nssi('bare'), nssi('nameless'), nssi('good')]);
  rig?.aai.store.remove(
    '/business/customers/customer/5GCustomer/service-subscriptions/service-subscription/5G/service-instances/service-instance/profile-of-bare',
  );
  rig?.aai.faults.add({
    kind: 'wrong-types',
    match: { path: 'service-instance-id=' },
    mutate: (body) => JSON.parse(JSON.stringify(body).replace('"profile-nameless"', 'null')),
  });
  const [answer] = await resolve(sliceRequest('nssi', { 'model-invariant-id': 'inv-many' }));
  expect(answer?.candidates.map((candidate) => candidate.instance_id)).toEqual(['good']);
  expect(answer?.dropped.map(({ candidate_id, reason }) => [candidate_id, reason])).toEqual([
    ['bare', 'No profile of the slice instance available from A&AI'],
    ['nameless', 'BAD_DATA profile-id'],
  ]);
});

test('a demand without model-invariant-id asks nobody and finds nothing', async () => {
  await start();
  const answers = await resolve(sliceRequest('nsi', { 'service-role': 'nsi' }), sliceRequest('nssi', null));
  expect(answers).toEqual([
    { candidates: [], dropped: [] },
    { candidates: [], dropped: [] },
  ]);
  expect(rig?.aai.calls).toEqual([]);
});

test('A&AI away fails the translation instead of finding nothing', async () => {
  await start();
  rig?.aai.faults.add({ kind: 'reset', match: { path: 'depth=2' } });
  await expect(resolve(sliceRequest('nsi', NSI))).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});

test('profiles that cannot be read fail the translation when no candidate is left', async () => {
  await start();
  rig?.aai.faults.add({ kind: 'status', status: 500, match: { path: 'service-instance-id=' } });
  await expect(resolve(sliceRequest('nsi', NSI))).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});

test('DCAE away counts as unknown with a warning, or fails the translation where that is chosen', async () => {
  await start();
  rig?.dcae.faults.add({ kind: 'reset' });
  const [answer] = await resolve(sliceRequest('nsi', NSI));
  expect(answer?.candidates).toMatchObject([1, 2, 3].map(() => ({ uLThpt_difference: 2, dlthpt_difference: 2 })));
  expect(rig?.record.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'capacity of slices is unknown' }),
  );
  await rig?.stop();
  await start([], { onFailure: 'fail' });
  rig?.dcae.faults.add({ kind: 'status', status: 500 });
  await expect(resolve(sliceRequest('nsi', NSI))).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});
