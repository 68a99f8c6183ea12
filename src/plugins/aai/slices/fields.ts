// Fields of slice candidates: groups of inventory fields flattened into one object, later groups winning, names made alike.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Requirement } from '../../../domain/template.ts';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';

export type SliceType = 'nssi' | 'nsi' | 'nst' | 'nsst';

/** What every slice candidate starts with. */
export interface SliceIdentity {
  readonly id: string;
  readonly type: SliceType;
  readonly cost: number;
  readonly requirement: Requirement;
}

/** Who a candidate is; no field of an inventory may say otherwise. */
const IDENTITY = new Set(['candidate_id', 'inventory_provider', 'inventory_type', 'uniqueness']);

/** A&AI's `max-number-of-UEs` as `max_number_of_ues`; a name without a hyphen stays as it is. */
export function fieldName(name: string): string {
  return name.includes('-') ? name.replaceAll('-', '_').toLowerCase() : name;
}

/** The object's fields under candidate names, without those that say nothing about the slice. */
export function renamed(object: JsonObject | null, without: ReadonlySet<string> = new Set()): readonly Field[] {
  return Object.entries(object ?? {}).flatMap(([name, value]) =>
    without.has(name) ? [] : [[fieldName(name), value] as const],
  );
}

export type Field = readonly [name: string, value: JsonValue];

/** The candidate with its fields in the order given; a repeated name keeps its place and takes the later value. */
export function sliceCandidate(identity: SliceIdentity, fields: readonly Field[]): Candidate {
  const { id, type, cost, requirement } = identity;
  const { serviceResourceId, unique } = requirement;
  const core = {
    candidate_id: id,
    ...(serviceResourceId ? { service_resource_id: serviceResourceId } : {}),
    inventory_provider: 'aai',
    inventory_type: type,
    uniqueness: unique,
    cost,
  };
  const out = new Map<string, JsonValue>(Object.entries(core));
  for (const [name, value] of fields) if (mayBe(name, value)) out.set(name, value);
  return { ...Object.fromEntries(out), ...core, cost: Number(out.get('cost')) };
}

function mayBe(name: string, value: JsonValue): boolean {
  return name === 'cost' ? typeof value === 'number' && Number.isFinite(value) : !IDENTITY.has(name);
}
