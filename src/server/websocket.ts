// GraphQL over WebSocket (protocol graphql-transport-ws): the listener's upgrade requests, sockets, quotas and pings. What an
// operation does is Yoga's pipeline; see websocket-operations.ts.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { errorInfo, retryAfter, toConductorError } from '../domain/errors.ts';
import type { Logger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import { type Authenticate, isUnauthorized, MAX_JSON_DEPTH, shapeExcess } from '../rest/index.ts';
import { splitTarget } from './exchange.ts';
import { judgeOrigin } from './origin.ts';
import type { ServerSettings } from './settings.ts';
import { createOperations, frameText, type Peer } from './websocket-operations.ts';
import { GRAPHQL_PATH, type Yoga } from './yoga.ts';

export interface WebSocketDependencies {
  readonly yoga: Yoga;
  readonly settings: ServerSettings;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface WebSockets {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says goodbye (1001) to every client and refuses new ones. */
  startDrain(): void;
  /** Cuts those who are still there. */
  terminate(): void;
}

/** Levels that the protocol's envelope adds around an operation's variables. */
const ENVELOPE = 3;

export function createWebSockets(dependencies: WebSocketDependencies): WebSockets {
  const { settings, logger, clock } = dependencies;
  const { webSocket } = settings;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    perMessageDeflate: false,
    maxPayload: webSocket.maxPayloadBytes,
    handleProtocols,
  });
  const operations = createOperations(dependencies);
  const pings = createPings(server, webSocket.pingMs, clock);
  const waiting = createWaitingRoom();
  let draining = false;

  const accept = (socket: WebSocket, req: IncomingMessage, principal: Principal | null) => {
    pings.watch(socket);
    const close = (code: number, reason: string) => socket.close(code, reason);
    serve(socket, { req, principal, gone: new AbortController(), frames: new Map(), close });
  };

  const serve = (socket: WebSocket, peer: Peer) => {
    const closed = operations.opened(
      {
        protocol: socket.protocol,
        send: (text) => sendText(socket, frameText(peer, text), webSocket.maxBufferedBytes),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) => {
          socket.on('message', (data: Buffer, isBinary) => {
            if (isBinary) return socket.close(1003, 'Text only');
            const text = data.toString('utf8');
            const excess = shapeExcess(text, MAX_JSON_DEPTH + ENVELOPE);
            if (excess !== null) return socket.close(4400, `Message ${excess}`);
            take(text).catch((error: unknown) => {
              if (!peer.gone.signal.aborted) logger.error({ err: error }, 'WebSocket message failed');
              socket.close(4500, 'Internal server error');
            });
          });
        },
      },
      peer,
    );
    // Faults of the connection (cut off, frame too large) end in `close`, which cleans up.
    socket.on('error', (error) => logger.debug({ err: error }, 'WebSocket fault'));
    socket.once('close', (code, reason) => {
      peer.gone.abort();
      closed(code, reason.toString()).catch((error: unknown) =>
        logger.error({ err: error }, 'WebSocket clean-up failed'),
      );
    });
  };

  return {
    upgrade(req, socket, head) {
      const decide = (admission: Admission) => {
        if (draining) return refuse(socket, 503);
        if (typeof admission === 'number') return refuse(socket, admission);
        server.handleUpgrade(req, socket, head, (opened) => accept(opened, req, admission.principal));
      };
      const admission = admit(req, server.clients.size, dependencies);
      if (admission instanceof Promise) waiting.hold(socket, admission, decide);
      else decide(admission);
    },
    startDrain() {
      draining = true;
      pings.stop();
      waiting.refuseAll();
      for (const socket of server.clients) socket.close(1001, 'Going away');
    },
    terminate() {
      pings.stop();
      for (const socket of server.clients) socket.terminate();
    },
  };
}

/** Upgrades whose permission is being asked for; the client may leave meanwhile, and a drain does not wait for the answer. */
function createWaitingRoom() {
  const waiting = new Set<Duplex>();
  return {
    hold(socket: Duplex, admission: Promise<Admission>, decide: (admission: Admission) => void) {
      const onError = () => socket.destroy();
      socket.once('error', onError);
      waiting.add(socket);
      void admission.then((decided) => {
        socket.off('error', onError);
        if (waiting.delete(socket) && !socket.destroyed) decide(decided);
      });
    },
    refuseAll() {
      for (const socket of waiting) refuse(socket, 503);
      waiting.clear();
    },
  };
}

/** One timer for all sockets: cuts those that did not answer the last ping, and pings the others. */
function createPings(server: WebSocketServer, everyMs: number, clock: Clock) {
  const alive = new WeakSet<WebSocket>();
  let cancel: (() => void) | null = null;
  const round = () => {
    for (const socket of server.clients) {
      if (alive.delete(socket)) socket.ping();
      else socket.terminate();
    }
    cancel = server.clients.size > 0 ? clock.after(everyMs, round) : null;
  };
  return {
    watch(socket: WebSocket) {
      alive.add(socket);
      socket.on('pong', () => alive.add(socket));
      cancel ??= clock.after(everyMs, round);
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}

/** The status of a refusal, or who comes in; null where credentials may still come with `connection_init`. */
type Admission = number | { readonly principal: Principal | null };

function admit(
  req: IncomingMessage,
  open: number,
  { settings, authenticate, logger }: WebSocketDependencies,
): Admission | Promise<Admission> {
  const { path } = splitTarget(req.url ?? '/');
  if (path !== GRAPHQL_PATH) return 404;
  if (judgeOrigin(req.headers, settings) === 'foreign') return 403;
  if (open >= settings.webSocket.maxSockets) return 503;
  if (req.headers.authorization === undefined) return { principal: null };
  const refusalOf = (thrown: unknown): number => {
    if (isUnauthorized(thrown)) return 401;
    const error = toConductorError(thrown);
    if (error.code === 'INTERNAL') logger.error({ err: error.cause }, 'credentials could not be checked');
    return errorInfo(error.code).status;
  };
  try {
    const principal = authenticate(req.headers.authorization);
    if (!(principal instanceof Promise)) return { principal };
    return principal.then((known) => ({ principal: known }), refusalOf);
  } catch (error) {
    return refusalOf(error);
  }
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => socket.destroy());
  const challenge = status === 401 ? 'WWW-Authenticate: Basic realm="conductor", charset="UTF-8"\r\n' : '';
  // Draining, full, or nobody to ask about credentials: all of it passes.
  const again = status === 503 ? `Retry-After: ${retryAfter('UPSTREAM_UNAVAILABLE')}\r\n` : '';
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\n${challenge}${again}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

/** Resolves when the text has left, so that a slow client slows its subscriptions; one that never reads is cut. */
function sendText(socket: WebSocket, text: string, maxBuffered: number): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  if (socket.bufferedAmount > maxBuffered) {
    socket.terminate();
    return Promise.resolve();
  }
  return new Promise((resolve) => socket.send(text, () => resolve()));
}
