// Order locks, latency rules and triage over GraphQL.
import { expect, test } from 'vitest';
import { planHead } from '../../support/planted-store.ts';
import { EMPTY_SOLUTION, EMPTY_TRANSLATION, solvedPlan } from '../../support/waiting-plans.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

const locks = (serviceResourceId: string, ...ids: string[]) =>
  ids.map((conflictId) => ({ conflictId, serviceResourceId }));

const RELEASE = `mutation($releases: [SpinUpInput!]!) { releaseOrders(releases: $releases) {
  ... on ReleaseOrdersSuccess { decisions { planId shouldRehome plan { status orderLocks { conflictId } } } }
  ... on Error { code message }
} }`;
const LOCKS = `query($first: Int!, $after: String) { orderLocks(first: $first, after: $after) {
  nodes { conflictId open outcome releasedAt entries { planId status serviceResourceId dependencies plan { name } } }
  pageInfo { hasNextPage endCursor }
} }`;
const OF_PLAN = 'query($id: ID!) { plan(id: $id) { status orderLocks { conflictId entries { planId status } } } }';

test('a plan shows what it waits for, and the release wakes it', async () => {
  const world = await createWorld();
  const builder = await solvedPlan(world.store.stores, locks('sr-1', 'a'));
  const waiting = await solvedPlan(world.store.stores, locks('sr-2', 'a', 'b'));
  const { plan } = dataOf(await world.run(OF_PLAN, { id: waiting }));
  expect(plan).toEqual({
    status: 'WAITING_SPINUP',
    orderLocks: [
      {
        conflictId: 'a',
        entries: [
          { planId: builder, status: 'UNDER_SPIN_UP' },
          { planId: waiting, status: 'PARKED' },
        ],
      },
    ],
  });
  const open = dataOf(await world.run(LOCKS, { first: 10 })).orderLocks;
  expect(open.nodes).toMatchObject([{ conflictId: 'a', open: true, outcome: null, releasedAt: null }]);
  expect(open.nodes[0].entries[1]).toMatchObject({
    dependencies: ['b'],
    serviceResourceId: 'sr-2',
    plan: { name: 'a plan' },
  });
  const releases = [{ serviceResourceId: 'sr-1', status: 'COMPLETED' }];
  expect(dataOf(await world.run(RELEASE, { releases })).releaseOrders).toEqual({
    decisions: [{ planId: waiting, shouldRehome: true, plan: { status: 'TEMPLATE', orderLocks: [] } }],
  });
  expect(dataOf(await world.run(RELEASE, { releases })).releaseOrders).toEqual({ decisions: [] });
  const [lock] = dataOf(await world.run(LOCKS, { first: 10 })).orderLocks.nodes;
  expect(lock).toMatchObject({ open: false, outcome: 'COMPLETED' });
  await world.store.plans.delete(builder);
  const [left] = dataOf(await world.run(LOCKS, { first: 10 })).orderLocks.nodes;
  expect(left.entries[0]).toMatchObject({ planId: builder, status: 'COMPLETED', plan: null });
});

test('locks come page by page, and a cursor of no page is refused', async () => {
  const world = await createWorld();
  for (const id of ['a', 'b', 'c']) await solvedPlan(world.store.stores, locks('sr', id));
  const first = dataOf(await world.run(LOCKS, { first: 2 })).orderLocks;
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = dataOf(await world.run(LOCKS, { first: 2, after: first.pageInfo.endCursor })).orderLocks;
  const seen = [...first.nodes, ...second.nodes].map((lock: { conflictId: string }) => lock.conflictId);
  expect(seen.sort()).toEqual(['a', 'b', 'c']);
  expect(codeOf(await world.run(LOCKS, { first: 2, after: 'x' }))).toBe('CURSOR_INVALID');
  expect(codeOf(await world.run(LOCKS, { first: 0 }))).toBe('BAD_REQUEST');
});

test('a release that breaks a rule is a member of the result', async () => {
  const world = await createWorld();
  const releases = [{ serviceResourceId: '', status: 'FAILED' }];
  expect(dataOf(await world.run(RELEASE, { releases })).releaseOrders).toMatchObject({ code: 'BAD_REQUEST' });
});

const RULES = '{ latencyRules { regions { group countries } countries { country groups } } }';
const LOAD_REGIONS = `mutation($regions: [LatencyRegionInput!]!) { loadLatencyRegions(regions: $regions) {
  ... on LoadLatencyRegionsSuccess { latencyRules { regions { group countries } } } ... on Error { code message }
} }`;
const LOAD_COUNTRIES = `mutation($countries: [CountryLatencyInput!]!) { loadLatencyCountries(countries: $countries) {
  ... on LoadLatencyCountriesSuccess { latencyRules { countries { country groups } } } ... on Error { code message }
} }`;

test('latency rules are loaded table by table and read together', async () => {
  const world = await createWorld();
  expect(dataOf(await world.run(RULES)).latencyRules).toEqual({ regions: [], countries: [] });
  const regions = [{ group: 'EU-CORE', countries: ['FRA', 'deu'] }];
  const loaded = { regions: [{ group: 'EU-CORE', countries: ['FRA', 'DEU'] }] };
  expect(dataOf(await world.run(LOAD_REGIONS, { regions })).loadLatencyRegions).toEqual({ latencyRules: loaded });
  const countries = [{ country: '*', groups: ['EU-CORE', '*'] }];
  expect(dataOf(await world.run(LOAD_COUNTRIES, { countries })).loadLatencyCountries.latencyRules).toEqual({
    countries,
  });
  expect(dataOf(await world.run(RULES)).latencyRules).toEqual({ ...loaded, countries });
});

test('a wrong row is refused by row and field, and the old table stands', async () => {
  const world = await createWorld();
  const regions = [{ group: 'USA', countries: ['FRA'] }];
  expect(dataOf(await world.run(LOAD_REGIONS, { regions })).loadLatencyRegions).toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining('Row 1: group'),
  });
  const countries = [{ country: 'USA', groups: ['*', 'CAN'] }];
  expect(dataOf(await world.run(LOAD_COUNTRIES, { countries })).loadLatencyCountries).toMatchObject({
    message: expect.stringContaining('Row 1: groups'),
  });
  const huge = [{ country: 'USA', groups: Array.from({ length: 300_000 }, () => 'USA') }];
  expect(dataOf(await world.run(LOAD_COUNTRIES, { countries: huge })).loadLatencyCountries).toMatchObject({
    code: 'STORE_VALUE_TOO_LARGE',
  });
  expect(dataOf(await world.run(RULES)).latencyRules).toEqual({ regions: [], countries: [] });
});

const TRIAGE = `query($id: ID!, $first: Int = 100, $offset: Int = 0) { plan(id: $id) { triage {
  optimizationType solverTree
  demands { demand droppedCount droppedCandidates(first: $first, offset: $offset) {
    candidateId locationId stage constraint constraintType reason
  } }
} } }`;

const CANDIDATE = { inventory_type: 'cloud', inventory_provider: 'aai', uniqueness: 'true', cost: 2 };
const translation = {
  ...EMPTY_TRANSLATION,
  problem: {
    ...EMPTY_TRANSLATION.problem,
    demands: [
      { name: 'vG', candidates: ['r1', 'r2'].map((id) => ({ ...CANDIDATE, candidate_id: id, location_id: id })) },
    ],
  },
  dropped: [{ demand: 'vG', candidates: [{ candidate_id: 'r0', location_id: null, reason: 'BAD_DATA no complex' }] }],
};
const outcome = {
  constraint: 'near',
  type: 'distance_to_location',
  before: 2,
  after: 0,
  rejected: ['r1', 'r2'].map((candidateId) => ({ candidateId, reason: '612 km, limit 500 km' })),
};
const solution = {
  ...EMPTY_SOLUTION,
  diagnosis: {
    ...EMPTY_SOLUTION.diagnosis,
    demands: [{ demand: 'vG', candidates: 2, remaining: 0, outcomes: [outcome] }],
    proof: { status: 'INFEASIBLE', bound: null, gap: null, nodes: 0 },
    notices: ['a notice'],
  },
} as const;

test('triage is null until there is something, and then tells both stages as typed data', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'new' }));
  expect(dataOf(await world.run(TRIAGE, { id: 'new' })).plan).toEqual({ triage: null });
  await world.store.plant(planHead({ id: 'p', status: 'not found' }), { translation, solution });
  const solver = { stage: 'SOLVER', constraint: 'near', constraintType: 'distance_to_location' };
  expect(dataOf(await world.run(TRIAGE, { id: 'p' })).plan.triage).toMatchObject({
    optimizationType: null,
    demands: [
      {
        demand: 'vG',
        droppedCount: 3,
        droppedCandidates: [
          {
            candidateId: 'r0',
            locationId: null,
            stage: 'TRANSLATION',
            constraint: null,
            constraintType: null,
            reason: 'BAD_DATA no complex',
          },
          { ...solver, candidateId: 'r1', locationId: 'r1', reason: '612 km, limit 500 km' },
          { ...solver, candidateId: 'r2', locationId: 'r2' },
        ],
      },
    ],
    solverTree: [{ node_id: 'vG|r1', type: 'dropped' }, { node_id: 'vG|r2' }],
  });
  const [demand] = dataOf(await world.run(TRIAGE, { id: 'p', first: 1, offset: 2 })).plan.triage.demands;
  expect(demand.droppedCandidates).toMatchObject([{ candidateId: 'r2' }]);
});

test('a plan whose translation found nothing tells what was dropped', async () => {
  const world = await createWorld();
  const triage = { dropped: translation.dropped };
  await world.store.plant(planHead({ id: 'p', status: 'error' }), { triage });
  expect(dataOf(await world.run(TRIAGE, { id: 'p' })).plan.triage).toMatchObject({
    solverTree: null,
    demands: [{ demand: 'vG', droppedCount: 1, droppedCandidates: [{ reason: 'BAD_DATA no complex' }] }],
  });
});

test('the diagnosis tells what is proven and how many were taken away', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p', status: 'not found' }), { translation, solution });
  await world.store.plant(planHead({ id: 'old', status: 'not found' }), { translation, solution: EMPTY_SOLUTION });
  const DIAGNOSIS = `query($id: ID!) { plan(id: $id) { diagnosis {
    status bound gap notices nodes demands { outcomes { rejectedCount unknownCount } }
  } } }`;
  expect(dataOf(await world.run(DIAGNOSIS, { id: 'p' })).plan.diagnosis).toEqual({
    status: 'INFEASIBLE',
    bound: null,
    gap: null,
    notices: ['a notice'],
    nodes: 1,
    demands: [{ outcomes: [{ rejectedCount: 2, unknownCount: 0 }] }],
  });
  expect(dataOf(await world.run(DIAGNOSIS, { id: 'old' })).plan.diagnosis).toMatchObject({ status: null, notices: [] });
});

test('every kind of candidate shows its fields by type, and the rest as they are', async () => {
  const world = await createWorld();
  const vservers = [
    {
      'vserver-id': 'vs',
      'vserver-name': 'server',
      'l-interfaces': [{ 'interface-id': 'i', macaddr: 'm', 'network-name': 'net', 'ipv4-addresses': ['10.0.0.1', 7] }],
    },
    'nonsense',
  ];
  const candidates = [
    {
      candidate_id: 'm1',
      inventory_type: 'vfmodule',
      'nf-id': 'n',
      'vf-module-id': 'm',
      'ipv4-oam-address': '1',
      vservers,
    },
    { candidate_id: 't1', inventory_type: 'transport', zone_id: 'z', zone_name: 'zone', location_id: '' },
    {
      candidate_id: 's1',
      inventory_type: 'nssi',
      instance_id: 'i',
      instance_name: 'in',
      domain: 'cn',
      profile_id: 'p',
      latency: 20,
    },
    { candidate_id: 'c1', inventory_type: 'cloud', hpa_score: '20', flavor_map: { label: 'f' }, conflict_id: 'k|' },
    { candidate_id: 'x1', vservers: 5, hpa_score: 'many' },
  ].map((fields) => ({ ...CANDIDATE, ...fields }));
  const problem = { ...EMPTY_TRANSLATION.problem, demands: [{ name: 'd', candidates }] };
  await world.store.plant(planHead({ id: 'p', status: 'translated' }), {
    translation: { ...EMPTY_TRANSLATION, problem },
  });
  const { plan } = dataOf(
    await world.run(`{ plan(id: "p") { demands { candidates {
      nfId vfModuleId ipv4OamAddress zoneId zoneName instanceId instanceName domain profileId hpaScore flavorMap conflictId
      attributes vservers { vserverId vserverName interfaces { interfaceId macaddr networkName ipv4Addresses ipv6Addresses } }
    } } } }`),
  );
  const [module, transport, slice, cloud, odd] = plan.demands[0].candidates;
  expect(module).toMatchObject({ nfId: 'n', vfModuleId: 'm', ipv4OamAddress: '1', zoneId: null });
  expect(module.vservers).toEqual([
    {
      vserverId: 'vs',
      vserverName: 'server',
      interfaces: [
        { interfaceId: 'i', macaddr: 'm', networkName: 'net', ipv4Addresses: ['10.0.0.1'], ipv6Addresses: [] },
      ],
    },
  ]);
  expect(transport).toMatchObject({ zoneId: 'z', zoneName: 'zone', vservers: [] });
  expect(slice).toMatchObject({ instanceId: 'i', instanceName: 'in', domain: 'cn', profileId: 'p' });
  expect(slice.attributes).toEqual({ latency: 20, uniqueness: 'true' });
  expect(cloud).toMatchObject({ hpaScore: 20, flavorMap: { label: 'f' }, conflictId: 'k|' });
  expect(odd).toMatchObject({ vservers: [], hpaScore: null });
});
