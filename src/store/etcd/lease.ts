// A lease that is renewed in time and, when it cannot be, counts as lost before etcd ends it: by the monotonic clock, so that
// work stops before another worker may begin.
import type { Etcd3, ILeaseKeepAliveResponse } from 'etcd3';
import { ConductorError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Lease } from '../kv.ts';
import { toStoreError } from './errors.ts';

export interface LeaseDeps {
  readonly client: Etcd3;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
}

/** Part of the TTL kept as a safety margin, and its least in milliseconds. */
const MARGIN = { share: 0.2, leastMs: 500 };

export class EtcdLease implements Lease {
  readonly id: string;
  readonly ttlSeconds: number;
  readonly #deps: LeaseDeps;
  readonly #lost = new AbortController();
  readonly #onEnd: (lease: EtcdLease) => void;
  #renewedAt: number;
  #cancelTimers: (() => void)[] = [];

  private constructor(
    deps: LeaseDeps,
    granted: { readonly id: string; readonly ttlSeconds: number; readonly askedAt: number },
    onEnd: (lease: EtcdLease) => void,
  ) {
    this.#deps = deps;
    this.id = granted.id;
    this.ttlSeconds = granted.ttlSeconds;
    this.#renewedAt = granted.askedAt;
    this.#onEnd = onEnd;
    this.#schedule(this.#ttlMs / 3);
  }

  /** etcd may grant a longer time than asked for; that one counts. */
  static async grant(deps: LeaseDeps, ttlSeconds: number, onEnd: (lease: EtcdLease) => void): Promise<EtcdLease> {
    const askedAt = deps.clock.monotonic();
    const { ID, TTL, error } = await deps.client.leaseClient.leaseGrant({ TTL: Math.ceil(ttlSeconds) });
    if (error) throw new Error(error);
    return new EtcdLease(deps, { id: ID, ttlSeconds: Number(TTL), askedAt }, onEnd);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isLive(): boolean {
    if (this.#lost.signal.aborted) return false;
    if (this.#deps.clock.monotonic() < this.#deadline) return true;
    this.#lose('it could not be renewed in time');
    return false;
  }

  async revoke(): Promise<void> {
    const running = !this.#lost.signal.aborted;
    this.forget();
    if (!running) return;
    try {
      await this.#deps.client.leaseClient.leaseRevoke({ ID: this.id });
    } catch (error) {
      const known = toStoreError(error, 'write');
      // Ended already: that is what was wanted.
      if (known.code !== 'CLAIM_LOST') throw known;
    }
  }

  /** Stops renewing: from now on it counts as lost. */
  forget(): void {
    for (const cancel of this.#cancelTimers) cancel();
    this.#cancelTimers = [];
    if (this.#lost.signal.aborted) return;
    this.#onEnd(this);
    this.#lost.abort(new ConductorError('CLAIM_LOST', 'The lease has ended.'));
  }

  get #ttlMs(): number {
    return this.ttlSeconds * 1000;
  }

  /** From here on it counts as lost, by the monotonic clock. */
  get #deadline(): number {
    const margin = Math.min(this.#ttlMs / 2, Math.max(MARGIN.leastMs, this.#ttlMs * MARGIN.share));
    return this.#renewedAt + this.#ttlMs - margin;
  }

  #schedule(renewInMs: number): void {
    for (const cancel of this.#cancelTimers) cancel();
    const { clock } = this.#deps;
    const left = this.#deadline - clock.monotonic();
    this.#cancelTimers = [
      clock.after(Math.max(0, left), () => this.#lose('it could not be renewed in time')),
      clock.after(renewInMs, () => void this.#renew()),
    ];
  }

  async #renew(): Promise<void> {
    const { clock, logger } = this.#deps;
    const askedAt = clock.monotonic();
    try {
      const ttl = await this.#keepAlive();
      // An answer after the deadline is too late, whatever it says: others may have begun.
      if (!this.isLive()) return;
      if (ttl <= 0) return this.#lose('etcd has ended it');
      this.#renewedAt = askedAt;
      this.#schedule(this.#ttlMs / 3);
    } catch (error) {
      if (this.#lost.signal.aborted) return;
      logger.debug({ err: error }, 'lease could not be renewed; trying again');
      this.#schedule(Math.min(1_000, this.#ttlMs / 10));
    }
  }

  /** One question, one answer: the lease's new time to live in seconds, 0 when it is gone. */
  async #keepAlive(): Promise<number> {
    const limit = Math.min(this.#deps.timeoutMs, this.#ttlMs / 3);
    const stream = await this.#deps.client.leaseClient.leaseKeepAlive({ deadline: Date.now() + limit });
    try {
      const answer = await new Promise<ILeaseKeepAliveResponse>((resolve, reject) => {
        stream.on('data', resolve);
        stream.on('error', reject);
        stream.on('end', () => reject(new Error('the lease stream ended')));
        stream.write({ ID: this.id });
      });
      return Number(answer.TTL);
    } finally {
      stream.end();
      stream.cancel();
    }
  }

  #lose(why: string): void {
    if (this.#lost.signal.aborted) return;
    this.#deps.logger.warn({ lease: this.id, why }, 'lease lost');
    this.forget();
    // It may still live in etcd for the margin: the sooner it goes, the sooner others may go on.
    this.#deps.client.leaseClient.leaseRevoke({ ID: this.id }).catch(() => undefined);
  }
}
