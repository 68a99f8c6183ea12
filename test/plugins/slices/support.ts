// What the tests of network slices share: the A&AI, DCAE and SDC simulators without TLS, and the A&AI plugin with slice readers.
import type { DemandRequest, InventoryProvider } from '../../../src/domain/ports.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { createAai } from '../../../src/plugins/aai/index.ts';
import { sliceReaders } from '../../../src/plugins/aai/slices/index.ts';
import { createDcae } from '../../../src/plugins/dcae/index.ts';
import { createSdc } from '../../../src/plugins/sdc/index.ts';
import { type AaiSimulator, startAaiSimulator } from '../../sim/aai.ts';
import { type DcaeSimulator, SLICES_CONFIG, startDcaeSimulator } from '../../sim/dcae.ts';
import type { SimWorld } from '../../sim/load-world.ts';
import { type SdcSimulator, startSdcSimulator } from '../../sim/sdc.ts';
import { NO_SLICES } from '../../sim/slices.ts';
import { httpFor, type Recorder, recorder, request } from '../aai/support.ts';

export const USER = { username: 'conductor', password: 'simulated' } as const;

export interface SliceRig {
  readonly aai: AaiSimulator;
  readonly dcae: DcaeSimulator;
  readonly sdc: SdcSimulator;
  readonly provider: InventoryProvider;
  readonly record: Recorder;
  stop(): Promise<void>;
}

export interface RigOptions {
  readonly onFailure?: 'unknown' | 'fail';
  /** Schema version of A&AI. */
  readonly version?: string;
  readonly filterSubstring?: boolean;
}

/** A plugin over simulators of the world. */
export async function startRig(world: SimWorld, options: RigOptions = {}): Promise<SliceRig> {
  const { figures, models } = world.slices ?? NO_SLICES;
  const aai = await startAaiSimulator({ world, ...USER });
  const dcae = await startDcaeSimulator({ ...USER, figures });
  const sdc = await startSdcSimulator({ ...USER, models });
  const record = recorder();
  const http = (system: string, url: string) => httpFor(url, record, { ...USER, system, tries: 1 });
  const dcaeClient = createDcae({ http: http('DCAE', dcae.origin), path: SLICES_CONFIG });
  const sdcClient = createSdc({ http: http('SDC', sdc.url), version: 'v1' });
  const plugin = createAai({
    http: http('A&AI', aai.url),
    version: options.version ?? 'v32',
    costs: { cloud: 2, service: 1, transport: 1, existingPlacement: -8000 },
    regionRefreshMs: 60_000,
    complexRefreshMs: 3_600_000,
    hpaEnabled: true,
    filterSubstring: options.filterSubstring ?? false,
    clock: systemClock,
    logger: record.logger,
    metrics: record.metrics,
    readers: sliceReaders({
      costs: { nssi: 1, nsi: 1.5, nst: 1, nsst: 2 },
      dcae: { capacity: dcaeClient, onFailure: options.onFailure ?? 'unknown' },
      sdc: sdcClient,
    }),
  });
  return {
    aai,
    dcae,
    sdc,
    provider: plugin.provider,
    record,
    async stop() {
      await Promise.all([plugin.close(), dcaeClient.close(), sdcClient.close()]);
      await Promise.all([aai.stop(), dcae.stop(), sdc.stop()]);
    },
  };
}

/** A request of a slice type by its filtering attributes. */
export function sliceRequest(
  inventoryType: string,
  filteringAttributes: JsonObject | null,
  defaultAttributes: JsonObject | null = null,
  demand = 'slice',
): DemandRequest {
  return request({ inventoryType, filteringAttributes, defaultAttributes }, demand);
}
