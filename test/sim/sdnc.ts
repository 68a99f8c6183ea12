// The SDN-C simulator: RESTCONF in its old and its RFC 8040 form, Basic authentication, capacity RPCs with real counters.
import { decodeSegment } from './aai-store.ts';
import type { Answer } from './faults.ts';
import { isObject, type Json, type JsonObject, objectAt, parseJson } from './json.ts';
import type { CapacityTable } from './load-world.ts';
import { type Amounts, createLedger, type Ledger, type Reservation } from './sdnc-ledger.ts';
import { RPCS, RpcRefusal } from './sdnc-rpc.ts';
import { basicMatches, type Exchange, type SimulatorServer, type SimulatorTls, startServer } from './server.ts';

export type RestconfForm = 'restconf' | 'rests';

export interface SdncSimulatorOptions {
  readonly username: string;
  readonly password: string;
  /** Absent: plain HTTP. */
  readonly tls?: SimulatorTls;
  /** Default 0: a free port. */
  readonly port?: number;
  /** Wait before every answer, in ms. */
  readonly delayMs?: number;
  /** Limits per target and resource; speeds in Mbps. */
  readonly capacity?: CapacityTable;
  /** Limits of a target that is not in `capacity`; absent: such a target can carry nothing. */
  readonly otherwise?: Amounts;
  /** Default `both`. */
  readonly forms?: RestconfForm | 'both';
  /** RPCs that this controller does not have, as `MODULE:rpc`. */
  readonly missingRpcs?: readonly string[];
}

export interface SdncSimulator extends Omit<SimulatorServer, 'origin'> {
  /** Base for `[sdnc] server_url`: the `/restconf` form when there is one, else `/rests`. */
  readonly url: string;
  readonly restconfUrl: string;
  readonly restsUrl: string;
  /** What is held now, by entity id. */
  reservations(): Map<string, Reservation>;
  /** What is taken of a target, by resource name. */
  used(target: string): Map<string, number>;
  /** Replaces the limits of a target. */
  setCapacity(target: string, limits: Readonly<Record<string, number>>): void;
  /** Forgets every reservation. */
  clearReservations(): void;
}

function errors(status: number, tag: string, message: string): Answer {
  const type = status === 401 ? 'protocol' : 'application';
  const error = [{ 'error-type': type, 'error-tag': tag, 'error-message': message }];
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: JSON.stringify({ errors: { error } }) };
}

interface Target {
  readonly form: RestconfForm;
  readonly rpc: string;
}

function readTarget(path: string, forms: RestconfForm | 'both'): Target | null {
  const found = /^\/(restconf|rests)\/operations\/([^/]+)\/?$/.exec(path);
  const form = found?.[1] === 'rests' ? 'rests' : 'restconf';
  if (found === null || (forms !== 'both' && forms !== form)) return null;
  return { form, rpc: decodeSegment(found[2] ?? '') };
}

function readInput(body: string, module: string): JsonObject {
  if (body.trim() === '') return {};
  const parsed: Json | undefined = parseJson(body);
  if (!isObject(parsed)) throw new RpcRefusal(400, 'malformed-message', 'Error parsing input');
  const input = objectAt(parsed, 'input') ?? objectAt(parsed, `${module}:input`);
  if (input === null) throw new RpcRefusal(400, 'malformed-message', 'The message has no input');
  return input;
}

function runRpc(exchange: Exchange, target: Target, ledger: Ledger, missing: ReadonlySet<string>): Answer {
  const [module = ''] = target.rpc.split(':', 1);
  const rpc = missing.has(target.rpc) ? undefined : RPCS.get(target.rpc);
  if (rpc === undefined) return errors(404, 'invalid-value', `The schema node ${target.rpc} does not exist`);
  if (exchange.method !== 'POST') return errors(405, 'operation-not-supported', 'An RPC is invoked with POST');
  const type = exchange.headers['content-type'] ?? '';
  if (exchange.body !== '' && !/^application\/(yang-data\+)?json/i.test(type)) {
    return errors(415, 'invalid-value', 'Unsupported media type');
  }
  const output = rpc(ledger, readInput(exchange.body, module));
  const body = target.form === 'rests' ? { [`${module}:output`]: output } : { output };
  const accepted = exchange.headers.accept ?? '';
  const json = target.form === 'restconf' || /application\/json/i.test(accepted);
  const media = json ? 'application/json' : 'application/yang-data+json';
  return { status: 200, headers: { 'content-type': media }, body: JSON.stringify(body) };
}

function handle(
  exchange: Exchange,
  options: SdncSimulatorOptions,
  ledger: Ledger,
  missing: ReadonlySet<string>,
): Answer {
  if (!basicMatches(exchange.headers.authorization, options.username, options.password)) {
    const answer = errors(401, 'access-denied', 'Authentication is required');
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic realm="application"' } };
  }
  const target = readTarget(exchange.path, options.forms ?? 'both');
  if (target === null) return errors(404, 'data-missing', `There is no resource ${exchange.path}`);
  try {
    return runRpc(exchange, target, ledger, missing);
  } catch (error) {
    if (error instanceof RpcRefusal) return errors(error.status, error.tag, error.message);
    throw error;
  }
}

/** Starts the simulator on 127.0.0.1. Rejects when the port is taken or a certificate file cannot be read. */
export async function startSdncSimulator(options: SdncSimulatorOptions): Promise<SdncSimulator> {
  const ledger = createLedger(options.capacity ?? new Map(), options.otherwise ?? null);
  const missing = new Set(options.missingRpcs ?? []);
  const server = await startServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
    handle: (exchange) => handle(exchange, options, ledger, missing),
    failure: (status) => errors(status, 'operation-failed', `simulated failure ${status}`),
  });
  const restconfUrl = `${server.origin}/restconf`;
  const restsUrl = `${server.origin}/rests`;
  return {
    url: options.forms === 'rests' ? restsUrl : restconfUrl,
    restconfUrl,
    restsUrl,
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
    reservations: ledger.reservations,
    used: ledger.used,
    setCapacity: ledger.setCapacity,
    clearReservations: ledger.clear,
  };
}
