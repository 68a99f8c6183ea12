// The server: one request handler in front of all endpoints, with metrics and an orderly end.
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import type { Logger, Metrics } from '../domain/ports.ts';
import type { PermissionCheck } from '../domain/principal.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import { createBasicAuth, type FindDuplicateKey, routeLabel } from '../rest/index.ts';
import type { Services } from '../services/index.ts';
import { createSubscriptions } from '../services/subscriptions.ts';
import { createDirect } from './direct.ts';
import { createExchange, type Endpoint, type Exchange, respond } from './exchange.ts';
import { type CreateContext, createExecute } from './execute.ts';
import { createGraphqlEndpoint } from './graphql-endpoint.ts';
import { createKeptAnswers } from './kept-answers.ts';
import { createListener, open, renewCertificate } from './listener.ts';
import { createProbes, type MetricsText, withoutApi } from './probes.ts';
import { createRestEndpoint } from './rest-endpoint.ts';
import type { ServerSettings } from './settings.ts';
import { createSharedResults } from './shared-results.ts';
import { createStreams, type Streams } from './streams.ts';
import { createWebSockets, type WebSockets } from './websocket.ts';
import { createGateway, GRAPHQL_PATH } from './yoga.ts';

export interface ServerDependencies {
  readonly settings: ServerSettings;
  readonly services: Services;
  readonly metrics: Metrics & MetricsText;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly findDuplicateKey: FindDuplicateKey;
  /** Must grant besides the credentials, over every transport. Absent: nobody else is asked. */
  readonly permission?: PermissionCheck | undefined;
}

/** The GraphQL side, given so that the transports can be tested on a schema of their own. */
export interface GraphqlParts {
  readonly schema: GraphQLSchema;
  /** What resolvers get; called once an operation. */
  readonly createContext: CreateContext;
}

export interface Server {
  /** Throws PORT_IN_USE and CONFIG_INVALID. */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /**
   * Drains: not ready, no new connections, WebSocket clients told to go (1001), event streams completed, requests under way
   * finished; what is left after `graceMs` is cut. Idempotent.
   */
  close(graceMs: number): Promise<void>;
  /** Reads the listener's certificate and key anew. Throws CERTIFICATE_INVALID, and then nothing has changed. */
  renewCertificate(settings: ServerSettings): void;
}

/** Throws CERTIFICATE_INVALID. */
export function createServerWith(dependencies: ServerDependencies, graphql: GraphqlParts): Server {
  const { settings, services, logger, clock } = dependencies;
  const subscriptions = createSubscriptions(dependencies.metrics, settings.streams.maxPerPrincipal);
  const { endpoints, sockets } = createEndpoints(dependencies, graphql, createStreams(subscriptions));
  const rest = settings.api ? createRestEndpoint(settings, { ...dependencies, subscriptions }) : withoutApi;
  const listener = createListener(settings);
  const connections = trackConnections(listener, settings.tls !== undefined);
  const measure = measurer(dependencies.metrics, clock);
  let closing: Promise<void> | null = null;

  const handle = async (req: IncomingMessage, res: ServerResponse, asked: boolean) => {
    if (closing) res.setHeader('Connection', 'close');
    const exchange = createExchange(req, res, asked, clock);
    const endpoint = endpoints.get(exchange.path);
    measure(exchange, endpoint ? exchange.path : routeLabel(exchange.path));
    connections.hold(exchange, () => closing !== null);
    try {
      await (endpoint ?? rest)(exchange);
    } catch (error) {
      logger.error({ err: error, path: exchange.path.slice(0, 200) }, 'request failed');
      respond(exchange, { status: 500, headers: {}, body: null });
      if (!res.writableEnded) res.destroy();
    }
  };
  listener.on('request', (req, res) => handle(req, res, false));
  listener.on('checkContinue', (req, res) => handle(req, res, true));
  listener.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (settings.api) sockets.upgrade(req, socket, head);
    else socket.destroy();
  });

  const drain = async (graceMs: number) => {
    services.health.startDrain();
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    sockets.startDrain();
    subscriptions.endAll();
    connections.closeIdle();
    const cancel = clock.after(graceMs, () => {
      sockets.terminate();
      listener.closeAllConnections();
      connections.closeAll();
    });
    await closed;
    cancel();
  };
  return {
    listen: () => open(listener, settings),
    close(graceMs) {
      closing ??= drain(graceMs);
      return closing;
    },
    renewCertificate: (renewed) => renewCertificate(listener, renewed),
  };
}

function createEndpoints(
  dependencies: ServerDependencies,
  { schema, createContext }: GraphqlParts,
  streams: Streams,
): { readonly endpoints: ReadonlyMap<string, Endpoint>; readonly sockets: WebSockets } {
  const { settings, services } = dependencies;
  const authenticate = createBasicAuth({ ...settings.basicAuth, permission: dependencies.permission });
  const { introspection: suggestions, limits } = settings;
  const shared = createSharedResults(dependencies.clock);
  const execute = createExecute({ schema, createContext, streams, shared, pageSize: limits.pageSize, suggestions });
  const yoga = createGateway(schema, execute, settings);
  const direct = createDirect(yoga, execute, createKeptAnswers(services.plans));
  const graphql = createGraphqlEndpoint({ ...dependencies, yoga, direct, authenticate });
  const probes = createProbes({ ...dependencies, health: services.health });
  return {
    endpoints: new Map([...probes, [GRAPHQL_PATH, settings.api ? graphql : withoutApi]]),
    sockets: createWebSockets({ ...dependencies, yoga, authenticate }),
  };
}

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']);

/** Label values are few and known, whatever clients send. */
function measurer(metrics: Metrics, clock: Clock): (exchange: Exchange, route: string) => void {
  return ({ res, method: asked }, route) => {
    const began = clock.monotonic();
    const method = METHODS.has(asked) ? asked : 'other';
    res.once('close', () => {
      const status = String(res.writableFinished ? res.statusCode : 499);
      metrics.count('conductor_http_requests_total', { route, method, status });
      metrics.observe('conductor_http_request_seconds', (clock.monotonic() - began) / 1000, { route });
    });
  };
}

interface Connections {
  /** Marks the connection as busy until its answer is out; while draining it is closed then. */
  hold(exchange: Exchange, draining: () => boolean): void;
  closeIdle(): void;
  closeAll(): void;
}

/** Which connections have nothing under way, those included on which nothing was ever asked. */
function trackConnections(listener: HttpServer, secure: boolean): Connections {
  const open = new Set<Duplex>();
  const busy = new Map<Duplex, number>();
  listener.on(secure ? 'secureConnection' : 'connection', (socket: Duplex) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  // An upgraded connection belongs to its WebSocket, which says goodbye itself.
  listener.on('upgrade', (_req: IncomingMessage, socket: Duplex) => open.delete(socket));
  return {
    hold({ req: { socket }, res }, draining) {
      busy.set(socket, (busy.get(socket) ?? 0) + 1);
      res.once('close', () => {
        const left = (busy.get(socket) ?? 1) - 1;
        if (left > 0) busy.set(socket, left);
        else busy.delete(socket);
        if (left === 0 && draining()) socket.end();
      });
    },
    closeIdle() {
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
    },
    closeAll() {
      for (const socket of open) socket.destroy();
    },
  };
}
