// The operations of a WebSocket connection: credentials at `connection_init`, a quota of operations, and for each the same
// parsing, validation, limits, execution and masking as over HTTP.
import type { IncomingMessage } from 'node:http';
import type { ExecutionResult, FormattedExecutionResult, GraphQLError } from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import { ConductorError, isConductorError } from '../domain/errors.ts';
import type { Logger } from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Ids } from '../lib/ids.ts';
import { type Authenticate, isUnauthorized } from '../rest/index.ts';
import type { Caller } from './execute.ts';
import { maskError, wireError } from './masking.ts';
import type { ServerSettings } from './settings.ts';
import { isShared, type SharedResult } from './shared-results.ts';
import { maskingOf, type PreparedArgs, prepare, type Yoga } from './yoga.ts';

/** One connection. */
export interface Peer {
  readonly req: IncomingMessage;
  /** null until credentials were checked. */
  principal: Principal | null;
  /** Aborted when the connection is closed. */
  readonly gone: AbortController;
  /** What is sent in place of a frame that stands for it; see `standIn`. */
  readonly frames: Map<string, string>;
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
/** Whether they are right cannot be said now; clients of graphql-ws come again. */
const TRY_AGAIN_LATER = 1013;

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
      } catch (error) {
        if (isUnauthorized(error)) extra.close(UNAUTHORIZED, 'Unauthorized');
        else if (isConductorError(error) && error.retryable) extra.close(TRY_AGAIN_LATER, 'Try again later');
        else throw error;
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
    onNext({ extra }, id, _payload, _args, result) {
      if (isShared(result)) return standIn(extra, id, result);
      const { errors, ...rest } = result;
      return errors && ({ ...rest, errors: errors.map(wireError) } as FormattedExecutionResult);
    },
    onError(_ctx, _id, _payload, errors) {
      const masking = { requestId: ids.uuid(), logger, suggestions: introspection };
      return errors.map((error) => wireError(maskError(error, masking)));
    },
  });
}

/**
 * graphql-ws makes the JSON of each frame anew. For a result that many are sent it gets an empty one to make a frame of, and the
 * socket sends the frame with the result's own JSON in its place.
 */
function standIn({ frames }: Peer, id: string, result: SharedResult): FormattedExecutionResult {
  const frameOf = (payload: string) => `{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`;
  frames.set(frameOf('{}'), frameOf(result.stringify()));
  return {};
}

/** The text to send for a frame of graphql-ws. */
export function frameText({ frames }: Peer, text: string): string {
  const instead = frames.get(text);
  if (instead === undefined) return text;
  frames.delete(text);
  return instead;
}

function run(args: PreparedArgs): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  return Promise.resolve(args.run(args));
}

/** `{"Authorization": "Basic …"}`, in any case, as web pages send it that cannot set headers on a WebSocket. */
function credentialsIn(params: Params): string | undefined {
  const entry = Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
  return typeof entry?.[1] === 'string' ? entry[1] : undefined;
}
