// GraphQL as strangers may send it: documents that grow without end, variables of another type, subscriptions to what is not
// there, and cursors that are garbage or of another store. Always an answer with a code, over HTTP and WebSocket.
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Simulators, startSimulators } from '../../sim/start.ts';
import { type Gateway, startGateway } from '../../support/gateway.ts';
import { PlanChangedDocument, type PlanChangedSubscription } from '../../support/gql/graphql.ts';
import { GOOD_TEMPLATE, goodBody, stillWorks } from './support.ts';

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

let simulators: Simulators;
let gateway: Gateway;
let other: Gateway;

beforeAll(async () => {
  simulators = await startSimulators();
  [gateway, other] = await Promise.all([startGateway({ simulators }), startGateway({ simulators })]);
});

afterAll(async () => {
  await Promise.all([gateway.stop(), other.stop()]);
  await simulators.stop();
});

async function send(body: unknown): Promise<{ readonly status: number } & Answer> {
  const { status, body: answer } = await gateway.rest('POST', '/graphql', body, {
    accept: 'application/graphql-response+json',
  });
  return { status, ...(answer as Answer) };
}

const ask = (query: string, variables: unknown = {}) => send({ query, variables });
const codes = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);

/** A root field that must be there. */
function field<T>(answer: Answer, name: string): T {
  if (!answer.data?.[name]) throw new Error(JSON.stringify(answer));
  return answer.data[name] as T;
}

const many = (count: number, one: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at)).join(' ');

describe('floods', () => {
  it.each([
    ['depth', `{ plans(first: 1) { nodes ${'{ plan '.repeat(100_000)}`],
    [
      'depth that closes',
      `{ plan(id: "x") ${'{ recommendations { demands '.repeat(40)}{ demand }${' } }'.repeat(40)} }`,
    ],
    ['aliases', `{ ${many(10_000, (at) => `a${at}: plan(id: "x") { id }`)} }`],
    ['aliases of one field', `{ plan(id: "x") { ${many(60, (at) => `a${at}: id`)} } }`],
    ['the same field', `{ ${many(10_000, () => 'plan(id: "x") { id }')} }`],
    ['directives', `{ plan(id: "x") { id ${many(1000, () => '@include(if: true)')} } }`],
    ['nested values', `{ validateTemplate(template: ${'['.repeat(100_000)}) { valid } }`],
    ['fragments', `{ ...F0 } ${many(2000, (at) => `fragment F${at} on Query { ...F${at + 1} }`)}`],
    ['pages', '{ plans(first: 100000) { nodes { id } } }'],
  ])('of %s is refused by its limit', async (_what, query) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    expect(codes(answer)).toEqual(['LIMIT_EXCEEDED']);
    expect(answer.errors?.[0]?.message).toMatch(/\d/);
  });

  it('of variables is refused by its depth', async () => {
    const deep = `{"query": "{ __typename }", "variables": {"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    const answer = await send(deep);
    expect([answer.status, codes(answer)]).toEqual([400, ['LIMIT_EXCEEDED']]);
  });
});

describe('operations that are none', () => {
  it.each([
    ['no JSON', '{"query": '],
    ['a list', '[]'],
    ['no query', '{}'],
    ['a query of another type', '{"query": 5}'],
    ['variables of another type', '{"query": "{ __typename }", "variables": "x"}'],
    ['an empty document', '{"query": ""}'],
    ['half a document', '{"query": "{ plan(id: "}'],
    ['an unknown field', '{"query": "{ secrets }"}'],
    ['an unknown operation name', '{"query": "query A { __typename }", "operationName": "B"}'],
    ['NUL in the document', '{"query": "{ plan(id: \\u0000) { id } }"}'],
  ])('%s is answered with 400', async (_what, body) => {
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.message).toMatch(/\w/);
  });

  it.each([
    ['an id', 'query ($v: ID!) { plan(id: $v) { id } }', [{}, [], true, null, 1.5]],
    ['a page size', 'query ($v: Int!) { plans(first: $v) { nodes { id } } }', ['x', 1.5, 2 ** 40, null, -1]],
    ['an input', 'mutation ($v: CreatePlanInput!) { createPlan(input: $v) { __typename } }', [1, 'x', [], { zzz: 1 }]],
    [
      'a timeout',
      'mutation ($v: Int) { createPlan(input: {template: {}, timeout: $v}) { __typename } }',
      ['x', 2 ** 31],
    ],
  ])('%s of another type is refused', async (_what, query, values) => {
    for (const v of values) {
      const answer = await ask(query, { v });
      expect(answer.data ?? null).toBeNull();
      expect(answer.errors?.[0]?.extensions.code).toMatch(/BAD_REQUEST|LIMIT_EXCEEDED/);
    }
  });
});

describe('plans that cannot be', () => {
  const CREATE = `mutation ($input: CreatePlanInput!) {
    createPlan(input: $input) { __typename ... on Error { code message } }
  }`;

  it.each([
    ['text that is no template', { templateText: 'a: [' }, 'TEMPLATE_INVALID'],
    [
      'a YAML bomb',
      { templateText: `a: &a [1]\n${many(30, (at) => `b${at}: &b${at} [*a, *a, *a, *a]\n`)}` },
      'TEMPLATE_INVALID',
    ],
    ['repeated keys', { templateText: 'demands: {}\ndemands: {}' }, 'TEMPLATE_INVALID'],
    ['a list', { template: [1] }, 'BAD_REQUEST'],
    ['no template at all', { name: 'x' }, 'BAD_REQUEST'],
    ['two templates', { template: GOOD_TEMPLATE, templateText: '{}' }, 'BAD_REQUEST'],
    ['no solutions', { template: GOOD_TEMPLATE, numSolution: '0' }, 'BAD_REQUEST'],
    ['less than no time', { template: GOOD_TEMPLATE, timeout: -1 }, 'BAD_REQUEST'],
    ['a name without end', { template: GOOD_TEMPLATE, name: 'x'.repeat(5000) }, 'BAD_REQUEST'],
  ])('%s is told as data or error with a code', async (_what, input, code) => {
    const answer = await ask(CREATE, { input });
    const result = answer.data?.['createPlan'] as { readonly code?: string } | undefined;
    expect(result?.code ?? codes(answer)[0]).toBe(code);
  });

  it.each(['nothing-here', '', '../../etc', '\u0000', 'x'.repeat(10_000), '__proto__'])(
    'plan %j is not there',
    async (id) => {
      expect((await ask('query ($id: ID!) { plan(id: $id) { id } }', { id })).data).toEqual({ plan: null });
      const rest = await gateway.rest('GET', `/v1/plans/${encodeURIComponent(id) || '%20'}`);
      expect(rest.status).toBe(404);
    },
  );
});

describe('subscriptions', () => {
  /** What comes first: an item or errors. */
  async function first(variables: { id: string; after?: string }, at = gateway): Promise<Answer> {
    class AuthorizedSocket extends WebSocket {
      constructor(address: string, protocols?: string | string[]) {
        super(address, protocols, { headers: { authorization: at.authorization } });
      }
    }
    const client = createClient({ url: `${at.url.replace('http', 'ws')}/graphql`, webSocketImpl: AuthorizedSocket });
    try {
      const query = PlanChangedDocument.toString();
      for await (const item of client.iterate<PlanChangedSubscription>({ query, variables })) return item as Answer;
      return {};
    } catch (errors) {
      return { errors } as Answer;
    } finally {
      await client.dispose();
    }
  }

  it('to an unknown plan ends with its code', async () => {
    const answer = await first({ id: '00000000-0000-4000-8000-000000000000' });
    expect(codes(answer)).toEqual(['PLAN_NOT_FOUND']);
    expect(codes(await first({ id: '__proto__' }))).toEqual(['PLAN_NOT_FOUND']);
  });

  it('after a cursor that nobody made is refused', async () => {
    const { id } = await gateway.solved(goodBody());
    const cursor = await cursorOf(gateway, id);
    const last = cursor.at(-1) === 'A' ? 'B' : 'A';
    for (const after of [
      'garbage',
      '',
      'AAAA',
      '💥',
      cursor.slice(0, -4),
      `${cursor.slice(0, -1)}${last}`,
      cursor.repeat(500),
    ]) {
      expect([after.slice(0, 20), codes(await first({ id, after }))]).toEqual([after.slice(0, 20), ['CURSOR_INVALID']]);
    }
    const pages = await ask('{ plans(first: 1, after: "garbage") { nodes { id } } }');
    expect(codes(pages)).toEqual(['CURSOR_INVALID']);
  });

  it('after a cursor of another store is refused as such, never answered with the wrong events', async () => {
    const [{ id }, foreign] = await Promise.all([gateway.solved(goodBody()), other.solved(goodBody())]);
    const after = await cursorOf(other, foreign.id);
    expect(codes(await first({ id, after }))).toEqual(['CURSOR_EXPIRED']);
  });

  it('a page cursor is no event cursor, and the other way round', async () => {
    const { id } = await gateway.solved(goodBody());
    const page = await ask('{ plans(first: 1) { pageInfo { endCursor } } }');
    const { pageInfo } = field<{ readonly pageInfo: { readonly endCursor: string } }>(page, 'plans');
    expect(codes(await first({ id, after: pageInfo.endCursor }))).toEqual(['CURSOR_INVALID']);
    const after = await cursorOf(gateway, id);
    const listed = await ask('query ($after: String) { plans(first: 1, after: $after) { nodes { id } } }', { after });
    expect(codes(listed)).toEqual(['CURSOR_INVALID']);
  });

  async function cursorOf(at: Gateway, id: string): Promise<string> {
    const item = await first({ id }, at);
    return field<{ readonly cursor: string }>(item, 'planChanged').cursor;
  }
});

it('afterwards the gateway works, and nothing that it accepted is lost', () => stillWorks(gateway));
