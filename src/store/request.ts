// Short forms of transactions.
import type { Compare, Operation, TxnRequest } from './kv.ts';

/** If every condition holds, do `then`; else do `otherwise`. */
export function when(
  compare: readonly Compare[],
  then: readonly Operation[],
  otherwise: readonly Operation[] = [],
): TxnRequest {
  return { compare, then, otherwise };
}
