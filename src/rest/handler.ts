// The REST API as one function from request to answer. Order of work, the same for every route: API version, path, media
// type, credentials, method, body. Every answer carries the version headers and the transaction id.
import { ConductorError, isConductorError, toConductorError } from '../domain/errors.ts';
import { ANONYMOUS, type Principal } from '../domain/principal.ts';
import { type Authenticate, constantTimeCompare, createBasicAuth } from './basic-auth.ts';
import { errorBody, errorHeaders, errorStatus } from './errors.ts';
import {
  acceptsJson,
  baseUrl,
  requestedVersions,
  type TransactionId,
  transactionId,
  type Versions,
  wantsEvents,
} from './request-headers.ts';
import { handlerOf, type Match, matchPath } from './routes.ts';
import {
  header,
  type RestDependencies,
  type RestRequest,
  type RestResponse,
  type RouteAnswer,
  type RouteCall,
} from './types.ts';

interface Authenticators {
  readonly asConfigured: Authenticate;
  /** Credentials are needed whatever the configuration says. */
  readonly always: Authenticate;
}

export type RestHandler = (request: RestRequest) => Promise<RestResponse>;

/** Never rejects: every failure is an answer, unknown ones a 500 without details, logged with their cause. */
export function createRestHandler(dependencies: RestDependencies): RestHandler {
  const { settings, logger, ids } = dependencies;
  const { username, password } = settings;
  const { permission } = dependencies;
  const authenticators: Authenticators = {
    asConfigured: createBasicAuth({ required: settings.basicAuthSecure, username, password, permission }),
    always: createBasicAuth({ required: true, username, password, permission }),
  };
  const showsVersions = versionGate(settings.versionAuth);
  return async (request) => {
    const seen = { requestId: '', versions: settings.version as Versions };
    let answer: RouteAnswer;
    try {
      const transaction = transactionId(request.headers, ids);
      seen.requestId = transaction.requestId;
      seen.versions = requestedVersions(request.headers, settings.version);
      answer = await route(request, transaction, dependencies, authenticators);
    } catch (thrown) {
      seen.requestId ||= ids.uuid();
      answer = failure(thrown, request, settings.strict401, (error) =>
        logger.error({ requestId: seen.requestId, code: error.code, err: error.cause ?? error }, 'request failed'),
      );
    }
    const versionHeaders = showsVersions(request) ? versionHeadersOf(seen.versions, settings.version.latest) : {};
    return toResponse(request, answer, { ...versionHeaders, ...idHeaders(seen.requestId) });
  };
}

async function route(
  request: RestRequest,
  transaction: TransactionId,
  dependencies: RestDependencies,
  authenticators: Authenticators,
): Promise<RouteAnswer> {
  const match = matchPath(request.path);
  if (match === null) throw new ConductorError('NOT_FOUND');
  const { resource } = match;
  const accept = header(request.headers, 'accept');
  if (!acceptsJson(accept) && !(resource.streams && wantsEvents(accept))) throw new ConductorError('NOT_ACCEPTABLE');
  const handler = handlerOf(request.method, resource);
  const checked = resource.auth === 'first' || (resource.auth !== 'none' && handler !== undefined);
  const authenticate = resource.auth === 'always' ? authenticators.always : authenticators.asConfigured;
  const principal = checked ? await principalOf(request, match, authenticate) : ANONYMOUS;
  const call = routeCall(request, match, transaction, principal, dependencies);
  if (handler) return handler(call);
  await resource.lookUp?.(call);
  return withoutHandler(request.method, match);
}

/**
 * While the authority is away the reference answers 401, and its clients know no other answer; its routes keep it. Streams, which it
 * does not have, say what it is, so that their readers come again.
 */
async function principalOf(request: RestRequest, { resource }: Match, authenticate: Authenticate): Promise<Principal> {
  try {
    return await authenticate(header(request.headers, 'authorization'));
  } catch (error) {
    if (resource.streams || !isConductorError(error, 'UPSTREAM_UNAVAILABLE')) throw error;
    throw new ConductorError('UNAUTHENTICATED', undefined, { cause: error });
  }
}

function routeCall(
  request: RestRequest,
  match: Match,
  transaction: TransactionId,
  principal: Principal,
  dependencies: RestDependencies,
): RouteCall {
  return {
    ...dependencies,
    request,
    scope: { ...transaction, principal, ...(request.signal && { signal: request.signal }) },
    id: match.id,
    baseUrl: baseUrl(request, dependencies.settings.trustProxy),
  };
}

function withoutHandler(method: string, { resource }: Match): RouteAnswer {
  if (method === 'OPTIONS') return { status: 204, headers: resource.allow === null ? {} : { Allow: resource.allow } };
  const others = resource.allow?.split(',').filter((allowed) => allowed !== method);
  return {
    status: 405,
    body: errorBody(405, `The ${printable(method)} method is not allowed.`),
    headers: others ? { Allow: others.join(',') } : {},
  };
}

function printable(method: string): string {
  return method.replace(/[^\x21-\x7e]/g, '?').slice(0, 32);
}

function failure(
  thrown: unknown,
  request: RestRequest,
  strict401: boolean,
  log: (error: ConductorError) => void,
): RouteAnswer {
  const error = toConductorError(thrown);
  const status = errorStatus(error, strict401);
  // A client that has gone aborts its own reads; that is no fault of ours.
  if (status >= 500 && !request.signal?.aborted) log(error);
  return { status, body: errorBody(status, error.message), headers: errorHeaders(error, strict401) };
}

function versionGate(settings: { readonly flag: boolean; readonly token: string }): (request: RestRequest) => boolean {
  if (!settings.flag) return () => true;
  const same = constantTimeCompare();
  return ({ headers }) => {
    const token = header(headers, 'version-auth-token');
    return token !== undefined && settings.token !== '' && same(token, settings.token);
  };
}

function versionHeadersOf({ minor, patch }: Versions, latest: string): Record<string, string> {
  return { 'X-MinorVersion': minor, 'X-PatchVersion': patch, 'X-LatestVersion': latest };
}

function idHeaders(requestId: string): Record<string, string> {
  return { 'transaction-id': requestId, 'X-TransactionId': requestId };
}

function toResponse(request: RestRequest, answer: RouteAnswer, common: Record<string, string>): RestResponse {
  const headers: Record<string, string> = { ...common, 'Cache-Control': 'no-store', ...answer.headers };
  if (answer.stream) return { status: answer.status, headers, body: null, stream: answer.stream };
  if (answer.body === undefined) return { status: answer.status, headers, body: null };
  headers['Content-Type'] = 'application/json';
  const body = request.method === 'HEAD' ? null : JSON.stringify(answer.body);
  return { status: answer.status, headers, body };
}
