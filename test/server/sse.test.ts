// Subscriptions as server-sent events.
import { expect, test } from 'vitest';
import { startServer } from './support.ts';

const accept = { accept: 'text/event-stream' };

test('events come one by one and end with complete, past proxies that buffer', async () => {
  const { post } = await startServer();
  const response = await post({ query: 'subscription { count }' }, { headers: accept });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  const text = await response.text();
  const lines = text.split('\n').filter((line) => line !== '' && line !== ':');
  expect(lines).toEqual([
    'event: next',
    'data: {"data":{"count":"1"}}',
    'event: next',
    'data: {"data":{"count":"2"}}',
    'event: complete',
    'data:',
  ]);
});

test('an EventSource, which can only GET, may subscribe', async () => {
  const { url } = await startServer();
  const query = encodeURIComponent('subscription { count }');
  const response = await fetch(`${url}/graphql?query=${query}`, { headers: accept });
  expect(await response.text()).toContain('data: {"data":{"count":"2"}}');
});

test('a quiet stream stops at once when its client leaves', async () => {
  const { post, world, measured } = await startServer();
  const leave = new AbortController();
  const response = await post({ query: 'subscription { quiet }' }, { headers: accept, signal: leave.signal });
  expect(response.status).toBe(200);
  const [source] = world.sources;
  leave.abort();
  await world.changed.until(() => source?.returned === true);
  expect(source?.signal?.aborted).toBe(true);
  const gauge = measured.filter(({ name }) => name === 'conductor_subscriptions');
  expect(gauge.at(-1)).toEqual({ name: 'conductor_subscriptions', value: 0, labels: { transport: 'sse' } });
});

test('a subscription by a client that takes no event stream is refused', async () => {
  const { post, world } = await startServer();
  const response = await post({ query: 'subscription { quiet }' }, { headers: { accept: 'application/json' } });
  expect(response.status).toBe(406);
  await world.changed.until(() => world.sources.every(({ returned }) => returned));
});
