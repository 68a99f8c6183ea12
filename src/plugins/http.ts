// The one HTTP client towards upstream systems: a connection pool per origin, a total deadline per try, bounded answers,
// retries of idempotent requests, a circuit breaker, verified TLS. Never follows a redirect. undici is used here alone.
import { type Dispatcher, Pool } from 'undici';
import { ConductorError } from '../domain/errors.ts';
import type { CallContext, Logger, Metrics } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';
import type { JsonValue } from '../lib/json.ts';
import type { Random } from '../lib/random.ts';
import { retry } from '../lib/retry.ts';
import type { Breaker, BreakerOptions } from './http-breaker.ts';
import { createBreaker } from './http-breaker.ts';
import { createRetryBudget, type RetryBudget } from './http-budget.ts';
import { watchExpiry } from './http-expiry.ts';
import { classify, HttpFailure, type HttpFailureKind } from './http-failure.ts';
import { type HttpTlsOptions, loadTls, type TlsMaterial } from './http-tls.ts';

export { HttpFailure, type HttpFailureKind } from './http-failure.ts';

export interface HttpClientOptions {
  /** Name for messages and metrics, for example `A&AI`. */
  readonly system: string;
  /** http(s)://host:port and an optional path prefix. */
  readonly baseUrl: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: HttpTlsOptions;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Total deadline of one try in milliseconds, from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  /** Tries in all of a GET or PUT. */
  readonly tries: number;
  /** Connections at the most. @default 8 */
  readonly connections?: number;
  /** Longest answer that is read. @default 64 MiB */
  readonly maxResponseBytes?: number;
  readonly breaker?: BreakerOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Appended to the base URL's path; starts with `/`; already percent-encoded. */
  readonly path: string;
  readonly body?: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
  /** Tries in all. Default: the client's for GET and PUT, 1 for POST and DELETE (give it for a POST that only reads). */
  readonly tries?: number;
  readonly timeoutMs?: number;
  /** `bytes`: a 2xx answer is not read as JSON but given as it is in `bytes`. @default 'json' */
  readonly answer?: 'json' | 'bytes';
  /** false: the caller asks for less instead when the deadline passes or a 504 comes, so these are not repeated. @default true */
  readonly retryTimeouts?: boolean;
  readonly ctx: CallContext;
}

/** Any HTTP answer, 4xx and 5xx included. `body` is the parsed JSON, or null for an empty or (only outside 2xx) foreign body. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue | null;
  readonly text: string;
  /** Only of a 2xx answer to a request for bytes; `body` and `text` are empty then. */
  readonly bytes?: Uint8Array;
}

export interface HttpClient {
  /**
   * Throws HttpFailure (a ConductorError): UPSTREAM_UNAVAILABLE (no connection, deadline), UPSTREAM_PAUSED (open breaker), UPSTREAM_BAD_DATA
   * (2xx that is not JSON, cut off or too large), UPSTREAM_REFUSED (TLS trust). The caller's abort throws the signal's reason.
   */
  request(r: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

const RETRY_STATUS = new Set([429, 500, 502, 503, 504]);
/** Answers of a gateway or an overloaded server about itself, not about the request. */
const SICK_STATUS = new Set([502, 503, 504]);
const LONGEST_WAIT_MS = 30_000;
/** Below the idle time-outs usual upstream (HAProxy: 30 s), so that no request meets a connection just being closed. */
const KEEP_ALIVE_MS = 20_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** A retryable answer on its way through `retry`. */
class StatusAgain extends Error {
  readonly response: HttpResponse;
  constructor(response: HttpResponse) {
    super(`status ${response.status}`);
    this.response = response;
  }
}

interface Client {
  readonly options: HttpClientOptions;
  readonly pool: Pool;
  readonly prefix: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
}

/** Throws CERTIFICATE_INVALID (naming the file) and CONFIG_INVALID (a base URL that is none). Opens no connection yet. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const url = baseUrl(options);
  const tls: Partial<TlsMaterial> =
    url.protocol === 'https:' || options.tls ? loadTls(options.system, options.tls ?? {}) : {};
  if (options.tls?.insecure && url.protocol === 'https:') {
    options.logger.warn({ system: options.system }, 'server certificate is not verified (insecure is set)');
  }
  const pool = new Pool(url.origin, {
    connections: options.connections ?? 8,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // The total deadline below rules; undici's own count idle time only.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: options.maxResponseBytes ?? 64 * 1024 * 1024,
    connect: { ...tls, timeout: CONNECT_TIMEOUT_MS },
  });
  const client: Client = {
    options,
    pool,
    prefix: url.pathname.replace(/\/+$/, ''),
    headers: fixedHeaders(options),
    breaker: createBreaker(options.clock, options.random, options.breaker),
    budget: createRetryBudget(),
  };
  const unwatch = watchExpiry(options.system, tls.cert, options.clock, options.logger);
  return {
    request: (request) => send(client, request),
    close() {
      unwatch();
      return pool.destroy();
    },
  };
}

function baseUrl(options: HttpClientOptions): URL {
  const url = URL.canParse(options.baseUrl) ? new URL(options.baseUrl) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new ConductorError('CONFIG_INVALID', `${options.system}: the server URL is not an http or https URL.`);
}

function fixedHeaders(options: HttpClientOptions): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.username || options.password) {
    const pair = Buffer.from(`${options.username ?? ''}:${options.password ?? ''}`, 'utf8').toString('base64');
    headers.authorization = `Basic ${pair}`;
  }
  return { ...headers, ...lowerCase(options.headers) };
}

function lowerCase(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

async function send(client: Client, request: HttpRequest): Promise<HttpResponse> {
  const { clock, random, tries } = client.options;
  const idempotent = request.method === 'GET' || request.method === 'PUT';
  client.budget.earn();
  try {
    return await retry(
      {
        tries: request.tries ?? (idempotent ? tries : 1),
        clock,
        random,
        signal: request.ctx.signal,
        retryable: (error) => retryable(error, request) && client.budget.spend(),
        waitFor: (error) => (error instanceof StatusAgain ? retryAfterMs(error.response, clock) : null),
      },
      () => guarded(client, request),
    );
  } catch (error) {
    if (error instanceof StatusAgain) return error.response;
    throw error;
  }

  function retryable(error: unknown, { retryTimeouts = true }: HttpRequest): boolean {
    if (error instanceof StatusAgain) {
      if (error.response.status === 504 && !retryTimeouts) return false;
      return (retryAfterMs(error.response, clock) ?? 0) <= LONGEST_WAIT_MS;
    }
    if (!(error instanceof HttpFailure)) return false;
    return error.kind === 'transport' || error.kind === 'cut' || (error.kind === 'timeout' && retryTimeouts);
  }
}

/** Milliseconds that a Retry-After header (seconds or date) asks for; null without one. */
function retryAfterMs(response: HttpResponse, clock: Clock): number | null {
  const value = response.headers['retry-after'];
  if (value === undefined) return null;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - clock.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** One try behind the breaker. Whoever happens to make a probe that fails waits like all others: no failure is counted for it. */
async function guarded(client: Client, request: HttpRequest): Promise<HttpResponse> {
  const { options, breaker } = client;
  const { system, metrics } = options;
  if (!breaker.enter()) {
    metrics.count('conductor_upstream_requests_total', { system, outcome: 'breaker_open' });
    throw failure(system, request, 'open');
  }
  const isProbe = breaker.state() === 'half-open';
  try {
    return await counted(client, request);
  } catch (error) {
    throw isProbe && isSick(error) ? failure(system, request, 'open', error) : error;
  }
}

/** A name that does not resolve is no outage: a pause would spare nobody, and only keep the plan from saying so. */
function isUnresolved({ cause }: HttpFailure): boolean {
  return cause instanceof Error && 'code' in cause && /ENOTFOUND|EAI_AGAIN/.test(String(cause.code));
}

function isSick(error: unknown): boolean {
  if (error instanceof StatusAgain) return SICK_STATUS.has(error.response.status);
  return error instanceof HttpFailure && (error.kind === 'transport' || error.kind === 'timeout');
}

/** One try, counted and timed. */
async function counted(client: Client, request: HttpRequest): Promise<HttpResponse> {
  const { options, breaker } = client;
  const { system, metrics, clock } = options;
  const start = clock.monotonic();
  let outcome = 'aborted';
  let sick: boolean | null = null;
  try {
    const response = await attempt(client, request);
    outcome = outcomeOf(response.status);
    sick = SICK_STATUS.has(response.status);
    if (RETRY_STATUS.has(response.status)) throw new StatusAgain(response);
    return response;
  } catch (error) {
    if (error instanceof HttpFailure) {
      outcome = error.kind;
      sick = isUnresolved(error) ? null : isSick(error);
    }
    throw error;
  } finally {
    if (sick === null) breaker.neutral();
    else if (sick) breaker.failure();
    else breaker.success();
    const seconds = (clock.monotonic() - start) / 1000;
    metrics.gauge('conductor_upstream_breaker_open', breaker.state() === 'closed' ? 0 : 1, { system });
    metrics.count('conductor_upstream_requests_total', { system, outcome });
    metrics.observe('conductor_upstream_seconds', seconds, { system });
    const { requestId, planId } = request.ctx;
    const path = barePath(request.path);
    options.logger.debug(
      { system, method: request.method, path, outcome, seconds, requestId, planId },
      'upstream call',
    );
  }
}

function outcomeOf(status: number): string {
  if (status < 300) return 'ok';
  if (status === 404) return 'not_found';
  if (status < 400) return 'redirect';
  return status < 500 ? 'client_error' : 'server_error';
}

/** Query strings carry identifiers of customers; messages and logs name the path alone. */
function barePath(path: string): string {
  return path.split('?', 1)[0] ?? '';
}

async function attempt(client: Client, request: HttpRequest): Promise<HttpResponse> {
  const { options, pool } = client;
  const { signal } = request.ctx;
  signal?.throwIfAborted();
  const stop = new AbortController();
  let late = false;
  const cancelTimer = options.clock.after(request.timeoutMs ?? options.timeoutMs, () => {
    late = true;
    stop.abort();
  });
  const onAbort = () => stop.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let status = 0;
  try {
    const response = await pool.request({
      method: request.method,
      path: client.prefix + request.path,
      headers: headersOf(client, request),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: stop.signal,
    });
    status = response.statusCode;
    return await readAnswer(response, request.answer === 'bytes' && status < 300);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const kind: HttpFailureKind = cause instanceof NotJson ? 'bad_data' : late ? 'timeout' : classify(cause, status);
    throw failure(options.system, request, kind, cause);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}

class NotJson extends Error {}

async function readAnswer(response: Dispatcher.ResponseData, asBytes: boolean): Promise<HttpResponse> {
  const status = response.statusCode;
  const headers = flatten(response.headers);
  if (asBytes) {
    return { status, headers, body: null, text: '', bytes: new Uint8Array(await response.body.arrayBuffer()) };
  }
  const text = await response.body.text();
  const body = parse(text);
  if (body === undefined && status < 300) throw new NotJson();
  return { status, headers, body: body ?? null, text };
}

function headersOf(client: Client, request: HttpRequest): Record<string, string> {
  return {
    ...client.headers,
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    // A header must be printable ASCII; a caller's odd id must not fail the call.
    'x-transactionid': request.ctx.requestId.replace(/[^\x21-\x7e]/g, '_'),
    ...lowerCase(request.headers),
  };
}

/** Parsed JSON; null for an empty body; undefined when it is not JSON. */
function parse(text: string): JsonValue | undefined {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return out;
}

function failure(system: string, request: HttpRequest, kind: HttpFailureKind, cause?: unknown): HttpFailure {
  const call = `${request.method} ${barePath(request.path)}`;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  const texts: Record<HttpFailureKind, string> = {
    transport: `${system} does not answer: ${call}${code}.`,
    timeout: `${system} did not answer in time: ${call}.`,
    open: `${system} does not answer; calls to it are paused for a moment.`,
    untrusted: `The TLS certificate of ${system}, or the one sent to it, was not accepted${code}.`,
    cut: `${system} sent an answer that was cut off: ${call}.`,
    too_large: `${system} sent an answer that is too large: ${call}.`,
    bad_data: `${system} sent an answer that is not JSON: ${call}.`,
  };
  return new HttpFailure(kind, texts[kind], cause);
}
