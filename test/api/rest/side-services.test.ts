// Releases, latency rules and triage over REST, with the real services over the real store.
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createRestHandler, type RestResponse, type RestSettings } from '../../../src/rest/index.ts';
import { createSubscriptions } from '../../../src/services/subscriptions.ts';
import { noMetrics, planHead } from '../../support/planted-store.ts';
import { EMPTY_SOLUTION, EMPTY_TRANSLATION, solvedPlan } from '../../support/waiting-plans.ts';
import { createWorld, scope, type World } from '../graphql/harness.ts';
import { basic, explanation, headerOf, json, recordingLogger, SETTINGS } from './support.ts';

const RIGHT = basic('admin1', 'plan.15');

interface RestWorld extends World {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<RestResponse>;
}

/** Requests carry the right credentials unless headers are given. */
async function rest(
  settings: Partial<RestSettings> = {},
  findDuplicateKey = () => null as string | null,
): Promise<RestWorld> {
  const world = await createWorld();
  const handle = createRestHandler({
    services: world.services,
    settings: { ...SETTINGS, ...settings },
    logger: recordingLogger(),
    ids: { uuid: () => 'made-id' },
    findDuplicateKey,
    clock: systemClock,
    subscriptions: createSubscriptions(noMetrics, 0),
  });
  return {
    ...world,
    ask: (method, path, body = '', headers = RIGHT) =>
      handle({
        method,
        path: path.split('?')[0] ?? '',
        query: path.split('?')[1] ?? '',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        protocol: 'http',
        host: 'has.example:8091',
        remoteAddress: '127.0.0.1',
      }),
  };
}

const locks = (serviceResourceId: string, ...ids: string[]) =>
  ids.map((conflictId) => ({ conflictId, serviceResourceId }));
const release = (...entries: readonly (readonly [status: string, id: string])[]) => ({
  'release-locks': entries.map(([status, id]) => ({ status, 'service-resource-id': id })),
});

const NOTHING = { status: 'success', message: 'Orders have been released, but no plans are effected in Conductor' };
const POSTS = ['/v1/release-orders', '/v1/load_latency_rules', '/v1/load_latency_country_rules'];

// ---------------------------------------------------------------- release

test('a release that affects nobody says so', async () => {
  const { ask } = await rest();
  const response = await ask('POST', '/v1/release-orders', release(['completed', 'sr-1']));
  expect([response.status, json(response)]).toEqual([201, NOTHING]);
});

test('a release tells of each plan that waited once, and wakes it', async () => {
  const { ask, store } = await rest();
  await solvedPlan(store.stores, locks('sr-1', 'a', 'b'));
  const waiting = await solvedPlan(store.stores, locks('sr-2', 'a', 'b'));
  const other = await solvedPlan(store.stores, locks('sr-3', 'c'));
  const both = await solvedPlan(store.stores, locks('sr-4', 'a', 'c'));
  const response = await ask('POST', '/v1/release-orders/', release(['success', 'sr-1'], ['success', 'sr-1']));
  expect(response.status).toBe(201);
  const { status, message } = json(response) as { status: string; message: { plan_id: string }[] };
  expect(status).toBe('success');
  expect(message.sort((a, b) => (a.plan_id === waiting ? -1 : b.plan_id === waiting ? 1 : 0))).toEqual([
    { plan_id: waiting, should_rehome: true },
    { plan_id: both, should_rehome: false },
  ]);
  expect((await store.plans.get(waiting))?.head.status).toBe('template');
  expect((await store.plans.get(both))?.head.status).toBe('waiting spinup');
  expect((await store.plans.get(other))?.head.status).toBe('solved');
});

test('only the word failed is a failure: it ends the plans that waited with the known message', async () => {
  const { ask, store } = await rest();
  await solvedPlan(store.stores, locks('sr-1', 'a'));
  const waiting = await solvedPlan(store.stores, locks('sr-2', 'a'));
  const response = await ask('POST', '/v1/release-orders', release(['failed', 'sr-1']));
  expect(json(response)).toEqual(NOTHING);
  const plan = json(await ask('GET', `/v1/plans/${waiting}`)) as { plans: object[] };
  expect(plan.plans[0]).toMatchObject({
    status: 'error',
    message: 'Error due to failed cloud candidate spin-up in MSO (service_resource_id: sr-1).',
  });
  await solvedPlan(store.stores, locks('sr-3', 'b'));
  const next = await solvedPlan(store.stores, locks('sr-4', 'b'));
  const failure = await ask('POST', '/v1/release-orders', release(['FAILED', 'sr-3']));
  expect(json(failure)).toEqual({ status: 'success', message: [{ plan_id: next, should_rehome: true }] });
});

test.each([
  ['[]', 'release-locks must be a list.'],
  ['{}', 'release-locks must be a list.'],
  ['{"release-locks": {}}', 'release-locks must be a list.'],
  ['{"release-locks": [1]}', 'release-locks[0] must be an object.'],
  ['{"release-locks": [{"status": "completed"}]}', 'release-locks[0]: service-resource-id must be'],
  ['{"release-locks": [{"service-resource-id": "a"}]}', 'release-locks[0]: status must be'],
  ['', 'No JSON object could be decoded'],
  ['{', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
])('the release %s is refused', async (body, text) => {
  const { ask } = await rest();
  const response = await ask('POST', '/v1/release-orders', body);
  expect(response.status).toBe(400);
  expect(explanation(response)).toContain(text);
});

test('a repeated key is refused here as everywhere', async () => {
  const { ask } = await rest({}, () => 'API Request has a duplicate key on line 1: x');
  for (const path of POSTS) {
    const response = await ask('POST', path, '[]');
    expect([response.status, explanation(response)]).toEqual([400, 'API Request has a duplicate key on line 1: x']);
  }
});

// ---------------------------------------------------------------- latency rules

test('both tables are loaded with "OK" for an answer', async () => {
  const { ask, services } = await rest();
  const groups = [{ group: 'EU-CORE', countries: 'FRA,DEU|NLD', surplus: 1 }];
  const rules = [{ country_name: 'USA', groups: 'USA,CAN|EU-CORE|*' }];
  for (const [path, body] of [
    ['/v1/load_latency_rules', groups],
    ['/v1/load_latency_country_rules', rules],
  ] as const) {
    const response = await ask('POST', path, body);
    expect([response.status, response.body]).toEqual([201, '"OK"']);
  }
  expect(await services.latency.read(scope)).toEqual({
    regions: [{ group: 'EU-CORE', countries: ['FRA', 'DEU', 'NLD'] }],
    countries: [{ country: 'USA', groups: ['USA,CAN', 'EU-CORE', '*'] }],
  });
});

test.each([
  ['/v1/load_latency_rules', '{}', 'The request body must be a list of rows.'],
  ['/v1/load_latency_rules', '[7]', 'Row 1 must be an object.'],
  ['/v1/load_latency_rules', '[{"group": "EU", "countries": "FRA"}, {"group": "NO"}]', 'Row 2: countries'],
  ['/v1/load_latency_rules', '[{"group": "EU", "countries": ["FRA"]}]', 'Row 1: countries'],
  ['/v1/load_latency_country_rules', '[{"country_name": "USA"}]', 'Row 1: groups'],
  ['/v1/load_latency_country_rules', '[{"country": "USA", "groups": "*"}]', 'Row 1: country_name'],
])('%s refuses %s', async (path, body, text) => {
  const { ask } = await rest();
  const response = await ask('POST', path, body);
  expect(response.status).toBe(400);
  expect(explanation(response)).toContain(text);
});

// ---------------------------------------------------------------- who may, and how

test.each(POSTS)('%s asks for credentials even where nothing else does', async (path) => {
  const { ask } = await rest({ basicAuthSecure: false });
  expect((await ask('POST', path, '[]', {})).status).toBe(417);
  expect((await ask('POST', path, '[]', basic('admin1', 'wrong'))).status).toBe(401);
  // What does nothing needs none.
  const options = await ask('OPTIONS', path, '', {});
  expect([options.status, headerOf(options, 'allow'), options.body]).toEqual([204, 'POST', null]);
  const get = await ask('GET', path, '', {});
  expect([get.status, headerOf(get, 'allow'), explanation(get)]).toEqual([
    405,
    'POST',
    'The GET method is not allowed.',
  ]);
  expect((await ask('POST', path, '[]', { ...RIGHT, accept: 'text/plain' })).status).toBe(406);
  const strict = await rest({ basicAuthSecure: false, strict401: true });
  expect((await strict.ask('POST', path, '[]', {})).status).toBe(401);
});

test('triage asks for credentials when plans do, and never for its health check', async () => {
  const secure = await rest({ basicAuthSecure: true });
  expect((await secure.ask('GET', '/v1/triage_tool', '', {})).status).toBe(417);
  expect((await secure.ask('GET', '/v1/triage_tool/x', '', {})).status).toBe(417);
  expect((await secure.ask('GET', '/v1/triage_tool/healthcheck', '', {})).status).toBe(200);
  const open = await rest({ basicAuthSecure: false });
  expect((await open.ask('GET', '/v1/triage_tool', '', {})).status).toBe(200);
  for (const path of ['/v1/triage_tool', '/v1/triage_tool/x']) {
    expect(headerOf(await open.ask('OPTIONS', path), 'allow')).toBe('GET');
    expect((await open.ask('DELETE', path)).status).toBe(405);
  }
});

// ---------------------------------------------------------------- triage

const candidate = { inventory_type: 'cloud', inventory_provider: 'aai', uniqueness: 'true', cost: 2 };
const translation = {
  ...EMPTY_TRANSLATION,
  problem: {
    ...EMPTY_TRANSLATION.problem,
    demands: [{ name: '__proto__', candidates: [{ ...candidate, candidate_id: 'r1', location_id: 'r1' }] }],
  },
  dropped: [{ demand: '__proto__', candidates: [{ candidate_id: 'r0', location_id: 'r0', reason: 'BAD_DATA' }] }],
};

test('the triage of a plan is the bare record, with null for what is not there', async () => {
  const { ask, store } = await rest();
  await store.plant(planHead({ id: 'new', name: 'n' }));
  const nothing = { solver_triage: null, translator_triage: null, optimization_type: null };
  expect(json(await ask('GET', '/v1/triage_tool/new'))).toEqual({ id: 'new', name: 'n', ...nothing });
  await store.plant(planHead({ id: 'p', name: 'order', status: 'not found' }), {
    translation,
    solution: EMPTY_SOLUTION,
  });
  expect(json(await ask('GET', '/v1/triage_tool/p/'))).toEqual({
    id: 'p',
    name: 'order',
    solver_triage: { children: [{ node_id: '__proto__|r1', name: '__proto__', constraints: [], type: 'rollback' }] },
    translator_triage: {
      dropped_candidates: [
        {
          name: '__proto__',
          translation_dropped: [{ candidate_id: 'r0', location_id: 'r0', reason: 'BAD_DATA' }],
          latency_dropped: [],
        },
      ],
    },
    optimization_type: null,
  });
});

test('triage gives its sentences only when asked for them, and none for a plan that is not solved', async () => {
  const { ask, store } = await rest();
  await store.plant(planHead({ id: 'new', name: 'n' }));
  const plain = json(await ask('GET', '/v1/triage_tool/new'));
  expect(json(await ask('GET', '/v1/triage_tool/new?explain=false'))).toEqual(plain);
  expect(json(await ask('GET', '/v1/triage_tool/new?explain=true'))).toEqual({ ...(plain as object), sentences: [] });
  const message = 'Tried 3 times. SDN-C does not answer';
  await store.plant(planHead({ id: 'failed', name: 'n', status: 'error', message }));
  expect(json(await ask('GET', '/v1/triage_tool/failed?explain=true'))).toMatchObject({ sentences: [message] });
});

test('an unknown plan is 404 with the known text, whatever its id looks like', async () => {
  const { ask } = await rest();
  for (const id of ['11111111-2222-4333-8444-555555555555', '__proto__', '..%2f..%2fx', 'x'.repeat(128)]) {
    const response = await ask('GET', `/v1/triage_tool/${id}`);
    expect([response.status, explanation(response)]).toEqual([404, `DAta ${decodeURIComponent(id)} not found`]);
  }
  expect((await ask('GET', '/v1/triage_tool/a/b')).status).toBe(404);
});

test('the list has the newest translated plans, as many as are configured', async () => {
  const { ask, store } = await rest();
  await store.plant(planHead({ id: 'untranslated', created: 9_000 }));
  for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) {
    await store.plant(planHead({ id, status: 'translated', created: 1_000 + at }), { translation });
  }
  const triage = { dropped: [] };
  await store.plant(planHead({ id: 'failed', status: 'error', created: 8_000 }), { triage });
  const { tData } = json(await ask('GET', '/v1/triage_tool')) as { tData: { id: string }[] };
  // The world's limit is 3.
  expect(tData.map(({ id }) => id)).toEqual(['failed', 'd', 'c']);
});

test('the health check of triage answers after a round trip to the store', async () => {
  const { ask } = await rest();
  expect(json(await ask('GET', '/v1/triage_tool/healthcheck'))).toMatchObject({ id: 'healthcheck', name: 'foo' });
});
