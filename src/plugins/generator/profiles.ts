// Candidates of one `slice_profiles` requirement: combinations of subnet values whose aggregate satisfies the service profile.
// Works in short spells, so that other requests of the process are served meanwhile.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candidate } from '../../domain/candidate.ts';
import { TemplateInvalidError } from '../../domain/errors.ts';
import type { CallContext, DemandResolution } from '../../domain/ports.ts';
import type { Requirement } from '../../domain/template.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { aggregate, satisfies } from './aggregate.ts';
import { combinations } from './combinations.ts';
import type { ProfileSpec, Values } from './spec.ts';

export interface ProfileOptions {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Milliseconds of work after which others get their turn, looked at every so many combinations. */
const SPELL_MS = 5;
const LOOK_EVERY = 64;

/** Fields of all candidates of a demand: what memory and the store can bear. */
const MAX_FIELDS = 5_000_000;

const COST = 1;
const IDENTITY = new Set(['candidate_id', 'inventory_provider', 'inventory_type', 'uniqueness']);

/** What holds for every combination of a requirement. */
interface Layout {
  readonly spec: ProfileSpec;
  /** Aggregated attributes with the positions of their values in a combination. */
  readonly aggregated: readonly { readonly attribute: string; readonly positions: readonly number[] }[];
  /** Names of the subnets' own fields, by position. */
  readonly fields: readonly string[];
  /** Fields of one candidate, about. */
  readonly width: number;
}

/** `values` stand beside `spec.attributes`. Throws the reason of an aborted signal. */
export async function resolveProfiles(
  spec: ProfileSpec,
  values: readonly Values[],
  options: ProfileOptions,
  ctx: CallContext,
): Promise<DemandResolution> {
  const layout = layoutOf(spec);
  const unknown = spec.checks.find(
    (check) => !layout.aggregated.some(({ attribute }) => attribute === check.attribute),
  );
  if (unknown) {
    const reason = `service_profile asks for ${unknown.attribute}, which no subnet has`;
    return { candidates: [], dropped: [{ candidate_id: '', location_id: null, reason }] };
  }
  const candidates: Candidate[] = [];
  let spellEnds = options.clock.monotonic() + SPELL_MS;
  let seen = 0;
  for (const combination of combinations(values)) {
    seen += 1;
    if (seen % LOOK_EVERY === 0 && options.clock.monotonic() >= spellEnds) {
      await nextTurn();
      ctx.signal?.throwIfAborted();
      spellEnds = options.clock.monotonic() + SPELL_MS;
    }
    const whole = aggregatedOf(layout, combination);
    if (spec.checks.every((check) => satisfies(check, whole.get(check.attribute)))) {
      candidates.push(candidateOf(layout, combination, whole, options.ids));
      if (candidates.length * layout.width > MAX_FIELDS) throw tooLarge(spec, candidates.length);
    }
  }
  return { candidates, dropped: [] };
}

function layoutOf(spec: ProfileSpec): Layout {
  const positions = new Map<string, number[]>();
  for (const [index, { attribute }] of spec.attributes.entries()) {
    const list = positions.get(attribute);
    if (list) list.push(index);
    else positions.set(attribute, [index]);
  }
  return {
    spec,
    aggregated: [...positions].map(([attribute, list]) => ({ attribute, positions: list })),
    fields: spec.attributes.map(({ subnet, attribute }) => `${subnet}_${attribute}`),
    width: positions.size + spec.attributes.length,
  };
}

function tooLarge({ request }: ProfileSpec, made: number): TemplateInvalidError {
  const message =
    `Demand ${request.demand} has more than ${made} slice profiles of so many attributes; ` +
    `all their fields together must stay below ${MAX_FIELDS}`;
  return new TemplateInvalidError([{ path: `demands > ${request.demand} > filtering_attributes`, message }]);
}

function aggregatedOf({ aggregated }: Layout, combination: readonly JsonValue[]): ReadonlyMap<string, JsonValue> {
  return new Map(
    aggregated.map(({ attribute, positions }) => [
      attribute,
      aggregate(
        attribute,
        positions.map((position) => combination[position] ?? null),
      ),
    ]),
  );
}

function candidateOf(
  { spec, fields }: Layout,
  combination: readonly JsonValue[],
  whole: ReadonlyMap<string, JsonValue>,
  ids: Ids,
): Candidate {
  const { requirement } = spec.request;
  const core = {
    candidate_id: ids.uuid(),
    ...(requirement.serviceResourceId ? { service_resource_id: requirement.serviceResourceId } : {}),
    inventory_provider: 'generator',
    inventory_type: 'slice_profiles',
    uniqueness: requirement.unique,
    cost: COST,
  };
  const out = new Map<string, JsonValue>(Object.entries(core));
  const set = (name: string, value: JsonValue) => {
    const usable = name === 'cost' ? typeof value === 'number' : !IDENTITY.has(name);
    if (usable && value !== null) out.set(name, value);
  };
  set('coverage_area', spec.coverageArea);
  for (const [name, value] of whole) set(name, value);
  for (const [position, name] of fields.entries()) set(name, combination[position] ?? null);
  for (const [name, value] of Object.entries(defaultsOf(requirement))) set(name, value);
  return { ...Object.fromEntries(out), ...core, cost: Number(out.get('cost')) };
}

/**
 * As given, and under the name that A&AI's slices carry the same value by (`creation-cost` as `creation_cost`): objectives over
 * both kinds of candidates name the latter.
 */
function defaultsOf({ defaultAttributes }: Requirement): JsonObject {
  const given = defaultAttributes ?? {};
  const alike = Object.entries(given).map(([name, value]) => [name.replaceAll('-', '_').toLowerCase(), value] as const);
  return { ...Object.fromEntries(alike.filter(([name]) => !Object.hasOwn(given, name))), ...given };
}
