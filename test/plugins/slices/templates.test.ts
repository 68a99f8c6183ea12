// nst and nsst: which models A&AI is asked for, candidate fields, and what becomes of models that SDC cannot give.
import { afterEach, expect, test } from 'vitest';
import { withSlices } from '../../sim/aai-slices.ts';
import { ctx } from '../aai/support.ts';
import { type SliceRig, sliceRequest, startRig } from './support.ts';

let rig: SliceRig | undefined;

afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

async function start(version?: string): Promise<SliceRig> {
  const world = withSlices({ aai: new Map(), capacity: new Map(), multicloud: {} });
  rig = await startRig(world, version === undefined ? {} : { version });
  return rig;
}

const NST = { 'model-role': 'nst' };

async function resolve(...requests: readonly ReturnType<typeof sliceRequest>[]) {
  return (await rig?.provider.resolveDemands(requests, ctx)) ?? [];
}

test('a candidate joins model, version, default attributes and SDC properties, which keep their spelling', async () => {
  await start();
  const [answer] = await resolve(sliceRequest('nsst', { 'model-role': 'nsst', ignored: 'x' }, { 'creation-cost': 1 }));
  expect(answer?.candidates).toEqual([
    {
      candidate_id: 'ver-embb-nsst-1',
      inventory_provider: 'aai',
      inventory_type: 'nsst',
      uniqueness: 'true',
      cost: 2,
      model_invariant_id: 'inv-embb-nsst',
      model_type: 'service',
      model_role: 'nsst',
      model_version_id: 'ver-embb-nsst-1',
      model_name: 'EmbbCnNsst',
      model_version: '1.0',
      distribution_status: 'DISTRIBUTION_COMPLETE_OK',
      model_description: 'EmbbCnNsst, invented',
      creation_cost: 1,
      latency: 8,
      reliability: 99.9,
      maxNumberofUEs: 1000,
      sST: 'eMBB',
    },
  ]);
  expect(rig?.aai.calls).toMatchObject([
    { path: '/aai/v32/service-design-and-creation/models', query: 'model-role=nsst&depth=2' },
  ]);
});

test('without filtering attributes all models are read, with empty ones none', async () => {
  await start();
  const [all, none] = await resolve(sliceRequest('nst', null), sliceRequest('nst', {}));
  expect(all?.candidates).toHaveLength(4);
  expect(none).toEqual({ candidates: [], dropped: [] });
});

test('demands for the same role share the list and the archives, which are read once and kept', async () => {
  await start();
  await resolve(sliceRequest('nst', NST), sliceRequest('nst', NST, null, 'other'));
  expect(rig?.aai.calls).toHaveLength(1);
  expect(rig?.sdc.calls).toHaveLength(3);
  await resolve(sliceRequest('nst', NST));
  expect(rig?.sdc.calls).toHaveLength(3);
});

test('a model that SDC does not have, or has spoilt, is dropped with the reason; the others live on', async () => {
  await start();
  rig?.sdc.models.delete('ver-slow-nst-1');
  rig?.sdc.models.set('ver-urllc-nst-1', Buffer.from('not a zip'));
  const [answer] = await resolve(sliceRequest('nst', NST));
  expect(answer?.candidates.map((candidate) => candidate.model_name)).toEqual(['EmbbNst']);
  expect(answer?.dropped).toEqual(
    expect.arrayContaining([
      {
        candidate_id: 'ver-slow-nst-1',
        location_id: null,
        reason: 'SDC does not serve GET /v1/catalog/services/ver-slow-nst-1/toscaModel (404).',
      },
      { candidate_id: 'ver-urllc-nst-1', location_id: null, reason: 'BAD_DATA SDC model: it is no zip archive' },
    ]),
  );
});

test('a version without id or name is dropped as BAD_DATA', async () => {
  await start();
  rig?.aai.faults.add({
    kind: 'wrong-types',
    match: { path: '/models?' },
    mutate: (body) =>
      JSON.parse(
        JSON.stringify(body)
          .replace('"model-name":"EmbbNst"', '"model-name":{}')
          .replace('"model-version-id":"ver-urllc-nst-1"', '"model-version-id":null'),
      ),
  });
  const [answer] = await resolve(sliceRequest('nst', NST));
  expect(answer?.candidates.map((candidate) => candidate.model_name)).toEqual(['SlowNst']);
  expect(answer?.dropped.map(({ candidate_id, reason }) => [candidate_id, reason])).toEqual(
    expect.arrayContaining([
      ['ver-embb-nst-1', 'BAD_DATA model-name'],
      ['inv-urllc-nst', 'BAD_DATA model-version-id'],
    ]),
  );
});

test('SDC away fails the translation, which is tried again, when no template is left', async () => {
  await start();
  rig?.sdc.faults.add({ kind: 'reset' });
  await expect(resolve(sliceRequest('nst', NST))).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});

test('an A&AI that does not know model-role yet is told about by the version to set', async () => {
  await start('v14');
  await expect(resolve(sliceRequest('nst', NST))).rejects.toMatchObject({
    code: 'UPSTREAM_REFUSED',
    message: expect.stringContaining('server_url_version v20'),
  });
});
