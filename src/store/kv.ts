// The store seam: five verbs with etcd's promises. Everything above is written once over it; etcd/ and embedded/ implement it.
// Promises (one contract suite for both): a transaction is atomic and gets one revision; revisions only grow; a watch delivers
// every event after its start revision exactly once, in revision order, all events of one revision together; or fails with
// STORE_COMPACTED. A write that timed out throws STORE_OUTCOME_UNKNOWN: read back before repeating.

export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Writes to the key since it was created; the first is 1. */
  readonly version: number;
}

/** A condition on one key. `modRevision: 0` means: the key does not exist. */
export type Compare =
  | { readonly key: string; readonly modRevision: number }
  | { readonly key: string; readonly exists: true };

export type Operation =
  | { readonly put: string; readonly value: Uint8Array | string; readonly lease?: string }
  | { readonly delete: string }
  /** Deletes every key that starts with the prefix. */
  | { readonly deletePrefix: string }
  | { readonly get: string };

export interface TxnRequest {
  /** All must hold for `then`; else `otherwise` runs. */
  readonly compare: readonly Compare[];
  readonly then: readonly Operation[];
  readonly otherwise?: readonly Operation[];
}

export interface TxnResult {
  readonly succeeded: boolean;
  /** Revision of the store after the transaction. */
  readonly revision: number;
  /** What `get` operations of the branch that ran found, in order. */
  readonly gets: readonly (KeyValue | null)[];
}

export interface RangeOptions {
  /** Start after this key (exclusive). */
  readonly after?: string;
  /** Keys at the most. @default 1000 */
  readonly limit?: number;
  /** Read as of this revision; throws STORE_COMPACTED when it is gone. @default newest */
  readonly revision?: number;
  /** Descending key order; `after` then means before. */
  readonly reverse?: boolean;
  /** Leave values empty. */
  readonly keysOnly?: boolean;
}

export interface RangeResult {
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  /** Revision of the store at the read. */
  readonly revision: number;
}

export type WatchEvent =
  | { readonly type: 'put'; readonly kv: KeyValue }
  | { readonly type: 'delete'; readonly key: string; readonly modRevision: number };

/** All events of one revision, or none for a bookmark: nothing up to `revision` is outstanding. */
export interface WatchBatch {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}

export interface WatchOptions {
  /** First revision to deliver. */
  readonly fromRevision: number;
  /** The store that `fromRevision` belongs to; another one that answers fails the watch with STORE_UNAVAILABLE. */
  readonly clusterId?: string;
  /**
   * A key under the prefix as it was written last before `fromRevision`. Where it is another one by then, the store was put back to an
   * older copy and has caught up since: the watch fails with STORE_UNAVAILABLE.
   */
  readonly known?: Pick<KeyValue, 'key' | 'modRevision'>;
  readonly signal: AbortSignal;
}

export interface Lease {
  readonly id: string;
  readonly ttlSeconds: number;
  /** Aborted when the lease is lost or must be taken as lost (by the monotonic clock, before its TTL ends). */
  readonly lost: AbortSignal;
  /** Whether it counts as held right now, by the monotonic clock and not by a timer; when it does not, `lost` is aborted at once. */
  isLive(): boolean;
  /** Ends the lease and deletes its keys. */
  revoke(): Promise<void>;
}

export interface StoreStatus {
  /** Changes when the store was wiped or another one answers. */
  readonly clusterId: string;
  readonly revision: number;
}

export interface Kv {
  readonly kind: 'embedded' | 'etcd';
  /** Linearisable read of one key. */
  get(key: string): Promise<KeyValue | null>;
  /** Keys with the prefix in ascending byte order, one page. */
  range(prefix: string, options?: RangeOptions): Promise<RangeResult>;
  txn(request: TxnRequest): Promise<TxnResult>;
  /**
   * Reconnects by itself; throws STORE_COMPACTED, or STORE_UNAVAILABLE when another cluster, an older revision or another history
   * answers. Ends on abort.
   */
  watch(prefix: string, options: WatchOptions): AsyncIterable<WatchBatch>;
  /** Grants a lease and keeps it alive until revoked or lost. */
  lease(ttlSeconds: number): Promise<Lease>;
  /** A linearisable round trip. */
  status(): Promise<StoreStatus>;
  close(): Promise<void>;
}

/** While connected a watch delivers something at least this often: a batch without events when nothing happened. */
export const WATCH_HEARTBEAT_MS = 5_000;
/** Largest value that may be put, in bytes; checked before the store sees it. */
export const MAX_VALUE_BYTES = 1_000_000;
/** Bytes of all values of one transaction together; etcd's default request limit is 1.5 MiB. */
export const MAX_TXN_BYTES = 1_400_000;
/** Longest key in bytes. */
export const MAX_KEY_BYTES = 1_024;
/** Operations (either branch) and conditions at the most in one transaction; etcd's default is 128. */
export const MAX_TXN_OPERATIONS = 100;
