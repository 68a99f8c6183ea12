// Applies one transaction inside an LMDB write transaction: rows, what they replace, the log and the lease index move together.
import { leaseGone } from '../check.ts';
import type { Compare, KeyValue, Operation, TxnRequest, TxnResult } from '../kv.ts';
import {
  bytes,
  decodeLog,
  decodeRow,
  encodeLog,
  encodeRow,
  keyValue,
  type LogEntry,
  leaseKey,
  logKey,
  META,
  oldKey,
  prefixEnd,
  type Row,
  readCounter,
  type Tables,
  writeCounter,
} from './tables.ts';

/** The changes of one transaction; all get one revision, which is used only when something changed. */
export class Writer {
  readonly #tables: Tables;
  readonly #revision: number;
  #changes = 0;

  /** To be made inside the write transaction, whose own writes it sees. */
  constructor(tables: Tables) {
    this.#tables = tables;
    this.#revision = readCounter(tables, META.revision) + 1;
  }

  /** Revision of the store after this transaction. */
  finish(): number {
    if (this.#changes === 0) return this.#revision - 1;
    writeCounter(this.#tables, META.revision, this.#revision);
    return this.#revision;
  }

  get(key: string): KeyValue | null {
    const row = this.#row(key);
    return row ? keyValue(key, row) : null;
  }

  put(key: string, value: Buffer, lease: string): void {
    const before = this.#row(key);
    this.#replace(key, before, 'put');
    const row: Row = {
      createRevision: before?.createRevision ?? this.#revision,
      modRevision: this.#revision,
      version: (before?.version ?? 0) + 1,
      lease,
      value,
    };
    void this.#tables.rows.put(bytes(key), encodeRow(row));
    if (lease) void this.#tables.leases.put(leaseKey(lease, key), Buffer.alloc(1));
  }

  delete(key: string): void {
    const before = this.#row(key);
    if (!before) return;
    this.#replace(key, before, 'delete');
    void this.#tables.rows.remove(bytes(key));
  }

  deletePrefix(prefix: string): void {
    const start = bytes(prefix);
    const end = prefixEnd(start);
    const found = [...this.#tables.rows.getKeys({ start, ...(end ? { end } : {}) })];
    for (const key of found) this.delete(key.toString('utf8'));
  }

  /** Deletes every key bound to the lease. */
  expire(lease: string): void {
    const start = leaseKey(lease, '');
    const end = prefixEnd(start);
    const found = [...this.#tables.leases.getKeys({ start, ...(end ? { end } : {}) })];
    for (const entry of found) this.delete(entry.subarray(start.length).toString('utf8'));
  }

  #row(key: string): Row | null {
    const data = this.#tables.rows.get(bytes(key));
    return data ? decodeRow(data) : null;
  }

  #replace(key: string, before: Row | null, type: 'put' | 'delete'): void {
    const previous = before?.modRevision ?? 0;
    if (before) {
      void this.#tables.old.put(oldKey(key, previous), encodeRow(before));
      if (before.lease) void this.#tables.leases.remove(leaseKey(before.lease, key));
    }
    void this.#tables.log.put(logKey(this.#revision, this.#changes), encodeLog({ type, key, previous }));
    this.#changes += 1;
  }
}

/** Evaluates the conditions and runs one branch. `liveLease` says whether keys may be bound to a lease. */
export function applyTxn(tables: Tables, request: TxnRequest, liveLease: (id: string) => boolean): TxnResult {
  const writer = new Writer(tables);
  const succeeded = request.compare.every((compare) => holds(writer, compare));
  const operations = succeeded ? request.then : (request.otherwise ?? []);
  for (const operation of operations) {
    if ('put' in operation && operation.lease !== undefined && !liveLease(operation.lease)) throw leaseGone();
  }
  const gets: (KeyValue | null)[] = [];
  for (const operation of operations) run(writer, operation, gets);
  return { succeeded, revision: writer.finish(), gets };
}

function holds(writer: Writer, compare: Compare): boolean {
  const found = writer.get(compare.key);
  return 'exists' in compare ? found !== null : (found?.modRevision ?? 0) === compare.modRevision;
}

function run(writer: Writer, operation: Operation, gets: (KeyValue | null)[]): void {
  if ('put' in operation) writer.put(operation.put, Buffer.from(operation.value), operation.lease ?? '');
  else if ('delete' in operation) writer.delete(operation.delete);
  else if ('deletePrefix' in operation) writer.deletePrefix(operation.deletePrefix);
  else gets.push(writer.get(operation.get));
}

/** Log entries forgotten in one trimming, so that it never holds the writer for long; a revision is never split. */
const TRIM_ENTRIES = 2_000;

/** Forgets the oldest revisions until at most `keep` remain (or the step's limit is reached). Runs inside the write transaction. */
export function trimHistory(tables: Tables, keep: number): void {
  const target = readCounter(tables, META.revision) - keep;
  const compacted = readCounter(tables, META.compacted);
  if (target <= compacted) return;
  let upTo = compacted;
  const entries: { readonly key: Buffer; readonly entry: LogEntry }[] = [];
  for (const { key, value } of tables.log.getRange({ start: logKey(compacted + 1, 0), end: logKey(target + 1, 0) })) {
    const entry = decodeLog(key, value);
    if (entry.revision > upTo && entries.length >= TRIM_ENTRIES) break;
    upTo = entry.revision;
    entries.push({ key, entry });
  }
  for (const { key, entry } of entries) {
    if (entry.previous > 0) void tables.old.remove(oldKey(entry.key, entry.previous));
    void tables.log.remove(key);
  }
  writeCounter(tables, META.compacted, upTo);
}
