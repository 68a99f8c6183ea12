// Failures look the same over HTTP, SSE and WebSocket: unknown ones show nothing, known ones their code and text.
import { expect, test } from 'vitest';
import { answerOf, type RunningServer, SECRET, startServer, WsClient } from './support.ts';

interface Shown {
  readonly message: string;
  readonly path?: unknown;
  readonly extensions: Record<string, unknown>;
}

type Ask = (server: RunningServer, query: string) => Promise<Shown[]>;

const overHttp: Ask = async ({ post }, query) => (await answerOf(await post({ query }))).errors as Shown[];

const overSse: Ask = async ({ post }, query) => {
  const text = await (await post({ query }, { headers: { accept: 'text/event-stream' } })).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .flatMap((line) => JSON.parse(line.slice('data: '.length)).errors ?? []);
};

const overWebSocket: Ask = async ({ port }, query) => {
  const client = new WsClient(port);
  await client.init();
  client.subscribe('1', query);
  client.subscribe('end', '{ hello }');
  await client.message('next', 'end');
  const last = await Promise.race([client.message('complete', '1'), client.message('error', '1')]);
  if (last.type === 'error') return last.payload as Shown[];
  return client.messages
    .filter(({ type, id }) => type === 'next' && id === '1')
    .flatMap(({ payload }) => (payload as { errors?: Shown[] }).errors ?? []);
};

const transports: readonly (readonly [name: string, ask: Ask])[] = [
  ['HTTP', overHttp],
  ['SSE', overSse],
  ['WebSocket', overWebSocket],
];

const queries: readonly (readonly [what: string, query: string, code: string, message: string | RegExp])[] = [
  ['a bug', '{ fail }', 'INTERNAL', /^The server has either erred/],
  ['an outage', '{ refuse }', 'STORE_UNAVAILABLE', /^The store cannot be reached/],
  ['a deliberate complaint', '{ complain }', 'BAD_REQUEST', 'said on purpose'],
  ['a text that is no GraphQL', '{ hello', 'BAD_REQUEST', /^Syntax Error/],
  ['an unknown field', '{ helloo }', 'BAD_REQUEST', 'Cannot query field "helloo" on type "Query".'],
  ['a missing variable', 'query ($n: Int!) { node { list(first: $n) { name } } }', 'BAD_REQUEST', /^Variable "\$n"/],
];

test.each(queries)('%s is shown alike everywhere', async (_what, query, code, message) => {
  const server = await startServer();
  const shown = await Promise.all(transports.map(([, ask]) => ask(server, query)));
  const withoutId = shown.map((errors) =>
    errors.map(({ extensions: { requestId, ...extensions }, ...error }) => {
      expect(requestId).toMatch(/^made-id-/);
      return { ...error, extensions };
    }),
  );
  expect(withoutId[0]).toMatchObject([{ message: expect.stringMatching(message), extensions: { code } }]);
  expect(withoutId[1]).toEqual(withoutId[0]);
  expect(withoutId[2]).toEqual(withoutId[0]);
});

const subscriptions = ['subscription { breaks }', 'subscription { cannotStart }', 'subscription { failing }'];

test.each(
  transports.flatMap(([name, ask]) =>
    ['{ fail }', ...(name === 'HTTP' ? [] : subscriptions)].map((query) => [name, query, ask] as const),
  ),
)('over %s, %s leaks no secret and is logged once under the request id that was sent', async (_name, query, ask) => {
  const server = await startServer();
  const shown = await ask(server, query);
  expect(shown).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
  expect(JSON.stringify(shown)).not.toContain('hunter2');
  const logged = server.lines.filter(({ level }) => level === 'error');
  expect(logged).toMatchObject([{ fields: { requestId: shown[0]?.extensions.requestId, err: new Error(SECRET) } }]);
});
