// Membership: this process's row, bound to a lease of its own so that it goes with the process, and the rows of all others.
// The row is written again when what it says has changed, and now and then for whoever looks at its age.
import { isConductorError } from '../domain/errors.ts';
import type { Member, MemberIdentity, Membership, QueueLength } from '../domain/members.ts';
import type { Logger } from '../domain/ports.ts';
import { type Clock, delay } from '../lib/clock.ts';
import { linkedSignal } from '../lib/linked-signal.ts';
import { memberCodec } from './codec.ts';
import type { Kv, Lease } from './kv.ts';
import { when } from './request.ts';
import { listAll } from './resync.ts';

/** Pause between two looks at what the row says, in milliseconds. */
const LOOK_MS = 2_000;
/** The row is written at least this often, in milliseconds. */
const RENEW_MS = 30_000;
const RETRY_MS = 500;

type Facts = Pick<Member, 'claims' | 'feedLagMs' | 'storeRevision'>;

export interface MembersOptions {
  readonly kv: Kv;
  readonly clock: Clock;
  /** Unique to this run of the process. */
  readonly memberId: string;
  readonly logger: Logger;
  readonly prefix: string;
  readonly ttlSeconds: number;
  readonly self: MemberIdentity;
  /** What changes while the process runs. */
  readonly facts: () => Facts;
  readonly queues: () => readonly QueueLength[];
}

export class Members implements Membership {
  readonly #options: MembersOptions;
  readonly #id: string;
  readonly #stop = new AbortController();
  #url = '';
  #started = 0;
  #running: Promise<void> | null = null;
  #written: Member | null = null;
  #lease: Lease | null = null;
  #draining = false;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#id = options.memberId;
  }

  /** Registers this process, and again whenever its lease was lost; what fails is tried again. Resolves after the first try. */
  async join(url: string): Promise<void> {
    if (this.#running || this.#stop.signal.aborted) return;
    this.#url = url;
    this.#started = this.#options.clock.now();
    await new Promise<void>((tried) => {
      this.#running = this.#run(tried).finally(tried);
    });
  }

  /** Says that this process takes nothing new any more. Never throws: what cannot be written now is written with the next look. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (!this.#lease) return;
    await this.#write(this.#lease).catch((error: unknown) => {
      this.#options.logger.debug({ err: error }, 'the member could not say that it is draining');
    });
  }

  /** Takes the row away. Never throws: a store that is away must not keep a process from ending. */
  async leave(): Promise<void> {
    this.#stop.abort(new Error('The process leaves.'));
    await this.#running;
  }

  async list(): Promise<readonly Member[]> {
    const { kv, prefix, logger } = this.#options;
    const members: Member[] = [];
    for await (const { kvs } of listAll(kv, prefix, { limit: 500, keysOnly: false })) {
      for (const found of kvs) {
        try {
          const member = memberCodec.decode(found);
          members.push(member.id === this.#id ? this.#now() : member);
        } catch (error) {
          logger.warn({ key: found.key, err: error }, 'a member cannot be read');
        }
      }
    }
    return members.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.started - b.started));
  }

  queues(): readonly QueueLength[] {
    return this.#options.queues();
  }

  #now(): Member {
    const { self, facts, clock } = this.#options;
    const { name, roles, version } = self;
    const known = { id: this.#id, name, roles, version, url: this.#url, started: this.#started };
    return { ...known, ...facts(), updated: clock.now(), ...(this.#draining ? { draining: true } : {}) };
  }

  async #run(tried: () => void): Promise<void> {
    const { signal } = this.#stop;
    const { kv, clock, ttlSeconds, logger } = this.#options;
    while (!signal.aborted) {
      let lease: Lease | null = null;
      try {
        lease = await kv.lease(ttlSeconds);
        await this.#write(lease);
        this.#lease = lease;
        tried();
        const ended = linkedSignal(signal, lease.lost);
        await this.#keep(lease, ended.signal).finally(ended.unlink);
      } catch (error) {
        if (!signal.aborted) logger.debug({ err: error }, 'the member could not be registered');
      }
      this.#lease = null;
      tried();
      await lease?.revoke().catch((error: unknown) => logger.debug({ err: error }, 'the member runs out by itself'));
      await delay(clock, RETRY_MS, signal).catch(() => undefined);
    }
  }

  /** Until the signal is aborted. Throws when the row cannot be bound to the lease any more. */
  async #keep(lease: Lease, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await delay(this.#options.clock, LOOK_MS, ended).catch(() => undefined);
      if (ended.aborted || !this.#isStale()) continue;
      await this.#write(lease).catch((error: unknown) => {
        // The lease says by itself when the store has been away for too long.
        if (!isConductorError(error) || !error.retryable || error.code === 'CLAIM_LOST') throw error;
      });
    }
  }

  #isStale(): boolean {
    const { kv, clock, facts } = this.#options;
    const written = this.#written;
    if (!written) return true;
    const { claims, feedLagMs } = facts();
    if (this.#draining !== (written.draining ?? false)) return true;
    if (claims !== written.claims || seconds(feedLagMs) !== seconds(written.feedLagMs)) return true;
    // Nobody else reads an embedded store, and every write there is one revision less of history.
    return kv.kind === 'etcd' && clock.now() - written.updated >= RENEW_MS;
  }

  async #write(lease: Lease): Promise<void> {
    const { kv, prefix } = this.#options;
    const member = this.#now();
    await kv.txn(when([], [{ put: `${prefix}${this.#id}`, value: memberCodec.encode(member), lease: lease.id }]));
    this.#written = member;
  }
}

function seconds(ms: number): number {
  return Math.trunc(ms / 1_000);
}
