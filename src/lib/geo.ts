// Great-circle distance (haversine, sphere of radius 6371.0 km), as the homing rules define it.

const EARTH_RADIUS_KM = 6371.0;
const RAD = Math.PI / 180;

export interface GeoPoint {
  /** Degrees, −90 to 90. */
  readonly latitude: number;
  /** Degrees, −180 to 180. */
  readonly longitude: number;
}

/** Kilometres between two points; exactly 0 for equal coordinates. */
export function distanceKm(a: GeoPoint, b: GeoPoint): number {
  if (a.latitude === b.latitude && a.longitude === b.longitude) return 0;
  const dLat = (b.latitude - a.latitude) * RAD;
  const dLon = (b.longitude - a.longitude) * RAD;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.latitude * RAD) * Math.cos(b.latitude * RAD) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Reads a coordinate given as number or numeric text; null when it is neither finite nor within ±`limit`. */
export function coordinate(value: unknown, limit: 90 | 180): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || Math.abs(number) > limit) return null;
  return number;
}

/** The point of an object with `latitude` and `longitude` (numbers or numeric text), or null. */
export function pointOf(place: { readonly latitude?: unknown; readonly longitude?: unknown }): GeoPoint | null {
  const latitude = coordinate(place.latitude, 90);
  const longitude = coordinate(place.longitude, 180);
  return latitude === null || longitude === null ? null : { latitude, longitude };
}
