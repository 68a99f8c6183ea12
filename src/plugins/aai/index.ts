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
import { createCache } from './cache.ts';
import { createAaiClient } from './client.ts';
import { type Costs, resolveCloud, usableRegions } from './cloud.ts';
import * as lookups from './lookups.ts';
import { createReader } from './reader.ts';
import { resolveServices, type ServiceOptions } from './service.ts';
import { type Selection, selectionOf } from './service-select.ts';

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
  | 'l3-network';

export interface AaiOptions {
  readonly http: HttpClient;
  /** API version of requests, `v10` to `v32`. */
  readonly version: string;
  readonly costs: Costs;
  /** Milliseconds between background refreshes of the cloud regions. */
  readonly regionRefreshMs: number;
  /** Milliseconds after which a complex is read again. */
  readonly complexRefreshMs: number;
  /** VNFs on servers without a known host are placed by their cloud region. */
  readonly hpaEnabled: boolean;
  /** Plain text in filtering attributes matches as a substring (as old installations had it). @default false */
  readonly filterSubstring?: boolean;
  /** One way of batched reading for all, or one per loader. @default 'auto' */
  readonly strategies?: BatchStrategy | Readonly<Partial<Record<LoaderName, BatchStrategy>>>;
  /** Keys in one request at the most. @default 100 */
  readonly chunkSize?: number;
  /** Batched requests at once. @default 8 */
  readonly concurrency?: number;
  readonly clock: Clock;
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
  const { clock, logger, filterSubstring = false } = options;
  const client = createAaiClient(options.http, options.version);
  const batch = createBatcher(batchOptions(options, client));
  const cache = createCache({ ...options, client, batch, ids: options.ids ?? randomIds });
  const resolve: ServiceOptions = { ...options, cache, batch, filterSubstring };
  const asked = { client, batch, cache };
  return {
    provider: {
      name: 'aai',
      resolveDemands: async (requests, ctx) => {
        const start = clock.monotonic();
        const resolutions = await resolveDemands(requests, resolve, logger, ctx);
        const seconds = (clock.monotonic() - start) / 1000;
        const candidates = resolutions.reduce((sum, item) => sum + item.candidates.length, 0);
        const dropped = resolutions.reduce((sum, item) => sum + item.dropped.length, 0);
        const { requestId, planId } = ctx;
        logger.debug({ requestId, planId, demands: requests.length, candidates, dropped, seconds }, 'demands resolved');
        return resolutions;
      },
      resolveHostName: (hostName, ctx) => lookups.resolveHostName(asked, hostName, ctx),
      resolveClliCode: (clliCode, ctx) => lookups.resolveClliCode(asked, clliCode, ctx),
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

const NOTHING: DemandResolution = { candidates: [], dropped: [] };

async function resolveDemands(
  requests: readonly DemandRequest[],
  options: ServiceOptions,
  logger: Logger,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  // Explicit candidates are the template's own business.
  const types = requests.map(({ requirement }) => (requirement.candidates === null ? requirement.inventoryType : null));
  const regions = types.includes('cloud') ? await usableRegions(options.cache, ctx) : [];
  const selections: (Selection | null)[] = requests.map((request, i) =>
    types[i] === 'service' ? selectionOf(request.requirement, request.demand, logger) : null,
  );
  const services = await resolveServices(
    selections.filter((selection) => selection !== null),
    options,
    ctx,
  );
  const nextService = services.values();
  return requests.map(({ requirement, demand }, i) => {
    if (selections[i]) return nextService.next().value ?? NOTHING;
    if (types[i] === 'cloud') return resolveCloud(requirement, regions, options);
    if (types[i] !== null && types[i] !== 'service') {
      logger.warn(
        { demand, inventoryType: types[i], requestId: ctx.requestId },
        'inventory type is not supported by A&AI',
      );
    }
    return NOTHING;
  });
}
