// Locations of a template → places with coordinates. Host names and CLLI codes go to the providers that can look them up.
import type { CallContext, InventoryProvider, ResolvedPlace } from '../../domain/ports.ts';
import type { ProblemLocation } from '../../domain/problem.ts';
import type { LocationSpec } from '../../domain/template.ts';
import { limiter } from '../../lib/concurrency.ts';
import { pointOf } from '../../lib/geo.ts';
import { TranslationError } from './error.ts';

const LOOKUPS_AT_ONCE = 8;

type LookUp = (provider: InventoryProvider) => Promise<ResolvedPlace | null> | undefined;

/** The first usable answer in provider order; an answer without readable coordinates is none. */
async function firstPlace(providers: readonly InventoryProvider[], lookUp: LookUp): Promise<ResolvedPlace | null> {
  for (const provider of providers) {
    const place = await lookUp(provider);
    if (place && pointOf(place) !== null) return place;
  }
  return null;
}

function lookUpOf(spec: LocationSpec, ctx: CallContext): LookUp | null {
  if (spec.kind === 'host_name') return (provider) => provider.resolveHostName?.(spec.hostName, ctx);
  if (spec.kind === 'clli_code') return (provider) => provider.resolveClliCode?.(spec.clliCode, ctx);
  return null;
}

async function resolveOne(
  spec: LocationSpec,
  providers: readonly InventoryProvider[],
  ctx: CallContext,
): Promise<ProblemLocation> {
  const { name } = spec;
  if (spec.kind === 'coordinates') {
    return { name, latitude: spec.latitude, longitude: spec.longitude, country: spec.country };
  }
  const lookUp = lookUpOf(spec, ctx);
  const place = lookUp === null ? null : await firstPlace(providers, lookUp);
  if (place === null) throw new TranslationError(`Unable to resolve location ${name}`);
  return { name, latitude: place.latitude, longitude: place.longitude, country: place.country };
}

/**
 * Places in template order. Throws TranslationError `Unable to resolve location {name}` or the provider's UPSTREAM_* error;
 * of several failures that of the first location.
 */
export async function resolveLocations(
  specs: readonly LocationSpec[],
  providers: readonly InventoryProvider[],
  ctx: CallContext,
): Promise<readonly ProblemLocation[]> {
  const gate = limiter(LOOKUPS_AT_ONCE);
  const outcomes = await Promise.allSettled(specs.map((spec) => gate(() => resolveOne(spec, providers, ctx))));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
