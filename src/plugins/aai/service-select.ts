// First half of `service` and `vfmodule` demands: which VNFs a requirement means, read for all demands of a plan at once, and
// whether each belongs to a service instance of the customer, without another request.
import type { CallContext, DemandRequest, Logger } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import { own } from '../../lib/json.ts';
import type { Batcher, Found } from './batch.ts';
import { distinct, relatedKey, relations } from './links.ts';
import { type ModelKey, modelKey, vnfsByModel, vnfsByRole } from './loaders.ts';
import { vserverRegions } from './map.ts';
import { badData, REASON, textsOf } from './match.ts';
import { misread, type Rejected } from './outcome.ts';
import { type Entity, filled, garbled } from './wire.ts';

/** What a requirement asks the inventory for. */
export interface Selection {
  readonly models: readonly ModelKey[];
  readonly roles: readonly string[];
  readonly customers: readonly string[];
}

/** A VNF as a member of a service instance of the customer. */
export interface Member {
  readonly vnf: Entity;
  readonly vnfId: string;
  readonly vnfName: string;
  readonly customer: string;
  readonly serviceInstanceId: string;
}

/** Selection of a requirement, or null (logged) when it lacks the customer or says neither type nor model. */
export function selectionOf({ requirement, demand }: DemandRequest, logger: Logger): Selection | null {
  const of = (name: string) => textsOf(own(requirement.filteringAttributes, name));
  const selection = {
    models: modelsOf(of('model-invariant-id'), of('model-version-id')),
    roles: serviceTypesOf(requirement),
    customers: customersOf(requirement),
  };
  if (selection.customers.length > 0 && selection.models.length + selection.roles.length > 0) return selection;
  const { inventoryType } = requirement;
  logger.error({ demand, inventoryType }, 'demand without customer, or without service type and model: no candidates');
  return null;
}

/** Customers that a requirement names; without filtering attributes the old key counts. */
export function customersOf({ filteringAttributes: filters, customerId }: Requirement): readonly string[] {
  if (!filters) return textsOf(customerId);
  return firstFilled(textsOf(own(filters, 'global-customer-id')), textsOf(own(filters, 'customer-id')));
}

/** Service types (equipment roles) that a requirement names; without filtering attributes the old key counts. */
export function serviceTypesOf({ filteringAttributes: filters, serviceType }: Requirement): readonly string[] {
  if (!filters) return textsOf(serviceType);
  return firstFilled(textsOf(own(filters, 'equipment-role')), textsOf(own(filters, 'service-type')));
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
  selections: readonly (Selection | null)[],
  batch: Batcher,
  ctx: CallContext,
): Promise<readonly (readonly Entity[])[]> {
  const models = selections.flatMap((selection) => selection?.models ?? []);
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
      selections.flatMap((selection) => selection?.roles ?? []),
      ctx,
    ),
  ]);
  return selections.map((selection) =>
    withoutRepeats([
      ...(selection?.models ?? []).flatMap((key) => listed(key.versionId === null ? plain : versioned, modelKey(key))),
      ...(selection?.roles ?? []).flatMap((role) => listed(roles, role)),
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

/** Judges a VNF by its service instances: exactly one of them must be of the customer. `other`: the reason when none is. */
export function membership(selection: Selection, vnf: Entity, other: string): Member | Rejected {
  const { object } = vnf;
  const vnfId = filled(own(object, 'vnf-id'));
  const vnfName = filled(own(object, 'vnf-name'));
  const ours = relations(object, 'service-instance').filter((r) =>
    selection.customers.includes(relatedKey(r, 'customer', 'global-customer-id') ?? ''),
  );
  const [customer] = distinct(ours.map((r) => relatedKey(r, 'customer', 'global-customer-id')));
  const serviceIds = distinct(ours.map((r) => relatedKey(r, 'service-instance', 'service-instance-id')));
  const [serviceInstanceId] = serviceIds;
  const drop = (reason: string): Rejected => ({
    candidate_id: serviceInstanceId ?? vnfId ?? vnfName ?? '',
    location_id: vserverRegions(object)[0]?.cloudRegionId ?? null,
    reason,
  });
  const field = garbled(object, ['vnf-id', 'vnf-name', ...(vnf.lacks ? [vnf.lacks] : [])]);
  if (field !== null) return { ...drop(badData(field)), cause: misread(field) };
  if (vnf.lacks) return drop(badData(vnf.lacks));
  if (vnfId === null) return drop(badData('vnf-id'));
  if (vnfName === null) return drop(badData('vnf-name'));
  if (customer === undefined) return drop(other);
  if (serviceIds.length > 1) return drop(REASON.ambiguous);
  if (serviceInstanceId === undefined) return drop(badData('service-instance-id'));
  return { vnf, vnfId, vnfName, customer, serviceInstanceId };
}
