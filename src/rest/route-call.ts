// What routes that take a body or write have in common.
import { ConductorError } from '../domain/errors.ts';
import { bodyText, parseJson } from './json-text.ts';
import type { RouteCall } from './types.ts';

/** The body as it came. Throws why it could not be read, and PAYLOAD_TOO_LARGE. */
export function bodyOf({ request, settings }: RouteCall): Buffer | string {
  if (request.bodyError) throw request.bodyError;
  if (Buffer.byteLength(request.body) > settings.bodyLimit) throw new ConductorError('PAYLOAD_TOO_LARGE');
  return request.body;
}

/** The body's JSON value; no key may stand twice in an object. Throws BAD_REQUEST, PAYLOAD_TOO_LARGE. */
export function jsonBodyOf(call: RouteCall): unknown {
  const text = bodyText(bodyOf(call));
  const value = parseJson(text);
  const duplicate = call.findDuplicateKey(text, 'API Request');
  if (duplicate !== null) throw new ConductorError('BAD_REQUEST', duplicate);
  return value;
}

/** A write goes on when its client leaves: the caller could not know whether it happened. */
export function writing(call: RouteCall): RouteCall {
  const { signal: _, ...scope } = call.scope;
  return { ...call, scope };
}
