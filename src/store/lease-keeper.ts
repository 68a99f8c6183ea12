// The one lease of this process: granted when the first claim needs it, granted anew after it was lost.
import type { Logger, Metrics } from '../domain/ports.ts';
import { singleFlight } from '../lib/concurrency.ts';
import type { Kv, Lease } from './kv.ts';

export class LeaseKeeper {
  readonly #grant: () => Promise<Lease>;
  readonly #onLost: (leaseId: string) => void;
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  #lease: Lease | null = null;
  #closed = false;

  /** `onLost` is called once for each lease that ends without `close`. */
  constructor(
    kv: Kv,
    ttlSeconds: number,
    telemetry: { readonly logger: Logger; readonly metrics: Metrics },
    onLost: (leaseId: string) => void,
  ) {
    this.#grant = singleFlight(async () => this.#adopt(await kv.lease(ttlSeconds)));
    this.#onLost = onLost;
    this.#logger = telemetry.logger;
    this.#metrics = telemetry.metrics;
  }

  async current(): Promise<Lease> {
    return this.#lease?.isLive() ? this.#lease : await this.#grant();
  }

  /** The store says that the lease is gone: whoever asks next gets a new one. */
  drop(lease: Lease): void {
    if (this.#lease !== lease) return;
    this.#lease = null;
    if (this.#closed) return;
    this.#metrics.count('conductor_lease_lost_total');
    this.#logger.warn({}, 'lease lost: the plans in work are given up');
    this.#onLost(lease.id);
  }

  /** Gives the lease back with all its claims. Never throws: a store that is away must not keep a process from ending. */
  async close(): Promise<void> {
    this.#closed = true;
    const lease = this.#lease;
    this.#lease = null;
    if (!lease) return;
    this.#onLost(lease.id);
    await lease.revoke().catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'lease could not be given back: it runs out by itself');
    });
  }

  #adopt(lease: Lease): Lease {
    this.#lease = lease;
    if (!lease.isLive()) this.drop(lease);
    else lease.lost.addEventListener('abort', () => this.drop(lease), { once: true });
    return lease;
  }
}
