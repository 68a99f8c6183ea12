// Flavors of cloud regions, kept by region as long as the regions themselves. All that are missing or too old are read in one batch;
// whoever wants one that is being read waits for that read. When reading fails, the last known ones serve on.
import { ConductorError, toConductorError } from '../../domain/errors.ts';
import type { CloudRegionKey } from '../../domain/inventory.ts';
import type { CallContext } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { type JsonObject, own } from '../../lib/json.ts';
import type { Batcher, Found } from './batch.ts';
import { flavors as flavorLoader, regionKey } from './loaders.ts';
import { type Entity, filled, number } from './wire.ts';

/** `{"flavor": […]}` as A&AI gives it, smallest first; null when the region has none. */
export type FlavorDocument = JsonObject | null;

/** By region key; an error when the flavors could not be read and were never known. */
export type Flavors = ReadonlyMap<string, FlavorDocument | ConductorError>;

export interface FlavorCache {
  of(regions: readonly CloudRegionKey[], ctx: CallContext): Promise<Flavors>;
  /** Makes the next question read anew; what is kept still serves when that fails. */
  expire(): void;
}

export interface FlavorCacheOptions {
  readonly batch: Batcher;
  /** Milliseconds after which flavors are read again. */
  readonly refreshMs: number;
  readonly clock: Clock;
}

interface Kept {
  readonly document: FlavorDocument;
  readonly readAt: number;
}

export function createFlavorCache({ batch, refreshMs, clock }: FlavorCacheOptions): FlavorCache {
  const kept = new Map<string, Kept>();
  const reading = new Map<string, Promise<void>>();
  const failures = new Map<string, ConductorError>();

  const store = (keys: readonly string[], found: Found) => {
    const readAt = clock.monotonic();
    for (const key of keys) {
      const value = found.get(key) ?? [];
      if (value instanceof ConductorError) failures.set(key, value);
      else {
        failures.delete(key);
        kept.set(key, { document: documentOf(value), readAt });
      }
    }
  };
  const read = (regions: readonly CloudRegionKey[], requestId: string) => {
    const keys = regions.map(regionKey);
    // Shared by all who wait, so no single caller's abort may end it.
    const work = batch(flavorLoader, regions, { requestId })
      .catch((cause): Found => new Map(keys.map((key) => [key, toConductorError(cause)])))
      .then((found) => store(keys, found))
      .finally(() => {
        for (const key of keys) reading.delete(key);
      });
    for (const key of keys) reading.set(key, work);
  };
  const isYoung = (key: string) => {
    const entry = kept.get(key);
    return entry !== undefined && clock.monotonic() - entry.readAt < refreshMs;
  };
  return {
    async of(regions, ctx) {
      const keys = regions.map(regionKey);
      const missing = regions.filter((_, i) => !isYoung(keys[i] ?? '') && !reading.has(keys[i] ?? ''));
      if (missing.length > 0) read(missing, ctx.requestId);
      await Promise.all(keys.map((key) => (isYoung(key) ? undefined : reading.get(key))));
      return new Map(
        keys.map((key) => {
          const entry = kept.get(key);
          return [key, entry ? entry.document : (failures.get(key) ?? null)];
        }),
      );
    },
    expire() {
      for (const [key, { document }] of kept) kept.set(key, { document, readAt: Number.NEGATIVE_INFINITY });
    },
  };
}

/**
 * Batched answers come in no order, and of flavors that fit equally well the first one is taken; so the smallest comes first (CPUs,
 * memory, disk, then name and id).
 */
function documentOf(entities: readonly Entity[]): FlavorDocument {
  if (entities.length === 0) return null;
  const sized = entities.map(({ object }) => ({
    object,
    size: ['flavor-vcpus', 'flavor-ram', 'flavor-disk'].map((name) => number(own(object, name)) ?? 0),
    names: ['flavor-name', 'flavor-id'].map((name) => filled(own(object, name)) ?? ''),
  }));
  sized.sort((a, b) => compare(a.size, b.size) || compare(a.names, b.names));
  return { flavor: sized.map(({ object }) => object) };
}

function compare<T extends string | number>(one: readonly T[], other: readonly T[]): number {
  for (const [i, value] of one.entries()) {
    const against = other[i];
    if (against !== undefined && value !== against) return value < against ? -1 : 1;
  }
  return 0;
}
