// The one place where GraphQL operations are executed, behind HTTP, SSE and WebSocket alike. A compiled path for hot
// documents belongs here. Results leave it masked, and it never throws.
import { createSourceEventStream, type ExecutionResult, execute, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Logger } from '../domain/ports.ts';
import type { ReadLog } from '../resolvers/loaders.ts';
import type { RequestScope } from '../services/index.ts';
import { type Masking, maskError, maskResult } from './masking.ts';
import type { Operation } from './operation.ts';
import { pageSizeCheck } from './page-size.ts';
import type { SharedResults } from './shared-results.ts';
import { isAsyncIterable, type Streams, type Transport } from './streams.ts';

/** Who asks, over what. */
export interface Caller {
  readonly scope: RequestScope;
  readonly logger: Logger;
  readonly transport: Transport;
}

/** `reads` is told what the result of a query or mutation depends on. */
export type Execute = (
  operation: Operation,
  caller: Caller,
  reads?: ReadLog,
) => Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>>;

export type CreateContext = (scope: RequestScope, logger: Logger, reads?: ReadLog) => object;

export interface ExecuteDependencies {
  readonly schema: GraphQLSchema;
  /** What resolvers get; one an operation. */
  readonly createContext: CreateContext;
  readonly streams: Streams;
  readonly shared: SharedResults;
  readonly pageSize: number;
  readonly suggestions: boolean;
}

export function createExecute(dependencies: ExecuteDependencies): Execute {
  const { schema, createContext, streams, shared, suggestions } = dependencies;
  const tooLargePage = pageSizeCheck(dependencies.pageSize);
  return async ({ document, operationName, variables }, { scope, logger, transport }, reads) => {
    const masking: Masking = { requestId: scope.requestId, logger, suggestions };
    try {
      const variableValues = variables ?? {};
      const refusal = tooLargePage(document, variableValues);
      if (refusal) return maskResult({ errors: [refusal] }, masking);
      const args = { schema, document, operationName: operationName ?? null, variableValues };
      const kind = getOperationAST(document, operationName)?.operation;
      if (kind !== 'subscription') {
        const contextValue = createContext(kind === 'mutation' ? untilDone(scope) : scope, logger, reads);
        return maskResult(await execute({ ...args, contextValue }), masking);
      }
      return await streams.open(transport, scope, masking, async (signal) => {
        const own = { ...args, contextValue: createContext({ ...scope, signal }, logger) };
        const source = await createSourceEventStream(own);
        if (!isAsyncIterable(source)) return maskResult(source, masking);
        const key = shared.keyOf({ document, operationName, variables }, scope.principal);
        return resultsOf(source, (event) => shared.of(event, key, async () => execute({ ...own, rootValue: event })));
      });
    } catch (error) {
      return { errors: [maskError(error, masking)] };
    }
  };
}

/** What graphql-js's `subscribe` makes of the source's events, with an execution of one's own. */
function resultsOf(
  source: AsyncIterable<unknown>,
  executeEvent: (event: unknown) => Promise<ExecutionResult>,
): AsyncIterableIterator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await events.next();
      return done ? { done: true, value: undefined } : { done: false, value: await executeEvent(value) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A mutation goes on when its client leaves: the caller could not know whether it happened. */
function untilDone({ signal: _, ...scope }: RequestScope): RequestScope {
  return scope;
}
