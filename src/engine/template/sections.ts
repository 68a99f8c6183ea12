// The sections of a template: version, types, and the structure that names one section's entries in another.
// The order of checks is the reference's, so that the first issue is the text REST clients know.
import { TEMPLATE_VERSIONS } from '../../domain/template.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import type { FunctionResolver } from './functions.ts';
import { type IssueList, keyPath } from './issues.ts';
import { isFalsy, pythonRepr, pythonStr } from './python-text.ts';
import type { TemplateFamily, TemplateNames, TemplateVersion } from './types.ts';

/** Sections with functions resolved; null: the section is broken (an issue says so) and is not looked into. */
export interface Sections {
  readonly parameters: JsonObject | null;
  readonly locations: JsonObject | null;
  readonly demands: JsonObject | null;
  readonly constraints: JsonObject | null;
  readonly optimization: JsonObject | null;
  readonly reservation: JsonObject | null;
  /** Opt-in; undefined: not given. Its own parser looks at its type. */
  readonly stability: JsonValue | undefined;
  /** The key it was given under: `reservation`, as the reference reads it, or `reservations`, as its documents say. */
  readonly reservationKey: 'reservation' | 'reservations';
}

const LOCATION_KEYS: ReadonlySet<string> = new Set(['latitude', 'longitude', 'host_name', 'clli_code', 'country']);
const CONSTRAINT_KEYS: ReadonlySet<string> = new Set(['type', 'demands', 'properties', 'soft']);

/** Path of the version; its text is reported in a form of its own. */
export const VERSION_PATH = 'homing_template_version';

/** The version and its family, or null after an issue. */
export function readVersion(
  template: JsonObject,
  issues: IssueList,
): { readonly version: TemplateVersion; readonly family: TemplateFamily } | null {
  const given = own(template, VERSION_PATH);
  const version = TEMPLATE_VERSIONS.find((known) => known === given);
  if (version !== undefined) return { version, family: version === '2020-08-13' ? 'GENERIC' : 'BASE' };
  issues.add(VERSION_PATH, `conductor_template_version must be one of: ${TEMPLATE_VERSIONS.join(', ')}`);
  return null;
}

/** Copies the sections, resolves their functions and checks their types and structure. */
export function readSections(
  template: JsonObject,
  resolverFor: (parameters: JsonObject | null) => FunctionResolver,
  issues: IssueList,
): { readonly sections: Sections; readonly names: TemplateNames; readonly resolver: FunctionResolver } {
  const reservationKey = Object.hasOwn(template, 'reservation') ? 'reservation' : 'reservations';
  const parameters = own(template, 'parameters') ?? (Object.hasOwn(template, 'parameters') ? null : {});
  const resolver = resolverFor(isJsonObject(parameters) ? parameters : null);
  const section = (key: string, name: string): JsonObject | null => {
    const given = Object.hasOwn(template, key) ? (own(template, key) ?? null) : {};
    const value = key === 'parameters' ? given : resolver.resolve(given, key);
    if (isJsonObject(value)) return value;
    issues.add(key, `${name} section must be a dictionary`);
    return null;
  };
  // Literal order: type checks and key checks interleave section by section.
  const checkedParameters = section('parameters', 'Parameter');
  const locations = section('locations', 'Location');
  checkKeys(locations, 'locations', 'Location', LOCATION_KEYS, issues);
  const demands = section('demands', 'Demand');
  const constraints = section('constraints', 'Constraint');
  checkKeys(constraints, 'constraints', 'Constraint', CONSTRAINT_KEYS, issues);
  const optimization = section('optimization', 'Optimization');
  const reservation = section(reservationKey, 'Reservation');
  const sections = {
    parameters: checkedParameters,
    locations,
    demands,
    constraints,
    optimization,
    reservation,
    stability: Object.hasOwn(template, 'stability')
      ? resolver.resolve(own(template, 'stability') ?? null, 'stability')
      : undefined,
    reservationKey,
  } as const;
  const names = namesOf(sections);
  checkReferences(sections, names, issues);
  return { sections, names, resolver };
}

function checkKeys(
  section: JsonObject | null,
  path: string,
  name: string,
  allowed: ReadonlySet<string>,
  issues: IssueList,
): void {
  for (const [entry, definition] of Object.entries(section ?? {})) {
    const place = keyPath(path, entry);
    if (!isJsonObject(definition)) {
      issues.add(place, `${name} ${entry} must be a dictionary`);
      continue;
    }
    for (const key of Object.keys(definition)) {
      if (!allowed.has(key)) issues.add(keyPath(place, key), `${name} ${entry} has an invalid key ${key}`);
    }
  }
}

/** Names other sections may use; broken sections have none, and references to them are then not checked. */
function namesOf(sections: Sections): TemplateNames {
  return {
    demands: new Set(Object.keys(sections.demands ?? {})),
    locations: new Set(Object.keys(sections.locations ?? {})),
  };
}

/** A list of names, or one name; null for anything else or an empty list. */
export function nameList(value: JsonValue | undefined): readonly string[] | null {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.length === 0) return null;
  const names = (value as readonly JsonValue[]).filter((item) => typeof item === 'string');
  return names.length === value.length ? [...new Set(names)] : null;
}

function checkReferences(sections: Sections, names: TemplateNames, issues: IssueList): void {
  for (const [name, constraint] of Object.entries(sections.constraints ?? {})) {
    if (!isJsonObject(constraint)) continue;
    // Names are only compared when the sections that declare them can be read.
    const known = sections.demands === null || sections.locations === null ? null : names;
    checkDemandList(name, own(constraint, 'demands'), known, issues);
    if (sections.locations === null) continue;
    checkLocationName(name, own(own(constraint, 'properties'), 'location'), names.locations, issues);
  }
}

function checkDemandList(
  name: string,
  value: JsonValue | undefined,
  names: TemplateNames | null,
  issues: IssueList,
): void {
  const path = keyPath(keyPath('constraints', name), 'demands');
  const demands = nameList(value);
  if (demands === null) {
    issues.add(path, `Demand list for Constraint ${name} must be a list of names or a string with one name`);
    return;
  }
  if (names === null) return;
  const unknown = demands.filter((demand) => !names.demands.has(demand) && !names.locations.has(demand));
  if (unknown.length > 0) issues.add(path, `Undefined Demand(s) ${pythonRepr(unknown)} in Constraint '${name}'`);
}

function checkLocationName(
  name: string,
  location: JsonValue | undefined,
  known: ReadonlySet<string>,
  issues: IssueList,
): void {
  if (location === undefined || isFalsy(location)) return;
  if (typeof location === 'string' && known.has(location)) return;
  issues.add(
    keyPath(keyPath(keyPath('constraints', name), 'properties'), 'location'),
    `Location ${pythonStr(location)} in Constraint ${name} is undefined`,
  );
}
