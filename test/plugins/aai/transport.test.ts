// Demands of type transport against the simulator: lines of a customer's subscription in their zones.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Requirement } from '../../../src/domain/template.ts';
import type { Aai } from '../../../src/plugins/aai/index.ts';
import { type AaiSimulator, startAaiSimulator } from '../../sim/aai.ts';
import type { JsonObject } from '../../sim/json.ts';
import { makeWorld } from '../../sim/world.ts';
import { aaiFor, ctx, manualClock, type Recorder, recorder, request } from './support.ts';

let simulator: AaiSimulator;
let aai: Aai;
let record: Recorder;
beforeEach(async () => {
  record = recorder();
  simulator = await startAaiSimulator({
    world: makeWorld({ seed: 2, regions: 60, vnfs: 0, customers: 1, transports: 100 }),
  });
  aai = aaiFor(simulator, record, {
    clock: manualClock(true),
    costs: { cloud: 2, service: 1, transport: 7, existingPlacement: 0 },
  });
});
afterEach(async () => {
  await aai.close();
  await simulator.stop();
});

const FILTERS = { 'global-customer-id': 'customer-1', 'service-type': 'transport', 'service-role': 'MPLS' };
const demand = (more: Partial<Requirement> = {}) =>
  request({ inventoryType: 'transport', serviceSubscription: 'transport', filteringAttributes: FILTERS, ...more });

async function resolve(more: Partial<Requirement> = {}) {
  const [answer] = await aai.provider.resolveDemands([demand(more)], ctx);
  return answer ?? { candidates: [], dropped: [] };
}

/** Changes an object while the simulator runs. */
function change(uri: string, more: JsonObject) {
  const vertex = simulator.store.get(uri);
  if (!vertex) throw new Error(`No ${uri}`);
  simulator.store.put(uri, { type: vertex.type.name, object: { ...vertex.object, ...more } });
}
const line = (id: string) =>
  `/business/customers/customer/customer-1/service-subscriptions/service-subscription/transport/service-instances/service-instance/${id}`;

describe('transport candidates', () => {
  it('100 lines in 100 zones take three requests', async () => {
    expect((await resolve()).candidates).toHaveLength(100);
    expect(simulator.calls.map(({ path }) => path.split('?')[0]?.replace(/^.*\/v14/, ''))).toEqual([
      line('').replace(/\/service-instance\/$/, ''),
      '/network/zones',
      '/cloud-infrastructure/complexes',
    ]);
  });

  it('carry zone and complex, and no cloud region', async () => {
    const { candidates } = await resolve();
    expect(Object.entries(candidates[0] ?? {})).toEqual(
      Object.entries({
        candidate_id: 'line-0001',
        inventory_provider: 'aai',
        inventory_type: 'transport',
        uniqueness: 'true',
        cost: 7,
        zone_id: 'zone-0001',
        zone_name: 'Zone Chicago',
        location_type: 'att_aic',
        location_id: '',
        physical_location_id: 'CHIUS01',
        complex_name: 'complex-chi-01',
        latitude: candidates[0]?.latitude,
        longitude: candidates[0]?.longitude,
        state: 'IL',
        country: 'USA',
        city: 'Chicago',
        region: 'North America',
        existing_placement: 'false',
      }),
    );
  });

  it('obey lists, complex, existing placement and filters on the service instance', async () => {
    const ids = async (more: Partial<Requirement>) => (await resolve(more)).candidates.map((c) => c.candidate_id);
    expect(await ids({ complex: 'CHIUS01' })).toEqual(expect.arrayContaining(['line-0001']));
    expect(await ids({ requiredCandidates: [{ inventory_type: 'transport', candidate_id: ['line-0007'] }] })).toEqual([
      'line-0007',
    ]);
    expect(await ids({ filteringAttributes: { ...FILTERS, 'zone-id': ['zone-0003'] } })).toEqual(['line-0003']);
    const { candidates } = await resolve({ existingPlacement: 'line-0002' });
    expect(candidates.find((c) => c.candidate_id === 'line-0002')).toMatchObject({
      cost: 0,
      existing_placement: 'true',
    });
  });

  it.each([
    ['subscription', { serviceSubscription: null }],
    ['role', { filteringAttributes: { ...FILTERS, 'service-role': [] } }],
    ['customer', { filteringAttributes: { 'service-type': 'transport', 'service-role': 'MPLS' } }],
    ['service type', { filteringAttributes: { 'customer-id': 'customer-1', 'service-role': 'MPLS' } }],
  ])('without %s nothing is asked and nothing found', async (_name, more) => {
    expect(await resolve(more)).toEqual({ candidates: [], dropped: [] });
    expect(simulator.calls).toHaveLength(0);
    expect(record.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('a subscription that is not there gives nothing', async () => {
    expect(await resolve({ serviceSubscription: 'none' })).toEqual({ candidates: [], dropped: [] });
  });

  it('a line without zone, with two, in a zone without complex or in a bad one drops alone', async () => {
    const zones = (list: readonly string[]) => ({
      'relationship-list': {
        relationship: list.map((id) => ({
          'related-to': 'zone',
          'related-link': `https://old:8443/aai/v11/network/zones/zone/${id}`,
        })),
      },
    });
    change(line('line-0001'), zones([]));
    change(line('line-0002'), zones(['zone-0002', 'zone-0003']));
    change(line('line-0003'), zones(['zone-gone']));
    change('/network/zones/zone/zone-0004', { 'relationship-list': null });
    change('/cloud-infrastructure/complexes/complex/DALUS01', { latitude: 'north' });
    change(line('line-0006'), { 'service-instance-id': null });
    change(line('line-0007'), zones(['zone-0007']));
    const { candidates, dropped } = await resolve();
    expect(dropped.map(({ candidate_id, reason }) => [candidate_id, reason])).toEqual(
      expect.arrayContaining([
        ['line-0001', 'Zone information not available from A&AI for transport candidates'],
        ['line-0002', 'rel_link_data_list error'],
        ['line-0003', 'Zone information not available from A&AI for transport candidates'],
        ['line-0004', 'complex information not available from A&AI'],
        ['line-0005', 'BAD_DATA latitude'],
        ['line-0006-line', 'BAD_DATA service-instance-id'],
      ]),
    );
    expect(candidates.map((candidate) => candidate.candidate_id)).toContain('line-0007');
    expect(candidates.length + dropped.length).toBe(100);
  });
});
