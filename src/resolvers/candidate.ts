// A candidate's facts and the ways from it into the inventory. A candidate is free-form data: each kind of inventory puts
// other fields into it, so every fact is read by name and is null where it is missing or of another type.
import type { CloudRegion, Complex, GenericVnf, ServiceInstance } from '../domain/inventory.ts';
import { coordinate } from '../lib/geo.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../lib/json.ts';
import type { GraphqlContext } from './context.ts';

/** `Candidate` of the problem or `source` of a recommendation; field names as in the reference. */
export type CandidateFields = Readonly<Record<string, unknown>>;

/** Candidates of these kinds are service instances under the id in `instance_id`. */
const SLICE_TYPES: ReadonlySet<string | null> = new Set(['nsi', 'nssi']);

/** A field as text; null for missing, empty and structured values. */
export function textField(candidate: CandidateFields, name: string): string | null {
  const value = own(candidate, name);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A field as a finite number (numeric text too), else null. */
export function numberField(candidate: CandidateFields, name: string): number | null {
  const text = textField(candidate, name);
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** A field as it is, for structured ones; null when missing. */
export function jsonField(candidate: CandidateFields, name: string): JsonValue | null {
  return own(candidate, name) ?? null;
}

/** The objects of a list field; empty when it is missing or no list. */
export function objectsField(candidate: CandidateFields, name: string): readonly JsonObject[] {
  const value = own(candidate, name);
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The texts of a list field. */
export function textsField(candidate: CandidateFields, name: string): string[] {
  const value = own(candidate, name);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Fields that have a field of their own in the schema. */
const TYPED: ReadonlySet<string> = new Set([
  'candidate_id',
  'inventory_type',
  'inventory_provider',
  'cloud_owner',
  'location_id',
  'location_type',
  'vim-id',
  'physical_location_id',
  'host_id',
  'cost',
  'latitude',
  'longitude',
  'city',
  'country',
  'conflict_id',
  'hpa_score',
  'flavor_map',
  'nf-id',
  'nf-name',
  'nf-type',
  'vnf-type',
  'vf-module-id',
  'vf-module-name',
  'ipv4-oam-address',
  'ipv6-oam-address',
  'vservers',
  'zone_id',
  'zone_name',
  'instance_id',
  'instance_name',
  'domain',
  'profile_id',
]);

/** What no field of the schema shows. */
export function otherFields(candidate: CandidateFields): CandidateFields {
  return Object.fromEntries(Object.entries(candidate).filter(([name]) => !TYPED.has(name)));
}

export const latitude = (candidate: CandidateFields): number | null => coordinate(own(candidate, 'latitude'), 90);
export const longitude = (candidate: CandidateFields): number | null => coordinate(own(candidate, 'longitude'), 180);

export async function cloudRegion(from: CandidateFields, _: unknown, ctx: GraphqlContext): Promise<CloudRegion | null> {
  const cloudOwner = textField(from, 'cloud_owner');
  const cloudRegionId = textField(from, 'location_id');
  return cloudOwner && cloudRegionId ? ctx.loaders().cloudRegion.load({ cloudOwner, cloudRegionId }) : null;
}

export async function complex(from: CandidateFields, _: unknown, ctx: GraphqlContext): Promise<Complex | null> {
  const id = textField(from, 'physical_location_id');
  return id ? ctx.loaders().complex.load(id) : null;
}

/** vfmodule candidates name their VNF by id (`nf-id`), service candidates by name (`host_id`). */
export async function genericVnf(from: CandidateFields, _: unknown, ctx: GraphqlContext): Promise<GenericVnf | null> {
  const id = textField(from, 'nf-id');
  const name = textField(from, 'host_id');
  if (id) return ctx.loaders().genericVnf.load(id);
  return name ? ctx.loaders().genericVnfByName.load(name) : null;
}

export async function serviceInstance(
  from: CandidateFields,
  _: unknown,
  ctx: GraphqlContext,
): Promise<ServiceInstance | null> {
  const id = serviceInstanceId(from);
  return id ? ctx.loaders().serviceInstance.load(id) : null;
}

function serviceInstanceId(from: CandidateFields): string | null {
  const type = textField(from, 'inventory_type');
  if (type === 'service') return textField(from, 'candidate_id');
  return textField(from, SLICE_TYPES.has(type) ? 'instance_id' : 'service_instance_id');
}
