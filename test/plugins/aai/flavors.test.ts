// Flavors on cloud candidates: read for all regions at once, kept, shared by those who ask at the same time, served on when stale.
import { afterEach, describe, expect, it } from 'vitest';
import type { Aai, AaiOptions } from '../../../src/plugins/aai/index.ts';
import { type AaiSimulator, type AaiSimulatorOptions, startAaiSimulator } from '../../sim/aai.ts';
import { makeWorld } from '../../sim/world.ts';
import { aaiFor, ctx, type ManualClock, manualClock, recorder, request } from './support.ts';

let simulator: AaiSimulator;
let aai: Aai | undefined;
let clock: ManualClock;
afterEach(async () => {
  await aai?.close();
  await simulator.stop();
});

interface Setting {
  readonly regions?: number;
  readonly flavors?: number;
  readonly sim?: Partial<AaiSimulatorOptions>;
  readonly options?: Partial<AaiOptions>;
}

async function start({ regions = 5, flavors = 3, sim = {}, options = {} }: Setting = {}) {
  clock = manualClock(true);
  const world = makeWorld({ seed: 3, regions, vnfs: 0, flavors });
  simulator = await startAaiSimulator({ world, ...sim });
  aai = aaiFor(simulator, recorder(), { clock, version: 'v32', ...options });
  const { provider } = aai;
  return async (flavorsWanted = true) => {
    const [answer] = await provider.resolveDemands([request({}, 'vG', flavorsWanted)], ctx);
    return answer ?? { candidates: [], dropped: [] };
  };
}

const names = (document: unknown) =>
  ((document as { flavor: { 'flavor-name': string }[] } | null)?.flavor ?? []).map((flavor) => flavor['flavor-name']);

describe('flavors', () => {
  it.each([1, 10, 100])(
    '%i regions with their flavors take at most 3 requests, and none the next time',
    async (regions) => {
      const ask = await start({ regions });
      const { candidates } = await ask();
      expect(candidates).toHaveLength(regions);
      for (const { flavors } of candidates) expect(names(flavors)).toEqual(['general-2', 'compute-8', 'memory-16']);
      expect(simulator.calls.length).toBeLessThanOrEqual(3);
      simulator.clearCalls();
      await ask();
      expect(simulator.calls).toHaveLength(0);
    },
  );

  it('come with capabilities and their attributes, between the place and the vim-id', async () => {
    const ask = await start();
    const [candidate] = (await ask()).candidates;
    expect(candidate?.flavors).toMatchObject({
      flavor: [
        {
          'flavor-id': 'chi-01-general-2',
          'hpa-capabilities': {
            'hpa-capability': [
              {
                'hpa-feature': 'basicCapabilities',
                'hpa-version': 'v1',
                architecture: 'generic',
                'hpa-feature-attributes': [
                  { 'hpa-attribute-key': 'numVirtualCpu', 'hpa-attribute-value': '{"value":"2"}' },
                  { 'hpa-attribute-key': 'virtualMemSize', 'hpa-attribute-value': '{"value":"4096","unit":"MB"}' },
                ],
              },
            ],
          },
        },
        {},
        {},
      ],
    });
    const keys = Object.keys(candidate ?? {});
    expect(keys.slice(keys.indexOf('region'), keys.indexOf('vim-id') + 1)).toEqual(['region', 'flavors', 'vim-id']);
  });

  it('are left out of demands that do not ask for them', async () => {
    const ask = await start();
    for (const candidate of (await ask(false)).candidates) expect(candidate).not.toHaveProperty('flavors');
    expect(simulator.calls).toHaveLength(2);
  });

  it('are none, and the vim-id stays, when HPA is off', async () => {
    const ask = await start({ options: { hpaEnabled: false } });
    for (const candidate of (await ask()).candidates) {
      expect(candidate.flavors).toBeNull();
      expect(candidate['vim-id']).toBe(`${candidate.cloud_owner}_${candidate.candidate_id}`);
    }
    expect(simulator.calls).toHaveLength(2);
  });

  it('are null for a region that has none', async () => {
    const ask = await start({ flavors: 0 });
    expect((await ask()).candidates.map(({ flavors }) => flavors)).toEqual(Array(5).fill(null));
  });

  it('are read region by region where DSL is blocked', async () => {
    const ask = await start({ sim: { refuse: ['dsl'] } });
    for (const { flavors } of (await ask()).candidates) expect(names(flavors)).toHaveLength(3);
    expect(simulator.calls.filter(({ path }) => path.includes('/flavors'))).toHaveLength(5);
  });

  it('are read once for demands that ask at the same time, and again when they are old', async () => {
    const ask = await start();
    await Promise.all([ask(), ask(), ask()]);
    const reads = () => simulator.calls.filter(({ path }) => path.includes('/dsl')).length;
    expect(reads()).toBe(1);
    clock.advance(60_000);
    await ask();
    expect(reads()).toBe(2);
  });

  it('that cannot be read again serve on as they were', async () => {
    const ask = await start();
    const before = (await ask()).candidates;
    clock.advance(60_000);
    simulator.faults.add({ match: { path: /dsl|flavors/ }, kind: 'status', status: 500 });
    expect((await ask()).candidates).toEqual(before);
  });

  it('that could never be read are an error naming A&AI; those of one region cost that region alone', async () => {
    const ask = await start({ sim: { refuse: ['dsl'] } });
    simulator.faults.add({ match: { path: 'chi-01/flavors' }, kind: 'status', status: 500 });
    const { candidates, dropped } = await ask();
    expect(candidates).toHaveLength(4);
    expect(dropped).toEqual([
      { candidate_id: 'chi-01', location_id: 'chi-01', reason: 'Flavor information not available from A&AI' },
    ]);
    await aai?.close();
    await simulator.stop();
    const again = await start({ sim: { refuse: ['dsl'] } });
    simulator.faults.add({ match: { path: '/flavors' }, kind: 'status', status: 500 });
    await expect(again()).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: expect.stringContaining('A&AI'),
    });
  });
});
