// Error answers of the REST API: the documented object, wrapped in `error_message` and repeated at top level, so that readers
// of either form find it. Titles, types and texts per status are those clients know (REST specification, section 5.2).
import { type ConductorError, errorInfo, retryAfter } from '../domain/errors.ts';

interface StatusText {
  readonly title: string;
  readonly type: string;
  readonly message: string;
}

const MALFORMED = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';
const INCAPABLE = 'The server has either erred or is incapable of performing the requested operation.';
const UNVERIFIED =
  'This server could not verify that you are authorized to access the document you requested. Either you supplied the ' +
  'wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.';

const row = (title: string, message: string): StatusText => ({
  title,
  type: `HTTP${title.replaceAll(' ', '')}`,
  message,
});

const STATUS_TEXTS: ReadonlyMap<number, StatusText> = new Map([
  [400, row('Bad Request', MALFORMED)],
  [401, row('Unauthorized', UNVERIFIED)],
  [403, row('Forbidden', 'Access was denied to this resource.')],
  [404, row('Not Found', 'The resource could not be found.')],
  [405, row('Method Not Allowed', MALFORMED)],
  [406, row('Not Acceptable', 'The answer exists only as application/json.')],
  [409, row('Conflict', 'There was a conflict when trying to complete your request.')],
  [413, row('Request Entity Too Large', 'The body of your request was too large for this server.')],
  [415, row('Unsupported Media Type', MALFORMED)],
  [417, row('Expectation Failed', 'Expectation failed.')],
  [422, row('Unprocessable Entity', 'The request was understood but cannot be carried out.')],
  [429, row('Too Many Requests', 'There are too many requests. Please try again later.')],
  [500, row('Internal Server Error', INCAPABLE)],
  [502, row('Bad Gateway', INCAPABLE)],
  [503, row('Service Unavailable', 'The server is currently unavailable. Please try again at a later time.')],
]);

/** The body for a status and an explanation that is safe to show. */
export function errorBody(status: number, explanation: string): object {
  const text = STATUS_TEXTS.get(status) ?? row('Error', INCAPABLE);
  const error = {
    explanation,
    code: status,
    error: { message: text.message, type: text.type },
    title: text.title,
  };
  return { error_message: error, ...error };
}

/** Headers that go with an error besides the usual ones. */
export function errorHeaders(error: ConductorError, strict401: boolean): Record<string, string> {
  const status = errorStatus(error, strict401);
  if (status === 401 && strict401) return { 'WWW-Authenticate': 'Basic realm="conductor", charset="UTF-8"' };
  const seconds = retryAfter(error.code);
  return seconds === null ? {} : { 'Retry-After': String(seconds) };
}

/** HTTP status of an error; missing credentials are 417 unless the strict mode is on. */
export function errorStatus(error: ConductorError, strict401: boolean): number {
  return strict401 && error.code === 'CREDENTIALS_MISSING' ? 401 : errorInfo(error.code).status;
}
