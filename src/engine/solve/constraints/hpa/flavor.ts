// The flavors document of a cloud region as A&AI gives it: `{flavor: [{flavor-id, flavor-name, hpa-capabilities}]}`. What is
// malformed is told apart flavor by flavor, so that the others can still match.
import type { Candidate } from '../../../../domain/candidate.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../../../lib/json.ts';
import { type HpaValue, readStored, scalarText } from './value.ts';

export interface Capability {
  readonly feature: string | null;
  readonly architecture: string | null;
  readonly version: string | null;
  /** By attribute key, of equal keys the first; null for a value that cannot be read. */
  readonly values: ReadonlyMap<string, HpaValue | null>;
}

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly capabilities: readonly Capability[];
  /** Why it cannot match whatever is asked; null for a sound one. */
  readonly problem: string | null;
}

/** Texts of values read before: regions have the same flavors again and again. */
export type KnownValues = Map<string, HpaValue | null>;

/** The candidate's flavors in their order, or why it has none. */
export function readFlavors(candidate: Candidate, known: KnownValues): readonly Flavor[] | string {
  const document = own(candidate, 'flavors') ?? null;
  if (document === null) return 'the cloud region has no flavors';
  const list = own(document, 'flavor');
  if (!isJsonObject(document) || (list !== undefined && !Array.isArray(list))) return 'BAD_DATA flavors are not a list';
  const flavors = (list ?? []) as readonly JsonValue[];
  if (flavors.length === 0) return 'the cloud region has no flavors';
  return flavors.map((flavor, index) => readFlavor(flavor, index, known));
}

function readFlavor(raw: JsonValue, index: number, known: KnownValues): Flavor {
  const id = scalarText(own(raw, 'flavor-id'));
  const name = scalarText(own(raw, 'flavor-name'));
  const label = name || id || `flavor ${index + 1}`;
  const bad = (problem: string): Flavor => ({ id: id ?? '', name: label, capabilities: [], problem });
  if (!id || !name) return bad('BAD_DATA flavor without flavor-id and flavor-name');
  const holder = own(raw, 'hpa-capabilities') ?? null;
  if (holder === null) return bad('it declares no hpa-capabilities');
  const list = own(holder, 'hpa-capability');
  if (!isJsonObject(holder) || (list !== undefined && !Array.isArray(list))) return bad('BAD_DATA hpa-capabilities');
  const capabilities = ((list ?? []) as readonly JsonValue[]).map((one) => readCapability(one, known));
  if (capabilities.includes(null)) return bad('BAD_DATA hpa-capability');
  return { id, name, capabilities: capabilities as Capability[], problem: null };
}

/** null when it is malformed. */
function readCapability(raw: JsonValue, known: KnownValues): Capability | null {
  const attributes = own(raw, 'hpa-feature-attributes') ?? [];
  if (!isJsonObject(raw) || !Array.isArray(attributes) || !attributes.every(isJsonObject)) return null;
  const values = new Map<string, HpaValue | null>();
  for (const attribute of attributes as readonly JsonObject[]) {
    const key = scalarText(own(attribute, 'hpa-attribute-key'));
    if (key !== null && !values.has(key)) values.set(key, readValue(own(attribute, 'hpa-attribute-value'), known));
  }
  return {
    feature: scalarText(own(raw, 'hpa-feature')),
    architecture: scalarText(own(raw, 'architecture')),
    version: scalarText(own(raw, 'hpa-version')),
    values,
  };
}

function readValue(raw: JsonValue | undefined, known: KnownValues): HpaValue | null {
  if (typeof raw !== 'string') return readStored(raw);
  const before = known.get(raw);
  if (before !== undefined) return before;
  const value = readStored(raw);
  known.set(raw, value);
  return value;
}
