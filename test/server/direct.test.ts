// The short way of plain JSON requests: nobody can tell its answers from Yoga's, which still gives all others.
import { expect, test } from 'vitest';
import { createDirect } from '../../src/server/direct.ts';
import type { Execute } from '../../src/server/execute.ts';
import { createKeptAnswers } from '../../src/server/kept-answers.ts';
import { createGateway } from '../../src/server/yoga.ts';
import { planRecord, recordingLogger } from '../api/rest/support.ts';
import { settingsWith, startServer, testSchema, World } from './support.ts';

/** Yoga takes this header for the same wish; the short way does not look at parameters. */
const SAME_WISH = new Map([
  ['application/json', 'application/json; charset=utf-8'],
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  [
    'application/graphql-response+json, application/json',
    'application/graphql-response+json;charset=utf-8, application/json',
  ],
  ['*/*', '*/*; charset=utf-8'],
]);

/** More often than it takes to have the query compiled. */
const TIMES = 4;

const DEEP =
  '{ node { name child { n: name list(first: 2) { ...More } } } } fragment More on Node { name child { name } }';

test.each([
  ['a query', { query: '{ hello }' }],
  ['a query with variables', { query: 'query H($n: String) { hello(name: $n) }', variables: { n: 'you' } }],
  ['one operation of several', { query: 'query A { hello } query B { whoami }', operationName: 'B' }],
  ['a query in depth, with fragments and aliases', { query: DEEP, variables: null }],
  ['a condition', { query: 'query C($on: Boolean!) { hello @include(if: $on) whoami }', variables: { on: false } }],
  ['introspection', { query: '{ __typename __type(name: "Node") { name } }' }],
  ['a mutation', { query: 'mutation { touch }' }],
  ['a mutation that fails', { query: 'mutation { touch spoil }' }],
  ['an empty selection of names', { query: '{ __proto__: hello constructor: whoami }' }],
  ['a resolver that fails', { query: '{ hello fail }' }],
  ['an outage', { query: '{ refuse }' }],
  ['a deliberate complaint', { query: '{ complain hello }' }],
  ['a document that cannot be read', { query: '{ hello' }],
  ['an invalid document', { query: '{ nothing }' }],
  ['an operation that is not there', { query: 'query A { hello }', operationName: 'B' }],
  ['a variable of the wrong type', { query: 'query H($n: String) { hello(name: $n) }', variables: { n: {} } }],
  ['too large a page', { query: '{ node { list(first: 100000) { name } } }' }],
  ['a subscription', { query: 'subscription { count }' }],
  ['parameters of the wrong kind', { query: '{ hello }', variables: 'no' }],
  ['a parameter too many', { query: '{ hello }', more: 1 }],
  ['extensions', { query: '{ hello }', extensions: { a: 1 } }],
  ['no query', {}],
  ['a list', [{ query: '{ hello }' }]],
  ['no JSON', 'no json'],
])('%s is answered alike on the short way and by Yoga', async (_what, body) => {
  const { post } = await startServer({ introspection: true });
  const ask = async (accept: string) => {
    const headers = { accept, 'content-type': 'application/json', 'transaction-id': 'same' };
    const response = await post(body, { headers });
    const { date: _, ...kept } = Object.fromEntries(response.headers);
    return { status: response.status, headers: kept, text: await response.text() };
  };
  for (const [accept, same] of SAME_WISH) {
    const expected = await ask(same);
    for (let time = 0; time < TIMES; time += 1) expect(await ask(accept)).toEqual(expected);
  }
});

test('a mutation that fails is run once', async () => {
  const { post, world } = await startServer();
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const response = await post({ query: 'mutation { spoil }' }, { headers });
  expect(await response.json()).toMatchObject({ data: { spoil: null }, errors: [{ path: ['spoil'] }] });
  expect(world.scopes).toHaveLength(1);
});

test('a query that fails is not run twice each time', async () => {
  const { post, lines } = await startServer();
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  for (let time = 0; time < 20; time += 1) await post({ query: '{ fail }' }, { headers });
  expect(lines.filter(({ message }) => message === 'GraphQL failure')).toHaveLength(20);
});

test('a query is executed once while what it read is there, a mutation each time, whatever it read', async () => {
  const plan = planRecord('p');
  let executed = 0;
  const execute: Execute = async (_operation, _caller, reads) => {
    reads?.plan(plan);
    executed += 1;
    return { data: { executed } };
  };
  const yoga = createGateway(testSchema(new World()), execute, settingsWith({}));
  const direct = createDirect(yoga, execute, createKeptAnswers({ get: async () => plan }));
  const scope = { principal: { kind: 'anonymous', name: 'anonymous' }, requestId: 'r' } as const;
  const ask = async (query: string) => {
    const body = JSON.stringify({ query });
    const caller = { scope, logger: recordingLogger(), transport: 'http' } as const;
    const outcome = await direct({ 'content-type': 'application/json' }, body, caller);
    return outcome && 'answer' in outcome ? outcome.answer.body : outcome;
  };
  const query = '{ hello }';
  const mutation = 'mutation { touch }';
  expect([await ask(query), await ask(query)]).toEqual(Array(2).fill('{"data":{"executed":1}}'));
  expect([await ask(mutation), await ask(mutation)]).toEqual(['{"data":{"executed":2}}', '{"data":{"executed":3}}']);
});
