// GraphQL errors as they leave the process: known failures keep code and message, GraphQL's own complaints are the caller's
// business, everything else becomes INTERNAL with the text of the error table, logged once with its cause.
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import {
  ConductorError,
  ERRORS,
  type ErrorCode,
  errorInfo,
  retryAfter,
  TemplateInvalidError,
} from '../domain/errors.ts';
import type { Logger } from '../domain/ports.ts';

export interface Masking {
  readonly requestId: string;
  readonly logger: Logger;
  /** Whether validation errors may name what the schema has instead. */
  readonly suggestions: boolean;
}

/** Made here, so safe; masking twice changes nothing. */
const MASKED = new WeakSet<GraphQLError>();
const SUGGESTION = / Did you mean .*$/s;

/** The form of an error that may be sent. `whole`: nothing else is in the result, so the error decides its status. */
export function maskError(error: unknown, masking: Masking, whole = false): GraphQLError {
  if (error instanceof GraphQLError && MASKED.has(error)) return error;
  const { requestId, logger, suggestions } = masking;
  const known = expectedFailure(error);
  if (known) return masked(error, known.message, known.code, requestId, { issues: issuesOf(known), whole });
  if (error instanceof GraphQLError && isComplaint(error)) {
    const message = suggestions ? error.message : error.message.replace(SUGGESTION, '');
    return masked(error, message, codeOf(error), requestId, { http: httpOf(error) });
  }
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  logger.error(
    { requestId, path: error instanceof GraphQLError ? error.path : undefined, err: cause },
    'GraphQL failure',
  );
  return masked(error, ERRORS.INTERNAL.message, 'INTERNAL', requestId, {});
}

/** A result with its errors masked; the same object when there are none. */
export function maskResult<T extends ExecutionResult>(result: T, masking: Masking): T {
  if (!result.errors || result.errors.length === 0) return result;
  const whole = result.data == null && result.errors.length === 1;
  return { ...result, errors: result.errors.map((error) => maskError(error, masking, whole)) };
}

interface Extras {
  readonly issues?: unknown;
  /** Yoga's instruction for the answer's status; it is never sent. */
  readonly http?: unknown;
  readonly whole?: boolean;
}

function masked(error: unknown, message: string, code: ErrorCode, requestId: string, extras: Extras): GraphQLError {
  const place = error instanceof GraphQLError ? error : null;
  const { status, retryable } = errorInfo(code);
  const seconds = retryAfter(code);
  // Load balancers and clients of any kind understand these; what is worth waiting for is not a matter of one field.
  const again = seconds === null ? null : { ...(extras.whole && { status }), headers: { 'Retry-After': `${seconds}` } };
  // An error of one field leaves the status to the result as a whole.
  const http = place?.path ? again : { status, ...again, ...(extras.http as object | undefined) };
  const safe = new GraphQLError(message, {
    nodes: place?.nodes ?? null,
    source: place?.source ?? null,
    positions: place?.positions ?? null,
    path: place?.path ?? null,
    extensions: {
      code,
      retryable,
      requestId,
      ...(extras.issues !== undefined && { issues: extras.issues }),
      ...(seconds !== null && { retryAfter: seconds }),
      ...(http !== null && { http }),
    },
  });
  MASKED.add(safe);
  return safe;
}

function expectedFailure(error: unknown): ConductorError | null {
  if (error instanceof ConductorError) return error.code === 'INTERNAL' ? null : error;
  return error instanceof GraphQLError && error.originalError ? expectedFailure(error.originalError) : null;
}

function issuesOf(error: ConductorError): unknown {
  return error instanceof TemplateInvalidError ? error.issues : undefined;
}

/** Said by GraphQL about the request: nothing else is behind it, or a value that a scalar refused before execution. */
function isComplaint(error: GraphQLError): boolean {
  const { originalError } = error;
  if (originalError === undefined || (!error.path && error.nodes)) return true;
  return originalError instanceof GraphQLError && isComplaint(originalError);
}

/** A complaint of GraphQL itself is a malformed request, whatever name the library gives to its kind. */
function codeOf(error: GraphQLError): ErrorCode {
  const { code } = error.extensions;
  return typeof code === 'string' && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'BAD_REQUEST';
}

/**
 * `spec`: 400, or 200 for clients that accept plain application/json only, as GraphQL over HTTP wants it of documents and
 * variables. A request without a readable document, and limits, are 400 for everybody.
 */
function httpOf(error: GraphQLError): object {
  const http = isObject(error.extensions.http) ? error.extensions.http : { status: 400 };
  if (codeOf(error) === 'LIMIT_EXCEEDED' || !(error.source || error.nodes)) return { ...http, spec: false };
  return { ...http, spec: true };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The JSON form of an error without what is meant for the HTTP layer. */
export function wireError(error: GraphQLError): GraphQLFormattedError {
  const { http: _, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}
