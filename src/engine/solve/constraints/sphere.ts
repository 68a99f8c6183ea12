// Distances as chords: the straight line through the sphere grows with the distance and costs a tenth of it to compute. It
// decides where it is clear; near a limit the exact distance is asked, so that the outcome is always that of the distance.
import type { GeoPoint } from '../../../lib/geo.ts';
import type { PairFeatures } from '../framework/constraint.ts';
import type { DistanceLimit } from './distance.ts';

/** Latitude, longitude, and the point on the unit sphere: x, y, z. */
export const WIDTH = 5;
const RAD = Math.PI / 180;
const DIAMETER_KM = 2 * 6371.0;
/** How near to the limit, as a squared chord, the exact distance is asked; far above rounding errors. */
const MARGIN = 1e-9;
/** Above every squared chord, the largest of which is 4. */
const BEYOND = 5;

/** Squared chords strictly inside `from`..`to` fit, strictly outside do not; both by more than the margin. */
export interface ChordWindow {
  readonly from: number;
  readonly to: number;
  /** False for `=`: only the exact distance tells. */
  readonly decides: boolean;
}

export function sphereFeatures(point: GeoPoint | null): readonly number[] {
  if (!point) return Array.from({ length: WIDTH }, () => Number.NaN);
  const [lat, lon] = [point.latitude * RAD, point.longitude * RAD];
  const ring = Math.cos(lat);
  return [point.latitude, point.longitude, ring * Math.cos(lon), ring * Math.sin(lon), Math.sin(lat)];
}

/** `i` and `j` are where the features of the two points start. */
export function squaredChord(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const x = (a[i + 2] ?? 0) - (b[j + 2] ?? 0);
  const y = (a[i + 3] ?? 0) - (b[j + 3] ?? 0);
  const z = (a[i + 4] ?? 0) - (b[j + 4] ?? 0);
  return x * x + y * y + z * z;
}

export function windowOf(limit: DistanceLimit): ChordWindow {
  if (limit.operator === 'range') return { from: chordOf(limit.min), to: chordOf(limit.max), decides: true };
  const above = limit.operator === '>' || limit.operator === '>=';
  const chord = chordOf(limit.value);
  return { from: above ? chord : -1, to: above ? BEYOND : chord, decides: limit.operator !== '=' };
}

/** Decides by the chord where it is clear; null near a limit, where only the exact distance tells. */
export function quickTest({ from, to, decides }: ChordWindow): (chord: number) => boolean | null {
  if (!decides) return () => null;
  return (chord) => {
    if (chord > from + MARGIN && chord < to - MARGIN) return true;
    return chord < from - MARGIN || chord > to + MARGIN ? false : null;
  };
}

/** Squared chord of a distance; below 0 for a negative one, above every chord beyond half the circumference. */
function chordOf(distance: number): number {
  if (distance < 0) return -1;
  return distance > (Math.PI / 2) * DIAMETER_KM ? BEYOND : (2 * Math.sin(distance / DIAMETER_KM)) ** 2;
}

/** The points of one demand from south to north, so that only a belt of them needs a look. */
interface Belt {
  readonly index: Uint32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

/** Rows of the pair test that `exact` is; points without coordinates fit nothing, as there. */
export function chordRows(
  { from, to, decides }: ChordWindow,
  left: PairFeatures,
  right: PairFeatures,
  exact: (i: number, j: number) => boolean,
): (i: number, row: Uint32Array) => number {
  const { index, x, y, z } = beltOf(right);
  // Two points whose chord is at most c differ by at most c in each direction.
  const reach = decides && to < BEYOND ? Math.sqrt(Math.max(0, to) + MARGIN) : Number.POSITIVE_INFINITY;
  const [low, high] = decides ? [from + MARGIN, to - MARGIN] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const [under, over] = decides ? [from - MARGIN, to + MARGIN] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return (i, row) => {
    const at = i * WIDTH;
    const [px, py, pz] = [value(left.values, at + 2), value(left.values, at + 3), value(left.values, at + 4)];
    const first = firstAtLeast(z, pz - reach);
    let k = first;
    for (; k < z.length; k += 1) {
      const dz = value(z, k) - pz;
      if (dz > reach) break;
      const dx = value(x, k) - px;
      const dy = value(y, k) - py;
      const chord = dx * dx + dy * dy + dz * dz;
      if (chord < under || chord > over) continue;
      const j = value(index, k);
      if ((chord > low && chord < high) || exact(i, j)) setBit(row, j);
    }
    return k - first;
  };
}

function value(values: Float64Array | Uint32Array, at: number): number {
  return values[at] ?? 0;
}

function setBit(row: Uint32Array, j: number): void {
  row[j >>> 5] = value(row, j >>> 5) | (1 << (j & 31));
}

function beltOf({ values }: PairFeatures): Belt {
  const at = (j: number, feature: number) => values[j * WIDTH + feature] ?? Number.NaN;
  // A point without coordinates fits nothing; NaN would also spoil the order.
  const index = Uint32Array.from(values.keys())
    .subarray(0, values.length / WIDTH)
    .filter((j) => !Number.isNaN(at(j, 4)));
  index.sort((a, b) => at(a, 4) - at(b, 4) || a - b);
  const axis = (feature: number) => Float64Array.from(index, (j) => at(j, feature));
  return { index, x: axis(2), y: axis(3), z: axis(4) };
}

/** Where in the ascending values the first stands that is not below the bound. */
function firstAtLeast(values: Float64Array, bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
