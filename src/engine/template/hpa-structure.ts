// Structure of an `hpa` constraint's `evaluate` list, with the reference's texts (template.md section 6.1).
import { isJsonObject, type JsonValue, own } from '../../lib/json.ts';
import { itemPath, keyPath } from './issues.ts';
import { isFalsy, pythonRepr } from './python-text.ts';
import type { ConstraintCheck } from './types.ts';

const FEATURE_KEYS = [
  'architecture',
  'hpa-feature',
  'hpa-feature-attributes',
  'hpa-version',
  'mandatory',
  'directives',
] as const;
const ATTRIBUTE_KEYS = ['hpa-attribute-key', 'hpa-attribute-value', 'operator'] as const;

type Add = ConstraintCheck['add'];

function items(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function lacks(value: JsonValue, keys: readonly string[]): boolean {
  return keys.some((key) => own(value, key) === undefined);
}

function extras(value: JsonValue, keys: readonly string[]): readonly string[] {
  return Object.keys(value ?? {}).filter((key) => !keys.includes(key));
}

function attributeProblem(attribute: JsonValue): string | null {
  if (!isJsonObject(attribute)) return 'HPA feature attributes must be a dict';
  if (lacks(attribute, ATTRIBUTE_KEYS)) return 'Lack of compulsory elements inside HPA feature attributes';
  const unknown = extras(attribute, [...ATTRIBUTE_KEYS, 'unit']);
  if (unknown.length === 0) return null;
  return `Invalid attributes '{${unknown.map((key) => pythonRepr(key)).join(', ')}}' found inside HPA feature attributes`;
}

function featureProblem(feature: JsonValue): string | null {
  if (!isJsonObject(feature)) return 'HPA feature must be a dict';
  if (lacks(feature, FEATURE_KEYS)) return 'Lack of compulsory elements inside HPA feature';
  if (extras(feature, [...FEATURE_KEYS, 'score']).length > 0) return 'Got unrecognized elements inside HPA feature';
  const unscored = own(feature, 'mandatory') === 'False' && isFalsy(own(feature, 'score'));
  return unscored ? 'Score needs to be present if mandatory is False' : null;
}

function checkFeature(feature: JsonValue, path: string, add: Add): void {
  const problem = featureProblem(feature);
  if (problem !== null) add(path, problem);
  if (!isJsonObject(feature)) return;
  const attributes = own(feature, 'hpa-feature-attributes');
  const place = keyPath(path, 'hpa-feature-attributes');
  // A list is needed; anything else has the text for an element that is none.
  if (attributes !== undefined && !Array.isArray(attributes)) add(place, 'HPA feature attributes must be a dict');
  for (const [index, attribute] of items(attributes).entries()) {
    const wrong = attributeProblem(attribute);
    if (wrong !== null) add(itemPath(place, index), wrong);
  }
}

/** Adds every broken rule of the list, entry by entry. */
export function checkHpa({ properties, path, add }: ConstraintCheck): void {
  const place = keyPath(path, 'evaluate');
  const evaluate = own(properties, 'evaluate');
  const entries = Array.isArray(evaluate) ? items(evaluate) : [null];
  for (const [index, entry] of entries.entries()) {
    const at = Array.isArray(evaluate) ? itemPath(place, index) : place;
    const incomplete = ['id', 'type', 'directives', 'flavorProperties'].some((key) => isFalsy(own(entry, key)));
    if (incomplete || !Array.isArray(own(entry, 'directives')) || !Array.isArray(own(entry, 'flavorProperties'))) {
      add(at, 'HPA requirements need at least one set of id, type, directives and flavorProperties');
      continue;
    }
    for (const [n, feature] of items(own(entry, 'flavorProperties')).entries()) {
      checkFeature(feature, itemPath(keyPath(at, 'flavorProperties'), n), add);
    }
  }
}
