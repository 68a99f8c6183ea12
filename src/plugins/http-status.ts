// What an answer outside 2xx of a simple upstream system means, as an error: try later, not allowed, or not there.
import { ConductorError } from '../domain/errors.ts';

/** `call`: method and path without query, for the message. 5xx and 429 are retryable; everything else needs a person. */
export function statusError(system: string, call: string, status: number): ConductorError {
  if (status >= 500 || status === 429) {
    return new ConductorError('UPSTREAM_UNAVAILABLE', `${system} cannot answer now: ${call} (${status}).`);
  }
  if (status === 401 || status === 403) {
    return new ConductorError('UPSTREAM_REFUSED', `${system} refused our credentials: ${call} (${status}).`);
  }
  if (status === 404 || status === 405 || status === 501 || status < 400) {
    return new ConductorError('UPSTREAM_UNSUPPORTED', `${system} does not serve ${call} (${status}).`);
  }
  return new ConductorError('UPSTREAM_REFUSED', `${system} refused ${call} (${status}).`);
}
