// The homing template as parsed and structurally checked, before anything is asked of an inventory.
// Named things are lists of entries, never objects keyed by user text, so that `__proto__` is a name like any other.
import type { JsonObject, JsonValue } from '../lib/json.ts';
import type { CandidateList } from './candidate.ts';

export const BASE_VERSIONS = ['2016-11-01', '2017-10-10', '2018-02-01'] as const;
export const GENERIC_VERSIONS = ['2020-08-13'] as const;
export const TEMPLATE_VERSIONS = [...BASE_VERSIONS, ...GENERIC_VERSIONS] as const;

/** The template as stored with the plan: what the client sent, parsed once. */
export interface TemplateDocument {
  readonly template: JsonObject;
  /** Contents for `get_file`, by name. */
  readonly files: JsonObject;
}

export type LocationSpec =
  | {
      readonly name: string;
      readonly kind: 'coordinates';
      readonly latitude: string | number;
      readonly longitude: string | number;
      readonly country: string | null;
    }
  | { readonly name: string; readonly kind: 'host_name'; readonly hostName: string }
  | { readonly name: string; readonly kind: 'clli_code'; readonly clliCode: string };

/** One requirement of a demand; parameters resolved. Keys as in the template language. */
export interface Requirement {
  readonly inventoryProvider: string;
  /** Lower case; null only when explicit candidates are given. */
  readonly inventoryType: string | null;
  readonly filteringAttributes: JsonObject | null;
  readonly passthroughAttributes: JsonObject | null;
  readonly defaultAttributes: JsonObject | null;
  /** Explicit candidates; then the inventory is not asked. */
  readonly candidates: readonly JsonObject[] | null;
  readonly unique: string;
  readonly region: string | null;
  readonly complex: string | null;
  readonly requiredCandidates: readonly CandidateList[];
  readonly excludedCandidates: readonly CandidateList[];
  readonly existingPlacement: string | null;
  readonly conflictIdentifier: readonly JsonValue[] | null;
  /** Old form of `filtering_attributes.global-customer-id`. */
  readonly customerId: string | null;
  /** Old form of `filtering_attributes.equipment-role`. */
  readonly serviceType: string | null;
  readonly serviceResourceId: string | null;
  readonly serviceSubscription: string | null;
  readonly vlanKey: string | null;
  readonly portKey: string | null;
  readonly defaultCost: number | null;
}

export interface DemandSpec {
  readonly name: string;
  readonly requirements: readonly Requirement[];
}
