// `conductor watch` against servers that behave badly: what it prints, how it goes on, and how it ends.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseCommand } from '../../src/cli/args.ts';
import { readEvents } from '../../src/cli/event-source.ts';
import { type WatchParts, watchPlan } from '../../src/cli/watch.ts';

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

/** Answers one request after the other; the last answer goes on for ever. */
async function gateway(...answers: readonly Answer[]) {
  const requests: {
    readonly id: string | undefined;
    readonly authorization: string | undefined;
    readonly url: string;
  }[] = [];
  const server = createServer((req, res) => {
    const { 'last-event-id': id, authorization } = req.headers;
    requests.push({ id: id as string | undefined, authorization, url: req.url ?? '' });
    answers[Math.min(requests.length, answers.length) - 1]?.(req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const event = (seq: number, to: string, more: object = {}) => {
  const data = { planId: 'p', seq, from: null, to, reason: 'claimed', actor: 'w', message: '', at: 'T', ...more };
  return `event: status\nid: c${seq}\ndata: ${JSON.stringify(data)}\n\n`;
};
const stream =
  (text: string, then: 'end' | 'cut' = 'end'): Answer =>
  (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(text, () => (then === 'end' ? res.end() : res.destroy()));
  };
const status =
  (code: number, body = ''): Answer =>
  (_req, res) => {
    res.writeHead(code).end(body);
  };

async function watch(urls: readonly string[], parts: Partial<WatchParts> = {}) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await watchPlan({
    planId: 'p',
    urls,
    after: null,
    progress: false,
    json: false,
    authorization: 'Basic eA==',
    signal: new AbortController().signal,
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    ...parts,
  });
  return { code, printed, complaints };
}

test('a connection that is cut in the middle of an event goes on after the last whole one', async () => {
  const { url, requests } = await gateway(
    stream(`retry: 1\n\n${event(1, 'template')}:\n\n${event(2, 'translating').slice(0, -1)}`, 'cut'),
    status(503),
    stream(event(2, 'translating') + event(3, 'error', { message: 'no\u001b[31m\nway' })),
  );
  const { code, printed, complaints } = await watch([url]);
  expect([code, printed]).toEqual([
    1,
    ['T 1 template (claimed by w)', 'T 2 translating (claimed by w)', 'T 3 error (claimed by w): no [31m way'],
  ]);
  expect(requests.map(({ id }) => id)).toEqual([undefined, 'c1', 'c1']);
  expect(requests[0]).toMatchObject({ authorization: 'Basic eA==', url: '/v1/plans/p/events' });
  expect(complaints).toHaveLength(2);
});

test('how far the search is is asked for and printed, and moves no cursor', async () => {
  const progress = (data: object) => `event: progress\ndata: ${JSON.stringify({ planId: 'p', ...data })}\n\n`;
  const first = { number: 1, objective: null, bound: 80, gap: null, nodes: 10, elapsedMs: 500 };
  const second = { number: 2, objective: 100.5, bound: 90, gap: 0.1044776, nodes: 20, elapsedMs: 1234 };
  const { url, requests } = await gateway(
    stream(`retry: 1\n\n${event(1, 'solving')}${progress(first)}`, 'cut'),
    stream(progress(second) + event(2, 'done')),
  );
  const { code, printed } = await watch([url], { progress: true });
  expect([code, printed]).toEqual([
    0,
    [
      'T 1 solving (claimed by w)',
      'search 1: nothing yet, bound 80, 10 nodes, 0.5 s',
      'search 2: objective 100.5, bound 90, gap 10.45 %, 20 nodes, 1.2 s',
      'T 2 done (claimed by w)',
    ],
  ]);
  expect(requests.map((one) => [one.id, one.url])).toEqual([
    [undefined, '/v1/plans/p/events?progress=true'],
    ['c1', '/v1/plans/p/events?progress=true'],
  ]);
});

test('the next gateway is asked when one is away', async () => {
  const dead = await gateway(stream(event(1, 'template'), 'cut'), (req) => req.socket.destroy());
  const { url, requests } = await gateway(stream(event(2, 'done')));
  expect(await watch([dead.url, url])).toMatchObject({ code: 0 });
  expect(requests.map(({ id }) => id)).toEqual(['c1']);
});

test.each([
  ['done', 0],
  ['error', 1],
  ['not found', 4],
])('a plan that ends in %s ends the program with %s', async (to, code) => {
  const { url } = await gateway(stream(event(1, to)));
  expect((await watch([url])).code).toBe(code);
});

test.each([
  ['done', 0],
  ['error', 1],
  ['not found', 4],
])('whoever begins after the end of a plan in %s is told so with %s', async (end, code) => {
  const { url, requests } = await gateway(status(204), status(200, JSON.stringify({ plans: [{ status: end }] })));
  expect(await watch([url], { after: 'c9' })).toMatchObject({ code, printed: [], complaints: [] });
  expect(requests).toMatchObject([
    { url: '/v1/plans/p/events', id: 'c9', authorization: 'Basic eA==' },
    { url: '/v1/plans/p', authorization: 'Basic eA==' },
  ]);
});

test('how a plan ended is asked again when the gateway does not say, and no end when it is in work again', async () => {
  const { url, requests } = await gateway(
    stream(`retry: 1\n\n${event(1, 'solving')}`, 'cut'),
    ...[status(204), status(503), status(204), status(200, '{"plans":[{"status":"solving"}]}')],
    stream(event(2, 'done')),
  );
  const { code, complaints } = await watch([url]);
  expect([code, complaints.length, requests.length]).toEqual([0, 3, 6]);
  const gone = await gateway(status(204), status(404));
  expect(await watch([gone.url], { after: 'c9' })).toMatchObject({ code: 3 });
});

test('what repeating does not cure ends the program at once, with the reason', async () => {
  const missing = await gateway(status(404));
  expect(await watch([missing.url])).toMatchObject({ code: 3, complaints: ['conductor: plan p is not there'] });
  const refused = await gateway(status(400, '{"explanation":"The cursor is not valid."}'));
  expect(await watch([refused.url], { after: 'x' })).toMatchObject({
    code: 1,
    complaints: ['conductor: refused with 400: The cursor is not valid.'],
  });
  expect(refused.requests[0]?.id).toBe('x');
  const nobody = await gateway((req) => req.socket.destroy());
  expect((await watch([nobody.url])).code).toBe(5);
});

test('lines of JSON carry the cursor; gaps and deletions are lines, too', async () => {
  const gap = `event: gap\ndata: ${JSON.stringify({ reason: 'store-changed', plan: { status: 'solving' } })}\n\n`;
  const deleted = 'event: deleted\nid: c9\ndata: {"planId":"p"}\n\n';
  const { url } = await gateway(stream(gap + event(3, 'solving') + deleted));
  const { code, printed } = await watch([url], { json: true });
  expect(code).toBe(3);
  expect(printed.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'gap', cursor: null, plan: { status: 'solving' } },
    { event: 'status', cursor: 'c3', seq: 3 },
    { event: 'deleted', cursor: 'c9' },
  ]);
});

test('Ctrl-C says how to go on', async () => {
  const stop = new AbortController();
  const { url } = await gateway((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(event(1, 'template'));
  });
  const print = () => stop.abort();
  expect(await watch([url], { signal: stop.signal, print })).toMatchObject({
    code: 130,
    complaints: ['conductor: go on with --after c1'],
  });
});

test('events are read however their bytes are cut', async () => {
  const bytes = Buffer.from(`retry: 5\n\n${event(1, 'template', { message: 'ü€𝄞' })}data:a\ndata: b\n\n`);
  const whole: unknown[] = [];
  const pieces = async function* () {
    for (const byte of bytes) yield Uint8Array.of(byte);
  };
  for await (const one of readEvents(pieces())) whole.push(one);
  expect(whole).toMatchObject([
    { retry: 5, data: '' },
    { type: 'status', id: 'c1', data: expect.stringContaining('ü€𝄞') },
    { type: 'message', data: 'a\nb' },
  ]);
});

test('the words of the command line', () => {
  expect(parseCommand(['watch', 'p', '--url', 'http://a, https://b/x', '--after', 'c_1-', '--json'])).toMatchObject({
    name: 'watch',
    planId: 'p',
    urls: ['http://a', 'https://b/x'],
    after: 'c_1-',
    json: true,
  });
  for (const words of [[], ['p', 'q'], ['p', '--url', 'ftp://a'], ['p', '--after', 'a\nb'], ['p', '--port', '1']]) {
    expect(parseCommand(['watch', ...words]).name, words.join(' ')).toBe('usage');
  }
});
