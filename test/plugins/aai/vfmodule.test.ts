// Demands of type vfmodule against the simulator: fields, the module's own vservers, reasons, and how few requests they take.
import { afterEach, describe, expect, it } from 'vitest';
import type { Requirement } from '../../../src/domain/template.ts';
import type { Aai, AaiOptions } from '../../../src/plugins/aai/index.ts';
import { type AaiSimulator, startAaiSimulator } from '../../sim/aai.ts';
import type { JsonObject } from '../../sim/json.ts';
import { makeWorld, type SimWorld, type WorldOptions } from '../../sim/world.ts';
import { aaiFor, ctx, manualClock, recorder, request } from './support.ts';

let simulator: AaiSimulator;
let aai: Aai | undefined;
afterEach(async () => {
  await aai?.close();
  await simulator.stop();
});

async function start(world: SimWorld, options: Partial<AaiOptions> = {}) {
  simulator = await startAaiSimulator({ world });
  aai = aaiFor(simulator, recorder(), { clock: manualClock(true), version: 'v32', ...options });
  return aai.provider;
}

const ONE: WorldOptions = { seed: 4, regions: 1, vnfs: 1, customers: 1, roles: ['vFW'], hosts: 0 };
const demand = (more: Partial<Requirement> = {}) =>
  request({ inventoryType: 'vfmodule', serviceType: 'vFW', customerId: 'customer-1', ...more });

async function resolve(world: SimWorld, more: Partial<Requirement> = {}, options: Partial<AaiOptions> = {}) {
  const provider = await start(world, options);
  const [answer] = await provider.resolveDemands([demand(more)], ctx);
  return answer ?? { candidates: [], dropped: [] };
}

/** The world with one object changed. */
function changed(world: SimWorld, uri: string, change: JsonObject): SimWorld {
  const entry = world.aai.get(uri);
  if (!entry) throw new Error(`No ${uri}`);
  return { ...world, aai: new Map(world.aai).set(uri, { ...entry, object: { ...entry.object, ...change } }) };
}

const VNF = '/network/generic-vnfs/generic-vnf/vnf-0001';
const MODULE = `${VNF}/vf-modules/vf-module/vfm-vnf-0001-2`;

describe('requests', () => {
  it.each([1, 10, 100])('a demand that finds %i VNFs with two modules each takes at most 8', async (vnfs) => {
    const provider = await start(makeWorld({ ...ONE, regions: 40, vnfs }));
    const [answer] = await provider.resolveDemands([demand()], ctx);
    expect(answer?.candidates).toHaveLength(2 * vnfs);
    expect(simulator.calls.length).toBeLessThanOrEqual(8);
  });

  it('an old A&AI, which gives no children on plurals, is asked through its start lists', async () => {
    const provider = await start(makeWorld({ ...ONE, regions: 10, vnfs: 100 }), { version: 'v14' });
    const [answer] = await provider.resolveDemands([demand()], ctx);
    expect(answer?.candidates).toHaveLength(200);
    expect(simulator.calls.length).toBeLessThanOrEqual(9);
  });
});

describe('vfmodule candidates', () => {
  it('have the fields of VNF, module, vserver, region and complex in the known order', async () => {
    const { candidates } = await resolve(makeWorld(ONE), {
      vlanKey: 'vk',
      portKey: 'pk',
      existingPlacement: 'vfm-vnf-0001-1',
    });
    const [candidate] = candidates;
    expect(Object.keys(candidate ?? {})).toEqual(
      (
        'candidate_id inventory_provider inventory_type uniqueness cost host_id nf-name nf-id nf-type vnf-type ' +
        'ipv4-oam-address ipv6-oam-address cloud_owner cloud_region_version location_type location_id ' +
        'service_instance_id vf-module-name vf-module-id vservers physical_location_id complex_name latitude ' +
        'longitude state country city region vlan_key port_key vim-id sriov_automation existing_placement'
      ).split(' '),
    );
    expect(candidate).toMatchObject({
      candidate_id: 'vfm-vnf-0001-1',
      inventory_type: 'vfmodule',
      cost: -8000,
      host_id: 'vfw-0001',
      'nf-name': 'vfw-0001',
      'nf-id': 'vnf-0001',
      'nf-type': 'vnf',
      'vnf-type': 'vFW/vFW 0',
      'ipv4-oam-address': '10.0.0.2',
      'ipv6-oam-address': '',
      location_id: 'chi-01',
      service_instance_id: 'si-0001',
      'vf-module-id': 'vfm-vnf-0001-1',
      vlan_key: 'vk',
      existing_placement: 'true',
    });
    expect(candidates[1]).toMatchObject({ candidate_id: 'vfm-vnf-0001-2', cost: 1, existing_placement: 'false' });
  });

  it("list the module's own vservers with their addresses, or all of the VNF when told so", async () => {
    const { candidates } = await resolve(makeWorld(ONE));
    expect(candidates.map((candidate) => candidate.vservers)).toMatchObject([
      [
        {
          'vserver-id': 'vs-vnf-0001',
          'vserver-name': 'vfw-0001-vm1',
          'l-interfaces': [
            {
              'interface-id': 'if-vs-vnf-0001-0',
              'interface-name': 'eth0',
              'network-id': 'oam-net',
              'network-name': '',
              'ipv4-addresses': ['10.1.0.6'],
              'ipv6-addresses': ['fd00::1:5'],
            },
            { 'interface-name': 'eth1' },
          ],
        },
      ],
      [{ 'vserver-id': 'vs-vnf-0001-2' }],
    ]);
    await aai?.close();
    await simulator.stop();
    const all = await resolve(makeWorld(ONE), {}, { vnfVservers: true });
    for (const { vservers } of all.candidates) {
      expect(vservers).toMatchObject([{ 'vserver-id': 'vs-vnf-0001' }, { 'vserver-id': 'vs-vnf-0001-2' }]);
    }
  });

  it('filters see the VNF with the module laid over it', async () => {
    const world = changed(makeWorld(ONE), MODULE, { 'orchestration-status': 'Created' });
    const filter = { 'service-type': 'vFW', 'customer-id': 'customer-1', 'orchestration-status': ['Active'] };
    const { candidates, dropped } = await resolve(world, { filteringAttributes: filter });
    expect(candidates.map((candidate) => candidate.candidate_id)).toEqual(['vfm-vnf-0001-1']);
    expect(dropped).toEqual([
      { candidate_id: 'vfm-vnf-0001-2', location_id: 'chi-01', reason: 'attibute check error' },
    ]);
  });

  it.each([
    [
      'excluded',
      { excludedCandidates: [{ inventory_type: 'vfmodule', candidate_id: ['vfm-vnf-0001-2'] }] },
      'excluded candidate',
    ],
    [
      'not required',
      { requiredCandidates: [{ inventory_type: 'vfmodule', candidate_id: ['vfm-vnf-0001-1'] }] },
      'has_required_candidate candidate',
    ],
  ])('a module that is %s drops with its reason', async (_name, more, reason) => {
    const { candidates, dropped } = await resolve(makeWorld(ONE), more);
    expect(candidates.map((candidate) => candidate.candidate_id)).toEqual(['vfm-vnf-0001-1']);
    expect(dropped.map((item) => [item.candidate_id, item.reason])).toEqual([['vfm-vnf-0001-2', reason]]);
  });

  it('modules in another region or complex drop all with the reason', async () => {
    const { candidates, dropped } = await resolve(makeWorld(ONE), { region: 'elsewhere' });
    expect(candidates).toEqual([]);
    expect(dropped.map((item) => item.reason)).toEqual(Array(2).fill('candidate region does not match'));
  });

  it.each([
    ['without id', { 'vf-module-id': { odd: true } }, 'vnf-0001', 'BAD_DATA vf-module-id'],
    ['without vservers', { 'relationship-list': null }, 'vfm-vnf-0001-2', 'Cloud owner and cloud region id not found'],
  ])('a module %s drops alone', async (_name, change, candidate_id, reason) => {
    const { candidates, dropped } = await resolve(changed(makeWorld(ONE), MODULE, change as JsonObject));
    expect(candidates.map((candidate) => candidate.candidate_id)).toEqual(['vfm-vnf-0001-1']);
    expect(dropped).toMatchObject([{ candidate_id, reason }]);
  });

  it('a VNF without modules, and one of another customer, drop with their reasons', async () => {
    const world = makeWorld(ONE);
    const bare = new Map([...world.aai].filter(([uri]) => !uri.includes('/vf-modules/')));
    expect((await resolve({ ...world, aai: bare })).dropped).toMatchObject([
      { candidate_id: 'vnf-0001', reason: 'Generic-VNF No detailed data for VF-modules' },
    ]);
    await aai?.close();
    await simulator.stop();
    expect((await resolve(world, { customerId: 'other' })).dropped).toMatchObject([
      { candidate_id: 'vnf-0001', reason: 'candidate is for a different customer' },
    ]);
  });

  it('reads that fail and leave nothing are an error that names A&AI', async () => {
    const provider = await start(makeWorld(ONE));
    simulator.faults.add({ match: { path: 'depth=1' }, kind: 'status', status: 500 });
    await expect(provider.resolveDemands([demand()], ctx)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: expect.stringContaining('A&AI'),
    });
  });
});
