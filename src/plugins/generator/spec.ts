// The `filtering_attributes` of a `slice_profiles` requirement, read and checked: which values each attribute of each subnet may
// take, and what the whole must satisfy. Nothing is listed here that could be long; values are counted and made on demand.
import { type Issue, TemplateInvalidError } from '../../domain/errors.ts';
import type { DemandRequest } from '../../domain/ports.ts';
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { number } from '../aai/wire.ts';
import { DERIVATIONS, type Derivation } from './derive.ts';

/** The values of one attribute: a number of them, each made when it is asked for. */
export interface Values {
  readonly count: number;
  at(index: number): JsonValue;
}

export interface SubnetAttribute {
  readonly subnet: string;
  readonly attribute: string;
  /** A derivation always gives exactly one value, known only after an upstream system was asked. */
  readonly values: Values | Derivation;
}

export type Operator = 'gte' | 'lte' | 'eq';

export interface Check {
  readonly attribute: string;
  readonly operator: Operator;
  readonly value: JsonValue;
}

export interface ProfileSpec {
  readonly request: DemandRequest;
  /** In template order: the first varies slowest. */
  readonly attributes: readonly SubnetAttribute[];
  readonly checks: readonly Check[];
  /** `service_profile.coverage_area`, which candidates carry on; null when not given. */
  readonly coverageArea: JsonValue;
}

/** Where a problem is, in the words of the template. */
interface Place {
  readonly demand: string;
  readonly path: string;
}

/** Throws TemplateInvalidError naming demand and place. */
export function readSpec(request: DemandRequest): ProfileSpec {
  const { demand, requirement } = request;
  const filters = requirement.filteringAttributes;
  const place = { demand, path: 'filtering_attributes' };
  return {
    request,
    attributes: readSubnets(own(filters, 'subnets'), at(place, 'subnets')),
    ...readProfile(own(filters, 'service_profile'), at(place, 'service_profile')),
  };
}

function at({ demand, path }: Place, key: string): Place {
  return { demand, path: `${path} > ${key}` };
}

function invalid({ demand, path }: Place, problem: string): TemplateInvalidError {
  const issue: Issue = { path: `demands > ${demand} > ${path}`, message: `Demand ${demand}: ${path} ${problem}` };
  return new TemplateInvalidError([issue]);
}

/** Attributes of all subnets together; a real profile has some sixty. */
const MAX_ATTRIBUTES = 500;

function readSubnets(value: JsonValue | undefined, place: Place): readonly SubnetAttribute[] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) throw invalid(place, 'must name at least one subnet');
  const count = Object.values(value).reduce<number>((sum, item) => sum + Object.keys(item ?? {}).length, 0);
  if (count > MAX_ATTRIBUTES) throw invalid(place, `must not have more than ${MAX_ATTRIBUTES} attributes in all`);
  return Object.entries(value).flatMap(([subnet, attributes]) => {
    const here = at(place, subnet);
    if (!isJsonObject(attributes)) throw invalid(here, 'must be an object of attributes');
    return Object.entries(attributes).map(([attribute, spec]) => ({
      subnet,
      attribute,
      values: readValues(spec, at(here, attribute)),
    }));
  });
}

/** A list, `{values}`, `{derive_from}`, or `{min, max, steps}`, in this order. */
function readValues(spec: JsonValue, place: Place): Values | Derivation {
  if (Array.isArray(spec)) return listed(spec);
  if (!isJsonObject(spec)) throw invalid(place, 'must be an object with values, derive_from, or min and max');
  const values = own(spec, 'values');
  if (Array.isArray(values) && values.length > 0) return listed(values);
  const derived = own(spec, 'derive_from');
  if (derived !== undefined && derived !== null) return derivation(derived, at(place, 'derive_from'));
  return range(spec, place);
}

/** A value given twice would give each candidate twice. */
function listed(values: readonly JsonValue[]): Values {
  const distinct = [...new Map(values.map((value) => [canonicalJson(value), value])).values()];
  return { count: distinct.length, at: (index) => distinct[index] ?? null };
}

/** Only what stands in the table can be asked for: the name is looked up, never run. */
function derivation(value: JsonValue, place: Place): Derivation {
  const method = own(value, 'method');
  const make = typeof method === 'string' ? DERIVATIONS.get(method) : undefined;
  if (!make) throw invalid(at(place, 'method'), `must be one of ${[...DERIVATIONS.keys()].join(', ')}`);
  const made = make(own(value, 'args'));
  if (typeof made === 'string') throw invalid(at(place, 'args'), made);
  return made;
}

/** `min` (default 1), `min + steps`, … below `max`. */
function range(spec: JsonObject, place: Place): Values {
  const min = bound(spec, 'min', 1, place);
  const steps = bound(spec, 'steps', 1, place);
  const max = bound(spec, 'max', null, place);
  if (steps <= 0) throw invalid(at(place, 'steps'), 'must be above 0');
  const count = Math.max(0, Math.ceil((max - min) / steps));
  return { count, at: (index) => min + index * steps };
}

function bound(spec: JsonObject, key: string, otherwise: number | null, place: Place): number {
  const value = own(spec, key) ?? otherwise;
  const read = value === null ? null : number(value);
  if (read === null) throw invalid(at(place, key), 'must be a number');
  return read;
}

function readProfile(
  value: JsonValue | undefined,
  place: Place,
): { readonly checks: readonly Check[]; readonly coverageArea: JsonValue } {
  if (value === undefined || value === null) return { checks: [], coverageArea: null };
  if (!isJsonObject(value)) throw invalid(place, 'must be an object of attributes');
  const coverageArea = own(own(value, 'coverage_area'), 'value') ?? null;
  const checks = Object.entries(value)
    .filter(([attribute]) => attribute !== 'coverage_area')
    .flatMap(([attribute, spec]) => readCheck(attribute, spec, at(place, attribute)));
  return { checks, coverageArea };
}

/** A requirement without a value (a parameter that was not given) requires nothing. */
function readCheck(attribute: string, spec: JsonValue, place: Place): readonly Check[] {
  const operator = own(spec, 'operator');
  if (operator !== 'gte' && operator !== 'lte' && operator !== 'eq') {
    throw invalid(at(place, 'operator'), 'must be one of gte, lte, eq');
  }
  const value = own(spec, 'value') ?? null;
  if (operator !== 'eq' && value !== null && number(value) === null) {
    throw invalid(at(place, 'value'), `must be a number for ${operator}`);
  }
  return value === null ? [] : [{ attribute, operator, value }];
}
