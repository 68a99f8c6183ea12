// What the small simulators (DCAE, CPS, SDC) have in common: Basic authentication, one operation, JSON errors.
import type { Answer } from './faults.ts';
import type { Json } from './json.ts';
import { basicMatches, type Exchange, type SimulatorServer, type SimulatorTls, startServer } from './server.ts';

export interface PeerOptions {
  readonly username: string;
  readonly password: string;
  /** Absent: plain HTTP. */
  readonly tls?: SimulatorTls;
  /** Default 0: a free port. */
  readonly port?: number;
  /** Wait before every answer, in ms. */
  readonly delayMs?: number;
}

export function json(status: number, body: Json): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Starts a peer on 127.0.0.1 that hands authorised requests to `handle`. */
export function startPeer(options: PeerOptions, handle: (exchange: Exchange) => Answer): Promise<SimulatorServer> {
  const { username, password, tls, port, delayMs } = options;
  return startServer({
    ...(port === undefined ? {} : { port }),
    ...(tls === undefined ? {} : { tls }),
    ...(delayMs === undefined ? {} : { delayMs }),
    handle: (exchange) => {
      if (basicMatches(exchange.headers.authorization, username, password)) return handle(exchange);
      const answer = json(401, { status: 401, error: 'Unauthorized' });
      return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic' } };
    },
    failure: (status) => json(status, { status, error: `simulated failure ${status}` }),
  });
}

/** The server with more members; its own getters stay live. */
export function extended<More extends object>(server: SimulatorServer, more: More): SimulatorServer & More {
  return Object.assign(Object.create(server) as SimulatorServer, more);
}
