// What goes into and comes out of the REST handler. No sockets: the compatibility cases run against these objects.
import type { ConductorError } from '../domain/errors.ts';
import type { Logger } from '../domain/ports.ts';
import type { PermissionCheck } from '../domain/principal.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { RequestScope, Services } from '../services/index.ts';
import type { Subscriptions } from '../services/subscriptions.ts';

/** Header names in lower case, as node:http gives them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface RestRequest {
  readonly method: string;
  /** Path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly body: Buffer | string;
  /** Why the body could not be read (too large, wrong encoding); answered at the point where a route asks for the body. */
  readonly bodyError?: ConductorError;
  readonly protocol: 'http' | 'https';
  /** Host header, or the address the request came in on when there was none. */
  readonly host: string;
  readonly remoteAddress: string;
  /** Aborted when the client is gone. Reads stop, writes are finished. */
  readonly signal?: AbortSignal;
}

export interface RestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** null: no body at all (204, HEAD). */
  readonly body: string | null;
  /** Server-sent events, sent instead of a body as they come. */
  readonly stream?: AsyncIterable<string>;
}

export interface RestSettings {
  /** Credentials of the API; with an empty user name or password nobody gets in while they are required. */
  readonly username: string;
  readonly password: string;
  /** Whether plans need HTTP Basic credentials. */
  readonly basicAuthSecure: boolean;
  /** Answer 401 with WWW-Authenticate for missing credentials instead of the 417 that existing clients know. */
  readonly strict401: boolean;
  /** With the flag on, version headers are shown only to requests that carry the token in `version-auth-token`. */
  readonly versionAuth: { readonly flag: boolean; readonly token: string };
  /** Texts of the version headers, for example 3, 1 and 2.3.1. */
  readonly version: { readonly minor: string; readonly patch: string; readonly latest: string };
  /** Bytes. */
  readonly bodyLimit: number;
  /** Believe Forwarded and X-Forwarded-* when making links. Only behind a proxy that sets them. */
  readonly trustProxy: boolean;
  /** `stored`: a plan's message is a one-element list where the reference's clients expect one. `text`: always a string. */
  readonly messageForm: 'stored' | 'text';
  /** Longest wait of a long poll in milliseconds. */
  readonly maxWaitMs: number;
}

/** Message for the first repeated key of a JSON or YAML text, or null. */
export type FindDuplicateKey = (text: string, label: 'API Request' | 'Template') => string | null;

export interface RestDependencies {
  readonly services: Services;
  readonly settings: RestSettings;
  readonly logger: Logger;
  readonly ids: Ids;
  readonly findDuplicateKey: FindDuplicateKey;
  readonly clock: Clock;
  /** Streams and long polls are counted here. */
  readonly subscriptions: Subscriptions;
  /** Must grant besides the credentials. Absent: nobody else is asked. */
  readonly permission?: PermissionCheck | undefined;
}

/** Everything a route sees of one request. */
export interface RouteCall extends RestDependencies {
  readonly request: RestRequest;
  readonly scope: RequestScope;
  /** The `{id}` of the path; empty for paths without one. */
  readonly id: string;
  /** Scheme and authority for links, for example `http://has.example:8091`. */
  readonly baseUrl: string;
}

/** What a route answers; `body` is sent as JSON, undefined sends none. */
export interface RouteAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** Server-sent events instead of a body. */
  readonly stream?: AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RouteHandler = (call: RouteCall) => Promise<RouteAnswer>;

/** The first value of a header, or undefined when absent or empty. */
export function header(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  const first = typeof value === 'string' ? value : value?.[0];
  return first === '' ? undefined : first;
}
