// Bridge mode on a real etcd: gateways as the API in front of OOF-HAS services (a stand-in that writes rows as recorded). What its
// services do is seen over REST, GraphQL and live subscriptions, on any gateway, and its rows stay what its services expect.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/index.ts';
import { type Simulators, startSimulators } from '../sim/start.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { type Gateway, type RestPlan, startGateway } from '../support/gateway.ts';
import { OofHas, recorded, recordedPlan } from '../support/oof-has.ts';
import { writeConfig } from '../support/program.ts';

const BRIDGE = ['[gateway]', 'roles = api', '[db_options]', 'layout = has'];
const RESULT = recordedPlan('done', 'vCPE-with-HPA');
const TEMPLATE = JSON.parse(String(RESULT['template']));
const COLUMNS = Object.keys(RESULT).sort();
const WALK = ['template', 'translating', 'translated', 'solving', 'solved', 'reserving', 'done'];

let simulators: Simulators;
let etcd: EtcdServer;
let has: OofHas;
let gateway: Gateway;
let other: Gateway;

beforeAll(async () => {
  simulators = await startSimulators();
});
afterAll(() => simulators.stop());
beforeEach(async () => {
  etcd = await startEtcd();
  has = new OofHas(etcd.endpoint);
  await has.install();
  const options = { simulators, store: { etcd: etcd.endpoint }, lines: BRIDGE };
  [gateway, other] = await Promise.all([startGateway(options), startGateway(options)]);
});
afterEach(async () => {
  await Promise.all([gateway.stop(), other.stop()]);
  await etcd.stop();
});

async function graphql(
  query: string,
  variables: object = {},
  at = gateway,
): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await at.rest('POST', '/graphql', { query, variables });
  const { data, errors } = body as {
    data?: Readonly<Record<string, unknown>>;
    errors?: readonly { message: string }[];
  };
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

interface Item {
  readonly cursor: string;
  readonly kind: string;
  readonly event?: {
    readonly seq: number;
    readonly from: string | null;
    readonly to: string;
    readonly reason: string;
    readonly actor: string;
  };
}

const CHANGED = `subscription($id: ID!, $after: String) { planChanged(id: $id, after: $after) {
  kind: __typename cursor ... on PlanUpdated { event { seq from to reason actor } } } }`;

const ALL = `subscription($after: String) { planChanged: plansChanged(after: $after) {
  kind: __typename cursor ... on PlanUpdated { event { seq from to reason actor } } } }`;

/** A GraphQL subscription over server-sent events; items until the last one satisfies the test. */
async function* subscribed(
  at: Gateway,
  id: string | null,
  after: string | null = null,
  query = CHANGED,
): AsyncGenerator<Item> {
  const stop = new AbortController();
  const answer = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { authorization: at.authorization, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables: { id, after } }),
    signal: stop.signal,
  });
  let text = '';
  try {
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: (.+)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (!data) continue;
        const { data: payload, errors } = JSON.parse(data) as { data?: { planChanged: Item }; errors?: unknown };
        if (!payload) throw new Error(JSON.stringify(errors));
        yield payload.planChanged;
      }
    }
  } finally {
    stop.abort();
  }
}

async function until(items: AsyncGenerator<Item>, last: (item: Item) => boolean): Promise<Item[]> {
  const seen: Item[] = [];
  for await (const item of items) {
    seen.push(item);
    if (last(item)) break;
  }
  return seen;
}

const to = (status: string) => (item: Item) => item.event?.to === status;
const statuses = (items: readonly Item[]) => items.map(({ event }) => event?.to.toLowerCase().replace('_', ' '));

describe('a plan created through the gateway', () => {
  it('is a row exactly as the controller of OOF-HAS would have written it', async () => {
    const id = await gateway.accepted({ name: 'order-1', timeout: 5, num_solution: '2', template: TEMPLATE });
    const row = await has.plan(id);
    expect(Object.keys(row ?? {}).sort()).toEqual(COLUMNS);
    expect(row).toMatchObject({
      id,
      status: 'template',
      name: 'order-1',
      timeout: 5,
      recommend_max: '2',
      message: '',
      translation: '{}',
      solution: '{}',
      translation_owner: {},
      solver_owner: {},
      reservation_owner: {},
      translation_counter: 0,
      solver_counter: 0,
      reservation_counter: 0,
      translation_begin_timestamp: null,
    });
    expect(JSON.parse(String(row?.['template']))).toEqual(TEMPLATE);
    expect(row?.['created']).toBe(row?.['updated']);
  });

  it('is worked on by OOF-HAS, and its subscriber sees every status in order and then the recommendations', async () => {
    const id = await gateway.accepted({ name: 'order-2', template: TEMPLATE });
    const items = subscribed(other, id);
    const first = await items.next();
    const rest = until(items, to('DONE'));
    await has.work(id, RESULT);
    const seen = [first.value as Item, ...(await rest)];
    expect(statuses(seen)).toEqual(WALK);
    expect(seen.map(({ event }) => event?.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(seen.map(({ event }) => event?.reason)).toEqual([
      ...['CREATED', 'CLAIMED', 'COMPLETED', 'CLAIMED', 'COMPLETED', 'CLAIMED', 'COMPLETED'],
    ]);
    expect(seen.map(({ event }) => event?.actor)).toEqual(['user', 'vm-1', 'vm-1', 'vm-2', 'vm-2', 'vm-3', 'vm-3']);
    const { body } = await other.rest('GET', `/v1/plans/${id}`);
    const [shown] = (body as { plans: readonly RestPlan[] }).plans;
    expect(shown).toMatchObject({ id, name: 'order-2', status: 'done' });
    expect(shown?.recommendations).toEqual(JSON.parse(String(RESULT['solution'])).recommendations);
  });

  it('shows over GraphQL who worked on it, its history and its recommendations', async () => {
    const id = await gateway.accepted({ name: 'order-3', template: TEMPLATE });
    await has.work(id, RESULT);
    const { plan } = await graphql(
      `query($id: ID!) { plan(id: $id) { name status createdBy stages { stage owner counter }
        events { seq from to } recommendations { objective } template } }`,
      { id },
      other,
    );
    expect(plan).toMatchObject({
      name: 'order-3',
      status: 'DONE',
      createdBy: 'user',
      stages: [
        { stage: 'CONTROLLER', owner: 'vm-1', counter: 1 },
        { stage: 'SOLVER', owner: 'vm-2', counter: 1 },
        { stage: 'RESERVATION', owner: 'vm-3', counter: 1 },
      ],
      recommendations: [{ objective: null }],
      template: TEMPLATE,
    });
    const { events } = plan as { events: readonly { from: string | null; to: string }[] };
    expect(events.map(({ to: status }) => status.toLowerCase())).toEqual(WALK);
    expect(events.slice(1).map(({ from }) => from)).toEqual(events.slice(0, -1).map(({ to: status }) => status));
  });

  it('is one plan for one idempotency key, on whichever gateway, and the key is free again once the plan is gone', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const body = { name: 'order-4', template: TEMPLATE };
    const first = await gateway.rest('POST', '/v1/plans', body, headers);
    const again = await other.rest('POST', '/v1/plans', body, headers);
    const { id } = first.body as RestPlan;
    expect((again.body as RestPlan).id).toBe(id);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const foreign = await other.rest('POST', '/v1/plans', { ...body, name: 'order-5' }, headers);
    expect(foreign.status).toBeGreaterThanOrEqual(400);
    expect((await other.rest('DELETE', `/v1/plans/${id}`)).status).toBe(204);
    const anew = await gateway.rest('POST', '/v1/plans', body, headers);
    expect(anew.status).toBe(201);
    expect((anew.body as RestPlan).id).not.toBe(id);
  });

  it('with files or limits of the search is refused, because OOF-HAS would not look at them', async () => {
    const files = await gateway.rest('POST', '/v1/plans', { name: 'f', template: TEMPLATE, files: { a: 'b' } });
    expect(files.status).toBe(400);
    const limited = await graphql(
      'mutation($input: CreatePlanInput!) { createPlan(input: $input) { ... on Error { message } } }',
      { input: { template: TEMPLATE, timeLimit: 5 } },
    );
    expect(JSON.stringify(limited)).toContain('OOF-HAS takes no time limit');
    const within = await gateway.rest('POST', '/v1/plans', { name: 'g', template: TEMPLATE, gap_limit: 0.1 });
    expect([within.status, JSON.stringify(within.body)]).toEqual([400, expect.stringContaining('takes no gap limit')]);
    const first = await gateway.rest('POST', '/v1/plans', { name: 'p', template: TEMPLATE, priority: 'high' });
    expect([first.status, JSON.stringify(first.body)]).toEqual([400, expect.stringContaining('their priority')]);
    expect([...(await has.read('conductor/plans/')).keys()]).toEqual(['conductor/plans/healthcheck']);
  });
});

describe('a subscription', () => {
  it('resumes on another gateway where it was broken off: nothing is lost and nothing comes twice', async () => {
    const id = await gateway.accepted({ name: 'order-6', template: TEMPLATE });
    await has.update(id, { status: 'translating', translation_owner: 'vm-1', translation_counter: 1 });
    const [, second] = await until(subscribed(gateway, id, null), to('TRANSLATING')).then((seen) => [
      null,
      seen.at(-1),
    ]);
    await has.update(id, { status: 'translated' });
    await has.update(id, { status: 'solving', solver_owner: 'vm-2', solver_counter: 1 });
    await gateway.stop();
    await has.update(id, { status: 'not found', message: 'no recommendations found by machine vm' });
    const rest = await until(subscribed(other, id, second?.cursor ?? ''), to('NOT_FOUND'));
    expect(rest.map(({ event }) => [event?.seq, event?.to])).toEqual([
      [3, 'TRANSLATED'],
      [4, 'SOLVING'],
      [5, 'NOT_FOUND'],
    ]);
  });

  it('to all plans begins where a list of them was read, on any gateway: what the list does not show is told', async () => {
    const list = async () => {
      const { plans } = await graphql('{ plans { feedCursor nodes { id } } }');
      return plans as { readonly feedCursor: string; readonly nodes: readonly { readonly id: string }[] };
    };
    const empty = await list();
    const id = await gateway.accepted({ name: 'order-9', template: TEMPLATE });
    await until(subscribed(other, null, empty.feedCursor, ALL), to('TEMPLATE'));
    const { feedCursor, nodes } = await list();
    expect([empty.nodes, nodes]).toEqual([[], [{ id }]]);
    await has.update(id, { status: 'translating', translation_owner: 'vm-1', translation_counter: 1 });
    await has.update(id, { status: 'translated' });
    for (const at of [gateway, other]) {
      const told = await until(subscribed(at, null, feedCursor, ALL), to('TRANSLATED'));
      expect(statuses(told).slice(-2)).toEqual(['translating', 'translated']);
    }
  });

  it('whose missed history etcd has compacted is told so, and goes on from the present state', async () => {
    const id = await gateway.accepted({ name: 'order-7', template: TEMPLATE });
    const [first] = await until(subscribed(gateway, id), () => true);
    await has.work(id, RESULT);
    const { body } = await gateway.rest('GET', `/v1/plans/${id}`);
    expect((body as { plans: readonly RestPlan[] }).plans[0]?.status).toBe('done');
    await etcd.compact(await revision(id));
    const rest = await until(subscribed(other, id, first?.cursor ?? ''), to('DONE'));
    expect(rest.map(({ kind, event }) => event?.to ?? kind)).toEqual(['Gap', 'DONE']);
  });

  it.each([
    ['the other gateway', async (id: string) => void (await gateway.rest('DELETE', `/v1/plans/${id}`))],
    ['OOF-HAS itself', (id: string) => has.deletePlan(id)],
  ])('is told when %s deletes the plan, and nothing of it is left behind', async (_, remove) => {
    const id = await gateway.accepted({ name: 'order-8', template: TEMPLATE });
    const items = subscribed(other, id);
    await items.next();
    const ended = until(items, ({ kind }) => kind === 'PlanDeleted');
    await remove(id);
    expect((await ended).map(({ kind }) => kind)).toEqual(['PlanDeleted']);
    expect(await has.plan(id)).toBeNull();
    expect((await other.rest('GET', `/v1/plans/${id}`)).status).toBe(404);
    await expect.poll(async () => (await has.read('conductor/gateway/has/')).size).toBe(0);
  });
});

describe('plans of OOF-HAS itself', () => {
  it('are listed by both APIs in the order of their creation, page by page, also those that come later', async () => {
    const rows = recorded('plans').map(({ row }) => row);
    for (const row of rows.slice(1)) await has.putPlan(row);
    const list = async (at: Gateway) => {
      const { body } = await at.rest('GET', '/v1/plans');
      return (body as { plans: readonly RestPlan[] }).plans.map(({ id }) => id);
    };
    const order = (some: typeof rows) =>
      some.toSorted((a, b) => Number(a['created']) - Number(b['created'])).map(({ id }) => id);
    expect(await list(gateway)).toEqual(['healthcheck', ...order(rows.slice(1))]);
    const [late] = rows;
    if (!late) throw new Error('unreachable');
    await has.putPlan(late);
    await until(subscribed(gateway, late.id), () => true);
    await expect.poll(() => list(gateway)).toEqual(['healthcheck', ...order(rows)]);
    const page = (after: string | null) =>
      graphql(
        `query($after: String) { plans(orderBy: NEWEST_FIRST, first: 4, after: $after) {
          edges { node { id status } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      ) as Promise<unknown> as Promise<{
        plans: {
          edges: { node: { id: string } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      }>;
    const one = (await page(null)).plans;
    const two = (await page(one.pageInfo.endCursor)).plans;
    expect([...one.edges, ...two.edges].map(({ node }) => node.id)).toEqual(order(rows).toReversed());
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  it('show the messages of failed translations as its own API does', async () => {
    const row = recordedPlan('error');
    await has.putPlan(row);
    const { body } = await gateway.rest('GET', `/v1/plans/${row.id}`);
    expect((body as { plans: readonly RestPlan[] }).plans[0]).toMatchObject({
      status: 'error',
      message: row['message'],
    });
  });

  it('that cannot be read are left out, and keep nobody from seeing the others', async () => {
    await has.putPlan({ ...recordedPlan('done'), id: 'aaaaaaaa-0000-4000-8000-000000000009', status: 'lost in space' });
    await has.put('conductor/plans/aaaaaaaa-0000-4000-8000-00000000000a', '{');
    await has.putPlan(RESULT);
    const { body } = await gateway.rest('GET', '/v1/plans');
    expect((body as { plans: readonly RestPlan[] }).plans.map(({ id }) => id)).toEqual(['healthcheck', RESULT.id]);
    expect((await gateway.rest('GET', '/v1/plans/aaaaaaaa-0000-4000-8000-00000000000a')).status).toBe(404);
  });
});

describe('what is not this mode’s business', () => {
  it('releases of orders and loads of latency rules are left to OOF-HAS with a clear word', async () => {
    const release = { 'release-locks': [{ status: 'success', 'service-resource-id': 'sr-1' }] };
    const answer = await gateway.rest('POST', '/v1/release-orders', release);
    expect(answer.status).toBe(502);
    expect(JSON.stringify(answer.body)).toContain('OOF-HAS');
  });

  it('any other role than api is refused at start, naming the setting', async () => {
    const { file } = writeConfig([
      '[db_options]',
      'db_backend = etcd',
      'layout = has',
      '[gateway]',
      'roles = api, solver',
    ]);
    const { config } = loadConfig({ files: [file], env: {} });
    await expect(createApp(config)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/\[gateway\] roles must be api alone, not solver/),
    });
  });

  it('the embedded store is refused at start', async () => {
    const { file } = writeConfig(['[db_options]', 'layout = has', '[gateway]', 'roles = api']);
    const { config } = loadConfig({ files: [file], env: {} });
    await expect(createApp(config)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: /db_backend must be etcd/,
    });
  });

  it('both gateways are members, and no queue of theirs is shown', async () => {
    const { members, queues } = await graphql('{ members { name roles url version } queues { stage } }');
    expect((members as readonly { url: string }[]).map(({ url }) => url).sort()).toEqual(
      [gateway.url, other.url].sort(),
    );
    expect(queues).toEqual([]);
  });
});

/** Modification revision of a row, as the gateway names it. */
async function revision(id: string): Promise<number> {
  const scope = { principal: { name: 'test', kind: 'basic' }, requestId: 't' } as const;
  return (await gateway.app.services.plans.get(scope, id))?.revision ?? 0;
}
