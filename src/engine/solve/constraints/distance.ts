// What the two distance constraints share: the limit, reading coordinates, and words about kilometres.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Issue } from '../../../domain/errors.ts';
import { distanceKm, type GeoPoint } from '../../../lib/geo.ts';
import { isJsonObject, type JsonValue, own } from '../../../lib/json.ts';

/** A limit in kilometres: `min`..`max` for a range, else an operator and one value. */
export type DistanceLimit =
  | { readonly operator: '=' | '<' | '>' | '<=' | '>='; readonly value: number }
  | { readonly operator: 'range'; readonly min: number; readonly max: number };

/** Reads a parsed threshold; an unknown operator means `<=`. */
export function parseLimit(distance: JsonValue | undefined): DistanceLimit | readonly Issue[] {
  const value = own(distance, 'value');
  const operator = own(distance, 'operator');
  if (isJsonObject(value)) {
    const [min, max] = [own(value, 'min'), own(value, 'max')];
    if (typeof min === 'number' && typeof max === 'number') return { operator: 'range', min, max };
  } else if (typeof value === 'number' && Number.isFinite(value)) {
    const known = operator === '=' || operator === '<' || operator === '>' || operator === '>=';
    return { operator: known ? operator : '<=', value };
  }
  return [{ path: 'distance', message: "No value specified for property 'distance'" }];
}

export function withinLimit(limit: DistanceLimit, km: number): boolean {
  switch (limit.operator) {
    case 'range':
      return limit.min <= km && km <= limit.max;
    case '=':
      return km === limit.value;
    case '<':
      return km < limit.value;
    case '>':
      return km > limit.value;
    case '>=':
      return km >= limit.value;
    default:
      return km <= limit.value;
  }
}

/** The one number that a distance is compared with: of a range the end that is nearer. */
export function comparedWith(limit: DistanceLimit, km: number): number {
  if (limit.operator !== 'range') return limit.value;
  return Math.abs(km - limit.min) < Math.abs(km - limit.max) ? limit.min : limit.max;
}

/** `limit 500 km`, `at least 500 km`, `range 500 to 1500 km`. */
export function limitWords(limit: DistanceLimit): string {
  if (limit.operator === 'range') return `range ${km(limit.min)} to ${km(limit.max)}`;
  const words = { '=': 'must equal', '<': 'limit', '<=': 'limit', '>': 'must exceed', '>=': 'at least' } as const;
  return `${words[limit.operator]} ${km(limit.value)}`;
}

/** Kilometres for people: one decimal, two below 100. */
export function km(value: number): string {
  return `${Number(value.toFixed(Math.abs(value) < 100 ? 2 : 1))} km`;
}

/** Degrees as a finite number, given as number or numeric text; null otherwise. Zero is a coordinate. */
function degrees(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The point of a candidate or location, null without readable coordinates. */
export function readPoint(place: { readonly latitude?: unknown; readonly longitude?: unknown }): GeoPoint | null {
  const latitude = degrees(place.latitude);
  const longitude = degrees(place.longitude);
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

/** Kilometres from a point to a candidate, or null when the candidate's place is not known. */
export function distanceTo(from: GeoPoint, candidate: Candidate): number | null {
  const to = readPoint(candidate);
  if (!to) return null;
  const result = distanceKm(from, to);
  return Number.isFinite(result) ? result : null;
}
