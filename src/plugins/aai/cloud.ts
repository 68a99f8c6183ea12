// Candidates of inventory type `cloud`: one per cloud region of the region cache. Needs no request when the caches are filled.
import { type Candidate, conflictIdOf } from '../../domain/candidate.ts';
import type { CloudRegionKey } from '../../domain/inventory.ts';
import type { CallContext, DemandRequest, DemandResolution } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import type { InventoryCache, RegionEntry } from './cache.ts';
import { commonFields, finish, type ResolveOptions, sriovAutomation } from './fields.ts';
import type { FlavorDocument, Flavors } from './flavors.ts';
import { regionKey } from './loaders.ts';
import { listReason, passesFilters, REASON, regionReason } from './match.ts';
import { badField, entityOr, isReject, type Reject, type Rejected, settle, throwIfDown } from './outcome.ts';
import type { PlaceFields } from './place.ts';
import type { DemandReader } from './readers.ts';
import { placeIn } from './surroundings.ts';
import { filled } from './wire.ts';

/** A region that can be a candidate. */
interface Usable extends CloudRegionKey {
  readonly version: string;
  readonly object: JsonObject;
  readonly place: PlaceFields;
}

/** Judges the cached regions once for all demands of a plan. */
async function usableRegions(cache: InventoryCache, ctx: CallContext): Promise<readonly (Usable | Rejected)[]> {
  const regions = await cache.regions(ctx);
  return regions.map((entry) => judgeRegion(cache, entry));
}

function judgeRegion(cache: InventoryCache, entry: RegionEntry): Usable | Rejected {
  const { object } = entry.entity;
  const cloudOwner = filled(own(object, 'cloud-owner'));
  const cloudRegionId = filled(own(object, 'cloud-region-id'));
  const version = filled(own(object, 'cloud-region-version'));
  const drop = (reject: Reject): Rejected => ({
    candidate_id: cloudRegionId ?? '',
    location_id: cloudRegionId,
    ...reject,
  });
  if (cloudOwner === null) return drop(badField(object, 'cloud-owner'));
  if (cloudRegionId === null) return drop(badField(object, 'cloud-region-id'));
  if (version === null) return drop(badField(object, 'cloud-region-version'));
  const region = entityOr(entry.entity, REASON.noComplex);
  if (isReject(region)) return drop(region);
  const [complexId, ...others] = entry.complexIds;
  if (complexId === undefined || others.length > 0) return drop({ reason: REASON.noComplex });
  const place = placeIn(complexId, new Map([[complexId, cache.knownComplex(complexId)]]), REASON.noComplex);
  return isReject(place) ? drop(place) : { cloudOwner, cloudRegionId, version, object, place };
}

export function cloudReader(options: ResolveOptions): DemandReader {
  return { types: ['cloud'], resolve: (requests, ctx) => resolveCloud(requests, options, ctx) };
}

/**
 * Candidates in inventory order. Flavors are read once for all regions that a demand wanting them keeps. Throws when the inventory
 * is not reachable, or when flavors that could not be read left a demand without any candidate.
 */
async function resolveCloud(
  requests: readonly DemandRequest[],
  options: ResolveOptions,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const { cache, hpaEnabled } = options;
  const regions = await usableRegions(cache, ctx);
  const looks = requests.map((request) => ({
    request,
    regions: regions.map((region) =>
      isReject(region) ? region : (rejected(request.requirement, region, options) ?? region),
    ),
  }));
  const wanted = looks.flatMap((look) => (look.request.flavors ? look.regions : []));
  const keys = new Map(wanted.flatMap((region) => (isReject(region) ? [] : [[regionKey(region), region] as const])));
  const flavors: Flavors = hpaEnabled ? await cache.flavors([...keys.values()], ctx) : new Map();
  throwIfDown(flavors.values());
  return looks.map(({ request, regions: kept }) =>
    settle(kept.map((region) => (isReject(region) ? region : candidateOf(request, region, flavors, options)))),
  );
}

/** Why the region is no candidate of the requirement, or null. */
function rejected(requirement: Requirement, region: Usable, options: ResolveOptions): Rejected | null {
  const attribute = (name: string) => regionAttribute(region, name);
  const placed = {
    candidate_id: region.cloudRegionId,
    inventory_type: 'cloud',
    location_id: region.cloudRegionId,
    physical_location_id: region.place.physical_location_id,
  };
  const reason = passesFilters(requirement.filteringAttributes, attribute, options.filterSubstring)
    ? (regionReason(requirement, placed) ?? listReason(requirement, placed))
    : REASON.cloudAttributes;
  return reason === null ? null : { candidate_id: region.cloudRegionId, location_id: region.cloudRegionId, reason };
}

function candidateOf(
  { requirement, flavors: wanted }: DemandRequest,
  region: Usable,
  flavors: Flavors,
  { costs }: ResolveOptions,
): Candidate | Rejected {
  const document = wanted ? (flavors.get(regionKey(region)) ?? null) : undefined;
  if (document instanceof Error) {
    return {
      candidate_id: region.cloudRegionId,
      location_id: region.cloudRegionId,
      reason: REASON.noFlavors,
      cause: document,
    };
  }
  const candidate = buildCloud(requirement, region, costs.cloud, document);
  const { conflictIdentifier } = requirement;
  const conflict = conflictIdentifier ? { conflict_id: conflictIdOf(conflictIdentifier, candidate) } : {};
  return finish(requirement, { ...candidate, ...conflict }, costs);
}

function regionAttribute(region: Usable, name: string): JsonValue | undefined {
  const { object } = region;
  switch (name) {
    case 'cloud-owner':
      return region.cloudOwner;
    case 'cloud-region-version':
      return region.version;
    case 'cloud-type':
    case 'cloud-zone':
      return own(object, name) ?? null;
    case 'complex-name':
      return region.place.complex_name;
    case 'physical-location-id':
      return region.place.physical_location_id;
    default:
      return undefined;
  }
}

/** `flavors`: undefined when the demand does not ask for them. */
function buildCloud(requirement: Requirement, region: Usable, cost: number, flavors: FlavorDocument | undefined) {
  return {
    ...commonFields(requirement, 'cloud', region.cloudRegionId, cost),
    cloud_owner: region.cloudOwner,
    cloud_region_version: region.version,
    location_id: region.cloudRegionId,
    location_type: 'att_aic',
    ...region.place,
    ...(flavors === undefined ? {} : { flavors }),
    'vim-id': `${region.cloudOwner}_${region.cloudRegionId}`,
    sriov_automation: sriovAutomation(region.version),
  };
}
