// The operations of a WebSocket connection: credentials at `connection_init`, a quota of operations, and for each the same
// parsing, validation, limits, execution and masking as over HTTP.
import type { IncomingMessage } from 'node:http';
import type { ExecutionResult, FormattedExecutionResult, GraphQLError } from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import { ConductorError } from '../domain/errors.ts';
import type { Logger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Ids } from '../lib/ids.ts';
import type { Authenticate } from '../rest/index.ts';
import type { Caller } from './execute.ts';
import { maskError, wireError } from './masking.ts';
import type { ServerSettings } from './settings.ts';
import { maskingOf, type PreparedArgs, prepare, type Yoga } from './yoga.ts';

/** One connection. */
export interface Peer {
  readonly req: IncomingMessage;
  /** null until credentials were checked. */
  principal: Principal | null;
  /** Aborted when the connection is closed. */
  readonly gone: AbortController;
  readonly close: (code: number, reason: string) => void;
}

export interface OperationDependencies {
  readonly yoga: Yoga;
  readonly settings: ServerSettings;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  readonly ids: Ids;
}

type Params = Record<string, unknown> | undefined;

/** Wrong or missing credentials; clients of graphql-ws do not try again after it. */
const UNAUTHORIZED = 4401;

export function createOperations(dependencies: OperationDependencies): Server<Peer> {
  const { yoga, settings, authenticate, logger, ids } = dependencies;
  const { introspection, webSocket } = settings;

  const callerOf = ({ principal, gone }: Peer): Caller => {
    const requestId = ids.uuid();
    // Only reached after `connection_init`; the guard keeps a mistake there from opening the door.
    if (principal === null) throw new ConductorError('CREDENTIALS_MISSING');
    return {
      scope: { requestId, principal, signal: gone.signal },
      logger: logger.child({ requestId }),
      transport: 'ws',
    };
  };

  return makeServer<Params, Peer>({
    connectionInitWaitTimeout: webSocket.initTimeoutMs,
    async onConnect({ connectionParams, extra }) {
      try {
        extra.principal ??= await authenticate(credentialsIn(connectionParams));
        return true;
      } catch {
        extra.close(UNAUTHORIZED, 'Unauthorized');
        return false;
      }
    },
    onSubscribe({ subscriptions, extra }, _id, payload): PreparedArgs | readonly GraphQLError[] {
      const caller = callerOf(extra);
      // The new operation is already counted.
      if (Object.keys(subscriptions).length <= webSocket.maxSubscriptions) {
        return prepare(yoga, payload, caller, introspection);
      }
      const quota = `One socket has at most ${webSocket.maxSubscriptions} operations at a time.`;
      return [maskError(new ConductorError('LIMIT_EXCEEDED', quota), maskingOf(caller, introspection))];
    },
    execute: (args) => run(args as PreparedArgs),
    subscribe: (args) => run(args as PreparedArgs),
    onNext: (_ctx, _id, _payload, _args, { errors, ...rest }) =>
      errors && ({ ...rest, errors: errors.map(wireError) } as FormattedExecutionResult),
    onError(_ctx, _id, _payload, errors) {
      const masking = { requestId: ids.uuid(), logger, suggestions: introspection };
      return errors.map((error) => wireError(maskError(error, masking)));
    },
  });
}

function run(args: PreparedArgs): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  return Promise.resolve(args.run(args));
}

/** `{"Authorization": "Basic …"}`, in any case, as web pages send it that cannot set headers on a WebSocket. */
function credentialsIn(params: Params): string | undefined {
  const entry = Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
  return typeof entry?.[1] === 'string' ? entry[1] : undefined;
}
