// Demands and their requirements (template.md section 5.1 to 5.5): keys, providers, types, candidate lists.
import { INVENTORY_PROVIDERS, INVENTORY_TYPES } from '../../domain/candidate.ts';
import type { DemandSpec, Requirement } from '../../domain/template.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { CANDIDATE_KEYS } from './candidate-keys.ts';
import { type IssueList, itemPath, keyPath } from './issues.ts';
import { isFalsy, pythonStr } from './python-text.ts';
import { RequirementFields } from './requirement-fields.ts';

const SLICE_TYPES: readonly string[] = ['nssi', 'nsi', 'slice_profiles', 'nst', 'nsst'];

const REQUIREMENT_KEYS: ReadonlySet<string> = new Set([
  'inventory_provider',
  'inventory_type',
  'filtering_attributes',
  'passthrough_attributes',
  'default_attributes',
  'candidates',
  'unique',
  'region',
  'complex',
  'required_candidates',
  'excluded_candidates',
  'existing_placement',
  'conflict_identifier',
  'customer_id',
  'service_type',
  'service_resource_id',
  'service_subscription',
  'vlan_key',
  'port_key',
  'default_cost',
  'flavor',
  'service_id',
  'subdivision',
]);

function known(words: readonly string[], value: JsonValue): boolean {
  return typeof value === 'string' && words.includes(value);
}

function checkKeys(fields: RequirementFields): void {
  for (const key of fields.keys) {
    if (REQUIREMENT_KEYS.has(key)) continue;
    const hint = key === 'attributes' ? ' (it is called filtering_attributes)' : '';
    fields.issues.add(keyPath(fields.path, key), `Demand ${fields.demand} has an invalid key ${key}${hint}`);
  }
}

function checkProvider(fields: RequirementFields, needed: boolean): void {
  const provider = fields.raw('inventory_provider');
  const path = keyPath(fields.path, 'inventory_provider');
  if (provider === undefined || isFalsy(provider)) {
    if (needed) fields.issues.add(path, `Inventory provider not specified in demand ${fields.demand}`);
  } else if (!known(INVENTORY_PROVIDERS, provider)) {
    fields.issues.add(path, `Unsupported inventory provider ${pythonStr(provider)} in demand ${fields.demand}`);
  }
}

/** Service and VF module inventories are asked by customer and role. */
function checkServiceKeys(fields: RequirementFields): void {
  const filters = fields.raw('filtering_attributes');
  const customer =
    filters === undefined
      ? fields.raw('customer_id')
      : [own(filters, 'global-customer-id'), own(filters, 'customer-id')].find((value) => !isFalsy(value));
  if (customer === undefined || isFalsy(customer)) {
    fields.issues.add(fields.path, `Customer ID not specified for demand ${fields.demand}`);
  }
  if (filters === undefined && isFalsy(fields.raw('service_type'))) {
    fields.issues.add(fields.path, `Service Type not specified for demand ${fields.demand}`);
  }
}

function checkType(fields: RequirementFields): void {
  const type = fields.raw('inventory_type');
  const path = keyPath(fields.path, 'inventory_type');
  if (type === undefined || isFalsy(type)) {
    fields.issues.add(path, `Inventory type not specified for demand ${fields.demand}`);
    return;
  }
  if (!known(INVENTORY_TYPES, type)) {
    fields.issues.add(path, `Unknown inventory type ${pythonStr(type)} specified for demand ${fields.demand}`);
    return;
  }
  if (type === 'service' || type === 'vfmodule') checkServiceKeys(fields);
}

function explicitCandidates(fields: RequirementFields): readonly JsonObject[] | null {
  const list = fields.list('candidates');
  if (list === null) return fields.raw('candidates') === undefined ? null : [];
  for (const [index, candidate] of list.entries()) checkCandidate(fields, candidate, index);
  return list.filter(isJsonObject);
}

function checkCandidate(fields: RequirementFields, candidate: JsonValue, index: number): void {
  const { demand, issues } = fields;
  const path = itemPath(keyPath(fields.path, 'candidates'), index);
  if (!isJsonObject(candidate)) {
    issues.add(path, `Candidate found in demand ${demand} that is not a dictionary`);
    return;
  }
  const type = own(candidate, 'inventory_type') ?? fields.raw('inventory_type');
  // Candidates of slices carry the profile's attributes, whose names are open.
  const open = known(SLICE_TYPES, type ?? null);
  for (const key of open ? [] : Object.keys(candidate).filter((key) => !CANDIDATE_KEYS.has(key))) {
    issues.add(keyPath(path, key), `Candidate with invalid key ${key} found in demand ${demand}`);
  }
  const id = own(candidate, 'candidate_id');
  if (typeof id !== 'string' || id === '') issues.add(path, `Candidate without candidate_id found in demand ${demand}`);
  if (typeof type !== 'string' || type === '') issues.add(path, `Inventory type not specified for demand ${demand}`);
  const cost = own(candidate, 'cost') ?? 0;
  if (cost === '' || typeof cost === 'boolean' || !Number.isFinite(Number(cost))) {
    issues.add(keyPath(path, 'cost'), `Candidate with invalid cost ${pythonStr(cost)} found in demand ${demand}`);
  }
}

function checkExclusive(fields: RequirementFields, requirement: Requirement): void {
  const required = new Set(requirement.requiredCandidates.flatMap((list) => list.candidate_id));
  const both = requirement.excludedCandidates.some((list) => list.candidate_id.some((id) => required.has(id)));
  if (both) {
    fields.issues.add(
      fields.path,
      `Required candidate list and excluded candidate list are not mutually exclusive for demand ${fields.demand}`,
    );
  }
}

function existingPlacement(fields: RequirementFields): string | null {
  const placement = fields.object('existing_placement');
  const id = own(placement, 'candidate_id') ?? null;
  if (typeof id === 'string') return id;
  if (placement !== null && id !== null) fields.refuse('existing_placement', placement);
  return null;
}

/** Literal text, or the field of the candidate that an object with this only key names. */
function isConflictElement(element: JsonValue): boolean {
  if (!isJsonObject(element)) return typeof element === 'string';
  return typeof own(element, 'get_candidate_attribute') === 'string' && Object.keys(element).length === 1;
}

/** What order locks tell placements of different plans apart by; see `conflictIdOf`. */
function conflictIdentifier(fields: RequirementFields): readonly JsonValue[] | null {
  const list = fields.list('conflict_identifier');
  for (const [index, element] of (list ?? []).entries()) {
    if (isConflictElement(element)) continue;
    fields.issues.add(
      itemPath(keyPath(fields.path, 'conflict_identifier'), index),
      `Demand ${fields.demand} has an invalid element ${pythonStr(element)} in conflict_identifier: a text or {'get_candidate_attribute': field} is needed`,
    );
  }
  // An empty list names nothing to lock.
  return list?.length ? list : null;
}

function parseRequirement(fields: RequirementFields): Requirement {
  checkKeys(fields);
  const candidates = fields.raw('candidates') === undefined ? null : fields.raw('candidates');
  checkProvider(fields, candidates === null);
  if (candidates === null) checkType(fields);
  const requirement: Requirement = {
    candidates: explicitCandidates(fields),
    inventoryProvider: fields.text('inventory_provider') || 'aai',
    inventoryType: fields.text('inventory_type') || null,
    filteringAttributes: fields.object('filtering_attributes'),
    passthroughAttributes: fields.object('passthrough_attributes'),
    defaultAttributes: fields.object('default_attributes'),
    unique: fields.text('unique') ?? 'true',
    region: fields.text('region'),
    complex: fields.text('complex'),
    requiredCandidates: fields.candidateLists('required_candidates'),
    excludedCandidates: fields.candidateLists('excluded_candidates'),
    existingPlacement: existingPlacement(fields),
    conflictIdentifier: conflictIdentifier(fields),
    customerId: fields.text('customer_id'),
    serviceType: fields.text('service_type'),
    serviceResourceId: fields.text('service_resource_id'),
    serviceSubscription: fields.text('service_subscription'),
    vlanKey: fields.text('vlan_key'),
    portKey: fields.text('port_key'),
    defaultCost: fields.number('default_cost'),
  };
  checkExclusive(fields, requirement);
  return requirement;
}

function parseDemand(name: string, value: JsonValue, issues: IssueList): DemandSpec {
  const path = keyPath('demands', name);
  const requirements: Requirement[] = [];
  if (!Array.isArray(value)) {
    issues.add(path, `Requirements of demand ${name} must be provided in list form`);
    return { name, requirements };
  }
  const items = value as readonly JsonValue[];
  if (items.length === 0) issues.add(path, `Unable to find any candidate for demand ${name}`);
  for (const [index, item] of items.entries()) {
    const place = itemPath(path, index);
    if (isJsonObject(item)) requirements.push(parseRequirement(new RequirementFields(name, place, item, issues)));
    else issues.add(place, `Requirement of demand ${name} is not a dictionary`);
  }
  return { name, requirements };
}

/** Demands in template order. Null: the section is broken and was reported. */
export function parseDemands(section: JsonObject | null, issues: IssueList): readonly DemandSpec[] {
  if (section === null) return [];
  const demands = Object.entries(section).map(([name, value]) => parseDemand(name, value, issues));
  if (demands.length === 0) issues.add('demands', 'demand is not provided in the template');
  return demands;
}
