// Why an upstream call gave no usable answer: a ConductorError with a finer kind, on which callers decide (split, retry, give up).
import { ConductorError, type ErrorCode } from '../domain/errors.ts';

export type HttpFailureKind =
  /** No connection, or it broke before the answer began. */
  | 'transport'
  /** The try's total deadline passed. */
  | 'timeout'
  /** The circuit breaker is open; nothing was sent. */
  | 'open'
  /** TLS trust failed on one of the two sides. */
  | 'untrusted'
  /** The connection broke within the answer. */
  | 'cut'
  | 'too_large'
  /** A 2xx answer that is not JSON. */
  | 'bad_data';

const CODE_OF: Readonly<Record<HttpFailureKind, ErrorCode>> = {
  transport: 'UPSTREAM_UNAVAILABLE',
  timeout: 'UPSTREAM_UNAVAILABLE',
  open: 'UPSTREAM_PAUSED',
  untrusted: 'UPSTREAM_REFUSED',
  cut: 'UPSTREAM_BAD_DATA',
  too_large: 'UPSTREAM_BAD_DATA',
  bad_data: 'UPSTREAM_BAD_DATA',
};

export class HttpFailure extends ConductorError {
  readonly kind: HttpFailureKind;

  constructor(kind: HttpFailureKind, message: string, cause?: unknown) {
    super(CODE_OF[kind], message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}

/** Kind of a failure thrown by undici or the TLS layer; `status` is 0 when no answer had begun. */
export function classify(cause: unknown, status: number): HttpFailureKind {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'too_large';
  if (/CERT|CRL|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|^ERR_SSL_.*(ALERT|UNKNOWN_CA)/.test(code)) return 'untrusted';
  return status === 0 ? 'transport' : 'cut';
}
