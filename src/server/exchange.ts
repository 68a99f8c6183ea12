// One HTTP request with its answer, as the endpoints of this server see it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { endUnread } from './body.ts';

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Aborted when the client leaves before its answer is complete. */
  readonly signal: AbortSignal;
  /** Lets the client send its body; for clients that asked first. */
  readonly onContinue: () => void;
  readonly clock: Clock;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type Endpoint = (exchange: Exchange) => Promise<void>;

export function createExchange(req: IncomingMessage, res: ServerResponse, asked: boolean, clock: Clock): Exchange {
  return new HttpExchange(req, res, asked ? () => res.writeContinue() : GO_ON, clock);
}

const GO_ON = () => {};

/** A class for its getter's sake: one in an object literal is slow to make. */
class HttpExchange implements Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly onContinue: () => void;
  readonly clock: Clock;
  /** Made when first asked for: most requests are answered before anybody would listen to it. */
  #gone: AbortController | null = null;
  #left = false;

  constructor(req: IncomingMessage, res: ServerResponse, onContinue: () => void, clock: Clock) {
    const { path, query } = splitTarget(req.url ?? '/');
    this.req = req;
    this.res = res;
    this.method = req.method ?? 'GET';
    this.path = path;
    this.query = query;
    this.onContinue = onContinue;
    this.clock = clock;
    res.once('close', () => {
      this.#left = !res.writableFinished;
      if (this.#left) this.#gone?.abort();
    });
  }

  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#left) this.#gone.abort();
    return this.#gone.signal;
  }
}

/** Path and query of a request target; a proxy's absolute form loses scheme and authority. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const relative = target.replace(/^https?:\/\/[^/?]*/i, '');
  const at = relative.indexOf('?');
  const path = at < 0 ? relative : relative.slice(0, at);
  return { path: path === '' ? '/' : path, query: at < 0 ? '' : relative.slice(at + 1) };
}

/** Sends an answer whole. A request that was not read to its end costs the client its connection. */
export function respond({ req, res, method, clock }: Exchange, { status, headers, body }: Answer): void {
  if (res.headersSent || res.destroyed) return;
  const sent = method === 'HEAD' ? null : body;
  const all: Record<string, string | number> = { 'X-Content-Type-Options': 'nosniff', ...headers };
  if (status !== 204 && status !== 304 && method !== 'HEAD') all['Content-Length'] = Buffer.byteLength(sent ?? '');
  const unread = !req.complete && bodyExpected(req);
  if (unread) all.Connection = 'close';
  res.writeHead(status, all);
  if (unread) endUnread(req, res, sent, clock);
  else res.end(sent ?? undefined);
}

function bodyExpected({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

export function protocolOf(req: IncomingMessage): 'http' | 'https' {
  return (req.socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
}

/** The Host header, or the address the request came in on. */
export function hostOf(req: IncomingMessage): string {
  const { localAddress = 'localhost', localPort = 80 } = req.socket;
  return req.headers.host ?? `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}
