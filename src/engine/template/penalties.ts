// The opt-in keys that OOF-HAS does not have: `soft` in a constraint and the section `stability`. Both give a cost in the
// objective's own unit (docs/template-extensions.md).
import type { Stability } from '../../domain/problem.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { type IssueList, keyPath } from './issues.ts';
import { pythonStr } from './python-text.ts';

/** Beyond it, what is weighed against the cost would drown in rounding. */
const MOST = 1e12;
const COST = `must be a number from 0 to ${MOST}`;

/** A number or numeric text in range, as parameters may give it; null for anything else. */
function costOf(value: JsonValue | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= MOST ? number : null;
}

function refuseUnknown(given: JsonObject, known: readonly string[], path: string, what: string, issues: IssueList) {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) issues.add(keyPath(path, key), `${what} has an invalid key ${key}`);
  }
}

/** The key `soft` of a constraint at `path`; null when it has none, or after an issue. */
export function parseSoft(
  constraint: JsonObject,
  name: string,
  path: string,
  issues: IssueList,
): { readonly weight: number } | null {
  const given = own(constraint, 'soft');
  if (given === undefined) return null;
  const place = keyPath(path, 'soft');
  const what = `Key 'soft' of constraint named '${name}'`;
  if (!isJsonObject(given)) {
    issues.add(place, `${what} must be a dictionary with the key weight`);
    return null;
  }
  refuseUnknown(given, ['weight'], place, what, issues);
  const weight = costOf(own(given, 'weight'));
  if (weight === null) issues.add(keyPath(place, 'weight'), `Weight of ${what.toLowerCase()} ${COST}`);
  return weight === null ? null : { weight };
}

/**
 * The section `stability` of a template, functions resolved; null when it has none, or after issues. `demands`: names that it
 * may use; null when their section is broken, names are then not checked.
 */
export function parseStability(
  given: JsonValue | undefined,
  demands: ReadonlySet<string> | null,
  issues: IssueList,
): Stability | null {
  if (given === undefined) return null;
  const path = 'stability';
  if (!isJsonObject(given)) {
    issues.add(path, 'Stability section must be a dictionary');
    return null;
  }
  refuseUnknown(given, ['placement', 'moving_cost'], path, 'Stability section', issues);
  const usual = own(given, 'moving_cost');
  if (usual !== undefined && costOf(usual) === null)
    issues.add(keyPath(path, 'moving_cost'), `Moving cost in stability ${COST}`);
  const placement = own(given, 'placement');
  if (!isJsonObject(placement)) {
    issues.add(
      keyPath(path, 'placement'),
      'Placement in stability must be a dictionary of demands and their candidate ids',
    );
    return null;
  }
  const entries = Object.entries(placement).flatMap(([demand, value]) => {
    const at = keyPath(keyPath(path, 'placement'), demand);
    if (demands?.has(demand) === false) issues.add(at, `Demand ${demand} in stability is undefined`);
    return placeOf(demand, value, usual, at, issues) ?? [];
  });
  return { placement: entries };
}

/** A candidate id, or a dictionary of one and a moving cost of its own. */
function placeOf(
  demand: string,
  value: JsonValue,
  usual: JsonValue | undefined,
  path: string,
  issues: IssueList,
): Stability['placement'][number] | null {
  const long = isJsonObject(value);
  if (long) refuseUnknown(value, ['candidate', 'moving_cost'], path, `Stability of demand ${demand}`, issues);
  const candidateId = long ? own(value, 'candidate') : value;
  const named = typeof candidateId === 'string' && candidateId !== '';
  if (!named) {
    issues.add(long ? keyPath(path, 'candidate') : path, `Stability of demand ${demand} must name a candidate id`);
  }
  const particular = long ? own(value, 'moving_cost') : undefined;
  const given = particular ?? usual;
  if (given === undefined)
    issues.add(path, `Stability of demand ${demand} needs a moving_cost, here or for all demands`);
  if (particular !== undefined && costOf(particular) === null) {
    issues.add(keyPath(path, 'moving_cost'), `Moving cost of demand ${demand} ${COST}, not '${pythonStr(particular)}'`);
  }
  const movingCost = costOf(given);
  return named && movingCost !== null ? { demand, candidateId, movingCost } : null;
}
