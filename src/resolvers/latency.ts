// Latency rules: reading both tables, and replacing one of them.
import type { LatencyRules } from '../domain/latency.ts';
import type { GraphqlContext } from './context.ts';
import { withHandledErrors } from './errors.ts';

export const latencyRules = (_: unknown, __: unknown, ctx: GraphqlContext): Promise<LatencyRules> =>
  ctx.services.latency.read(ctx.scope);

export interface LoadedLatencyRules {
  readonly latencyRules: LatencyRules;
}

interface RegionArgs {
  readonly regions: readonly { readonly group: string; readonly countries: readonly string[] }[];
}

/** Throws InvalidInputError or PayloadTooLargeError, members of the result. */
export function loadLatencyRegions(_: unknown, args: RegionArgs, ctx: GraphqlContext): Promise<LoadedLatencyRules> {
  return withHandledErrors(async () => ({
    latencyRules: await ctx.services.latency.loadRegions(ctx.scope, args.regions),
  }));
}

interface CountryArgs {
  readonly countries: readonly { readonly country: string; readonly groups: readonly string[] }[];
}

/** Throws InvalidInputError or PayloadTooLargeError, members of the result. */
export function loadLatencyCountries(_: unknown, args: CountryArgs, ctx: GraphqlContext): Promise<LoadedLatencyRules> {
  return withHandledErrors(async () => ({
    latencyRules: await ctx.services.latency.loadCountries(ctx.scope, args.countries),
  }));
}
