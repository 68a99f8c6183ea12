// Recorded answers that are not repeated, with the reason's id (A1, O1: table of reference defects; REST 6.3: section of the REST
// specification) and what is answered instead. `explanation` is what the error body must carry.

export interface Deviation {
  readonly id: string;
  readonly why: string;
  readonly status: number;
  readonly explanation?: string;
}

const UNKNOWN = 'Plan 11111111-2222-4333-8444-555555555555 not found';
const NOT_FOUND = 'The resource could not be found.';
const MISSING = 'Unauthorized: The request does not provide any HTTP authentication (basic authentication)';
const misspelt = {
  id: 'A12',
  why: 'the same text everywhere, without the misspelling',
  status: 417,
  explanation: MISSING,
};

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
  aaf_get_plans_bad: {
    id: 'A1',
    why: 'the error object instead of the list of its keys, of which this recording has no intended form',
    status: 401,
    explanation: 'Invalid credentials: username or password is incorrect',
  },
  auth_get_triage_none: misspelt,
  auth_get_triage_ok: {
    id: 'A11',
    why: 'right credentials were never accepted',
    status: 404,
    explanation: 'DAta f4d167f5-3edb-42de-b229-09f6a10b2488 not found',
  },
  get_triage_all: { id: 'A13', why: 'the list always failed', status: 200 },
  get_triage_of_plan: {
    id: 'A13',
    why: 'one shape for every error',
    status: 404,
    explanation: 'DAta f4d167f5-3edb-42de-b229-09f6a10b2488 not found',
  },
  get_triage_unknown: {
    id: 'O1',
    why: 'an unknown plan crashed',
    status: 404,
    explanation: 'DAta 11111111-2222-4333-8444-555555555555 not found',
  },
  options_triage: { id: 'REST 7.4', why: '204 with Allow, as for every path', status: 204 },
  post_triage: {
    id: 'REST 1',
    why: '405 as for every path, where the framework answered 406',
    status: 405,
    explanation: 'The POST method is not allowed.',
  },
  post_load_latency_country_rules_auth: { id: 'A11', why: 'right credentials were never accepted', status: 201 },
  post_load_latency_rules: misspelt,
  post_load_latency_rules_auth: { id: 'A11', why: 'right credentials were never accepted', status: 201 },
  post_release_orders: misspelt,
  post_release_orders_auth: { id: 'A11', why: 'right credentials were never accepted', status: 201 },
  post_release_orders_malformed: {
    id: 'REST 9',
    why: 'crashed',
    status: 400,
    explanation: 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
  },
  auth_get_plan_unknown_ok: { id: 'O1', why: 'unknown plan crashed', status: 404, explanation: UNKNOWN },
  delete_plan_unknown: { id: 'O1', why: 'unknown plan crashed', status: 404, explanation: UNKNOWN },
  get_plan_not_uuid: { id: 'O1', why: 'unknown plan crashed', status: 404, explanation: 'Plan not-a-uuid not found' },
  get_plan_unknown_xml: {
    id: 'REST 1',
    why: 'a JSON error where only XML was accepted',
    status: 406,
    explanation: 'Only application/json can be sent.',
  },
  get_unknown_path: { id: 'A1', why: 'one shape for every error', status: 404, explanation: NOT_FOUND },
  get_v2: { id: 'A1', why: 'one shape for every error', status: 404, explanation: NOT_FOUND },
  post_plan_accept_xml_error: {
    id: 'REST 1',
    why: 'a JSON error instead of a scrap of XML',
    status: 406,
    explanation: 'Only application/json can be sent.',
  },
  post_plan_json_array: {
    id: 'REST 6.3',
    why: 'crashed',
    status: 400,
    explanation: 'The request body must be a JSON object.',
  },
  post_plan_json_string: {
    id: 'REST 6.3',
    why: 'crashed',
    status: 400,
    explanation: 'The request body must be a JSON object.',
  },
  post_plan_no_name: { id: 'A4', why: 'crashed; a name is made now', status: 201 },
};
