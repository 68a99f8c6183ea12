// The rows of order locks that one transaction touches: read together, changed in memory by the laws of the domain, and turned
// into conditions and operations that stand or fall with the plan's own change.
import type { OrderLock } from '../domain/order-locks.ts';
import { chunks } from '../lib/concurrency.ts';
import { lockCodec, wakeCodec } from './codec.ts';
import { keys } from './keys.ts';
import { type Compare, type KeyValue, type Kv, MAX_TXN_OPERATIONS, type Operation } from './kv.ts';
import { when } from './request.ts';

interface Row {
  readonly found: KeyValue | null;
  readonly before: OrderLock | null;
  after: OrderLock | null;
}

export class LockRows {
  readonly #rows: ReadonlyMap<string, Row>;

  private constructor(rows: ReadonlyMap<string, Row>) {
    this.#rows = rows;
  }

  /** Reads the rows of these conflict ids as they are now. */
  static async read(kv: Kv, conflictIds: readonly string[]): Promise<LockRows> {
    const rows = new Map<string, Row>();
    for (const group of chunks([...new Set(conflictIds)], MAX_TXN_OPERATIONS)) {
      const reads = group.map((id) => ({ get: keys.lockRow(id) }));
      const { gets } = await kv.txn(when([], reads));
      group.forEach((id, at) => {
        const found = gets[at] ?? null;
        const lock = found && lockCodec.decode(found);
        rows.set(id, { found, before: lock, after: lock });
      });
    }
    return new LockRows(rows);
  }

  /** The row with the changes made so far; null when there is none. */
  get(conflictId: string): OrderLock | null {
    return this.#rows.get(conflictId)?.after ?? null;
  }

  /** Revision at which the row was written last; 0 when there is none. */
  revision(conflictId: string): number {
    return this.#rows.get(conflictId)?.found?.modRevision ?? 0;
  }

  set(conflictId: string, lock: OrderLock | null): void {
    const row = this.#rows.get(conflictId);
    if (row) row.after = lock;
  }

  /** The changed rows must be as they were read. */
  compare(): Compare[] {
    return this.#changed().map(([id, { found }]) => ({ key: keys.lockRow(id), modRevision: found?.modRevision ?? 0 }));
  }

  /** Writes the changed rows, and whom to wake because a row was released. `token` is unique to the change. */
  operations(token: string, actor: string): Operation[] {
    const changed = this.#changed();
    const planIds = this.woken();
    return [
      ...changed.map(([id, { after }]): Operation => {
        const key = keys.lockRow(id);
        return after ? { put: key, value: lockCodec.encode(after) } : { delete: key };
      }),
      ...(planIds.length > 0 ? [{ put: keys.lockWake(token), value: wakeCodec.encode({ planIds, actor }) }] : []),
    ];
  }

  /** Plans that waited in a row which these changes release. */
  woken(): readonly string[] {
    const freed = this.#changed().flatMap(([, { before, after }]) =>
      before?.release === null && after?.release ? after.entries.filter(({ status }) => status !== 'completed') : [],
    );
    return [...new Set(freed.map(({ planId }) => planId))];
  }

  #changed(): (readonly [string, Row])[] {
    return [...this.#rows].filter(([, { before, after }]) => before !== after);
  }
}
