// Queries about plans that do not change, on the product's own server, services and store: answered from what was kept, and
// nobody can tell but by the work that the store is spared. `getMany` of the plan store is an execution, `get` a look at a head.
import { expect, onTestFinished, test } from 'vitest';
import { ConductorError } from '../../src/domain/errors.ts';
import type { ReservationStep, Solution } from '../../src/domain/solution.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createServer } from '../../src/server/index.ts';
import type { Services } from '../../src/services/index.ts';
import { stepCodec } from '../../src/store/codec.ts';
import { keys } from '../../src/store/keys.ts';
import { when } from '../../src/store/request.ts';
import { cloudRegion, complex } from '../api/graphql/fake-inventory.ts';
import { createWorld, type World } from '../api/graphql/harness.ts';
import { basic, recordingLogger } from '../api/rest/support.ts';
import { planHead } from '../support/planted-store.ts';
import { plantProgress, searchProgress } from '../support/progress.ts';
import { Signal, settingsWith, WsClient } from './support.ts';

const SOLUTION: Solution = {
  recommendations: [
    {
      objective: 0.1 + 0.2,
      terms: [],
      demands: [
        {
          demand: 'vG "ü€😀\u2028',
          inventory_provider: 'aai',
          service_resource_id: 'r-1',
          candidate: { candidate_id: 'chi-01' },
          attributes: {},
          source: { candidate_id: 'chi-01', cloud_owner: 'CloudOwner', location_id: 'chi-01' },
        },
      ],
    },
  ],
  diagnosis: { demands: [], nodes: 1, elapsedMs: 1.5, timedOut: false, summary: [] },
};

const STEP: ReservationStep = {
  step: '0-hold',
  order: 0,
  demand: 'vG',
  candidateId: 'chi-01',
  controller: 'SDN-C',
  serviceModel: 'ADIOD',
  entityId: 'entity',
  state: 'reserved',
  message: '',
  updated: 3_000,
  request: {},
  candidate: {},
  reservationName: 'hold',
  reservationType: 'ADIOD',
};

const PLAN = `query Plan($id: ID!) { plan(id: $id) {
  id name status message created updated timeout restPath template files inventoryDigest stages { stage counter }
  recommendations { objective demands { demand inventoryProvider candidate { candidateId cloudOwner city } } }
} }`;

interface Asked {
  readonly text: string;
  /** The body's JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: the operation's text, beside the assertion, says what is in it
  readonly json: any;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What it cost: the calls of the plan store. */
  readonly calls: readonly string[];
}

interface Running {
  readonly world: World;
  readonly port: number;
  ask(query: string, variables?: object, headers?: Readonly<Record<string, string>>): Promise<Asked>;
}

/** A solved plan `p` with a reservation, and `q`, which is being solved. */
async function start(wrap: (services: Services) => Services = (services) => services): Promise<Running> {
  const world = await createWorld();
  const { store } = world;
  const parts = { solution: SOLUTION, reservations: [STEP] };
  await store.plant(planHead({ id: 'p', name: 'ü "1"', status: 'reserving' }), parts);
  await store.plant(planHead({ id: 'q', status: 'solving' }));
  const server = createServer({
    settings: settingsWith({ introspection: true }),
    services: wrap(world.services),
    metrics: { count() {}, observe() {}, gauge() {}, text: () => '', contentType: 'text/plain' },
    logger: recordingLogger(),
    clock: systemClock,
    ids: { uuid: () => 'made-id' },
    findDuplicateKey: () => null,
  });
  onTestFinished(() => server.close(0));
  const { url, port } = await server.listen();
  const ask: Running['ask'] = async (query, variables = {}, headers = {}) => {
    const before = store.calls.length;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'transaction-id': 't', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const { date: _, ...kept } = Object.fromEntries(response.headers);
    const calls = store.calls.slice(before);
    return { text, json: JSON.parse(text), status: response.status, headers: kept, calls };
  };
  return { world, port, ask };
}

const KEPT = ['get'];

test.each([
  ['application/json', 'application/json; charset=utf-8'],
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
])('as %s: the first answer, the kept one and Yoga’s are the same byte for byte, headers too', async (accept, same) => {
  const { ask } = await start();
  const { calls: executing, ...first } = await ask(PLAN, { id: 'p' }, { accept });
  const { calls: looking, ...second } = await ask(PLAN, { id: 'p' }, { accept });
  // A parameter in the media type: Yoga's own way, which keeps nothing.
  const { calls: again, ...third } = await ask(PLAN, { id: 'p' }, { accept: same });
  expect(first.json).toMatchObject({ data: { plan: { name: 'ü "1"', recommendations: [{ demands: [{}] }] } } });
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(executing).toContain('getMany 1');
  expect(looking).toEqual(KEPT);
  expect(again).toContain('getMany 1');
});

test('each answer carries the transaction id of its own request', async () => {
  const { ask } = await start();
  await ask(PLAN, { id: 'p' }, { 'transaction-id': 'one' });
  const { headers, calls } = await ask(PLAN, { id: 'p' }, { 'transaction-id': 'two' });
  expect([headers['transaction-id'], calls]).toEqual(['two', KEPT]);
});

test('a plan that moves on is answered anew, each time', async () => {
  const { ask, world } = await start();
  const status = async () => (await ask(PLAN, { id: 'q' })).json.data.plan.status;
  expect([await status(), await status()]).toEqual(['SOLVING', 'SOLVING']);
  await world.store.move('q', { status: 'solved' });
  expect([await status(), await status()]).toEqual(['SOLVED', 'SOLVED']);
  await world.store.move('q', { status: 'reserving' });
  await world.store.move('q', { status: 'done' });
  expect([await status(), await status()]).toEqual(['DONE', 'DONE']);
  expect((await ask(PLAN, { id: 'q' })).calls).toEqual(KEPT);
});

test('a deleted plan is null, also when another answer about it was kept', async () => {
  const { ask } = await start();
  for (let time = 0; time < 2; time += 1) await ask(PLAN, { id: 'p' });
  const gone = 'mutation { deletePlan(id: "p") { __typename } }';
  expect((await ask(gone)).json.data.deletePlan.__typename).toBe('DeletePlanSuccess');
  expect((await ask(PLAN, { id: 'p' })).json).toEqual({ data: { plan: null } });
  // A mutation is done each time.
  expect((await ask(gone)).json.data.deletePlan.__typename).toBe('PlanNotFoundError');
});

test('a plan that was not there is found when it comes', async () => {
  const { ask, world } = await start();
  const both = '{ p: plan(id: "p") { id } later: plan(id: "later") { id } }';
  for (let time = 0; time < 2; time += 1) {
    expect((await ask(both)).json).toEqual({ data: { p: { id: 'p' }, later: null } });
  }
  await world.store.plant(planHead({ id: 'later' }));
  expect((await ask(both)).json.data.later).toEqual({ id: 'later' });
});

test('an answer about two plans is good until one of them changes', async () => {
  const { ask, world } = await start();
  const both = '{ p: plan(id: "p") { status } q: node(id: "q") { ... on Plan { status } } }';
  await ask(both);
  expect((await ask(both)).calls).toEqual(['get', 'get']);
  await world.store.move('q', { status: 'solved' });
  expect((await ask(both)).json.data.q).toEqual({ status: 'SOLVED' });
  await world.store.move('p', { status: 'done' });
  expect((await ask(both)).json.data.p).toEqual({ status: 'DONE' });
});

test('other variables, another operation and other fields are other questions', async () => {
  const { ask } = await start();
  const two = 'query A { plan(id: "p") { id } } query B { plan(id: "q") { id } }';
  for (let time = 0; time < 2; time += 1) {
    expect((await ask(PLAN, { id: 'p' })).json.data.plan.id).toBe('p');
    expect((await ask(PLAN, { id: 'q' })).json.data.plan.id).toBe('q');
    expect((await ask(two)).json.errors).toHaveLength(1);
    expect((await ask('{ plan(id: "p") { id } }')).json.data).toEqual({ plan: { id: 'p' } });
  }
});

test.each([
  ['reservations', '{ plan(id: "p") { id reservations { state } } }', 'reservations'],
  ['the history', '{ plan(id: "p") { id events { seq } } }', 'events'],
  ['a list of plans', '{ plans(first: 2) { nodes { id } } }', 'list'],
  ['a plan beside a list', '{ plan(id: "p") { id } plans(first: 2) { nodes { id } } }', 'list'],
  ['five plans', `{ ${[1, 2, 3, 4, 5].map((at) => `p${at}: plan(id: "p${at}") { id }`).join(' ')} }`, 'getMany 5'],
])('%s are executed each time', async (_what, query, call) => {
  const { ask, world } = await start();
  for (let at = 1; at <= 5; at += 1) await world.store.plant(planHead({ id: `p${at}` }));
  const answers = [await ask(query), await ask(query), await ask(query)];
  expect(answers.map(({ json }) => json)).toEqual(Array(3).fill(answers[0]?.json));
  expect(answers[0]?.json.errors).toBeUndefined();
  expect(answers.map(({ calls }) => calls.filter((one) => one === call))).toEqual([[call], [call], [call]]);
});

test('a reservation that changes while its plan does not is seen', async () => {
  const { ask, world } = await start();
  const query = '{ plan(id: "p") { reservations { state } } }';
  expect((await ask(query)).json.data.plan.reservations).toEqual([{ state: 'RESERVED' }]);
  const step = stepCodec.encode({ step: { ...STEP, state: 'released' } });
  await world.store.kv.txn(when([], [{ put: keys.reservation('p', STEP.step), value: step }]));
  expect((await ask(query)).json.data.plan.reservations).toEqual([{ state: 'RELEASED' }]);
});

test('how far a search is is never told from memory', async () => {
  const { ask, world } = await start();
  const query = '{ plan(id: "q") { progress { number } } }';
  expect((await ask(query)).json.data.plan.progress).toBeNull();
  for (const number of [1, 2]) {
    await plantProgress(world.store, 'q', searchProgress(number));
    expect((await ask(query)).json.data.plan.progress).toEqual({ number });
  }
});

test.each([
  [
    'beside a plan',
    '{ plan(id: "p") { id } cloudRegion(cloudOwner: "CloudOwner", cloudRegionId: "chi-01") { inMaint } }',
  ],
  ['behind a candidate', '{ plan(id: "p") { recommendations { demands { candidate { cloudRegion { inMaint } } } } } }'],
  ['in a list', '{ plan(id: "p") { id } cloudRegions { nodes { inMaint } } }'],
  [
    'by its global id',
    '{ plan(id: "p") { id } node(id: "cloud-region:CloudOwner/chi-01") { ... on CloudRegion { inMaint } } }',
  ],
])('an inventory object %s is shown as it is now', async (_where, query) => {
  const { ask, world } = await start();
  const region = cloudRegion('CloudOwner', 'chi-01', 'chi');
  world.inventory.complexList.push(complex('chi'));
  const { regionList } = world.inventory;
  for (const inMaint of [false, true, false]) {
    regionList.splice(0, regionList.length, { ...region, inMaint });
    for (let time = 0; time < 2; time += 1) expect((await ask(query)).text).toContain(`"inMaint":${inMaint}`);
  }
});

test('an inventory object that comes later is shown', async () => {
  const { ask, world } = await start();
  const query = '{ plan(id: "p") { id } complex(id: "chi") { city } }';
  expect((await ask(query)).json.data.complex).toBeNull();
  world.inventory.complexList.push(complex('chi'));
  expect((await ask(query)).json.data.complex).toEqual({ city: 'Somewhere' });
});

test('the state of the inventory beside a plan is that of the moment', async () => {
  const { ask, world } = await start();
  const query = '{ plan(id: "p") { id } inventoryStatus { complexes } }';
  for (const complexes of [1, 2]) {
    world.inventory.state = { ...world.inventory.state, complexes };
    expect((await ask(query)).json.data.inventoryStatus).toEqual({ complexes });
  }
});

test('an answer with errors is told once: the next request asks again', async () => {
  let failing = true;
  const { ask } = await start((services) => ({
    ...services,
    plans: {
      ...services.plans,
      async solution(scope, head) {
        if (failing) throw new ConductorError('STORE_UNAVAILABLE');
        return services.plans.solution(scope, head);
      },
    },
  }));
  for (let time = 0; time < 2; time += 1) {
    const { json } = await ask(PLAN, { id: 'p' });
    expect(json.data.plan).toMatchObject({ id: 'p', recommendations: null });
    expect(json.errors).toMatchObject([{ path: ['plan', 'recommendations'] }]);
  }
  failing = false;
  const { json } = await ask(PLAN, { id: 'p' });
  expect(json.errors).toBeUndefined();
  expect(json.data.plan.recommendations).toHaveLength(1);
});

/** Services whose plans cannot be read while `refusal` is set. */
function refusing(state: { refusal: ConductorError | null }) {
  const checked = async <T>(read: () => Promise<T>): Promise<T> => {
    if (state.refusal) throw state.refusal;
    return read();
  };
  return (services: Services): Services => ({
    ...services,
    plans: {
      ...services.plans,
      get: (scope, id) => checked(() => services.plans.get(scope, id)),
      getMany: (scope, ids) => checked(() => services.plans.getMany(scope, ids)),
    },
  });
}

test.each(['FORBIDDEN', 'STORE_UNAVAILABLE'] as const)(
  'while plans cannot be read (%s) a kept answer is not sent, and the error has the usual form',
  async (code) => {
    const state: { refusal: ConductorError | null } = { refusal: null };
    const { ask } = await start(refusing(state));
    const good = await ask(PLAN, { id: 'p' });
    await ask(PLAN, { id: 'p' });
    state.refusal = new ConductorError(code);
    const refused = await ask(PLAN, { id: 'p' });
    expect(refused.json).toMatchObject({ data: { plan: null }, errors: [{ path: ['plan'], extensions: { code } }] });
    expect(await ask(PLAN, { id: 'p' })).toEqual(refused);
    state.refusal = null;
    expect((await ask(PLAN, { id: 'p' })).text).toBe(good.text);
  },
);

test('what was kept for one principal is executed anew for another', async () => {
  const { ask } = await start();
  const known = basic('admin1', 'plan.15');
  await ask(PLAN, { id: 'p' }, known);
  expect((await ask(PLAN, { id: 'p' }, known)).calls).toEqual(KEPT);
  expect((await ask(PLAN, { id: 'p' })).calls).toContain('getMany 1');
  expect((await ask(PLAN, { id: 'p' })).calls).toEqual(KEPT);
});

test('a query that is under way while its plan moves on tells what it read, and nobody is told it again', async () => {
  const reached = new Signal();
  const open = new Signal();
  let held = false;
  const { ask, world } = await start((services) => ({
    ...services,
    plans: {
      ...services.plans,
      async getMany(scope, ids) {
        const found = await services.plans.getMany(scope, ids);
        if (held) {
          const opened = open.next();
          reached.fire();
          await opened;
        }
        return found;
      },
    },
  }));
  held = true;
  const at = reached.next();
  const early = ask(PLAN, { id: 'q' });
  await at;
  held = false;
  await world.store.move('q', { status: 'solved' });
  expect((await ask(PLAN, { id: 'q' })).json.data.plan.status).toBe('SOLVED');
  open.fire();
  expect((await early).json.data.plan.status).toBe('SOLVING');
  for (let time = 0; time < 2; time += 1) {
    expect((await ask(PLAN, { id: 'q' })).json.data.plan.status).toBe('SOLVED');
  }
});

test('introspection is executed, and beside a plan it changes nothing', async () => {
  const { ask, world } = await start();
  const query = '{ __typename __type(name: "Plan") { name } plan(id: "q") { __typename status } }';
  for (let time = 0; time < 2; time += 1) {
    expect((await ask(query)).json.data).toEqual({
      __typename: 'Query',
      __type: { name: 'Plan' },
      plan: { __typename: 'Plan', status: 'SOLVING' },
    });
  }
  await world.store.move('q', { status: 'solved' });
  expect((await ask(query)).json.data.plan.status).toBe('SOLVED');
});

test('queries over WebSocket are executed', async () => {
  const { ask, port, world } = await start();
  await ask(PLAN, { id: 'p' });
  const client = new WsClient(port);
  await client.init();
  for (const id of ['1', '2']) {
    const before = world.store.calls.length;
    client.subscribe(id, PLAN, { id: 'p' });
    await client.message('complete', id);
    expect(world.store.calls.slice(before)).toContain('getMany 1');
  }
});
