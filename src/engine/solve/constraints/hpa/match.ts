// Which flavor of a cloud region serves an entry best: every mandatory feature must be met, optional ones add their scores,
// the highest score wins and the first on ties. Source: inventory-aai.md section 7.3.
import type { Capability, Flavor } from './flavor.ts';
import type { Entry, Feature, RequiredAttribute } from './requirement.ts';
import { type HpaValue, holds, numbersOf, shown } from './value.ts';

/** Why a flavor does not serve, with the numbers when two were compared (in the required value's unit). */
export interface Miss {
  readonly reason: string;
  readonly measured?: number;
  readonly required?: number;
  /** How near it came: mandatory features met, and of the first that is not, the share of its attributes. */
  readonly met: number;
}

type FlavorVerdict = { readonly score: number } | Miss;

export interface EntryMatch {
  /** The winner, or null with the nearest miss. */
  readonly flavor: Flavor | null;
  readonly score: number;
  readonly nearest: { readonly flavor: Flavor; readonly miss: Miss } | null;
}

/** `seen` hears the verdict on each flavor. */
export function matchEntry(
  entry: Entry,
  flavors: readonly Flavor[],
  seen: (flavor: Flavor, fits: boolean) => void,
): EntryMatch {
  let best: { readonly flavor: Flavor; readonly score: number } | null = null;
  let nearest: EntryMatch['nearest'] = null;
  for (const flavor of flavors) {
    const verdict = judgeFlavor(entry, flavor);
    const fits = 'score' in verdict;
    seen(flavor, fits);
    if (fits) {
      if (best === null || verdict.score > best.score) best = { flavor, score: verdict.score };
    } else if (nearest === null || verdict.met > nearest.miss.met) nearest = { flavor, miss: verdict };
  }
  return { flavor: best?.flavor ?? null, score: best?.score ?? 0, nearest: best ? null : nearest };
}

function judgeFlavor({ features }: Entry, flavor: Flavor): FlavorVerdict {
  if (flavor.problem !== null) return { reason: flavor.problem, met: -1 };
  let score = 0;
  let met = 0;
  let first: Miss | null = null;
  for (const feature of features) {
    const miss = feature.mandatory ? missOf(feature, flavor, true) : null;
    if (miss !== null) first ??= miss;
    else if (feature.mandatory) met += 1;
    else if (missOf(feature, flavor, false) === null) score += feature.score;
  }
  return first ? { ...first, met: met + first.met } : { score };
}

/**
 * Null when the feature is met. A mandatory one needs a capability of its name, architecture and version; the attributes
 * may then be those of any capability of that name, and one capability may meet several features.
 */
function missOf(feature: Feature, { capabilities }: Flavor, exact: boolean): Miss | null {
  const named = capabilities.filter((capability) => capability.feature === feature.name);
  if (named.length === 0) return { reason: `it has no ${feature.name}`, met: 0 };
  if (exact && !named.some((capability) => sameKind(feature, capability))) {
    const wanted = [feature.architecture, feature.version].filter((part) => part !== null).join(', ');
    return { reason: `it has ${feature.name}, but not for ${wanted}`, met: 0 };
  }
  let nearest: Miss | null = null;
  for (const capability of named) {
    const miss = attributesMiss(feature, capability);
    if (miss === null) return null;
    if (nearest === null || miss.met > nearest.met) nearest = miss;
  }
  return nearest;
}

/** What a flavor has at one attribute of a mandatory feature, if that attribute is all that can keep it from serving the entry. */
export function valuesAt(
  { features }: Entry,
  feature: Feature,
  attribute: RequiredAttribute,
  flavor: Flavor,
): readonly HpaValue[] {
  const others = features.filter((one) => one.mandatory && one !== feature);
  if (flavor.problem !== null || others.some((one) => missOf(one, flavor, true) !== null)) return [];
  const named = flavor.capabilities.filter((capability) => capability.feature === feature.name);
  if (!named.some((capability) => sameKind(feature, capability))) return [];
  const rest = { ...feature, attributes: feature.attributes.filter((one) => one !== attribute) };
  const rested = named.filter((capability) => attributesMiss(rest, capability) === null);
  return rested.flatMap(({ values }) => values.get(attribute.key) ?? []);
}

function sameKind(feature: Feature, capability: Capability): boolean {
  return (
    (feature.architecture === null || feature.architecture === capability.architecture) &&
    (feature.version === null || feature.version === capability.version)
  );
}

/** The first attribute that is not as required, beside the share of those that are. */
function attributesMiss({ name, attributes }: Feature, capability: Capability): Miss | null {
  const misses = attributes.map((attribute) => attributeMiss(name, attribute, capability));
  const first = misses.find((miss) => miss !== null);
  if (!first) return null;
  const good = misses.filter((miss) => miss === null).length;
  return { ...first, met: good / (attributes.length + 1) };
}

function attributeMiss(feature: string, wanted: RequiredAttribute, capability: Capability): Omit<Miss, 'met'> | null {
  const value = capability.values.get(wanted.key);
  if (value && holds(wanted.operator, value, wanted.required)) return null;
  const title = `${feature} ${wanted.key}`;
  const rule = `must be ${wanted.operator} ${shown(wanted.required)}`;
  if (value === undefined) return { reason: `${title} is missing, ${rule}` };
  if (value === null) return { reason: `BAD_DATA ${title} cannot be read, ${rule}` };
  return { reason: `${title} is ${shown(value)}, ${rule}`, ...numbersOf(value, wanted.required) };
}
