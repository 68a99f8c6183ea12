// The CPS client: one question a zone, a few at a time, answers in the order asked.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Cps, createCps } from '../../../src/plugins/cps/index.ts';
import { type CpsSimulator, GET_TA_LIST, startCpsSimulator } from '../../sim/cps.ts';
import { ctx, httpFor, recorder } from '../aai/support.ts';

const USER = { username: 'u', password: 'p' };
let sim: CpsSimulator;
let cps: Cps;

beforeAll(async () => {
  const zones = new Map([
    ['1', [11, 12, 11]],
    ['2', [21]],
  ]);
  sim = await startCpsSimulator({ ...USER, zones });
  const http = httpFor(sim.origin, recorder(), { ...USER, system: 'CPS' });
  cps = createCps({ http, path: GET_TA_LIST, tries: 1 });
});
afterEach(() => {
  sim.faults.clear();
  sim.clearCalls();
});
afterAll(async () => {
  await cps.close();
  await sim.stop();
});

test('each zone is one POST; answers come in the order asked, without repeats, nothing for an unknown zone', async () => {
  expect(await cps.trackingAreas(['2', '1', 'none', '2'], ctx)).toEqual([[21], [11, 12], [], [21]]);
  expect(sim.calls).toHaveLength(3);
  expect(sim.calls[0]).toMatchObject({ method: 'POST', path: GET_TA_LIST, headers: { 'x-fromappid': 'CONDUCTOR' } });
  expect(sim.calls.map(({ body }) => JSON.parse(body))).toContainEqual({ inputParameters: { zone_id: '1' } });
});

test('many zones are asked four at a time', async () => {
  const release = sim.hold();
  const zones = Array.from({ length: 12 }, (_, i) => `z${i}`);
  const answer = cps.trackingAreas(zones, ctx);
  await sim.callsReached(4);
  release();
  expect(await answer).toEqual(zones.map(() => []));
  expect(sim.calls).toHaveLength(12);
  expect(sim.peakConcurrency).toBe(4);
});

test('a failing zone fails the whole, since a part of the area would be wrong', async () => {
  sim.faults.add({ kind: 'status', status: 500, times: 1, skip: 1 });
  await expect(cps.trackingAreas(['1', '2'], ctx)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});

test('an answer without the list is bad data; entries without a number are left out', async () => {
  sim.faults.add({ kind: 'wrong-types', times: 1, mutate: () => ({ other: [] }) });
  await expect(cps.trackingAreas(['1'], ctx)).rejects.toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
  const areas = [{ nRTAC: '5' }, { nRTAC: null }, {}, null, { nRTAC: 6 }];
  sim.faults.add({ kind: 'wrong-types', times: 1, mutate: () => ({ coverageAreaTAList: areas }) });
  expect(await cps.trackingAreas(['1'], ctx)).toEqual([[5, 6]]);
});
