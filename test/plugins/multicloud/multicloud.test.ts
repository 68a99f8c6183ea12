import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { VimCapacityRequest } from '../../../src/domain/controller-ports.ts';
import type { CallContext } from '../../../src/domain/ports.ts';
import { createHttpClient } from '../../../src/plugins/http.ts';
import { createMultiCloud, type MultiCloudOptions } from '../../../src/plugins/multicloud/index.ts';
import { makeCertificates } from '../../sim/certificates.ts';
import {
  type MultiCloudSimulator,
  type MultiCloudSimulatorOptions,
  startMultiCloudSimulator,
} from '../../sim/multicloud.ts';
import { noMetrics, quiet, TestClock } from '../sdnc/support.ts';

const ROOM = {
  Owner_a: { vCPU: 16, Memory: 64, Storage: 1000 },
  Owner_b: { vCPU: 4, Memory: 8, Storage: 100 },
  Owner_c_with_underscores: { vCPU: 64, Memory: 256, Storage: 4000 },
};
const VIMS = Object.keys(ROOM);
const ctx: CallContext = { requestId: 'req-1', planId: 'plan-1' };

function request(vCPU: number, memory = [4, 'GB'] as const, storage = [100, 'GB'] as const): VimCapacityRequest {
  return {
    vCPU,
    memory: { quantity: memory[0], unit: memory[1] },
    storage: { quantity: storage[0], unit: storage[1] },
  };
}

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Rig {
  readonly simulator: MultiCloudSimulator;
  readonly clock: TestClock;
  readonly warnings: object[];
  readonly controller: ReturnType<typeof createMultiCloud>;
}

async function rig(
  options: Partial<MultiCloudOptions> = {},
  sim: MultiCloudSimulatorOptions = { room: ROOM },
  bundleFile?: string,
): Promise<Rig> {
  const simulator = await startMultiCloudSimulator(sim);
  undo.push(() => simulator.stop());
  const clock = new TestClock();
  const warnings: object[] = [];
  const logger = { ...quiet, warn: (fields: object) => void warnings.push(fields) };
  const common = { clock, random: { next: () => 0 }, logger, metrics: noMetrics };
  const http = createHttpClient({
    ...common,
    system: 'MultiCloud',
    baseUrl: simulator.url,
    timeoutMs: clock.timeoutMs,
    tries: 3,
    ...(bundleFile ? { tls: { bundleFile } } : {}),
  });
  const controller = createMultiCloud({
    http,
    logger,
    version: 'v0',
    tries: 3,
    onFailure: 'fail',
    units: 'as_given',
    memoryUnit: 'GB',
    ...options,
  });
  undo.push(() => controller.close());
  return { simulator, clock, warnings, controller };
}

describe('the capacity check', () => {
  it.each(['v0', 'v1'])('of %s gives the regions with room', async (version) => {
    const { controller } = await rig({ version });
    expect(await controller.withCapacity(request(10), VIMS, ctx)).toEqual(
      new Set(['Owner_a', 'Owner_c_with_underscores']),
    );
    expect(await controller.withCapacity(request(500), VIMS, ctx)).toEqual(new Set());
  });

  it('of v0 sends the quantities of the template and the vim-ids, and says who asks for what', async () => {
    const { controller, simulator } = await rig();
    await controller.withCapacity(request(10, [4096, 'MB'] as never), VIMS, ctx);
    expect(simulator.questions()).toEqual([{ vCPU: 10, Memory: 4096, Storage: 100, VIMs: VIMS }]);
    const [call] = simulator.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/api/multicloud/v0/check_vim_capacity' });
    expect(call?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-fromappid': 'CONDUCTOR',
      'x-transactionid': 'req-1',
    });
    expect(call?.headers.authorization).toBeUndefined();
  });

  it('of v1 sends owner and region, split at the first underscore as MultiCloud does', async () => {
    const { controller, simulator } = await rig({ version: 'v1' });
    await controller.withCapacity(request(1), [...VIMS, 'odd'], ctx);
    expect(simulator.questions()).toMatchObject([
      {
        VIMs: [
          { 'cloud-owner': 'Owner', 'cloud-region-id': 'a' },
          { 'cloud-owner': 'Owner', 'cloud-region-id': 'b' },
          { 'cloud-owner': 'Owner', 'cloud-region-id': 'c_with_underscores' },
          { 'cloud-owner': 'odd', 'cloud-region-id': '' },
        ],
      },
    ]);
  });

  it('understands an answer of the other form', async () => {
    const { controller, simulator } = await rig();
    const objects = { VIMs: [{ 'cloud-owner': 'Owner', 'cloud-region-id': 'a', AZs: [] }, 'Owner_b'] };
    simulator.faults.add({ kind: 'wrong-types', mutate: () => objects });
    expect(await controller.withCapacity(request(1), VIMS, ctx)).toEqual(new Set(['Owner_a', 'Owner_b']));
  });
});

describe('units', () => {
  it.each([
    ['GB', 'MB', [4096, 'MB'], [1, 'TB'], { Memory: 4096, Storage: 1024 }],
    ['GB', 'GB', [4096, 'MB'], [512, 'MB'], { Memory: 4, Storage: 0.5 }],
    ['MB', 'MB', [4, 'GB'], [100, 'GB'], { Memory: 4096, Storage: 100 }],
    ['no unit', 'GB', [4, ''], [100, ''], { Memory: 4, Storage: 100 }],
    ['binary names', 'GB', [2048, ' mib '], [1048576, 'KiB'], { Memory: 2, Storage: 1 }],
  ] as const)('are converted on demand: %s to memory in %s', async (_what, memoryUnit, memory, storage, expected) => {
    const { controller, simulator } = await rig({ units: 'convert', memoryUnit });
    await controller.withCapacity(request(1, memory as never, storage as never), ['Owner_a'], ctx);
    expect(simulator.questions()).toMatchObject([expected]);
  });

  it('that are not known are refused before anything is asked', async () => {
    const { controller, simulator } = await rig({ units: 'convert' });
    const asked = controller.withCapacity(request(1, [4, 'bushel'] as never), VIMS, ctx);
    await expect(asked).rejects.toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: expect.stringContaining("'bushel' of Memory"),
    });
    expect(simulator.calls).toHaveLength(0);
  });

  it('are nobody’s business when quantities go as given', async () => {
    const { controller, simulator } = await rig();
    await controller.withCapacity(request(1, [4, 'bushel'] as never), VIMS, ctx);
    expect(simulator.questions()).toMatchObject([{ Memory: 4 }]);
  });
});

describe('without a clear answer', () => {
  it.each([
    ['503 until the tries are over', 503, 'UPSTREAM_UNAVAILABLE', 3],
    ['a bug of the broker', 500, 'UPSTREAM_UNAVAILABLE', 3],
    ['400', 400, 'UPSTREAM_REFUSED', 1],
    ['403', 403, 'UPSTREAM_REFUSED', 1],
    ['404', 404, 'UPSTREAM_UNSUPPORTED', 1],
  ])('%s is an error that names MultiCloud, and a warning', async (_what, status, code, calls) => {
    const { controller, simulator, warnings } = await rig({ onFailure: 'keep' });
    simulator.faults.add({ kind: 'status', status });
    const asked = controller.withCapacity(request(1), VIMS, ctx);
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringContaining('MultiCloud') });
    expect(simulator.calls).toHaveLength(calls);
    expect(warnings).toMatchObject([{ planId: 'plan-1', requestId: 'req-1', code, regions: 3, onFailure: 'keep' }]);
  });

  it('asks again after a broken connection', async () => {
    const { controller, simulator } = await rig();
    simulator.faults.add({ kind: 'reset', times: 2 });
    expect(await controller.withCapacity(request(60), VIMS, ctx)).toEqual(new Set(['Owner_c_with_underscores']));
    expect(simulator.calls).toHaveLength(3);
  });

  it.each([
    ['no VIMs', {}],
    ['VIMs null', { VIMs: null }],
    ['VIMs that are no list', { VIMs: { a: 1 } }],
    ['a VIM that is a number', { VIMs: [7] }],
    ['a VIM that is null', { VIMs: [null] }],
    ['a region without owner', { VIMs: [{ 'cloud-region-id': 'a' }] }],
    ['a list', []],
    ['null', null],
  ])('%s is bad data', async (_what, body) => {
    const { controller, simulator } = await rig();
    simulator.faults.add({ kind: 'wrong-types', mutate: () => body });
    await expect(controller.withCapacity(request(1), VIMS, ctx)).rejects.toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
  });

  it('a page of a proxy is bad data or an outage, never an answer', async () => {
    const { controller, simulator } = await rig();
    simulator.faults.add({ kind: 'html', status: 200 });
    await expect(controller.withCapacity(request(1), VIMS, ctx)).rejects.toMatchObject({ code: 'UPSTREAM_BAD_DATA' });
  });

  it('silence ends with the time-out of each try', async () => {
    const { controller, simulator, clock } = await rig({ tries: 2 });
    simulator.faults.add({ kind: 'hang' });
    const asked = controller.withCapacity(request(1), VIMS, ctx);
    for (const n of [1, 2]) {
      await simulator.callsReached(n);
      clock.timeOut();
    }
    await expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('an abort of the caller is passed on and is no warning', async () => {
    const { controller, simulator, warnings } = await rig();
    const release = simulator.hold();
    const stop = new AbortController();
    const asked = controller.withCapacity(request(1), VIMS, { ...ctx, signal: stop.signal });
    await simulator.callsReached(1);
    stop.abort(new Error('not wanted any more'));
    await expect(asked).rejects.toThrow('not wanted any more');
    expect(warnings).toEqual([]);
    release();
  });
});

it('over TLS the server is verified with the bundle', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'conductor-multicloud-'));
  undo.push(() => rm(dir, { recursive: true }));
  const { serverCert: cert, serverKey: key, ca } = await makeCertificates(dir);
  const tls = { tls: { cert, key, ca }, room: ROOM };
  const trusted = await rig({}, tls, ca);
  expect((await trusted.controller.withCapacity(request(60), VIMS, ctx)).size).toBe(1);
  const untrusted = await rig({}, tls);
  await expect(untrusted.controller.withCapacity(request(60), VIMS, ctx)).rejects.toMatchObject({
    code: 'UPSTREAM_REFUSED',
  });
});
