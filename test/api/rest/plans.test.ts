// What clients of the plan routes rely on: shapes, methods, links, deletion, the list, and OSDF's way of asking.
import { expect, test } from 'vitest';
import { ConductorError } from '../../../src/domain/errors.ts';
import type { Translation } from '../../../src/domain/problem.ts';
import type { Solution } from '../../../src/domain/solution.ts';
import { basic, explanation, harness, headerOf, json, KNOWN_ID, planRecord } from './support.ts';

const BODY = JSON.stringify({ name: 'order-4711', template: { homing_template_version: '2017-10-10' } });
const part = { n: 1, chunks: 1, digest: '', size: 2 };

function solution(...demands: string[]): Solution {
  const diagnosis = { demands: [], nodes: 0, elapsedMs: 0, timedOut: false, summary: [] };
  const one = (demand: string) => ({
    demand,
    inventory_provider: 'aai',
    service_resource_id: null,
    candidate: { candidate_id: 'RegionA' },
    attributes: {},
    source: {},
  });
  const recommendation = { demands: demands.map(one), objective: null, terms: [] };
  return { recommendations: demands.length > 0 ? [recommendation] : [], diagnosis };
}

const translation = { problem: {}, inventoryDigest: 'sha256:abc' } as unknown as Translation;
const solved = { status: 'done', parts: { template: part, solution: part } } as const;

test('OSDF finds what it needs: created as template, absolute link in a list in a list, polled to the end', async () => {
  const { ask, plans, solutions, created } = harness({ basicAuthSecure: true });
  const headers = { ...basic('admin1', 'plan.15'), 'x-minorversion': '0', transaction_id: 'osdf-1' };
  const response = await ask('POST', '/v1/plans/', { headers, body: BODY, host: 'oof-has-api:8091' });
  const { status, links, id } = json(response) as { status: string; links: { href: string }[][]; id: string };
  expect([response.status, status]).toEqual([201, 'template']);
  expect(headerOf(response, 'x-minorversion')).toBe('0');
  expect(headerOf(response, 'transaction-id')).toBe('osdf-1');
  expect(created[0]?.scope).toEqual({
    requestId: 'osdf-1',
    transactionId: 'osdf-1',
    principal: { name: 'admin1', kind: 'basic' },
  });

  const href = links[0]?.[0]?.href ?? '';
  expect(href).toBe(`http://oof-has-api:8091/v1/plans/${id}`);
  plans.set(id, planRecord(id, { name: 'order-4711', ...solved }));
  solutions.set(id, solution('vG'));
  const polled = await ask('GET', new URL(href).pathname, { headers, host: 'oof-has-api:8091' });
  expect(json(polled)).toEqual({
    plans: [
      {
        name: 'order-4711',
        id,
        status: 'done',
        recommendations: [
          {
            vG: {
              inventory_provider: 'aai',
              service_resource_id: null,
              candidate: { candidate_id: 'RegionA' },
              attributes: {},
            },
          },
        ],
        links,
      },
    ],
  });
});

test("a transaction id that was made here is not passed off as the caller's", async () => {
  const { ask, created } = harness();
  await ask('POST', '/v1/plans', { body: BODY });
  expect(created[0]?.scope).toEqual({ requestId: 'made-id-1', principal: { name: 'anonymous', kind: 'anonymous' } });
});

test('a plan in error is read with 200, its message as the list or the text that clients expect', async () => {
  const message = 'Unable to find any candidate for demand vG';
  const asList = harness();
  asList.plans.set(KNOWN_ID, planRecord(KNOWN_ID, { status: 'error', message, messageForm: 'list' }));
  const asText = harness({ messageForm: 'text' });
  asText.plans.set(KNOWN_ID, planRecord(KNOWN_ID, { status: 'error', message, messageForm: 'list' }));
  const read = async ({ ask }: typeof asList) => json(await ask('GET', `/v1/plans/${KNOWN_ID}`)).plans;
  expect(await read(asList)).toMatchObject([{ status: 'error', message: [message] }]);
  expect(await read(asText)).toMatchObject([{ status: 'error', message }]);
});

test('message and recommendations are left out when there are none', async () => {
  const { ask, plans, solutions } = harness();
  plans.set(KNOWN_ID, planRecord(KNOWN_ID, { ...solved, status: 'not found' }));
  solutions.set(KNOWN_ID, solution());
  const response = await ask('GET', `/v1/plans/${KNOWN_ID}`);
  expect(Object.keys((json(response).plans as object[])[0] ?? {})).toEqual(['name', 'id', 'status', 'links']);
});

test('how the search ended is told only to those who ask, under a key of its own', async () => {
  const { ask, plans, solutions } = harness({}, { translation: async () => translation });
  plans.set(KNOWN_ID, planRecord(KNOWN_ID, solved));
  const proof = { status: 'FEASIBLE', bound: 90, gap: 0.1, nodes: 7, seed: null } as const;
  const {
    recommendations: [first],
    diagnosis,
  } = solution('vG');
  const found = { ...diagnosis, proof, nodes: 7, elapsedMs: 12, timedOut: true, summary: ['Time was up'] };
  if (first) solutions.set(KNOWN_ID, { recommendations: [{ ...first, objective: 100 }], diagnosis: found });
  const view = async (query: string) => {
    const response = await ask('GET', `/v1/plans/${KNOWN_ID}`, { query });
    return (json(response).plans as Record<string, unknown>[])[0] ?? {};
  };
  const plain = await view('');
  expect(Object.keys(plain)).toEqual(['name', 'id', 'status', 'recommendations', 'links']);
  expect(await view('explain=false')).toEqual(plain);
  expect(await view('explain=true')).toEqual({
    ...plain,
    search: {
      status: 'FEASIBLE',
      objectives: [100],
      bound: 90,
      gap: 0.1,
      nodes: 7,
      seed: null,
      elapsed_ms: 12,
      timed_out: true,
      inventory_digest: 'sha256:abc',
      summary: ['Time was up'],
    },
  });
  plans.set(KNOWN_ID, planRecord(KNOWN_ID));
  expect(await view('explain=true')).toMatchObject({ status: 'template', search: null });
});

test('a demand may be called __proto__ or constructor', async () => {
  const { ask, plans, solutions } = harness();
  plans.set(KNOWN_ID, planRecord(KNOWN_ID, solved));
  solutions.set(KNOWN_ID, solution('__proto__', 'constructor'));
  const response = await ask('GET', `/v1/plans/${KNOWN_ID}`);
  expect(response.body).toContain('"__proto__":{"inventory_provider":"aai"');
  expect(response.body).toContain('"constructor":{"inventory_provider":"aai"');
});

test('the list holds every plan, however many pages the store needs, and the healthcheck row', async () => {
  const { ask, plans } = harness();
  const ids = Array.from({ length: 450 }, (_, index) => `plan-${index}`);
  for (const id of ids) plans.set(id, planRecord(id));
  const listed = json(await ask('GET', '/v1/plans')).plans as { id: string }[];
  expect(listed.map(({ id }) => id)).toEqual(['healthcheck', ...ids]);
});

test('deleting answers 204 without a body once, then 404', async () => {
  const { ask, plans } = harness();
  plans.set(KNOWN_ID, planRecord(KNOWN_ID));
  expect(await ask('DELETE', `/v1/plans/${KNOWN_ID}/`)).toMatchObject({ status: 204, body: null });
  const again = await ask('DELETE', `/v1/plans/${KNOWN_ID}`);
  expect([again.status, explanation(again)]).toEqual([404, `Plan ${KNOWN_ID} not found`]);
});

test('the healthcheck makes a round trip without credentials, cannot be deleted, and fails with the store', async () => {
  const { ask, services } = harness({ basicAuthSecure: true });
  let trips = 0;
  services.health.roundTrip = async () => {
    trips += 1;
  };
  expect((await ask('GET', '/v1/plans/healthcheck')).status).toBe(200);
  expect(trips).toBe(1);
  const refused = await ask('DELETE', '/v1/plans/healthcheck');
  expect([refused.status, headerOf(refused, 'allow')]).toEqual([405, 'GET']);
  services.health.roundTrip = async () => {
    throw new ConductorError('STORE_UNAVAILABLE');
  };
  const failing = await ask('GET', '/v1/plans/healthcheck/');
  expect([failing.status, headerOf(failing, 'retry-after')]).toEqual([503, '5']);
});

const methods: readonly (readonly [method: string, path: string, status: number, allow: string | undefined])[] = [
  ['OPTIONS', '/v1/plans', 204, 'GET,POST'],
  ['OPTIONS', `/v1/plans/${KNOWN_ID}`, 204, 'GET,DELETE'],
  ['OPTIONS', '/v1/plans/unknown', 404, undefined],
  ['OPTIONS', '/v1/plans/healthcheck', 204, 'GET,DELETE'],
  ['PUT', '/v1/plans/', 405, 'GET,POST'],
  ['HEAD', '/v1/plans', 405, 'GET,POST'],
  ['POST', `/v1/plans/${KNOWN_ID}`, 405, 'GET,DELETE'],
  ['POST', '/v1/plans/unknown', 404, undefined],
  ['GET', '/v1', 405, undefined],
  ['GET', '/v1/', 405, undefined],
  ['GET', '/v1/plans/a/b', 404, undefined],
  ['GET', '/v1//plans', 404, undefined],
  ['GET', '/v1/plans/%zz', 404, undefined],
  ['GET', '/v1/plans/..%2f..%2fsecret', 404, undefined],
];

test.each(methods)('%s %s is answered %i', async (method, path, status, allow) => {
  const { ask, plans } = harness();
  plans.set(KNOWN_ID, planRecord(KNOWN_ID));
  const response = await ask(method, path);
  expect([response.status, headerOf(response, 'allow')]).toEqual([status, allow]);
  if (method === 'HEAD' || status === 204) expect(response.body).toBeNull();
});

test('links follow the proxy only where it is trusted, and never an unlikely host', async () => {
  const href = async (trustProxy: boolean, request: Parameters<ReturnType<typeof harness>['ask']>[2]) => {
    const response = await harness({ trustProxy }).ask('GET', '/v1/plans/healthcheck', request);
    return (json(response).plans as { links: { href: string }[][] }[])[0]?.links[0]?.[0]?.href;
  };
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'gw.example', 'x-forwarded-prefix': '/has/' };
  expect(await href(false, { headers })).toBe('http://has.example:8091/v1/plans/healthcheck');
  expect(await href(true, { headers })).toBe('https://gw.example/has/v1/plans/healthcheck');
  expect(await href(true, { headers: { forwarded: 'for=1.2.3.4;proto=https;host="gw:8443"' } })).toBe(
    'https://gw:8443/v1/plans/healthcheck',
  );
  expect(await href(true, { headers: { 'x-forwarded-host': 'gw', 'x-forwarded-port': '8443' } })).toBe(
    'http://gw:8443/v1/plans/healthcheck',
  );
  expect(await href(true, { headers: { 'x-forwarded-proto': 'javascript', 'x-forwarded-host': '<evil>' } })).toBe(
    'http://has.example:8091/v1/plans/healthcheck',
  );
  expect(await href(false, { host: '[::1]:8091', protocol: 'https' })).toBe('https://[::1]:8091/v1/plans/healthcheck');
});

test('an idempotency key reaches the service, a replay says so, and an unprintable key is refused', async () => {
  const plan = planRecord(KNOWN_ID, { status: 'done' });
  const { ask } = harness({}, { create: async () => ({ plan, replayed: true }) });
  const replay = await ask('POST', '/v1/plans', { headers: { 'idempotency-key': 'k1' }, body: BODY });
  expect([replay.status, json(replay).status, headerOf(replay, 'idempotency-replayed')]).toEqual([
    201,
    'template',
    'true',
  ]);
  const { ask: askFresh, created } = harness();
  await askFresh('POST', '/v1/plans', { headers: { 'idempotency-key': 'k2' }, body: BODY });
  expect(created[0]?.input.idempotencyKey).toBe('k2');
  const refused = await askFresh('POST', '/v1/plans', { headers: { 'idempotency-key': 'a\nb' }, body: BODY });
  expect([refused.status, created.length]).toEqual([400, 1]);
});

test('known failures keep their status and text, unknown ones show nothing and are logged once with the request id', async () => {
  const failing = (error: unknown) =>
    harness({}, { get: () => Promise.reject(error) }).ask('GET', '/v1/plans/x', {
      headers: { 'transaction-id': 't1' },
    });
  const down = await failing(new ConductorError('STORE_UNAVAILABLE'));
  expect([down.status, headerOf(down, 'retry-after'), json(down).title]).toEqual([503, '5', 'Service Unavailable']);
  const conflict = await failing(new ConductorError('IDEMPOTENCY_CONFLICT'));
  expect([conflict.status, (json(conflict).error as { type: string }).type]).toEqual([422, 'HTTPUnprocessableEntity']);

  const { ask, lines } = harness({}, { get: () => Promise.reject(new Error('secret: hunter2')) });
  const crash = await ask('GET', '/v1/plans/x', { headers: { 'transaction-id': 't1' } });
  expect([crash.status, json(crash).title]).toEqual([500, 'Internal Server Error']);
  expect(crash.body).not.toContain('hunter2');
  expect(lines).toMatchObject([{ level: 'error', fields: { requestId: 't1', code: 'INTERNAL' } }]);
});

test('a body that could not be read is refused where the body is needed, after credentials', async () => {
  const bodyError = new ConductorError('PAYLOAD_TOO_LARGE');
  const { ask } = harness({ basicAuthSecure: true });
  expect((await ask('POST', '/v1/plans', { bodyError })).status).toBe(417);
  const headers = basic('admin1', 'plan.15');
  expect((await ask('POST', '/v1/plans', { bodyError, headers })).status).toBe(413);
});

test('a body larger than the limit is refused, whoever read it', async () => {
  const { ask, created } = harness({ bodyLimit: 50 });
  const body = JSON.stringify({ template: { a: 'x'.repeat(50) } });
  expect([(await ask('POST', '/v1/plans', { body })).status, created.length]).toEqual([413, 0]);
});
