// With AAF on, right credentials are not enough: over every transport the gateway's identity must have its permission. The
// healthcheck stays open, and what is granted is asked for once.
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { WsClient } from '../server/support.ts';
import { type AafSimulator, startAafSimulator } from '../sim/aaf.ts';
import { type Simulators, startSimulators } from '../sim/start.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';

const IDENTITY = 'oof@oof.onap.org';
const GRANTED = [{ type: 'org.onap.oof', instance: 'plans', action: 'POST' }];
const WRONG = { authorization: `Basic ${Buffer.from('user:wrong').toString('base64')}` };

let simulators: Simulators;
let aaf: AafSimulator;
let gateway: Gateway;

beforeAll(async () => {
  simulators = await startSimulators();
  const { username, password, certificates } = simulators;
  const { serverCert: cert, serverKey: key, ca } = certificates;
  aaf = await startAafSimulator({ username, password, tls: { cert, key, ca } });
});
afterAll(async () => {
  await aaf.stop();
  await simulators.stop();
});

beforeEach(async () => {
  aaf.permissions.set(IDENTITY, GRANTED);
  const { username, password, certificates } = simulators;
  const lines = [
    '[conductor_api]',
    'basic_auth_secure = false',
    '[aaf_api]',
    'is_aaf_enabled = true',
    `aaf_url = ${aaf.url}`,
    `username = ${username}`,
    `password = ${password}`,
    `aaf_ca_bundle_file = ${certificates.ca}`,
    'aaf_retries = 1',
    `aaf_conductor_user = ${IDENTITY}`,
    'aaf_permissions = {"type": "org.onap.oof", "instance": "plans", "action": "*"}, {"type": "x", "instance": "*", "action": "*"}',
  ];
  gateway = await startGateway({ simulators, lines });
});
afterEach(async () => {
  await gateway.stop();
  aaf.faults.clear();
  aaf.clearCalls();
});

const port = () => Number(new URL(gateway.url).port);
const headers = () => ({ authorization: gateway.authorization });
const query = (more?: Record<string, string>) => gateway.rest('POST', '/graphql', { query: '{ __typename }' }, more);

/** Status of each way in. */
async function waysIn(): Promise<readonly unknown[]> {
  const rest = await gateway.rest('GET', '/v1/plans');
  const release = await gateway.rest('POST', '/v1/release-orders', { 'release-locks': [] });
  const triage = await gateway.rest('GET', '/v1/triage_tool');
  const graphql = await query();
  const upgrade = await new WsClient(port(), { headers: headers() }).opened().then(
    () => 101,
    (error: Error) => Number(error.message.replace(/\D/g, '')),
  );
  const socket = new WsClient(port());
  await socket.opened();
  socket.send({ type: 'connection_init', payload: headers() });
  const init = await Promise.race([
    socket.message('connection_ack').then(
      () => 'acknowledged',
      () => 'closed',
    ),
    socket.closed.then(({ code }) => code),
  ]);
  return [rest.status, release.status, triage.status, graphql.status, upgrade, init];
}

it('a granted permission opens every way in, and is asked for once', async () => {
  expect(await waysIn()).toEqual([200, 201, 200, 200, 101, 'acknowledged']);
  expect(aaf.calls).toHaveLength(1);
});

it('a permission that is not there closes every way in, but not the healthcheck; given later, it counts at once', async () => {
  aaf.permissions.set(IDENTITY, [{ type: 'org.onap.oof', instance: 'other', action: 'POST' }]);
  const refused = await waysIn();
  expect(refused.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
  expect([4401, 'closed']).toContain(refused[5]);
  const { body } = await gateway.rest('GET', '/v1/plans');
  expect(body).toMatchObject({ explanation: 'Invalid credentials: username or password is incorrect' });
  expect((await gateway.rest('GET', '/v1/plans/healthcheck', undefined, { authorization: '' })).status).toBe(200);
  aaf.permissions.set(IDENTITY, GRANTED);
  expect((await gateway.rest('GET', '/v1/plans')).status).toBe(200);
});

it('credentials are needed whatever basic_auth_secure says, and AAF is not asked about wrong ones', async () => {
  expect((await gateway.rest('GET', '/v1/plans', undefined, { authorization: '' })).status).toBe(417);
  expect((await gateway.rest('GET', '/v1/plans', undefined, WRONG)).status).toBe(401);
  expect((await query(WRONG)).status).toBe(401);
  expect(aaf.calls).toHaveLength(0);
});

it('an AAF that fails lets nobody in, as long as it fails; all but the clients of the reference are told that it passes', async () => {
  const mend = aaf.faults.add({ kind: 'status', status: 500 });
  const refused = await waysIn();
  expect(refused.slice(0, 5)).toEqual([401, 401, 401, 503, 503]);
  expect([1013, 'closed']).toContain(refused[5]);
  const graphql = await query();
  expect(graphql.headers.get('retry-after')).toBe('5');
  expect(graphql.body).toMatchObject({
    errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfter: 5 } }],
  });
  const events = await gateway.rest('GET', '/v1/plans/some-plan/events', undefined, { accept: 'text/event-stream' });
  expect([events.status, events.headers.get('retry-after')]).toEqual([503, '5']);
  mend();
  expect((await gateway.rest('GET', '/v1/plans')).status).toBe(200);
});

it('a client of graphql-ws outlives an outage of AAF', async () => {
  aaf.faults.add({ kind: 'status', status: 500, times: 2 });
  const closes: number[] = [];
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: headers(),
    retryAttempts: 2,
    retryWait: () => Promise.resolve(),
    on: { closed: (event) => closes.push((event as { readonly code: number }).code) },
  });
  const results: unknown[] = [];
  for await (const { data } of client.iterate({ query: '{ __typename }' })) results.push(data);
  expect([closes, results]).toEqual([[1013, 1013], [{ __typename: 'Query' }]]);
  await client.dispose();
});

it('a drain does not wait for AAF: a socket whose permission is being asked for is told 503', async () => {
  const release = aaf.hold();
  const upgrade = new WsClient(port(), { headers: headers() }).opened();
  const told = expect(upgrade).rejects.toThrow('status 503');
  await aaf.callsReached(1);
  const stopped = gateway.app.stop();
  await told;
  release();
  await stopped;
});
