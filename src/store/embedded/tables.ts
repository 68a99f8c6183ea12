// The LMDB environment: its tables, their binary records, and reading at one snapshot. Only this folder names `lmdb`.
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';
import type { KeyValue } from '../kv.ts';

type Table = Database<Buffer, Buffer>;

/** A stored value with everything that etcd would say about it. */
export interface Row {
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** Empty when bound to no lease. */
  readonly lease: string;
  readonly value: Buffer;
}

/** One change in the log; `previous` is the key's modification revision before it, 0 when it did not exist. */
export interface LogEntry {
  readonly revision: number;
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly previous: number;
}

export interface Tables {
  readonly root: RootDatabase<Buffer, Buffer>;
  /** key → row: the present state. */
  readonly rows: Table;
  /** key, modification revision → row: what a retained change replaced. */
  readonly old: Table;
  /** revision, index → log entry. */
  readonly log: Table;
  /** lease, key → nothing. */
  readonly leases: Table;
  /** Counters and the identity of the store. */
  readonly meta: Table;
}

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;

/**
 * Opens the environment. A commit resolves only after its pages and then its meta page are on disk (`overlappingSync` off):
 * that is the promise of a transaction that was acknowledged.
 */
export function openTables(path: string): Tables {
  const root = open<Buffer, Buffer>({ path, ...BINARY, overlappingSync: false, maxDbs: 8, noSubdir: false });
  const table = (name: string) => root.openDB<Buffer, Buffer>({ name, ...BINARY });
  return {
    root,
    rows: table('rows'),
    old: table('old'),
    log: table('log'),
    leases: table('leases'),
    meta: table('meta'),
  };
}

/** Runs a synchronous read on one snapshot, so that a revision and the rows belong together. */
export function atSnapshot<T>(tables: Tables, read: (transaction: Transaction) => T): T {
  const transaction = tables.root.useReadTransaction();
  try {
    return read(transaction);
  } finally {
    transaction.done();
  }
}

export const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

/** First key after every key with this prefix, or undefined when there is none (a prefix of 0xff bytes or an empty one). */
export function prefixEnd(prefix: Buffer): Buffer | undefined {
  for (let at = prefix.length - 1; at >= 0; at -= 1) {
    const byte = prefix[at] ?? 0;
    if (byte < 0xff) return Buffer.concat([prefix.subarray(0, at), Buffer.from([byte + 1])]);
  }
  return undefined;
}

const HEADER = 26;

export function encodeRow(row: Row): Buffer {
  const lease = bytes(row.lease);
  const out = Buffer.allocUnsafe(HEADER + lease.length + row.value.length);
  out.writeDoubleBE(row.createRevision, 0);
  out.writeDoubleBE(row.modRevision, 8);
  out.writeDoubleBE(row.version, 16);
  out.writeUInt16BE(lease.length, 24);
  lease.copy(out, HEADER);
  row.value.copy(out, HEADER + lease.length);
  return out;
}

export function decodeRow(data: Buffer): Row {
  const lease = HEADER + data.readUInt16BE(24);
  return {
    createRevision: data.readDoubleBE(0),
    modRevision: data.readDoubleBE(8),
    version: data.readDoubleBE(16),
    lease: data.toString('utf8', HEADER, lease),
    value: data.subarray(lease),
  };
}

export function keyValue(key: string, row: Row, keysOnly = false): KeyValue {
  const { createRevision, modRevision, version } = row;
  return { key, value: keysOnly ? new Uint8Array() : row.value, createRevision, modRevision, version };
}

/** Log keys sort by revision, then by place within the revision. */
export function logKey(revision: number, index: number): Buffer {
  const out = Buffer.allocUnsafe(12);
  out.writeBigUInt64BE(BigInt(revision), 0);
  out.writeUInt32BE(index, 8);
  return out;
}

export function encodeLog(entry: Omit<LogEntry, 'revision'>): Buffer {
  const key = bytes(entry.key);
  const out = Buffer.allocUnsafe(9 + key.length);
  out.writeUInt8(entry.type === 'put' ? 1 : 2, 0);
  out.writeDoubleBE(entry.previous, 1);
  key.copy(out, 9);
  return out;
}

export function decodeLog(key: Buffer, data: Buffer): LogEntry {
  return {
    revision: Number(key.readBigUInt64BE(0)),
    type: data.readUInt8(0) === 1 ? 'put' : 'delete',
    previous: data.readDoubleBE(1),
    key: data.toString('utf8', 9),
  };
}

export function oldKey(key: string, modRevision: number): Buffer {
  const name = bytes(key);
  const out = Buffer.alloc(name.length + 9);
  name.copy(out);
  out.writeBigUInt64BE(BigInt(modRevision), name.length + 1);
  return out;
}

export function leaseKey(lease: string, key: string): Buffer {
  return bytes(`${lease}\0${key}`);
}

export const META = { revision: bytes('revision'), compacted: bytes('compacted'), cluster: bytes('cluster') } as const;

export function readCounter(tables: Tables, name: Buffer, transaction?: Transaction): number {
  const data = tables.meta.get(name, transaction ? { transaction } : {});
  return data ? data.readDoubleBE(0) : 0;
}

export function writeCounter(tables: Tables, name: Buffer, value: number): void {
  const data = Buffer.allocUnsafe(8);
  data.writeDoubleBE(value, 0);
  void tables.meta.put(name, data);
}
