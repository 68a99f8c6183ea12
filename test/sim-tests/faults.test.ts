// Faults on demand: each kind does on the wire what its name says, as often as asked, and where asked.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AaiSimulator, startAaiSimulator } from '../sim/aai.ts';
import { vcpeWorld } from '../sim/world.ts';
import { askAai } from './client.ts';

let aai: AaiSimulator;
let url: string;

beforeEach(async () => {
  aai = await startAaiSimulator({ world: vcpeWorld() });
  url = `${aai.url}/v32/cloud-infrastructure/complexes/complex/NYCUS01`;
});
afterEach(() => aai.stop());

test('status answers the error envelope and spoils only as many requests as asked', async () => {
  aai.faults.add({ kind: 'status', status: 503, times: 2 });
  const statuses = [await askAai(url), await askAai(url), await askAai(url)].map((reply) => reply.status);
  expect(statuses).toEqual([503, 503, 200]);
  expect(aai.faults.hits).toBe(2);
});

test('a fault is bound to its method and path, and can let requests pass first', async () => {
  aai.faults.add({ match: { method: 'GET', path: /complexes\/complex\/LON/ }, kind: 'status', status: 500 });
  aai.faults.add({ match: { path: 'NYCUS01' }, kind: 'status', status: 502, skip: 1, times: 1 });
  expect([(await askAai(url)).status, (await askAai(url)).status, (await askAai(url)).status]).toEqual([200, 502, 200]);
  expect((await askAai(url.replace('NYCUS01', 'LONGB01'))).status).toBe(500);
});

test('a fault can be removed alone or with all others', async () => {
  const remove = aai.faults.add({ kind: 'status', status: 500 });
  expect((await askAai(url)).status).toBe(500);
  remove();
  expect((await askAai(url)).status).toBe(200);
  aai.faults.add({ kind: 'status' });
  aai.faults.clear();
  expect((await askAai(url)).status).toBe(200);
});

test('html is a proxy page', async () => {
  aai.faults.add({ kind: 'html', status: 200 });
  const reply = await askAai(url);
  expect([reply.status, reply.headers['content-type'], reply.json]).toEqual([
    200,
    'text/html; charset=utf-8',
    undefined,
  ]);
});

test('truncate breaks the connection inside the body, cut-json ends it early as if it were whole', async () => {
  aai.faults.add({ kind: 'truncate', times: 1 });
  await expect(askAai(url)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  aai.faults.add({ kind: 'cut-json', times: 1 });
  const reply = await askAai(url);
  expect([reply.status, reply.json]).toEqual([200, undefined]);
  expect(reply.text.length).toBeGreaterThan(0);
});

test('reset breaks the connection without an answer', async () => {
  aai.faults.add({ kind: 'reset', times: 1 });
  await expect(askAai(url)).rejects.toThrow(/hang up|ECONNRESET/);
  expect(aai.calls[0]?.status).toBe(0);
});

test('wrong-types keeps valid JSON in which nothing has the promised type', async () => {
  aai.faults.add({ kind: 'wrong-types', times: 1 });
  const reply = await askAai(url);
  expect(reply.json['physical-location-id']).toBe('NYCUS01'.length);
  expect(Array.isArray(reply.json['relationship-list'].relationship)).toBe(false);
  aai.faults.add({ kind: 'wrong-types', mutate: () => ({ complex: null }) });
  expect((await askAai(url)).json).toEqual({ complex: null });
});

test('slow-bytes sends the whole answer in pieces', async () => {
  const whole = await askAai(url);
  aai.faults.add({ kind: 'slow-bytes', pieceBytes: 64, delayMs: 1 });
  expect((await askAai(url)).json).toEqual(whole.json);
});

test('hang gives no answer, other requests go on, and stop ends the waiting', async () => {
  aai.faults.add({ kind: 'hang', times: 1 });
  const hanging = askAai(url).then(
    () => 'answered',
    () => 'broken',
  );
  await aai.callsReached(1);
  expect(aai.calls).toHaveLength(1);
  expect((await askAai(url)).status).toBe(200);
  await aai.stop();
  expect(await hanging).toBe('broken');
});

test('the largest number of requests under way at once is counted', async () => {
  aai.faults.add({ kind: 'hang', times: 3 });
  const hanging = Promise.allSettled([askAai(url), askAai(url), askAai(url)]);
  await aai.callsReached(3);
  expect(aai.peakConcurrency).toBe(3);
  expect((await askAai(url)).status).toBe(200);
  expect(aai.peakConcurrency).toBe(4);
  await aai.stop();
  await hanging;
});

test('a delayed request is overtaken by one that is not', async () => {
  aai.faults.add({ match: { path: 'NYCUS01' }, kind: 'delay', delayMs: 600_000 });
  const order: string[] = [];
  const delayed = askAai(url).then(
    () => order.push('answered late'),
    () => order.push('cut off'),
  );
  await aai.callsReached(1);
  order.push(`prompt ${(await askAai(url.replace('NYCUS01', 'LONGB01'))).status}`);
  await aai.stop();
  await delayed;
  expect(order).toEqual(['prompt 200', 'cut off']);
});

test('the delay of all answers can be changed while it runs', async () => {
  aai.setDelay(600_000);
  const slow = askAai(url).then(
    () => 'answered',
    () => 'cut off',
  );
  await aai.callsReached(1);
  aai.setDelay(0);
  expect((await askAai(url)).status).toBe(200);
  await aai.stop();
  expect(await slow).toBe('cut off');
});
