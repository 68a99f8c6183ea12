// zone: the chosen candidates of the named demands share a zone (`same`) or are pairwise in different ones (`different`).
import type { Candidate } from '../../../domain/candidate.ts';
import type { Issue } from '../../../domain/errors.ts';
import { type JsonObject, own } from '../../../lib/json.ts';
import { type Constraint, FIT, reject, type Verdict } from '../framework/constraint.ts';
import { shown, topReasons } from '../framework/words.ts';

/** Category → candidate field. `region` is the cloud region, not the geographic one. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['region', 'location_id'],
  ['complex', 'complex_name'],
  ['country', 'country'],
]);
/** Categories that no inventory has by itself: translation writes the mapped candidate field into the property `field`. */
const MAPPED: readonly string[] = ['disaster', 'time', 'maintenance'];

interface Params {
  readonly same: boolean;
  /** Candidate field that holds the zone. */
  readonly field: string;
  /** Location whose country counts too; only with category `country`. */
  readonly location: string | null;
}

export const zone: Constraint<Params> = {
  name: 'zone',
  rank: 2,
  cost: 'local',
  scope: 'pairwise',

  parse(properties) {
    const issues: Issue[] = [];
    const qualifier = own(properties, 'qualifier');
    const category = own(properties, 'category');
    const location = own(properties, 'location');
    if (qualifier !== 'same' && qualifier !== 'different') {
      issues.push({ path: 'qualifier', message: "Property 'qualifier' must be 'same' or 'different'" });
    }
    const field = fieldOf(properties);
    if (field === null) {
      const message = `Property 'category' value '${shown(category)}' cannot be resolved by any inventory (must be one of region, complex, country)`;
      return [...issues, { path: 'category', message }];
    }
    if (issues.length > 0) return issues;
    const useLocation = category === 'country' && typeof location === 'string';
    return { same: qualifier === 'same', field, location: useLocation ? location : null };
  },

  /** Alone, a candidate needs a zone to compare; with a location, its country must match or differ from the location's. */
  async check(ctx, params, candidates) {
    if (ctx.partners === 0 && params.location === null) return candidates.map(() => FIT);
    const place = params.location === null ? null : (ctx.locations.get(params.location)?.country ?? null);
    return candidates.map((candidate): Verdict => {
      const home = zoneOf(candidate, params);
      if (home === null) return reject(`the candidate has no ${params.field}`);
      if (params.location === null) return FIT;
      if (place === null) return { kind: 'unknown', reason: `the country of location ${params.location} is not known` };
      if ((home === place) === params.same) return FIT;
      return reject(`country ${home}, ${params.same ? 'must be' : 'must not be'} ${place}`);
    });
  },

  summarize(_params, refused) {
    return topReasons(refused);
  },

  pair: {
    encode(params, candidates, intern) {
      const values = new Float64Array(candidates.length);
      for (const [index, candidate] of candidates.entries()) {
        const text = zoneOf(candidate, params);
        values[index] = text === null ? Number.NaN : intern(text);
      }
      return { width: 1, values };
    },

    between({ same }, left, right) {
      return (i, j) => (left.values[i] === right.values[j]) === same;
    },

    rows({ same }, { values: own }, { values: others }) {
      return (i, row) => {
        const home = own[i] ?? Number.NaN;
        for (let j = 0; j < others.length; j += 1) {
          if ((home === others[j]) === same) row[j >>> 5] = (row[j >>> 5] ?? 0) | (1 << (j & 31));
        }
        return others.length;
      };
    },

    judge(params, left, right) {
      const [a, b] = [zoneOf(left, params), zoneOf(right, params)];
      if ((a === b) === params.same) return FIT;
      const words = params.same
        ? `${params.field} ${shown(a)} and ${shown(b)} must be`
        : `both have ${params.field} ${shown(a)}, must be`;
      return reject(`${words} ${params.same ? 'the same' : 'different'}`);
    },
  },
};

function fieldOf(properties: JsonObject): string | null {
  const category = own(properties, 'category');
  const field = own(properties, 'field');
  if (typeof category !== 'string') return null;
  if (MAPPED.includes(category)) return typeof field === 'string' && field !== '' ? field : null;
  return FIELDS.get(category) ?? null;
}

/** Text as it stands; mapped fields may also be numbers or truth values. */
function zoneOf(candidate: Candidate, { field }: Params): string | null {
  const value = own(candidate, field);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
