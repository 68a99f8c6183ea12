// One claimed plan: every write compares the claim's revision, so that a worker that lost its claim cannot write anything.
// The outcome of a write that timed out is read back by the claim's token.
import type { CompensationSettings } from '../domain/compensation.ts';
import { ConductorError, isConductorError } from '../domain/errors.ts';
import { isLegalTransition, type PartName, type PlanRecord, type PlanStatus, type Stage } from '../domain/plan.ts';
import type { Advance, ClaimedPlan, Logger, Metrics } from '../domain/ports.ts';
import type { SearchProgress } from '../domain/solution.ts';
import type { Clock } from '../lib/clock.ts';
import { eventCodec, planCodec, type StoredPlan } from './codec.ts';
import type { HeldSteps } from './held-steps.ts';
import { keys } from './keys.ts';
import { type Kv, MAX_TXN_OPERATIONS, type Operation } from './kv.ts';
import { type LockBook, type LockChange, NO_LOCK_CHANGE } from './lock-book.ts';
import { type EncodedPart, encodePart, type PartReader, writeParts } from './parts.ts';
import { endStop, keepsLocks, nextState, requeue } from './plan-state.ts';
import { ProgressWriter } from './progress-writer.ts';
import type { RecentHeads } from './recent-heads.ts';
import { unlessUnknown, when } from './request.ts';
import { SagaRows } from './saga-rows.ts';

/** Attempts at a write whose outcome is unknown. */
const TRIES = 4;
/** One for all: an abort without a reason makes an error with a stack each time. */
const STOPPED = new Error('The search is to end.');
/** Attempts at a write that others' changes of the same order locks came before: each failure is somebody's success. */
const LOCK_TRIES = 200;

/** Documents of one result up to this size need no write of their own. */
const INLINE_BYTES = 256_000;

export interface ClaimOptions {
  readonly kv: Kv;
  readonly parts: PartReader;
  readonly locks: LockBook;
  readonly heads: RecentHeads;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly compensation?: CompensationSettings | undefined;
  /** Told of each step that is stored. */
  readonly held?: HeldSteps | undefined;
  /** The plan as the claim wrote it. */
  readonly stored: StoredPlan;
  readonly revision: number;
  readonly stage: Stage;
  readonly previous: PlanStatus;
  readonly owner: string;
  readonly token: string;
  readonly leaseId: string;
  /** False from the moment at which the lease counts as lost. */
  readonly isLeaseLive: () => boolean;
  /** Called once when the claim is over, whichever way. */
  readonly onEnd: (claim: KvClaim) => void;
  /** Removes the claim's key if it is still there; never throws. */
  readonly onRelease: (claim: KvClaim) => Promise<void>;
}

export class KvClaim implements ClaimedPlan {
  readonly plan: PlanRecord;
  readonly stage: Stage;
  readonly previous: PlanStatus;
  readonly token: number;
  readonly saga: SagaRows;
  readonly #options: ClaimOptions;
  readonly #lost = new AbortController();
  readonly #stop = new AbortController();
  readonly #progress: ProgressWriter;
  #state: 'held' | 'writing' | 'over' = 'held';

  constructor(options: ClaimOptions) {
    this.#options = options;
    this.plan = { head: options.stored.head, revision: options.revision };
    this.stage = options.stage;
    this.previous = options.previous;
    this.token = options.revision;
    this.#progress = new ProgressWriter({
      ...options,
      planId: options.stored.head.id,
      fence: () => this.#fence(),
    });
    this.saga = new SagaRows({
      ...options,
      head: options.stored.head,
      fence: this.#fence(),
      assertHeld: () => this.#assertHeld(),
      lose: () => this.lose(),
    });
  }

  get planId(): string {
    return this.plan.head.id;
  }

  get leaseId(): string {
    return this.#options.leaseId;
  }

  get claimToken(): string {
    return this.#options.token;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Somebody wants the search to end with what it has. */
  askToStop(): void {
    if (!this.#stop.signal.aborted) this.#stop.abort(STOPPED);
  }

  /** See `ClaimedPlan.progress`. */
  progress(progress: SearchProgress): void {
    if (this.#state === 'held') this.#progress.tell(progress);
  }

  /** What has to go with the claim besides its key. */
  leftovers(): Operation[] {
    return this.#progress.leftovers();
  }

  /** The store says that the claim is gone. While a result is being written that write itself finds out. */
  gone(): void {
    if (this.#state === 'held') this.lose();
  }

  /** From now on nothing is written any more. */
  lose(): void {
    if (this.#state === 'over') return;
    this.#end();
    this.#lost.abort(new ConductorError('CLAIM_LOST'));
  }

  async release(): Promise<void> {
    if (this.#state === 'over') return;
    this.#end();
    await this.#options.onRelease(this);
  }

  async advance(change: Advance): Promise<PlanRecord> {
    const { head } = this.plan;
    if (!isLegalTransition(head.status, change.to)) {
      throw new ConductorError('INTERNAL', undefined, {
        cause: new Error(`illegal transition of plan ${head.id}: ${head.status} → ${change.to}`),
      });
    }
    this.#assertHeld();
    this.#state = 'writing';
    this.#progress.end();
    try {
      const record = await this.#write(change);
      this.#end();
      return record;
    } catch (error) {
      if (this.#state === 'writing') this.#state = 'held';
      if (isConductorError(error, 'CLAIM_LOST')) this.lose();
      throw error;
    }
  }

  async #write(change: Advance): Promise<PlanRecord> {
    const { kv, clock, owner, token, stored, heads, parts: reader } = this.#options;
    const documents = await this.#encodeDocuments(change);
    const parts = [...documents.values()].map(({ part }) => part);
    const inline = this.#fitsInline(change, parts) ? parts.flatMap(({ puts }) => puts) : [];
    if (inline.length === 0 && !(await writeParts(kv, [this.#fence()], parts))) {
      throw new ConductorError('CLAIM_LOST');
    }
    const refs = new Map([...documents].map(([name, { part }]) => [name, part.ref] as const));
    for (let attempt = 1; attempt <= LOCK_TRIES; attempt += 1) {
      const { asked, ...locks } = await this.#lockChange(change);
      const facts = { stage: this.stage, written: refs, locked: locks.locked, now: clock.now(), actor: owner };
      const { head, event } = nextState(this.plan.head, asked, facts);
      const compare = [this.#fence(), { key: keys.plan(head.id), modRevision: this.plan.revision }, ...locks.compare];
      const value = planCodec.encode({ ...stored, head, event });
      const operations: readonly Operation[] = [
        ...inline,
        { put: keys.plan(head.id), value },
        { put: keys.event(head.id, event.seq), value: eventCodec.encode({ event, token }) },
        { delete: keys.claim(head.id) },
        ...this.leftovers(),
        ...requeue(this.plan.head, head),
        ...endStop(this.plan.head, head, event.reason),
        ...locks.operations,
      ];
      // Held for good from now on. What there is no room for is dropped when it is due.
      const settled = change.to === 'done' ? this.saga.settled(MAX_TXN_OPERATIONS - operations.length) : [];
      const request = when(compare, [...operations, ...settled]);
      const revision = await this.#settle(request, event.seq, locks.compare.length > 0);
      if (revision === null) continue;
      for (const { part, document } of documents.values()) reader.remember(part.ref, document);
      heads.remember({ key: keys.plan(head.id), value: Buffer.from(value), modRevision: revision });
      return { head, revision };
    }
    throw new ConductorError('CONFLICT');
  }

  /** Small documents go with the head that names them, in one write; beside order locks a transaction has no room to spare. */
  #fitsInline({ locks = [] }: Advance, parts: readonly EncodedPart[]): boolean {
    if (locks.length > 0 || this.plan.head.locked) return false;
    const bytes = parts.flatMap(({ puts }) => puts).reduce((sum, put) => sum + valueBytes(put), 0);
    return bytes <= INLINE_BYTES;
  }

  /** The change as order locks allow it, with what it does to them. */
  async #lockChange(change: Advance): Promise<LockChange & { readonly asked: Advance }> {
    const { locks, owner } = this.#options;
    const { head } = this.plan;
    const { locks: requests = [], ...asked } = change;
    if (change.to === 'solved' && requests.length > 0) {
      const { to, ...taken } = await locks.take(head, requests, owner);
      return { ...taken, asked: to === 'template' ? { to, reason: 'rehomed' } : { ...asked, to } };
    }
    if (!keepsLocks(change.to)) return { ...(await locks.drop(head, owner)), asked };
    return { ...NO_LOCK_CHANGE, locked: head.locked ?? false, asked };
  }

  /** Runs the transaction until its outcome is known. null: a lock row was changed meanwhile, look at it again. */
  async #settle(request: ReturnType<typeof when>, seq: number, withLocks: boolean): Promise<number | null> {
    const { kv, token } = this.#options;
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const result = await kv.txn(request).catch(unlessUnknown);
      if (result?.succeeded) return result.revision;
      const written = await kv.get(keys.event(this.planId, seq));
      if (written && eventCodec.decode(written).token === token) return written.modRevision;
      // No event of ours: the conditions did not hold, or the write was not applied (so far) and is tried again.
      const claim = await kv.get(keys.claim(this.planId));
      if (claim?.modRevision !== this.token) throw new ConductorError('CLAIM_LOST');
      if (result && withLocks) return null;
    }
    throw new ConductorError('STORE_OUTCOME_UNKNOWN');
  }

  async #encodeDocuments(change: Advance) {
    const { head } = this.plan;
    const out = new Map<PartName, { readonly part: EncodedPart; readonly document: unknown }>();
    // Never a number that an earlier document had, not even one that a rehomed plan has given up: it may be read still.
    const n = head.seq + 1;
    for (const name of ['translation', 'solution', 'triage'] as const) {
      const document = change.parts?.[name];
      if (document === undefined) continue;
      out.set(name, { part: await encodePart(head.id, name, n, document), document });
    }
    return out;
  }

  #fence() {
    return { key: keys.claim(this.planId), modRevision: this.token };
  }

  /** Timers come late in a process that stood still, so the clock is asked too. */
  #assertHeld(): void {
    if (this.#state !== 'over' && !this.#options.isLeaseLive()) this.lose();
    if (this.#state !== 'held') throw new ConductorError('CLAIM_LOST');
  }

  #end(): void {
    this.#state = 'over';
    this.#progress.end();
    this.#options.onEnd(this);
  }
}

function valueBytes(operation: Operation): number {
  return 'put' in operation ? Buffer.byteLength(operation.value) : 0;
}
