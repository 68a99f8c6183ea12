// One A&AI call and what its answer means: found, empty, this way of asking refused, ask for less, or failed.
// A&AI's habits: an empty result is a 404 with a requestError, its own time-out is a 400 (SVC7406), an unauthorised call is a 403.
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext } from '../../domain/ports.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { type HttpClient, HttpFailure, type HttpRequest, type HttpResponse } from '../http.ts';
import { objects, text } from './wire.ts';

/** `resource`: plain GET of a typed path; `nodes`: GET under /nodes; `query`, `dsl`: PUT, often blocked by proxies. */
export type Endpoint = 'resource' | 'nodes' | 'query' | 'dsl';

export type Verdict =
  | { readonly kind: 'found'; readonly body: JsonValue }
  | { readonly kind: 'empty' }
  /** This way of asking is not available; `wholeEndpoint`: for no type of object. */
  | { readonly kind: 'refused'; readonly wholeEndpoint: boolean; readonly error: ConductorError }
  /** Too much at once. `why`: the request line is too long, the server ran out of time, or it failed over something in it. */
  | { readonly kind: 'split'; readonly why: 'length' | 'time' | 'failure'; readonly error: ConductorError }
  /** `hopeless`: asking on for other keys would end the same way. */
  | { readonly kind: 'failed'; readonly hopeless: boolean; readonly error: ConductorError };

export interface AaiRequest {
  readonly endpoint: Endpoint;
  /** Normalised path and query, without version. */
  readonly path: string;
  /** PUT body. */
  readonly body?: JsonObject;
  /** The caller can ask for less at once, so time-outs are not repeated as they are. */
  readonly divisible: boolean;
}

export type AaiClient = (request: AaiRequest, ctx: CallContext) => Promise<Verdict>;

export function createAaiClient(http: HttpClient, version: string): AaiClient {
  return async (request, ctx) => {
    try {
      return judge(await http.request(wireRequest(request, version, ctx)), request);
    } catch (error) {
      if (error instanceof HttpFailure) return judgeFailure(error, request.endpoint);
      throw error;
    }
  };
}

function wireRequest(request: AaiRequest, version: string, ctx: CallContext): HttpRequest {
  return {
    method: request.body === undefined ? 'GET' : 'PUT',
    path: `/${version}${request.path}`,
    ...(request.body === undefined ? {} : { body: request.body }),
    headers: {
      accept: 'application/json',
      'x-fromappid': 'CONDUCTOR',
      // Without it a server may use the version that another client asked for last.
      ...(request.endpoint === 'dsl' ? { 'x-dslapiversion': 'V1' } : {}),
    },
    retryTimeouts: !request.divisible,
    ctx,
  };
}

function judgeFailure(error: HttpFailure, endpoint: Endpoint): Verdict {
  if (error.kind === 'timeout') return { kind: 'split', why: 'time', error };
  if (error.kind === 'too_large') return { kind: 'split', why: 'failure', error };
  if (error.kind === 'bad_data' && isPut(endpoint)) return { kind: 'refused', wholeEndpoint: true, error };
  return { kind: 'failed', hopeless: error.kind === 'open' || error.kind === 'untrusted', error };
}

function isPut(endpoint: Endpoint): boolean {
  return endpoint === 'query' || endpoint === 'dsl';
}

function judge(response: HttpResponse, request: AaiRequest): Verdict {
  const { status, body } = response;
  if (status >= 200 && status < 300) return body === null ? { kind: 'empty' } : { kind: 'found', body };
  const fault = faultOf(body);
  const error = errorOf(status, fault, request);
  const refused = (wholeEndpoint: boolean): Verdict => ({ kind: 'refused', wholeEndpoint, error });
  const split = (why: 'length' | 'time' | 'failure'): Verdict => ({ kind: 'split', why, error });
  switch (status) {
    case 400:
      return fault?.messageId === 'SVC7406' ? split('time') : refused(false);
    case 401:
    case 403:
      return judgeForbidden(request.endpoint, fault, error);
    case 404:
      return judgeMissing(response, request.endpoint, fault, error);
    case 405:
    case 501:
      return refused(isPut(request.endpoint));
    case 406:
    case 415:
      return refused(false);
    case 413:
    case 414:
    case 431:
      return split('length');
    case 500:
      return split('failure');
    case 503:
    case 504:
      return split('time');
    default:
      return { kind: 'failed', hopeless: status < 500 && status !== 429, error };
  }
}

/** 403 with ERR.5.4.3303 is about depth; otherwise a plain GET's 401/403 means that the credentials are wrong for everything. */
function judgeForbidden(endpoint: Endpoint, fault: Fault | null, error: ConductorError): Verdict {
  if (fault?.code.endsWith('.3303')) return { kind: 'refused', wholeEndpoint: false, error };
  if (endpoint !== 'resource') return { kind: 'refused', wholeEndpoint: true, error };
  return { kind: 'failed', hopeless: true, error };
}

function judgeMissing(response: HttpResponse, endpoint: Endpoint, fault: Fault | null, error: ConductorError): Verdict {
  if (fault) return { kind: 'empty' };
  const foreign = response.body === null && response.text.trim() !== '';
  if (isPut(endpoint)) return { kind: 'refused', wholeEndpoint: true, error };
  if (!foreign) return { kind: 'empty' };
  return endpoint === 'nodes'
    ? { kind: 'refused', wholeEndpoint: true, error }
    : { kind: 'failed', hopeless: true, error };
}

interface Fault {
  readonly messageId: string;
  /** A&AI's own error code, the last variable, for example `ERR.5.4.6114`. */
  readonly code: string;
}

function faultOf(body: JsonValue | null): Fault | null {
  const holder = own(Array.isArray(body) ? objects(body)[0] : body, 'requestError');
  if (!isJsonObject(holder)) return null;
  const detail = own(holder, 'serviceException') ?? own(holder, 'policyException');
  const variables = own(detail, 'variables');
  const last = Array.isArray(variables) ? text(variables.at(-1)) : null;
  return { messageId: text(own(detail, 'messageId')) ?? '', code: last ?? '' };
}

function errorOf(status: number, fault: Fault | null, request: AaiRequest): ConductorError {
  const call = `${request.body === undefined ? 'GET' : 'PUT'} ${request.path.split('?', 1)[0]}`;
  const what = `${status}${fault?.messageId ? ` ${fault.messageId}` : ''}`;
  if (status === 410 || fault?.messageId === 'SVC3016') {
    const hint = 'check server_url_version in section [aai]';
    return new ConductorError(
      'UPSTREAM_UNSUPPORTED',
      `A&AI does not know the API version or path: ${call} (${what}); ${hint}.`,
    );
  }
  if (status >= 500 || status === 429 || fault?.messageId === 'SVC7406') {
    return new ConductorError('UPSTREAM_UNAVAILABLE', `A&AI cannot answer now: ${call} (${what}).`);
  }
  if (status === 404 || (status >= 300 && status < 400)) {
    return new ConductorError('UPSTREAM_BAD_DATA', `What answers as A&AI is not A&AI: ${call} (${what}).`);
  }
  return new ConductorError('UPSTREAM_REFUSED', `A&AI refused ${call} (${what}).`);
}
