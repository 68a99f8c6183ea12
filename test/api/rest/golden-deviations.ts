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

export const DEVIATIONS: Readonly<Record<string, Deviation>> = {
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
