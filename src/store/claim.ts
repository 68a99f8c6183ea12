// One claimed plan: every write compares the claim's revision, so that a worker that lost its claim cannot write anything.
// The outcome of a write that timed out is read back by the claim's token.
import { ConductorError, isConductorError } from '../domain/errors.ts';
import {
  isLegalTransition,
  type PartName,
  type PlanEvent,
  type PlanHead,
  type PlanRecord,
  type PlanStatus,
  STAGE_FIELD,
  STAGES,
  type Stage,
} from '../domain/plan.ts';
import type { Advance, ClaimedPlan, SagaStore } from '../domain/ports.ts';
import type { ReservationStep } from '../domain/solution.ts';
import type { Clock } from '../lib/clock.ts';
import { eventCodec, planCodec, type StoredPlan, stepCodec } from './codec.ts';
import { keys, queueKey } from './keys.ts';
import type { Compare, Kv, Operation } from './kv.ts';
import { type EncodedPart, encodePart, type PartReader, writeParts } from './parts.ts';
import { readReservations } from './plan-store.ts';
import { when } from './request.ts';

/** Attempts at a write whose outcome is unknown. */
const TRIES = 4;

export interface ClaimOptions {
  readonly kv: Kv;
  readonly parts: PartReader;
  readonly clock: Clock;
  /** The plan as the claim wrote it. */
  readonly stored: StoredPlan;
  readonly revision: number;
  readonly stage: Stage;
  readonly previous: PlanStatus;
  readonly owner: string;
  readonly token: string;
  readonly leaseId: string;
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
  readonly saga: SagaStore;
  readonly #options: ClaimOptions;
  readonly #lost = new AbortController();
  #state: 'held' | 'writing' | 'over' = 'held';

  constructor(options: ClaimOptions) {
    this.#options = options;
    this.plan = { head: options.stored.head, revision: options.revision };
    this.stage = options.stage;
    this.previous = options.previous;
    this.token = options.revision;
    this.saga = {
      list: () => readReservations(options.kv, this.planId),
      put: (step) => this.#putStep(step),
    };
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
    const { kv, clock, owner, token, stored, parts: reader } = this.#options;
    const documents = await this.#encodeDocuments(change);
    if (
      !(await writeParts(
        kv,
        [this.#fence()],
        [...documents.values()].map(({ part }) => part),
      ))
    ) {
      throw new ConductorError('CLAIM_LOST');
    }
    const refs = new Map([...documents].map(([name, { part }]) => [name, part] as const));
    const { head, event } = nextState(this.plan.head, this.stage, change, refs, { now: clock.now(), actor: owner });
    const compare = [this.#fence(), { key: keys.plan(head.id), modRevision: this.plan.revision }];
    const request = when(compare, [
      { put: keys.plan(head.id), value: planCodec.encode({ ...stored, head, event }) },
      { put: keys.event(head.id, event.seq), value: eventCodec.encode({ event, token }) },
      { delete: keys.claim(head.id) },
      ...requeue(this.plan.head, head),
    ]);
    const revision = await this.#settle(request, event.seq);
    for (const { part, document } of documents.values()) reader.remember(part.ref, document);
    return { head, revision };
  }

  /** Runs the transaction until its outcome is known. */
  async #settle(request: ReturnType<typeof when>, seq: number): Promise<number> {
    const { kv, token } = this.#options;
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const result = await kv.txn(request).catch(unlessUnknown);
      if (result?.succeeded) return result.revision;
      const written = await kv.get(keys.event(this.planId, seq));
      if (written && eventCodec.decode(written).token === token) return written.modRevision;
      // No event of ours: the conditions did not hold, or the write was not applied (so far) and is tried again.
      const claim = await kv.get(keys.claim(this.planId));
      if (claim?.modRevision !== this.token) throw new ConductorError('CLAIM_LOST');
    }
    throw new ConductorError('STORE_OUTCOME_UNKNOWN');
  }

  async #encodeDocuments(change: Advance) {
    const { head } = this.plan;
    const out = new Map<PartName, { readonly part: EncodedPart; readonly document: unknown }>();
    for (const name of ['translation', 'solution'] as const) {
      const document = change.parts?.[name];
      if (document === undefined) continue;
      const n = (head.parts[name]?.n ?? 0) + 1;
      out.set(name, { part: await encodePart(head.id, name, n, document), document });
    }
    return out;
  }

  async #putStep(step: ReservationStep): Promise<void> {
    this.#assertHeld();
    const { kv } = this.#options;
    const put = { put: keys.reservation(this.planId, step.step), value: stepCodec.encode({ step }) };
    for (let attempt = 1; ; attempt += 1) {
      try {
        if ((await kv.txn(when([this.#fence()], [put]))).succeeded) return;
        this.lose();
        throw new ConductorError('CLAIM_LOST');
      } catch (error) {
        // The same step written twice is the same step.
        if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN') || attempt >= TRIES) throw error;
      }
    }
  }

  #fence(): Compare {
    return { key: keys.claim(this.planId), modRevision: this.token };
  }

  #assertHeld(): void {
    if (this.#state !== 'held') throw new ConductorError('CLAIM_LOST');
  }

  #end(): void {
    this.#state = 'over';
    this.#options.onEnd(this);
  }
}

/** A write that timed out has no result; other failures stay failures. */
function unlessUnknown(error: unknown): null {
  if (isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) return null;
  throw error;
}

/** The queue entry stands while the plan needs the same stage; else the old one goes and the next comes. */
function requeue(before: PlanHead, after: PlanHead): Operation[] {
  const [old, next] = [queueKey(before), queueKey(after)];
  if (old === next) return [];
  return [...(old === null ? [] : [{ delete: old }]), ...(next === null ? [] : [{ put: next, value: '' }])];
}

function nextState(
  head: PlanHead,
  stage: Stage,
  change: Advance,
  written: ReadonlyMap<PartName, EncodedPart>,
  by: { readonly now: number; readonly actor: string },
): { readonly head: PlanHead; readonly event: PlanEvent } {
  const rehomed = change.reason === 'rehomed';
  const parts = rehomed ? { template: head.parts.template } : { ...head.parts };
  const next: PlanHead = {
    ...head,
    ...stageRecords(head, stage, change),
    status: change.to,
    // A message stands until another one is written.
    message: change.message ?? (rehomed ? '' : head.message),
    messageForm: change.messageForm ?? (change.message === undefined ? head.messageForm : 'text'),
    updated: by.now,
    seq: head.seq + 1,
    parts: { ...parts, ...Object.fromEntries([...written].map(([name, { ref }]) => [name, ref])) },
  };
  const event: PlanEvent = {
    planId: head.id,
    seq: next.seq,
    at: by.now,
    from: head.status,
    to: change.to,
    reason: change.reason,
    actor: by.actor,
    message: change.message ?? '',
  };
  return { head: next, event };
}

function stageRecords(head: PlanHead, own: Stage, change: Advance) {
  const records: Partial<Record<(typeof STAGE_FIELD)[Stage], PlanHead['solver']>> = {};
  for (const stage of STAGES) {
    const field = STAGE_FIELD[stage];
    const reset = change.resetFailures?.includes(stage) || change.reason === 'rehomed';
    const failures = (reset ? 0 : head[field].failures) + (stage === own && change.failed ? 1 : 0);
    const counter = change.reason === 'rehomed' ? 0 : head[field].counter;
    records[field] = { ...head[field], counter, failures };
  }
  return records;
}
