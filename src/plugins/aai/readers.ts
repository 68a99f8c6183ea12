// The table of inventory types that A&AI serves: one DemandReader a type (or a family of types). `createAai` makes the table of
// its own readers and of those that its `readers` option adds (network slices), and dispatches every request through it.
import type { InventoryType } from '../../domain/candidate.ts';
import type { CallContext, DemandRequest, DemandResolution, Logger } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Batcher } from './batch.ts';
import type { InventoryCache } from './cache.ts';
import type { AaiClient } from './client.ts';

/** What a reader may use of the plugin. */
export interface ReaderParts {
  readonly client: AaiClient;
  readonly batch: Batcher;
  readonly cache: InventoryCache;
  /** Plain text in filtering attributes matches as a substring. */
  readonly filterSubstring: boolean;
  readonly hpaEnabled: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Makes candidates of some inventory types. */
export interface DemandReader {
  readonly types: readonly InventoryType[];
  /**
   * All requests of a plan that are of these types, none with explicit candidates; one answer each, in their order. An object that
   * cannot be a candidate is dropped with its reason; throws UPSTREAM_* when the inventory gives no usable answer as a whole.
   */
  resolve(requests: readonly DemandRequest[], ctx: CallContext): Promise<readonly DemandResolution[]>;
}

export type ReaderFactory = (parts: ReaderParts) => DemandReader;

/** The readers by inventory type; two for one type are a programming error. */
export function readerTable(readers: readonly DemandReader[]): ReadonlyMap<string, DemandReader> {
  const table = new Map<string, DemandReader>();
  for (const reader of readers) {
    for (const type of reader.types) {
      if (table.has(type)) throw new Error(`Two readers for inventory type ${type}.`);
      table.set(type, reader);
    }
  }
  return table;
}

/** Hands each request to the reader of its type; a type without reader, or explicit candidates, resolves to nothing. */
export async function dispatch(
  table: ReadonlyMap<string, DemandReader>,
  requests: readonly DemandRequest[],
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const shares = new Map<DemandReader, { readonly at: number; readonly request: DemandRequest }[]>();
  requests.forEach((request, at) => {
    const reader = readerOf(table, request);
    if (!reader) return;
    const share = shares.get(reader) ?? [];
    share.push({ at, request });
    shares.set(reader, share);
  });
  const out: DemandResolution[] = requests.map(() => ({ candidates: [], dropped: [] }));
  await Promise.all(
    [...shares].map(async ([reader, share]) => {
      const resolutions = await reader.resolve(
        share.map(({ request }) => request),
        ctx,
      );
      share.forEach(({ at }, i) => {
        const resolution = resolutions[i];
        if (resolution) out[at] = resolution;
      });
    }),
  );
  return out;
}

/** The reader that a request needs; undefined for explicit candidates (the template's own business) and unknown types. */
export function readerOf(
  table: ReadonlyMap<string, DemandReader>,
  { requirement }: DemandRequest,
): DemandReader | undefined {
  return requirement.candidates === null ? table.get(requirement.inventoryType ?? '') : undefined;
}
