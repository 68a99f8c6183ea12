// The reservation section, split per demand (template.md section 9).
import type { Problem, ReservationEntry } from '../../domain/problem.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { type IssueList, keyPath } from './issues.ts';
import { uniqueKey } from './keys.ts';
import { pythonStr } from './python-text.ts';
import { nameList } from './sections.ts';

const NONE: Problem['reservation'] = { serviceModel: null, entries: [] };

/** A text member, null when absent; another type is an issue. */
function textMember(value: JsonValue | undefined, path: string, what: string, issues: IssueList): string | null {
  if (value === undefined || value === null || typeof value === 'string') return value ?? null;
  issues.add(path, `${what} must be a string, not ${pythonStr(value)}`);
  return null;
}

function objectMember(value: JsonValue | undefined, path: string, what: string, issues: IssueList): JsonObject {
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  issues.add(path, `${what} must be a dictionary`);
  return {};
}

function parseEntry(
  name: string,
  details: JsonObject,
  path: string,
  demands: ReadonlySet<string> | null,
  issues: IssueList,
): Omit<ReservationEntry, 'key'>[] {
  const propertiesPath = keyPath(path, 'properties');
  const properties = objectMember(
    own(details, 'properties'),
    propertiesPath,
    `Properties of reservation ${name}`,
    issues,
  );
  const type = textMember(own(details, 'type'), keyPath(path, 'type'), `Type of reservation ${name}`, issues);
  const controller = textMember(
    own(properties, 'controller'),
    keyPath(propertiesPath, 'controller'),
    `Controller of reservation ${name}`,
    issues,
  );
  const requestPath = keyPath(propertiesPath, 'request');
  const request = objectMember(own(properties, 'request'), requestPath, `Request of reservation ${name}`, issues);
  const given = own(details, 'demands');
  const names = Array.isArray(given) && given.length === 0 ? [] : nameList(given);
  if (names === null) {
    issues.add(
      keyPath(path, 'demands'),
      `Demand list for Reservation ${name} must be a list of names or a string with one name`,
    );
    return [];
  }
  for (const demand of names) {
    if (demands !== null && !demands.has(demand)) {
      issues.add(keyPath(path, 'demands'), `Demand ${demand} must be provided in demands section`);
    }
  }
  return names.map((demand) => ({ name, demand, type, controller, request }));
}

/** `demands` null: that section is broken, names are not checked against it. */
export function parseReservation(
  section: JsonObject | null,
  sectionPath: string,
  demands: ReadonlySet<string> | null,
  issues: IssueList,
): Problem['reservation'] {
  if (section === null) return NONE;
  const serviceModel = textMember(
    own(section, 'service_model'),
    keyPath(sectionPath, 'service_model'),
    'Service model of the reservation section',
    issues,
  );
  const candidatesPath = keyPath(sectionPath, 'service_candidates');
  const candidates = objectMember(
    own(section, 'service_candidates'),
    candidatesPath,
    'Service candidates of the reservation section',
    issues,
  );
  const entries: ReservationEntry[] = [];
  const taken = new Set<string>();
  for (const [name, details] of Object.entries(candidates)) {
    const path = keyPath(candidatesPath, name);
    if (!isJsonObject(details)) {
      issues.add(path, `Reservation ${name} must be a dictionary`);
      continue;
    }
    for (const entry of parseEntry(name, details, path, demands, issues)) {
      entries.push({ key: uniqueKey(`${name}_${entry.demand}`, taken), ...entry });
    }
  }
  return { serviceModel, entries };
}
