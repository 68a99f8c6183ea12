// What stands before Yoga for GraphQL over HTTP and SSE: origins, credentials, media types, body limit, request id. Refusals
// have the shape of a GraphQL answer, with the code of the error table.
import { ConductorError, errorInfo, retryAfter, toConductorError } from '../domain/errors.ts';
import type { Logger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Ids } from '../lib/ids.ts';
import { type Authenticate, isUnauthorized, shapeExcess, transactionId } from '../rest/index.ts';
import type { RequestScope } from '../services/index.ts';
import { readBody } from './body.ts';
import type { Direct } from './direct.ts';
import { type Endpoint, type Exchange, respond } from './exchange.ts';
import type { Caller } from './execute.ts';
import { corsHeaders, judgeOrigin } from './origin.ts';
import type { ServerSettings } from './settings.ts';
import type { Yoga } from './yoga.ts';
import { type FetchResponse, sendResponse } from './yoga-response.ts';

export interface GraphqlEndpointDependencies {
  readonly yoga: Yoga;
  readonly direct: Direct;
  readonly settings: ServerSettings;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly ids: Ids;
}

const JSON_BODY = /^application\/(json|graphql\+json|graphql-response\+json)\s*(;|$)/i;
/** What a page of another site can send without asking; no content type at all belongs to these. */
const FORM_BODY = /^\s*($|application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)/i;

export function createGraphqlEndpoint(dependencies: GraphqlEndpointDependencies): Endpoint {
  const { yoga, direct, settings, authenticate, logger, ids } = dependencies;
  return async (exchange) => {
    const { req, res } = exchange;
    const opened: AsyncIterator<unknown>[] = [];
    let requestId = '';
    try {
      const transaction = transactionId(req.headers, ids);
      requestId = transaction.requestId;
      if (admitOrigin(exchange, settings)) return;
      const principal = await authenticate(req.headers.authorization);
      const body = await readOperation(exchange, settings.bodyLimitBytes);
      const caller = new HttpCaller(new HttpScope(transaction, principal, exchange), req.headers.accept, logger);
      const outcome = await direct(req.headers, body, caller);
      if (outcome && 'answer' in outcome) return respond(exchange, outcome.answer);
      res.setHeader('transaction-id', requestId);
      const { url, init } = fetchArguments(exchange, body);
      const response: FetchResponse = await yoga.fetch(url, init, { caller, opened, ...outcome });
      await sendResponse(exchange, response);
    } catch (thrown) {
      requestId ||= ids.uuid();
      const error = toConductorError(thrown);
      if (error.code === 'INTERNAL' && !exchange.signal.aborted)
        logger.error({ requestId, err: error.cause }, 'GraphQL failure');
      refuse(exchange, error, requestId);
    } finally {
      await opened[0]?.return?.();
    }
  };
}

/** The signal is made only when somebody listens; a class, because a getter in an object literal is slow to make. */
class HttpScope implements RequestScope {
  readonly requestId: string;
  readonly transactionId: string | undefined;
  readonly principal: Principal;
  readonly #exchange: Exchange;

  constructor(transaction: ReturnType<typeof transactionId>, principal: Principal, exchange: Exchange) {
    this.requestId = transaction.requestId;
    this.transactionId = transaction.transactionId;
    this.principal = principal;
    this.#exchange = exchange;
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }
}

/** The logger is made only for what is executed. */
class HttpCaller implements Caller {
  readonly scope: HttpScope;
  readonly transport: Caller['transport'];
  readonly #parent: Logger;
  #logger: Logger | null = null;

  constructor(scope: HttpScope, accept: string | undefined, logger: Logger) {
    this.scope = scope;
    this.transport = accept?.includes('text/event-stream') ? 'sse' : 'http';
    this.#parent = logger;
  }

  get logger(): Logger {
    this.#logger ??= this.#parent.child({ requestId: this.scope.requestId });
    return this.#logger;
  }
}

/** True when the request was answered: a preflight. Throws FORBIDDEN for pages of other origins. */
function admitOrigin(exchange: Exchange, settings: ServerSettings): boolean {
  const { req, res, method } = exchange;
  const judgement = judgeOrigin(req.headers, settings);
  if (judgement === 'foreign') throw new ConductorError('FORBIDDEN', 'Pages of this origin may not call this server.');
  if (judgement === 'listed') {
    for (const [name, value] of Object.entries(corsHeaders(req.headers.origin ?? ''))) res.setHeader(name, value);
  }
  if (method !== 'OPTIONS') return false;
  respond(exchange, { status: 204, headers: { Allow: 'GET,POST' }, body: null });
  return true;
}

class MediaTypeError extends ConductorError {}

/** The body of a POST as text; null for other methods. */
async function readOperation({ req, method, query, onContinue }: Exchange, limit: number): Promise<string | null> {
  if (method !== 'POST') {
    checkQueryJson(query);
    return null;
  }
  const type = req.headers['content-type'] ?? '';
  if (FORM_BODY.test(type)) throw new ConductorError('FORBIDDEN', 'Send the operation as application/json.');
  if (!JSON_BODY.test(type)) throw new MediaTypeError('BAD_REQUEST', 'Send the operation as application/json.');
  const text = (await readBody(req, limit, onContinue)).toString('utf8');
  const excess = shapeExcess(text);
  if (excess !== null) throw new ConductorError('LIMIT_EXCEEDED', `The request body ${excess}.`);
  return text;
}

/** Yoga takes `variables` and `extensions` of a query string for JSON without looking. */
function checkQueryJson(query: string): void {
  const parameters = new URLSearchParams(query);
  for (const name of ['variables', 'extensions']) {
    const text = parameters.get(name);
    if (text === null || text === '') continue;
    try {
      JSON.parse(text);
    } catch {
      throw new ConductorError('BAD_REQUEST', `The parameter ${name} is not JSON.`);
    }
  }
}

function fetchArguments(exchange: Exchange, body: string | null) {
  const { req, method, query } = exchange;
  const { accept, 'content-type': contentType } = req.headers;
  const headers: Record<string, string> = {
    ...(accept !== undefined && { accept }),
    ...(contentType !== undefined && { 'content-type': contentType }),
  };
  const url = `http://gateway/graphql${query === '' ? '' : `?${query}`}`;
  return { url, init: { method, headers, ...(body !== null && { body }) } };
}

function refuse(exchange: Exchange, error: ConductorError, requestId: string): void {
  const missing = isUnauthorized(error);
  const status = missing ? 401 : error instanceof MediaTypeError ? 415 : errorInfo(error.code).status;
  const seconds = retryAfter(error.code);
  const again = seconds !== null && { retryAfter: seconds };
  const extensions = { code: error.code, retryable: error.retryable, requestId, ...again };
  respond(exchange, {
    status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'transaction-id': requestId,
      ...(seconds !== null && { 'Retry-After': String(seconds) }),
      ...(missing && { 'WWW-Authenticate': 'Basic realm="conductor", charset="UTF-8"' }),
    },
    body: JSON.stringify({ errors: [{ message: error.message, extensions }] }),
  });
}
