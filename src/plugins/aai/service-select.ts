// First half of `service` demands: which VNFs a requirement means, read for all demands of a plan at once, and what can be judged
// of each from its own relationships (cloud region, customer, service instance) without another request.
import type { DroppedCandidate } from '../../domain/candidate.ts';
import type { CloudRegionKey } from '../../domain/inventory.ts';
import type { CallContext, Logger } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { own } from '../../lib/json.ts';
import type { Batcher, Found } from './batch.ts';
import { distinct, relatedKey, relatedRegion, relations } from './links.ts';
import { type ModelKey, modelKey, vnfsByModel, vnfsByRole } from './loaders.ts';
import { vserverRegions } from './map.ts';
import { REASON, textsOf } from './match.ts';
import { type Entity, filled } from './wire.ts';

/** What a requirement asks the inventory for. */
export interface Selection {
  readonly requirement: Requirement;
  readonly models: readonly ModelKey[];
  readonly roles: readonly string[];
  readonly customers: readonly string[];
}

/** A VNF that passed the first look. */
export interface VnfCase {
  readonly vnf: Entity;
  readonly serviceInstanceId: string;
  readonly customer: string;
  readonly region: CloudRegionKey;
  /** Links of its vservers; at least one. */
  readonly vserverLinks: readonly string[];
}

/** Selection of a requirement, or null (logged) when it lacks the customer or says neither type nor model. */
export function selectionOf(requirement: Requirement, demand: string, logger: Logger): Selection | null {
  const filters = requirement.filteringAttributes;
  const of = (name: string) => textsOf(own(filters, name));
  const selection = filters
    ? {
        requirement,
        models: modelsOf(of('model-invariant-id'), of('model-version-id')),
        roles: firstFilled(of('equipment-role'), of('service-type')),
        customers: firstFilled(of('global-customer-id'), of('customer-id')),
      }
    : { requirement, models: [], roles: textsOf(requirement.serviceType), customers: textsOf(requirement.customerId) };
  if (selection.customers.length > 0 && selection.models.length + selection.roles.length > 0) return selection;
  logger.error({ demand }, 'service demand without customer, or without service type and model: no candidates');
  return null;
}

function firstFilled(first: readonly string[], second: readonly string[]): readonly string[] {
  return first.length > 0 ? first : second;
}

function modelsOf(invariantIds: readonly string[], versionIds: readonly string[]): readonly ModelKey[] {
  const versions = versionIds.length > 0 ? versionIds : [null];
  return invariantIds.flatMap((invariantId) => versions.map((versionId) => ({ invariantId, versionId })));
}

/** The VNFs of each selection in inventory order, models before types, none twice. Throws when a list cannot be read. */
export async function readVnfs(
  selections: readonly Selection[],
  batch: Batcher,
  ctx: CallContext,
): Promise<readonly (readonly Entity[])[]> {
  const models = selections.flatMap((selection) => selection.models);
  const [plain, versioned, roles] = await Promise.all([
    batch(
      vnfsByModel,
      models.filter((key) => key.versionId === null),
      ctx,
    ),
    batch(
      vnfsByModel.versioned,
      models.filter((key) => key.versionId !== null),
      ctx,
    ),
    batch(
      vnfsByRole,
      selections.flatMap((selection) => selection.roles),
      ctx,
    ),
  ]);
  return selections.map((selection) =>
    withoutRepeats([
      ...selection.models.flatMap((key) => listed(key.versionId === null ? plain : versioned, modelKey(key))),
      ...selection.roles.flatMap((role) => listed(roles, role)),
    ]),
  );
}

function listed(found: Found, key: string): readonly Entity[] {
  const value = found.get(key);
  if (value instanceof Error) throw value;
  return value ?? [];
}

function withoutRepeats(vnfs: readonly Entity[]): readonly Entity[] {
  const seen = new Set<string>();
  return vnfs.filter(({ object }) => {
    const id = filled(own(object, 'vnf-id'));
    if (id === null) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** Judges a VNF by its relationships: one cloud region, one service instance of the customer, vservers with links. */
export function firstLook(selection: Selection, vnf: Entity): VnfCase | DroppedCandidate {
  const id = filled(own(vnf.object, 'vnf-id'));
  const name = filled(own(vnf.object, 'vnf-name'));
  const regions = vserverRegions(vnf.object);
  const [region] = regions;
  const services = relations(vnf.object, 'service-instance');
  const ours = services.filter((r) =>
    selection.customers.includes(relatedKey(r, 'customer', 'global-customer-id') ?? ''),
  );
  const serviceIds = distinct(ours.map((r) => relatedKey(r, 'service-instance', 'service-instance-id')));
  const customer = distinct(ours.map((r) => relatedKey(r, 'customer', 'global-customer-id')))[0];
  const [serviceInstanceId] = serviceIds;
  const drop = (reason: string) => ({
    candidate_id: serviceInstanceId ?? id ?? name ?? '',
    location_id: region?.cloudRegionId ?? null,
    reason,
  });
  if (id === null) return drop(REASON.badData);
  if (regions.length > 1) return drop(REASON.ambiguousRegion);
  if (region === undefined) return drop(REASON.noRegion);
  if (customer === undefined) return drop(REASON.customer);
  if (serviceIds.length > 1) return drop(REASON.ambiguous);
  if (serviceInstanceId === undefined) return drop(REASON.badData);
  const inRegion = relations(vnf.object, 'vserver').filter((relation) => relatedRegion(relation) !== null);
  const vserverLinks = distinct(inRegion.map((relation) => relation.link));
  if (vserverLinks.length === 0) return drop(REASON.noServerLink);
  return { vnf, serviceInstanceId, customer, region, vserverLinks };
}
