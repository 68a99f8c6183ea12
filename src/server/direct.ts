// The short way for what nearly every client sends: a JSON POST with one query or mutation whose result has no errors. It runs
// the same parsing, validation, limits and execution, and its answers are byte for byte those of Yoga, which gets all the rest:
// other forms of a request, documents that cannot be run, and results with errors (executed once, here).
import type { IncomingHttpHeaders } from 'node:http';
import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import { boundedCache } from './document-cache.ts';
import type { Answer } from './exchange.ts';
import type { Caller, Execute } from './execute.ts';
import { type KeptAnswers, type Reads, recordReads } from './kept-answers.ts';
import type { Variables } from './page-size.ts';
import type { Yoga } from './yoga.ts';

/** `answer`: to be sent. `executed`: a result that Yoga is to put into form. null: nothing was done. */
export type DirectOutcome = { readonly answer: Answer } | { readonly executed: ExecutionResult } | null;

type MediaTypes = Pick<IncomingHttpHeaders, 'accept' | 'content-type'>;

/** `body` is null where there is none. */
export type Direct = (headers: MediaTypes, body: string | null, caller: Caller) => Promise<DirectOutcome>;

export function createDirect(yoga: Yoga, execute: Execute, answers: KeptAnswers): Direct {
  const documents = boundedCache<DocumentNode>();

  const documentOf = (query: string, caller: Caller): DocumentNode | null => {
    const known = documents.get(query);
    if (known) return known;
    try {
      const { schema, parse, validate } = yoga.getEnveloped({ caller, opened: [] });
      const document: DocumentNode = parse(query);
      if (validate(schema, document).length > 0) return null;
      documents.set(query, document);
      return document;
    } catch {
      return null;
    }
  };

  const run = async (body: string, caller: Caller): Promise<Executed | null> => {
    const params = paramsOf(body);
    const document = params && documentOf(params.query, caller);
    if (!document) return null;
    const { operationName, variables } = params;
    const kind = getOperationAST(document, operationName)?.operation;
    if (kind !== 'query' && kind !== 'mutation') return null;
    const reads = recordReads();
    const result = await execute({ document, operationName, variables }, caller, reads);
    // Never so for these kinds.
    if (Symbol.asyncIterator in result) return null;
    return { result, reads: kind === 'query' ? reads : null };
  };

  return async (headers, body, caller) => {
    const mediaType = mediaTypeOf(headers.accept);
    if (mediaType === null || body === null || !isJson(headers['content-type'])) return null;
    const kept = await answers.find(body, caller.scope);
    if (kept !== null) return { answer: answerOf(mediaType, kept, caller) };
    const done = await run(body, caller);
    if (done === null) return null;
    const { result, reads } = done;
    if (result.errors) return { executed: result };
    const text = JSON.stringify(result);
    if (reads) answers.keep(body, caller.scope.principal, reads, text);
    return { answer: answerOf(mediaType, text, caller) };
  };
}

interface Executed {
  readonly result: ExecutionResult;
  /** Of a query. */
  readonly reads: Reads | null;
}

function answerOf(mediaType: string, body: string, { scope }: Caller): Answer {
  const headers = {
    'content-type': `${mediaType}; charset=utf-8`,
    'cache-control': 'no-store',
    'transaction-id': scope.requestId,
  };
  return { status: 200, headers, body };
}

function isJson(contentType = ''): boolean {
  return contentType === 'application/json' || contentType.startsWith('application/json;');
}

const KNOWN_TYPE = /^(\*\/\*|application\/(\*|json|graphql-response\+json))$/;

/** What Yoga would answer with: the first accepted type; plain JSON where any will do. null: not said simply enough. */
function mediaTypeOf(accept = '*/*'): string | null {
  if (accept === 'application/json' || accept === '*/*') return 'application/json';
  const types = accept.split(',').map((type) => type.trim());
  if (!types.every((type) => KNOWN_TYPE.test(type))) return null;
  return types[0] === 'application/graphql-response+json' ? types[0] : 'application/json';
}

interface Params {
  readonly query: string;
  readonly operationName: string | null | undefined;
  readonly variables: Variables | null | undefined;
}

/** null for a body that Yoga would complain about, or that has more in it. */
function paramsOf(body: string): Params | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(parsed)) return null;
  const { query, operationName, variables, ...others } = parsed;
  if (typeof query !== 'string' || Object.keys(others).length > 0) return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  if (variables != null && !isObject(variables)) return null;
  return { query, operationName, variables };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
