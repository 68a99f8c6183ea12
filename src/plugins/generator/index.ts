// Inventory provider `generator`: slice profiles that do not exist yet. Combinations are counted before any is made or any upstream
// system is asked, and refused beyond a limit; values to be derived are asked for once a plan.
import { TemplateInvalidError } from '../../domain/errors.ts';
import type { CallContext, DemandRequest, DemandResolution, InventoryProvider, Logger } from '../../domain/ports.ts';
import type { TrackingAreaSource } from '../../domain/slice-ports.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import { distinct } from '../aai/links.ts';
import { countOf } from './combinations.ts';
import type { Derivation } from './derive.ts';
import { resolveProfiles } from './profiles.ts';
import { type ProfileSpec, readSpec, type SubnetAttribute, type Values } from './spec.ts';

export interface GeneratorOptions {
  /** Where `get_tracking_area` gets its values. */
  readonly cps: TrackingAreaSource;
  /** Combinations that the demands of one plan may ask for, before the service profile sorts any out. */
  readonly maxCombinations: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

const TYPE = 'slice_profiles';
const NOTHING: DemandResolution = { candidates: [], dropped: [] };

/** Throws TemplateInvalidError for attributes that cannot be read or combine too often, and CPS's UPSTREAM_* errors. */
export function createGenerator(options: GeneratorOptions): InventoryProvider {
  return {
    name: 'generator',
    inventoryTypes: new Set([TYPE]),
    resolveDemands: (requests, ctx) => resolveDemands(requests, options, ctx),
  };
}

async function resolveDemands(
  requests: readonly DemandRequest[],
  options: GeneratorOptions,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const specs = requests.map((request) => {
    const { candidates, inventoryType } = request.requirement;
    return candidates === null && inventoryType === TYPE ? readSpec(request) : null;
  });
  checkCounts(
    specs.filter((spec) => spec !== null),
    options.maxCombinations,
  );
  const areas = await readAreas(specs, options.cps, ctx);
  const resolutions: DemandResolution[] = [];
  for (const spec of specs) {
    const values = spec?.attributes.map((attribute) => valuesOf(attribute, areas)) ?? [];
    resolutions.push(spec ? await resolveProfiles(spec, values, options, ctx) : NOTHING);
  }
  const made = resolutions.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const { requestId, planId } = ctx;
  options.logger.debug({ requestId, planId, demands: requests.length, candidates: made }, 'slice profiles generated');
  return resolutions;
}

function checkCounts(specs: readonly ProfileSpec[], most: number): void {
  let before = 0;
  for (const { request, attributes } of specs) {
    const count = countOf(attributes.map(({ values }) => (isDerived(values) ? ONE : values)));
    if (before + count > most) {
      const others = before > 0 ? ` after ${before} of the demands before it` : '';
      const message =
        `Demand ${request.demand} asks for ${shown(count)} combinations of slice profiles${others}, ` +
        `more than [generator] max_combinations (${most}) allows`;
      throw new TemplateInvalidError([{ path: `demands > ${request.demand} > filtering_attributes`, message }]);
    }
    before += count;
  }
}

function shown(count: number): string {
  if (Number.isSafeInteger(count)) return String(count);
  return Number.isFinite(count) ? `about ${count.toExponential(1)}` : 'countless';
}

const ONE: Values = { count: 1, at: () => null };

function isDerived(values: SubnetAttribute['values']): values is Derivation {
  return 'zoneIds' in values;
}

type Areas = ReadonlyMap<string, readonly number[]>;

async function readAreas(
  specs: readonly (ProfileSpec | null)[],
  cps: TrackingAreaSource,
  ctx: CallContext,
): Promise<Areas> {
  const attributes = specs.flatMap((spec) => spec?.attributes ?? []);
  const zones = distinct(attributes.flatMap(({ values }) => (isDerived(values) ? values.zoneIds : [])));
  if (zones.length === 0) return new Map();
  const areas = await cps.trackingAreas(zones, ctx);
  return new Map(zones.map((zone, index) => [zone, areas[index] ?? []]));
}

/** The tracking areas of all zones are one value: a list without repeats. */
function valuesOf({ values }: SubnetAttribute, areas: Areas): Values {
  if (!isDerived(values)) return values;
  const list = distinct(values.zoneIds.flatMap((zone) => areas.get(zone) ?? []));
  return { count: 1, at: () => list };
}
