// Candidates of inventory type `cloud`: one per cloud region of the region cache. Needs no request when the cache is filled.
import type { Candidate, DroppedCandidate } from '../../domain/candidate.ts';
import type { CallContext, DemandResolution } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { type JsonValue, own } from '../../lib/json.ts';
import type { InventoryCache, RegionEntry } from './cache.ts';
import { conflictId, listReason, passesFilters, REASON, regionReason } from './match.ts';
import { type PlaceFields, placeFields } from './place.ts';
import { filled } from './wire.ts';

export interface Costs {
  readonly cloud: number;
  readonly service: number;
  /** Of the candidate that `existing_placement` names; usually far below zero. */
  readonly existingPlacement: number;
}

export interface ResolveOptions {
  readonly cache: InventoryCache;
  readonly costs: Costs;
  readonly filterSubstring: boolean;
}

/** A region that can be a candidate, or why not. */
export type UsableRegion =
  | {
      readonly owner: string;
      readonly id: string;
      readonly version: string;
      readonly entry: RegionEntry;
      readonly place: PlaceFields;
    }
  | DroppedCandidate;

/** Judges the cached regions once for all demands of a plan. */
export async function usableRegions(cache: InventoryCache, ctx: CallContext): Promise<readonly UsableRegion[]> {
  const regions = await cache.regions(ctx);
  return regions.map((entry) => judgeRegion(cache, entry));
}

function judgeRegion(cache: InventoryCache, entry: RegionEntry): UsableRegion {
  const { object } = entry.entity;
  const owner = filled(own(object, 'cloud-owner'));
  const id = filled(own(object, 'cloud-region-id'));
  const version = filled(own(object, 'cloud-region-version'));
  const drop = (reason: string) => ({ candidate_id: id ?? '', location_id: id, reason });
  if (owner === null || id === null || version === null) return drop(REASON.badData);
  const [complexId, ...others] = entry.complexIds;
  if (complexId === undefined || others.length > 0) return drop(REASON.noComplex);
  const complex = cache.knownComplex(complexId);
  if (complex === null) return drop(REASON.noComplex);
  const place = placeFields(complex, complexId);
  return place === null ? drop(REASON.badData) : { owner, id, version, entry, place };
}

/** Candidates of one `cloud` requirement, in inventory order. */
export function resolveCloud(
  requirement: Requirement,
  regions: readonly UsableRegion[],
  options: ResolveOptions,
): DemandResolution {
  const candidates: Candidate[] = [];
  const dropped: DroppedCandidate[] = [];
  for (const region of regions) {
    const outcome = 'reason' in region ? region : resolveRegion(requirement, region, options);
    if (isDropped(outcome)) dropped.push(outcome);
    else candidates.push(outcome);
  }
  return { candidates, dropped };
}

export function isDropped(outcome: Candidate | DroppedCandidate): outcome is DroppedCandidate {
  return !('inventory_type' in outcome);
}

function resolveRegion(
  requirement: Requirement,
  region: Exclude<UsableRegion, DroppedCandidate>,
  options: ResolveOptions,
): Candidate | DroppedCandidate {
  const candidate = buildCloud(requirement, region, options.costs.cloud);
  const drop = (reason: string) => ({ candidate_id: region.id, location_id: region.id, reason });
  const attribute = (name: string) => regionAttribute(region, name);
  if (!passesFilters(requirement.filteringAttributes, attribute, options.filterSubstring)) {
    return drop(REASON.cloudAttributes);
  }
  const { conflictIdentifier } = requirement;
  const withConflict = conflictIdentifier
    ? { ...candidate, conflict_id: conflictId(conflictIdentifier, candidate) }
    : candidate;
  const reason = regionReason(requirement, candidate) ?? listReason(requirement, candidate);
  return reason === null ? finish(requirement, withConflict, options.costs) : drop(reason);
}

function regionAttribute(region: Exclude<UsableRegion, DroppedCandidate>, name: string): JsonValue | undefined {
  const { object } = region.entry.entity;
  switch (name) {
    case 'cloud-owner':
      return region.owner;
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

function buildCloud(requirement: Requirement, region: Exclude<UsableRegion, DroppedCandidate>, cost: number) {
  return {
    candidate_id: region.id,
    ...(requirement.serviceResourceId ? { service_resource_id: requirement.serviceResourceId } : {}),
    inventory_provider: 'aai',
    inventory_type: 'cloud',
    uniqueness: requirement.unique,
    cost,
    cloud_owner: region.owner,
    cloud_region_version: region.version,
    location_id: region.id,
    location_type: 'att_aic',
    ...region.place,
    'vim-id': `${region.owner}_${region.id}`,
    sriov_automation: sriovAutomation(region.version),
  };
}

/** The reference tells SR-IOV automation by a placeholder version; kept because templates may compare the field. */
export function sriovAutomation(regionVersion: string): string {
  return regionVersion === 'X.Y' ? 'true' : 'false';
}

/** Existing placement and pass-through attributes: the last fields of any candidate. */
export function finish<C extends { readonly candidate_id: string; readonly cost: number }>(
  requirement: Requirement,
  candidate: C,
  costs: Costs,
) {
  const existing = requirement.existingPlacement === candidate.candidate_id;
  const { passthroughAttributes } = requirement;
  return {
    ...candidate,
    cost: existing ? costs.existingPlacement : candidate.cost,
    existing_placement: existing ? 'true' : 'false',
    ...(passthroughAttributes ? { passthrough_attributes: passthroughAttributes } : {}),
  };
}
