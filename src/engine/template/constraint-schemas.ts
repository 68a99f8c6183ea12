// One entry a constraint type: its properties, how it is split and what its values must look like. A new type is a new entry
// here. Source: template.md section 6, constraints.md of the behaviour specification.
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { checkHpa } from './hpa-structure.ts';
import { itemPath, keyPath } from './issues.ts';
import { pythonRepr, pythonStr } from './python-text.ts';
import type { ThresholdKind } from './thresholds.ts';
import type { ConstraintCheck } from './types.ts';
import { checkVimFit, completeVimFit } from './vim-request.ts';

export interface ConstraintSchema {
  /** Evaluated demand by demand, so stored as one constraint each. */
  readonly split: boolean;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly thresholds: Readonly<Record<string, ThresholdKind>>;
  /** Controlled vocabularies by property. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** Rules beyond presence and vocabulary; runs only when those hold. */
  readonly check: ((check: ConstraintCheck) => void) | null;
  /** Adds what evaluation needs beyond what is written; runs only on properties that are complete. */
  readonly complete: ((properties: JsonObject, zoneFields: ReadonlyMap<string, string>) => JsonObject) | null;
}

const PLAIN: ConstraintSchema = {
  split: true,
  required: [],
  optional: [],
  thresholds: {},
  words: {},
  check: null,
  complete: null,
};

const OPERATORS = ['gte', 'lte', 'lt', 'gt', 'eq'] as const;
const RESOLVABLE_ZONES: readonly string[] = ['region', 'complex', 'country'];

function checkAttribute({ name, properties, path, add }: ConstraintCheck): void {
  if (isJsonObject(own(properties, 'evaluate'))) return;
  add(keyPath(path, 'evaluate'), `Property 'evaluate' must be a dictionary in constraint named '${name}'`);
}

function isComparable(value: JsonValue | undefined): boolean {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

function checkThreshold({ name, properties, path, add }: ConstraintCheck): void {
  const evaluate = own(properties, 'evaluate');
  const place = keyPath(path, 'evaluate');
  if (!Array.isArray(evaluate)) {
    add(place, `Property 'evaluate' must be a list in constraint named '${name}'`);
    return;
  }
  for (const [index, rule] of (evaluate as readonly JsonValue[]).entries()) {
    const at = itemPath(place, index);
    const operator = own(rule, 'operator');
    if (typeof own(rule, 'attribute') !== 'string' || !isComparable(own(rule, 'threshold'))) {
      add(at, `Property 'evaluate' needs attribute, operator and threshold in constraint named '${name}'`);
    } else if (typeof operator !== 'string' || !(OPERATORS as readonly string[]).includes(operator)) {
      const words = pythonRepr(OPERATORS);
      add(
        keyPath(at, 'operator'),
        `Property 'operator' value '${pythonStr(operator)}' unsupported in constraint named '${name}' (must be one of ${words})`,
      );
    }
  }
}

function checkPair({ name, demands, path, add }: ConstraintCheck): void {
  if (demands.length < 2) add(path, `Constraint '${name}' needs at least two demands`);
}

function checkGroup({ name, demands, path, add }: ConstraintCheck): void {
  if (demands.length !== 2) add(path, `Constraint '${name}' needs exactly two demands`);
}

/** Categories without a field of their own in any inventory: the deployment says which candidate field holds them. */
function zoneField(properties: JsonObject, zoneFields: ReadonlyMap<string, string>): string | undefined {
  const category = pythonStr(own(properties, 'category'));
  return RESOLVABLE_ZONES.includes(category) ? undefined : zoneFields.get(category);
}

function checkZone({ name, properties, path, zoneFields, add }: ConstraintCheck): void {
  const category = pythonStr(own(properties, 'category'));
  if (RESOLVABLE_ZONES.includes(category) || zoneFields.has(category)) return;
  const usable = pythonRepr([...RESOLVABLE_ZONES, ...zoneFields.keys()]);
  add(
    keyPath(path, 'category'),
    `Zone category '${category}' in constraint named '${name}' needs the option [solver] zone_${category}, the candidate field that holds it (usable here: ${usable})`,
  );
}

/** `field`: the candidate field of a mapped category. */
function completeZone(properties: JsonObject, zoneFields: ReadonlyMap<string, string>): JsonObject {
  const field = zoneField(properties, zoneFields);
  return field === undefined ? properties : { ...properties, field };
}

function checkFit({ name, properties, path, add }: ConstraintCheck): void {
  if (typeof own(properties, 'controller') !== 'string') {
    add(keyPath(path, 'controller'), `Property 'controller' must be a string in constraint named '${name}'`);
  }
  const request = own(properties, 'request') ?? null;
  if (request !== null && !isJsonObject(request)) {
    add(keyPath(path, 'request'), `Property 'request' must be a dictionary in constraint named '${name}'`);
  }
}

const FIT: ConstraintSchema = { ...PLAIN, required: ['controller'], optional: ['request'], check: checkFit };

export const CONSTRAINT_SCHEMAS: ReadonlyMap<string, ConstraintSchema> = new Map([
  ['attribute', { ...PLAIN, required: ['evaluate'], check: checkAttribute }],
  ['threshold', { ...PLAIN, required: ['evaluate'], check: checkThreshold }],
  [
    'distance_between_demands',
    { ...PLAIN, split: false, required: ['distance'], thresholds: { distance: 'distance' }, check: checkPair },
  ],
  ['distance_to_location', { ...PLAIN, required: ['distance', 'location'], thresholds: { distance: 'distance' } }],
  ['instance_fit', FIT],
  ['region_fit', FIT],
  [
    'zone',
    {
      ...PLAIN,
      split: false,
      required: ['qualifier', 'category'],
      optional: ['location'],
      words: {
        qualifier: ['same', 'different'],
        category: ['disaster', 'region', 'complex', 'country', 'time', 'maintenance'],
      },
      check: checkZone,
      complete: completeZone,
    },
  ],
  ['inventory_group', { ...PLAIN, split: false, check: checkGroup }],
  ['vim_fit', { ...PLAIN, required: ['controller', 'request'], check: checkVimFit, complete: completeVimFit }],
  ['hpa', { ...PLAIN, required: ['evaluate'], check: checkHpa }],
]);
