// What etcd says of itself on /metrics, and differences of it.
import type { EtcdServer } from '../support/etcd.ts';

export interface EtcdFigures {
  /** Unary calls handled so far, by method. */
  readonly calls: ReadonlyMap<string, number>;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Of the database, without free pages. */
  readonly bytesInUse: number;
  readonly fsync: Timing;
  readonly commit: Timing;
}

/** Of a histogram. */
export interface Timing {
  readonly count: number;
  readonly seconds: number;
}

export async function etcdFigures({ endpoint }: Pick<EtcdServer, 'endpoint'>): Promise<EtcdFigures> {
  const text = await (await fetch(`${endpoint}/metrics`)).text();
  const calls = new Map<string, number>();
  for (const line of text.split('\n')) {
    const method = /^grpc_server_handled_total\{.*grpc_method="(\w+)".*grpc_type="unary"\} (\S+)$/.exec(line);
    if (method?.[1]) calls.set(method[1], (calls.get(method[1]) ?? 0) + Number(method[2]));
  }
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  const timing = (name: string) => ({ count: value(`${name}_count`), seconds: value(`${name}_sum`) });
  return {
    calls,
    receivedBytes: value('etcd_network_client_grpc_received_bytes_total'),
    sentBytes: value('etcd_network_client_grpc_sent_bytes_total'),
    bytesInUse: value('etcd_mvcc_db_total_size_in_use_in_bytes'),
    fsync: timing('etcd_disk_wal_fsync_duration_seconds'),
    commit: timing('etcd_disk_backend_commit_duration_seconds'),
  };
}

/** Calls between two looks, by method, those that were made. */
export function callsBetween(before: EtcdFigures, after: EtcdFigures): Map<string, number> {
  const out = new Map<string, number>();
  for (const [method, count] of after.calls) {
    const made = count - (before.calls.get(method) ?? 0);
    if (made > 0) out.set(method, made);
  }
  return out;
}

/** Milliseconds of one between two looks; NaN when there was none. */
export function meanMs(before: Timing, after: Timing): number {
  return ((after.seconds - before.seconds) * 1000) / (after.count - before.count);
}
