// A candidate: one thing that a demand could be placed on. Field names are those of the reference, because templates
// (thresholds, objectives, conflict identifiers) and recommendations name them.
import { isJsonObject, type JsonValue, own } from '../lib/json.ts';

export const INVENTORY_TYPES = [
  'cloud',
  'service',
  'vfmodule',
  'transport',
  'nssi',
  'nsi',
  'slice_profiles',
  'nst',
  'nsst',
] as const;
export type InventoryType = (typeof INVENTORY_TYPES)[number];
export const INVENTORY_PROVIDERS = ['aai', 'generator', 'sdc'] as const;

/** Plain, serialisable data; unknown fields are kept and travel with it. */
export interface Candidate {
  readonly candidate_id: string;
  readonly inventory_type: string;
  readonly inventory_provider: string;
  /** The text `true`: not offered again for the same demand in a later recommendation. */
  readonly uniqueness: string;
  readonly cost: number;
  readonly location_id?: string | null;
  readonly location_type?: string | null;
  readonly cloud_owner?: string | null;
  readonly cloud_region_version?: string | null;
  readonly physical_location_id?: string | null;
  readonly complex_name?: string | null;
  readonly latitude?: string | number | null;
  readonly longitude?: string | number | null;
  readonly city?: string | null;
  readonly state?: string | null;
  readonly country?: string | null;
  /** Geographic region. */
  readonly region?: string | null;
  readonly 'vim-id'?: string | null;
  /** Text `true` or `false`. */
  readonly existing_placement?: string;
  readonly service_resource_id?: string | null;
  readonly host_id?: string | null;
  readonly vlan_key?: string | null;
  readonly port_key?: string | null;
  readonly conflict_id?: string;
  readonly passthrough_attributes?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Why the inventory side left something out; `reason` uses the reference's words where it has one. */
export interface DroppedCandidate {
  readonly candidate_id: string;
  readonly location_id: string | null;
  readonly reason: string;
}

/** A listed candidate of `required_candidates` or `excluded_candidates`. */
export interface CandidateList {
  readonly inventory_type: string;
  readonly candidate_id: readonly string[];
}

/**
 * The text by which order locks tell conflicting placements: each element of the template's `conflict_identifier` followed by `|`.
 * An element is literal text or `{get_candidate_attribute: field}`; a field that the candidate does not have is empty text.
 */
export function conflictIdOf(identifier: readonly JsonValue[], candidate: Readonly<Record<string, unknown>>): string {
  return identifier.map((element) => `${conflictElement(element, candidate)}|`).join('');
}

function conflictElement(element: JsonValue, candidate: Readonly<Record<string, unknown>>): string {
  if (!isJsonObject(element)) return plainText(element);
  const field = own(element, 'get_candidate_attribute');
  if (typeof field !== 'string') return JSON.stringify(element);
  return Object.hasOwn(candidate, field) ? plainText(candidate[field]) : '';
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
