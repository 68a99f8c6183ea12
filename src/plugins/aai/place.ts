// The part of a candidate that says where it is: fields of the cloud region's or host's complex.
import { coordinate } from '../../lib/geo.ts';
import { type JsonValue, own } from '../../lib/json.ts';
import { complexes } from './loaders.ts';
import { type Entity, filled, text } from './wire.ts';

export interface PlaceFields {
  readonly physical_location_id: string;
  readonly complex_name: string;
  /** As the inventory gives them (text or number), already known to be readable. */
  readonly latitude: string | number;
  readonly longitude: string | number;
  readonly state: string | null;
  readonly country: string;
  readonly city: string;
  readonly region: string | null;
}

/** Candidate fields of a complex, in candidate order; or the name of a field without which it cannot be homed to. */
export function placeFields(complex: Entity, id: string | null = complexes.answers(complex)): PlaceFields | string {
  const { object } = complex;
  const complexName = text(own(object, 'complex-name'));
  const country = text(own(object, 'country'));
  const city = text(own(object, 'city'));
  const latitude = readable(own(object, 'latitude'), 90);
  const longitude = readable(own(object, 'longitude'), 180);
  if (id === null) return 'physical-location-id';
  if (complexName === null) return 'complex-name';
  if (country === null) return 'country';
  if (city === null) return 'city';
  if (latitude === null) return 'latitude';
  if (longitude === null) return 'longitude';
  return {
    physical_location_id: id,
    complex_name: complexName,
    latitude,
    longitude,
    state: text(own(object, 'state')),
    country,
    city,
    region: text(own(object, 'region')),
  };
}

/** Latitude, longitude and country of a complex, for customer locations; null without readable coordinates. */
export function coordinatesOf({
  object,
}: Entity): { latitude: string | number; longitude: string | number; country: string | null } | null {
  const latitude = readable(own(object, 'latitude'), 90);
  const longitude = readable(own(object, 'longitude'), 180);
  if (latitude === null || longitude === null) return null;
  return { latitude, longitude, country: filled(own(object, 'country')) };
}

function readable(value: JsonValue | undefined, limit: 90 | 180): string | number | null {
  if (coordinate(value, limit) === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
