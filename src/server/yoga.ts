// GraphQL Yoga as this server uses it: protocol, parsing, validation and result formats are its work; execution, limits and
// masking are ours, in plugins, so that `getEnveloped` gives WebSocket the same pipeline as HTTP.
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
} from 'graphql';
import { createYoga, type GraphiQLOptions, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { boundedCache } from './document-cache.ts';
import { limitedParser } from './document-limits.ts';
import type { Caller, Execute } from './execute.ts';
import { type Masking, maskError, maskResult } from './masking.ts';
import type { ServerSettings } from './settings.ts';

export interface GatewayContext {
  readonly caller: Caller;
  /** Filled with the request's event stream; whoever sends the answer ends it, also when Yoga could not send it. */
  readonly opened: AsyncIterator<unknown>[];
  /** The operation's result, when it was executed before. */
  readonly executed?: ExecutionResult;
}

export type Yoga = YogaServerInstance<GatewayContext, object>;

export const GRAPHQL_PATH = '/graphql';

export function createGateway(schema: GraphQLSchema, execute: Execute, settings: ServerSettings): Yoga {
  return createYoga<GatewayContext, object>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    landingPage: false,
    graphiql: settings.graphiql ? { title: 'Conductor Gateway' } : false,
    renderGraphiQL: graphiqlPage(),
    // The node handler in front does these: origins, body size, health, uploads (none).
    cors: false,
    maxRequestBodySize: false,
    multipart: false,
    logging: false,
    // Masking needs the request id, so it is done in useMasking, where every result passes.
    maskedErrors: false,
    parserAndValidationCache: { documentCache: boundedCache(), errorCache: boundedCache() },
    plugins: [useLimits(settings), useExecutor(execute), useMasking(settings)],
  });
}

/** Everything in one page, for networks without a way out: megabytes, made once, and only when somebody asks for them. */
function graphiqlPage(): (options?: GraphiQLOptions) => Promise<string> {
  let page: Promise<string> | null = null;
  return (options) => {
    page ??= import('@graphql-yoga/render-graphiql').then(({ renderGraphiQL }) => renderGraphiQL(options));
    return page;
  };
}

function useLimits({ limits, introspection }: ServerSettings): Plugin<GatewayContext> {
  const parse = limitedParser(limits);
  return {
    onParse({ setParseFn }) {
      setParseFn(parse);
    },
    onValidate({ addValidationRule }) {
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}

function useExecutor(execute: Execute): Plugin<GatewayContext> {
  const run = ({ document, operationName, variableValues, contextValue }: ExecutionArgs) => {
    const { caller, executed } = contextValue as GatewayContext;
    return executed ?? execute({ document, operationName, variables: variableValues }, caller);
  };
  return {
    onExecute({ setExecuteFn }) {
      setExecuteFn(run);
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(run);
    },
  };
}

/** What was not executed (unreadable, invalid, wrong method) passes here on its way to an HTTP client. */
function useMasking({ introspection }: ServerSettings): Plugin<GatewayContext> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      const { caller, opened } = serverContext as object as GatewayContext;
      if (Array.isArray(result)) return;
      if (Symbol.asyncIterator in result) opened.push(result[Symbol.asyncIterator]());
      else setResult(maskResult(result, maskingOf(caller, introspection)));
    },
  };
}

export function maskingOf({ scope, logger }: Caller, suggestions: boolean): Masking {
  return { requestId: scope.requestId, logger, suggestions };
}

/** Arguments of an operation together with the enveloped functions that run it. */
export interface PreparedArgs extends ExecutionArgs {
  readonly run: (args: PreparedArgs) => ReturnType<Execute>;
}

export interface GraphqlParams {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: object | null | undefined;
}

/** Parses and validates for a transport that Yoga does not serve, in Yoga's pipeline. Gives masked errors when refused. */
export function prepare(
  yoga: Yoga,
  { query, operationName, variables }: GraphqlParams,
  caller: Caller,
  suggestions: boolean,
): PreparedArgs | readonly GraphQLError[] {
  const masking = maskingOf(caller, suggestions);
  try {
    const { schema, parse, validate, execute, subscribe } = yoga.getEnveloped({ caller, opened: [] });
    const document: DocumentNode = parse(query);
    const problems: readonly Error[] = validate(schema, document);
    if (problems.length > 0) return problems.map((problem) => maskError(problem, masking));
    const operation = getOperationAST(document, operationName)?.operation;
    return {
      schema,
      document,
      contextValue: { caller },
      operationName: operationName ?? null,
      variableValues: { ...variables },
      run: operation === 'subscription' ? subscribe : execute,
    };
  } catch (error) {
    return [maskError(error, masking)];
  }
}
