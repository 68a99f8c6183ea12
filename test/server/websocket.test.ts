// GraphQL over WebSocket: who may connect, what a socket may do, and that nothing keeps running for a client that has gone.
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { basic } from '../api/rest/support.ts';
import { startServer, WsClient } from './support.ts';

const required = { basicAuth: { required: true } };

test('an ordinary graphql-ws client gets the events of a subscription and then its end', async () => {
  const { url } = await startServer(required);
  const connectionParams = { Authorization: basic('admin1', 'plan.15').authorization };
  const client = createClient({
    url: url.replace('http', 'ws').concat('/graphql'),
    webSocketImpl: WebSocket,
    connectionParams,
  });
  const events: unknown[] = [];
  for await (const event of client.iterate({ query: 'subscription { count }' })) events.push(event);
  expect(events).toEqual([{ data: { count: '1' } }, { data: { count: '2' } }]);
  await client.dispose();
});

test('subscriptions of one operation get the same frames, each under its own id, whatever that looks like', async () => {
  const { port } = await startServer();
  const client = new WsClient(port);
  await client.init();
  const ids = ['1', 'a "quoted" one', '{}', '"payload":{}', 'ü\u2028\n'];
  for (const id of ids) client.subscribe(id, 'subscription { count }');
  for (const id of ids) {
    await client.message('complete', id);
    const seen = client.messages.filter((message) => message.type === 'next' && message.id === id);
    expect(seen).toEqual(['1', '2'].map((count) => ({ id, type: 'next', payload: { data: { count } } })));
  }
});

test('queries and mutations run over the same socket, as the caller of the upgrade request', async () => {
  const { port, world } = await startServer(required);
  const client = new WsClient(port, { headers: basic('admin1', 'plan.15') });
  await client.init();
  client.subscribe('q', 'query ($name: String) { hello(name: $name) whoami }', { name: 'x' });
  expect(await client.message('next', 'q')).toMatchObject({
    payload: { data: { hello: 'hello x', whoami: 'admin1' } },
  });
  client.subscribe('m', 'mutation { touch }');
  expect(await client.message('next', 'm')).toMatchObject({ payload: { data: { touch: 'touched' } } });
  expect(new Set(world.scopes.map(({ requestId }) => requestId)).size).toBe(2);
});

test.each([
  ['no credentials', undefined],
  ['wrong credentials', { Authorization: basic('admin1', 'no').authorization }],
  ['a list for credentials', { Authorization: ['x'] }],
])('a socket with %s is closed 4401 before anything runs', async (_what, payload) => {
  const { port, world } = await startServer(required);
  const client = new WsClient(port);
  await client.opened();
  client.send({ type: 'connection_init', ...(payload && { payload }) });
  client.subscribe('1', '{ whoami }');
  expect((await client.closed).code).toBe(4401);
  expect(world.scopes).toEqual([]);
});

test.each([
  ['wrong credentials in its headers', { headers: basic('admin1', 'no') }, '/graphql', 401],
  ['a foreign Origin', { origin: 'https://evil.example' }, '/graphql', 403],
  ['another path', {}, '/v1/plans', 404],
])('an upgrade with %s is refused', async (_what, options, path, status) => {
  const { port } = await startServer(required);
  await expect(new WsClient(port, options, path).opened()).rejects.toThrow(`status ${status}`);
});

test('own and configured origins may connect', async () => {
  const { port } = await startServer({ corsOrigins: ['https://console.example'] });
  await new WsClient(port, { origin: `http://127.0.0.1:${port}` }).init();
  await new WsClient(port, { origin: 'https://console.example' }).init();
});

test('sockets beyond the limit are refused', async () => {
  const { port } = await startServer({ webSocket: { maxSockets: 1 } });
  await new WsClient(port).init();
  await expect(new WsClient(port).opened()).rejects.toThrow('status 503');
});

test('a socket that does not introduce itself in time is closed', async () => {
  const { port } = await startServer({ webSocket: { initTimeoutMs: 20 } });
  expect((await new WsClient(port).closed).code).toBe(4408);
});

test('operations beyond the quota are refused one by one, and a completed one makes room', async () => {
  const { port } = await startServer({ webSocket: { maxSubscriptions: 2 } });
  const client = new WsClient(port);
  await client.init();
  for (const id of ['1', '2', '3']) client.subscribe(id, 'subscription { quiet }');
  expect(await client.message('error', '3')).toMatchObject({ payload: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
  await client.message('next', '2');
  client.send({ type: 'complete', id: '1' });
  client.subscribe('4', '{ hello }');
  expect(await client.message('next', '4')).toMatchObject({ payload: { data: { hello: 'hello ' } } });
});

test.each([
  ['a second connection_init', (client: WsClient) => client.send({ type: 'connection_init' }), 4429],
  ['rubbish', (client: WsClient) => client.send('{'), 4400],
  ['a binary frame', (client: WsClient) => client.socket.send(Buffer.from('{}')), 1003],
  ['a frame larger than allowed', (client: WsClient) => client.send('x'.repeat(3000)), 1009],
  ['a message nested too deeply', (client: WsClient) => client.send('['.repeat(1000)), 4400],
  [
    'an id in use',
    (client: WsClient) => ['same', 'same'].map((id) => client.subscribe(id, 'subscription { quiet }')),
    4409,
  ],
])('%s closes the socket', async (_what, misbehave, code) => {
  const { port, lines } = await startServer({ webSocket: { maxPayloadBytes: 2000 } });
  const client = new WsClient(port);
  await client.init();
  misbehave(client);
  expect((await client.closed).code).toBe(code);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('compression is not negotiated', async () => {
  const { port } = await startServer();
  const client = new WsClient(port, { perMessageDeflate: true });
  await client.opened();
  expect(client.socket.extensions).toBe('');
});

test.each([
  ['completes its subscription', (client: WsClient) => client.send({ type: 'complete', id: '1' })],
  ['closes its socket', (client: WsClient) => client.socket.close()],
  ['is cut off', (client: WsClient) => client.socket.terminate()],
])('a quiet subscription stops at once when its client %s', async (_what, leave) => {
  const { port, world, measured } = await startServer();
  const client = new WsClient(port);
  await client.init();
  client.subscribe('1', 'subscription { quiet }');
  await client.message('next', '1');
  const [source] = world.sources;
  expect(source?.signal?.aborted).toBe(false);
  leave(client);
  await world.changed.until(() => source?.returned === true);
  expect(source?.signal?.aborted).toBe(true);
  const gauge = measured.filter(({ name }) => name === 'conductor_subscriptions');
  expect(gauge).toEqual(
    [1, 0].map((value) => ({ name: 'conductor_subscriptions', value, labels: { transport: 'ws' } })),
  );
});

test('a socket that does not answer pings is cut, one that does is kept', async () => {
  const { port } = await startServer({ webSocket: { pingMs: 500 } });
  const deaf = new WsClient(port, { autoPong: false });
  const alive = new WsClient(port);
  await Promise.all([deaf.init(), alive.init()]);
  expect((await deaf.closed).code).toBe(1006);
  alive.subscribe('1', '{ hello }');
  await alive.message('next', '1');
});
