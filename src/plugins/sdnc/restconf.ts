// RESTCONF operations of SDN-C: `POST {base}/operations/MODULE:rpc` in the draft-02 form (`/restconf`, `output`) and the
// RFC 8040 form (`/rests`, `MODULE:output`). Every answer, and every missing one, becomes one value that says whether the
// operation was executed, so that callers never guess. Source: upstream/SDN-C RESTCONF forms (ODL draft-02 and RFC 8040).
import { isConductorError } from '../../domain/errors.ts';
import type { CallContext } from '../../domain/ports.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { type HttpClient, HttpFailure, type HttpResponse } from '../http.ts';

/** What came of one RPC; `status` is the HTTP status, null when there was no answer. */
export type RpcAnswer =
  /** Executed; an RPC without output gives an empty object. */
  | { readonly kind: 'output'; readonly status: number; readonly output: JsonObject }
  /** This SDN-C does not have the RPC. */
  | { readonly kind: 'unsupported'; readonly status: number | null; readonly message: string }
  /** Wrong or missing credentials, or no permission. */
  | { readonly kind: 'denied'; readonly status: number; readonly message: string }
  /** Certainly not executed: refused before the RPC, or never sent (status null). */
  | { readonly kind: 'refused'; readonly status: number | null; readonly message: string }
  /** It may have been executed. */
  | { readonly kind: 'unknown'; readonly status: number | null; readonly message: string };

export interface RestconfOptions {
  /** Its base URL ends in `/restconf` or `/rests`. */
  readonly http: HttpClient;
  /** `plain`: `{"input": …}`, which both forms take; `qualified`: `{"MODULE:input": …}`, the letter of RFC 8040. */
  readonly inputForm: 'plain' | 'qualified';
}

/** Failures of a connection that was never made: nothing was sent. */
const NEVER_SENT = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT/;
/** How ODL versions say that an RPC or its module is not there. */
const NO_SUCH_RPC =
  /schema node does not exist|no implementation of rpc|rpc\b.*\bnot (found|defined|implemented|supported)|failed to lookup for module|module .*not found|unknown rpc/i;
const UNSUPPORTED_STATUS = new Set([404, 405, 501]);
/** The server gave up waiting; the work may go on behind it. */
const UNCLEAR_STATUS = new Set([408, 499]);
const LONGEST_MESSAGE = 300;

/** Calls one RPC. Throws the caller's abort, and UPSTREAM_PAUSED when calls are paused; everything else is an answer. */
export async function callRpc(
  options: RestconfOptions,
  rpc: { readonly operation: string; readonly input: JsonObject; readonly tries: number },
  ctx: CallContext,
): Promise<RpcAnswer> {
  const module = moduleOf(rpc.operation);
  const inputKey = options.inputForm === 'qualified' ? `${module}:input` : 'input';
  try {
    const path = `/operations/${rpc.operation}`;
    const body = { [inputKey]: rpc.input };
    const response = await options.http.request({ method: 'POST', path, body, tries: rpc.tries, ctx });
    return answerOf(rpc.operation, response);
  } catch (error) {
    ctx.signal?.throwIfAborted();
    // Nothing was asked, so there is nothing to answer: whoever owns the plan waits.
    if (isConductorError(error, 'UPSTREAM_PAUSED')) throw error;
    return answerOfFailure(error);
  }
}

/** `MODULE` of `MODULE:rpc`. */
function moduleOf(operation: string): string {
  return operation.split(':', 1)[0] ?? '';
}

function answerOf(operation: string, response: HttpResponse): RpcAnswer {
  const { status, body } = response;
  if (status >= 200 && status < 300) {
    const output = body === null ? {} : outputOf(operation, body);
    if (output) return { kind: 'output', status, output };
    return { kind: 'unknown', status, message: 'SDN-C sent an answer without an output.' };
  }
  const detail = errorText(body);
  const message = `SDN-C answered HTTP ${status}${detail.text === '' ? '' : `: ${detail.text}`}`;
  if (status === 401 || status === 403) return { kind: 'denied', status, message };
  if (UNSUPPORTED_STATUS.has(status) || detail.tag === 'operation-not-supported' || NO_SUCH_RPC.test(detail.text)) {
    return { kind: 'unsupported', status, message };
  }
  if (status >= 500 || UNCLEAR_STATUS.has(status)) return { kind: 'unknown', status, message };
  return { kind: 'refused', status, message };
}

function answerOfFailure(error: unknown): RpcAnswer {
  const message = isConductorError(error) ? error.message : 'SDN-C did not answer.';
  return { kind: neverSent(error) ? 'refused' : 'unknown', status: null, message };
}

function neverSent(error: unknown): boolean {
  if (!(error instanceof HttpFailure)) return false;
  if (error.kind === 'untrusted') return true;
  const { cause } = error;
  return error.kind === 'transport' && cause instanceof Error && 'code' in cause && NEVER_SENT.test(String(cause.code));
}

/** The output object: `output`, `MODULE:output`, or the only key that ends in `:output`; null when there is none. */
function outputOf(operation: string, body: JsonValue): JsonObject | null {
  const named = own(body, 'output') ?? own(body, `${moduleOf(operation)}:output`);
  if (named !== undefined) return isJsonObject(named) ? named : null;
  const keys = isJsonObject(body) ? Object.keys(body).filter((key) => key.endsWith(':output')) : [];
  const only = keys.length === 1 ? own(body, keys[0] ?? '') : undefined;
  return isJsonObject(only) ? only : null;
}

/** Tag and text of the first error in a RESTCONF envelope (`errors`, or prefixed such as `ietf-restconf:errors`). */
function errorText(body: JsonValue | null): { readonly tag: string; readonly text: string } {
  const key = isJsonObject(body)
    ? Object.keys(body).find((name) => name === 'errors' || name.endsWith(':errors'))
    : null;
  const list = own(key ? own(body, key) : undefined, 'error');
  const first = Array.isArray(list) ? list[0] : list;
  const tag = text(own(first, 'error-tag'));
  return { tag, text: clean(text(own(first, 'error-message')) || tag) };
}

/** Text of a JSON leaf: strings as they are, numbers and booleans printed, everything else empty. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** An upstream text fit for messages: one line, bounded. */
export function clean(value: string): string {
  const line = value
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}
