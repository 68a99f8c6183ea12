// Plans in memory: a store whose contents a test sets directly, and a feed that replays what the test says happened.
import { ConductorError } from '../../../src/domain/errors.ts';
import type { PlanEvent, PlanHead, PlanRecord } from '../../../src/domain/plan.ts';
import { NO_STAGE_RECORD } from '../../../src/domain/plan.ts';
import type { PlanChange, PlanFeed, PlanFeedOptions, PlanStore } from '../../../src/domain/ports.ts';
import type { Translation } from '../../../src/domain/problem.ts';
import type { ReservationStep, Solution } from '../../../src/domain/solution.ts';
import type { TemplateDocument } from '../../../src/domain/template.ts';
import { Channel, endOnAbort } from '../../../src/lib/channel.ts';

export interface StoredPlan {
  readonly record: PlanRecord;
  readonly document: TemplateDocument;
  readonly translation: Translation | null;
  readonly solution: Solution | null;
  readonly reservations: readonly ReservationStep[];
  readonly events: readonly PlanEvent[];
}

const PART = { n: 1, chunks: 1, digest: '', size: 2 };

export function planHead(fields: Partial<PlanHead> & { readonly id: string }): PlanHead {
  return {
    name: `name of ${fields.id}`,
    status: 'template',
    message: '',
    messageForm: 'text',
    created: 1_000,
    updated: 1_000,
    timeout: 10,
    recommendMax: '1',
    createdBy: 'somebody',
    requestId: 'request-of-creation',
    seq: 1,
    translation: NO_STAGE_RECORD,
    solver: NO_STAGE_RECORD,
    reservation: NO_STAGE_RECORD,
    parts: { template: PART },
    ...fields,
  };
}

export function createdEvent(head: PlanHead): PlanEvent {
  const { id: planId, created: at, createdBy: actor } = head;
  return { planId, seq: 1, at, from: null, to: 'template', reason: 'created', actor, message: '' };
}

export class FakePlans implements PlanStore, PlanFeed {
  readonly stored = new Map<string, StoredPlan>();
  readonly calls: string[] = [];
  /** Signals of the watches that were opened. */
  readonly watches: AbortSignal[] = [];
  readonly #keys = new Map<string, { readonly id: string; readonly fingerprint: string }>();
  readonly #log: PlanChange[] = [];
  readonly #listeners = new Set<(change: PlanChange) => void>();

  add(head: PlanHead, parts: Partial<StoredPlan> = {}): StoredPlan {
    const plan: StoredPlan = {
      record: { head, revision: this.stored.size + 1 },
      document: { template: { homing_template_version: '2017-10-10' }, files: {} },
      translation: null,
      solution: null,
      reservations: [],
      events: [createdEvent(head)],
      ...parts,
    };
    this.stored.set(head.id, plan);
    return plan;
  }

  /** Changes a plan's status and tells it to the feed. */
  move(id: string, fields: Partial<PlanHead>, event: Partial<PlanEvent> = {}): void {
    const old = this.#get(id);
    const head = { ...old.record.head, ...fields, seq: old.record.head.seq + 1 };
    const record = { head, revision: old.record.revision + 1 };
    const next: PlanEvent = {
      planId: id,
      seq: head.seq,
      at: 2_000,
      from: old.record.head.status,
      to: head.status,
      reason: 'completed',
      actor: 'worker-1',
      message: '',
      ...event,
    };
    this.stored.set(id, { ...old, record, events: [...old.events, next] });
    this.#tell((cursor) => ({ kind: 'event', cursor, plan: record, event: next }));
  }

  gap(): void {
    this.#tell((cursor) => ({ kind: 'gap', cursor, reason: 'slow-consumer' }));
  }

  #tell(make: (cursor: string) => PlanChange): void {
    const change = make(`c${this.#log.length + 1}`);
    this.#log.push(change);
    for (const listen of this.#listeners) listen(change);
  }

  #get(id: string): StoredPlan {
    const plan = this.stored.get(id);
    if (!plan) throw new ConductorError('PLAN_NOT_FOUND');
    return plan;
  }

  async create(plan: Parameters<PlanStore['create']>[0]): ReturnType<PlanStore['create']> {
    const { idempotency, document, ...fields } = plan;
    const known = idempotency && this.#keys.get(idempotency.key);
    if (known) {
      if (known.fingerprint !== idempotency.fingerprint) return { kind: 'conflict' };
      return { kind: 'replayed', plan: this.#get(known.id).record };
    }
    if (idempotency) this.#keys.set(idempotency.key, { id: plan.id, fingerprint: idempotency.fingerprint });
    return { kind: 'created', plan: this.add(planHead(fields), { document }).record };
  }

  async get(id: string): Promise<PlanRecord | null> {
    this.calls.push('get');
    return this.stored.get(id)?.record ?? null;
  }

  async getMany(ids: readonly string[]): Promise<readonly (PlanRecord | null)[]> {
    this.calls.push(`getMany ${ids.length}`);
    return ids.map((id) => this.stored.get(id)?.record ?? null);
  }

  async list({ filter, order, first, after }: Parameters<PlanStore['list']>[0]): ReturnType<PlanStore['list']> {
    this.calls.push('list');
    const all = [...this.stored.values()].map((plan) => plan.record);
    const wanted = all.filter(({ head }) => !filter?.statuses || filter.statuses.includes(head.status));
    if (order === 'newest-first') wanted.reverse();
    if (after !== undefined && !after.startsWith('at:')) throw new ConductorError('CURSOR_INVALID');
    const start = after === undefined ? 0 : wanted.findIndex(({ head }) => `at:${head.id}` === after) + 1;
    const plans = wanted.slice(start, start + first);
    return { plans, cursors: plans.map(({ head }) => `at:${head.id}`), hasNextPage: start + first < wanted.length };
  }

  async template(head: PlanHead): Promise<TemplateDocument> {
    this.calls.push('template');
    return this.#get(head.id).document;
  }

  async translation(head: PlanHead): Promise<Translation | null> {
    this.calls.push('translation');
    return this.#get(head.id).translation;
  }

  async solution(head: PlanHead): Promise<Solution | null> {
    this.calls.push('solution');
    return this.#get(head.id).solution;
  }

  async reservations(id: string): Promise<readonly ReservationStep[]> {
    return this.#get(id).reservations;
  }

  async events(id: string, afterSeq: number): Promise<readonly PlanEvent[]> {
    return this.#get(id).events.filter((event) => event.seq > afterSeq);
  }

  async delete(id: string): Promise<boolean> {
    const existed = this.stored.delete(id);
    if (existed) this.#tell((cursor) => ({ kind: 'deleted', cursor, planId: id }));
    return existed;
  }

  async *watch({ planId, after, signal }: PlanFeedOptions): AsyncGenerator<PlanChange, void, undefined> {
    if (after !== undefined && !/^c\d+$/.test(after)) throw new ConductorError('CURSOR_INVALID');
    this.watches.push(signal);
    const channel = new Channel<PlanChange>();
    endOnAbort(channel, signal);
    const listen = (change: PlanChange) => {
      const id = change.kind === 'event' ? change.event.planId : change.kind === 'deleted' ? change.planId : planId;
      if (planId === undefined || id === planId) channel.push(change);
    };
    if (after !== undefined) for (const change of this.#log.slice(Number(after.slice(1)))) listen(change);
    else if (planId !== undefined) this.#newest(planId, listen);
    this.#listeners.add(listen);
    try {
      yield* channel;
    } finally {
      this.#listeners.delete(listen);
    }
  }

  #newest(id: string, listen: (change: PlanChange) => void): void {
    const plan = this.stored.get(id);
    const event = plan?.events.at(-1);
    if (plan && event) listen({ kind: 'event', cursor: `c${this.#log.length}`, plan: plan.record, event });
  }

  status(): ReturnType<PlanFeed['status']> {
    return { connected: true, revision: this.#log.length, lagMs: 0 };
  }
}
