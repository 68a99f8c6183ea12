// POST /v1/load_latency_rules and /v1/load_latency_country_rules: each replaces its table (REST specification, section 10).
import { ConductorError } from '../../domain/errors.ts';
import { isJsonObject, type JsonObject, own } from '../../lib/json.ts';
import { jsonBodyOf, writing } from '../route-call.ts';
import type { RouteAnswer, RouteCall, RouteHandler } from '../types.ts';

const LOADED: RouteAnswer = { status: 201, body: 'OK' };

export const loadRegions: RouteHandler = async (call) => {
  const rows = rowsOf(call).map((row) => ({ group: own(row, 'group'), countries: textOf(row, 'countries') }));
  await call.services.latency.loadRegions(writing(call).scope, rows);
  return LOADED;
};

export const loadCountryRules: RouteHandler = async (call) => {
  const rows = rowsOf(call).map((row) => ({ country: own(row, 'country_name'), groups: textOf(row, 'groups') }));
  await call.services.latency.loadCountries(writing(call).scope, rows);
  return LOADED;
};

function rowsOf(call: RouteCall): readonly JsonObject[] {
  const body = jsonBodyOf(call);
  if (!Array.isArray(body)) throw new ConductorError('BAD_REQUEST', 'The request body must be a list of rows.');
  return body.map((row: unknown, at) => {
    if (!isJsonObject(row)) throw new ConductorError('BAD_REQUEST', `Row ${at + 1} must be an object.`);
    return row;
  });
}

/** REST rows hold texts only; what is none is refused with the others' rules. */
function textOf(row: JsonObject, field: string): unknown {
  const value = own(row, field);
  return typeof value === 'string' ? value : undefined;
}
