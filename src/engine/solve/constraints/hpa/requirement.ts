// What an `evaluate` entry of an hpa constraint asks for, read once: features with their attributes, and the directives that
// a matching candidate carries. Source: template.md section 6.1, inventory-aai.md sections 7.1 to 7.3.
import type { Issue } from '../../../../domain/errors.ts';
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue, own } from '../../../../lib/json.ts';
import { givenValue, type HpaValue, scalarText } from './value.ts';

export interface RequiredAttribute {
  readonly key: string;
  readonly operator: string;
  readonly required: HpaValue;
}

export interface Feature {
  readonly name: string;
  /** null: any. */
  readonly architecture: string | null;
  readonly version: string | null;
  readonly mandatory: boolean;
  /** What a flavor gains by having it; 0 for mandatory ones. */
  readonly score: number;
  readonly attributes: readonly RequiredAttribute[];
}

/** Needs of one kind of virtual machine. */
export interface Entry {
  readonly id: JsonValue;
  readonly type: JsonValue;
  /** Name under which the flavor's name goes into `flavor_map`; null when the entry's first directive names none. */
  readonly label: string | null;
  /** The entry's own directives, with a place for the flavor id, then those of its features. */
  readonly directives: readonly JsonValue[];
  readonly features: readonly Feature[];
}

const ENTRY = 'HPA requirements need at least one set of id, type, directives and flavorProperties';
const FEATURE = 'Lack of compulsory elements inside HPA feature';
const ATTRIBUTE = 'Lack of compulsory elements inside HPA feature attributes';
const FLAVOR_DIRECTIVES = 'flavor_directives';

type Read<T> = T | readonly Issue[];

/** The entries in their order, or every broken rule; paths are relative to the properties. */
export function readEntries(properties: JsonObject): Read<{ readonly entries: readonly Entry[] }> {
  const evaluate = listOf(own(properties, 'evaluate'));
  if (!evaluate || evaluate.length === 0) return [{ path: 'evaluate', message: ENTRY }];
  const issues: Issue[] = [];
  const entries = evaluate.flatMap((raw, index) => {
    const entry = readEntry(raw, `evaluate[${index}]`);
    if (!isIssues(entry)) return [entry];
    issues.push(...entry);
    return [];
  });
  return issues.length > 0 ? issues : { entries };
}

function readEntry(raw: JsonValue, path: string): Read<Entry> {
  const directives = listOf(own(raw, 'directives'));
  const properties = listOf(own(raw, 'flavorProperties'));
  if (!directives || !properties) return [{ path, message: ENTRY }];
  const issues: Issue[] = [];
  const features = properties.flatMap((feature, index) => {
    const read = readFeature(feature, `${path} > flavorProperties[${index}]`);
    if (!isIssues(read)) return [read];
    issues.push(...read);
    return [];
  });
  if (issues.length > 0) return issues;
  const first = listOf(own(directives[0], 'attributes'))?.[0];
  return {
    id: own(raw, 'id') ?? null,
    type: own(raw, 'type') ?? null,
    label: scalarText(own(first, 'attribute_name')),
    directives: merged(withFlavorId(directives), properties),
    features,
  };
}

function readFeature(raw: JsonValue, path: string): Read<Feature> {
  if (!isJsonObject(raw)) return [{ path, message: 'HPA feature must be a dict' }];
  const name = scalarText(own(raw, 'hpa-feature'));
  const list = listOf(own(raw, 'hpa-feature-attributes'));
  if (name === null || !list) return [{ path, message: FEATURE }];
  const mandatory = scalarText(own(raw, 'mandatory'))?.toLowerCase() === 'true';
  const score = mandatory ? 0 : scoreOf(own(raw, 'score'));
  const issues: Issue[] = [];
  if (score === null) issues.push({ path: `${path} > score`, message: 'The score of an HPA feature must be a number' });
  const attributes = list.flatMap((attribute, index) => {
    const read = readAttribute(attribute);
    if (typeof read !== 'string') return [read];
    issues.push({ path: `${path} > hpa-feature-attributes[${index}]`, message: read });
    return [];
  });
  if (issues.length > 0 || score === null) return issues;
  const architecture = scalarText(own(raw, 'architecture'));
  return { name, architecture, version: scalarText(own(raw, 'hpa-version')), mandatory, score, attributes };
}

function readAttribute(raw: JsonValue): RequiredAttribute | string {
  if (!isJsonObject(raw)) return 'HPA feature attributes must be a dict';
  const key = scalarText(own(raw, 'hpa-attribute-key'));
  const required = givenValue(own(raw, 'hpa-attribute-value'), scalarText(own(raw, 'unit') ?? '') ?? '');
  // OSDF sends the operator as a list of one.
  const given = own(raw, 'operator');
  const operator = scalarText(Array.isArray(given) && given.length === 1 ? given[0] : given);
  return key === null || required === null || operator === null ? ATTRIBUTE : { key, operator, required };
}

/** Whole part of a number or numeric text; nothing counts as 0. Null when it is no number. */
function scoreOf(value: JsonValue | undefined): number | null {
  const text = scalarText(value ?? '')?.trim();
  if (text === '') return 0;
  const number = Number(text ?? Number.NaN);
  return Number.isFinite(number) ? Math.trunc(number) : null;
}

/** The first flavor directive gets a place for the flavor's id, unless it has more than its label. */
function withFlavorId(directives: readonly JsonValue[]): readonly JsonValue[] {
  const at = directives.findIndex(isFlavorDirective);
  return directives.map((directive, index) => {
    const attributes = listOf(own(directive, 'attributes') ?? []) ?? [];
    if (index !== at || !isJsonObject(directive) || attributes.length > 1) return directive;
    return { ...directive, attributes: [...attributes, { attribute_name: 'flavorId', attribute_value: '' }] };
  });
}

function isFlavorDirective(directive: JsonValue): boolean {
  return scalarText(own(directive, 'type'))?.includes(FLAVOR_DIRECTIVES) ?? false;
}

/** Followed by the directives of all features that have a type and are not there yet. */
function merged(directives: readonly JsonValue[], features: readonly JsonValue[]): readonly JsonValue[] {
  const out = [...directives];
  const known = new Set(out.map(canonicalJson));
  for (const directive of features.flatMap((feature) => listOf(own(feature, 'directives')) ?? [])) {
    const text = canonicalJson(directive);
    if (!own(directive, 'type') || known.has(text)) continue;
    known.add(text);
    out.push(directive);
  }
  return out;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] | null {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : null;
}

function isIssues<T extends object>(read: Read<T>): read is readonly Issue[] {
  return Array.isArray(read);
}
