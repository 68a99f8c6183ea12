// The A&AI simulator: real HTTP(S), two-way TLS and/or Basic, the answers of aai-resources and aai-traversal, and faults.
import { AaiFault, badInput, badRequest, faultAnswer, jsonAnswer, policyFault } from './aai-answers.ts';
import { runDsl } from './aai-dsl.ts';
import { runQuery } from './aai-query.ts';
import { getResource } from './aai-resources.ts';
import { type AaiStore, createStore } from './aai-store.ts';
import { type Answer, htmlAnswer } from './faults.ts';
import type { SimWorld } from './load-world.ts';
import { basicMatches, type Exchange, type SimulatorServer, type SimulatorTls, startServer } from './server.ts';

/** What a deployment may not offer; `dsl` and `query` are then answered by a proxy's page with 403, the others with 400. */
export type RefusedStrategy = 'dsl' | 'query' | 'multi-get' | 'format';

export interface AaiSimulatorOptions {
  readonly world: SimWorld;
  /** Absent: plain HTTP. */
  readonly tls?: SimulatorTls;
  /** With a user name every request needs HTTP Basic. */
  readonly username?: string;
  readonly password?: string;
  /** Default 0: a free port. */
  readonly port?: number;
  /** Wait before every answer, in ms. */
  readonly delayMs?: number;
  /** Lowest and highest schema version served; default 10 to 32. */
  readonly versions?: readonly [number, number];
  readonly refuse?: readonly RefusedStrategy[];
}

export interface AaiSimulator extends Omit<SimulatorServer, 'origin'> {
  /** Base for `[aai] server_url`: scheme, host, port and `/aai`. */
  readonly url: string;
  /** The world it was started with. */
  readonly world: SimWorld;
  /** The live inventory: put and remove objects while it runs. */
  readonly store: AaiStore;
  /** May be changed while it runs. */
  readonly refuse: Set<RefusedStrategy>;
}

const MAXIMUM_TARGET = 8192;
const MAXIMUM_PATH = 2050;

interface Setting {
  readonly store: AaiStore;
  readonly refuse: ReadonlySet<RefusedStrategy>;
  readonly options: AaiSimulatorOptions;
}

/** aai-resources answers XML unless the accepted types leave it no choice. */
function wantsXml(exchange: Exchange): boolean {
  const accepted = (exchange.headers.accept ?? '*/*')
    .split(',')
    .map((part) => part.split(';', 1)[0]?.trim().toLowerCase());
  return accepted.some((type) => type === '*/*' || type === 'application/*' || type === 'application/xml');
}

function checkHeaders(exchange: Exchange): void {
  const has = (...names: readonly string[]): boolean => names.some((name) => exchange.headers[name] !== undefined);
  if (!has('x-fromappid', 'x-onap-partnername', 'x-sourceoftruth')) {
    throw badInput(exchange.method, exchange.path, 'Missing required header: X-FromAppId', 'ERR.5.4.4009');
  }
  if (!has('x-transactionid', 'x-onap-requestid', 'x-requestid', 'x-ecomp-requestid')) {
    throw badInput(exchange.method, exchange.path, 'Missing required header: X-TransactionId', 'ERR.5.4.4010');
  }
}

function checkVersion(exchange: Exchange, setting: Setting): { version: number; path: string } {
  const found = /^\/aai\/v([1-9]\d*)(\/.*)$/.exec(exchange.path);
  const [lowest, highest] = setting.options.versions ?? [10, 32];
  const version = Number(found?.[1] ?? 0);
  if (found === null || version < lowest || version > highest) {
    throw badRequest('SVC3016', exchange.path, 'Bad version or URI');
  }
  if (exchange.path.length > MAXIMUM_PATH) throw badRequest('SVC3016', exchange.path, 'The path is too long');
  return { version, path: found[2] ?? '/' };
}

function authorized(exchange: Exchange, options: AaiSimulatorOptions): boolean {
  if (options.username === undefined) return true;
  return basicMatches(exchange.headers.authorization, options.username, options.password ?? '');
}

function traversal(exchange: Exchange, setting: Setting, strategy: 'query' | 'dsl'): Answer {
  if (setting.refuse.has(strategy)) return htmlAnswer(403);
  if (!authorized(exchange, setting.options)) return { status: 401, headers: { 'www-authenticate': 'Basic' } };
  checkHeaders(exchange);
  const { version, path } = checkVersion(exchange, setting);
  if (exchange.method !== 'PUT') return { status: 405, headers: { allow: 'PUT' } };
  if (!/^application\/json/i.test(exchange.headers['content-type'] ?? '')) return { status: 415, headers: {} };
  const request = {
    store: setting.store,
    version,
    path,
    query: new URLSearchParams(exchange.query),
    body: exchange.body,
  };
  return jsonAnswer(200, strategy === 'query' ? runQuery(request) : runDsl(request));
}

function resources(exchange: Exchange, setting: Setting): Answer {
  checkHeaders(exchange);
  if (!authorized(exchange, setting.options)) {
    throw policyFault(exchange.method, exchange.path, 'Not authorized', 'ERR.5.4.3300');
  }
  const { version, path } = checkVersion(exchange, setting);
  const query = new URLSearchParams(exchange.query);
  if (setting.refuse.has('format') && query.has('format')) {
    throw badInput('GET', path, 'Invalid input performing GET: property: format not found');
  }
  const refuseRepeatedKeys = setting.refuse.has('multi-get');
  const request = { store: setting.store, version, path, query, xml: wantsXml(exchange), refuseRepeatedKeys };
  if (exchange.method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
  return getResource(request);
}

function handle(exchange: Exchange, setting: Setting): Answer {
  if (exchange.path.length + exchange.query.length + 1 > MAXIMUM_TARGET) return htmlAnswer(414);
  const strategy = /^\/aai\/v\d+\/(query|dsl)$/.exec(exchange.path)?.[1];
  try {
    return strategy === 'query' || strategy === 'dsl'
      ? traversal(exchange, setting, strategy)
      : resources(exchange, setting);
  } catch (error) {
    if (!(error instanceof AaiFault)) throw error;
    return faultAnswer(error.detail, strategy === undefined && wantsXml(exchange));
  }
}

/** The envelope that a real A&AI sends with a status that a fault asks for. */
function failure(status: number, exchange: Exchange): Answer {
  const text = 'Internal Error (msg=%3) (ec=%4)';
  const variables = [exchange.method, exchange.path, `simulated failure ${status}`, 'ERR.5.4.4000'];
  const messageId = status === 401 || status === 403 ? 'POL3300' : status === 404 ? 'SVC3001' : 'SVC3002';
  return faultAnswer({ status, messageId, text, variables }, false);
}

/** Starts the simulator on 127.0.0.1. Rejects when the port is taken or a certificate file cannot be read. */
export async function startAaiSimulator(options: AaiSimulatorOptions): Promise<AaiSimulator> {
  const store = createStore(options.world.aai);
  const refuse = new Set(options.refuse ?? []);
  const setting: Setting = { store, refuse, options };
  const server = await startServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
    handle: (exchange) => handle(exchange, setting),
    failure,
  });
  return {
    url: `${server.origin}/aai`,
    port: server.port,
    get calls() {
      return server.calls;
    },
    clearCalls: server.clearCalls,
    callsReached: server.callsReached,
    faults: server.faults,
    get peakConcurrency() {
      return server.peakConcurrency;
    },
    setDelay: server.setDelay,
    hold: server.hold,
    stop: server.stop,
    world: options.world,
    store,
    refuse,
  };
}
