// Recorded plans that are answered otherwise on purpose. `entry` is the id in the list of deviations from the reference
// (`observed N`: the Nth fault seen when it was run; `spec`: a rule of the language that the reference broke off at).

export type Picks = Readonly<Record<string, string>>;

export type Expected =
  /** Ends in `error` with this message, in the one-element list that clients know. */
  | { readonly error: string }
  /** Refused at the door with 400 and this explanation. */
  | { readonly refused: string }
  /** Answered as that other recording is. */
  | { readonly like: string }
  | { readonly notFound: true }
  /** `done` with these candidates; where the record has recommendations too, each is as good as recorded or better. */
  | { readonly picks: readonly Picks[] }
  /** The same, and the first is better than the recorded one. */
  | { readonly better: readonly Picks[] };

export interface Deviation {
  readonly entry: string;
  readonly expect: Expected;
  readonly why: string;
}

const GENERATOR = 'the second provider lacked the operation; a provider is asked for what it has';
const GREEDY = 'the reference places demand after demand and misses the best pair';
const zone = (category: string): Deviation => ({
  entry: 'S13',
  expect: {
    error: `Zone category '${category}' in constraint named 'z' cannot be resolved from the inventory (use one of ['region', 'complex', 'country'])`,
  },
  why: 'no inventory knows such zones: "same" was always true, "different" never',
});
const twin = (name: string): Deviation => ({ entry: 'I1', expect: { like: `${name}.aai` }, why: GENERATOR });
const NUMBER = 'num_solution must be a number from 1 in digits, or the word all.';
const PRODUCT =
  "Optimization products must include at least one 'distance_between' function call and one optional number to be used as a weight.";
const LIST_FORM = 'Requirements of demand vG must be provided in list form';
const EXCLUSIVE = 'Required candidate list and excluded candidate list are not mutually exclusive for demand vG';
const degrees = (value: string) => `Location cust has an invalid latitude ${value} (degrees from -90 to 90)`;
const both = (id: string): Picks => ({ vG: id, vB: id });

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  c_attr_network_roles_all: twin('c_attr_network_roles_all'),
  c_attr_network_roles_all_unknown: twin('c_attr_network_roles_all_unknown'),
  c_attr_network_roles_unknown: twin('c_attr_network_roles_unknown'),
  c_attr_replication_role: twin('c_attr_replication_role'),
  c_zone_country_location_different: twin('c_zone_country_location_different'),
  loc_clli: twin('loc_clli'),
  loc_clli_no_latitude: twin('loc_clli_no_latitude'),
  loc_clli_unknown: twin('loc_clli_unknown'),

  c_dbd_impossible: {
    entry: 'observed 38',
    expect: { notFound: true },
    why: 'its triage row was too large for the store',
  },
  c_dbd_one_demand: {
    entry: 'spec',
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
    entry: 'observed 26',
    expect: {
      error:
        "Property 'operator' value '<' unsupported in constraint named 't' (must be one of ['gte', 'lte', 'lt', 'gt', 'eq'])",
    },
    why: 'an unknown operator crashed the search',
  },
  c_zone_different_disaster: zone('disaster'),
  c_zone_same_maintenance: zone('maintenance'),
  c_zone_same_time: zone('time'),
  c_zone_same_complex: { entry: 'observed 12', expect: { better: [both('fra-1')] }, why: GREEDY },
  c_zone_same_country: { entry: 'observed 12', expect: { better: [both('fra-1')] }, why: GREEDY },
  c_zone_same_region: { entry: 'observed 12', expect: { better: [both('fra-1')] }, why: GREEDY },

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
  loc_lat_text: { entry: 'observed 30', expect: { error: degrees('abc') }, why: 'crashed while solving' },
  loc_out_of_range: {
    entry: 'spec',
    expect: { error: degrees('95') },
    why: 'no such place; the distances were nonsense',
  },
  num_solution_negative: { entry: 'S10', expect: { refused: NUMBER }, why: 'crashed while solving' },
  num_solution_zero: { entry: 'S10', expect: { refused: NUMBER }, why: 'crashed while solving' },
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
  opt_err_unknown_operand: { entry: 'T11', expect: { error: PRODUCT }, why: 'crashed while translating' },
  req_and_excl_disjoint_lists: { entry: 'T8', expect: { error: EXCLUSIVE }, why: 'crashed; the lists do share an id' },
  req_and_excl_overlap_lists: { entry: 'T8', expect: { error: EXCLUSIVE }, why: 'crashed' },
  req_candidates_string_id: {
    entry: 'T8',
    expect: { picks: [{ vG: 'fra-1' }] },
    why: 'crashed; one id may stand for a list of one',
  },
  resv_adiod: {
    entry: 'I27',
    expect: { picks: [{ vG: 'nyc-1' }] },
    why: 'the plug-in lacked the operation and the worker died',
  },
  'resv_adiod.aai': {
    entry: 'I27',
    expect: { picks: [{ vG: 'nyc-1' }] },
    why: 'the plug-in lacked the operation and the worker died',
  },
  resv_dhv: {
    entry: 'I27',
    expect: { picks: [{ vG: 'nyc-1' }] },
    why: 'the plug-in lacked the operation and the worker died',
  },
  tpl_constraint_null: {
    entry: 'spec',
    expect: { error: 'Constraint c must be a dictionary' },
    why: 'crashed while translating',
  },
  tpl_location_not_dict: {
    entry: 'spec',
    expect: { error: 'Location cust must be a dictionary' },
    why: 'crashed while translating',
  },
  uniq_True_n3: { entry: 'S10', expect: { picks: [{ vG: 'nyc-1' }] }, why: 'the same recommendation is not repeated' },
  uniq_false_n3: { entry: 'S10', expect: { picks: [{ vG: 'nyc-1' }] }, why: 'the same recommendation is not repeated' },
};

/** What this release does not have, as its message names it, and the recorded plans that ask for it. */
export const NOT_YET: readonly (readonly [what: string, plans: readonly string[]])[] = [
  [
    "Type 'hpa' of constraint named 'h'",
    [
      'hpa_bad_operator',
      'hpa_directives',
      'hpa_eq_unit',
      'hpa_err_directives_no_attributes',
      'hpa_gt_string',
      'hpa_int_value',
      'hpa_isa_list',
      'hpa_mandatory',
      'hpa_mandatory_lower',
      'hpa_mandatory_params',
      'hpa_missing_attribute_in_flavor',
      'hpa_num_solution_3',
      'hpa_optional_scores',
      'hpa_plus_vimfit',
      'hpa_service_and_cloud',
      'hpa_two_demands',
      'hpa_unmatched',
    ],
  ],
  [
    "Type 'vim_fit' of constraint named 'v'",
    ['c_vimfit_error', 'c_vimfit_no_request', 'c_vimfit_none', 'c_vimfit_some', 'c_vimfit_string_qty'],
  ],
  [
    "Type 'inventory_group' of constraint named 'g'",
    [
      'c_invgroup',
      'c_invgroup.aai',
      'c_invgroup_cloud',
      'c_invgroup_cloud.aai',
      'c_invgroup_weighted',
      'c_invgroup_weighted.aai',
    ],
  ],
  [
    'Optimization by goal and operation_function (template version 2020-08-13)',
    [
      'gen_cloud_attr_cost',
      'gen_distance',
      'gen_latency',
      'gen_max_missing_attr_weight',
      'gen_max_negative',
      'gen_missing_attr',
    ],
  ],
  [
    'Inventory type slice_profiles specified for demand s',
    [
      'gen_empty_operands',
      'gen_err_bad_demand',
      'gen_err_bad_location',
      'gen_err_function',
      'gen_err_no_goal',
      'gen_err_no_operands',
      'gen_err_no_params',
      'gen_err_old_format',
      'gen_err_operand_neither',
      'gen_err_param_missing',
      'gen_err_weight_string',
      'gen_min_attr',
      'gen_norm_zero_span',
      'gen_op_max',
      'gen_weights_norm',
    ],
  ],
  ['Inventory type nsi specified for demand s', ['nsi_basic', 'nsi_basic.aai', 'nsi_second_level_filter']],
  ['Inventory type nssi specified for demand s', ['nssi_basic']],
  ['Inventory type transport specified for demand vG', ['transport_basic']],
  ['Inventory type vfmodule specified for demand vG', ['vfmodule_filter']],
  ["Optimization function 'aic_version'", ['obj_aic_version_and_dist']],
  ["Optimization function 'hpa_score'", ['obj_hpa_score_only']],
  ["Optimization function 'latency_between'", ['obj_latency_between_product', 'obj_latency_between_product.aai']],
  ['Key conflict_identifier (order locks) of demand vG', ['conflict_identifier', 'conflict_identifier_attr_only']],
];

/** L8: the reference puts this on plans that have nothing to do with latency, and that end well all the same. */
export const STRAY_MESSAGE = "No '*' wild card entry found in country latency table. No solution will be provided";
