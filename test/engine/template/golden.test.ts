// The reference's recorded plans: what it refused while translating is refused with the same text, what it accepted is
// accepted; every difference is listed with its reason (numbers as in the list of deviations from the reference).
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseTemplate, planMessageOf } from '../../../src/engine/template/index.ts';
import type { JsonObject } from '../../../src/lib/json.ts';

interface Recorded {
  readonly area: string;
  readonly flags: readonly string[];
  readonly request: { readonly template: JsonObject };
  readonly plan: { readonly status: string; readonly message?: string | readonly string[] } | null;
}

const DIR = new URL('../../golden/plans/', import.meta.url);

/** Found only by asking an inventory or by searching; tested there. */
const NEEDS_INVENTORY = new Set([
  'dem_no_candidates_found',
  'dem_required_not_found',
  'excl_all',
  'restrict_region_unknown',
  'svc_unknown_customer',
  'loc_clli_no_latitude.aai',
  'loc_clli_unknown.aai',
]);

const AT_LEAST_TWO = "Constraint 'c' needs at least two demands";
const LIST_FORM = 'Requirements of demand vG must be provided in list form';
const PRODUCT =
  "Optimization products must include at least one 'distance_between' function call and one optional number to be used as a weight.";
const EXCLUSIVE = 'Required candidate list and excluded candidate list are not mutually exclusive for demand vG';
const zone = (category: string) =>
  `Zone category '${category}' in constraint named 'z' needs the option [solver] zone_${category}, the candidate field that holds it (usable here: ['region', 'complex', 'country'])`;
const schema = (message: string) => `Optimization object is not valid. Validation error: ${message}`;
const degrees = (value: string) => `Location cust has an invalid latitude ${value} (degrees from -90 to 90)`;

/** Plan → [reason, our message; null: accepted]. */
const DEVIATIONS: ReadonlyMap<string, readonly [string, string | null]> = new Map([
  ['c_dist_eq', ['T14 zero is a value', null]],
  ['c_dist_err_zero', ['T14 zero is a value', null]],
  ['c_dist_err_glued', ['T17 blanks are optional', null]],
  ['c_dist_err_time_unit', ['T16 foreign unit refused cleanly', "Unknown part 'ms' in expression '< 5 ms'"]],
  ['c_dbd_one_demand', ['crash with an empty text', AT_LEAST_TWO]],
  [
    'c_thr_bad_operator',
    [
      'unknown operator refused at validation',
      "Property 'operator' value '<' unsupported in constraint named 't' (must be one of ['gte', 'lte', 'lt', 'gt', 'eq'])",
    ],
  ],
  ['c_zone_different_disaster', ['S13', zone('disaster')]],
  ['c_zone_same_maintenance', ['S13', zone('maintenance')]],
  ['c_zone_same_time', ['S13', zone('time')]],
  ['c_vimfit_no_request', ['crash while solving', "Required property 'request' not found in constraint named 'v'"]],
  ['dem_dict_not_list', ['T6 names the demand', LIST_FORM]],
  ['dem_string', ['T6 names the demand', LIST_FORM]],
  ['gen_empty_operands', ['crash while solving', schema('[] should be non-empty')]],
  ['gen_err_bad_location', ['T19', 'zz is not a valid location name']],
  ['gen_norm_zero_span', ['crash while solving', 'Optimization normalization start and end must differ, both are 5']],
  ['inline_no_type', ['T7 explicit candidates need no inventory', null]],
  ['loc_lat_text', ['crash while solving', degrees('abc')]],
  ['loc_out_of_range', ['no place on earth', degrees('95')]],
  ['obj_cost', ['S22 the function exists, and can be asked for', null]],
  ['obj_latency_between', ['T11', PRODUCT]],
  ['obj_latency_between.aai', ['T11', PRODUCT]],
  ['opt_err_unknown_operand', ['T11', PRODUCT]],
  ['req_and_excl_disjoint_lists', ['T8 (the lists do share an id)', EXCLUSIVE]],
  ['req_and_excl_overlap_lists', ['T8', EXCLUSIVE]],
  ['req_candidates_string_id', ['T8 one id may stand for a list', null]],
  ['tpl_constraint_null', ['crash', 'Constraint c must be a dictionary']],
  ['tpl_location_not_dict', ['crash', 'Location cust must be a dictionary']],
]);

/** What REST shows as `message`; null when the template is valid. */
function refusal(template: JsonObject): string | readonly string[] | null {
  try {
    parseTemplate({ template, files: {} });
    return null;
  } catch (error) {
    const { message, messageForm } = planMessageOf(error);
    return messageForm === 'list' ? [message] : message;
  }
}

/** Failed while translating: a list, or the text of the one exception; later failures name the plan. */
function refusedByTranslation({ plan, flags }: Recorded): boolean {
  if (plan?.status !== 'error' || flags.includes('CRASH')) return false;
  return Array.isArray(plan.message) || String(plan.message).startsWith('An exception of type TranslatorException');
}

const cases = readdirSync(DIR)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -5))
  .map((name) => ({ name, recorded: JSON.parse(readFileSync(new URL(`${name}.json`, DIR), 'utf8')) as Recorded }))
  .filter(({ name, recorded }) => recorded.plan !== null && !NEEDS_INVENTORY.has(name));

test.each(cases)('$name is judged as recorded, or as the list of deviations says', ({ name, recorded }) => {
  const ours = refusal(recorded.request.template);
  const deviation = DEVIATIONS.get(name);
  if (deviation !== undefined) {
    expect(ours).toEqual(deviation[1] === null ? null : [deviation[1]]);
  } else {
    expect(ours).toEqual(refusedByTranslation(recorded) ? recorded.plan?.message : null);
  }
});

test('the recordings are there', () => {
  expect(cases.length).toBeGreaterThan(230);
});
