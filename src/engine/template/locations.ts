// Locations: coordinates as given, or a host name or CLLI code for the inventory to resolve (template.md section 4).
import type { LocationSpec } from '../../domain/template.ts';
import { coordinate } from '../../lib/geo.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { type IssueList, keyPath } from './issues.ts';
import { pythonStr } from './python-text.ts';

/** Zero is a coordinate; absent, null and empty text are not. */
function given(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null && value !== '';
}

function degrees(
  location: JsonObject,
  key: 'latitude' | 'longitude',
  name: string,
  issues: IssueList,
): string | number | null {
  const value = own(location, key);
  const usable = typeof value === 'string' || typeof value === 'number' ? value : null;
  const limit = key === 'latitude' ? 90 : 180;
  if (usable !== null && coordinate(usable, limit) !== null) return usable;
  issues.add(
    keyPath(keyPath('locations', name), key),
    `Location ${name} has an invalid ${key} ${pythonStr(value)} (degrees from -${limit} to ${limit})`,
  );
  return null;
}

function coordinates(name: string, location: JsonObject, issues: IssueList): LocationSpec | null {
  const latitude = degrees(location, 'latitude', name, issues);
  const longitude = degrees(location, 'longitude', name, issues);
  const country = own(location, 'country') ?? null;
  if (country !== null && typeof country !== 'string') {
    issues.add(
      keyPath(keyPath('locations', name), 'country'),
      `Location ${name} has an invalid country ${pythonStr(country)}`,
    );
    return null;
  }
  if (latitude === null || longitude === null) return null;
  return { name, kind: 'coordinates', latitude, longitude, country: country === '' ? null : country };
}

function lookUp(name: string, location: JsonObject, issues: IssueList): LocationSpec | null {
  const path = keyPath('locations', name);
  for (const key of ['host_name', 'clli_code'] as const) {
    const value = own(location, key);
    if (!given(value)) continue;
    if (typeof value !== 'string') {
      issues.add(keyPath(path, key), `Location ${name} has an invalid ${key} ${pythonStr(value)}`);
      return null;
    }
    return key === 'host_name' ? { name, kind: key, hostName: value } : { name, kind: key, clliCode: value };
  }
  issues.add(path, `Unable to resolve location ${name}`);
  return null;
}

/** Locations in template order; those with an issue are left out. */
export function parseLocations(section: JsonObject | null, issues: IssueList): readonly LocationSpec[] {
  const out: LocationSpec[] = [];
  for (const [name, location] of Object.entries(section ?? {})) {
    if (!isJsonObject(location)) continue;
    const direct = given(own(location, 'latitude')) && given(own(location, 'longitude'));
    const spec = direct ? coordinates(name, location, issues) : lookUp(name, location, issues);
    if (spec !== null) out.push(spec);
  }
  return out;
}
