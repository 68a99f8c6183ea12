// Numbers that an hpa constraint compares with, as limits that explanations can move: whole numbers at mandatory features. What is
// required must be a whole number of its unit, so a limit moves from one to the next.
import type { Candidate } from '../../../../domain/candidate.ts';
import { type JsonObject, type JsonValue, own } from '../../../../lib/json.ts';
import type { Limit } from '../../framework/constraint.ts';
import { type Flavor, readFlavors } from './flavor.ts';
import { valuesAt } from './match.ts';
import type { Entry, Feature, RequiredAttribute } from './requirement.ts';
import { nextTo } from './value.ts';

/** The limit that just admits a value between two whole numbers (or on one), and the whole number that says a limit. */
interface Way {
  readonly relax: Limit['relax'];
  readonly admits: (next: { readonly below: number; readonly above: number }) => number;
  readonly whole: (value: number) => number;
}

const WAYS: ReadonlyMap<string, Way> = new Map([
  ['>=', { relax: 'down', admits: ({ below }) => below, whole: Math.ceil }],
  ['>', { relax: 'down', admits: ({ above }) => above - 1, whole: Math.ceil }],
  ['<=', { relax: 'up', admits: ({ above }) => above, whole: Math.floor }],
  ['<', { relax: 'up', admits: ({ below }) => below + 1, whole: Math.floor }],
]);

/** An equality has none: another number would refuse what fits now. */
export function hpaLimits(entries: readonly Entry[]): readonly Limit[] {
  return entries.flatMap((entry, e) =>
    entry.features.flatMap((feature, f) =>
      feature.mandatory
        ? feature.attributes.flatMap((attribute, a) => limitAt(entry, feature, attribute, [e, f, a]) ?? [])
        : [],
    ),
  );
}

type Place = readonly [entry: number, feature: number, attribute: number];

function limitAt(entry: Entry, feature: Feature, attribute: RequiredAttribute, place: Place): Limit | null {
  const way = WAYS.get(attribute.operator);
  const { unit } = attribute.required;
  const value = nextTo(attribute.required, unit);
  if (!way || !value || value.below !== value.above) return null;
  const text = (limit: number) => String(BigInt(Math.min(Math.max(way.whole(limit), 0), Number.MAX_SAFE_INTEGER)));
  const [e, f, a] = place;
  return {
    path: [`evaluate[${e}]`, `flavorProperties[${f}]`, `hpa-feature-attributes[${a}]`, VALUE],
    value: value.below,
    unit,
    relax: way.relax,
    strict: false,
    written: text,
    changed: (properties, limit) => withValue(properties, place, text(limit)),
    measure(candidate) {
      const needed = offered(candidate, entry)
        .flatMap((flavor) => valuesAt(entry, feature, attribute, flavor))
        .flatMap((one) => nextTo(one, unit) ?? [])
        .map(way.admits)
        // `> 0` is as far as that goes.
        .filter((limit) => limit >= 0);
      if (needed.length === 0) return null;
      return needed.reduce((one, other) => (way.relax === 'down' ? Math.max(one, other) : Math.min(one, other)));
    },
  };
}

const VALUE = 'hpa-attribute-value';

/** The flavor that the candidate was given for the entry, or all when it was given none. */
function offered(candidate: Candidate, entry: Entry): readonly Flavor[] {
  if (candidate.inventory_type !== 'cloud') return [];
  const flavors = readFlavors(candidate, new Map());
  if (typeof flavors === 'string') return [];
  const directives = own(own(candidate, 'all_directives'), 'directives');
  const given = (Array.isArray(directives) ? (directives as readonly JsonValue[]) : []).flatMap((one) =>
    own(one, 'id') === entry.id ? (own(one, 'flavor_id') ?? []) : [],
  );
  return given.length === 0 ? flavors : flavors.filter(({ id }) => given.includes(id));
}

function withValue(properties: JsonObject, [e, f, a]: Place, value: string): JsonObject {
  return at(properties, 'evaluate', e, (entry) =>
    at(entry, 'flavorProperties', f, (feature) =>
      at(feature, 'hpa-feature-attributes', a, (attribute) => ({ ...attribute, [VALUE]: value })),
    ),
  );
}

/** The object with one item of one of its lists changed. */
function at(of: JsonObject, list: string, index: number, change: (item: JsonObject) => JsonObject): JsonObject {
  const items = own(of, list) as readonly JsonObject[];
  return { ...of, [list]: items.map((item, place) => (place === index ? change(item) : item)) };
}
