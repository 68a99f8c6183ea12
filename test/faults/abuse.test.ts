// F45, F53 and F54: what clients may do twice, too often, too big or on the wrong transport.
import { setTimeout as lasting } from 'node:timers/promises';
import { expect } from 'vitest';
import type { WebSocket } from 'ws';
import { WsClient } from '../server/support.ts';
import { type Api, AUTHORIZATION } from './api.ts';
import { FULL, type Gateway, type Single } from './cluster.ts';
import { fault } from './fault.ts';
import { memoryOf } from './process-invariants.ts';
import { INVALID, LIGHT } from './templates.ts';
import { soon, verify, withCluster, withSingle } from './verify.ts';

interface Answered {
  readonly status: number;
  readonly id: string | undefined;
}

async function postWith(api: Api, key: string, name = 'same', template: object = LIGHT): Promise<Answered> {
  const answer = await api.post(name, template, { 'idempotency-key': key });
  const { id } = (await answer.json()) as { id?: string };
  return { status: answer.status, id };
}

fault(45, 'the same again: two plans without a key, one with it, from any gateway, and never for another body', (run) =>
  withCluster({}, async (cluster) => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => cluster.gateway(name)));
    const apis = [one?.api ?? cluster.front.api, two?.api ?? cluster.front.api] as const;
    const ids = [await apis[0].create('twice', LIGHT), await apis[1].create('twice', LIGHT)];
    expect(new Set(ids).size).toBe(2);
    const first = await postWith(apis[0], 'key-1');
    expect(first.status).toBe(201);
    const again = await postWith(apis[1], 'key-1');
    expect(again.id).toBe(first.id);
    expect((await postWith(apis[1], 'key-1', 'other body')).status).toBe(422);
    expect((await postWith(apis[1], 'key-1', 'same', INVALID)).status).toBe(422);
    // Twins at the same moment: one plan, whoever is told what.
    const twins = await Promise.all(
      Array.from({ length: 20 }, (_, at) => postWith(apis[at % 2 === 0 ? 0 : 1], 'key-2')),
    );
    const made = new Set(twins.flatMap(({ id, status }) => (status === 201 || status === 200 ? [id] : [])));
    expect(made.size).toBe(1);
    expect(twins.every(({ status }) => [200, 201, 409].includes(status))).toBe(true);
    run.note(`${twins.filter(({ status }) => status === 409).length} of 20 twins were told to wait (409)`);
    // The gateway dies with the create on its way: the client repeats it at another one.
    const third = await postWith(cluster.front.api, 'key-3').catch(() => null);
    const sent = postWith(apis[0], 'key-4', 'killed').catch(() => null);
    run.struck();
    await one?.program.kill('SIGKILL');
    const dead = await sent;
    const repeated = await soon(async () => {
      const answer = await postWith(apis[1], 'key-4', 'killed');
      return answer.status < 300 && answer;
    });
    run.recovered();
    if (dead && dead.status < 300) expect(repeated.id).toBe(dead.id);
    const all = [...ids, first.id, ...made, third?.id, repeated.id].flatMap((id) => id ?? []);
    await verify(cluster, run, all);
    const names = await cluster.front.api.query<{ plans: { nodes: { name: string }[] } }>(
      '{ plans(first: 100) { nodes { name } } }',
      {},
    );
    expect(names.plans.nodes.filter(({ name }) => name === 'killed')).toHaveLength(1);
  }),
);

function socketTo({ api }: Pick<Gateway, 'api'>, options: WebSocket.ClientOptions = {}): WsClient {
  return new WsClient(Number(new URL(api.url).port), { headers: { authorization: AUTHORIZATION }, ...options });
}

const QUIET = 'subscription { plansChanged { __typename } }';

fault(53, 'sockets that misbehave are closed with the codes of the protocol', (run) =>
  withSingle({}, async (single) => {
    const silent = socketTo(single);
    await silent.opened();
    const twice = socketTo(single);
    await twice.init();
    twice.send({ type: 'connection_init' });
    expect((await twice.closed).code).toBe(4429);
    const same = socketTo(single);
    await same.init();
    same.subscribe('1', QUIET);
    same.subscribe('1', QUIET);
    expect((await same.closed).code).toBe(4409);
    const binary = socketTo(single);
    await binary.init();
    binary.socket.send(Buffer.from('{}'), { binary: true });
    expect((await binary.closed).code).toBe(1003);
    const large = socketTo(single);
    await large.init();
    large.socket.send('x'.repeat(64 * 1024 * 1024));
    expect([1006, 1009]).toContain((await large.closed).code);
    const early = socketTo(single);
    await early.opened();
    early.subscribe('1', QUIET);
    expect((await early.closed).code).toBe(4401);
    // No compression is agreed on, whatever the client offers: there is nothing to bomb.
    const packed = socketTo(single, { perMessageDeflate: true });
    await packed.init();
    expect(packed.socket.extensions).toBe('');
    const many = socketTo(single);
    await many.init();
    for (let at = 0; at <= 100; at += 1) many.subscribe(String(at), QUIET);
    const refused = await many.message('error');
    expect(JSON.stringify(refused)).toMatch(/LIMIT_EXCEEDED|TOO_MANY/);
    for (let at = 0; at < 10_000; at += 1) packed.socket.ping();
    expect((await silent.closed).code).toBe(4408);
    const ids = await Promise.all(Array.from({ length: 4 }, () => single.api.create('after', LIGHT)));
    await verify(single, run, ids);
  }),
);

fault(
  53,
  'thousands of sockets that never say who they are: each is closed, and others are served meanwhile',
  (run) =>
    withSingle({}, async (single) => {
      // A gateway takes 10,000, and the watchers have theirs.
      const count = FULL ? 9_750 : 1_000;
      const closed: Promise<{ readonly code: number }>[] = [];
      while (closed.length < count) {
        const batch = Array.from({ length: 250 }, () => socketTo(single));
        closed.push(...batch.map((client) => client.closed));
        await Promise.all(batch.map((client) => client.opened()));
      }
      run.struck();
      const id = await single.api.create('meanwhile', LIGHT);
      await single.watcher.ended([id]);
      const codes = await Promise.all(closed);
      expect(new Set(codes.map(({ code }) => code))).toEqual(new Set([4408]));
      run.recovered();
      const megabytes = Math.round((await memoryOf(lastOf(single))) / 1e6);
      run.note(`${count} sockets; resident memory after the last was closed: ${megabytes} MB`);
      await verify(single, run, [id]);
    }),
  { timeout: 300_000 },
);

fault(53, 'many sockets, and readers that never read: memory comes back', (run) =>
  withSingle({ env: { NODE_OPTIONS: '--max-old-space-size=96' } }, async (single) => {
    const lazy: WsClient[] = [];
    for (let at = 0; at < 20; at += 1) {
      const client = socketTo(single);
      await client.init();
      client.subscribe('1', QUIET);
      // From now on nothing is read.
      (client.socket as unknown as { _socket: { pause(): void } })._socket.pause();
      lazy.push(client);
    }
    const ids = await Promise.all(
      Array.from({ length: FULL ? 100 : 20 }, (_, at) => single.api.create(`plan ${at}`, LIGHT)),
    );
    const count = FULL ? 1_000 : 100;
    run.note('the heap is held to 96 MB, so that the runtime collects what it can instead of growing');
    const rounds: number[] = [];
    // The runtime gives memory back when it likes: it has ten rounds for it. What leaks never comes back.
    const back = () => rounds.length > 2 && (rounds.at(-1) ?? 0) < (rounds[1] ?? 0) * 1.1;
    while (!back() && rounds.length < 10) {
      const clients = Array.from({ length: count }, () => socketTo(single));
      await Promise.all(clients.map((client) => client.init()));
      for (const client of clients) client.subscribe('1', QUIET);
      await soon(async () => (await single.api.metric('conductor_subscriptions', 'ws')) >= count);
      for (const client of clients) client.socket.terminate();
      await soon(async () => (await single.api.metric('conductor_subscriptions', 'ws')) <= lazy.length + 1);
      await lasting(200);
      rounds.push(await memoryOf(lastOf(single)));
    }
    const megabytes = rounds.map((bytes) => Math.round(bytes / 1e6)).join(', ');
    run.note(`resident memory in MB after each round of ${count} sockets: ${megabytes}`);
    expect(back(), megabytes).toBe(true);
    run.checked('I7');
    for (const client of lazy) client.socket.terminate();
    await verify(single, run, ids);
  }),
);

function lastOf({ gateways }: Single): Gateway {
  const last = gateways.at(-1);
  if (!last) throw new Error('no gateway runs');
  return last;
}

interface Told {
  readonly message: string;
  readonly code: unknown;
}

const told = (errors: readonly { message: string; extensions?: { code?: unknown } }[] = []): Told[] =>
  errors.map(({ message, extensions }) => ({ message, code: extensions?.code }));

/** The errors of an operation over each transport. */
async function everywhere(single: Single, query: string): Promise<Record<string, Told[]>> {
  const { api } = single;
  const headers = { authorization: AUTHORIZATION, 'content-type': 'application/json' };
  const body = JSON.stringify({ query });
  const send = (accept: string) =>
    fetch(`${api.url}/graphql`, { method: 'POST', headers: { ...headers, accept }, body });
  const errorsOf = async (answer: Response) => told(((await answer.json()) as { errors?: [] }).errors);
  const post = await errorsOf(await send('application/json'));
  const address = `${api.url}/graphql?query=${encodeURIComponent(query)}`;
  const asked = { headers: { authorization: AUTHORIZATION, accept: 'application/json' } };
  // An address has a limit of its own, which comes first.
  const get = address.length > 10_000 ? post : await errorsOf(await fetch(address, asked));
  const events = await (await send('text/event-stream')).text();
  const data = /^data: (\{.*\})$/m.exec(events)?.[1] ?? events;
  const sse = told((JSON.parse(data) as { errors?: [] }).errors);
  const client = socketTo(single);
  await client.init();
  client.subscribe('1', query);
  const message = await Promise.race([client.message('error', '1'), client.message('next', '1')]);
  const { payload } = message as { payload: [] | { errors: [] } };
  const ws = told(Array.isArray(payload) ? payload : payload.errors);
  client.socket.terminate();
  return { post, get, sse, ws };
}

fault(54, 'the same limits and the same words on every transport', (run) =>
  withSingle({}, async (single) => {
    const deep = `{ plans { nodes { id } } ${Array.from({ length: 60 }, (_, at) => `a${at}: __typename`).join(' ')} }`;
    const operations = [
      deep,
      '{ nothing }',
      '{ plans(first: 100000) { nodes { id } } }',
      `{ ${'a: __typename '.repeat(20_000)} }`,
      '{ plan(id: "no uuid") { id nothing } }',
    ];
    for (const query of operations) {
      run.at(query.slice(0, 60));
      const { post, ...others } = await everywhere(single, query);
      expect(post?.length, query.slice(0, 60)).toBeGreaterThan(0);
      for (const [transport, errors] of Object.entries(others))
        expect(errors, `${transport}: ${query.slice(0, 60)}`).toEqual(post);
    }
    // Without credentials nobody is let in, and no transport tells more than another.
    const answers = await Promise.all([
      fetch(`${single.api.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      }),
      fetch(`${single.api.url}/graphql?query=%7B__typename%7D`),
      fetch(`${single.api.url}/v1/plans`),
    ]);
    for (const answer of answers) {
      expect([401, 417]).toContain(answer.status);
      expect(await answer.text()).not.toMatch(/ at |node_modules|\/src\//);
    }
    const ids = [await single.api.create('after', LIGHT)];
    await verify(single, run, ids);
  }),
);
