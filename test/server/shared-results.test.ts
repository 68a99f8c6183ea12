// One event told to many: who shares whose result, and who does not.
import { type DocumentNode, type ExecutionResult, GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Principal } from '../../src/domain/principal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSharedResults, isShared } from '../../src/server/shared-results.ts';

const admin: Principal = { name: 'admin', kind: 'basic' };
const document = parse('subscription S($id: ID) { a(id: $id) }');

function sharing() {
  let now = 0;
  let runs = 0;
  const shared = createSharedResults({ ...systemClock, monotonic: () => now });
  const ask = (
    event: object,
    by: {
      document?: DocumentNode;
      variables?: Record<string, unknown>;
      principal?: Principal;
      result?: ExecutionResult;
    } = {},
  ) => {
    const operation = { document: by.document ?? document, variables: by.variables ?? { id: 1 } };
    return shared.of(event, shared.keyOf(operation, by.principal ?? admin), async () => {
      runs += 1;
      return by.result ?? { data: { a: runs } };
    });
  };
  return { ask, runs: () => runs, wait: (ms: number) => (now += ms) };
}

test('a thousand subscribers of one operation cost one execution of an event', async () => {
  const { ask, runs } = sharing();
  const event = {};
  const results = await Promise.all(Array.from({ length: 1000 }, () => ask(event)));
  expect(new Set(results.map((result) => JSON.stringify(result)))).toEqual(new Set(['{"data":{"a":1}}']));
  expect(runs()).toBe(1);
});

test('its JSON is made once for all of them, and a copy of the result has nothing of that', async () => {
  const { ask } = sharing();
  let made = 0;
  const value = { toJSON: () => ({ made: ++made }) };
  const event = {};
  const results = await Promise.all([1, 2, 3].map(() => ask(event, { result: { data: { value } } })));
  for (const result of results) {
    expect(isShared(result) && result.stringify()).toBe('{"data":{"value":{"made":1}}}');
    expect(Object.keys({ ...result })).toEqual(['data']);
  }
  expect(isShared(await ask({}, { result: { errors: [new GraphQLError('left')] } }))).toBe(false);
});

test.each([
  ['document', { document: parse('subscription S($id: ID) { a(id: $id) }') }],
  ['variables', { variables: { id: 2 } }],
  ['principal', { principal: { name: 'other', kind: 'basic' } as const }],
])('another %s gets a result of its own', async (_what, by) => {
  const { ask } = sharing();
  const event = {};
  expect(await ask(event)).toEqual({ data: { a: 1 } });
  expect(await ask(event, by)).toEqual({ data: { a: 2 } });
  expect(await ask({})).toEqual({ data: { a: 3 } });
});

test('a result grows old within a second', async () => {
  const { ask, wait } = sharing();
  const event = {};
  await ask(event);
  wait(999);
  expect(await ask(event)).toEqual({ data: { a: 1 } });
  wait(1);
  expect(await ask(event)).toEqual({ data: { a: 2 } });
});

test('a failure is not shared', async () => {
  const { ask } = sharing();
  const event = {};
  const failed = { errors: [new GraphQLError('left')] };
  expect(await ask(event, { result: failed })).toBe(failed);
  expect(await ask(event)).toEqual({ data: { a: 2 } });
});

test('results of events long past are let go', async () => {
  const { ask, runs } = sharing();
  const first = {};
  await ask(first);
  for (let event = 0; event < 64; event += 1) await ask({});
  await ask(first);
  expect(runs()).toBe(66);
});
