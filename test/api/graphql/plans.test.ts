// Reading plans: what a plan shows, pages of plans, and objects by global id.
import { expect, test } from 'vitest';
import type { Translation } from '../../../src/domain/problem.ts';
import type { ReservationStep } from '../../../src/domain/solution.ts';
import { PlanDocument, PlansDocument } from '../../support/gql/graphql.ts';
import { planHead } from '../../support/planted-store.ts';
import { cloudRegion, complex, genericVnf, pserver, serviceInstance, vserver } from './fake-inventory.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

const candidate = (id: string) => ({
  candidate_id: id,
  inventory_type: 'cloud',
  inventory_provider: 'aai',
  uniqueness: 'true',
  cost: 2,
});

const TRANSLATION: Translation = {
  problem: {
    version: '2017-10-10',
    planId: 'p',
    requestType: 'initial',
    locations: [],
    demands: [{ name: '__proto__', candidates: ['a', 'b', 'c', 'd'].map(candidate) }],
    constraints: [],
    objective: null,
    latencyRules: null,
    reservation: { serviceModel: null, entries: [] },
  },
  dropped: [{ demand: '__proto__', candidates: [{ candidate_id: 'e', location_id: null, reason: 'no complex' }] }],
  inventoryDigest: 'abc',
};

const STEP: ReservationStep = {
  step: '0-res_vG',
  order: 0,
  demand: '__proto__',
  candidateId: 'a',
  controller: 'SDN-C',
  serviceModel: 'ADIOD',
  entityId: 'entity',
  state: 'release-failed',
  message: '',
  updated: 3_000,
  request: { password: 'hidden' },
  candidate: { secret: 'hidden' },
  reservationName: 'res',
  reservationType: 'ADIOD',
};

test('a plan that does not exist is null, whatever its id looks like', async () => {
  const world = await createWorld();
  for (const id of ['missing', '../../etc', '', 'a\u0000b', 'x'.repeat(5000), '__proto__']) {
    expect(dataOf(await world.run('query($id: ID!) { plan(id: $id) { id } }', { id }))).toEqual({ plan: null });
  }
  expect(world.store.calls.filter((call) => call !== 'getMany 0')).toEqual(['getMany 1']);
});

test('a plan shows its facts, its stages, its demands and its reservation, and no secrets of the reservation', async () => {
  const world = await createWorld();
  const head = planHead({
    id: 'p',
    status: 'not found',
    message: '',
    translation: { owner: 'w1', counter: 2, failures: 1, beganAt: 2_000 },
  });
  await world.store.plant(head, {
    translation: TRANSLATION,
    solution: {
      recommendations: [],
      diagnosis: {
        demands: [
          {
            demand: '__proto__',
            candidates: 4,
            remaining: 0,
            outcomes: [
              { constraint: 'c', type: 'zone', before: 4, after: 0, rejected: [{ candidateId: 'a', reason: 'far' }] },
            ],
          },
        ],
        nodes: 0,
        elapsedMs: 1.5,
        timedOut: false,
        summary: ['0 of 4 candidates fit'],
      },
    },
    reservations: [STEP],
  });
  const result = await world.run(PlanDocument, { id: 'p' });
  const { plan } = dataOf(result);
  expect(plan).toMatchObject({
    id: 'p',
    status: 'NOT_FOUND',
    message: null,
    created: '1970-01-01T00:00:01.000Z',
    numSolution: '1',
    timeout: 10,
    createdBy: 'somebody',
    requestId: 'request-of-creation',
    restPath: '/v1/plans/p',
    recommendations: [],
    events: [
      { seq: 1, from: null, to: 'TEMPLATE', reason: 'CREATED', actor: 'somebody', message: null },
      { seq: 2, from: 'TEMPLATE', to: 'TRANSLATING', reason: 'CLAIMED', actor: 'worker-1', message: null },
      { seq: 3, to: 'TRANSLATED' },
      { seq: 4, to: 'SOLVING' },
      { seq: 5, from: 'SOLVING', to: 'NOT_FOUND', reason: 'COMPLETED' },
    ],
    demands: [
      { name: '__proto__', candidateCount: 4, dropped: [{ candidateId: 'e', locationId: null, reason: 'no complex' }] },
    ],
    diagnosis: { summary: ['0 of 4 candidates fit'], demands: [{ outcomes: [{ rejected: [{ reason: 'far' }] }] }] },
    reservations: [{ state: 'RELEASE_FAILED', message: null, updated: '1970-01-01T00:00:03.000Z' }],
  });
  expect(plan.stages).toEqual([
    { stage: 'CONTROLLER', owner: 'w1', counter: 2, failures: 1, beganAt: '1970-01-01T00:00:02.000Z' },
    { stage: 'SOLVER', owner: null, counter: 0, failures: 0, beganAt: null },
    { stage: 'RESERVATION', owner: null, counter: 0, failures: 0, beganAt: null },
  ]);
  expect(JSON.stringify(result)).not.toContain('hidden');
});

test('what a stage has not made yet is null', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'new' }));
  const { plan } = dataOf(
    await world.run(
      '{ plan(id: "new") { template recommendations { objective } diagnosis { nodes } demands { name } } }',
    ),
  );
  expect(plan).toEqual({
    template: { homing_template_version: '2017-10-10' },
    recommendations: null,
    diagnosis: null,
    demands: null,
  });
});

test('the history stops at the state that the plan shows', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(`subscription { planChanged(id: "p") { ... on PlanUpdated { plan {
    status all: events { seq } rest: events(afterSeq: 1) { seq }
  } } } }`);
  await stream.next();
  // The subscriber reads the first move when the second is stored already.
  await world.store.move('p', { status: 'translating' });
  await world.store.move('p', { status: 'translated' });
  const { planChanged } = dataOf((await stream.next()) ?? {});
  expect(planChanged.plan).toEqual({ status: 'TRANSLATING', all: [{ seq: 1 }, { seq: 2 }], rest: [{ seq: 2 }] });
  expect(await world.store.plans.events('p', 0)).toHaveLength(3);
  await stream.stop();
});

test('candidates of a demand come in parts', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }), { translation: TRANSLATION });
  const ask = async (args: string) =>
    dataOf(await world.run(`{ plan(id: "p") { demands { candidates${args} { candidateId } } } }`)).plan.demands[0]
      .candidates;
  expect(await ask('(first: 2)')).toEqual([{ candidateId: 'a' }, { candidateId: 'b' }]);
  expect(await ask('(first: 2, after: "b")')).toEqual([{ candidateId: 'c' }, { candidateId: 'd' }]);
  expect(await ask('(first: 2, after: "d")')).toEqual([]);
  expect(await ask('(after: "unknown")')).toEqual([]);
});

test('pages of plans follow each other by cursor and end', async () => {
  const world = await createWorld();
  for (const id of ['a', 'b', 'c']) await world.store.plant(planHead({ id }));
  const first = dataOf(await world.run(PlansDocument, { first: 2, orderBy: 'OLDEST_FIRST' })).plans;
  expect(first.nodes.map((plan: { id: string }) => plan.id)).toEqual(['a', 'b']);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const after = first.pageInfo.endCursor;
  const second = dataOf(await world.run(PlansDocument, { first: 2, orderBy: 'OLDEST_FIRST', after })).plans;
  expect(second.nodes.map((plan: { id: string }) => plan.id)).toEqual(['c']);
  expect(second.pageInfo.hasNextPage).toBe(false);
});

test('the newest plan comes first, and an empty page has no cursors', async () => {
  const world = await createWorld();
  const empty = dataOf(
    await world.run('{ plans { edges { cursor } pageInfo { startCursor endCursor hasPreviousPage } } }'),
  );
  expect(empty.plans).toEqual({ edges: [], pageInfo: { startCursor: null, endCursor: null, hasPreviousPage: false } });
  await world.store.plant(planHead({ id: 'a', created: 1_000 }));
  await world.store.plant(planHead({ id: 'b', created: 2_000 }));
  const ask = async (after: string | null) =>
    dataOf(
      await world.run(
        'query($after: String) { plans(after: $after) { edges { cursor node { id } } pageInfo { startCursor endCursor } } }',
        { after },
      ),
    ).plans;
  const { edges, pageInfo } = await ask(null);
  expect(edges.map((edge: { node: { id: string } }) => edge.node.id)).toEqual(['b', 'a']);
  expect(pageInfo).toEqual({ startCursor: edges[0].cursor, endCursor: edges[1].cursor });
  expect((await ask(edges[0].cursor)).edges).toEqual([edges[1]]);
  expect((await ask(edges[1].cursor)).edges).toEqual([]);
});

test('a filter by status uses the names of the schema', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'a', status: 'waiting spinup' }));
  await world.store.plant(planHead({ id: 'b', status: 'done' }));
  const { plans } = dataOf(
    await world.run('{ plans(filter: { statuses: [WAITING_SPINUP] }) { nodes { id status } } }'),
  );
  expect(plans.nodes).toEqual([{ id: 'a', status: 'WAITING_SPINUP' }]);
});

test('a page size out of bounds and a cursor of no store are refused with their code', async () => {
  const world = await createWorld();
  expect(codeOf(await world.run('{ plans(first: 101) { nodes { id } } }'))).toBe('LIMIT_EXCEEDED');
  expect(codeOf(await world.run('{ plans(first: 0) { nodes { id } } }'))).toBe('BAD_REQUEST');
  expect(codeOf(await world.run('{ plans(first: -1) { nodes { id } } }'))).toBe('BAD_REQUEST');
  expect(codeOf(await world.run('{ plans(after: "nonsense") { nodes { id } } }'))).toBe('CURSOR_INVALID');
  expect(world.store.calls).toEqual(['list']);
});

test('every kind of object is found again by its id, and its ids are distinct', async () => {
  const world = await createWorld();
  const { inventory } = world;
  await world.store.plant(planHead({ id: '4c9d5c8e-6c5c-4bb2-8f37-0f6d2a1b8a55' }));
  inventory.complexList.push(complex('same'));
  inventory.regionList.push(cloudRegion('owner/1', 'same', 'same'));
  inventory.vnfList.push(genericVnf('same', { vserverLinks: ['cloud/x:y/vserver/1'] }));
  inventory.vserverList.push(vserver('cloud/x:y/vserver/1', ['same']));
  inventory.pserverList.push(pserver('same', 'same'));
  inventory.instanceList.push(serviceInstance('same'));
  inventory.customerList.push({ globalCustomerId: 'same', subscriberName: null, subscriberType: null });
  const found = dataOf(
    await world.run(`{
      plans { nodes { id } }
      complex(id: "same") { id }
      cloudRegion(cloudOwner: "owner/1", cloudRegionId: "same") { id }
      genericVnf(id: "same") { id vservers { id pservers { id } } }
      serviceInstance(id: "same") { id }
      customer(id: "same") { id }
    }`),
  );
  const server = found.genericVnf.vservers[0];
  const ids: [string, string][] = [
    ['Plan', found.plans.nodes[0].id],
    ['Complex', found.complex.id],
    ['CloudRegion', found.cloudRegion.id],
    ['GenericVnf', found.genericVnf.id],
    ['Vserver', server.id],
    ['Pserver', server.pservers[0].id],
    ['ServiceInstance', found.serviceInstance.id],
    ['Customer', found.customer.id],
  ];
  expect(new Set(ids.map(([, id]) => id)).size).toBe(8);
  expect(found.plans.nodes[0].id).toBe('4c9d5c8e-6c5c-4bb2-8f37-0f6d2a1b8a55');
  for (const [__typename, id] of ids) {
    const again = dataOf(await world.run('query($id: ID!) { node(id: $id) { __typename id } }', { id }));
    expect(again.node).toEqual({ __typename, id });
  }
});

test('an id that this API never gave finds nothing', async () => {
  const world = await createWorld();
  for (const id of [
    '',
    ':',
    'complex:',
    'complex:%',
    'cloud-region:only',
    'planet:earth',
    'complex:x',
    '__proto__:x',
  ]) {
    expect(dataOf(await world.run('query($id: ID!) { node(id: $id) { id } }', { id }))).toEqual({ node: null });
  }
});
