// Recorded plans that are answered otherwise on purpose, or better: what must come out instead, and the entry of
// docs/compatibility.md that says so. A recording is never merely excused: each line is checked.
import type { Picks } from './records.ts';

export type Expected =
  /** Ends in `error` with this message, in the one-element list that clients know. */
  | { readonly error: string }
  /** Ends in `error` after its attempts, with this text; `{plan_id}` stands for the id. */
  | { readonly failed: string }
  /** Refused at the door with 400 and this explanation. */
  | { readonly refused: string }
  /** Answered as that other recording is. */
  | { readonly like: string }
  /** Ends in `not found` with the usual message, and this text behind it. */
  | { readonly notFound: true; readonly because?: string }
  /** `done` with these candidates; where the record has recommendations too, each is as good as recorded or better. */
  | { readonly picks: readonly Picks[] }
  /** The same, and the first has a better objective value than the recorded one. */
  | { readonly better: readonly Picks[] };

/** Part of the first recommendation: demand → fields of `candidate` and `attributes`. */
export type Shows = Readonly<
  Record<string, { readonly candidate?: Readonly<object>; readonly attributes?: Readonly<object> }>
>;

export interface Deviation {
  readonly entry: string;
  readonly expect: Expected;
  readonly shows?: Shows;
  readonly why: string;
}

const GENERATOR = 'the second provider lacked the operation; a provider is asked for what it has';
const GREEDY = 'the best pair is found; placing demand after demand misses it';
const RESERVED = 'the plug-in lacked the operation and the worker died';
const CRASHED = 'crashed while translating; the place is named now';
const NO_RULES = 'without rules for a country nothing is near enough; the reference crashed';
const zone = (category: string): Deviation => ({
  entry: 'S13',
  expect: {
    error: `Zone category '${category}' in constraint named 'z' needs the option [solver] zone_${category}, the candidate field that holds it (usable here: ['region', 'complex', 'country'])`,
  },
  why: 'no inventory tells such zones by itself: "same" was always true, "different" never',
});
const withoutRules: Expected = {
  notFound: true,
  because: ": No '*' wild card entry found in country latency table. No solution will be provided",
};
const twin = (name: string): Deviation => ({ entry: 'I1', expect: { like: `${name}.aai` }, why: GENERATOR });
const NUMBER = 'num_solution must be a number from 1 in digits, or the word all.';
const PRODUCT =
  "Optimization products must include at least one 'distance_between' function call and one optional number to be used as a weight.";
const LIST_FORM = 'Requirements of demand vG must be provided in list form';
const EXCLUSIVE = 'Required candidate list and excluded candidate list are not mutually exclusive for demand vG';
const degrees = (value: string) => `Location cust has an invalid latitude ${value} (degrees from -90 to 90)`;
const both = (id: string): Picks => ({ vG: id, vB: id });

const CONSTRAINTS: Readonly<Record<string, Deviation>> = {
  c_attr_network_roles_all: twin('c_attr_network_roles_all'),
  c_attr_network_roles_all_unknown: twin('c_attr_network_roles_all_unknown'),
  c_attr_network_roles_unknown: twin('c_attr_network_roles_unknown'),
  c_attr_replication_role: twin('c_attr_replication_role'),
  c_zone_country_location_different: twin('c_zone_country_location_different'),
  c_invgroup: twin('c_invgroup'),
  c_invgroup_weighted: { entry: 'I1', expect: { picks: [{ vG: 'svc-0003', vB: 'svc-0008' }] }, why: GENERATOR },
  'c_invgroup_weighted.aai': {
    entry: 'X7',
    expect: { better: [{ vG: 'svc-0003', vB: 'svc-0008' }] },
    why: 'the pair with the lowest sum is found; the one that begins best was taken',
  },
  c_invgroup_cloud: { entry: 'I1', expect: { notFound: true }, why: GENERATOR },
  'c_invgroup_cloud.aai': {
    entry: 'S23',
    expect: { notFound: true },
    why: 'regions stand in no group; the triage row of the rollback was too large for the store',
  },
  c_dbd_impossible: {
    entry: 'S23',
    expect: { notFound: true },
    why: 'the triage row of the rollback was too large for the store',
  },
  c_dbd_one_demand: {
    entry: 'X1',
    expect: { error: "Constraint 'c' needs at least two demands" },
    why: 'failed while solving, with an empty text',
  },
  c_dist_eq: { entry: 'T14', expect: { notFound: true }, why: 'zero is a number; no site is at 0 km' },
  c_dist_err_zero: { entry: 'T14', expect: { notFound: true }, why: 'zero is a number; no site is nearer than 0 km' },
  c_dist_err_glued: { entry: 'T17', expect: { notFound: true }, why: 'blanks are optional; no site is within 5 km' },
  c_dist_err_time_unit: {
    entry: 'T16',
    expect: { error: "Unknown part 'ms' in expression '< 5 ms'" },
    why: 'a foreign unit is refused cleanly',
  },
  c_dist_range: { entry: 'S12', expect: { picks: [{ vG: 'nyc-1' }] }, why: 'a range could never match' },
  c_thr_bad_operator: {
    entry: 'X2',
    expect: {
      error:
        "Property 'operator' value '<' unsupported in constraint named 't' (must be one of ['gte', 'lte', 'lt', 'gt', 'eq'])",
    },
    why: 'an unknown operator crashed the search',
  },
  c_vimfit_error: {
    entry: 'X11',
    expect: {
      failed:
        'Tried 3 times. Plan {plan_id} is unable to solve: Demand vG: 0 of 12 candidates remain; vim_fit "v" could not judge 12 (MultiCloud cannot answer now: POST /v0/check_vim_capacity (500).)',
    },
    why: 'a MultiCloud that fails says nothing about room; every region counted as fit',
  },
  c_vimfit_no_request: {
    entry: 'X12',
    expect: { error: "Required property 'request' not found in constraint named 'v'" },
    why: 'crashed while solving',
  },
  c_vimfit_none: { entry: 'S14', expect: { notFound: true }, why: 'an empty answer means that none has room' },
  c_zone_different_disaster: zone('disaster'),
  c_zone_same_maintenance: zone('maintenance'),
  c_zone_same_time: zone('time'),
  c_zone_same_complex: { entry: 'X7', expect: { better: [both('fra-1')] }, why: GREEDY },
  c_zone_same_country: { entry: 'X7', expect: { better: [both('fra-1')] }, why: GREEDY },
  c_zone_same_region: { entry: 'X7', expect: { better: [both('fra-1')] }, why: GREEDY },
};

const HPA: Readonly<Record<string, Deviation>> = {
  hpa_mandatory: {
    entry: 'L9',
    expect: { like: 'hpa_mandatory_params' },
    why: 'a template without parameters killed the worker',
  },
  hpa_int_value: { entry: 'I21', expect: { like: 'hpa_mandatory_params' }, why: 'a number is as good as its digits' },
  hpa_err_directives_no_attributes: {
    entry: 'X15',
    expect: { picks: [{ vG: 'nyc-1' }] },
    shows: {
      vG: {
        attributes: {
          directives: {
            directives: [
              {
                id: 'vnfc1',
                type: 'vnfc',
                directives: [
                  {
                    type: 'flavor_directives',
                    attributes: [{ attribute_name: 'flavorId', attribute_value: 'fid-nyc-1-med' }],
                  },
                ],
              },
            ],
          },
        },
      },
    },
    why: 'a directive without attributes gets the id of the flavor alone; it crashed',
  },
  hpa_missing_attribute_in_flavor: {
    entry: 'I20',
    expect: { notFound: true },
    why: 'what no flavor has is not satisfied; it crashed',
  },
};

const OBJECTIVES: Readonly<Record<string, Deviation>> = {
  gen_empty_operands: {
    entry: 'X13',
    expect: { error: 'Optimization object is not valid. Validation error: [] should be non-empty' },
    why: 'crashed while solving; at least one operand is needed',
  },
  gen_norm_zero_span: {
    entry: 'X13',
    expect: { error: 'Optimization normalization start and end must differ, both are 5' },
    why: 'divided by zero while solving',
  },
  gen_err_bad_location: {
    entry: 'T19',
    expect: { error: 'zz is not a valid location name' },
    why: 'crashed while solving; the name is checked',
  },
  obj_cost: {
    entry: 'X14',
    expect: { picks: [{ vG: 'nyc-1' }] },
    why: 'the function was there and no template could reach it',
  },
  obj_hpa_score_only: {
    entry: 'S6',
    expect: { picks: [{ vG: 'nyc-1' }] },
    shows: {
      vG: {
        attributes: {
          directives: {
            directives: [
              {
                id: 'vnfc1',
                type: 'vnfc',
                directives: [
                  {
                    type: 'flavor_directives',
                    attributes: [
                      { attribute_name: 'lbl1', attribute_value: 'flavor-numa' },
                      { attribute_name: 'flavorId', attribute_value: 'fid-nyc-1-numa' },
                    ],
                  },
                ],
              },
            ],
          },
        },
      },
    },
    why: 'an objective without a distance crashed; the first region with the highest score wins',
  },
  gen_distance: { entry: 'S2', expect: { picks: [{ vG: 'nyc-1' }] }, why: 'distances crashed in generic objectives' },
  gen_latency: { entry: 'S2', expect: withoutRules, why: NO_RULES },
  gen_max_negative: {
    entry: 'S4',
    expect: { picks: [{ vG: 'nyc-1' }] },
    why: 'nothing below zero was ever chosen when maximising',
  },
  gen_max_missing_attr_weight: {
    entry: 'X6',
    expect: { notFound: true },
    why: 'a candidate without the attribute drops out; it crashed',
  },
  gen_missing_attr: {
    entry: 'X6',
    expect: { notFound: true },
    why: 'a candidate without the attribute drops out; it crashed',
  },
  obj_aic_version_and_dist: {
    entry: 'S5',
    expect: { picks: [{ vG: 'nyc-1' }] },
    why: 'of two regions equally near the newer one wins; the tie crashed',
  },
  obj_latency_between: {
    entry: 'T11',
    expect: { error: PRODUCT },
    why: 'this function is only known inside a product',
  },
  'obj_latency_between.aai': {
    entry: 'T11',
    expect: { error: PRODUCT },
    why: 'this function is only known inside a product',
  },
  obj_latency_between_product: { entry: 'S7', expect: withoutRules, why: NO_RULES },
  'obj_latency_between_product.aai': { entry: 'S7', expect: withoutRules, why: NO_RULES },
  opt_err_unknown_operand: { entry: 'T11', expect: { error: PRODUCT }, why: 'crashed while translating' },
};

const INVENTORY: Readonly<Record<string, Deviation>> = {
  loc_clli: twin('loc_clli'),
  loc_clli_no_latitude: twin('loc_clli_no_latitude'),
  loc_clli_unknown: twin('loc_clli_unknown'),
  conflict_identifier: {
    entry: 'I4',
    expect: { picks: [{ vG: 'nyc-1' }] },
    shows: { vG: { candidate: { conflict_id: 'e2e|nyc-1|' } } },
    why: 'a literal text in a conflict identifier crashed',
  },
  conflict_identifier_attr_only: {
    entry: 'R1',
    expect: { picks: [{ vG: 'nyc-1' }] },
    shows: { vG: { candidate: { conflict_id: 'nyc-1|OwnerA_nyc-1|' } } },
    why: 'on etcd no lock could be written, and the worker died',
  },
  nsi_basic: nsi(),
  'nsi_basic.aai': nsi(),
  nsi_second_level_filter: {
    entry: 'I17',
    expect: { picks: [{ s: 'prof-sp-2' }] },
    shows: {
      s: {
        candidate: { instance_id: 'nsi-3', uLThpt_difference: 2, dLThpt_difference: 2, ulthpt_difference: 2 },
      },
    },
    why: 'what one slice uses no longer shows up at another; unknown use is told in both spellings',
  },
  nssi_basic: {
    entry: 'I17',
    expect: { picks: [{ s: 'prof-slp-1' }] },
    shows: {
      s: { candidate: { instance_id: 'nssi-3', domain: 'TN_FH', uLThpt_difference: 10, dLThpt_difference: 10 } },
    },
    why: 'transport domains have room by definition, a test that never held',
  },
  transport_basic: {
    entry: 'I9',
    expect: { picks: [{ vG: 'tr-1' }] },
    shows: { vG: { attributes: { 'physical-location-id': 'NYCMNY54' } } },
    why: 'transport demands could not be resolved at all',
  },
  resv_adiod: { entry: 'I27', expect: { picks: [{ vG: 'nyc-1' }] }, why: RESERVED },
  'resv_adiod.aai': { entry: 'I27', expect: { picks: [{ vG: 'nyc-1' }] }, why: RESERVED },
  resv_dhv: { entry: 'I27', expect: { picks: [{ vG: 'nyc-1' }] }, why: RESERVED },
};

function nsi(): Deviation {
  return {
    entry: 'I17',
    expect: { picks: [{ s: 'prof-sp-1' }] },
    shows: { s: { candidate: { instance_id: 'nsi-1', latency: 17, uLThpt_difference: 60, dLThpt_difference: 60 } } },
    why: 'every slice became a copy of the last one, so the quickest was never seen',
  };
}

const LANGUAGE: Readonly<Record<string, Deviation>> = {
  dem_dict_not_list: {
    entry: 'T6',
    expect: { error: LIST_FORM },
    why: 'the keys of the requirement were read as requirements',
  },
  dem_string: { entry: 'T6', expect: { error: LIST_FORM }, why: 'the letters of the text were read as requirements' },
  inline_no_type: {
    entry: 'T7',
    expect: { picks: [{ vG: 'x1' }] },
    why: 'explicit candidates need no inventory and so no inventory type',
  },
  inline_ok: {
    entry: 'T7',
    expect: { notFound: true },
    why: 'explicit candidates stand alone, and this one has no coordinates to measure a distance from',
  },
  loc_lat_text: { entry: 'X3', expect: { error: degrees('abc') }, why: 'crashed while solving' },
  loc_out_of_range: {
    entry: 'X3',
    expect: { error: degrees('95') },
    why: 'no such place; the distances were nonsense',
  },
  num_solution_negative: { entry: 'S10', expect: { refused: NUMBER }, why: 'crashed while solving' },
  num_solution_zero: { entry: 'S10', expect: { refused: NUMBER }, why: 'crashed while solving' },
  req_and_excl_disjoint_lists: { entry: 'T8', expect: { error: EXCLUSIVE }, why: 'crashed; the lists do share an id' },
  req_and_excl_overlap_lists: { entry: 'T8', expect: { error: EXCLUSIVE }, why: 'crashed' },
  req_candidates_string_id: {
    entry: 'X5',
    expect: { picks: [{ vG: 'fra-1' }] },
    why: 'crashed; one id may stand for a list of one',
  },
  tpl_constraint_null: { entry: 'X4', expect: { error: 'Constraint c must be a dictionary' }, why: CRASHED },
  tpl_location_not_dict: { entry: 'X4', expect: { error: 'Location cust must be a dictionary' }, why: CRASHED },
  uniq_True_n3: { entry: 'S10', expect: { picks: [{ vG: 'nyc-1' }] }, why: 'the same recommendation is not repeated' },
  uniq_false_n3: { entry: 'S10', expect: { picks: [{ vG: 'nyc-1' }] }, why: 'the same recommendation is not repeated' },
};

export const PLAN_DEVIATIONS: ReadonlyMap<string, Deviation> = new Map(
  [CONSTRAINTS, HPA, OBJECTIVES, INVENTORY, LANGUAGE].flatMap((part) => Object.entries(part)),
);

/** L8: the reference puts this on plans that have nothing to do with latency, and that end well all the same. */
export const STRAY_MESSAGE = "No '*' wild card entry found in country latency table. No solution will be provided";

/** S21: fields that the reference's search left in the candidates of slices. */
export const BOOKKEEPING: readonly string[] = ['node_id', 'name', 'constraints', 'status'];
