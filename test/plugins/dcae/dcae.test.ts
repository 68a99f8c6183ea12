// The DCAE client: one GET with a JSON body for all slices, and what its answers mean.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDcae, type Dcae } from '../../../src/plugins/dcae/index.ts';
import { type DcaeSimulator, startDcaeSimulator } from '../../sim/dcae.ts';
import { ctx, httpFor, recorder } from '../aai/support.ts';

const USER = { username: 'u', password: 'p' };
let sim: DcaeSimulator;
let dcae: Dcae;

beforeAll(async () => {
  sim = await startDcaeSimulator(USER);
  dcae = client(USER);
});
afterEach(() => {
  sim.faults.clear();
  sim.clearCalls();
});
afterAll(async () => {
  await dcae.close();
  await sim.stop();
});

function client(user: typeof USER): Dcae {
  const http = httpFor(sim.origin, recorder(), { ...user, system: 'DCAE', tries: 1 });
  return createDcae({ http, path: 'api/v1/slices-config' });
}

test('all ids go in one GET with a JSON body, each once, with the headers of an A&AI call', async () => {
  sim.figures.set('a', { dlthptPerSlice: 4, ulthptPerSlice: 3, maxNumberOfConns: null });
  const usage = await dcae.usage(['a', 'b', 'a'], ctx);
  expect([...usage]).toEqual([['a', { downlinkThroughput: 4, uplinkThroughput: 3, maxConnections: null }]]);
  expect(sim.calls).toMatchObject([
    {
      method: 'GET',
      path: '/api/v1/slices-config',
      headers: { 'x-fromappid': 'CONDUCTOR', 'x-transactionid': 'req-1' },
    },
  ]);
  expect(JSON.parse(sim.calls[0]?.body ?? '')).toEqual({
    sliceIdentifiers: ['a', 'b'],
    configParams: ['dLThptPerSlice', 'uLThptPerSlice', 'maxNumberOfConns'],
  });
});

test('nobody is asked about no slices', async () => {
  expect(await dcae.usage([], ctx)).toEqual(new Map());
  expect(sim.calls).toEqual([]);
});

test('an answer without details knows no slice; numbers may be texts; what is no number is not known', async () => {
  sim.figures.set('a', { dlthptPerSlice: 4, ulthptPerSlice: 3, maxNumberOfConns: 1 });
  const answers = (body: object) => sim.faults.add({ kind: 'wrong-types', times: 1, mutate: () => body as never });
  answers({ sliceConfigDetails: null });
  expect(await dcae.usage(['a'], ctx)).toEqual(new Map());
  const config = { dlthptPerSlice: '7', ulthptPerSlice: 'many', maxNumberOfConns: {} };
  answers({
    sliceConfigDetails: [{ sliceIdentifiers: 'a', aggregatedConfig: config }, { sliceIdentifiers: 'a' }, null],
  });
  const usage = await dcae.usage(['a'], ctx);
  expect(usage.get('a')).toEqual({ downlinkThroughput: 7, uplinkThroughput: null, maxConnections: null });
});

test.each([
  [503, 'UPSTREAM_UNAVAILABLE'],
  [404, 'UPSTREAM_UNSUPPORTED'],
  [400, 'UPSTREAM_REFUSED'],
])('status %i is %s naming DCAE', async (status, code) => {
  sim.faults.add({ kind: 'status', status });
  await expect(dcae.usage(['a'], ctx)).rejects.toMatchObject({ code, message: expect.stringContaining('DCAE') });
});

test('wrong credentials are refused without showing them; another shape is bad data', async () => {
  const stranger = client({ username: 'u', password: 'secret-word' });
  const refused = await stranger.usage(['a'], ctx).catch((error: unknown) => error);
  await stranger.close();
  expect(refused).toMatchObject({ code: 'UPSTREAM_REFUSED' });
  expect(String(refused)).not.toContain('secret-word');
  sim.faults.add({ kind: 'wrong-types', mutate: () => ({ sliceConfigDetails: 'none' }) });
  await expect(dcae.usage(['a'], ctx)).rejects.toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
});
