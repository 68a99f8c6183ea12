// Invented flavors of cloud regions in the shapes that A&AI serves, and requirements as clients send them.
import type { Candidate } from '../../../../src/domain/candidate.ts';
import type { JsonObject, JsonValue } from '../../../../src/lib/json.ts';
import { candidate } from '../support.ts';

/** A capability; attribute values are stored as the text `{"value": …}` unless they are texts that begin with `{`. */
export function capability(
  feature: string,
  attributes: Readonly<Record<string, JsonValue>>,
  kind: { readonly architecture?: string; readonly version?: string } = {},
): JsonObject {
  return {
    'hpa-capability-id': `cap-${feature}`,
    'hpa-feature': feature,
    'hpa-version': kind.version ?? 'v1',
    architecture: kind.architecture ?? 'generic',
    'hpa-feature-attributes': Object.entries(attributes).map(([key, value]) => ({
      'hpa-attribute-key': key,
      'hpa-attribute-value': typeof value === 'string' && value.startsWith('{') ? value : JSON.stringify({ value }),
      'resource-version': '1',
    })),
  };
}

export function flavor(name: string, ...capabilities: readonly JsonValue[]): JsonObject {
  return {
    'flavor-id': `id-${name}`,
    'flavor-name': name,
    'flavor-vcpus': 8,
    'hpa-capabilities': { 'hpa-capability': capabilities },
  };
}

export function region(id: string, ...flavors: readonly JsonValue[]): Candidate {
  return candidate(id, { 'vim-id': `Owner_${id}`, flavors: { flavor: flavors } });
}

export interface NeedOptions {
  readonly mandatory?: JsonValue;
  readonly score?: JsonValue;
  readonly architecture?: string;
  readonly version?: string;
  readonly directives?: readonly JsonValue[];
}

/** A required feature; attributes as `[key, operator, value, unit?]`. */
export function need(
  feature: string,
  attributes: readonly (readonly [key: string, operator: JsonValue, value: JsonValue, unit?: string])[],
  options: NeedOptions = {},
): JsonObject {
  return {
    'hpa-feature': feature,
    'hpa-version': options.version ?? 'v1',
    architecture: options.architecture ?? 'generic',
    mandatory: options.mandatory ?? 'True',
    ...(options.score === undefined ? {} : { score: options.score }),
    directives: options.directives ?? [],
    'hpa-feature-attributes': attributes.map(([key, operator, value, unit]) => ({
      'hpa-attribute-key': key,
      'hpa-attribute-value': value,
      operator,
      ...(unit === undefined ? {} : { unit }),
    })),
  };
}

/** An `evaluate` entry whose flavor goes under `label-<id>`. */
export function entry(id: string, ...features: readonly JsonValue[]): JsonObject {
  return { id, type: 'vnfc', directives: [flavorDirective(`label-${id}`)], flavorProperties: features };
}

export function flavorDirective(...names: readonly string[]): JsonObject {
  const attributes = names.map((name) => ({ attribute_name: name, attribute_value: '' }));
  return { type: 'flavor_directives', attributes };
}

export const optional = (score: JsonValue, more: NeedOptions = {}): NeedOptions => ({
  mandatory: 'False',
  score,
  ...more,
});
