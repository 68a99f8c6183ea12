// Two gateways on one etcd as clients see them: whoever loses its gateway goes on at another one without loss or repetition, over
// every transport; one idempotency key makes one plan whichever gateway is asked. And one on the embedded store, killed.
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readEvents } from '../../src/cli/event-source.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { randomIds } from '../../src/lib/ids.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { openEtcdKv } from '../../src/store/etcd/index.ts';
import { createStores, type Stores } from '../../src/store/index.ts';
import type { Kv } from '../../src/store/kv.ts';
import { noMetrics, quiet } from '../store/rigs.ts';
import { type EtcdServer, startEtcd } from '../support/etcd.ts';
import { type Program, startProgram, stopPrograms, writeConfig } from '../support/program.ts';

const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
const TEMPLATE = { homing_template_version: '2017-10-10', demands: {} };
/** Each is two status changes. */
const CYCLES = 499;

interface Told {
  readonly cursor: string;
  readonly seq: number;
  readonly to: string;
}

/** A client that notes what it is told and lets tests wait for it. */
class Record {
  readonly told: Told[] = [];
  readonly #waiting = new Set<() => void>();

  add(item: Told): void {
    this.told.push(item);
    for (const look of [...this.#waiting]) look();
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.told.length < count) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

const FINAL = new Set(['done', 'error', 'not found', 'DONE', 'ERROR', 'NOT_FOUND']);

/** As a browser's EventSource would: the next gateway with the last id, until the plan has ended. */
async function followEvents(urls: readonly string[], id: string, record: Record, firstCursor: string | null = null) {
  let cursor = firstCursor;
  for (let turn = 0; ; turn += 1) {
    const headers = { authorization, ...(cursor === null ? {} : { 'last-event-id': cursor }) };
    const response = await fetch(`${urls[turn % urls.length]}/v1/plans/${id}/events`, { headers }).catch(() => null);
    if (response?.status === 204) return;
    if (response && response.status >= 400) throw new Refused(String(response.status));
    if (!response?.body) continue;
    try {
      for await (const { type, id: at, data } of readEvents(response.body)) {
        if (data === '') continue;
        if (type !== 'status' || at === null) throw new Refused(`${type} ${data}`);
        cursor = at;
        record.add({ cursor: at, ...(JSON.parse(data) as { seq: number; to: string }) });
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
  }
}

class Refused extends Error {}

class AuthorizedSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    super(address, protocols, { headers: { authorization } });
  }
}

const CHANGES = `subscription ($id: ID!, $after: String) {
  change: planChanged(id: $id, after: $after) { __typename cursor ... on PlanUpdated { event { seq to } } }
}`;

interface Changed {
  readonly change: { readonly cursor: string; readonly event: { readonly seq: number; readonly to: string } };
}

async function followGraphql(urls: readonly string[], id: string, record: Record, firstCursor: string | null = null) {
  let after = firstCursor;
  for (let turn = 0; ; turn += 1) {
    const url = `${urls[turn % urls.length]?.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: AuthorizedSocket, retryAttempts: 0 });
    try {
      const items: AsyncIterable<{ data?: Changed | null | undefined; errors?: unknown }> = client.iterate<Changed>({
        query: CHANGES,
        variables: { id, after },
      });
      for await (const { data, errors } of items) {
        if (errors || !data?.change.event) throw new Refused(JSON.stringify(errors ?? data));
        after = data.change.cursor;
        record.add({ cursor: after, ...data.change.event });
        if (FINAL.has(data.change.event.to)) return;
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
    } finally {
      client.terminate();
    }
  }
}

/** As `followGraphql`, over server-sent events and one connection. */
async function followGraphqlEvents(url: string, id: string, record: Record, after: string | null = null) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: CHANGES, variables: { id, after } }),
  });
  for await (const { data } of readEvents(bodyOf(response))) {
    const item = data === '' ? null : (JSON.parse(data) as { data?: Changed; errors?: unknown });
    if (!item || (!item.data && !item.errors)) continue;
    if (!item.data?.change.event) throw new Refused(data);
    record.add({ cursor: item.data.change.cursor, ...item.data.change.event });
    if (FINAL.has(item.data.change.event.to)) return;
  }
}

async function listening(program: Program): Promise<string> {
  return String((await program.logged('listening')).url);
}

async function post(url: string, body: object, headers: { readonly [name: string]: string } = {}) {
  const response = await fetch(`${url}/v1/plans`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { readonly id: string },
  };
}

async function historyOf(url: string, id: string): Promise<Told[]> {
  const headers = { authorization, accept: 'application/json' };
  const response = await fetch(`${url}/v1/plans/${id}/events`, { headers });
  return ((await response.json()) as { readonly events: Told[] }).events;
}

function bodyOf({ body, status }: Response): AsyncIterable<Uint8Array> {
  if (!body) throw new Error(`no body: ${status}`);
  return body;
}

const seqs = (told: readonly { readonly seq: number }[]) => told.map(({ seq }) => seq);

afterAll(stopPrograms);

describe('two gateways on one etcd', () => {
  let etcd: EtcdServer;
  let kv: Kv;
  let stores: Stores;
  let config: string;
  const gateway = async () => {
    const program = startProgram(['serve', '--config-file', config, '--roles', 'api']);
    return { program, url: await listening(program) };
  };

  beforeAll(async () => {
    etcd = await startEtcd();
    config = writeConfig(['[db_options]', 'db_backend = etcd', '[etcd_api]', `host = ${etcd.hosts}`]).file;
    const parts = { clock: systemClock, ids: randomIds, random: systemRandom, logger: quiet, metrics: noMetrics };
    kv = await openEtcdKv({ ...parts, endpoints: [etcd.endpoint], prefix: 'conductor/gateway/', timeoutMs: 5_000 });
    stores = createStores(kv, { ...parts, ownerName: 'worker', leaseTtlSeconds: 60 });
    await stores.start();
  });
  afterEach(stopPrograms);
  afterAll(async () => {
    await stores.close();
    await kv.close();
    await etcd.stop();
  });

  it('killed in the middle of 1,000 status changes: every subscriber ends on the other one with exactly the event log', async () => {
    const [first, second] = [await gateway(), await gateway()];
    const urls = [first.url, second.url];
    const { id } = (await post(first.url, { template: TEMPLATE })).body;
    const [events, graphql] = [new Record(), new Record()];
    const following = Promise.all([followEvents(urls, id, events), followGraphql(urls, id, graphql)]);
    const watch = startProgram(['watch', id, '--json', '--url', urls.join(','), '--config-file', config]);
    await Promise.all([events.until(1), graphql.until(1), watch.logged((line) => line['seq'] === 1)]);
    const working = (async () => {
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        const claim = await stores.work.claim(id, 'controller', 'worker');
        await claim?.advance({ to: 'template', reason: 'given-back' });
      }
      const claim = await stores.work.claim(id, 'controller', 'worker');
      await claim?.advance({ to: 'error', reason: 'failed', message: 'on purpose' });
    })();
    await Promise.all([events.until(300), graphql.until(300)]);
    await first.program.kill('SIGKILL');
    await Promise.all([working, following]);
    expect(await watch.ended).toBe(1);
    const log = await historyOf(second.url, id);
    expect(seqs(log)).toEqual(Array.from({ length: 2 * CYCLES + 3 }, (_, at) => at + 1));
    expect(log.at(-1)?.to).toBe('error');
    expect(seqs(events.told)).toEqual(seqs(log));
    expect(seqs(graphql.told)).toEqual(seqs(log));
    const lines = watch.log as unknown as readonly Told[];
    expect(seqs(lines)).toEqual(seqs(log));
    // The same event has the same cursor, whoever tells it and however.
    const cursors = events.told.map(({ cursor }) => cursor);
    expect(new Set(cursors).size).toBe(log.length);
    expect(graphql.told.map(({ cursor }) => cursor)).toEqual(cursors);
    expect(lines.map(({ cursor }) => cursor)).toEqual(cursors);
    // The history outlives what etcd forgets.
    await etcd.compact((await kv.status()).revision);
    const late = new Record();
    await followEvents([second.url], id, late, cursors[499] ?? '');
    expect(late.told.map(({ cursor }) => cursor)).toEqual(cursors.slice(500));
  });

  it('every transport gives the same cursor for the same change, and each of them goes on from it at the other gateway', async () => {
    const [a, b] = [(await gateway()).url, (await gateway()).url];
    const { id } = (await post(a, { template: TEMPLATE })).body;
    const advance = async (to: 'template' | 'error', reason: 'given-back' | 'failed') => {
      const claim = await stores.work.claim(id, 'controller', 'worker');
      await claim?.advance({ to, reason });
    };
    const records = { rest: new Record(), ws: new Record(), sse: new Record() };
    const command = ['watch', id, '--json', '--config-file', config];
    const watch = startProgram([...command, '--url', a]);
    const all = [
      followEvents([a], id, records.rest),
      followGraphql([a], id, records.ws),
      followGraphqlEvents(a, id, records.sse),
    ];
    await Promise.all([...Object.values(records).map((one) => one.until(1)), watch.logged(({ seq }) => seq === 1)]);
    await advance('template', 'given-back');
    const third = await watch.logged(({ seq }) => seq === 3);
    await Promise.all(Object.values(records).map((one) => one.until(3)));
    const url = `/v1/plans/${id}`;
    const poll = await fetch(`${a}${url}`, { headers: { authorization } });
    const history = await fetch(`${b}${url}/events`, { headers: { authorization, accept: 'application/json' } });
    const cursors = [
      ...Object.values(records).map(({ told }) => told[2]?.cursor),
      String(third['cursor']),
      poll.headers.get('x-conductor-cursor'),
      ((await history.json()) as { readonly cursor: string }).cursor,
    ];
    expect(new Set(cursors).size).toBe(1);
    const cursor = cursors[0] ?? '';
    await advance('template', 'given-back');
    await advance('error', 'failed');
    await Promise.all(all);
    expect(await watch.ended).toBe(1);
    const late = { rest: new Record(), ws: new Record(), sse: new Record() };
    const resumed = startProgram([...command, '--url', b, '--after', cursor]);
    await followEvents([b], id, late.rest, cursor);
    await followGraphql([b], id, late.ws, cursor);
    await followGraphqlEvents(b, id, late.sse, cursor);
    for (const { told } of Object.values(late)) expect(seqs(told)).toEqual([4, 5, 6, 7]);
    expect(await resumed.ended).toBe(1);
    expect(seqs(resumed.log as unknown as readonly Told[])).toEqual([4, 5, 6, 7]);
    const now = await fetch(`${b}${url}?wait=30s&since=${cursor}`, { headers: { authorization } });
    expect(((await now.json()) as { plans: readonly { status: string }[] }).plans[0]?.status).toBe('error');
    expect(now.headers.get('x-conductor-cursor')).toBe(late.ws.told.at(-1)?.cursor);
  });

  it('long polls in turn at both of them see the plan move and end', async () => {
    const urls = [(await gateway()).url, (await gateway()).url];
    const { id } = (await post(urls[0] ?? '', { template: TEMPLATE })).body;
    const seen: string[] = [];
    let since = '';
    for (let turn = 0; !FINAL.has(seen.at(-1) ?? ''); turn += 1) {
      const query = since === '' ? '' : `?wait=30s&since=${since}`;
      const poll = fetch(`${urls[turn % 2]}/v1/plans/${id}${query}`, { headers: { authorization } });
      if (turn === 1) {
        const claim = await stores.work.claim(id, 'controller', 'worker');
        await claim?.advance({ to: 'error', reason: 'failed', message: 'on purpose' });
      }
      const response = await poll;
      since = response.headers.get('x-conductor-cursor') ?? '';
      const { plans } = (await response.json()) as { readonly plans: readonly { readonly status: string }[] };
      seen.push(plans[0]?.status ?? '');
    }
    expect(seen[0]).toBe('template');
    expect(seen.at(-1)).toBe('error');
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('one key makes one plan: the same body gives it again from both, another body 422, after its deletion a new one', async () => {
    const urls = [(await gateway()).url, (await gateway()).url];
    const [a = '', b = ''] = urls;
    const key = { 'idempotency-key': 'order-1' };
    const body = { name: 'n', template: TEMPLATE };
    // At the same moment at both: one makes the plan, the other one gives it.
    const twins = await Promise.all([post(a, body, key), post(b, body, key)]);
    expect(twins.map(({ status }) => status)).toEqual([201, 201]);
    const id = twins[0]?.body.id ?? '';
    expect(twins[1]?.body.id).toBe(id);
    expect(twins.map(({ headers }) => headers.get('idempotency-replayed')).sort()).toEqual(['true', null].sort());
    const again = await post(b, body, key);
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([201, id, 'true']);
    for (const url of urls) expect((await post(url, { ...body, name: 'm' }, key)).status).toBe(422);
    const answer = await fetch(`${b}/graphql`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation ($template: JSON!) { createPlan(input: { name: "n", template: $template, idempotencyKey: "order-1" }) {
          ... on CreatePlanSuccess { replayed plan { id } } } }`,
        variables: { template: TEMPLATE },
      }),
    });
    expect(await answer.json()).toEqual({ data: { createPlan: { replayed: true, plan: { id } } } });
    expect((await fetch(`${a}/v1/plans/${id}`, { method: 'DELETE', headers: { authorization } })).status).toBe(204);
    const fresh = await post(b, body, key);
    expect([fresh.status, fresh.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(fresh.body.id).not.toBe(id);
  });

  it('a full queue is refused with 429 and Retry-After over REST and GraphQL, and nothing is written', async () => {
    const program = startProgram(['serve', '--config-file', config, '--roles', 'api'], {
      OS_API_LIMITS__MAX_QUEUED_PLANS: '1',
    });
    const url = await listening(program);
    const before = (await kv.range('plans/', { keysOnly: true })).kvs.length;
    // Plans of the tests before wait still: nobody translates here.
    const refused = await post(url, { template: TEMPLATE });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { createPlan(input: { template: {} }) { __typename } }' }),
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5']);
    const { errors } = (await answer.json()) as { readonly errors: readonly { readonly extensions: object }[] };
    expect(errors).toMatchObject([{ extensions: { code: 'QUEUE_FULL', retryable: true, retryAfter: 5 } }]);
    expect((await kv.range('plans/', { keysOnly: true })).kvs).toHaveLength(before);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('conductor_plans_refused_total{reason="queue"} 2');
    expect(metrics).toMatch(/conductor_queued_plans [1-9]/);
  });
});

describe('one gateway on the embedded store', () => {
  it('killed and started again: its subscriber goes on and ends with exactly the event log', async () => {
    const { file } = writeConfig(['[gateway]', 'lease_ttl = 2']);
    const start = () => startProgram(['serve', '--config-file', file]);
    const program = start();
    const url = await listening(program);
    const { id } = (await post(url, { template: TEMPLATE })).body;
    const response = await fetch(`${url}/v1/plans/${id}/events`, { headers: { authorization } });
    let cursor = '';
    let firstSeq = 0;
    for await (const { id: at, data } of readEvents(bodyOf(response))) {
      if (at === null) continue;
      cursor = at;
      firstSeq = (JSON.parse(data) as Told).seq;
      break;
    }
    await program.kill('SIGKILL');
    const second = start();
    const again = await listening(second);
    const record = new Record();
    await followEvents([again], id, record, cursor);
    const log = await historyOf(again, id);
    expect([firstSeq, ...seqs(record.told)]).toEqual(seqs(log).slice(firstSeq - 1));
    expect(log.at(-1)?.to).toBe('error');
    await second.kill('SIGTERM');
  });
});
