// GraphQL over HTTP: the protocol's audit, credentials, origins, and which operations a request may carry.
import { once } from 'node:events';
import { auditServer } from 'graphql-http';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { basic } from '../api/rest/support.ts';
import { answerOf, startServer } from './support.ts';

test('the GraphQL-over-HTTP audit finds nothing to complain about', async () => {
  const { url } = await startServer({ basicAuth: { required: true }, introspection: true });
  const { authorization } = basic('admin1', 'plan.15');
  const results = await auditServer({
    url: `${url}/graphql`,
    fetchFn: (target: string, init: RequestInit) =>
      fetch(target, { ...init, headers: { ...(init?.headers as Record<string, string>), authorization } }),
  });
  expect(results.length).toBe(61);
  expect(results.filter(({ status }) => status !== 'ok').map(({ id, name, status }) => ({ id, name, status }))).toEqual(
    [],
  );
});

test('an operation runs with the caller as its principal and the request id of the request', async () => {
  const { post, world } = await startServer({ basicAuth: { required: true } });
  const headers = { ...basic('admin1', 'plan.15'), 'transaction-id': 'trx-1' };
  const response = await post({ query: '{ whoami }' }, { headers });
  expect(await answerOf(response)).toEqual({ data: { whoami: 'admin1' } });
  expect(world.scopes).toMatchObject([{ requestId: 'trx-1', principal: { name: 'admin1', kind: 'basic' } }]);
  expect(response.headers.get('transaction-id')).toBe('trx-1');
  expect(response.headers.get('content-length')).not.toBeNull();
});

test.each([
  ['missing', {}, 'CREDENTIALS_MISSING'],
  ['wrong', basic('admin1', 'no'), 'UNAUTHENTICATED'],
])('%s credentials are answered 401 with a challenge and a code', async (_what, headers, code) => {
  const { post, world } = await startServer({ basicAuth: { required: true } });
  const response = await post({ query: '{ whoami }' }, { headers });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  expect((await answerOf(response)).errors).toMatchObject([{ extensions: { code, requestId: 'made-id-1' } }]);
  expect(world.scopes).toEqual([]);
});

test.each([
  ['application/x-www-form-urlencoded', 'query=mutation%20%7B%20touch%20%7D', 403],
  ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n{a}\r\n--x--', 403],
  ['text/plain', '{"query":"mutation { touch }"}', 403],
  ['', '{"query":"mutation { touch }"}', 403],
  ['application/xml', '<a/>', 415],
])('a body of type "%s", which a foreign page could send, runs nothing', async (type, body, status) => {
  const { post, world } = await startServer();
  const response = await post(body, { headers: { 'content-type': type } });
  expect(response.status).toBe(status);
  expect(world.scopes).toEqual([]);
});

test('a mutation by GET is refused, a query by GET is answered', async () => {
  const { url, world } = await startServer();
  const get = (query: string) => fetch(`${url}/graphql?query=${encodeURIComponent(query)}`);
  const refused = await get('mutation { touch }');
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  expect((await answerOf(refused)).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  expect(world.scopes).toEqual([]);
  expect(await answerOf(await get('{ hello }'))).toEqual({ data: { hello: 'hello ' } });
  const malformed = await fetch(`${url}/graphql?query=%7Bhello%7D&variables=%7B`);
  expect(malformed.status).toBe(400);
});

test('pages of foreign origins are refused, own ones admitted, without CORS headers', async () => {
  const { post, url, port, world } = await startServer();
  const asked = (origin: string) => post({ query: 'mutation { touch }' }, { headers: { origin } });
  expect((await asked('https://evil.example')).status).toBe(403);
  expect((await asked('null')).status).toBe(403);
  expect(world.scopes).toEqual([]);
  const own = await asked(`http://127.0.0.1:${port}`);
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  const preflight = await fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

test('configured origins get CORS headers on answers, refusals and preflights, never credentials', async () => {
  const origin = 'https://console.example';
  const { url, post } = await startServer({ corsOrigins: [origin], basicAuth: { required: true } });
  const preflight = await fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin } });
  expect(preflight.status).toBe(204);
  const refused = await post({ query: '{ hello }' }, { headers: { origin } });
  expect(refused.status).toBe(401);
  for (const { headers } of [preflight, refused]) {
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toContain('Origin');
  }
});

test('introspection and suggestions are closed unless they are switched on', async () => {
  const closed = await startServer();
  const messages = async (server: typeof closed, query: string) =>
    (await answerOf(await server.post({ query }))).errors?.map(({ message }) => message);
  expect(await messages(closed, '{ __schema { types { name } } }')).toHaveLength(2);
  expect(await messages(closed, '{ helo }')).toEqual(['Cannot query field "helo" on type "Query".']);
  const open = await startServer({ introspection: true });
  expect(await messages(open, '{ __schema { types { name } } }')).toBeUndefined();
  expect(await messages(open, '{ helo }')).toEqual([
    'Cannot query field "helo" on type "Query". Did you mean "hello"?',
  ]);
});

test('GraphiQL is a page for browsers where it is switched on, and never without credentials', async () => {
  const page = (url: string) => fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  const off = await page((await startServer()).url);
  expect(off.headers.get('content-type') ?? '').not.toContain('text/html');
  const on = await page((await startServer({ graphiql: true })).url);
  expect([on.status, on.headers.get('content-type')]).toEqual([200, 'text/html']);
  expect(await on.text()).not.toMatch(/(src|href)="https?:/);
  expect((await page((await startServer({ graphiql: true, basicAuth: { required: true } })).url)).status).toBe(401);
});

test('the second operation of a document runs when it is the one named', async () => {
  const { post } = await startServer();
  const query = 'query A { hello(name: "a") } query B { hello(name: "b") }';
  for (const [operationName, hello] of [
    ['A', 'hello a'],
    ['B', 'hello b'],
  ] as const) {
    expect(await answerOf(await post({ query, operationName }))).toEqual({ data: { hello } });
  }
});

test('a mutation is not told to stop when its client leaves, a query is', async () => {
  const { post, world } = await startServer();
  await post({ query: 'mutation { touch }' });
  await post({ query: '{ whoami }' });
  expect(world.scopes.map(({ signal }) => signal !== undefined)).toEqual([false, true]);
});

test('a process without the role api serves its probes and nothing else', async () => {
  const { url, post } = await startServer({ api: false });
  for (const path of ['/livez', '/readyz', '/metrics']) expect((await fetch(`${url}${path}`)).status).toBe(200);
  for (const path of ['/', '/v1/plans', '/graphql']) {
    const answer = await fetch(`${url}${path}`);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('no role api')]);
  }
  expect((await post({ query: '{ hello }' })).status).toBe(404);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await expect(once(socket, 'open')).rejects.toThrow();
});
