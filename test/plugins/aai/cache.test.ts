// Region and complex caches: one refresh at a time, stale data rather than none, and freshness that says so.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Aai } from '../../../src/plugins/aai/index.ts';
import { type FakeAai, send, startFakeAai } from './fake-aai.ts';
import {
  aaiFor,
  complexItem,
  ctx,
  type ManualClock,
  manualClock,
  type Recorder,
  recorder,
  regionItem,
  request,
} from './support.ts';

const REFRESH = 60_000;

let fake: FakeAai;
let aai: Aai;
let clock: ManualClock;
let record: Recorder;

beforeEach(async () => {
  record = recorder();
  clock = manualClock(true);
  fake = await startFakeAai([complexItem('C1'), complexItem('C2'), regionItem('O', 'r1', 'C1')]);
  aai = aaiFor(fake, record, {
    clock,
    regionRefreshMs: REFRESH,
    complexRefreshMs: 10 * REFRESH,
    costs: { cloud: 2, service: 1, transport: 1, existingPlacement: 0 },
  });
});
afterEach(async () => {
  await aai.close();
  await fake.close();
});

const regions = async () => (await aai.reader.allCloudRegions(ctx)).map((region) => region.cloudRegionId);
const paths = () => fake.requests.map(({ target }) => target.split('?')[0]);
const down = () => {
  fake.fault = (_request, response) => send(response, 500, '{}');
};
/** Resolves when the background has nothing more to do: a refresh shares the flight that is under way. */
const settled = () => aai.reader.refresh(ctx).catch(() => {});
/** Time for one background refresh; resolves when the freshness says that it is over. */
async function pass(ms: number): Promise<void> {
  const before = JSON.stringify(aai.reader.freshness());
  const asked = fake.requests.length;
  clock.advance(ms);
  await expect.poll(() => fake.requests.length > asked && JSON.stringify(aai.reader.freshness()) !== before).toBe(true);
}

describe('the region cache', () => {
  it.each([
    ['a list of nameless objects', '{"cloud-region": [{"cloud-region-id": {}}, {}]}'],
    ['an object of no known form', '{"regions": 5}'],
    ['another type', '{"cloud-region": "many"}'],
    ['a bare list', '[]'],
  ])('does not take %s for an inventory, and reads again when asked', async (_what, body) => {
    fake.fault = (_request, response) => send(response, 200, body);
    await expect(aai.reader.allCloudRegions(ctx)).rejects.toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
    fake.fault = null;
    expect(await regions()).toEqual(['r1']);
  });

  it('is filled in the background and says how fresh it is', async () => {
    expect(aai.reader.freshness()).toEqual({
      cloudRegions: 0,
      complexes: 0,
      refreshedAt: null,
      stale: false,
      lastError: null,
    });
    aai.start();
    await expect.poll(() => aai.reader.freshness().refreshedAt).toBe(clock.now());
    expect(aai.reader.freshness()).toMatchObject({ cloudRegions: 1, complexes: 1, stale: false });
  });

  it('is read once for callers that come together', async () => {
    await Promise.all([regions(), regions(), aai.provider.resolveDemands([request()], ctx)]);
    expect(paths()).toEqual(['/cloud-infrastructure/cloud-regions', '/cloud-infrastructure/complexes']);
  });

  it('is refreshed when its time has come, without anybody waiting', async () => {
    expect(await regions()).toEqual(['r1']);
    fake.items.set(...regionItem('O', 'r2', 'C2'));
    expect(await regions()).toEqual(['r1']);
    await pass(REFRESH);
    expect(await regions()).toEqual(['r1', 'r2']);
    // C1 is young still: only C2 was asked for.
    expect(fake.requests.at(-1)?.target).toContain('physical-location-id=C2&');
  });

  it('keeps the last good data when a refresh fails, says so, and recovers', async () => {
    await regions();
    const refreshedAt = aai.reader.freshness().refreshedAt;
    down();
    await pass(REFRESH);
    expect(await regions()).toEqual(['r1']);
    expect(aai.reader.freshness()).toMatchObject({
      stale: true,
      refreshedAt,
      lastError: expect.stringContaining('A&AI'),
    });
    const outcomes = () => record.counts.filter(({ name }) => name === 'conductor_inventory_refresh_total');
    expect(outcomes().map(({ labels }) => labels.outcome)).toEqual(['ok', 'failed']);
    fake.fault = null;
    await pass(30_000);
    expect(aai.reader.freshness()).toMatchObject({ stale: false, lastError: null, refreshedAt: clock.now() });
  });

  it('looks again soon when A&AI had no region at the first look', async () => {
    const [key] = regionItem('O', 'r1', 'C1');
    fake.items.delete(key);
    expect(await regions()).toEqual([]);
    fake.items.set(...regionItem('O', 'r1', 'C1'));
    await pass(30_000);
    expect(await regions()).toEqual(['r1']);
  });

  it('keeps the regions when A&AI suddenly lists none', async () => {
    await regions();
    fake.items.clear();
    await pass(REFRESH);
    expect(await regions()).toEqual(['r1']);
    expect(aai.reader.freshness()).toMatchObject({ stale: true });
  });

  it('serves the old complex when only complexes cannot be read', async () => {
    await regions();
    fake.items.set(...regionItem('O', 'r2', 'C2'));
    fake.fault = (request_, response) => request_.target.includes('complexes') && send(response, 500, '{}');
    await pass(10 * REFRESH);
    const [answer] = await aai.provider.resolveDemands([request()], ctx);
    expect(answer?.candidates.map((candidate) => candidate.candidate_id)).toEqual(['r1']);
    expect(answer?.dropped).toMatchObject([{ candidate_id: 'r2' }]);
    expect(aai.reader.freshness()).toMatchObject({ cloudRegions: 2, stale: true });
  });

  it('that was never filled makes cloud demands fail with the reason, and work once A&AI is back', async () => {
    down();
    await expect(aai.provider.resolveDemands([request()], ctx)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    fake.fault = null;
    expect((await aai.provider.resolveDemands([request()], ctx))[0]?.candidates).toHaveLength(1);
  });

  it("lets a caller stop waiting without stopping the others' refresh", async () => {
    const stop = new AbortController();
    fake.fault = () => {
      stop.abort(new Error('plan is gone'));
      return false;
    };
    const waiting = aai.reader.allCloudRegions({ ...ctx, signal: stop.signal });
    const other = regions();
    await expect(waiting).rejects.toThrow('plan is gone');
    expect(await other).toEqual(['r1']);
  });

  it('is read anew on request', async () => {
    await regions();
    fake.items.set(...complexItem('C1', { city: 'Moved' }));
    expect(await aai.reader.refresh(ctx)).toMatchObject({ cloudRegions: 1, stale: false });
    expect(await aai.reader.complexes(['C1'], ctx)).toMatchObject([{ city: 'Moved' }]);
  });

  it('asks nothing any more after close', async () => {
    await regions();
    await aai.close();
    fake.requests.length = 0;
    clock.advance(100 * REFRESH);
    await settled();
    expect(fake.requests).toEqual([]);
  });
});

describe('the complex cache', () => {
  it('reads each complex once while it is young, by its own age', async () => {
    await aai.reader.complexes(['C1'], ctx);
    clock.advance(6 * REFRESH);
    await aai.reader.complexes(['C1', 'C2'], ctx);
    clock.advance(5 * REFRESH);
    await aai.reader.complexes(['C1', 'C2'], ctx);
    expect(fake.requests.map(({ target }) => target.split('?')[1])).toEqual([
      'physical-location-id=C1&depth=0',
      'physical-location-id=C2&depth=0',
      'physical-location-id=C1&depth=0',
    ]);
  });

  it('lists all complexes with one request', async () => {
    const ids = async () => (await aai.reader.allComplexes(ctx)).map((complex) => complex.physicalLocationId);
    expect(await ids()).toEqual(['C1', 'C2']);
    expect(await ids()).toEqual(['C1', 'C2']);
    await aai.reader.complexes(['C2'], ctx);
    expect(fake.requests).toHaveLength(1);
  });

  it('forgets a complex that the inventory no longer has', async () => {
    await aai.reader.complexes(['C2'], ctx);
    fake.items.delete('/cloud-infrastructure/complexes/complex/C2');
    clock.advance(10 * REFRESH);
    expect(await aai.reader.complexes(['C2'], ctx)).toEqual([null]);
  });
});
