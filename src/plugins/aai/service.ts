// Second half of `service` demands: region version, vservers, their hosts and complexes of all VNFs of a plan, each kind in one
// batched read, then the candidates. About six requests for a plan, however many VNFs there are.
import type { Candidate, DroppedCandidate } from '../../domain/candidate.ts';
import type { ConductorError } from '../../domain/errors.ts';
import type { CallContext, DemandResolution } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { own } from '../../lib/json.ts';
import { HttpFailure } from '../http.ts';
import type { Batcher, Found } from './batch.ts';
import { finish, type ResolveOptions, sriovAutomation } from './cloud.ts';
import { distinct, relatedKey, relations } from './links.ts';
import { cloudRegions, pservers, regionKey, vservers } from './loaders.ts';
import { complexIds } from './map.ts';
import { listReason, passesFilters, REASON, regionReason } from './match.ts';
import { type PlaceFields, placeFields } from './place.ts';
import { firstLook, readVnfs, type Selection, type VnfCase } from './service-select.ts';
import { type Entity, filled, text } from './wire.ts';

export interface ServiceOptions extends ResolveOptions {
  readonly batch: Batcher;
  readonly hpaEnabled: boolean;
}

type Read<T> = ReadonlyMap<string, T | null | ConductorError>;

/** Everything read for the VNFs of a plan, by key. */
interface Surroundings {
  readonly regions: Read<Entity>;
  readonly vservers: Read<Entity>;
  readonly hosts: Read<Entity>;
  readonly complexes: Read<Entity>;
}

/** Why a VNF is dropped; `cause` when a read failed. */
interface Reject {
  readonly reason: string;
  readonly cause?: ConductorError;
}

const isReject = (value: object): value is Reject => 'reason' in value;

/**
 * Candidates of all `service` selections, in order. A VNF that cannot be judged is dropped with its reason; throws when the
 * inventory is not reachable, or when failed reads left a demand without any candidate.
 */
export async function resolveServices(
  selections: readonly Selection[],
  options: ServiceOptions,
  ctx: CallContext,
): Promise<readonly DemandResolution[]> {
  const vnfs = await readVnfs(selections, options.batch, ctx);
  const looks = selections.map((selection, i) => (vnfs[i] ?? []).map((vnf) => firstLook(selection, vnf)));
  const around = await readSurroundings(
    looks.flat().filter((look) => 'vnf' in look),
    options,
    ctx,
  );
  return selections.map(({ requirement }, i) => assemble(requirement, looks[i] ?? [], around, options));
}

function assemble(
  requirement: Requirement,
  looks: readonly (VnfCase | DroppedCandidate)[],
  around: Surroundings,
  options: ServiceOptions,
): DemandResolution {
  const candidates: Candidate[] = [];
  const dropped: DroppedCandidate[] = [];
  let cause: ConductorError | undefined;
  for (const look of looks) {
    if (!('vnf' in look)) {
      dropped.push(look);
      continue;
    }
    const outcome = resolveVnf(requirement, look, around, options);
    if (isReject(outcome)) {
      cause ??= outcome.cause;
      const { serviceInstanceId, region } = look;
      dropped.push({ candidate_id: serviceInstanceId, location_id: region.cloudRegionId, reason: outcome.reason });
    } else {
      candidates.push(outcome);
    }
  }
  // Nothing left because of failed reads is not "nothing fits".
  if (cause && candidates.length === 0) throw cause;
  return { candidates, dropped };
}

async function readSurroundings(
  cases: readonly VnfCase[],
  options: ServiceOptions,
  ctx: CallContext,
): Promise<Surroundings> {
  const { batch, cache } = options;
  const [regions, servers] = await Promise.all([
    readRegions(cases, options, ctx),
    batch(vservers, distinct(cases.flatMap((item) => item.vserverLinks)), ctx).then(firsts),
  ]);
  const hosts = firsts(await batch(pservers, distinct([...servers.values()].flatMap(hostsOf)), ctx));
  // Regions of VNFs without a known host stand in for it, so their complexes are wanted too.
  const bearers = [...hosts.values(), ...(options.hpaEnabled ? regions.values() : [])];
  const wanted = distinct(bearers.flatMap((entity) => (isEntity(entity) ? complexIds(entity.object) : [])));
  const complexes = new Map(await cache.complexes(wanted, ctx));
  for (const [id, value] of complexes) {
    if (value instanceof Error) complexes.set(id, cache.knownComplex(id) ?? value);
  }
  const around = { regions, vservers: servers, hosts, complexes };
  throwIfDown(around);
  return around;
}

async function readRegions(
  cases: readonly VnfCase[],
  options: ServiceOptions,
  ctx: CallContext,
): Promise<Read<Entity>> {
  const keys = new Map(cases.map(({ region }) => [regionKey(region), region]));
  const out = new Map<string, Entity | null | ConductorError>();
  for (const key of keys.keys()) {
    const known = options.cache.knownRegion(key);
    if (known) out.set(key, known.entity);
  }
  const unknown = [...keys].filter(([key]) => !out.has(key)).map(([, region]) => region);
  for (const [key, value] of firsts(await options.batch(cloudRegions, unknown, ctx))) out.set(key, value);
  return out;
}

function firsts(found: Found): Read<Entity> {
  return new Map([...found].map(([key, value]) => [key, value instanceof Error ? value : (value[0] ?? null)]));
}

function isEntity(value: Entity | null | undefined | ConductorError): value is Entity {
  return value !== null && value !== undefined && !(value instanceof Error);
}

function hostsOf(vserver: Entity | null | ConductorError): readonly (string | null)[] {
  if (!isEntity(vserver)) return [];
  return relations(vserver.object, 'pserver').map((relation) => relatedKey(relation, 'pserver', 'hostname'));
}

/** An unreachable inventory fails the plan's translation (which is tried again) instead of dropping whatever was asked last. */
function throwIfDown(around: Surroundings): void {
  for (const read of Object.values(around)) {
    for (const value of (read as Read<Entity>).values()) {
      if (value instanceof HttpFailure && (value.kind === 'transport' || value.kind === 'open')) throw value;
    }
  }
}

function resolveVnf(
  requirement: Requirement,
  item: VnfCase,
  around: Surroundings,
  options: ServiceOptions,
): Candidate | Reject {
  const version = regionVersion(item, around);
  if (typeof version !== 'string') return version;
  const place = placeOf(item, around, options);
  if (isReject(place)) return place;
  const attribute = (name: string) => {
    if (name === 'global-customer-id' || name === 'customer-id') return item.customer;
    if (name === 'physical-location-id') return place.physical_location_id;
    return name === 'cloud-region-id' ? item.region.cloudRegionId : own(item.vnf.object, name);
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
  { serviceInstanceId, vnf, region }: VnfCase,
  version: string,
  place: PlaceFields,
  { costs }: ServiceOptions,
) {
  return {
    candidate_id: serviceInstanceId,
    ...(requirement.serviceResourceId ? { service_resource_id: requirement.serviceResourceId } : {}),
    inventory_provider: 'aai',
    inventory_type: 'service',
    uniqueness: requirement.unique,
    cost: costs.service,
    host_id: text(own(vnf.object, 'vnf-name')),
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

/** Version of the VNF's region, reduced to digits and dots. */
function regionVersion(item: VnfCase, around: Surroundings): string | Reject {
  const region = around.regions.get(regionKey(item.region));
  if (region instanceof Error) return { reason: REASON.noRegion, cause: region };
  if (!region) return { reason: REASON.noRegion };
  const version = filled(own(region.object, 'cloud-region-version'))?.replace(/[^0-9.]/g, '');
  return version || { reason: REASON.badData };
}

/** Fields of the one complex that the VNF's servers stand in. */
function placeOf(item: VnfCase, around: Surroundings, options: ServiceOptions): PlaceFields | Reject {
  const seen = item.vserverLinks.map((link) => serverComplexes(item, around.vservers.get(link), around, options));
  const ids = distinct(seen.flatMap((value) => ('ids' in value ? value.ids : [])));
  const [id] = ids;
  if (ids.length > 1) return { reason: REASON.ambiguous };
  if (id === undefined) return seen.find(isReject) ?? { reason: REASON.noComplex };
  const complex = around.complexes.get(id);
  if (complex instanceof Error) return { reason: REASON.noComplex, cause: complex };
  if (!complex) return { reason: REASON.noComplex };
  return placeFields(complex, id) ?? { reason: REASON.badData };
}

/** Complexes of one vserver's host; without a host those of the region (only with HPA, as the reference has it). */
function serverComplexes(
  item: VnfCase,
  vserver: Entity | null | undefined | ConductorError,
  around: Surroundings,
  { hpaEnabled }: ServiceOptions,
): { readonly ids: readonly string[] } | Reject {
  if (!isEntity(vserver)) return vserver ? { reason: REASON.noServer, cause: vserver } : { reason: REASON.noServer };
  const related = relations(vserver.object, 'pserver');
  if (related.length > 1) return { reason: REASON.severalHosts };
  if (related.length === 0) {
    const region = hpaEnabled ? around.regions.get(regionKey(item.region)) : null;
    return isEntity(region) ? { ids: complexIds(region.object) } : { reason: REASON.noHostLink };
  }
  const [hostname] = hostsOf(vserver);
  if (!hostname) return { reason: REASON.noHostLink };
  const host = around.hosts.get(hostname);
  if (!isEntity(host)) return host ? { reason: REASON.noHost, cause: host } : { reason: REASON.noHost };
  return { ids: complexIds(host.object) };
}
