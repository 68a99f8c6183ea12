// The one table of error codes: safe message, retryable, REST answer, CLI exit code. docs/errors.md is kept equal by a test.
// A code never changes its meaning. Messages are safe to show; causes are logged, never sent.

interface ErrorInfo {
  /** Default text, safe to show to any caller. */
  readonly message: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** HTTP status of the REST answer; its title and type follow from the status. */
  readonly status: number;
  /** Exit code of the `conductor` program when this ends it. */
  readonly exit: number;
  /** One line for docs/errors.md: what it means and what to do. */
  readonly doc: string;
  /** Seconds after which the same call is worth repeating; sent as Retry-After. @default 5 with 429 and 503, else none */
  readonly retryAfter?: number;
}

const BAD_INPUT = { retryable: false, status: 400, exit: 2 } as const;
const START = { retryable: false, status: 500 } as const;

export const ERRORS = {
  BAD_REQUEST: {
    ...BAD_INPUT,
    message: 'The request is malformed.',
    doc: 'The request cannot be read; the message names the place.',
  },
  TEMPLATE_INVALID: {
    ...BAD_INPUT,
    message: 'The homing template is not valid.',
    doc: 'The homing template breaks a rule; each issue names its path.',
  },
  CURSOR_INVALID: {
    ...BAD_INPUT,
    message: 'The cursor is not valid.',
    doc: 'The cursor was not made by this API or was cut; start without one.',
  },
  CURSOR_EXPIRED: {
    ...BAD_INPUT,
    message: 'The cursor belongs to another or a restored store.',
    doc: 'The store behind the cursor is gone; start without a cursor.',
  },
  LIMIT_EXCEEDED: {
    ...BAD_INPUT,
    message: 'The request exceeds a limit.',
    doc: 'Depth, aliases, tokens, page size or another documented limit; ask for less at once.',
  },
  UNAUTHENTICATED: {
    retryable: false,
    status: 401,
    exit: 1,
    message: 'Invalid credentials: username or password is incorrect',
    doc: 'Wrong user name or password.',
  },
  CREDENTIALS_MISSING: {
    retryable: false,
    status: 417,
    exit: 1,
    message: 'Unauthorized: The request does not provide any HTTP authentication (basic authentication)',
    doc: 'Send HTTP Basic credentials; 417 is what existing clients of the REST API expect.',
  },
  FORBIDDEN: {
    retryable: false,
    status: 403,
    exit: 1,
    message: 'Access was denied to this resource.',
    doc: 'The credentials do not allow this.',
  },
  NOT_FOUND: {
    retryable: false,
    status: 404,
    exit: 3,
    message: 'The resource could not be found.',
    doc: 'Nothing is there under this name.',
  },
  PLAN_NOT_FOUND: {
    retryable: false,
    status: 404,
    exit: 3,
    message: 'Plan not found',
    doc: 'No plan has this id, or it was deleted.',
  },
  PLAN_NOT_STOPPABLE: {
    retryable: false,
    status: 409,
    exit: 1,
    message: 'The plan has nothing left to search.',
    doc: 'Only a plan that is not solved yet can be stopped; look at its status.',
  },
  METHOD_NOT_ALLOWED: {
    ...BAD_INPUT,
    status: 405,
    message: 'The method is not allowed.',
    doc: 'The Allow header lists the methods of this path.',
  },
  NOT_ACCEPTABLE: {
    ...BAD_INPUT,
    status: 406,
    message: 'Only application/json can be sent.',
    doc: 'Accept application/json.',
  },
  CONFLICT: {
    retryable: true,
    status: 409,
    exit: 1,
    message: 'The object was changed by somebody else.',
    doc: 'Read it again and repeat the change.',
  },
  IDEMPOTENCY_CONFLICT: {
    retryable: false,
    status: 422,
    exit: 1,
    message: 'This idempotency key was used with another request.',
    doc: 'Use a new key for a new request.',
  },
  IDEMPOTENCY_IN_PROGRESS: {
    retryable: true,
    status: 409,
    exit: 1,
    message: 'A request with this idempotency key is under way.',
    doc: 'Repeat it in a moment with the same key: it then gives the plan that the other request made.',
    retryAfter: 1,
  },
  QUEUE_FULL: {
    retryable: true,
    status: 429,
    exit: 1,
    message: 'Too many plans wait for work; nothing was created.',
    doc: 'Send the plan again after the time in Retry-After, add workers, or raise the limit of queued plans.',
  },
  STORE_SLOW: {
    retryable: true,
    status: 503,
    exit: 13,
    message: 'The store answers too slowly; nothing was created.',
    doc: 'Send the plan again after the time in Retry-After; look at the store.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    retryable: true,
    status: 429,
    exit: 1,
    message: 'Too many subscriptions are open.',
    doc: 'End some of the subscriptions of this principal, subscribe to all plans at once, or raise the limit.',
  },
  PAYLOAD_TOO_LARGE: {
    ...BAD_INPUT,
    status: 413,
    message: 'The request body is too large.',
    doc: "Send a smaller body or raise the listener's body limit.",
  },
  CLAIM_LOST: {
    retryable: true,
    status: 500,
    exit: 1,
    message: 'The claim on the plan was lost.',
    doc: 'Internal: another worker took the plan over; its result counts.',
  },
  PLAN_FAILED: {
    retryable: false,
    status: 500,
    exit: 1,
    message: 'The plan failed.',
    doc: "A stage of the plan failed; the plan's message says why.",
  },
  STORE_UNAVAILABLE: {
    retryable: true,
    status: 503,
    exit: 13,
    message: 'The store cannot be reached. Please try again later.',
    doc: 'etcd does not answer, or the embedded store is closed or cannot be opened.',
  },
  STORE_OUTCOME_UNKNOWN: {
    retryable: true,
    status: 503,
    exit: 13,
    message: 'The store did not confirm the write in time; it may or may not have been applied.',
    doc: 'Read back before repeating, or repeat with the same idempotency key.',
  },
  STORE_VALUE_TOO_LARGE: {
    ...BAD_INPUT,
    status: 413,
    message: 'The value is too large for the store.',
    doc: 'Refused before it reaches the store, so that nothing else suffers.',
  },
  STORE_COMPACTED: {
    retryable: true,
    status: 500,
    exit: 1,
    message: 'The history asked for has been compacted.',
    doc: 'Internal: the reader lists again and reports a gap.',
  },
  STORE_FORMAT_NEWER: {
    retryable: false,
    status: 503,
    exit: 13,
    message: 'The store holds data of a newer version of this program.',
    doc: 'A later release wrote this value; upgrade this process. Nothing is guessed and nothing is overwritten.',
  },
  UPSTREAM_UNAVAILABLE: {
    retryable: true,
    status: 503,
    exit: 5,
    message: 'An upstream system does not answer.',
    doc: 'A&AI, SDN-C or another system failed or timed out; the message names it.',
  },
  UPSTREAM_PAUSED: {
    retryable: true,
    status: 503,
    exit: 5,
    message: 'Calls to an upstream system are paused for a moment.',
    doc: 'A&AI, SDN-C or another system failed again and again; nothing was sent. Plans wait until a probe succeeds.',
  },
  UPSTREAM_REFUSED: {
    retryable: false,
    status: 502,
    exit: 5,
    message: 'An upstream system refused the request.',
    doc: 'Credentials, certificate or permission towards the named system are wrong.',
  },
  UPSTREAM_BAD_DATA: {
    retryable: false,
    status: 502,
    exit: 5,
    message: 'An upstream system sent an answer that cannot be read.',
    doc: 'Not JSON, cut off, too large, or of another shape; the message names the system.',
  },
  UPSTREAM_UNSUPPORTED: {
    retryable: false,
    status: 502,
    exit: 5,
    message: 'An upstream system does not offer this operation.',
    doc: 'Set the option that the message names.',
  },
  CONFIG_INVALID: {
    ...START,
    exit: 10,
    message: 'The configuration is not valid.',
    doc: 'Every problem is listed with file and line; run `conductor check-config`.',
  },
  PORT_IN_USE: {
    ...START,
    exit: 11,
    message: 'The port is in use.',
    doc: 'Stop the other program or choose another port with --port.',
  },
  CERTIFICATE_INVALID: {
    ...START,
    exit: 12,
    message: 'A certificate, key or bundle cannot be used.',
    doc: 'The message names the file and what is wrong with it.',
  },
  STORE_LOCKED: {
    ...START,
    exit: 14,
    message: 'The embedded store is already open in another process.',
    doc: 'One process may open a data folder; use --data-dir, or etcd for several processes.',
  },
  INTERNAL: {
    retryable: false,
    status: 500,
    exit: 1,
    message: 'The server has either erred or is incapable of performing the requested operation.',
    doc: 'A bug or an unforeseen state; the log has the cause under the request id.',
  },
} as const satisfies Record<string, ErrorInfo>;

export type ErrorCode = keyof typeof ERRORS;

/** The facts of one code from the table. */
export function errorInfo(code: ErrorCode): ErrorInfo {
  return ERRORS[code];
}

/** Seconds for a Retry-After header; null where none is sent. */
export function retryAfter(code: ErrorCode): number | null {
  const { status, retryAfter: seconds } = errorInfo(code);
  return seconds ?? (status === 429 || status === 503 ? 5 : null);
}

/** An expected failure: a code of the table, a message that is safe to show, and the cause for the log. */
export class ConductorError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message?: string, options?: { readonly cause?: unknown }) {
    super(message ?? ERRORS[code].message, options);
    this.name = 'ConductorError';
    this.code = code;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** One broken rule of a template or request. */
export interface Issue {
  /** Place in the document, for example `demands > vG[0] > inventory_type`; empty for the whole document. */
  readonly path: string;
  readonly message: string;
  /** 1-based line in the text the caller sent, when it was text. */
  readonly line?: number;
}

/** The template (or another document) breaks one or more rules. The first issue's text is the message that REST clients match on. */
export class TemplateInvalidError extends ConductorError {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], options?: { readonly cause?: unknown }) {
    super('TEMPLATE_INVALID', issues[0]?.message, options);
    this.name = 'TemplateInvalidError';
    this.issues = issues;
  }
}

export function isConductorError(error: unknown, code?: ErrorCode): error is ConductorError {
  return error instanceof ConductorError && (code === undefined || error.code === code);
}

/** Any thrown value as a ConductorError: known ones as they are, others as INTERNAL with the cause kept for the log. */
export function toConductorError(error: unknown): ConductorError {
  return error instanceof ConductorError ? error : new ConductorError('INTERNAL', undefined, { cause: error });
}
