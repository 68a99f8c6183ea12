// What every store refuses before it is asked: values and keys that are too large, and transactions that etcd would not take.
// One check for both implementations, so that the embedded store accepts nothing that etcd would refuse.
import { ConductorError } from '../domain/errors.ts';
import {
  MAX_KEY_BYTES,
  MAX_TXN_BYTES,
  MAX_TXN_OPERATIONS,
  MAX_VALUE_BYTES,
  type Operation,
  type TxnRequest,
} from './kv.ts';

/** Throws STORE_VALUE_TOO_LARGE for sizes, INTERNAL for a transaction that no store can run. */
export function checkTxn(request: TxnRequest): void {
  const { compare, then, otherwise = [] } = request;
  for (const list of [compare, then, otherwise]) {
    if (list.length > MAX_TXN_OPERATIONS) throw internal(`a transaction has ${list.length} operations`);
  }
  for (const { key } of compare) checkKey(key);
  checkBranch(then);
  checkBranch(otherwise);
}

/** Throws for a key that is empty (INTERNAL) or too long (STORE_VALUE_TOO_LARGE). */
export function checkKey(key: string): void {
  if (key === '') throw internal('an empty key');
  if (key.length <= MAX_KEY_BYTES / 3) return;
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) throw tooLarge(`A key has ${bytes} bytes`, MAX_KEY_BYTES);
}

function checkBranch(operations: readonly Operation[]): void {
  let total = 0;
  for (const operation of operations) {
    checkKey(keyOf(operation));
    if ('put' in operation) total += checkValue(operation.put, operation.value);
  }
  if (total > MAX_TXN_BYTES) throw tooLarge(`The values of one transaction have ${total} bytes`, MAX_TXN_BYTES);
  checkWrittenOnce(operations);
}

function keyOf(operation: Operation): string {
  if ('put' in operation) return operation.put;
  if ('delete' in operation) return operation.delete;
  return 'deletePrefix' in operation ? operation.deletePrefix : operation.get;
}

/** etcd refuses to write a key twice in one transaction. */
function checkWrittenOnce(operations: readonly Operation[]): void {
  const written = new Set<string>();
  for (const operation of operations) {
    if (!('put' in operation || 'delete' in operation)) continue;
    const key = keyOf(operation);
    if (written.has(key)) throw internal(`${key} is written twice in one transaction`);
    written.add(key);
  }
  for (const operation of operations) {
    if (!('deletePrefix' in operation)) continue;
    const twice = [...written].find((key) => key.startsWith(operation.deletePrefix));
    if (twice !== undefined) throw internal(`${twice} is written twice in one transaction`);
  }
}

function checkValue(key: string, value: Uint8Array | string): number {
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength;
  if (bytes > MAX_VALUE_BYTES) throw tooLarge(`The value of ${key} has ${bytes} bytes`, MAX_VALUE_BYTES);
  return bytes;
}

function tooLarge(what: string, limit: number): ConductorError {
  return new ConductorError('STORE_VALUE_TOO_LARGE', `${what}; the store takes ${limit}.`);
}

function internal(what: string): ConductorError {
  return new ConductorError('INTERNAL', undefined, { cause: new Error(`store: ${what}`) });
}

/** What both stores say when a key is to be bound to a lease that has ended. */
export function leaseGone(cause?: unknown): ConductorError {
  return new ConductorError('CLAIM_LOST', 'The lease has ended.', { cause });
}
