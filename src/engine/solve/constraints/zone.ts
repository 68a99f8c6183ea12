// zone: the chosen candidates of the named demands share a zone (`same`) or are pairwise in different ones (`different`).
import type { Candidate } from '../../../domain/candidate.ts';
import type { Issue } from '../../../domain/errors.ts';
import { own } from '../../../lib/json.ts';
import { type Constraint, FIT, reject, type Verdict } from '../framework/constraint.ts';

/** Category → candidate field. `region` is the cloud region, not the geographic one. */
const FIELDS = { region: 'location_id', complex: 'complex_name', country: 'country' } as const;

interface Params {
  readonly same: boolean;
  readonly category: keyof typeof FIELDS;
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
    if (typeof category !== 'string' || !Object.hasOwn(FIELDS, category)) {
      const message = `Property 'category' value '${category}' cannot be resolved by any inventory (must be one of region, complex, country)`;
      return [...issues, { path: 'category', message }];
    }
    if (issues.length > 0) return issues;
    const useLocation = category === 'country' && typeof location === 'string';
    return {
      same: qualifier === 'same',
      category: category as keyof typeof FIELDS,
      location: useLocation ? location : null,
    };
  },

  /** Alone, a candidate needs a zone to compare; with a location, its country must match or differ from the location's. */
  async check(ctx, params, candidates) {
    if (ctx.partners === 0 && params.location === null) return candidates.map(() => FIT);
    const place = params.location === null ? null : (ctx.locations.get(params.location)?.country ?? null);
    return candidates.map((candidate): Verdict => {
      const home = zoneOf(candidate, params);
      if (home === null) return reject(`the candidate has no ${FIELDS[params.category]}`);
      if (params.location === null) return FIT;
      if (place === null) return { kind: 'unknown', reason: `the country of location ${params.location} is not known` };
      if ((home === place) === params.same) return FIT;
      return reject(`country ${home}, ${params.same ? 'must be' : 'must not be'} ${place}`);
    });
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
  },
};

function zoneOf(candidate: Candidate, { category }: Params): string | null {
  const value = own(candidate, FIELDS[category]);
  return typeof value === 'string' && value !== '' ? value : null;
}
