// The A&AI plugin: inventory provider `aai` for homing and inventory reader for people, over one HTTP client and one cache.
import type {
  CallContext,
  DemandRequest,
  DemandResolution,
  InventoryProvider,
  InventoryReader,
  Logger,
  Metrics,
} from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { type Ids, randomIds } from '../../lib/ids.ts';
import type { HttpClient } from '../http.ts';
import { type BatchOptions, createBatcher, type Strategy } from './batch.ts';
import { createCache, type InventoryCache } from './cache.ts';
import { createAaiClient } from './client.ts';
import { cloudReader } from './cloud.ts';
import type { Costs, ResolveOptions } from './fields.ts';
import * as lookups from './lookups.ts';
import { createReader } from './reader.ts';
import { type DemandReader, dispatch, type ReaderFactory, readerOf, readerTable } from './readers.ts';
import { serviceReader } from './service.ts';
import { transportReader } from './transport.ts';
import { vfmoduleReader } from './vfmodule.ts';

export type BatchStrategy = Strategy | 'auto';

/** What can be read in batches, as named in `strategies`. */
export type LoaderName =
  | 'complex'
  | 'cloud-region'
  | 'generic-vnf'
  | 'generic-vnf-by-name'
  | 'generic-vnf-by-role'
  | 'generic-vnf-by-model'
  | 'service-instance'
  | 'service-instance-children'
  | 'customer'
  | 'vserver'
  | 'pserver'
  | 'l3-network'
  | 'vf-module'
  | 'flavor'
  | 'zone';

export interface AaiOptions {
  readonly http: HttpClient;
  /** API version of requests, `v10` to `v32`. */
  readonly version: string;
  readonly costs: Costs;
  /** Milliseconds between background refreshes of the cloud regions. */
  readonly regionRefreshMs: number;
  /** Milliseconds after which a complex is read again. */
  readonly complexRefreshMs: number;
  /** Cloud candidates get flavors when asked for; VNFs on servers without a known host are placed by their cloud region. */
  readonly hpaEnabled: boolean;
  /** Plain text in filtering attributes matches as a substring (as old installations had it). @default false */
  readonly filterSubstring?: boolean;
  /** `vfmodule` candidates list all vservers of their VNF (as old installations had it), not only the module's own. @default false */
  readonly vnfVservers?: boolean;
  /** One way of batched reading for all, or one per loader. @default 'auto' */
  readonly strategies?: BatchStrategy | Readonly<Partial<Record<LoaderName, BatchStrategy>>>;
  /** Keys in one request at the most. @default 100 */
  readonly chunkSize?: number;
  /** Batched requests at once. @default 8 */
  readonly concurrency?: number;
  readonly clock: Clock;
  /** Readers of further inventory types (network slices). */
  readonly readers?: readonly ReaderFactory[];
  /** For the ids of background requests. */
  readonly ids?: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Aai {
  readonly provider: InventoryProvider;
  readonly reader: InventoryReader;
  /** Reads the regions in the background now and from time to time. */
  start(): void;
  /** Stops background reads and closes the HTTP client. */
  close(): Promise<void>;
}

export function createAai(options: AaiOptions): Aai {
  const { clock, logger, filterSubstring = false, vnfVservers = false, readers = [] } = options;
  const client = createAaiClient(options.http, options.version);
  const batch = createBatcher(batchOptions(options, client));
  const cache = createCache({ ...options, client, batch, ids: options.ids ?? randomIds });
  const parts: ResolveOptions = { ...options, client, cache, batch, filterSubstring, vnfVservers };
  const table = readerTable([
    cloudReader(parts),
    serviceReader(parts),
    vfmoduleReader(parts),
    transportReader(parts),
    ...readers.map((reader) => reader(parts)),
  ]);
  const asked = { client, batch, cache };
  return {
    provider: {
      name: 'aai',
      inventoryTypes: new Set(table.keys()),
      resolveDemands: async (requests, ctx) => {
        const start = clock.monotonic();
        const resolutions = await resolveDemands(requests, table, cache, logger, ctx);
        const seconds = (clock.monotonic() - start) / 1000;
        const candidates = resolutions.reduce((sum, item) => sum + item.candidates.length, 0);
        const dropped = resolutions.reduce((sum, item) => sum + item.dropped.length, 0);
        const { requestId, planId } = ctx;
        logger.debug({ requestId, planId, demands: requests.length, candidates, dropped, seconds }, 'demands resolved');
        return resolutions;
      },
      resolveHostName: (hostName, ctx) => lookups.resolveHostName(asked, hostName, ctx),
      resolveClliCode: (clliCode, ctx) => lookups.resolveClliCode(asked, clliCode, ctx),
      inventoryGroupPairs: (ctx) => lookups.inventoryGroupPairs(asked, ctx),
      networkRoleRegions: (roles, ctx) => lookups.networkRoleRegions(asked, roles, ctx),
      replicationRoles: (hostIds, ctx) => lookups.replicationRoles(asked, hostIds, ctx),
    },
    reader: createReader(batch, cache),
    start: () => cache.start(),
    async close() {
      cache.close();
      await options.http.close();
    },
  };
}

function batchOptions(options: AaiOptions, client: BatchOptions['client']): BatchOptions {
  const { strategies = 'auto', chunkSize = 100, concurrency = 8, clock, logger } = options;
  const strategyOf = (name: string) =>
    typeof strategies === 'string' ? strategies : (strategies[name as LoaderName] ?? 'auto');
  return { client, strategyOf, chunkSize, concurrency, clock, logger };
}

/** The regions first, once, when a demand needs them: the other readers then find them in the cache. */
async function resolveDemands(
  requests: readonly DemandRequest[],
  table: ReadonlyMap<string, DemandReader>,
  cache: InventoryCache,
  logger: Logger,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  for (const request of requests) {
    const { candidates, inventoryType } = request.requirement;
    if (candidates !== null || readerOf(table, request)) continue;
    const { requestId, planId } = ctx;
    logger.warn({ demand: request.demand, inventoryType, requestId, planId }, 'inventory type is not served by A&AI');
  }
  const needsRegions = requests.some((request) => readerOf(table, request)?.types.includes('cloud'));
  if (needsRegions && requests.length > 1) await cache.regions(ctx);
  return dispatch(table, requests, ctx);
}
