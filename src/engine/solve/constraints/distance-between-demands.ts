// distance_between_demands: the chosen candidates of the named demands lie pairwise within (or beyond) a distance.
import type { Candidate } from '../../../domain/candidate.ts';
import { distanceKm, type GeoPoint } from '../../../lib/geo.ts';
import { own } from '../../../lib/json.ts';
import { type Constraint, FIT, reject } from '../framework/constraint.ts';
import { type DistanceLimit, parseLimit, readPoint, withinLimit } from './distance.ts';

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

  pair: {
    encode(_params, candidates) {
      const values = new Float64Array(candidates.length * WIDTH);
      for (const [index, candidate] of candidates.entries()) values.set(features(candidate), index * WIDTH);
      return { width: WIDTH, values };
    },

    between({ limit }, left, right) {
      const decide = quickTest(limit);
      return (i, j) =>
        decide(squaredChord(left.values, i * WIDTH, right.values, j * WIDTH)) ??
        withinLimit(limit, distanceKm(pointAt(left.values, i * WIDTH), pointAt(right.values, j * WIDTH)));
    },
  },
};

/** Latitude, longitude, and the point on the unit sphere: x, y, z. */
const WIDTH = 5;
const RAD = Math.PI / 180;
const DIAMETER_KM = 2 * 6371.0;
/** How near to the limit, as a squared chord, the exact distance is asked; far above rounding errors. */
const MARGIN = 1e-9;

function features(candidate: Candidate): readonly number[] {
  const point = readPoint(candidate);
  if (!point) return Array.from({ length: WIDTH }, () => Number.NaN);
  const [lat, lon] = [point.latitude * RAD, point.longitude * RAD];
  const ring = Math.cos(lat);
  return [point.latitude, point.longitude, ring * Math.cos(lon), ring * Math.sin(lon), Math.sin(lat)];
}

/** The straight line through the sphere, squared: grows with the distance and costs a tenth of it to compute. */
function squaredChord(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const x = (a[i + 2] ?? 0) - (b[j + 2] ?? 0);
  const y = (a[i + 3] ?? 0) - (b[j + 3] ?? 0);
  const z = (a[i + 4] ?? 0) - (b[j + 4] ?? 0);
  return x * x + y * y + z * z;
}

/** Decides by the chord where it is clear; null near a limit and for `=`, where only the exact distance tells. */
function quickTest(limit: DistanceLimit): (chord: number) => boolean | null {
  if (limit.operator === '=') return () => null;
  const above = limit.operator === '>' || limit.operator === '>=';
  const from = limit.operator === 'range' ? chordOf(limit.min) : above ? chordOf(limit.value) : -1;
  const to = limit.operator === 'range' ? chordOf(limit.max) : above ? 5 : chordOf(limit.value);
  return (chord) => {
    if (chord > from + MARGIN && chord < to - MARGIN) return true;
    return chord < from - MARGIN || chord > to + MARGIN ? false : null;
  };
}

/** Squared chord of a distance; below 0 for a negative one, above every chord beyond half the circumference. */
function chordOf(distance: number): number {
  if (distance < 0) return -1;
  return distance > (Math.PI / 2) * DIAMETER_KM ? 5 : (2 * Math.sin(distance / DIAMETER_KM)) ** 2;
}

function pointAt(values: Float64Array, at: number): GeoPoint {
  return { latitude: values[at] ?? Number.NaN, longitude: values[at + 1] ?? Number.NaN };
}
