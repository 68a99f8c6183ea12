// What strangers may send: documents and bodies beyond the limits, slow and malformed requests. Answered, quickly, with 4xx.
import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { answerOf, raw, rawSocket, received, startServer, WsClient } from './support.ts';

const nested = (depth: number) =>
  `${'{ node '.repeat(1)}${'{ child '.repeat(depth - 2)}{ name }${' }'.repeat(depth - 1)}`;
const many = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => one(index)).join(' ');

const documents: readonly (readonly [what: string, query: string])[] = [
  ['depth 17', nested(17)],
  ['depth 60,000', `{${'a{'.repeat(60_000)}`],
  ['60,000 nested lists', `{ hello(name: ${'['.repeat(60_000)} }`],
  ['50,000 aliases', `{ ${many(50_000, (index) => `a${index}: hello`)} }`],
  ['51 aliases', `{ node { ${many(51, (index) => `a${index}: name`)} } }`],
  ['10,000 times the same field', `{ ${many(10_000, () => 'hello')} }`],
  ['21 root fields', `{ ${many(21, () => 'hello')} }`],
  ['1,000 directives', `{ hello ${many(1000, () => '@skip(if: false)')} }`],
  [
    'depth through fragments',
    `{ ...A } ${many(9, (index) => `fragment ${'ABCDEFGHIJ'[index]} on Query { node { child { ...${'ABCDEFGHIJ'[index + 1]} } } }`)} fragment J on Query { hello }`,
  ],
  [
    'a chain of 1,000 fragments',
    `{ ...F0 } ${many(1000, (index) => `fragment F${index} on Query { ...F${index + 1} }`)} fragment F1000 on Query { hello }`,
  ],
  [
    'aliases that fragments multiply',
    `{ node { ...A } } fragment A on Node { a: child { ...B } b: child { ...B } c: child { ...B } d: child { ...B } }
     fragment B on Node { a: child { ...C } b: child { ...C } c: child { ...C } d: child { ...C } }
     fragment C on Node { a: name b: name c: name d: name }`,
  ],
  ['1 MB of text in one argument', `{ hello(name: "${'x'.repeat(1_000_000)}") }`],
  ['a page too large', '{ node { list(first: 201) { name } } }'],
];

test.each(documents)('%s is refused with 400 and a code, over HTTP and WebSocket alike', async (_what, query) => {
  const { post, port, lines } = await startServer();
  const response = await post({ query });
  expect(response.status).toBe(400);
  const overHttp = (await answerOf(response)).errors?.map(({ message, extensions }) => [message, extensions.code]);
  expect(overHttp).toMatchObject([[expect.any(String), 'LIMIT_EXCEEDED']]);

  const client = new WsClient(port);
  await client.init();
  client.subscribe('1', query);
  const { payload } = await client.message(query.includes('first') ? 'next' : 'error', '1');
  const errors = (Array.isArray(payload) ? payload : (payload as { errors: object[] }).errors) as Errors;
  expect(errors.map(({ message, extensions }) => [message, extensions.code])).toEqual(overHttp);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

type Errors = { message: string; extensions: { code: string } }[];

test('documents at the limits, and the usual introspection query, are answered', async () => {
  const { post } = await startServer({ introspection: true });
  const within = [
    nested(16),
    `{ node { ${many(50, (index) => `a${index}: name`)} } }`,
    '{ node { list(first: 200) { name } } }',
    getIntrospectionQuery(),
  ];
  for (const query of within) expect((await answerOf(await post({ query }))).errors).toBeUndefined();
});

test('a fragment cycle is refused by validation', async () => {
  const { post } = await startServer();
  const response = await post({
    query: '{ node { ...A } } fragment A on Node { child { ...B } } fragment B on Node { ...A }',
  });
  expect((await answerOf(response)).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
});

test.each([
  ['a value', 'query ($n: Int) { node { list(last: $n) { name } } }', { n: 1_000_000 }],
  ['a default', 'query ($n: Int = 1000000) { node { list(first: $n) { name } } }', {}],
])('a page size in a variable counts, as %s', async (_what, query, variables) => {
  const { post } = await startServer();
  const { errors } = await answerOf(await post({ query, variables }));
  expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
  expect((await answerOf(await post({ query, variables: { n: 5 } }))).errors).toBeUndefined();
});

test.each([
  ['a batch of 1,000', JSON.stringify(Array.from({ length: 1000 }, () => ({ query: '{ hello }' })))],
  ['deeply nested variables', `{"query":"{ hello }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
  ['no JSON', '{"query":'],
  ['null', 'null'],
])('%s as a body is refused with 400', async (_what, body) => {
  const { post, lines } = await startServer();
  expect((await post(body)).status).toBe(400);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
});

const LIMIT = 1000;
const limited = { bodyLimitBytes: LIMIT };
const head = (path: string, ...headers: string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers, '', ''].join('\r\n');

test.each(['/graphql', '/v1/plans'])('a body larger than the limit is refused with 413 at %s', async (path) => {
  const { port, created } = await startServer(limited);
  const declared = await raw(port, head(path, 'Content-Length: 100000000'));
  expect(declared).toMatch(/^HTTP\/1.1 413 /);
  expect(declared).toMatch(/\r\nConnection: close\r\n/);
  const chunk = `${LIMIT.toString(16)}\r\n${'x'.repeat(LIMIT)}\r\n`;
  const chunked = await raw(port, head(path, 'Transfer-Encoding: chunked'), chunk, chunk);
  expect(chunked).toMatch(/^HTTP\/1.1 413 /);
  const asking = await raw(port, head(path, 'Content-Length: 100000000', 'Expect: 100-continue'));
  expect(asking).toMatch(/^HTTP\/1.1 413 /);
  expect(created).toEqual([]);
});

test('a client that asks before it sends its body is told to go on, and is served', async () => {
  const { port } = await startServer(limited);
  const body = '{"query":"{ hello }"}';
  const socket = rawSocket(port);
  const answer = received(socket);
  socket.write(head('/graphql', `Content-Length: ${body.length}`, 'Expect: 100-continue', 'Connection: close'));
  socket.once('data', () => socket.write(body));
  expect(await answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
});

test('a body that goes on after its declared length starts no second request', async () => {
  const { port, created } = await startServer();
  const body = '{"template": {}}';
  const answer = await raw(port, head('/v1/plans', `Content-Length: ${body.length}`), `${body}GARBAGE\r\n\r\n`);
  expect(answer.match(/HTTP\/1.1 \d+/g)?.at(-1)).toBe('HTTP/1.1 400');
  expect(created.length).toBeLessThanOrEqual(1);
});

test('contradicting lengths, bare line feeds in headers and oversized headers are refused by the parser', async () => {
  const { port, created } = await startServer();
  const both = await raw(port, head('/v1/plans', 'Content-Length: 5', 'Transfer-Encoding: chunked'), '0\r\n\r\n');
  expect(both).toMatch(/^HTTP\/1.1 400 /);
  const forged = await raw(port, 'GET /v1/plans HTTP/1.1\r\nHost: x\r\ntransaction-id: a\rSet-Cookie: b\r\n\r\n');
  expect(forged).toMatch(/^HTTP\/1.1 400 /);
  const huge = await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'y'.repeat(64 * 1024)}\r\n\r\n`);
  expect(huge).toMatch(/^HTTP\/1.1 431 /);
  expect(created).toEqual([]);
});

test('headers and bodies that come drop by drop are cut off in time', async () => {
  const { port } = await startServer({ timeouts: { headersMs: 100, requestMs: 200 } });
  expect(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(/^HTTP\/1.1 408 /);
  expect(await raw(port, head('/v1/plans', 'Content-Length: 500'), '{')).toMatch(/^HTTP\/1.1 408 /);
});

test('compressed bodies are refused, so no bomb is unpacked', async () => {
  const { post } = await startServer();
  expect((await post('x', { headers: { 'content-encoding': 'gzip' } })).status).toBe(400);
});

test('a forged transaction id makes no header and no log line', async () => {
  const { port, lines } = await startServer();
  const answer = await raw(
    port,
    head('/graphql', 'transaction-id: \x1b[31mred', 'Content-Length: 0', 'Connection: close'),
  );
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(answer).not.toContain('\x1b');
  expect(JSON.stringify(lines)).not.toContain('[31m');
});
