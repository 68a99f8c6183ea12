// What can be set about the listener and its transports. The defaults are safe for a server that strangers can reach.

export interface TlsSettings {
  /** PEM: certificate, then its chain. */
  readonly certFile: string;
  /** PEM. */
  readonly keyFile: string;
  /** PEM bundle; when set, clients must present a certificate that it vouches for. */
  readonly clientCaFile?: string;
}

export interface LimitSettings {
  /** Levels of selections inside each other, fragments included. @default 16 (the usual introspection query needs 15) */
  readonly depth: number;
  /** Aliases after fragments are spread. @default 50 */
  readonly aliases: number;
  /** Lexical tokens of a document. @default 10000 (a mutation may carry a template as a literal) */
  readonly tokens: number;
  /** Directives after fragments are spread. @default 50 */
  readonly directives: number;
  /** Fields at the root of an operation. @default 20 */
  readonly rootFields: number;
  /** Largest `first` or `last`. @default 200 */
  readonly pageSize: number;
}

export interface WebSocketSettings {
  /** Operations under way on one socket. @default 100 */
  readonly maxSubscriptions: number;
  /** Sockets in all; more are answered 503. @default 10000 */
  readonly maxSockets: number;
  /** ms to wait for `connection_init`. @default 5000 */
  readonly initTimeoutMs: number;
  /** ms between pings; a socket that did not answer the last one is cut. @default 25000 */
  readonly pingMs: number;
  /** Bytes of one incoming message. @default 2 MiB */
  readonly maxPayloadBytes: number;
  /** Bytes waiting for a client that does not read before it is cut. @default 16 MiB */
  readonly maxBufferedBytes: number;
}

export interface StreamSettings {
  /** Subscriptions, event streams and long polls of one principal, over all transports; 0: no limit. @default 20000 */
  readonly maxPerPrincipal: number;
  /** ms a long poll waits at the most. @default 60000 */
  readonly maxWaitMs: number;
  /** ms after which a quiet event stream of the REST API gets a comment. @default 15000 */
  readonly heartbeatMs: number;
}

export interface TimeoutSettings {
  /** ms until a request's headers must be there. @default 10000 */
  readonly headersMs: number;
  /** ms until the whole request must be there. @default 60000 */
  readonly requestMs: number;
  /** ms an idle connection is kept. @default 65000 (longer than common proxies keep theirs) */
  readonly keepAliveMs: number;
}

export interface ServerSettings {
  /** Serve REST and GraphQL; without, only the probes and metrics answer. @default true */
  readonly api: boolean;
  /** @default 127.0.0.1 */
  readonly host: string;
  /** 0 takes a free one. @default 8091 */
  readonly port: number;
  /** Serve HTTPS (TLS 1.2 and later). @default none */
  readonly tls?: TlsSettings;
  readonly basicAuth: {
    /** Whether plans and GraphQL need credentials. @default true */
    readonly required: boolean;
    /** Empty name or password: nobody gets in while credentials are required. */
    readonly username: string;
    readonly password: string;
    /** REST answers missing credentials with 401 and WWW-Authenticate instead of 417. @default false */
    readonly strict401: boolean;
  };
  /** Version headers of REST answers only for holders of the token. @default off */
  readonly versionAuth: { readonly flag: boolean; readonly token: string };
  /** Texts of the REST version headers. @default 3, 1, 2.3.1 */
  readonly version: { readonly minor: string; readonly patch: string; readonly latest: string };
  /** REST plan messages: `stored` keeps the one-element lists clients know, `text` always sends a string. @default stored */
  readonly messageForm: 'stored' | 'text';
  /** Bytes of a request body. @default 8 MiB */
  readonly bodyLimitBytes: number;
  /** Believe Forwarded and X-Forwarded-*. @default false */
  readonly trustProxy: boolean;
  /** Origins of web pages, besides this server's own, that may call GraphQL. @default none */
  readonly corsOrigins: readonly string[];
  /** Serve the GraphiQL page; it loads nothing from elsewhere. @default false */
  readonly graphiql: boolean;
  /** Answer introspection, and suggest names in validation errors. @default false */
  readonly introspection: boolean;
  readonly limits: LimitSettings;
  readonly webSocket: WebSocketSettings;
  readonly streams: StreamSettings;
  readonly timeouts: TimeoutSettings;
  /** Bytes of all headers of a request. @default 16 KiB */
  readonly maxHeaderBytes: number;
}

export const DEFAULT_SERVER_SETTINGS: ServerSettings = {
  api: true,
  host: '127.0.0.1',
  port: 8091,
  basicAuth: { required: true, username: '', password: '', strict401: false },
  versionAuth: { flag: false, token: '' },
  version: { minor: '3', patch: '1', latest: '2.3.1' },
  messageForm: 'stored',
  bodyLimitBytes: 8 * 1024 * 1024,
  trustProxy: false,
  corsOrigins: [],
  graphiql: false,
  introspection: false,
  limits: { depth: 16, aliases: 50, tokens: 10_000, directives: 50, rootFields: 20, pageSize: 200 },
  webSocket: {
    maxSubscriptions: 100,
    maxSockets: 10_000,
    initTimeoutMs: 5000,
    pingMs: 25_000,
    maxPayloadBytes: 2 * 1024 * 1024,
    maxBufferedBytes: 16 * 1024 * 1024,
  },
  streams: { maxPerPrincipal: 20_000, maxWaitMs: 60_000, heartbeatMs: 15_000 },
  timeouts: { headersMs: 10_000, requestMs: 60_000, keepAliveMs: 65_000 },
  maxHeaderBytes: 16 * 1024,
};
