// Short forms of transactions, and of what became of them.
import { isConductorError } from '../domain/errors.ts';
import type { Compare, Operation, TxnRequest } from './kv.ts';

/** If every condition holds, do `then`; else do `otherwise`. */
export function when(
  compare: readonly Compare[],
  then: readonly Operation[],
  otherwise: readonly Operation[] = [],
): TxnRequest {
  return { compare, then, otherwise };
}

/** For `catch`: a write that timed out has no result; other failures stay failures. */
export function unlessUnknown(error: unknown): null {
  if (isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) return null;
  throw error;
}
