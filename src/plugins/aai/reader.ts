// Inventory for people who look at candidates (GraphQL): batched reads by key, answers in key order, null for a missing key,
// an Error for a key whose read failed. Regions and complexes come from the cache when it holds them.
import type { ConductorError } from '../../domain/errors.ts';
import type { CallContext, InventoryReader } from '../../domain/ports.ts';
import type { Batcher, Loader } from './batch.ts';
import type { InventoryCache } from './cache.ts';
import { normaliseLink } from './links.ts';
import * as loaders from './loaders.ts';
import { toCloudRegion, toComplex, toCustomer, toGenericVnf, toPserver, toServiceInstance, toVserver } from './map.ts';
import type { Entity } from './wire.ts';

/** What mapping makes of one object, given the key it was asked for with. */
type Mapper<T> = (entity: Entity, key: string) => T | null;

export function createReader(batch: Batcher, cache: InventoryCache): InventoryReader {
  const by =
    <T>(loader: Loader<string>, map: Mapper<T>) =>
    async (keys: readonly string[], ctx: CallContext): Promise<readonly (T | null | Error)[]> => {
      const found = await batch(loader, keys, ctx);
      return keys.map((key) => first(found.get(key), key, map));
    };
  const vserversByLink = by(loaders.vserverDetails, toVserver);
  return {
    async complexes(ids, ctx) {
      const found = await cache.complexes([...new Set(ids)], ctx);
      return ids.map((id) => {
        const value = found.get(id) ?? null;
        const entity = value instanceof Error ? (cache.knownComplex(id) ?? value) : value;
        return entity === null || entity instanceof Error ? entity : toComplex(entity);
      });
    },
    async cloudRegions(keys, ctx) {
      const known = new Map(keys.map((key) => [loaders.regionKey(key), cache.knownRegion(loaders.regionKey(key))]));
      const unknown = keys.filter((key) => known.get(loaders.regionKey(key)) === null);
      const found = await batch(loaders.cloudRegions, unknown, ctx);
      return keys.map((key) => {
        const id = loaders.regionKey(key);
        const entry = known.get(id);
        return entry ? toCloudRegion(entry.entity) : first(found.get(id), id, toCloudRegion);
      });
    },
    genericVnfs: by(loaders.genericVnfs, toGenericVnf),
    genericVnfsByName: by(loaders.vnfsByName, toGenericVnf),
    serviceInstances: by(loaders.serviceInstances, toServiceInstance),
    customers: by(loaders.customers, toCustomer),
    pservers: by(loaders.pservers, toPserver),
    // Keys are normalised already when they come from a VNF; others are taken as people have them.
    vservers: (links, ctx) =>
      vserversByLink(
        links.map((link) => normaliseLink(link) ?? '/'),
        ctx,
      ),
    async allComplexes(ctx) {
      return (await cache.allComplexes(ctx)).flatMap((entity) => toComplex(entity) ?? []);
    },
    async allCloudRegions(ctx) {
      return (await cache.regions(ctx)).flatMap(({ entity }) => toCloudRegion(entity) ?? []);
    },
    freshness: () => cache.freshness(),
    async refresh(ctx) {
      await cache.refresh(ctx);
      return cache.freshness();
    },
  };
}

function first<T>(
  found: readonly Entity[] | ConductorError | undefined,
  key: string,
  map: Mapper<T>,
): T | null | ConductorError {
  if (found instanceof Error) return found;
  const entity = found?.find((item) => !item.lacks);
  return entity ? map(entity, key) : null;
}
