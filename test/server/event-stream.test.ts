// Event streams of the REST API on real sockets: comments while nothing happens, quotas over all transports, drain.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { PlanEvent } from '../../src/domain/plan.ts';
import type { PlanChange } from '../../src/domain/ports.ts';
import { KNOWN_ID, planRecord } from '../api/rest/support.ts';
import { type RunningServer, rawSocket, type SettingsPatch, startServer, WsClient } from './support.ts';

const EVENT: PlanEvent = {
  planId: KNOWN_ID,
  seq: 1,
  at: 0,
  from: null,
  to: 'template',
  reason: 'created',
  actor: 'a',
  message: 'two\nlines',
};

/** A plan with one event, about which nothing more is ever heard. */
async function start(patch: SettingsPatch = {}): Promise<RunningServer> {
  const server = await startServer(patch);
  const plan = planRecord(KNOWN_ID);
  server.plans.set(KNOWN_ID, plan);
  server.services.plans.watch = async function* (_scope, { signal }): AsyncGenerator<PlanChange> {
    yield { kind: 'event', cursor: 'c1', plan, event: EVENT };
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  };
  return server;
}

/** The text of a stream up to where the test has what it wants. */
async function reading(response: Response, enough: (text: string) => boolean): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  if (!response.body) throw new Error('no body');
  const reader = response.body.getReader();
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text;
}

const path = `/v1/plans/${KNOWN_ID}/events`;
const told = 'retry: 1000\n\nevent: status\nid: c1\ndata: ';

test('a quiet stream gets comments, passes proxies that buffer, and no event breaks its lines', async () => {
  const { url } = await start({ streams: { heartbeatMs: 5 } });
  const leave = new AbortController();
  const response = await fetch(`${url}${path}`, { signal: leave.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-minorversion')).toBe('3');
  const text = await reading(response, (so) => so.endsWith(':\n\n:\n\n'));
  expect(text.startsWith(told)).toBe(true);
  expect(JSON.parse(text.slice(told.length, text.indexOf('\n\n', told.length)))).toMatchObject({
    message: 'two\nlines',
  });
  leave.abort();
});

test('a client that stops reading and goes leaves nothing of the progress that it was told', async () => {
  const { port, server, services, plans } = await start();
  plans.set(KNOWN_ID, planRecord(KNOWN_ID, { status: 'solving' }));
  let left: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  let turns = 0;
  const placement = [{ demand: 'x'.repeat(100_000), candidateId: 'c' }];
  services.plans.watchProgress = async function* () {
    try {
      for (let number = 1; ; number += 1) {
        turns = 0;
        yield { number, round: 1, objective: 1, bound: 1, gap: 0, nodes: 1, elapsedMs: 1, placement };
      }
    } finally {
      left();
    }
  };
  const socket = rawSocket(port);
  socket.pause();
  socket.write(`GET ${path}?progress=true HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`);
  // Once the socket is full nobody asks for the next one.
  await once(socket, 'connect');
  for (turns = 0; turns < 1000; turns += 1) await new Promise(setImmediate);
  socket.destroy();
  await gone;
  await server.close(0);
});

test('a stream ends when the server drains, so that its client goes elsewhere', async () => {
  const { url, server } = await start();
  const response = await fetch(`${url}${path}`);
  await reading(response, (text) => text.includes('c1'));
  const closed = server.close(60_000);
  expect(await reading(response, () => false)).toBe('');
  await closed;
});

test('one quota for all transports: WebSocket, GraphQL over SSE, event streams, long polls', async () => {
  const { url, port, post, measured } = await start({ streams: { maxPerPrincipal: 2 } });
  const client = new WsClient(port);
  await client.init();
  client.subscribe('1', 'subscription { quiet }');
  await client.message('next', '1');
  const leave = new AbortController();
  const response = await fetch(`${url}${path}`, { signal: leave.signal });
  await reading(response, (text) => text.includes('c1'));
  client.subscribe('2', 'subscription { quiet }');
  const { errors } = (await client.message('next', '2')).payload as {
    errors: { extensions: object; message: string }[];
  };
  const [error] = errors;
  expect(error).toMatchObject({ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true, retryAfter: 5 } });
  expect(error?.message).toContain('2 subscriptions');
  const sse = await post({ query: 'subscription { quiet }' }, { headers: { accept: 'text/event-stream' } });
  expect([sse.status, await sse.text()]).toEqual([429, expect.stringContaining('TOO_MANY_SUBSCRIPTIONS')]);
  expect((await fetch(`${url}${path}`)).status).toBe(429);
  const poll = await fetch(`${url}/v1/plans/${KNOWN_ID}?wait=1s`);
  expect([poll.status, poll.headers.get('retry-after')]).toEqual([429, '5']);
  expect(measured.filter((one) => one.name === 'conductor_subscriptions_refused_total')).toHaveLength(4);
  leave.abort();
  client.socket.terminate();
});
