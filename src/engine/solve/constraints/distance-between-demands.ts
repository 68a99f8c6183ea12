// distance_between_demands: the chosen candidates of the named demands lie pairwise within (or beyond) a distance.
import type { Candidate } from '../../../domain/candidate.ts';
import { distanceKm, type GeoPoint } from '../../../lib/geo.ts';
import { own } from '../../../lib/json.ts';
import { type Constraint, FIT, reject, within } from '../framework/constraint.ts';
import { topReasons } from '../framework/words.ts';
import {
  comparedWith,
  type DistanceLimit,
  distanceTo,
  km,
  limitWords,
  parseLimit,
  readPoint,
  withinLimit,
} from './distance.ts';
import { distanceLimits } from './distance-limits.ts';
import { chordRows, quickTest, sphereFeatures, squaredChord, WIDTH, windowOf } from './sphere.ts';

interface Params {
  readonly limit: DistanceLimit;
}

export const distanceBetweenDemands: Constraint<Params> = {
  name: 'distance_between_demands',
  rank: 10,
  cost: 'local',
  scope: 'pairwise',

  parse(properties) {
    const limit = parseLimit(own(properties, 'distance'));
    return 'operator' in limit ? { limit } : limit;
  },

  /** Alone, a candidate only needs coordinates, and those only when there is another demand to compare with. */
  async check(ctx, _params, candidates) {
    return candidates.map((candidate) =>
      ctx.partners === 0 || readPoint(candidate) ? FIT : reject('the candidate has no coordinates'),
    );
  },

  summarize(_params, refused) {
    return topReasons(refused);
  },

  pair: {
    encode(_params, candidates) {
      const values = new Float64Array(candidates.length * WIDTH);
      for (const [index, candidate] of candidates.entries())
        values.set(sphereFeatures(readPoint(candidate)), index * WIDTH);
      return { width: WIDTH, values };
    },

    between({ limit }, left, right) {
      const decide = quickTest(windowOf(limit));
      return (i, j) =>
        decide(squaredChord(left.values, i * WIDTH, right.values, j * WIDTH)) ??
        withinLimit(limit, distanceKm(pointAt(left.values, i * WIDTH), pointAt(right.values, j * WIDTH)));
    },

    rows({ limit }, left, right) {
      return chordRows(windowOf(limit), left, right, this.between({ limit }, left, right));
    },

    judge({ limit }, left, right) {
      const distance = between(left, right);
      if (distance === null) return reject('the candidate has no coordinates');
      const required = comparedWith(limit, distance);
      if (withinLimit(limit, distance)) return within(distance, required);
      return reject(`${km(distance)} apart, ${limitWords(limit)}`, distance, required);
    },
  },

  unit: 'km',

  limits({ limit }) {
    return distanceLimits(limit, (candidate, other) => (other ? between(candidate, other) : null));
  },
};

function between(a: Candidate, b: Candidate): number | null {
  const from = readPoint(a);
  return from && distanceTo(from, b);
}

function pointAt(values: Float64Array, at: number): GeoPoint {
  return { latitude: values[at] ?? Number.NaN, longitude: values[at + 1] ?? Number.NaN };
}
