// A small SDN-C for tests: an HTTP server on a free port with RESTCONF operations in both forms, Basic auth, and an answer per
// request that the test chooses. Imports nothing from src.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** JSON as the tests look into it: any path may be asked for. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  /** `MODULE:rpc`. */
  readonly operation: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
  /** The object under `input`, whatever its prefix. */
  readonly input: Record<string, unknown>;
}

/** What the server does with a request: an output (wrapped as the base path wants), a raw answer, silence, or a cut connection. */
export type Reply =
  | { readonly output: unknown; readonly wrap?: 'plain' | 'qualified' | 'odd' }
  | { readonly status: number; readonly body?: unknown; readonly text?: string }
  | 'hang'
  | 'cut';

export class SdncServer {
  readonly seen: Seen[] = [];
  /** Highest number of requests under way at once. */
  busiest = 0;
  #underWay = 0;
  #reply: (seen: Seen, n: number) => Reply | Promise<Reply> = () => ({ status: 404 });
  #waiting: { readonly n: number; readonly resolve: () => void }[] = [];
  readonly #server: Server;
  readonly #hanging: ServerResponse[] = [];

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const response of this.#hanging) response.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Forgets what it saw; from now on requests are answered so. */
  answer(reply: Reply | ((seen: Seen, n: number) => Reply | Promise<Reply>)): void {
    this.seen.length = 0;
    this.busiest = 0;
    this.#reply = typeof reply === 'function' ? reply : () => reply;
  }

  /** Resolves when the n-th request since `answer` has arrived. */
  arrived(n: number): Promise<void> {
    if (this.seen.length >= n) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ n, resolve }));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
    const operation = path.split('/operations/')[1] ?? '';
    const input = Object.values(body)[0] as Record<string, unknown>;
    const seen: Seen = { method: request.method ?? '', path, operation, headers: request.headers, body, input };
    this.seen.push(seen);
    const n = this.seen.length;
    this.#underWay += 1;
    this.busiest = Math.max(this.busiest, this.#underWay);
    for (const waiter of this.#waiting) if (waiter.n <= n) waiter.resolve();
    const reply = authorized(request) ? await this.#reply(seen, n) : UNAUTHORIZED;
    this.#underWay -= 1;
    this.#send(seen, reply, response);
  }

  #send(seen: Seen, reply: Reply, response: ServerResponse): void {
    if (reply === 'hang') this.#hanging.push(response);
    else if (reply === 'cut') response.destroy();
    else if ('status' in reply) {
      const text = reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body));
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(text);
    } else {
      const module = seen.operation.split(':')[0];
      const key = { plain: 'output', qualified: `${module}:output`, odd: 'OTHER-MODULE:output' }[
        reply.wrap ?? (seen.path.startsWith('/rests/') ? 'qualified' : 'plain')
      ];
      response.writeHead(200, { 'content-type': 'application/yang-data+json' });
      response.end(JSON.stringify({ [key]: reply.output }));
    }
  }
}

export const USER = 'admin';
export const PASSWORD = 'sdnc-sesam';
const UNAUTHORIZED: Reply = {
  status: 401,
  body: { errors: { error: [{ 'error-type': 'protocol', 'error-tag': 'access-denied' }] } },
};

function authorized(request: IncomingMessage): boolean {
  return request.headers.authorization === `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
}

export function restconfError(tag: string, message?: string, envelope = 'errors'): Record<string, unknown> {
  const text = message === undefined ? {} : { 'error-message': message };
  return { [envelope]: { error: [{ 'error-type': 'application', 'error-tag': tag, ...text }] } };
}

/** A CAPACITY-API output. */
export function capacityOutput(
  status: string,
  more: {
    entityId?: string;
    entity?: string;
    target?: string;
    targetId?: string;
    code?: unknown;
    resources?: unknown[];
  } = {},
): Record<string, unknown> {
  const {
    entityId = 'entity-1',
    entity = status,
    target = status,
    targetId = 'host-1',
    code = '200',
    resources = [],
  } = more;
  return {
    'response-code': code,
    'response-message': '',
    'capacity-information': {
      status,
      'reservation-entity-list': [
        {
          'reservation-entity-type': 'SI',
          'reservation-entity-id': entityId,
          status: entity,
          'reservation-target-list': [
            { 'reservation-target-id': targetId, status: target, 'resource-list': resources },
          ],
        },
      ],
    },
  };
}

/** A DHVCAPACITY-API output. */
export function dhvOutput(available: string | null, code: unknown = '200'): Record<string, unknown> {
  const vnf = available === null ? [] : [{ 'device-type': 'vVIG', 'available-capacity': available }];
  return { 'service-capacity-check-response': { 'response-code': code, 'vnf-list': { vnf } } };
}
