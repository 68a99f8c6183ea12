// Recorded REST requests that are answered otherwise on purpose, with the entry of docs/compatibility.md.

export interface RestDeviation {
  readonly entry: string;
  readonly why: string;
  readonly status: number;
  /** What the error body must carry. */
  readonly explanation?: string;
  /** What the body must equal. */
  readonly body?: unknown;
  /** Keys that the body must have at its top. */
  readonly keys?: readonly string[];
}

const UNKNOWN = 'Plan 11111111-2222-4333-8444-555555555555 not found';
const NOT_FOUND = 'The resource could not be found.';
const NUMBER = 'num_solution must be a number from 1 in digits, or the word all.';
const ONLY_JSON = 'Only application/json can be sent.';
const AN_OBJECT = 'The request body must be a JSON object.';
const TRIAGE = ['id', 'name', 'solver_triage', 'translator_triage', 'optimization_type'];
const ONE_TEXT = 'one text, spelt right, for missing credentials';
const NO_CREDENTIALS = 'Unauthorized: The request does not provide any HTTP authentication (basic authentication)';
const NEVER_READ = 'right credentials could not be read on Python 3';

export const REST_DEVIATIONS: ReadonlyMap<string, RestDeviation> = new Map(
  Object.entries({
    auth_get_plan_unknown_ok: { entry: 'O1', why: 'an unknown plan crashed', status: 404, explanation: UNKNOWN },
    delete_plan_unknown: { entry: 'O1', why: 'an unknown plan crashed', status: 404, explanation: UNKNOWN },
    get_plan_not_uuid: {
      entry: 'O1',
      why: 'an unknown plan crashed',
      status: 404,
      explanation: 'Plan not-a-uuid not found',
    },
    get_plan_unknown_xml: {
      entry: 'X8',
      why: 'a JSON error where only XML was accepted',
      status: 406,
      explanation: ONLY_JSON,
    },
    post_plan_accept_xml_error: {
      entry: 'X8',
      why: 'a JSON error instead of a scrap of XML',
      status: 406,
      explanation: ONLY_JSON,
    },
    aaf_get_plans_bad: {
      entry: 'A1',
      why: 'the object instead of the list of its keys',
      status: 401,
      explanation: 'Invalid credentials: username or password is incorrect',
    },
    get_unknown_path: { entry: 'A1', why: 'one shape for every error', status: 404, explanation: NOT_FOUND },
    get_v2: { entry: 'A1', why: 'one shape for every error', status: 404, explanation: NOT_FOUND },
    post_plan_json_array: { entry: 'X9', why: 'crashed', status: 400, explanation: AN_OBJECT },
    post_plan_json_string: { entry: 'X9', why: 'crashed', status: 400, explanation: AN_OBJECT },
    post_plan_no_name: { entry: 'A4', why: 'crashed; a name is made now', status: 201 },
    post_plan_num_solution_empty: {
      entry: 'S10',
      why: 'no number; the plan failed later',
      status: 400,
      explanation: NUMBER,
    },
    post_plan_num_solution_word: {
      entry: 'S10',
      why: 'no number; the plan failed later',
      status: 400,
      explanation: NUMBER,
    },
    post_plan_template_empty_string: {
      entry: 'T5',
      why: 'an empty text is no template; the plan failed later',
      status: 400,
    },
    auth_get_triage_none: { entry: 'A12', why: ONE_TEXT, status: 417, explanation: NO_CREDENTIALS },
    post_load_latency_rules: { entry: 'A12', why: ONE_TEXT, status: 417, explanation: NO_CREDENTIALS },
    post_release_orders: { entry: 'A12', why: ONE_TEXT, status: 417, explanation: NO_CREDENTIALS },
    options_triage: { entry: 'X10', why: 'the list tells its methods as every resource does', status: 204, body: '' },
    post_triage: {
      entry: 'X10',
      why: 'a method that is not there is 405 as everywhere',
      status: 405,
      explanation: 'The POST method is not allowed.',
    },
    get_triage_unknown: {
      entry: 'O1',
      why: 'an unknown plan crashed',
      status: 404,
      explanation: 'DAta 11111111-2222-4333-8444-555555555555 not found',
    },
    get_triage_of_plan: { entry: 'X10', why: 'no plan was ever found', status: 200, keys: TRIAGE },
    auth_get_triage_ok: { entry: 'A11', why: NEVER_READ, status: 200, keys: TRIAGE },
    get_triage_all: { entry: 'A13', why: 'the list was announced and never served', status: 200, keys: ['tData'] },
    post_load_latency_rules_auth: { entry: 'A11', why: NEVER_READ, status: 201, body: 'OK' },
    post_load_latency_country_rules_auth: { entry: 'A11', why: NEVER_READ, status: 201, body: 'OK' },
    post_release_orders_auth: {
      entry: 'A11',
      why: NEVER_READ,
      status: 201,
      body: { status: 'success', message: 'Orders have been released, but no plans are effected in Conductor' },
    },
    post_release_orders_malformed: { entry: 'X9', why: 'crashed', status: 400 },
  } satisfies Readonly<Record<string, RestDeviation>>),
);
