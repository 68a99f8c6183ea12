// The WorkQueue port: a plan's queue entry stands from the moment a stage is needed until its result is written; a claim is a
// compare-and-swap bound to the process's one lease. When the lease ends the claims vanish and the plans are offered again.
import type { CompensationSettings } from '../domain/compensation.ts';
import { isConductorError } from '../domain/errors.ts';
import type { QueueLength } from '../domain/members.ts';
import {
  type PlanEvent,
  type PlanHead,
  STAGE_FIELD,
  STAGE_STATUS,
  STAGES,
  type Stage,
  stageOf,
} from '../domain/plan.ts';
import type { ClaimedPlan, Logger, Metrics, WorkQueue } from '../domain/ports.ts';
import { type Clock, delay } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import type { Random } from '../lib/random.ts';
import { KvClaim } from './claim.ts';
import { claimCodec, eventCodec, planCodec, type StoredPlan } from './codec.ts';
import type { HeldSteps } from './held-steps.ts';
import { CLAIMS, idOf, isPlanId, keys, MEMBERS, QUEUE, STOPS } from './keys.ts';
import type { KeyValue, Kv, Lease, Operation, TxnRequest } from './kv.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { LockBook } from './lock-book.ts';
import { OfferBook } from './offers.ts';
import type { PartReader } from './parts.ts';
import { Peers } from './peers.ts';
import type { HeadEntry, RecentHeads } from './recent-heads.ts';
import { Reflector, type ReflectorBatch } from './reflector.ts';
import { when } from './request.ts';

export interface WorkQueueOptions {
  readonly kv: Kv;
  readonly parts: PartReader;
  readonly locks: LockBook;
  readonly heads: RecentHeads;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly ownerName: string;
  /** Of this process among the members. */
  readonly memberId: string;
  readonly leaseTtlSeconds: number;
  readonly compensation?: CompensationSettings | undefined;
  readonly held?: HeldSteps | undefined;
  readonly retryBaseMs?: number | undefined;
}

export class KvWorkQueue implements WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #kv: Kv;
  /** Marks the claims of this process; a host may run several, and a process may be started again. */
  readonly #instance: string;
  readonly #peers: Peers;
  readonly #book: OfferBook;
  readonly #lease: LeaseKeeper;
  readonly #queue: Reflector;
  readonly #claims: Reflector;
  readonly #stops: Reflector;
  readonly #members: Reflector;
  /** Plans whose search is to end. */
  readonly #stopped = new Set<string>();
  /** Claims in hand by plan. */
  readonly #active = new Map<string, KvClaim>();
  /** Tokens of claims whose transaction is under way, and whether the watch has shown them meanwhile. */
  readonly #pending = new Map<string, { seen: boolean }>();
  readonly #stop = new AbortController();

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#kv = options.kv;
    this.#instance = `${options.ownerName}/${options.memberId}`;
    this.#peers = new Peers(options.memberId, options.logger);
    this.#book = new OfferBook(options.clock, this.#peers);
    this.#lease = new LeaseKeeper(options.kv, options.leaseTtlSeconds, options, (id) => this.#onLeaseLost(id));
    const reflect = (prefix: string, onBatch: (batch: ReflectorBatch) => void) =>
      new Reflector({ ...options, prefix, onBatch });
    this.#queue = reflect(QUEUE, ({ events }) => this.#book.onQueue(events));
    this.#claims = reflect(CLAIMS, (batch) => this.#onClaims(batch));
    this.#stops = reflect(STOPS, (batch) => this.#onStops(batch));
    this.#members = reflect(MEMBERS, (batch) => this.#onMembers(batch));
  }

  async start(signal: AbortSignal): Promise<void> {
    // Claims first: else a plan in work elsewhere would look free for a moment.
    await Promise.all([this.#claims, this.#stops, this.#members].map((each) => each.start(signal)));
    await this.#queue.start(signal);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const watches = [this.#claims, this.#stops, this.#members, this.#queue];
    await Promise.all(watches.map((each) => each.finished()));
    await this.#lease.close();
  }

  /** Plans that wait for a stage or are in one. */
  get length(): number {
    return this.#book.length;
  }

  /** Plans that this process has in work. */
  get held(): number {
    return this.#active.size;
  }

  /** How much there is at each stage, as far as this process has heard. */
  lengths(): readonly QueueLength[] {
    return STAGES.map((stage) => ({ stage, ...this.#book.lengthOf(stage) }));
  }

  offers(stage: Stage, signal: AbortSignal): AsyncIterable<string> {
    return this.#book.offers(stage, signal);
  }

  async claim(planId: string, stage: Stage, owner: string): Promise<ClaimedPlan | null> {
    if (!isPlanId(planId)) return null;
    const known = this.#options.heads.get(planId) ?? (await this.#kv.get(keys.plan(planId)));
    if (!known) await this.#dropStale(planId, stage, null);
    const claim = await this.#claim(known, stage, owner);
    this.#book.claimed(claim !== null);
    return claim;
  }

  /** Tries with the head as it is known; a claim that is refused because the head has changed brings the new one with it. */
  async #claim(known: HeadEntry | null, stage: Stage, owner: string): Promise<KvClaim | null> {
    let [head, isNewest] = [known, false];
    for (let leases = 0; head; ) {
      const stored = planCodec.decode(head);
      if (stageOf(stored.head.status) !== stage) {
        if (isNewest) {
          await this.#dropStale(stored.head.id, stage, head);
          return null;
        }
        [head, isNewest] = [await this.#kv.get(head.key), true];
        continue;
      }
      const lease = await this.#lease.current();
      try {
        const result: KvClaim | HeadEntry | null = await this.#claimWith(lease, head, stored, stage, owner);
        if (result === null || result instanceof KvClaim) return result;
        [head, isNewest] = [result, true];
      } catch (error) {
        // The lease ended unnoticed: once more with a new one.
        leases += 1;
        if (!isConductorError(error, 'CLAIM_LOST') || leases > 1) throw error;
        this.#lease.drop(lease);
      }
    }
    return null;
  }

  /**
   * Entries of the queue that stand although the plan does not need the stage: a process of an earlier version, which knows of one
   * class of priority only, moved the plan on or deleted it without them. Head and entry are of one write, so the head's revision proves it.
   */
  async #dropStale(planId: string, stage: Stage, head: HeadEntry | null): Promise<void> {
    const stale = this.#book.offeredInVain(stage, planId);
    if (stale.length === 0) return;
    const compare = [{ key: keys.plan(planId), modRevision: head?.modRevision ?? 0 }];
    await this.#kv.txn(
      when(
        compare,
        stale.map((key) => ({ delete: key })),
      ),
    );
  }

  /** null: somebody else has it, or it is gone. A head: it has changed and nobody has it. */
  async #claimWith(
    lease: Lease,
    found: HeadEntry,
    before: StoredPlan,
    stage: Stage,
    owner: string,
  ): Promise<KvClaim | HeadEntry | null> {
    const token = this.#options.ids.uuid();
    const { head, event } = claimedState(before.head, stage, owner, this.#options.clock.now());
    const stored: StoredPlan = { ...before, head, event };
    const key = keys.claim(head.id);
    const claim = claimCodec.encode({ owner, instance: this.#instance, token });
    const request = when(
      [
        { key, modRevision: 0 },
        { key: found.key, modRevision: found.modRevision },
      ],
      [
        { put: key, value: claim, lease: lease.id },
        { put: found.key, value: planCodec.encode(stored) },
        { put: keys.event(head.id, head.seq), value: eventCodec.encode({ event, token }) },
      ],
      [{ get: key }, { get: found.key }],
    );
    const pending = { seen: false };
    this.#pending.set(token, pending);
    try {
      const outcome = await this.#outcomeOf(request, key, token);
      if (outcome === null || 'key' in outcome) return outcome;
      const { revision } = outcome;
      return this.#hold(
        { stored, revision, stage, previous: before.head.status, owner, token, leaseId: lease.id },
        lease,
      );
    } finally {
      this.#pending.delete(token);
      // It was applied, and its outcome was lost: the watch does not show it a second time.
      if (pending.seen && this.#active.get(head.id)?.claimToken !== token) void this.#remove(head.id, token);
    }
  }

  /** Revision of the claim; or the plan's head as it is when only that has changed. A timeout is resolved by reading the token back. */
  async #outcomeOf(
    request: TxnRequest,
    key: string,
    token: string,
  ): Promise<{ readonly revision: number } | HeadEntry | null> {
    try {
      const { succeeded, revision, gets } = await this.#kv.txn(request);
      if (succeeded) return { revision };
      const [holder, head] = gets;
      return holder ? null : (head ?? null);
    } catch (error) {
      if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) throw error;
      // If it is applied only after this look, the claim shows up in the watch as nobody's and is removed there.
      const found = await this.#kv.get(key);
      return found && claimCodec.decode(found).token === token ? { revision: found.modRevision } : null;
    }
  }

  #hold(
    claimed: Pick<KvClaim, 'stage' | 'previous'> & {
      readonly stored: StoredPlan;
      readonly revision: number;
      readonly owner: string;
      readonly token: string;
      readonly leaseId: string;
    },
    lease: Lease,
  ): KvClaim {
    const { kv, parts, locks, heads, clock, logger, metrics, compensation, held } = this.#options;
    const claim = new KvClaim({
      ...claimed,
      kv,
      parts,
      locks,
      heads,
      clock,
      logger,
      metrics,
      compensation,
      held,
      isLeaseLive: () => lease.isLive(),
      onEnd: (ended) => {
        if (this.#active.get(ended.planId) === ended) this.#active.delete(ended.planId);
      },
      onRelease: (released) => this.#remove(released.planId, released.claimToken, released.leftovers()),
    });
    this.#active.set(claim.planId, claim);
    if (!lease.isLive()) claim.lose();
    // Asked for before the claim; what comes later is told by the watch.
    if (this.#stopped.has(claim.planId)) claim.askToStop();
    return claim;
  }

  #onLeaseLost(leaseId: string): void {
    for (const claim of [...this.#active.values()]) if (claim.leaseId === leaseId) claim.lose();
  }

  #onStops({ events }: ReflectorBatch): void {
    for (const event of events) {
      const planId = idOf(event.type === 'put' ? event.kv.key : event.key);
      if (event.type === 'put') {
        this.#stopped.add(planId);
        this.#active.get(planId)?.askToStop();
      } else this.#stopped.delete(planId);
    }
  }

  #onMembers({ events }: ReflectorBatch): void {
    const before = this.#peers.generation;
    this.#peers.onMembers(events);
    if (this.#peers.generation !== before) this.#book.peersChanged();
  }

  #onClaims({ events }: ReflectorBatch): void {
    this.#book.onClaims(events);
    for (const event of events) {
      if (event.type === 'put') this.#onClaimSeen(event.kv);
      else this.#onClaimGone(event.key, event.modRevision);
    }
  }

  /** A watch that is late may tell the end of an earlier claim of the same plan. */
  #onClaimGone(key: string, revision: number): void {
    const active = this.#active.get(idOf(key));
    if (active && active.token < revision) active.gone();
  }

  /** A claim of this process that nobody here holds: its worker was told that the outcome is unknown, or let go. */
  #onClaimSeen(found: KeyValue): void {
    const { instance, token } = claimCodec.decode(found);
    const planId = idOf(found.key);
    const active = this.#active.get(planId);
    if (active && active.token < found.modRevision) active.gone();
    if (instance !== this.#instance || active?.claimToken === token) return;
    const pending = this.#pending.get(token);
    if (pending) pending.seen = true;
    else void this.#remove(planId, token);
  }

  /** Deletes a claim of ours that is not in hand; tries until it is gone, the lease ends it anyway, or the queue closes. */
  async #remove(planId: string, token: string, leftovers: readonly Operation[] = []): Promise<void> {
    const { clock, random, retryBaseMs = 50, logger } = this.#options;
    const key = keys.claim(planId);
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        const found = await this.#kv.get(key);
        if (!found || claimCodec.decode(found).token !== token) return;
        const { modRevision } = found;
        if ((await this.#kv.txn(when([{ key, modRevision }], [{ delete: key }, ...leftovers]))).succeeded) return;
      } catch (error) {
        logger.debug({ planId, err: error }, 'a claim could not be removed yet');
        const pause = retryBaseMs * Math.min(40, 2 ** attempt) * (0.5 + random.next() / 2);
        await delay(clock, pause, this.#stop.signal).catch(() => undefined);
      }
    }
  }
}

/** The head and event of a claim: the working status, the owner, one more attempt. */
function claimedState(
  head: PlanHead,
  stage: Stage,
  owner: string,
  now: number,
): { readonly head: PlanHead; readonly event: PlanEvent } {
  const { working } = STAGE_STATUS[stage];
  const field = STAGE_FIELD[stage];
  const record = { ...head[field], owner, counter: head[field].counter + 1, beganAt: now };
  const seq = head.seq + 1;
  return {
    head: { ...head, status: working, updated: now, seq, [field]: record },
    event: {
      planId: head.id,
      seq,
      at: now,
      from: head.status,
      to: working,
      reason: head.status === working ? 'taken-over' : 'claimed',
      actor: owner,
      message: '',
    },
  };
}
