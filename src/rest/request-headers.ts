// What a request's headers say beside credentials: its transaction id, the API version it wants, the media types it takes,
// and the address under which the client knows this server.
import { ConductorError } from '../domain/errors.ts';
import type { Ids } from '../lib/ids.ts';
import { header, type RequestHeaders, type RestRequest, type RestSettings } from './types.ts';

/** Spellings of the transaction id, most specific first. Underscores do arrive: OSDF sends `transaction_id`. */
const TRANSACTION_HEADERS = [
  'transaction-id',
  'transaction_id',
  'x-transactionid',
  'x-transaction-id',
  'x-onap-requestid',
  'x-request-id',
];
const TRANSACTION_ID = /^[\x20-\x7e]{1,200}$/;

export interface TransactionId {
  readonly requestId: string;
  /** Only when the caller gave it. */
  readonly transactionId?: string;
}

/** The caller's transaction id, or a new UUID. Throws BAD_REQUEST for one that could forge a header or a log line. */
export function transactionId(headers: RequestHeaders, ids: Ids): TransactionId {
  for (const name of TRANSACTION_HEADERS) {
    const value = header(headers, name)?.trim();
    if (value === undefined || value === '') continue;
    if (TRANSACTION_ID.test(value)) return { requestId: value, transactionId: value };
    throw new ConductorError('BAD_REQUEST', 'The transaction id must be 1 to 200 printable ASCII characters.');
  }
  return { requestId: ids.uuid() };
}

export interface Versions {
  readonly minor: string;
  readonly patch: string;
}

/** The version asked for, else the service's own. Throws BAD_REQUEST when it is higher than the own or not a number. */
export function requestedVersions(headers: RequestHeaders, own: RestSettings['version']): Versions {
  return {
    minor: pick(
      header(headers, 'x-minorversion'),
      own.minor,
      `Expecting minor version less than or equal to ${own.minor}`,
    ),
    patch: pick(
      header(headers, 'x-patchversion'),
      own.patch,
      'Not expecting a patch version but the entered patch version is not acceptable if it is not less than ' +
        `or equal to ${own.patch}`,
    ),
  };
}

function pick(asked: string | undefined, own: string, refusal: string): string {
  if (asked === undefined) return own;
  const text = asked.trim();
  if (!/^\d{1,9}$/.test(text) || Number(text) > Number(own)) throw new ConductorError('BAD_REQUEST', refusal);
  return text;
}

/** Whether an `Accept` header lets us answer with JSON. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
    return type === '*/*' || type === 'application/*' || /^application\/([\w.-]+\+)?json$/.test(type);
  });
}

/** Whether an `Accept` header asks for server-sent events: by name, or by taking anything. */
export function wantsEvents(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  const types = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return types.includes('text/event-stream') || (types.includes('*/*') && !types.includes('application/json'));
}

/** Host, optional port; IPv6 in brackets. Anything else in a Host header is not put into links. */
const AUTHORITY = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/;

/** Scheme and authority of this server as the client sees it, without a slash at the end. */
export function baseUrl(request: RestRequest, trustProxy: boolean): string {
  const forwarded = trustProxy ? forwardedAddress(request.headers) : {};
  const scheme = forwarded.proto === 'https' || forwarded.proto === 'http' ? forwarded.proto : request.protocol;
  const host = [forwarded.host, request.host].find((name) => name !== undefined && AUTHORITY.test(name));
  return `${scheme}://${host ?? 'localhost'}${forwarded.prefix ?? ''}`;
}

interface Forwarded {
  readonly proto?: string | undefined;
  readonly host?: string | undefined;
  readonly prefix?: string | undefined;
}

function forwardedAddress(headers: RequestHeaders): Forwarded {
  const standard = forwardedPairs(header(headers, 'forwarded') ?? '');
  const host = standard.get('host') ?? firstOf(header(headers, 'x-forwarded-host'));
  const port = firstOf(header(headers, 'x-forwarded-port'));
  const prefix = firstOf(header(headers, 'x-forwarded-prefix'))?.replace(/\/+$/, '');
  return {
    proto: (standard.get('proto') ?? firstOf(header(headers, 'x-forwarded-proto')))?.toLowerCase(),
    host: host !== undefined && port !== undefined && !/:\d+$/.test(host) ? withPort(host, port) : host,
    prefix: prefix !== undefined && /^(\/[\w.~-]+)+$/.test(prefix) ? prefix : undefined,
  };
}

function forwardedPairs(value: string): ReadonlyMap<string, string> {
  const pairs = (value.split(',')[0] ?? '').split(';').map((pair) => pair.split('='));
  return new Map(
    pairs
      .filter((pair) => pair.length === 2)
      .map(([name = '', text = '']) => [name.trim().toLowerCase(), text.trim().replace(/^"(.*)"$/, '$1')]),
  );
}

function firstOf(list: string | undefined): string | undefined {
  const first = list?.split(',')[0]?.trim();
  return first === '' ? undefined : first;
}

function withPort(host: string, port: string): string {
  return /^\d{1,5}$/.test(port) && port !== '80' && port !== '443' ? `${host}:${port}` : host;
}
