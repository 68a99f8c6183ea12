// Candidates of inventory type `service`: one per VNF that belongs to a service instance of the demand's customer. About six
// requests for a plan, however many VNFs there are.
import type { Candidate } from '../../domain/candidate.ts';
import type { CallContext, DemandRequest, DemandResolution } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { own } from '../../lib/json.ts';
import { commonFields, finish, type ResolveOptions, sriovAutomation } from './fields.ts';
import { distinct, relatedRegion, relations } from './links.ts';
import { vserverRegions } from './map.ts';
import { type AttributeOf, listReason, passesFilters, REASON, regionReason } from './match.ts';
import { isReject, type Reject, type Rejected, settle } from './outcome.ts';
import type { PlaceFields } from './place.ts';
import type { DemandReader } from './readers.ts';
import { type Member, membership, readVnfs, type Selection, selectionOf } from './service-select.ts';
import { type Placed, placeOf, readSurroundings, regionVersion, type Surroundings } from './surroundings.ts';
import type { Entity } from './wire.ts';

/** A VNF whose own relationships say that it can be a candidate. */
interface VnfCase extends Placed {
  readonly member: Member;
}

export function serviceReader(options: ResolveOptions): DemandReader {
  return { types: ['service'], resolve: (requests, ctx) => resolveServices(requests, options, ctx) };
}

/**
 * A VNF that cannot be judged is dropped with its reason; throws when the inventory is not reachable, or when failed reads left a
 * demand without any candidate.
 */
async function resolveServices(
  requests: readonly DemandRequest[],
  options: ResolveOptions,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const selections = requests.map((request) => selectionOf(request, options.logger));
  const vnfs = await readVnfs(selections, options.batch, ctx);
  const looks = selections.map((selection, i) =>
    selection ? (vnfs[i] ?? []).map((vnf) => firstLook(selection, vnf)) : [],
  );
  const cases = looks.flat().flatMap((look) => (isReject(look) ? [] : [look]));
  const around = await readSurroundings(cases, options, ctx);
  return requests.map(({ requirement }, i) =>
    settle((looks[i] ?? []).map((look) => (isReject(look) ? look : resolveVnf(requirement, look, around, options)))),
  );
}

/** Judges a VNF by its own relationships: one cloud region, one service instance of the customer, vservers with links. */
function firstLook(selection: Selection, vnf: Entity): VnfCase | Rejected {
  const regions = vserverRegions(vnf.object);
  const [region] = regions;
  const member = membership(selection, vnf, REASON.customer);
  const { candidate_id, location_id } = isReject(member)
    ? member
    : { candidate_id: member.serviceInstanceId, location_id: region?.cloudRegionId ?? null };
  const drop = (reason: string): Rejected => ({ candidate_id, location_id, reason });
  if (isReject(member) && member.cause) return member;
  if (regions.length > 1) return drop(REASON.ambiguousRegion);
  if (isReject(member) && vnf.lacks) return member;
  if (region === undefined) return drop(REASON.noRegion);
  if (isReject(member)) return member;
  const inRegion = relations(vnf.object, 'vserver').filter((relation) => relatedRegion(relation) !== null);
  const vserverLinks = distinct(inRegion.map((relation) => relation.link));
  if (vserverLinks.length === 0) return drop(REASON.noServerLink);
  return { member, region, vserverLinks };
}

function resolveVnf(
  requirement: Requirement,
  item: VnfCase,
  around: Surroundings,
  options: ResolveOptions,
): Candidate | Rejected {
  const outcome = judgeVnf(requirement, item, around, options);
  if (!isReject(outcome)) return outcome;
  return { candidate_id: item.member.serviceInstanceId, location_id: item.region.cloudRegionId, ...outcome };
}

function judgeVnf(
  requirement: Requirement,
  item: VnfCase,
  around: Surroundings,
  options: ResolveOptions,
): Candidate | Reject {
  const version = regionVersion(item, around);
  if (typeof version !== 'string') return version;
  const place = placeOf(item, around, options.hpaEnabled);
  if (isReject(place)) return place;
  const attribute: AttributeOf = (name) => {
    if (name === 'global-customer-id' || name === 'customer-id') return item.member.customer;
    if (name === 'physical-location-id') return place.physical_location_id;
    return name === 'cloud-region-id' ? item.region.cloudRegionId : own(item.member.vnf.object, name);
  };
  if (!passesFilters(requirement.filteringAttributes, attribute, options.filterSubstring)) {
    return { reason: REASON.attributes };
  }
  const candidate = finish(requirement, buildService(requirement, item, version, place, options), options.costs);
  const reason = listReason(requirement, candidate) ?? regionReason(requirement, candidate);
  return reason === null ? candidate : { reason };
}

function buildService(
  requirement: Requirement,
  { member, region }: VnfCase,
  version: string,
  place: PlaceFields,
  { costs }: ResolveOptions,
) {
  return {
    ...commonFields(requirement, 'service', member.serviceInstanceId, costs.service),
    host_id: member.vnfName,
    cloud_owner: region.cloudOwner,
    cloud_region_version: version,
    location_type: 'att_aic',
    location_id: region.cloudRegionId,
    ...place,
    'vim-id': `${region.cloudOwner}_${region.cloudRegionId}`,
    sriov_automation: sriovAutomation(version),
    vlan_key: requirement.vlanKey,
    port_key: requirement.portKey,
  };
}
