// Between the seam's shapes and etcd's messages. The key prefix is added and taken away here and nowhere else.
import {
  CompareResult,
  CompareTarget,
  type ICompare,
  type IEvent,
  type IKeyValue,
  type IRangeRequest,
  type IRequestOp,
  type ITxnRequest,
  type ITxnResponse,
  SortOrder,
  SortTarget,
} from 'etcd3';
import type { Compare, KeyValue, Operation, RangeOptions, TxnRequest, TxnResult, WatchEvent } from '../kv.ts';

export class KeySpace {
  readonly #prefix: string;
  readonly #bytes: number;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#bytes = Buffer.byteLength(prefix);
  }

  key(key: string): Buffer {
    return Buffer.from(this.#prefix + key);
  }

  /** The range of all keys with the prefix. */
  span(prefix: string): { readonly key: Buffer; readonly range_end: Buffer } {
    const key = this.key(prefix);
    // etcd has no empty keys: for everything, begin at the smallest one.
    return { key: key.length > 0 ? key : Buffer.from([0]), range_end: rangeEnd(key) };
  }

  keyValue(kv: IKeyValue): KeyValue {
    return {
      key: this.#name(kv),
      value: kv.value,
      createRevision: Number(kv.create_revision),
      modRevision: Number(kv.mod_revision),
      version: Number(kv.version),
    };
  }

  event({ type, kv }: IEvent): WatchEvent {
    if (type === 'Put') return { type: 'put', kv: this.keyValue(kv) };
    return { type: 'delete', key: this.#name(kv), modRevision: Number(kv.mod_revision) };
  }

  range(prefix: string, options: RangeOptions): IRangeRequest {
    const { after, limit = 1000, revision, reverse = false, keysOnly = false } = options;
    const span = this.span(prefix);
    const from = after === undefined ? null : this.key(after);
    const edge = reverse
      ? { range_end: from && Buffer.compare(from, span.range_end) < 0 ? from : span.range_end }
      : { key: from && Buffer.compare(from, span.key) >= 0 ? Buffer.concat([from, Buffer.from([0])]) : span.key };
    return {
      ...span,
      ...edge,
      limit,
      keys_only: keysOnly,
      ...(revision === undefined ? {} : { revision }),
      ...(reverse ? { sort_order: SortOrder.Descend, sort_target: SortTarget.Key } : {}),
    };
  }

  txn({ compare, then, otherwise = [] }: TxnRequest): ITxnRequest {
    return {
      compare: compare.map((condition) => this.#compare(condition)),
      success: then.map((operation) => this.#operation(operation)),
      failure: otherwise.map((operation) => this.#operation(operation)),
    };
  }

  txnResult({ then, otherwise = [] }: TxnRequest, response: ITxnResponse): TxnResult {
    const ran = response.succeeded ? then : otherwise;
    const gets: (KeyValue | null)[] = [];
    ran.forEach((operation, at) => {
      if (!('get' in operation)) return;
      const found = response.responses[at]?.response_range.kvs[0];
      gets.push(found ? this.keyValue(found) : null);
    });
    return { succeeded: response.succeeded, revision: Number(response.header.revision), gets };
  }

  #name(kv: IKeyValue): string {
    return kv.key.toString('utf8', this.#bytes);
  }

  #compare(condition: Compare): ICompare {
    const key = this.key(condition.key);
    if ('exists' in condition) return { key, target: CompareTarget.Version, result: CompareResult.Greater, version: 0 };
    return { key, target: CompareTarget.Mod, result: CompareResult.Equal, mod_revision: condition.modRevision };
  }

  #operation(operation: Operation): IRequestOp {
    if ('put' in operation) {
      const { put, value, lease } = operation;
      const bytes = typeof value === 'string' ? Buffer.from(value) : asBuffer(value);
      return { request_put: { key: this.key(put), value: bytes, ...(lease === undefined ? {} : { lease }) } };
    }
    if ('delete' in operation) return { request_delete_range: { key: this.key(operation.delete) } };
    if ('deletePrefix' in operation) return { request_delete_range: this.span(operation.deletePrefix) };
    return { request_range: { key: this.key(operation.get) } };
  }
}

function asBuffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** First key after all keys with the prefix; a single zero byte means "no end". */
function rangeEnd(prefix: Buffer): Buffer {
  for (let at = prefix.length - 1; at >= 0; at -= 1) {
    const byte = prefix[at] ?? 0;
    if (byte < 0xff) return Buffer.concat([prefix.subarray(0, at), Buffer.from([byte + 1])]);
  }
  return Buffer.from([0]);
}
