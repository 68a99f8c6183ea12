// A plan's changes over REST: event streams and long polls with the cursors of GraphQL, over the real services and store.
import { expect, onTestFinished, test } from 'vitest';
import { ConductorError } from '../../../src/domain/errors.ts';
import type { PlanStatus } from '../../../src/domain/plan.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createRestHandler, type RestRequest, type RestResponse } from '../../../src/rest/index.ts';
import { createSubscriptions } from '../../../src/services/subscriptions.ts';
import { decodeCursor, encodeCursor } from '../../../src/store/cursor.ts';
import { when } from '../../../src/store/request.ts';
import { noMetrics, planHead } from '../../support/planted-store.ts';
import { plantProgress, searchProgress } from '../../support/progress.ts';
import { createWorld, scope, type World } from '../graphql/harness.ts';
import { basic, headerOf, json, recordingLogger, SETTINGS } from './support.ts';

const RIGHT = basic('admin1', 'plan.15');
/** Nothing here takes so long; a test that waits for it fails. */
const LONG = 600_000;

interface Told {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: string;
  readonly data?: Record<string, unknown>;
}

interface RestWorld extends World {
  ask(path: string, request?: Partial<RestRequest>): Promise<RestResponse>;
  readonly subscriptions: ReturnType<typeof createSubscriptions>;
}

async function start(maxPerPrincipal = 0, maxWaitMs = LONG): Promise<RestWorld> {
  const world = await createWorld({}, { feedQueueCapacity: 2 });
  const subscriptions = createSubscriptions(noMetrics, maxPerPrincipal);
  onTestFinished(() => subscriptions.endAll());
  const handle = createRestHandler({
    services: world.services,
    settings: { ...SETTINGS, basicAuthSecure: true, maxWaitMs },
    logger: recordingLogger(),
    ids: { uuid: () => 'made-id' },
    findDuplicateKey: () => null,
    clock: systemClock,
    subscriptions,
  });
  const ask: RestWorld['ask'] = (target, request = {}) => {
    const [path = '', query = ''] = target.split('?');
    return handle({
      ...{ method: 'GET', path, query, body: '', protocol: 'http', host: 'has', remoteAddress: '127.0.0.1' },
      ...request,
      headers: { ...RIGHT, ...request.headers },
    });
  };
  await world.store.plant(planHead({ id: 'p' }));
  return { ...world, ask, subscriptions };
}

/** Events as they come; the iterator's `return` is the client that leaves. */
function events({ stream, status, body }: RestResponse): AsyncIterator<Told> {
  if (!stream) throw new Error(`no stream: ${status} ${body}`);
  const read = async function* () {
    for await (const block of stream) yield readBlock(block);
  };
  return read();
}

function readBlock(block: string): Told {
  expect(block.endsWith('\n\n')).toBe(true);
  const fields = block
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
  const { data, ...rest } = Object.fromEntries(fields) as Record<string, string>;
  return { ...rest, ...(data === undefined ? {} : { data: JSON.parse(data) }) };
}

async function all(response: RestResponse): Promise<Told[]> {
  const told: Told[] = [];
  const source = events(response);
  for (let item = await source.next(); !item.done; item = await source.next()) told.push(item.value);
  return told;
}

const short = ({ event, data }: Told) => `${event ?? ''} ${data?.seq ?? data?.reason ?? ''}`;
const WAY: readonly PlanStatus[] = ['translating', 'translated', 'solving', 'solved', 'reserving', 'done'];

test('a stream tells the present state, each change, and ends with the plan', async () => {
  const { ask, store } = await start();
  const source = events(await ask('/v1/plans/p/events', { headers: { accept: 'text/event-stream' } }));
  expect((await source.next()).value).toEqual({ retry: '1000' });
  const first = (await source.next()).value as Told;
  expect(first).toMatchObject({
    event: 'status',
    data: { planId: 'p', seq: 1, from: null, to: 'template', reason: 'created', at: '1970-01-01T00:00:01.000Z' },
  });
  // More than its queue takes, and nobody reads meanwhile: told all the same.
  for (const status of WAY) await store.move('p', { status });
  const seen: unknown[] = [];
  for (let item = await source.next(); !item.done; item = await source.next()) seen.push(item.value.data?.['to']);
  expect(seen).toEqual(WAY);
});

test('with progress a stream tells how far the search is, without ids, also when the plan is searched for again', async () => {
  const { ask, store } = await start();
  const source = events(await ask('/v1/plans/p/events?progress=true'));
  const next = async () => (await source.next()).value as Told;
  expect([await next(), short(await next())]).toEqual([{ retry: '1000' }, 'status 1']);
  for (const status of ['translating', 'translated', 'solving'] as const) await store.move('p', { status });
  for (const seq of [2, 3, 4]) expect(short(await next())).toBe(`status ${seq}`);
  for (const number of [1, 2]) {
    await plantProgress(store, 'p', searchProgress(number));
    expect(await next()).toEqual({ event: 'progress', data: { planId: 'p', ...searchProgress(number) } });
  }
  await store.kv.txn(when([], [{ delete: 'progress/p' }]));
  for (const status of ['solved', 'reserving', 'translated', 'solving'] as const) await store.move('p', { status });
  for (const seq of [5, 6, 7, 8]) expect(short(await next())).toBe(`status ${seq}`);
  await plantProgress(store, 'p', searchProgress(1));
  expect(await next()).toMatchObject({ event: 'progress', data: { number: 1 } });
  await store.move('p', { status: 'not found' });
  expect(short(await next())).toBe('status 9');
  expect((await source.next()).done).toBe(true);
});

test('a stream with progress goes on behind an id, ends with a deletion, and other wishes are refused', async () => {
  const { ask, store } = await start();
  const plan = await store.move('p', { status: 'translating' });
  await plantProgress(store, 'p', searchProgress(4));
  const after = store.feed.cursorOf(plan);
  const source = events(await ask(`/v1/plans/p/events?progress=true&after=${after}`));
  await source.next();
  expect((await source.next()).value).toMatchObject({ event: 'progress', data: { number: 4 } });
  await store.plans.delete('p');
  expect((await source.next()).value).toMatchObject({ event: 'deleted' });
  expect((await source.next()).done).toBe(true);
  await store.plant(planHead({ id: 'q' }));
  expect((await ask('/v1/plans/q/events?progress=yes')).status).toBe(400);
});

test('whoever comes back with an id gets what followed, by header or parameter; the header is newer', async () => {
  const { ask, store } = await start();
  const planted = await store.plans.get('p');
  for (const status of WAY) await store.move('p', { status });
  const ended = await store.plans.get('p');
  if (!planted || !ended) throw new Error('no plan');
  const told = await all(await ask('/v1/plans/p/events'));
  expect(told.map(short)).toEqual([' ', 'status 7']);
  expect(told[1]?.id).toBe(store.feed.cursorOf(ended));
  const first = store.feed.cursorOf(planted);
  const again = await all(await ask(`/v1/plans/p/events?after=${first}`));
  expect(again.map(short)).toEqual([' ', ...[2, 3, 4, 5, 6, 7].map((seq) => `status ${seq}`)]);
  const fifth = again[4]?.id ?? '';
  const rest = await all(await ask(`/v1/plans/p/events?after=${first}`, { headers: { 'last-event-id': fifth } }));
  expect(rest.slice(1)).toEqual(again.slice(5));
});

test('a browser that has seen the end is told not to come again', async () => {
  const { ask, store } = await start();
  for (const status of WAY) await store.move('p', { status });
  const told = await all(await ask('/v1/plans/p/events'));
  const response = await ask('/v1/plans/p/events', { headers: { 'last-event-id': told.at(-1)?.id ?? '' } });
  expect([response.status, response.stream]).toEqual([204, undefined]);
});

test('the cursors are those of the GraphQL subscription, both ways', async () => {
  const { ask, store, follow } = await start();
  await store.move('p', { status: 'translating' });
  const item = 'cursor ... on PlanUpdated { event { seq } }';
  const subscription = await follow(`subscription { planChanged(id: "p") { ${item} } }`);
  const cursor = (await subscription.next())?.data?.['planChanged'] as { cursor: string };
  await subscription.stop();
  for (const status of WAY.slice(1, 3)) await store.move('p', { status });
  const source = events(await ask('/v1/plans/p/events', { headers: { 'last-event-id': cursor.cursor } }));
  await source.next();
  const third = (await source.next()).value as Told;
  expect(short(third)).toBe('status 3');
  await source.return?.();
  const back = await follow(`subscription { planChanged(id: "p", after: "${third.id}") { ${item} } }`);
  expect((await back.next())?.data?.['planChanged']).toMatchObject({ event: { seq: 4 } });
  await back.stop();
});

test('a cursor whose history is lost gives a gap with the plan as it is now, then its newest event', async () => {
  const { ask, store } = await start();
  for (const status of WAY) await store.move('p', { status });
  const foreign = encodeCursor({ clusterId: 'another', revision: 3, seq: 2 });
  const told = await all(await ask('/v1/plans/p/events', { headers: { 'last-event-id': foreign } }));
  expect(told.map(short)).toEqual([' ', 'gap store-changed', 'status 7']);
  expect(told[1]?.data?.['plan']).toMatchObject({ id: 'p', status: 'done' });
  expect(told[1]?.id).toBeUndefined();
});

test('a cursor of an event that was undone is answered like one whose history is lost, whatever the plan is now', async () => {
  const { ask, store } = await start();
  for (const status of WAY) await store.move('p', { status });
  const ended = await store.plans.get('p');
  if (!ended) throw new Error('no plan');
  const { clusterId, revision } = decodeCursor(store.feed.cursorOf(ended));
  // The first one is behind its place in the order of the plan's changes, of the second one only the stored event tells.
  for (const one of [
    { revision: revision - 1, seq: 8 },
    { revision: revision - 1, seq: 3 },
  ]) {
    const undone = encodeCursor({ clusterId, planId: 'p', ...one });
    const told = await all(await ask('/v1/plans/p/events', { headers: { 'last-event-id': undone } }));
    expect(told.map(short)).toEqual([' ', 'gap store-changed', 'status 7']);
    expect((await ask(`/v1/plans/p?wait=5m&since=${undone}`)).status).toBe(200);
  }
});

test.each(['since=rubbish', 'since=', 'wait=0&since=rubbish', 'wait=30s&since=rubbish'])(
  'a place that is none is refused, also where nothing is waited for: %s',
  async (query) => {
    const { ask, store } = await start();
    for (const status of WAY) await store.move('p', { status });
    expect((await ask(`/v1/plans/p?${query}`)).status).toBe(400);
  },
);

test('a deletion is told and ends the stream', async () => {
  const { ask, store } = await start();
  const source = events(await ask('/v1/plans/p/events'));
  await source.next();
  await source.next();
  await store.plans.delete('p');
  expect((await source.next()).value).toMatchObject({ event: 'deleted', data: { planId: 'p' } });
  expect((await source.next()).done).toBe(true);
});

test('the whole history as JSON for those who ask for it, with the cursor to go on from', async () => {
  const { ask, store } = await start();
  for (const status of WAY.slice(0, 2)) await store.move('p', { status });
  const response = await ask('/v1/plans/p/events', { headers: { accept: 'application/json' } });
  const { events: told, cursor } = json(response) as { events: { seq: number; to: string }[]; cursor: string };
  expect(told.map(({ seq, to }) => `${seq} ${to}`)).toEqual(['1 template', '2 translating', '3 translated']);
  expect((await ask('/v1/plans/p')).headers['X-Conductor-Cursor']).toBe(cursor);
});

test.each([
  ['/v1/plans/missing/events', {}, 404],
  ['/v1/plans/p/events', { 'last-event-id': 'rubbish' }, 400],
  ['/v1/plans/p/events?after=%00', {}, 400],
  ['/v1/plans/p/events', { accept: 'text/html' }, 406],
  ['/v1/plans/p/events', { authorization: 'Basic eDp5' }, 401],
] as const)('%s with %j is refused with %s before a stream begins', async (path, headers, status) => {
  const { ask } = await start();
  const response = await ask(path, { headers });
  expect([response.status, response.stream]).toEqual([status, undefined]);
});

test('a store that fails in the middle is told as a failure, and the id before it still holds', async () => {
  const world = await start();
  const real = world.services.plans.watch;
  world.services.plans.watch = async function* (...args) {
    for await (const change of real(...args)) {
      yield change;
      throw new ConductorError('STORE_UNAVAILABLE');
    }
  };
  const told = await all(await world.ask('/v1/plans/p/events'));
  expect(told.map(short)).toEqual([' ', 'status 1', 'failure ']);
  expect(told[2]?.data).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
});

test('a stream ends when its client leaves and when the process drains, and is not counted any more', async () => {
  const { ask, subscriptions, store } = await start(1);
  const client = new AbortController();
  const source = events(await ask('/v1/plans/p/events', { signal: client.signal }));
  await source.next();
  await source.next();
  const refused = await ask('/v1/plans/p/events');
  expect([refused.status, headerOf(refused, 'retry-after'), json(refused).title]).toEqual([
    429,
    '5',
    'Too Many Requests',
  ]);
  const pending = source.next();
  client.abort();
  expect((await pending).done).toBe(true);
  const second = events(await ask('/v1/plans/p/events'));
  await second.next();
  await second.next();
  const last = second.next();
  subscriptions.endAll();
  expect((await last).done).toBe(true);
  expect(store.watches.every((signal) => signal.aborted)).toBe(true);
});

// ---------------------------------------------------------------- long polls

test('a plain GET tells the cursor in headers and is otherwise what it was', async () => {
  const { ask, store } = await start();
  const response = await ask('/v1/plans/p');
  const plan = await store.plans.get('p');
  const cursor = plan && store.feed.cursorOf(plan);
  expect(response.headers).toMatchObject({ 'X-Conductor-Cursor': cursor, ETag: `"${cursor}"` });
  const same = await ask('/v1/plans/p', { headers: { 'if-none-match': `"x", W/"${cursor}"` } });
  expect([same.status, same.body]).toEqual([304, null]);
  expect((await ask('/v1/plans/p', { headers: { 'if-none-match': '"x"' } })).body).toBe(response.body);
});

test('a long poll answers with the change it waited for', async () => {
  const { ask, store } = await start();
  const { headers } = await ask('/v1/plans/p');
  const poll = ask(`/v1/plans/p?wait=30s&since=${headers['X-Conductor-Cursor']}`);
  await store.move('p', { status: 'translating' });
  const response = await poll;
  expect(json(response)).toMatchObject({ plans: [{ status: 'translating' }] });
  expect(response.headers['X-Conductor-Cursor']).not.toBe(headers['X-Conductor-Cursor']);
});

test('a plan that has moved past the cursor, or has ended, is answered at once', async () => {
  const { ask, store } = await start();
  const { headers } = await ask('/v1/plans/p');
  await store.move('p', { status: 'translating' });
  const moved = await ask(`/v1/plans/p?wait=5m&since=${headers['X-Conductor-Cursor']}`);
  expect(json(moved)).toMatchObject({ plans: [{ status: 'translating' }] });
  const foreign = encodeCursor({ clusterId: 'another', revision: 3, seq: 2 });
  expect((await ask(`/v1/plans/p?wait=5m&since=${foreign}`)).status).toBe(200);
  for (const status of WAY.slice(1)) await store.move('p', { status });
  expect(json(await ask('/v1/plans/p?wait=5m'))).toMatchObject({ plans: [{ status: 'done' }] });
});

test('a wait is cut to the limit, and then the present state is the answer', async () => {
  const { ask } = await start(0, 20);
  const { headers, body } = await ask('/v1/plans/p');
  const response = await ask(`/v1/plans/p?wait=30s&since=${headers['X-Conductor-Cursor']}`);
  expect([response.status, response.body]).toEqual([200, body]);
});

test('a plan that is deleted while somebody waits is not found', async () => {
  const { ask, store } = await start();
  const poll = ask('/v1/plans/p?wait=30s');
  while (store.watches.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await store.plans.delete('p');
  expect((await poll).status).toBe(404);
});

test('a poll ends at once when the process drains, and counts as a subscription', async () => {
  const { ask, store, subscriptions } = await start(1);
  const poll = ask('/v1/plans/p?wait=30s');
  while (store.watches.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect((await ask('/v1/plans/p?wait=30s')).status).toBe(429);
  expect((await ask('/v1/plans/p')).status).toBe(200);
  subscriptions.endAll();
  expect((await poll).status).toBe(200);
});

test.each(['soon', '-1', '1h', '', '9999999999', '1.5s'])(
  'a wait of %j is refused with what to send instead',
  async (wait) => {
    const { ask } = await start();
    const response = await ask(`/v1/plans/p?wait=${wait}`);
    expect(response.status).toBe(400);
    expect(json(response).explanation).toContain('30s');
  },
);

test('a cursor that is none is refused', async () => {
  const { ask } = await start();
  expect((await ask('/v1/plans/p?wait=1s&since=rubbish')).status).toBe(400);
});

test('a principal of a kind that nothing is granted to gets no cursor', async () => {
  const { services } = await start();
  const stranger = { ...scope, principal: { name: 'x', kind: 'stranger' as never } };
  await expect(services.plans.get(stranger, 'p')).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
