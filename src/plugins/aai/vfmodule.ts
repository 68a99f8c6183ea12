// Candidates of inventory type `vfmodule`: one per module of the VNFs that belong to a service instance of the demand's customer.
// A module is judged by its own vservers; all reads are batched, about seven requests for a plan.
import type { Candidate } from '../../domain/candidate.ts';
import type { CallContext, DemandRequest, DemandResolution } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { type JsonObject, own } from '../../lib/json.ts';
import type { Found } from './batch.ts';
import { commonFields, finish, type ResolveOptions, sriovAutomation } from './fields.ts';
import { distinct, relatedRegion, relations } from './links.ts';
import { vnfsWithModules } from './loaders.ts';
import { vserverRegions } from './map.ts';
import { type AttributeOf, badData, listReason, passesFilters, REASON, regionReason } from './match.ts';
import { firsts, isReject, misread, type Read, type Reject, type Rejected, settle, throwIfDown } from './outcome.ts';
import type { PlaceFields } from './place.ts';
import type { DemandReader } from './readers.ts';
import { type Member, membership, readVnfs, selectionOf } from './service-select.ts';
import { type Placed, placeOf, readSurroundings, regionVersion, type Surroundings } from './surroundings.ts';
import { vserverFields } from './vserver-fields.ts';
import { filled, garbled, nested, text } from './wire.ts';

/** A module whose own relationships say that it can be a candidate. */
interface ModuleCase extends Placed {
  readonly member: Member;
  readonly moduleId: string;
  readonly module: JsonObject;
  /** Links of the vservers that the candidate lists. */
  readonly listedLinks: readonly string[];
}

export function vfmoduleReader(options: ResolveOptions): DemandReader {
  return { types: ['vfmodule'], resolve: (requests, ctx) => resolveModules(requests, options, ctx) };
}

/**
 * A VNF or module that cannot be judged is dropped with its reason; throws when the inventory is not reachable, or when failed
 * reads left a demand without any candidate.
 */
async function resolveModules(
  requests: readonly DemandRequest[],
  options: ResolveOptions,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const selections = requests.map((request) => selectionOf(request, options.logger));
  const vnfs = await readVnfs(selections, options.batch, ctx);
  const members = selections.map((selection, i) =>
    selection ? (vnfs[i] ?? []).map((vnf) => membership(selection, vnf, REASON.moduleCustomer)) : [],
  );
  const ids = distinct(members.flat().map((member) => (isReject(member) ? null : member.vnfId)));
  const detailed = firsts(knownFound(await options.batch(vnfsWithModules, ids, ctx)));
  const looks = members.map((list) =>
    list.flatMap((member) => (isReject(member) ? [member] : modulesOf(member, detailed, options.vnfVservers))),
  );
  const cases = looks.flat().flatMap((look) => (isReject(look) ? [] : [look]));
  const listed = distinct(cases.flatMap((item) => item.listedLinks));
  const around = await readSurroundings(cases, options, ctx, listed);
  return requests.map(({ requirement }, i) =>
    settle((looks[i] ?? []).map((look) => (isReject(look) ? look : resolveModule(requirement, look, around, options)))),
  );
}

function knownFound(found: Found): Found {
  throwIfDown(found.values());
  return found;
}

/** The VNF's modules, each judged by its relationships: one cloud region, vservers with links. */
function modulesOf(member: Member, detailed: Read, vnfVservers: boolean): readonly (ModuleCase | Rejected)[] {
  const { vnfId: candidate_id, vnf } = member;
  const detail = detailed.get(candidate_id);
  if (detail instanceof Error) return [{ candidate_id, location_id: null, reason: REASON.noModules, cause: detail }];
  const modules = detail ? nested(detail.object, 'vf-modules', 'vf-module') : [];
  if (modules.length === 0) return [{ candidate_id, location_id: null, reason: REASON.noModules }];
  return modules.map((module) => firstLook(member, module, vnfVservers ? linksIn(vnf.object) : null));
}

function linksIn(object: JsonObject): readonly string[] {
  const inRegion = relations(object, 'vserver').filter((relation) => relatedRegion(relation) !== null);
  return distinct(inRegion.map((relation) => relation.link));
}

function firstLook(member: Member, module: JsonObject, vnfLinks: readonly string[] | null): ModuleCase | Rejected {
  const moduleId = filled(own(module, 'vf-module-id'));
  const regions = vserverRegions(module);
  const [region] = regions;
  const drop = (reason: string): Rejected => ({
    candidate_id: moduleId ?? member.vnfId,
    location_id: region?.cloudRegionId ?? null,
    reason,
  });
  const field = garbled(module, ['vf-module-id']);
  if (field !== null) return { ...drop(badData(field)), cause: misread(field) };
  if (moduleId === null) return drop(badData('vf-module-id'));
  if (regions.length > 1) return drop(REASON.ambiguousRegion);
  if (region === undefined) return drop(REASON.noRegion);
  const vserverLinks = linksIn(module);
  if (vserverLinks.length === 0) return drop(REASON.noServerLink);
  return { member, moduleId, module, region, vserverLinks, listedLinks: vnfLinks ?? vserverLinks };
}

function resolveModule(
  requirement: Requirement,
  item: ModuleCase,
  around: Surroundings,
  options: ResolveOptions,
): Candidate | Rejected {
  const outcome = judgeModule(requirement, item, around, options);
  if (!isReject(outcome)) return outcome;
  return { candidate_id: item.moduleId, location_id: item.region.cloudRegionId, ...outcome };
}

function judgeModule(
  requirement: Requirement,
  item: ModuleCase,
  around: Surroundings,
  options: ResolveOptions,
): Candidate | Reject {
  const version = regionVersion(item, around);
  if (typeof version !== 'string') return version;
  const place = placeOf(item, around, options.hpaEnabled);
  if (isReject(place)) return place;
  if (!passesFilters(requirement.filteringAttributes, attributesOf(item, place), options.filterSubstring)) {
    return { reason: REASON.attributes };
  }
  const built = buildModule(requirement, item, version, place, around, options);
  const candidate = finish(requirement, built, options.costs);
  const reason = listReason(requirement, candidate) ?? regionReason(requirement, candidate);
  return reason === null ? candidate : { reason };
}

/** The VNF's attributes with the module's laid over them, and what is known from around. */
function attributesOf({ member, module, region }: ModuleCase, place: PlaceFields): AttributeOf {
  const known = new Map([
    ['global-customer-id', member.customer],
    ['customer-id', member.customer],
    ['cloud-region-id', region.cloudRegionId],
    ['physical-location-id', place.physical_location_id],
    ['service_instance_id', member.serviceInstanceId],
  ]);
  return (name) => known.get(name) ?? own(module, name) ?? own(member.vnf.object, name);
}

function buildModule(
  requirement: Requirement,
  { member, moduleId, module, region, listedLinks }: ModuleCase,
  version: string,
  place: PlaceFields,
  around: Surroundings,
  { costs }: ResolveOptions,
) {
  const { object } = member.vnf;
  return {
    ...commonFields(requirement, 'vfmodule', moduleId, costs.service),
    host_id: member.vnfName,
    'nf-name': member.vnfName,
    'nf-id': member.vnfId,
    'nf-type': 'vnf',
    'vnf-type': text(own(object, 'vnf-type')),
    'ipv4-oam-address': text(own(object, 'ipv4-oam-address')) ?? '',
    'ipv6-oam-address': text(own(object, 'ipv6-oam-address')) ?? '',
    cloud_owner: region.cloudOwner,
    cloud_region_version: version,
    location_type: 'att_aic',
    location_id: region.cloudRegionId,
    service_instance_id: member.serviceInstanceId,
    'vf-module-name': text(own(module, 'vf-module-name')),
    'vf-module-id': moduleId,
    vservers: vserverFields(listedLinks, around.vservers),
    ...place,
    vlan_key: requirement.vlanKey,
    port_key: requirement.portKey,
    'vim-id': `${region.cloudOwner}_${region.cloudRegionId}`,
    sriov_automation: sriovAutomation(version),
  };
}
