// From a placement to recommendations in the wire shape that REST clients read: fields, order of keys and oddities included.
import type { Candidate } from '../../domain/candidate.ts';
import type { DemandRecommendation } from '../../domain/solution.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { directivesOf } from './directives.ts';

type Entry = readonly [name: string, value: JsonValue];

/** REST always names this provider, whoever gave the candidate; the real one is in `source`. */
const PROVIDER = 'aai';

/** Inventory types whose whole candidate is the recommendation's `candidate`. */
const WHOLE = new Set(['nssi', 'nsi', 'slice_profiles', 'nst', 'nsst']);

const VFMODULE_ATTRIBUTES = [
  'nf-name',
  'nf-id',
  'nf-type',
  'vnf-type',
  'vf-module-id',
  'vf-module-name',
  'ipv4-oam-address',
  'ipv6-oam-address',
  'vservers',
];

/** The recommendation of one demand. `requestType` is the plan's; `speed changed` turns on `is_rehome`. */
export function recommend(demand: string, candidate: Candidate, requestType: string): DemandRecommendation {
  return {
    demand,
    inventory_provider: PROVIDER,
    service_resource_id: candidate.service_resource_id ?? null,
    candidate: WHOLE.has(candidate.inventory_type) ? json(candidate) : candidateObject(candidate, requestType),
    attributes: attributesObject(candidate),
    source: withoutFlavors(candidate),
  };
}

function candidateObject(candidate: Candidate, requestType: string): JsonObject {
  const type = candidate.inventory_type;
  const rehome = requestType === 'speed changed' && candidate.existing_placement !== 'true';
  return objectOf([
    entry(candidate, 'candidate_id'),
    entry(candidate, 'inventory_type'),
    entry(candidate, 'cloud_owner'),
    entry(candidate, 'location_type'),
    candidate.cloud_region_version === '2.5' ? ['location_id', ''] : entry(candidate, 'location_id'),
    ['is_rehome', String(rehome)],
    ...ifPresent(candidate, 'vim-id'),
    ...(type === 'cloud' ? ifPresent(candidate, 'conflict_id') : []),
    ...(type === 'service' || type === 'vfmodule' ? [entry(candidate, 'host_id')] : []),
  ]);
}

function attributesObject(candidate: Candidate): JsonObject {
  const type = candidate.inventory_type;
  const entries: Entry[] = [
    entry(candidate, 'physical_location_id', 'physical-location-id'),
    entry(candidate, 'cloud_owner'),
    entry(candidate, 'cloud_region_version', 'aic_version'),
  ];
  if (type === 'cloud') {
    const directives = directivesOf(candidate);
    if (directives) entries.push(['directives', directives]);
  }
  if (type === 'service' || type === 'vfmodule') {
    const instance = type === 'service' ? 'candidate_id' : 'service_instance_id';
    entries.push(entry(candidate, 'host_id'), entry(candidate, instance, 'service_instance_id'));
    entries.push(...ifFilled(candidate, 'vlan_key'), ...ifFilled(candidate, 'port_key'));
  }
  if (type === 'vfmodule') entries.push(...VFMODULE_ATTRIBUTES.map((name) => entry(candidate, name)));
  const passed = own(candidate, 'passthrough_attributes');
  const extra = isJsonObject(passed) ? Object.entries(passed) : [];
  // What the recommendation says itself wins over what is passed through.
  return objectOf([...entries, ...extra.filter(([name]) => !entries.some(([taken]) => taken === name))]);
}

function entry(candidate: Candidate, field: string, name = field): Entry {
  return [name, own(candidate, field) ?? null];
}

function ifPresent(candidate: Candidate, field: string): Entry[] {
  const value = own(candidate, field);
  return value === undefined || value === null ? [] : [[field, value]];
}

function ifFilled(candidate: Candidate, field: string): Entry[] {
  const value = own(candidate, field);
  return value ? [[field, value]] : [];
}

/** Own properties in the given order; `__proto__` is a name like any other. */
function objectOf(entries: readonly Entry[]): JsonObject {
  return Object.fromEntries(entries);
}

/** The region's flavor catalogue is large and of no use once the flavors are chosen. */
function withoutFlavors(candidate: Candidate): JsonObject {
  if (!Object.hasOwn(candidate, 'flavors')) return json(candidate);
  return objectOf(Object.entries(json(candidate)).filter(([name]) => name !== 'flavors'));
}

/** Candidates are plain data that came from JSON. */
function json(candidate: Candidate): JsonObject {
  return candidate as JsonObject;
}
