// Demands of type service: which VNFs become candidates, and why others are dropped.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Requirement } from '../../../src/domain/template.ts';
import type { Aai, AaiOptions } from '../../../src/plugins/aai/index.ts';
import { type FakeAai, type JsonMap, relation, send, startFakeAai } from './fake-aai.ts';
import {
  aaiFor,
  complexItem,
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

const service = (more: Partial<Requirement> = {}, options: Partial<AaiOptions> = {}) =>
  resolve({ inventoryType: 'service', serviceType: 'vGW', customerId: 'cust', ...more }, options);
const add = (items: ReturnType<typeof vnfItems>) => {
  for (const [uri, item] of items) fake.items.set(uri, item);
};
const vnf = (id: string) => fake.items.get(`/network/generic-vnfs/generic-vnf/${id}`)?.object as JsonMap;

describe('service candidates', () => {
  it('have the fields of VNF, region and complex in the known order', async () => {
    add(vnfItems({ id: 'v1', region: 'r2', complex: 'C1' }));
    const { candidates } = await service({ vlanKey: 'vk', existingPlacement: 'si-v1' });
    expect(candidates.map((candidate) => Object.entries(candidate))).toEqual([
      Object.entries({
        candidate_id: 'si-v1',
        inventory_provider: 'aai',
        inventory_type: 'service',
        uniqueness: 'true',
        cost: -8000,
        host_id: 'name-v1',
        cloud_owner: 'O',
        cloud_region_version: '.',
        location_type: 'att_aic',
        location_id: 'r2',
        physical_location_id: 'C1',
        complex_name: 'name-C1',
        latitude: '40.5',
        longitude: '-74.25',
        state: 'ST',
        country: 'USA',
        city: 'City',
        region: 'US-East',
        'vim-id': 'O_r2',
        sriov_automation: 'false',
        vlan_key: 'vk',
        port_key: null,
        existing_placement: 'true',
      }),
    ]);
  });

  it('are selected by model first, then by type, none twice', async () => {
    add(vnfItems({ id: 'v1', vnf: { 'model-invariant-id': 'm', 'model-version-id': '1' } }));
    add(vnfItems({ id: 'v2', role: 'other', vnf: { 'model-invariant-id': 'm', 'model-version-id': '2' } }));
    add(vnfItems({ id: 'v3' }));
    const of = async (filters: JsonMap) =>
      (await service({ filteringAttributes: { 'global-customer-id': 'cust', ...filters } })).ids;
    expect(await of({ 'model-invariant-id': 'm', 'equipment-role': 'vGW' })).toEqual(['si-v1', 'si-v2', 'si-v3']);
    expect(await of({ 'model-invariant-id': 'm', 'model-version-id': '2' })).toEqual(['si-v2']);
    expect(await of({ 'service-type': 'vGW' })).toEqual(['si-v1', 'si-v3']);
  });

  it('filters see the VNF, the customer, the complex and the region', async () => {
    add(vnfItems({ id: 'v1', region: 'r1', complex: 'C1', vnf: { 'prov-status': 'PROV', 'in-maint': false } }));
    add(vnfItems({ id: 'v2', region: 'r2', complex: 'C2', vnf: { 'prov-status': 'CAPPED' } }));
    const of = (filters: JsonMap) =>
      service({ filteringAttributes: { 'service-type': 'vGW', 'customer-id': 'cust', ...filters } });
    expect((await of({ 'prov-status': { not: ['CAPPED'] } })).ids).toEqual(['si-v1']);
    expect((await of({ 'physical-location-id': ['C2'] })).ids).toEqual(['si-v2']);
    expect((await of({ 'cloud-region-id': 'r2' })).ids).toEqual(['si-v2']);
    expect(await of({ 'in-maint': [false] })).toMatchObject({
      ids: ['si-v1'],
      dropped: [{ candidate_id: 'si-v2', location_id: 'r2', reason: 'attibute check error' }],
    });
  });

  it('a demand without customer or without type and model gives nothing', async () => {
    add(vnfItems({ id: 'v1' }));
    expect((await service({ customerId: null })).ids).toEqual([]);
    expect((await service({ serviceType: null })).ids).toEqual([]);
    expect(fake.requests).toEqual([]);
    expect(record.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  const server = (region: string, id: string, owner = 'O') =>
    relation(
      'vserver',
      `/cloud-infrastructure/cloud-regions/cloud-region/${owner}/${region}/tenants/tenant/t/vservers/vserver/${id}`,
      {},
    );
  const si = (id: string, customer = 'cust') =>
    relation(
      'service-instance',
      `/business/customers/customer/${customer}/service-subscriptions/service-subscription/s/service-instances/service-instance/${id}`,
      {},
    );
  const rejects: [string, JsonMap[], string][] = [
    [
      'in two regions',
      [si('a'), server('r1', 'vs-v2'), server('r2', 'x')] as JsonMap[],
      ' match_vserver_attribute generic-vnf',
    ],
    ['without a server', [si('a')] as JsonMap[], 'Cloud owner and cloud region id not found'],
    [
      'of another customer',
      [si('a', 'other'), server('r1', 'vs-v2')] as JsonMap[],
      'vserver is for a different customer',
    ],
    [
      'in two service instances',
      [si('a'), si('b'), server('r1', 'vs-v2')] as JsonMap[],
      'multiple_item_error generic-vnf',
    ],
    [
      'on a server that is gone',
      [si('a'), server('r1', 'gone')] as JsonMap[],
      'VSERVER path information not available from A&AI',
    ],
    [
      'in a region that is gone',
      [si('a'), server('nowhere', 'x')] as JsonMap[],
      'Cloud owner and cloud region id not found',
    ],
  ];
  it.each(rejects)('a VNF %s drops alone with its reason', async (_name, relationship, reason) => {
    add(vnfItems({ id: 'v1' }));
    add(vnfItems({ id: 'v2', vnf: { 'relationship-list': { relationship } } }));
    const { ids, dropped } = await service();
    expect(ids).toEqual(['si-v1']);
    expect(dropped.map((item) => item.reason)).toEqual([reason]);
  });

  it('a VNF without id, or in a complex with bad data, drops alone as BAD_DATA', async () => {
    fake.items.set(...complexItem('C9', { longitude: null }));
    add(vnfItems({ id: 'v1' }));
    add(vnfItems({ id: 'v2', complex: 'C9' }));
    add(vnfItems({ id: 'v3', vnf: { 'vnf-id': null } }));
    const { ids, dropped } = await service();
    expect(ids).toEqual(['si-v1']);
    expect(dropped.map((item) => [item.candidate_id, item.reason])).toEqual([
      ['si-v2', 'BAD_DATA longitude'],
      ['si-v3', 'BAD_DATA vnf-id'],
    ]);
  });

  it('relationships of odd shapes drop the VNF, not the demand', async () => {
    add(vnfItems({ id: 'v1' }));
    for (const [n, list] of [
      null,
      7,
      [null],
      { relationship: 'x' },
      { relationship: [{ 'related-to': 'vserver' }] },
    ].entries()) {
      add(vnfItems({ id: `odd-${n}`, vnf: { 'relationship-list': list as JsonMap } }));
    }
    const { ids, dropped } = await service();
    expect(ids).toEqual(['si-v1']);
    expect(dropped).toHaveLength(5);
  });

  it('a server without a host stands where its region is, with HPA only', async () => {
    add(vnfItems({ id: 'v1', region: 'r2', host: null }));
    expect((await service()).candidates[0]).toMatchObject({ physical_location_id: 'C2' });
    expect((await service({}, { hpaEnabled: false })).dropped).toMatchObject([{ reason: 'ps link not found' }]);
  });

  it('servers in two complexes make the place ambiguous', async () => {
    add(vnfItems({ id: 'v1', complex: 'C1' }));
    add(vnfItems({ id: 'v2', complex: 'C2' }));
    const both = [si('both'), server('r1', 'vs-v1'), server('r1', 'vs-v2')];
    vnf('v1')['relationship-list'] = { relationship: both };
    expect((await service()).dropped).toMatchObject([
      { candidate_id: 'both', reason: 'multiple_item_error generic-vnf' },
    ]);
  });

  it('a server whose read fails drops its VNF alone', async () => {
    add(vnfItems({ id: 'v1' }));
    add(vnfItems({ id: 'v2' }));
    fake.fault = (request_, response) => request_.target.includes('vserver-id=vs-v2') && send(response, 500, '{}');
    expect(await service()).toMatchObject({
      ids: ['si-v1'],
      dropped: [{ candidate_id: 'si-v2', reason: 'VSERVER path information not available from A&AI' }],
    });
  });

  it('failed reads that leave nothing are an error, never "no candidates"', async () => {
    add(vnfItems({ id: 'v1' }));
    fake.fault = (request_, response) => request_.target.includes('pservers') && send(response, 500, '{}');
    await expect(service()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    fake.fault = (request_, response) => request_.target.includes('generic-vnfs') && send(response, 502, '');
    await expect(service()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});
