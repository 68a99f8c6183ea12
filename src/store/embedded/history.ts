// Reading: one key, a page now or at an older revision (rebuilt from the log), and the events after a revision.
import type { Transaction } from 'lmdb';
import { ConductorError } from '../../domain/errors.ts';
import type { KeyValue, RangeOptions, RangeResult, TxnRequest, TxnResult, WatchBatch, WatchEvent } from '../kv.ts';
import {
  atSnapshot,
  bytes,
  decodeLog,
  decodeRow,
  keyValue,
  type LogEntry,
  logKey,
  META,
  oldKey,
  prefixEnd,
  type Row,
  readCounter,
  type Tables,
} from './tables.ts';

export function readKey(tables: Tables, key: string, transaction?: Transaction): KeyValue | null {
  const data = tables.rows.get(bytes(key), transaction ? { transaction } : undefined);
  return data ? keyValue(key, decodeRow(data)) : null;
}

export function onlyReads({ then, otherwise = [] }: TxnRequest): boolean {
  return then.every((operation) => 'get' in operation) && otherwise.every((operation) => 'get' in operation);
}

/** A transaction that only reads needs no place among the writers: conditions and answers come from one snapshot. */
export function readTxn(tables: Tables, { compare, then, otherwise = [] }: TxnRequest): TxnResult {
  return atSnapshot(tables, (transaction) => {
    const succeeded = compare.every((condition) => {
      const found = readKey(tables, condition.key, transaction);
      return 'exists' in condition ? found !== null : (found?.modRevision ?? 0) === condition.modRevision;
    });
    const asked = (succeeded ? then : otherwise).flatMap((operation) => ('get' in operation ? [operation.get] : []));
    const gets = asked.map((key) => readKey(tables, key, transaction));
    return { succeeded, revision: readCounter(tables, META.revision, transaction), gets };
  });
}

export function compacted(revision: number): ConductorError {
  return new ConductorError('STORE_COMPACTED', `The history before revision ${revision} has been compacted.`);
}

/** One page of keys with the prefix, as of `options.revision` when given. */
export function readRange(tables: Tables, prefix: string, options: RangeOptions): RangeResult {
  return atSnapshot(tables, (transaction) => {
    const revision = readCounter(tables, META.revision, transaction);
    const at = options.revision ?? revision;
    const oldest = readCounter(tables, META.compacted, transaction);
    if (at < oldest) throw compacted(oldest);
    const limit = options.limit ?? 1000;
    const changed = at < revision ? changedSince(tables, transaction, prefix, at) : new Map<string, Row | null>();
    const page: KeyValue[] = [];
    for (const [key, row] of rowsAt(tables, transaction, prefix, options, changed)) {
      if (page.length === limit) return { kvs: page, more: true, revision };
      page.push(keyValue(key, row, options.keysOnly));
    }
    return { kvs: page, more: false, revision };
  });
}

/** What keys changed after a revision held at it; null when they did not exist. */
function changedSince(tables: Tables, transaction: Transaction, prefix: string, at: number): Map<string, Row | null> {
  const before = new Map<string, Row | null>();
  for (const { key, value } of tables.log.getRange({ start: logKey(at + 1, 0), transaction })) {
    const entry = decodeLog(key, value);
    if (!entry.key.startsWith(prefix) || before.has(entry.key)) continue;
    before.set(entry.key, entry.previous === 0 ? null : oldRow(tables, transaction, entry.key, entry.previous));
  }
  return before;
}

/** Merges the present rows with those that were replaced or deleted since, in the order asked for. */
function* rowsAt(
  tables: Tables,
  transaction: Transaction,
  prefix: string,
  options: RangeOptions,
  changed: ReadonlyMap<string, Row | null>,
): Generator<readonly [string, Row]> {
  const sign = options.reverse ? -1 : 1;
  const earlier = formerRows(options, changed, sign);
  let next = 0;
  for (const { key, value } of tables.rows.getRange({ ...bounds(prefix, options), transaction })) {
    const name = key.toString('utf8');
    for (let row = earlier[next]; row && compareKeys(row[0], name) * sign < 0; row = earlier[next]) {
      next += 1;
      yield row;
    }
    if (!changed.has(name)) yield [name, decodeRow(value)];
  }
  yield* earlier.slice(next);
}

/** The rows that no longer are as they were, in order, those before the page left out. */
function formerRows({ after }: RangeOptions, changed: ReadonlyMap<string, Row | null>, sign: 1 | -1) {
  const rows: (readonly [string, Row])[] = [];
  for (const [key, row] of changed) {
    if (row && (after === undefined || compareKeys(key, after) * sign > 0)) rows.push([key, row]);
  }
  return rows.sort(([a], [b]) => compareKeys(a, b) * sign);
}

function bounds(prefix: string, { after, reverse }: RangeOptions) {
  const first = bytes(prefix);
  const end = prefixEnd(first);
  const from = after === undefined ? null : bytes(after);
  if (!reverse) {
    const past = from && Buffer.compare(from, first) >= 0;
    return { start: past ? from : first, exclusiveStart: Boolean(past), ...(end ? { end } : {}) };
  }
  const start = from && (!end || Buffer.compare(from, end) < 0) ? from : end;
  return { ...(start ? { start, exclusiveStart: true } : {}), end: first, inclusiveEnd: true, reverse: true };
}

/** Byte order of the keys' UTF-8 text, which the order of JavaScript strings is not. */
function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(bytes(a), bytes(b));
}

function oldRow(tables: Tables, transaction: Transaction, key: string, modRevision: number): Row {
  const data = tables.old.get(oldKey(key, modRevision), { transaction });
  if (!data) throw new ConductorError('INTERNAL', 'The embedded store lost a replaced value.');
  return decodeRow(data);
}

/** Log entries read at once while a watch catches up; large values count as several. */
const CATCH_UP = { entries: 1_000, bytesAnEntry: 8 * 1024 };

export interface CatchUp {
  readonly batches: readonly WatchBatch[];
  /** Everything up to this revision has been looked at. */
  readonly upTo: number;
}

/** Events with the prefix from a revision on, whole revisions only. Throws STORE_COMPACTED. */
export function readEvents(tables: Tables, prefix: string, from: number): CatchUp {
  return atSnapshot(tables, (transaction) => {
    const oldest = readCounter(tables, META.compacted, transaction);
    if (from <= oldest) throw compacted(oldest);
    const batches: GrowingBatch[] = [];
    let room = CATCH_UP.entries;
    let upTo = from - 1;
    for (const { key, value } of tables.log.getRange({ start: logKey(from, 0), transaction })) {
      const entry = decodeLog(key, value);
      if (entry.revision > upTo && room <= 0) return { batches, upTo };
      upTo = entry.revision;
      room -= entry.key.startsWith(prefix) ? addEvent(batches, eventOf(tables, transaction, entry)) : 1;
    }
    return { batches, upTo: Math.max(upTo, readCounter(tables, META.revision, transaction)) };
  });
}

interface GrowingBatch {
  readonly revision: number;
  readonly events: WatchEvent[];
}

/** Adds to the batch of the event's revision; returns what it costs of the catch-up's room. */
function addEvent(batches: GrowingBatch[], event: WatchEvent): number {
  const revision = event.type === 'put' ? event.kv.modRevision : event.modRevision;
  const last = batches.at(-1);
  if (last?.revision === revision) last.events.push(event);
  else batches.push({ revision, events: [event] });
  return event.type === 'put' ? 1 + event.kv.value.byteLength / CATCH_UP.bytesAnEntry : 1;
}

function eventOf(tables: Tables, transaction: Transaction, entry: LogEntry): WatchEvent {
  if (entry.type === 'delete') return { type: 'delete', key: entry.key, modRevision: entry.revision };
  const data = tables.rows.get(bytes(entry.key), { transaction });
  const present = data ? decodeRow(data) : null;
  const row =
    present?.modRevision === entry.revision ? present : oldRow(tables, transaction, entry.key, entry.revision);
  return { type: 'put', kv: keyValue(entry.key, row) };
}
