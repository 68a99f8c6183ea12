// What stands beside rows that OOF-HAS deleted while no gateway saw it, or while the store did not answer: found by listing keys,
// at the start, after a gap and now and then, and taken away. Any number of gateways may do so.
import type { Logger } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { idOf } from '../keys.ts';
import type { Kv } from '../kv.ts';
import { isUnreadable } from '../read-plans.ts';
import { listAll } from '../resync.ts';
import { HAS_PLANS } from './layout.ts';
import type { HasPlanStore } from './plan-store.ts';
import { ORIGINS } from './view.ts';

export interface LeftoversOptions {
  /** Begins at the keyspace of OOF-HAS. */
  readonly kv: Kv;
  readonly plans: Pick<HasPlanStore, 'forget'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pause after a round, in milliseconds. */
const INTERVAL_MS = 600_000;
const KEYS_ONLY = { limit: 1_000, keysOnly: true } as const;

export class HasLeftovers {
  readonly #options: LeftoversOptions;
  #round: Promise<void> | null = null;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(options: LeftoversOptions) {
    this.#options = options;
  }

  /** Begins a round, unless one is under way; more follow. */
  begin(): void {
    if (this.#closed || this.#round) return;
    this.#cancel();
    this.#round = this.#sweep()
      .catch((err: unknown) => {
        this.#options.logger.warn({ err }, 'what stands beside deleted rows is left behind for now');
      })
      .finally(() => {
        this.#round = null;
        if (!this.#closed) this.#cancel = this.#options.clock.after(INTERVAL_MS, () => this.begin());
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#round;
  }

  /** A row and its origin are written together: an origin listed before the rows, and without one among them, is left over. */
  async #sweep(): Promise<void> {
    const { kv, plans, logger } = this.#options;
    const left = new Set<string>();
    for await (const { kvs } of listAll(kv, ORIGINS, KEYS_ONLY)) {
      for (const { key } of kvs) left.add(idOf(key));
    }
    if (left.size === 0) return;
    for await (const { kvs } of listAll(kv, HAS_PLANS, KEYS_ONLY)) {
      for (const { key } of kvs) left.delete(idOf(key));
    }
    for (const id of left) {
      if (this.#closed) return;
      await plans.forget(id).catch((err: unknown) => {
        if (!isUnreadable(err)) throw err;
        logger.warn({ id, err }, 'what stands beside a deleted row cannot be read and is left alone');
      });
    }
  }
}
