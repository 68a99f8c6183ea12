// The operations of a WebSocket connection: credentials at `connection_init`, a quota of operations, and for each the same
// parsing, validation, limits, execution and masking as over HTTP.
import type { IncomingMessage } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { type Context, makeServer, type Server } from 'graphql-ws';
import { ConductorError } from '../domain/errors.ts';
import type { Logger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Ids } from '../lib/ids.ts';
import { type Authenticate, transactionId } from '../rest/index.ts';
import type { Caller } from './execute.ts';
import { maskError, wireError } from './masking.ts';
import type { ServerSettings } from './settings.ts';
import { type GraphqlParams, maskingOf, type PreparedArgs, prepare, type Yoga } from './yoga.ts';

/** One connection. */
export interface Peer {
  readonly req: IncomingMessage;
  /** null until credentials were checked. */
  principal: Principal | null;
  /** Aborted when the connection is closed. */
  readonly gone: AbortController;
}

type PeerContext = Context<Record<string, unknown> | undefined, Peer>;

export interface OperationDependencies {
  readonly yoga: Yoga;
  readonly settings: ServerSettings;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly ids: Ids;
}

/** Close code for wrong or missing credentials; clients of graphql-ws do not try again after it. */
const UNAUTHORIZED = 4401;

export function createOperations(
  dependencies: OperationDependencies & { readonly settings: ServerSettings },
): Pick<Server<Peer>, 'opened'> & { readonly unauthorized: number } {
  const { yoga, settings, authenticate, logger, ids } = dependencies;
  const { introspection, webSocket } = settings;

  const callerOf = ({ principal, gone, req }: Peer): Caller => {
    const requestId = ids.uuid();
    const connection = connectionId(req, ids);
    if (principal === null) throw new ConductorError('CREDENTIALS_MISSING');
    const scope = { requestId, principal, signal: gone.signal };
    return { scope, logger: logger.child({ requestId, connection }), transport: 'ws' };
  };

  const server = makeServer<Record<string, unknown> | undefined, Peer>({
    connectionInitWaitTimeout: webSocket.initTimeoutMs,
    onConnect({ connectionParams, extra }) {
      extra.principal ??= authenticate(credentialsIn(connectionParams));
      return true;
    },
    onSubscribe(ctx, _id, payload) {
      const caller = callerOf(ctx.extra);
      if (operationsOf(ctx) > webSocket.maxSubscriptions) {
        const limit = new ConductorError('LIMIT_EXCEEDED', `One socket has at most ${webSocket.maxSubscriptions} operations.`);
        return [maskError(limit, maskingOf(caller, introspection))];
      }
      const prepared = prepare(yoga, payload as GraphqlParams, caller, introspection);
      return prepared as PreparedArgs | GraphQLError[];
    },
    execute: (args) => (args as PreparedArgs).run(args as PreparedArgs),
    subscribe: (args) => (args as PreparedArgs).run(args as PreparedArgs) as Promise<AsyncIterableIterator<ExecutionResult>>,
    onNext: (_ctx, _id, _payload, _args, result) =>
      result.errors ? { ...result, errors: result.errors.map(wireError) } : undefined,
    onError: (_ctx, _id, _payload, errors) => errors.map((error) => wireError(asGraphqlError(error))),
  });
  return { opened: server.opened, unauthorized: UNAUTHORIZED };
}
