// The parts that network slices add, put together: clients of DCAE, SDC and CPS, the A&AI readers of slices, and the generator.
import type { Base } from './app-base.ts';
import {
  cpsHttp,
  cpsOptions,
  dcaeHttp,
  dcaeOptions,
  generatorOptions,
  sdcHttp,
  sdcOptions,
  sliceCosts,
} from './app-settings.ts';
import type { InventoryProvider } from './domain/ports.ts';
import type { ReaderFactory } from './plugins/aai/readers.ts';
import { sliceReaders } from './plugins/aai/slices/index.ts';
import { createCps } from './plugins/cps/index.ts';
import { createDcae } from './plugins/dcae/index.ts';
import { createGenerator } from './plugins/generator/index.ts';
import { createHttpClient } from './plugins/http.ts';
import { createSdc } from './plugins/sdc/index.ts';

export interface SliceParts {
  /** For `createAai`: inventory types nsi, nssi, nst and nsst. */
  readonly readers: readonly ReaderFactory[];
  readonly generator: InventoryProvider;
  close(): Promise<void>;
}

/** Opens no connection. Throws CONFIG_INVALID and CERTIFICATE_INVALID. */
export function createSliceParts(base: Base): SliceParts {
  const { config } = base;
  const dcae = createDcae({ ...dcaeOptions(config), http: createHttpClient({ ...base, ...dcaeHttp(config) }) });
  const sdc = createSdc({ ...sdcOptions(config), http: createHttpClient({ ...base, ...sdcHttp(config) }) });
  const cps = createCps({ ...cpsOptions(config), http: createHttpClient({ ...base, ...cpsHttp(config) }) });
  const { on_failure: onFailure } = config.dcae;
  return {
    readers: sliceReaders({ costs: sliceCosts(config), dcae: { capacity: dcae, onFailure }, sdc }),
    generator: createGenerator({ ...base, ...generatorOptions(config), cps }),
    close: async () => {
      await Promise.all([dcae.close(), sdc.close(), cps.close()]);
    },
  };
}
