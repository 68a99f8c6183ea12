// What both simulators share: a real HTTP or HTTPS server on a free port, the record of calls, the delay and the faults.
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Answer,
  createFaults,
  type Fault,
  type FaultSwitch,
  htmlAnswer,
  resetConnection,
  sendAnswer,
} from './faults.ts';

/** Paths of PEM files. With `requireClientCert` the server refuses clients without a certificate of this CA. */
export interface SimulatorTls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly requireClientCert?: boolean;
}

/** One request as it came over the wire. */
export interface RecordedCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** 0 until answered, and for a connection that was broken instead. */
  readonly status: number;
  /** Lower-case names; only those that matter to the peer. The password is not recorded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** ms since the epoch, with fractions. */
  readonly at: number;
  /** When the answer was handed to the connection, or the connection broke; 0 until then. */
  readonly doneAt: number;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ServerOptions {
  readonly port?: number;
  readonly tls?: SimulatorTls;
  /** Wait before every answer. */
  readonly delayMs?: number;
  readonly handle: (exchange: Exchange) => Answer;
  /** The peer's own error body for a `status` fault. */
  readonly failure: (status: number, exchange: Exchange) => Answer;
}

export interface SimulatorServer {
  readonly origin: string;
  readonly port: number;
  readonly calls: readonly RecordedCall[];
  clearCalls(): void;
  /** Resolves when so many calls are recorded, counted since the start or `clearCalls`. */
  callsReached(count: number): Promise<void>;
  readonly faults: FaultSwitch;
  /** The largest number of requests that were under way at once since the start or `clearCalls`. */
  readonly peakConcurrency: number;
  /** Changes the wait before every answer. */
  setDelay(ms: number): void;
  /** Lets requests that come from now on wait, until the returned function is called. */
  hold(): () => void;
  /** Ends the server and every open connection. */
  stop(): Promise<void>;
}

const RECORDED_HEADERS = [
  'accept',
  'content-type',
  'x-fromappid',
  'x-transactionid',
  'x-dslapiversion',
  'x-ecomp-instanceid',
  'x-onap-requestid',
  'x-onap-partnername',
  'user-agent',
  'traceparent',
] as const;

function recordedHeaders(request: IncomingMessage): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of RECORDED_HEADERS) {
    const value = request.headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const authorization = request.headers.authorization;
  if (authorization !== undefined) kept.authorization = authorization.split(' ', 1)[0] ?? '';
  return kept;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

/** True when the header is HTTP Basic with exactly this user and password. */
export function basicMatches(header: string | undefined, username: string, password: string): boolean {
  const found = /^basic\s+(\S+)$/i.exec(header ?? '');
  return found !== null && Buffer.from(found[1] ?? '', 'base64').toString('utf8') === `${username}:${password}`;
}

function createListener(tls: SimulatorTls | undefined): Server {
  const limits = { maxHeaderSize: 65_536 };
  if (tls === undefined) return createServer(limits);
  const required = tls.requireClientCert === true;
  return createTlsServer({
    ...limits,
    cert: readFileSync(tls.cert),
    key: readFileSync(tls.key),
    ca: readFileSync(tls.ca),
    requestCert: required,
    rejectUnauthorized: required,
  });
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** What happens instead of the operation; `done` means that nothing more is to be sent. */
function instead(fault: Fault, exchange: Exchange, options: ServerOptions): Answer | 'reset' | 'hang' | null {
  if (fault.kind === 'answer' && fault.answer) return fault.answer;
  if (fault.kind === 'status') {
    const failed = options.failure(fault.status ?? 500, exchange);
    return { ...failed, headers: { ...failed.headers, ...fault.headers } };
  }
  if (fault.kind === 'html') return htmlAnswer(fault.status ?? 502);
  return fault.kind === 'reset' || fault.kind === 'hang' ? fault.kind : null;
}

/** A mistake in the simulator itself is shown to the peer, so that a test sees it. */
function run(options: ServerOptions, exchange: Exchange): Answer {
  try {
    return options.handle(exchange);
  } catch (error) {
    const body = JSON.stringify({
      simulatorError: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return { status: 500, headers: { 'content-type': 'application/json' }, body };
  }
}

/** Starts a server on 127.0.0.1; port 0 (the default) takes a free one. */
export async function startServer(options: ServerOptions): Promise<SimulatorServer> {
  let calls: RecordedCall[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  let delayMs = options.delayMs ?? 0;
  let gate: Promise<void> | null = null;
  let underWay = 0;
  let peak = 0;
  const stopped = new AbortController();
  // Every answer that is held back listens.
  setMaxListeners(0, stopped.signal);
  const faults = createFaults();
  const server = createListener(options.tls);
  // As a proxy in front of A&AI does: connections stay open for half a minute.
  server.keepAliveTimeout = 30_000;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const target = request.url ?? '/';
    const { path, query } = splitTarget(target);
    const headers = recordedHeaders(request);
    const call = { method, path, query, status: 0, headers, body: '', at: now(), doneAt: 0 };
    const done = () => {
      call.doneAt ||= now();
    };
    response.once('finish', done).once('close', done);
    calls.push(call);
    for (const entry of waiting) if (calls.length >= entry.count) entry.resolve();
    waiting = waiting.filter((entry) => calls.length < entry.count);
    const wait = delayMs;
    const held = gate;
    call.body = await readBody(request);
    await held;
    const exchange: Exchange = { method, path, query, headers: request.headers, body: call.body };
    const fault = faults.take(method, target);
    if (wait > 0) await delay(wait, undefined, { signal: stopped.signal });
    if (fault?.kind === 'delay')
      await (fault.until ?? delay(fault.delayMs ?? 1000, undefined, { signal: stopped.signal }));
    const spoilt = fault === null ? null : instead(fault, exchange, options);
    const own = spoilt === null || fault?.when === 'after' ? run(options, exchange) : null;
    if (spoilt === 'hang') return;
    if (spoilt === 'reset') {
      resetConnection(request);
      return;
    }
    const sent = spoilt ?? own ?? options.failure(500, exchange);
    call.status = sent.status;
    await sendAnswer(response, sent, fault);
  }

  server.on('request', (request, response) => {
    underWay += 1;
    peak = Math.max(peak, underWay);
    response.once('close', () => {
      underWay -= 1;
    });
    // A client that hangs up, or `stop`, ends an exchange: that is no failure of the simulator.
    answer(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0);
  return {
    origin: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    get calls() {
      return calls;
    },
    callsReached(count) {
      if (calls.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    clearCalls() {
      calls = [];
      peak = underWay;
    },
    faults,
    get peakConcurrency() {
      return peak;
    },
    setDelay(ms) {
      delayMs = ms;
    },
    hold() {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = () => {
          gate = null;
          resolve();
        };
      });
      return release;
    },
    stop() {
      stopped.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
