// What etcd's failures mean for the caller: whose fault, whether the write may have been applied, whether to try again.
import {
  EtcdAuthenticationFailedError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCDeadlineExceededError,
  GRPCInvalidArgumentError,
  GRPCOutOfRangeError,
  GRPCResourceExhastedError,
  GRPCUnauthenticatedError,
} from 'etcd3';
import { ConductorError } from '../../domain/errors.ts';
import { leaseGone } from '../check.ts';

export type CallKind = 'read' | 'write';

/** Failures at which the request certainly did not reach etcd, or was refused by it before it was applied. */
const NOT_SENT =
  /No connection established|ECONNREFUSED|ENOTFOUND|Name resolution failed|Channel closed|already closed/;
const NOT_APPLIED = /etcdserver: (no leader|too many requests|not capable)/;
/** A member that stops says so also to writes which it has proposed to the others, and which they may apply yet. */
const STOPPED = /etcdserver: server stopped/;

/** Whether the same call can be made again at once without harm. */
export function isNotSent(error: unknown, kind: CallKind): boolean {
  const text = textOf(error);
  return NOT_SENT.test(text) || NOT_APPLIED.test(text) || (kind === 'read' && STOPPED.test(text));
}

export function isTimeout(error: unknown): boolean {
  return error instanceof GRPCDeadlineExceededError;
}

/** The revision asked for is not there yet: it belongs to another store, or this one was restored. */
export function isFutureRevision(error: unknown): boolean {
  return error instanceof GRPCOutOfRangeError && /future revision/.test(textOf(error));
}

/** The answer did not fit the client's receive limit. */
export function isAnswerTooLarge(error: unknown): boolean {
  return /Received message larger than max/.test(textOf(error));
}

/** What a failed TLS handshake was about, to be added to a sentence; empty for other failures. */
export function tlsTrouble(error: unknown): string {
  const text = textOf(error);
  if (/SSL alert/.test(text)) return ': it refuses our certificate ([etcd_api] certificate_file)';
  return /certificate/i.test(text) ? ': its certificate is not trusted ([etcd_api] ca_certificate_file)' : '';
}

/** Any failure of a call as the Kv seam promises it. */
export function toStoreError(error: unknown, kind: CallKind): ConductorError {
  if (error instanceof ConductorError) return error;
  const text = textOf(error);
  const known = byServer(error, text) ?? byCaller(error, text);
  if (known) return known;
  const unknown = kind === 'write' && !isNotSent(error, kind);
  return new ConductorError(unknown ? 'STORE_OUTCOME_UNKNOWN' : 'STORE_UNAVAILABLE', undefined, { cause: error });
}

function byCaller(error: unknown, text: string): ConductorError | null {
  if (error instanceof EtcdLeaseInvalidError) return leaseGone(error);
  const tooLarge =
    (error instanceof GRPCInvalidArgumentError && /too large/.test(text)) ||
    (error instanceof GRPCResourceExhastedError && /larger than max/.test(text));
  if (tooLarge) return new ConductorError('STORE_VALUE_TOO_LARGE', undefined, { cause: error });
  if (error instanceof GRPCInvalidArgumentError) return new ConductorError('INTERNAL', undefined, { cause: error });
  return null;
}

function byServer(error: unknown, text: string): ConductorError | null {
  if (error instanceof GRPCOutOfRangeError && /compacted/.test(text)) {
    return new ConductorError('STORE_COMPACTED', undefined, { cause: error });
  }
  const refused =
    error instanceof EtcdAuthenticationFailedError ||
    error instanceof EtcdPermissionDeniedError ||
    error instanceof GRPCUnauthenticatedError ||
    /etcdserver: (user name is empty|invalid auth token|authentication is not enabled)/.test(text);
  if (refused) return unavailable('etcd refuses the user name, the password or their permissions.', error);
  if (/database space exceeded/.test(text)) return unavailable('etcd is out of space (NOSPACE alarm).', error);
  return null;
}

function unavailable(message: string, cause: unknown): ConductorError {
  return new ConductorError('STORE_UNAVAILABLE', message, { cause });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
