// The PlanStore port over any Kv: heads, documents, events and the idempotency key, each create and delete in one transaction.
import { ConductorError, isConductorError } from '../domain/errors.ts';
import { isStoppable, NO_STAGE_RECORD, type PlanEvent, type PlanHead, type PlanRecord } from '../domain/plan.ts';
import type { CreateOutcome, Logger, NewPlan, PlanPage, PlanQuery, PlanStore, StopOutcome } from '../domain/ports.ts';
import type { Translation } from '../domain/problem.ts';
import type { ReservationStep, Solution } from '../domain/solution.ts';
import type { TemplateDocument } from '../domain/template.ts';
import type { TriageDocument } from '../domain/triage.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import { eventCodec, idempotencyCodec, indexCodec, planCodec, type StoredPlan, stopCodec } from './codec.ts';
import { indexKey, isPlanId, keys, queueKey, TOMBSTONE } from './keys.ts';
import type { Compare, KeyValue, Kv, Operation } from './kv.ts';
import type { LockBook, LockChange } from './lock-book.ts';
import { type EncodedPart, encodePart, type PartReader, writeParts } from './parts.ts';
import { readEvents, readReservations } from './plan-history.ts';
import { listPlans } from './plan-list.ts';
import { readPlans, toRecord } from './read-plans.ts';
import { when } from './request.ts';

/** Attempts at a transaction whose outcome is unknown or whose plan changes all the time. */
const TRIES = 5;
/** Attempts at a deletion: others may change the plan, or order locks in which it stands, again and again. */
const DELETE_TRIES = 100;

export interface PlanStoreOptions {
  readonly kv: Kv;
  readonly parts: PartReader;
  readonly locks: LockBook;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

export class KvPlanStore implements PlanStore {
  readonly #kv: Kv;
  readonly #parts: PartReader;
  readonly #locks: LockBook;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #logger: Logger;

  constructor({ kv, parts, locks, clock, ids, logger }: PlanStoreOptions) {
    this.#kv = kv;
    this.#parts = parts;
    this.#locks = locks;
    this.#clock = clock;
    this.#ids = ids;
    this.#logger = logger;
  }

  async create(plan: NewPlan): Promise<CreateOutcome> {
    const earlier = await this.#replay(plan);
    if ('kind' in earlier) return earlier;
    const template = await encodePart(plan.id, 'template', 1, plan.document);
    const stored = firstState(plan, template, this.#clock.now(), this.#ids.uuid());
    const inline = template.puts.length === 1 ? template.puts : [];
    if (inline.length === 0) await writeParts(this.#kv, [], [template]);
    let { idempotencyRevision } = earlier;
    for (let attempt = 1; ; attempt += 1) {
      const request = createRequest(plan, stored, idempotencyRevision, template, inline);
      const revision = await this.#tryCreate(plan.id, stored.token, request);
      if (revision !== null) {
        this.#parts.remember(template.ref, plan.document);
        return { kind: 'created', plan: { head: stored.head, revision } };
      }
      const winner = await this.#replay(plan);
      if ('kind' in winner) {
        if (inline.length === 0) await this.#forgetParts(plan, winner);
        return winner;
      }
      if (attempt >= TRIES) throw new ConductorError('CONFLICT');
      idempotencyRevision = winner.idempotencyRevision;
    }
  }

  async get(id: string): Promise<PlanRecord | null> {
    if (!isPlanId(id)) return null;
    const found = await this.#kv.get(keys.plan(id));
    return found && toRecord(found);
  }

  async getMany(ids: readonly string[]): Promise<readonly (PlanRecord | null)[]> {
    const found = await readPlans(this.#kv, ids, this.#logger);
    return found.map((plan) => (plan === 'unreadable' ? null : plan));
  }

  list(query: PlanQuery): Promise<PlanPage> {
    return listPlans(this.#kv, (ids) => this.getMany(ids), query);
  }

  async template(head: PlanHead): Promise<TemplateDocument> {
    return (await this.#parts.read(head, 'template', head.parts.template)) as TemplateDocument;
  }

  async translation(head: PlanHead): Promise<Translation | null> {
    const ref = head.parts.translation;
    return ref ? ((await this.#parts.read(head, 'translation', ref)) as Translation) : null;
  }

  async solution(head: PlanHead): Promise<Solution | null> {
    const ref = head.parts.solution;
    return ref ? ((await this.#parts.read(head, 'solution', ref)) as Solution) : null;
  }

  async triage(head: PlanHead): Promise<TriageDocument | null> {
    const ref = head.parts.triage;
    return ref ? ((await this.#parts.read(head, 'triage', ref)) as TriageDocument) : null;
  }

  reservations(planId: string): Promise<readonly ReservationStep[]> {
    return readReservations(this.#kv, planId);
  }

  async events(planId: string, afterSeq: number): Promise<readonly PlanEvent[]> {
    const found = await readEvents(this.#kv, planId, afterSeq);
    return found.map(({ event }) => event);
  }

  async delete(id: string): Promise<boolean> {
    if (!isPlanId(id)) return false;
    const unknown: unknown[] = [];
    for (let attempt = 1; attempt <= DELETE_TRIES; attempt += 1) {
      try {
        const outcome = await this.#tryDelete(id);
        // After a timeout an absent plan means that the write was applied.
        if (outcome !== 'changed') return outcome === 'deleted' || unknown.length > 0;
      } catch (error) {
        // What cannot be read back stays unknown.
        if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) throw unknown[0] ?? error;
        unknown.push(error);
        if (unknown.length >= TRIES) throw error;
      }
    }
    throw unknown[0] ?? new ConductorError('CONFLICT');
  }

  /** `changed`: the plan, or an order lock in which it stands, was written meanwhile. */
  async #tryDelete(id: string): Promise<'deleted' | 'missing' | 'changed'> {
    const found = await this.#kv.get(keys.plan(id));
    if (!found) return 'missing';
    const { head } = planCodec.decode(found);
    const locks = await this.#locks.drop(head, head.createdBy);
    return (await this.#kv.txn(deleteRequest(found, locks))).succeeded ? 'deleted' : 'changed';
  }

  async stop(id: string, actor: string): Promise<StopOutcome> {
    if (!isPlanId(id)) return { kind: 'missing' };
    let failure: unknown = new ConductorError('CONFLICT');
    for (let attempt = 1; attempt <= DELETE_TRIES; attempt += 1) {
      const found = await this.#kv.get(keys.plan(id));
      if (!found) return { kind: 'missing' };
      const plan = toRecord(found);
      if (!isStoppable(plan.head.status)) return { kind: 'over', plan };
      // Never left behind by a plan that has just been solved.
      const unchanged = { key: found.key, modRevision: found.modRevision };
      const request = when([unchanged], [{ put: keys.stop(id), value: stopCodec.encode({ actor }) }]);
      try {
        if ((await this.#kv.txn(request)).succeeded) return { kind: 'asked', plan };
      } catch (error) {
        // Asked twice is asked once.
        failure = error;
        if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN') || attempt >= TRIES) throw error;
      }
    }
    throw failure;
  }

  /** The plan that this key made before, a conflict, or the revision that the key must still have. */
  async #replay(plan: NewPlan): Promise<CreateOutcome | { readonly idempotencyRevision: number }> {
    if (!plan.idempotency) return { idempotencyRevision: 0 };
    const entry = await this.#kv.get(keys.idempotency(plan.idempotency.key));
    if (!entry) return { idempotencyRevision: 0 };
    const { planId, fingerprint } = idempotencyCodec.decode(entry);
    const record = await this.get(planId);
    // The plan was deleted a moment ago, and its key is about to be: then the key is free.
    if (!record) return { idempotencyRevision: entry.modRevision };
    return fingerprint === plan.idempotency.fingerprint ? { kind: 'replayed', plan: record } : { kind: 'conflict' };
  }

  /** Revision of the create, or null when a condition did not hold. A timeout is resolved by reading the token back. */
  async #tryCreate(id: string, token: string, request: ReturnType<typeof when>): Promise<number | null> {
    try {
      const { succeeded, revision } = await this.#kv.txn(request);
      if (succeeded) return revision;
    } catch (error) {
      if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) throw error;
      const found = await this.#kv.get(keys.plan(id)).catch(() => Promise.reject(error));
      if (found && planCodec.decode(found).token === token) return found.createRevision;
      // Not applied yet; it still may be, so the caller is told the truth unless a second try settles it.
      const { succeeded, revision } = await this.#kv.txn(request).catch(() => Promise.reject(error));
      if (succeeded) return revision;
    }
    const found = await this.#kv.get(keys.plan(id));
    if (!found) return null;
    if (planCodec.decode(found).token !== token) throw new ConductorError('CONFLICT', 'A plan with this id exists.');
    return found.createRevision;
  }

  /** Best effort: what a losing create wrote before its head is named by nobody. */
  async #forgetParts(plan: NewPlan, winner: CreateOutcome): Promise<void> {
    if (winner.kind !== 'conflict' && winner.plan.head.id === plan.id) return;
    await this.#kv.txn(when([], [{ deletePrefix: keys.parts(plan.id) }])).catch(() => undefined);
  }
}

function firstState(plan: NewPlan, template: EncodedPart, now: number, token: string): StoredPlan {
  const head: PlanHead = {
    id: plan.id,
    name: plan.name,
    status: 'template',
    message: '',
    messageForm: 'text',
    created: now,
    updated: now,
    timeout: plan.timeout,
    recommendMax: plan.recommendMax,
    ...(plan.timeLimit === undefined ? {} : { timeLimit: plan.timeLimit }),
    ...(plan.gapLimit === undefined ? {} : { gapLimit: plan.gapLimit }),
    ...(plan.priority === undefined ? {} : { priority: plan.priority }),
    createdBy: plan.createdBy,
    requestId: plan.requestId,
    seq: 1,
    translation: NO_STAGE_RECORD,
    solver: NO_STAGE_RECORD,
    reservation: NO_STAGE_RECORD,
    parts: { template: template.ref },
  };
  const event: PlanEvent = {
    planId: plan.id,
    seq: 1,
    at: now,
    from: null,
    to: 'template',
    reason: 'created',
    actor: plan.createdBy,
    message: '',
  };
  const idempotency = plan.idempotency && { idempotency: keys.idempotency(plan.idempotency.key) };
  return { head, event, token, ...idempotency };
}

function createRequest(
  plan: NewPlan,
  stored: StoredPlan,
  keyRevision: number,
  template: EncodedPart,
  inline: readonly Operation[],
) {
  const { head, event, token } = stored;
  const entry = indexCodec.encode({ name: head.name, createdBy: head.createdBy });
  const puts: Operation[] = [
    ...inline,
    { put: keys.plan(head.id), value: planCodec.encode(stored) },
    { put: keys.event(head.id, 1), value: eventCodec.encode({ event, token }) },
    { put: indexKey('oldest-first', head.created, head.id), value: entry },
    { put: indexKey('newest-first', head.created, head.id), value: entry },
    { put: queueKey(head) ?? '', value: '' },
  ];
  const compare: Compare[] = [{ key: keys.plan(head.id), modRevision: 0 }];
  // What was written long ago under a plan that was not there may have been cleared away as an orphan.
  if (inline.length === 0) compare.push(...template.puts.map((put) => ({ key: keyOf(put), exists: true }) as const));
  if (plan.idempotency && stored.idempotency) {
    const { fingerprint } = plan.idempotency;
    puts.push({ put: stored.idempotency, value: idempotencyCodec.encode({ planId: head.id, fingerprint }) });
    compare.push({ key: stored.idempotency, modRevision: keyRevision });
  }
  return when(compare, puts);
}

function keyOf(operation: Operation): string {
  return 'put' in operation ? operation.put : '';
}

function deleteRequest(found: KeyValue, locks: LockChange) {
  const stored = planCodec.decode(found);
  const { head, idempotency } = stored;
  const queued = queueKey(head);
  return when(
    [{ key: found.key, modRevision: found.modRevision }, ...locks.compare],
    [
      { delete: found.key },
      { put: TOMBSTONE, value: planCodec.encode(stored) },
      { deletePrefix: keys.events(head.id) },
      { deletePrefix: keys.parts(head.id) },
      { deletePrefix: keys.reservations(head.id) },
      { delete: keys.claim(head.id) },
      { delete: keys.stop(head.id) },
      { delete: keys.progress(head.id) },
      { delete: indexKey('oldest-first', head.created, head.id) },
      { delete: indexKey('newest-first', head.created, head.id) },
      ...(queued ? [{ delete: queued }] : []),
      ...(idempotency ? [{ delete: idempotency }] : []),
      ...locks.operations,
    ],
  );
}
