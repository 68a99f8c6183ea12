// Leases of this process. They are renewed by a timer and end like etcd's: revoked, or not renewed in time because the process
// stood still. A lease never outlives its process: what a dead one left is removed when the folder is opened again.
import { ConductorError } from '../../domain/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Ids } from '../../lib/ids.ts';
import type { Lease } from '../kv.ts';
import type { CommitQueue } from './commits.ts';
import type { Tables } from './tables.ts';
import { Writer } from './writer.ts';

interface Live {
  readonly id: string;
  readonly ttlMs: number;
  readonly lost: AbortController;
  renewedAt: number;
  cancelTimer: () => void;
}

export class Leases {
  readonly #live = new Map<string, Live>();
  readonly #tables: Tables;
  readonly #commits: CommitQueue;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(tables: Tables, commits: CommitQueue, clock: Clock, ids: Ids) {
    this.#tables = tables;
    this.#commits = commits;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Whether keys may still be bound to the lease. */
  isLive(id: string): boolean {
    const lease = this.#live.get(id);
    return lease !== undefined && this.#clock.monotonic() < lease.renewedAt + lease.ttlMs;
  }

  grant(ttlSeconds: number): Lease {
    const live: Live = {
      id: this.#ids.uuid(),
      ttlMs: ttlSeconds * 1000,
      lost: new AbortController(),
      renewedAt: this.#clock.monotonic(),
      cancelTimer: () => undefined,
    };
    this.#live.set(live.id, live);
    this.#schedule(live);
    return {
      id: live.id,
      ttlSeconds,
      lost: live.lost.signal,
      isLive: () => this.#check(live),
      revoke: () => this.#end(live),
    };
  }

  /** Ends every lease with its keys; the last thing that a process does with the store. */
  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map((live) => this.#end(live)));
  }

  /** Removes the keys of leases whose process is gone. */
  async removeLeftovers(): Promise<void> {
    const leases = new Set<string>();
    for (const key of this.#tables.leases.getKeys()) leases.add(key.toString('utf8', 0, key.indexOf(0)));
    for (const lease of leases) await this.#expire(lease);
  }

  #schedule(live: Live): void {
    live.cancelTimer = this.#clock.after(live.ttlMs / 3, () => {
      if (this.isLive(live.id)) {
        live.renewedAt = this.#clock.monotonic();
        this.#schedule(live);
        return;
      }
      // The writer is closed or the disk is full: the keys go when the folder is opened the next time.
      this.#end(live).catch(() => undefined);
    });
  }

  /** Ends it at once when its time is over. */
  #check(live: Live): boolean {
    if (this.isLive(live.id)) return true;
    this.#end(live).catch(() => undefined);
    return false;
  }

  async #end(live: Live): Promise<void> {
    live.cancelTimer();
    if (!this.#live.delete(live.id)) return;
    live.lost.abort(new ConductorError('CLAIM_LOST', 'The lease has ended.'));
    await this.#expire(live.id);
  }

  #expire(lease: string): Promise<void> {
    return this.#commits.run(() => {
      const writer = new Writer(this.#tables);
      writer.expire(lease);
      writer.finish();
    });
  }
}
