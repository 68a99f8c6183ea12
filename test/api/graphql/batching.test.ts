// Every hop from plans into the inventory is one read, whatever the length of the lists.
import { expect, test } from 'vitest';
import type { DemandRecommendation, Solution } from '../../../src/domain/solution.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { planHead } from '../../support/planted-store.ts';
import { cloudRegion, complex, genericVnf, pserver, serviceInstance, vserver } from './fake-inventory.ts';
import type { World } from './harness.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

const NO_DIAGNOSIS = { demands: [], nodes: 1, elapsedMs: 1, timedOut: false, summary: [] };

function choice(demand: string, source: JsonObject): DemandRecommendation {
  return {
    demand,
    inventory_provider: 'aai',
    service_resource_id: null,
    candidate: { candidate_id: source['candidate_id'] ?? '' },
    attributes: {},
    source,
  };
}

function solution(...sources: JsonObject[]): Solution {
  const demands = sources.map((source, at) => choice(`demand-${at}`, source));
  return { recommendations: [{ demands, objective: 1, terms: [] }], diagnosis: NO_DIAGNOSIS };
}

const regionCandidate = (id: string): JsonObject => ({
  candidate_id: id,
  inventory_type: 'cloud',
  cloud_owner: 'owner',
  location_id: id,
});

/** `count` solved plans, each placed in a region of its own that stands in a complex of its own. */
async function worldWithPlans(count: number): Promise<World> {
  const world = await createWorld();
  const planted: Promise<unknown>[] = [];
  for (let at = 0; at < count; at += 1) {
    const head = planHead({ id: `plan-${at}`, status: 'done' });
    planted.push(world.store.plant(head, { solution: solution(regionCandidate(`r${at}`)) }));
    world.inventory.regionList.push(cloudRegion('owner', `r${at}`, `site-${at}`));
    world.inventory.complexList.push(complex(`site-${at}`));
  }
  await Promise.all(planted);
  return world;
}

const WALK = `query Walk($first: Int!) {
  plans(first: $first) { nodes { id recommendations { demands { candidate {
    cloudRegion { cloudRegionId complex { physicalLocationId } }
  } } } } }
}`;

test('a hundred plans are walked to region and complex with one read a hop', async () => {
  const world = await worldWithPlans(100);
  const { plans } = dataOf(await world.run(WALK, { first: 100 }));
  expect(world.inventory.calls).toEqual(['cloudRegions 100', 'complexes 100']);
  expect(world.store.calls).toEqual(['list', ...Array.from({ length: 100 }, () => 'solution')]);
  expect(plans.nodes).toHaveLength(100);
  for (const node of plans.nodes) {
    const region = node.recommendations[0].demands[0].candidate.cloudRegion;
    expect(region.complex.physicalLocationId).toBe(`site-${node.id.slice('plan-'.length)}`);
  }
});

test('a document is read once, however many fields show parts of it', async () => {
  const world = await worldWithPlans(1);
  dataOf(
    await world.run(`{ plan(id: "plan-0") {
      recommendations { objective } diagnosis { nodes } again: recommendations { objective }
      template files demands { name } inventoryDigest
    } }`),
  );
  expect(world.store.calls.sort()).toEqual(['getMany 1', 'solution', 'template', 'translation']);
});

test('plans asked for one by one are read together', async () => {
  const world = await worldWithPlans(3);
  dataOf(await world.run('{ a: plan(id: "plan-0") { id } b: plan(id: "plan-1") { id } c: plan(id: "plan-2") { id } }'));
  expect(world.store.calls).toEqual(['getMany 3']);
});

test('an inventory object that many plans share is read once', async () => {
  const world = await createWorld();
  for (const id of ['a', 'b', 'c']) {
    await world.store.plant(planHead({ id, status: 'done' }), { solution: solution(regionCandidate('shared')) });
  }
  world.inventory.regionList.push(cloudRegion('owner', 'shared', null));
  dataOf(await world.run(WALK, { first: 10 }));
  expect(world.inventory.calls).toEqual(['cloudRegions 1']);
});

test('a read has at most a hundred keys', async () => {
  const world = await createWorld();
  const ids = Array.from({ length: 250 }, (_, at) => `r${at}`);
  await world.store.plant(planHead({ id: 'big', status: 'done' }), { solution: solution(...ids.map(regionCandidate)) });
  dataOf(await world.run(WALK, { first: 1 }));
  expect(world.inventory.calls).toEqual(['cloudRegions 100', 'cloudRegions 100', 'cloudRegions 50']);
});

async function worldWithVnfs(): Promise<World> {
  const world = await createWorld();
  const { inventory, store } = world;
  const candidates: JsonObject[] = [
    { candidate_id: 'svc-1', inventory_type: 'service', host_id: 'name-vnf-1' },
    { candidate_id: 'vfm-2', inventory_type: 'vfmodule', host_id: 'x', 'nf-id': 'vnf-2', service_instance_id: 'svc-2' },
    { candidate_id: 'vfm-3', inventory_type: 'vfmodule', host_id: 'y', 'nf-id': 'vnf-3', service_instance_id: 'svc-3' },
  ];
  await store.plant(planHead({ id: 'vnfs', status: 'done' }), { solution: solution(...candidates) });
  for (const n of [1, 2, 3]) {
    inventory.vnfList.push(genericVnf(`vnf-${n}`, { vserverLinks: [`vs/${n}a`, `vs/${n}b`], customerId: 'customer' }));
    inventory.vserverList.push(vserver(`vs/${n}a`, [`host-${n}`]), vserver(`vs/${n}b`, ['host-0']));
    inventory.pserverList.push(pserver(`host-${n}`, 'site'));
    inventory.instanceList.push(serviceInstance(`svc-${n}`, { customerId: 'customer', vnfIds: [`vnf-${n}`] }));
  }
  inventory.pserverList.push(pserver('host-0', 'site'));
  inventory.complexList.push(complex('site'));
  inventory.customerList.push({ globalCustomerId: 'customer', subscriberName: 'Customer', subscriberType: null });
  return world;
}

test('the way from candidates over network functions and virtual machines to servers is one read a hop', async () => {
  const world = await worldWithVnfs();
  const { plan } = dataOf(
    await world.run(`{ plan(id: "vnfs") { recommendations { demands { candidate { genericVnf {
      vnfId vcpu vservers { link interfaces { ipv4Addresses } pservers { hostname numberOfCpus complex { city } } }
    } } } } } }`),
  );
  expect(world.inventory.calls.slice(0, 2).sort()).toEqual(['genericVnfs 2', 'genericVnfsByName 1']);
  expect(world.inventory.calls.slice(2)).toEqual(['vservers 6', 'pservers 4', 'complexes 1']);
  const vnfs = plan.recommendations[0].demands.map(
    (one: { candidate: { genericVnf: unknown } }) => one.candidate.genericVnf,
  );
  expect(vnfs.map((vnf: { vnfId: string }) => vnf.vnfId)).toEqual(['vnf-1', 'vnf-2', 'vnf-3']);
  expect(vnfs[1].vservers).toEqual([
    {
      link: 'vs/2a',
      interfaces: [{ ipv4Addresses: ['10.0.0.1'] }],
      pservers: [{ hostname: 'host-2', numberOfCpus: 64, complex: { city: 'Somewhere' } }],
    },
    {
      link: 'vs/2b',
      interfaces: [{ ipv4Addresses: ['10.0.0.1'] }],
      pservers: [{ hostname: 'host-0', numberOfCpus: 64, complex: { city: 'Somewhere' } }],
    },
  ]);
  expect(vnfs[1].vcpu).toBe(9_007_199_254_740);
});

test('a candidate leads to its service instance, and that to its customer and functions', async () => {
  const world = await worldWithVnfs();
  const { plan } = dataOf(
    await world.run(`{ plan(id: "vnfs") { recommendations { demands { candidate { serviceInstance {
      serviceInstanceId customer { subscriberName } vnfs { vnfId }
    } } } } } }`),
  );
  const found = plan.recommendations[0].demands.map(
    (one: { candidate: { serviceInstance: unknown } }) => one.candidate.serviceInstance,
  );
  expect(found).toEqual(
    [1, 2, 3].map((n) => ({
      serviceInstanceId: `svc-${n}`,
      customer: { subscriberName: 'Customer' },
      vnfs: [{ vnfId: `vnf-${n}` }],
    })),
  );
  expect(world.inventory.calls[0]).toBe('serviceInstances 3');
});

test('an object that cannot be read fails alone; one that is not there is null', async () => {
  const world = await createWorld();
  const candidates = ['good', 'failing!', 'missing'].map(regionCandidate);
  await world.store.plant(planHead({ id: 'mixed', status: 'done' }), { solution: solution(...candidates) });
  world.inventory.regionList.push(cloudRegion('owner', 'good', null));
  const result = await world.run(WALK, { first: 1 });
  expect(codeOf(result)).toBe('UPSTREAM_UNAVAILABLE');
  expect(result.errors?.[0]?.path).toEqual([
    ...['plans', 'nodes', 0, 'recommendations', 0, 'demands', 1, 'candidate', 'cloudRegion'],
  ]);
  const { demands } = JSON.parse(JSON.stringify(result.data)).plans.nodes[0].recommendations[0];
  expect(demands.map((one: { candidate: { cloudRegion: unknown } }) => one.candidate.cloudRegion)).toEqual([
    { cloudRegionId: 'good', complex: null },
    null,
    null,
  ]);
});

test('one entry of a list that cannot be read leaves the others', async () => {
  const world = await createWorld();
  world.inventory.vnfList.push(genericVnf('vnf', { vserverLinks: ['a', 'b!', 'c'] }));
  world.inventory.vserverList.push(vserver('a', []));
  const result = await world.run('{ genericVnf(id: "vnf") { vservers { link } } }');
  expect(result.data).toEqual({ genericVnf: { vservers: [{ link: 'a' }, null, null] } });
  expect(result.errors?.map((error) => error.path)).toEqual([['genericVnf', 'vservers', 1]]);
});

test('reads carry the request id and who asks', async () => {
  const world = await worldWithPlans(1);
  dataOf(await world.run(WALK, { first: 1 }));
  expect(world.inventory.contexts[0]).toMatchObject({ requestId: 'request-1', principal: { name: 'tester' } });
});

test('a candidate without a place in the inventory asks for nothing', async () => {
  const world = await createWorld();
  const odd: JsonObject = { candidate_id: 'x', cloud_owner: '', location_id: null, host_id: '', latitude: 'no number' };
  await world.store.plant(planHead({ id: 'odd', status: 'done' }), { solution: solution(odd) });
  const { plan } = dataOf(
    await world.run(`{ plan(id: "odd") { recommendations { demands { candidate {
      candidateId latitude cost inventoryType fields cloudRegion { id } complex { id } genericVnf { id } serviceInstance { id }
    } } } } }`),
  );
  expect(plan.recommendations[0].demands[0].candidate).toEqual({
    candidateId: 'x',
    latitude: null,
    cost: null,
    inventoryType: null,
    fields: odd,
    cloudRegion: null,
    complex: null,
    genericVnf: null,
    serviceInstance: null,
  });
  expect(world.inventory.calls).toEqual([]);
});
