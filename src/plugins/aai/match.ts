// The rules by which a requirement keeps or drops a candidate: filtering attributes, lists, region and complex.
// Reasons are the words that the triage tables of existing installations hold, spelling included.
import type { CandidateList } from '../../domain/candidate.ts';
import type { Requirement } from '../../domain/template.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { text } from './wire.ts';

export const REASON = {
  badData: 'BAD_DATA',
  cloudAttributes: 'attributes and match invetory attributes',
  attributes: 'attibute check error',
  region: 'candidate region does not match',
  excluded: 'excluded candidate',
  required: 'has_required_candidate candidate',
  customer: 'vserver is for a different customer',
  moduleCustomer: 'candidate is for a different customer',
  noModules: 'Generic-VNF No detailed data for VF-modules',
  ambiguous: 'multiple_item_error generic-vnf',
  ambiguousRegion: ' match_vserver_attribute generic-vnf',
  noRegion: 'Cloud owner and cloud region id not found',
  noServerLink: 'VSERVER link information not',
  noServer: 'VSERVER path information not available from A&AI',
  severalHosts: 'item VSERVER',
  noHostLink: 'ps link not found',
  noHost: 'ps path not found',
  noComplex: 'Complex information not available from A&AI',
  noFlavors: 'Flavor information not available from A&AI',
  noZone: 'Zone information not available from A&AI for transport candidates',
  severalZones: 'rel_link_data_list error',
  noZoneComplex: 'complex information not available from A&AI',
} as const;

/** The reason for an object of which a field is missing or of another type than it must be. */
export function badData(field: string): string {
  return `${REASON.badData} ${field}`;
}

/** Attributes that select in the inventory's own query or name the kind of thing; they are no filters on the object. */
const NOT_FILTERS = new Set(['service-type', 'equipment-role', 'model-invariant-id', 'model-version-id']);

/** Value of an inventory attribute; undefined when the object does not have it. */
export type AttributeOf = (name: string) => JsonValue | undefined;

/**
 * Whether an inventory object passes all filtering attributes. `substring`: plain text matches when the object's value is part of it.
 */
export function passesFilters(filters: JsonObject | null, attribute: AttributeOf, substring: boolean): boolean {
  return Object.entries(filters ?? {}).every(
    ([name, wanted]) => NOT_FILTERS.has(name) || passes(wanted, attribute(name), substring),
  );
}

function passes(wanted: JsonValue, value: JsonValue | undefined, substring: boolean): boolean {
  if (wanted === null) return true;
  const actual = comparable(value);
  if (isJsonObject(wanted) && Object.hasOwn(wanted, 'not')) {
    return actual === null || !listOf(own(wanted, 'not')).includes(actual);
  }
  if (value === undefined) return false;
  if (actual === null || wanted === '') return true;
  if (substring && typeof wanted === 'string') return wanted.includes(actual);
  const list = listOf(isJsonObject(wanted) ? (own(wanted, 'any') ?? Object.keys(wanted)) : wanted);
  return list.length === 0 || list.includes(actual);
}

/** Text of a value that can be compared; null for an empty one. */
function comparable(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || value === '') return null;
  return text(value) ?? JSON.stringify(value);
}

function listOf(value: JsonValue | undefined): readonly (string | null)[] {
  return (Array.isArray(value) ? value : [value]).map((item: JsonValue | undefined) => comparable(item));
}

/** Texts of a scalar, a list, or `{"any": list}`: how a template names one or several types, models or customers. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  const inner = isJsonObject(value) ? own(value, 'any') : value;
  return listOf(inner).filter((item) => item !== null);
}

interface Placed {
  readonly candidate_id: string;
  readonly inventory_type: string;
  readonly location_id: string;
  readonly physical_location_id: string;
}

function listed(lists: readonly CandidateList[], candidate: Placed): boolean {
  return lists.some(
    (list) =>
      list.inventory_type === candidate.inventory_type && list.candidate_id.some((id) => id === candidate.candidate_id),
  );
}

/** The reason why `region` or `complex` of the requirement shuts the candidate out, or null. */
export function regionReason(requirement: Requirement, candidate: Placed): string | null {
  const { region, complex } = requirement;
  if (region && region !== candidate.location_id) return REASON.region;
  return complex && complex !== candidate.physical_location_id ? REASON.region : null;
}

/** The reason why the required and excluded lists shut the candidate out, or null. */
export function listReason(requirement: Requirement, candidate: Placed): string | null {
  const { requiredCandidates, excludedCandidates } = requirement;
  if (listed(excludedCandidates, candidate)) return REASON.excluded;
  return requiredCandidates.length > 0 && !listed(requiredCandidates, candidate) ? REASON.required : null;
}
