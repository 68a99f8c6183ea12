// Demands of type cloud, and of a whole plan: how few requests they take, which candidates stay, why others are dropped.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Requirement } from '../../../src/domain/template.ts';
import type { Aai, AaiOptions } from '../../../src/plugins/aai/index.ts';
import { type FakeAai, type JsonMap, startFakeAai } from './fake-aai.ts';
import {
  aaiFor,
  complexItem,
  complexRelation,
  ctx,
  manualClock,
  type Recorder,
  recorder,
  regionItem,
  request,
  vnfItems,
} from './support.ts';

let fake: FakeAai;
let aai: Aai | undefined;
let record: Recorder;

beforeEach(async () => {
  record = recorder();
  fake = await startFakeAai([
    complexItem('C1'),
    complexItem('C2', { country: 'DEU', latitude: 50.1, longitude: 8.6 }),
    regionItem('O', 'r1', 'C1', { 'cloud-type': 'openstack', 'in-maint': false }),
    regionItem('O', 'r2', 'C2', { 'cloud-region-version': 'X.Y', 'cloud-type': 'k8s' }),
  ]);
});
afterEach(async () => {
  await aai?.close();
  await fake.close();
});

function provider(more: Partial<AaiOptions> = {}) {
  aai = aaiFor(fake, record, { clock: manualClock(true), ...more });
  return aai.provider;
}

async function resolve(more: Partial<Requirement>, options: Partial<AaiOptions> = {}) {
  const [answer] = await provider(options).resolveDemands([request(more)], ctx);
  return {
    ids: answer?.candidates.map((candidate) => candidate.candidate_id),
    candidates: answer?.candidates ?? [],
    dropped: answer?.dropped ?? [],
  };
}

const cloud = (more: Partial<Requirement> = {}, options: Partial<AaiOptions> = {}) => resolve(more, options);
const add = (items: ReturnType<typeof vnfItems>) => {
  for (const [uri, item] of items) fake.items.set(uri, item);
};

describe('requests', () => {
  it('a plan with 50 VNFs, two service demands and a cloud demand takes at most 8, region refresh included', async () => {
    for (let n = 0; n < 50; n += 1) {
      const region = `r${n % 10}`;
      add([regionItem('O', region, `C${n % 7}`), complexItem(`C${n % 7}`)]);
      add(vnfItems({ id: `vnf-${n}`, region, complex: `C${n % 7}`, role: n % 2 ? 'vGW' : 'vBRG' }));
    }
    const answers = await provider().resolveDemands(
      [
        request({ inventoryType: 'service', serviceType: 'vGW', customerId: 'cust' }, 'a'),
        request({ inventoryType: 'service', serviceType: 'vBRG', customerId: 'cust' }, 'b'),
        request({}, 'c'),
      ],
      ctx,
    );
    expect(answers.map((answer) => answer.candidates.length)).toEqual([25, 25, 10]);
    expect(fake.requests.length).toBeLessThanOrEqual(8);
    expect(fake.requests.map(({ target }) => target.split('?')[0])).toEqual([
      '/cloud-infrastructure/cloud-regions',
      '/cloud-infrastructure/complexes',
      '/network/generic-vnfs',
      '/nodes/vservers',
      '/cloud-infrastructure/pservers',
    ]);
  });

  it.each([1, 10, 100])('a service demand that finds %i VNFs takes at most 8, nothing cached', async (vnfs) => {
    for (let n = 0; n < vnfs; n += 1) {
      add([regionItem('O', `r${n}`, `C${n}`), complexItem(`C${n}`)]);
      add(vnfItems({ id: `${crypto.randomUUID()}`, region: `r${n}`, complex: `C${n}` }));
    }
    const { candidates } = await resolve({ inventoryType: 'service', serviceType: 'vGW', customerId: 'cust' });
    expect(candidates).toHaveLength(vnfs);
    expect(fake.requests.length).toBeLessThanOrEqual(8);
  });

  it('cloud demands ask nothing once the regions are known', async () => {
    const { resolveDemands } = provider();
    await resolveDemands([request()], ctx);
    fake.requests.length = 0;
    await resolveDemands([request(), request({}, 'other')], ctx);
    expect(fake.requests).toEqual([]);
  });

  it('explicit candidates and foreign inventory types ask nothing and give nothing', async () => {
    const requests = [request({ candidates: [{ candidate_id: 'x' }] }), request({ inventoryType: 'nssi' })];
    expect(await provider().resolveDemands(requests, ctx)).toEqual([
      { candidates: [], dropped: [] },
      { candidates: [], dropped: [] },
    ]);
    expect(fake.requests).toEqual([]);
    expect(record.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});

describe('cloud candidates', () => {
  it('have the fields of region, complex and requirement in the known order', async () => {
    const { candidates } = await cloud({
      region: 'r2',
      serviceResourceId: 'sr',
      unique: 'false',
      conflictIdentifier: ['e2e', { get_candidate_attribute: 'candidate_id' }, { get_candidate_attribute: 'nothing' }],
      passthroughAttributes: { td: 'x' },
    });
    expect(candidates.map((candidate) => Object.entries(candidate))).toEqual([
      Object.entries({
        candidate_id: 'r2',
        service_resource_id: 'sr',
        inventory_provider: 'aai',
        inventory_type: 'cloud',
        uniqueness: 'false',
        cost: 2,
        cloud_owner: 'O',
        cloud_region_version: 'X.Y',
        location_id: 'r2',
        location_type: 'att_aic',
        physical_location_id: 'C2',
        complex_name: 'name-C2',
        latitude: 50.1,
        longitude: 8.6,
        state: 'ST',
        country: 'DEU',
        city: 'City',
        region: 'US-East',
        'vim-id': 'O_r2',
        sriov_automation: 'true',
        conflict_id: 'e2e|r2||',
        existing_placement: 'false',
        passthrough_attributes: { td: 'x' },
      }),
    ]);
  });

  it('the existing placement has its own cost', async () => {
    const { candidates } = await cloud({ existingPlacement: 'r2' });
    expect(candidates.map((c) => [c.cost, c.existing_placement])).toEqual([
      [2, 'false'],
      [-8000, 'true'],
    ]);
  });

  it('two owners with one region id are two candidates', async () => {
    fake.items.set(...regionItem('P', 'r1', 'C2'));
    expect((await cloud({ region: 'r1' })).candidates.map((c) => c['vim-id'])).toEqual(['O_r1', 'P_r1']);
  });

  it.each([
    ['equal text', { 'cloud-owner': 'O' }, ['r1', 'r2']],
    ['text that only contains the value', { 'cloud-type': 'openstack-old' }, []],
    ['a list', { 'physical-location-id': ['C2', 'C3'] }, ['r2']],
    ['any', { 'cloud-type': { any: ['k8s', 'vmware'] } }, ['r2']],
    ['not', { 'cloud-type': { not: ['k8s'] } }, ['r1']],
    ['not, for an attribute that regions do not have', { 'some-role': { not: ['k8s'] } }, ['r1', 'r2']],
    ['an empty list', { 'cloud-type': [] }, ['r1', 'r2']],
    ['an object read as the list of its keys', { 'cloud-type': { k8s: 1 } }, ['r2']],
    ['an attribute that regions do not have', { 'global-customer-id': 'cust' }, []],
    ['an empty inventory value', { 'cloud-zone': 'z1' }, ['r1', 'r2']],
    ['attributes that are no filters', { 'equipment-role': 'x', 'model-invariant-id': 'y' }, ['r1', 'r2']],
    ['a name that objects inherit', { constructor: 'x' }, []],
  ])('filtering attributes: %s', async (_name, filteringAttributes, ids) => {
    const answer = await cloud({ filteringAttributes: filteringAttributes as JsonMap });
    expect(answer.ids).toEqual(ids);
    for (const { reason } of answer.dropped) expect(reason).toBe('attributes and match invetory attributes');
  });

  it('filtering attributes match substrings only when told so', async () => {
    const filteringAttributes = { 'cloud-type': 'openstack-old' };
    expect((await cloud({ filteringAttributes }, { filterSubstring: true })).ids).toEqual(['r1']);
  });

  it.each([
    ['region', { region: 'r1' }, 'candidate region does not match'],
    ['complex', { complex: 'C1' }, 'candidate region does not match'],
    ['excluded', { excludedCandidates: [{ inventory_type: 'cloud', candidate_id: ['r2'] }] }, 'excluded candidate'],
    [
      'required',
      { requiredCandidates: [{ inventory_type: 'cloud', candidate_id: ['r1'] }] },
      'has_required_candidate candidate',
    ],
  ])('%s restrictions drop with their reason', async (_name, more, reason) => {
    expect(await cloud(more)).toMatchObject({
      ids: ['r1'],
      dropped: [{ candidate_id: 'r2', location_id: 'r2', reason }],
    });
  });

  it('lists for another inventory type exclude nothing', async () => {
    const excludedCandidates = [{ inventory_type: 'service', candidate_id: ['r2'] }];
    expect((await cloud({ excludedCandidates })).ids).toEqual(['r1', 'r2']);
  });

  const bad: [string, JsonMap][] = [
    ['no version', { 'cloud-region-version': null }],
    ['a version of another type', { 'cloud-region-version': { a: 1 } }],
    ['no owner', { 'cloud-owner': '' }],
  ];
  it.each(bad)('a region with %s drops alone as BAD_DATA', async (_name, more) => {
    fake.items.set(...regionItem('O', 'r3', 'C1', more));
    expect(await cloud()).toMatchObject({
      ids: ['r1', 'r2'],
      dropped: [{ candidate_id: 'r3', reason: `BAD_DATA ${Object.keys(more)[0]}` }],
    });
  });

  const badComplexes: [string, JsonMap][] = [
    ['latitude missing', { latitude: null }],
    ['latitude that is no number', { latitude: 'north' }],
    ['longitude out of range', { longitude: '999' }],
    ['no country', { country: null }],
    ['city of another type', { city: ['x'] }],
  ];
  it.each(badComplexes)('a complex with %s drops its regions as BAD_DATA', async (_name, more) => {
    fake.items.set(...complexItem('C9', more));
    fake.items.set(...regionItem('O', 'r3', 'C9'));
    expect(await cloud()).toMatchObject({
      ids: ['r1', 'r2'],
      dropped: [{ candidate_id: 'r3', reason: `BAD_DATA ${Object.keys(more)[0]}` }],
    });
  });

  it('a region with no, several or an unknown complex drops with the reason', async () => {
    const several = { 'relationship-list': { relationship: [complexRelation('C1'), complexRelation('C2')] } };
    fake.items.set(...regionItem('O', 'none', null));
    fake.items.set(...regionItem('O', 'several', null, several));
    fake.items.set(...regionItem('O', 'unknown', 'nowhere'));
    const { ids, dropped } = await cloud();
    expect(ids).toEqual(['r1', 'r2']);
    expect(dropped.map(({ candidate_id, reason }) => [candidate_id, reason])).toEqual(
      ['none', 'several', 'unknown'].map((id) => [id, 'Complex information not available from A&AI']),
    );
  });

  it('surplus fields, numbers for text and links of another version or host are taken as they are meant', async () => {
    const link = 'https://old-aai:8443/aai/v9/cloud-infrastructure//complexes/complex/C1/';
    const relationship = { 'related-to': 'complex', 'related-link': link };
    fake.items.set(
      ...regionItem('O', '77', null, {
        'cloud-region-id': 77,
        'cloud-region-version': 3,
        surplus: { deep: [1] },
        'relationship-list': { relationship },
      }),
    );
    const { candidates } = await cloud({ region: '77' });
    expect(candidates[0]).toMatchObject({ candidate_id: '77', cloud_region_version: '3', physical_location_id: 'C1' });
  });
});
