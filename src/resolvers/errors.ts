// Errors as GraphQL shows them. What the caller of a field must handle is a member of that field's result union: one class
// each, because the schema tells them apart by class. Any other failure stays a ConductorError, which the server turns into a
// top-level error with `extensions.code`.
import type { ErrorCode } from '../domain/errors.ts';
import { ConductorError, TemplateInvalidError } from '../domain/errors.ts';

/** An argument breaks a rule that the schema cannot express. */
export class InvalidInputError extends ConductorError {}
/** The idempotency key belongs to another request. */
export class IdempotencyConflictError extends ConductorError {}
/** The template or the whole document is larger than the server or the store takes. */
export class PayloadTooLargeError extends ConductorError {}
/** The plan has nothing left to search. */
export class PlanNotStoppableError extends ConductorError {}
/** No plan has this id. */
export class PlanNotFoundError extends ConductorError {}

type HandledError = new (code: ErrorCode, message?: string, options?: { readonly cause?: unknown }) => ConductorError;

const HANDLED: ReadonlyMap<ErrorCode, HandledError> = new Map([
  ['BAD_REQUEST', InvalidInputError],
  ['IDEMPOTENCY_CONFLICT', IdempotencyConflictError],
  ['PAYLOAD_TOO_LARGE', PayloadTooLargeError],
  ['STORE_VALUE_TOO_LARGE', PayloadTooLargeError],
  ['PLAN_NOT_FOUND', PlanNotFoundError],
  ['PLAN_NOT_STOPPABLE', PlanNotStoppableError],
]);

/** Runs `task`; a failure that a result union names is thrown as that member's class, any other as it is. */
export async function withHandledErrors<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof ConductorError) || error instanceof TemplateInvalidError) throw error;
    const Handled = HANDLED.get(error.code);
    throw Handled ? new Handled(error.code, error.message, { cause: error }) : error;
  }
}
