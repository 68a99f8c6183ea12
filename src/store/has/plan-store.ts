// The PlanStore port over rows of OOF-HAS: new plans are written as its controller writes them, and its services do the rest.
// What its rows cannot hold (who created a plan, idempotency keys) stands below the gateway's own prefix, in the same transaction.
import { ConductorError, isConductorError } from '../../domain/errors.ts';
import type { PlanEvent, PlanHead, PlanRecord } from '../../domain/plan.ts';
import type { CreateOutcome, NewPlan, PlanPage, PlanQuery, PlanStore, StopOutcome } from '../../domain/ports.ts';
import type { Translation } from '../../domain/problem.ts';
import type { ReservationStep, Solution } from '../../domain/solution.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import type { TriageDocument } from '../../domain/triage.ts';
import type { Clock } from '../../lib/clock.ts';
import { chunks } from '../../lib/concurrency.ts';
import { sha256 } from '../../lib/json.ts';
import { idempotencyCodec } from '../codec.ts';
import { isPlanId } from '../keys.ts';
import type { Compare, KeyValue, Kv, Operation } from '../kv.ts';
import { readEvents } from '../plan-history.ts';
import { when } from '../request.ts';
import { solutionOf, templateOf, triageOf } from './documents.ts';
import { HAS_PLANS, HAS_TRIAGE, type HasRow, newHasRow, objectOf, readHasRow, textOf } from './layout.ts';
import type { HasPlanList } from './plan-list.ts';
import { type HasOrigin, hasState } from './state.ts';
import { HAS_IDEMPOTENCY, type HasView, ORIGINS } from './view.ts';

const TRIES = 5;
/** Rows carry their documents: few of them in one answer. */
const ROWS_AT_ONCE = 20;

export interface HasPlanStoreOptions {
  /** Begins at the keyspace of OOF-HAS. */
  readonly kv: Kv;
  readonly view: HasView;
  readonly list: HasPlanList;
  readonly clock: Clock;
}

export class HasPlanStore implements PlanStore {
  readonly #kv: Kv;
  readonly #view: HasView;
  readonly #list: HasPlanList;
  readonly #clock: Clock;

  constructor({ kv, view, list, clock }: HasPlanStoreOptions) {
    this.#kv = kv;
    this.#view = view;
    this.#list = list;
    this.#clock = clock;
  }

  /** Throws BAD_REQUEST for a plan with files, limits of its search or a priority: OOF-HAS reads none of them. */
  async create(plan: NewPlan): Promise<CreateOutcome> {
    const { template, files } = plan.document;
    if (Object.keys(files).length > 0) throw new ConductorError('BAD_REQUEST', 'OOF-HAS reads no files of a plan.');
    if (plan.timeLimit !== undefined) {
      throw new ConductorError('BAD_REQUEST', 'OOF-HAS takes no time limit for the search of one plan.');
    }
    if (plan.gapLimit !== undefined) {
      throw new ConductorError('BAD_REQUEST', 'OOF-HAS takes no gap limit for the search of one plan.');
    }
    if (plan.priority !== undefined) {
      throw new ConductorError('BAD_REQUEST', 'OOF-HAS takes plans as it finds them, whatever their priority.');
    }
    const value = newHasRow({ ...plan, template }, this.#clock.now());
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const earlier = await this.#replay(plan);
      if ('kind' in earlier) return earlier;
      const revision = await this.#tryCreate(plan, value, earlier.keyRevision);
      if (revision === null) continue;
      const created = await this.get(plan.id);
      if (created) return { kind: 'created', plan: created };
      // Already deleted again: it was there.
      const found = { key: `${HAS_PLANS}${plan.id}`, value: Buffer.from(value), version: 1 };
      const record = toRecord({ ...found, createRevision: revision, modRevision: revision }, plan);
      if (record) return { kind: 'created', plan: record };
    }
    throw new ConductorError('CONFLICT');
  }

  async get(id: string): Promise<PlanRecord | null> {
    const [record] = await this.getMany([id]);
    return record ?? null;
  }

  async getMany(ids: readonly string[]): Promise<readonly (PlanRecord | null)[]> {
    const wanted = [...new Set(ids)].filter(isPlan);
    const records = new Map<string, PlanRecord | null>();
    for (const group of chunks(wanted, ROWS_AT_ONCE)) {
      const found = await this.#view.read(group);
      group.forEach((id, at) => {
        const [kv, origin] = found[at] ?? [];
        records.set(id, kv && origin ? toRecord(kv, origin) : null);
      });
    }
    return ids.map((id) => records.get(id) ?? null);
  }

  list(query: PlanQuery): Promise<PlanPage> {
    return this.#list.page(query, (ids) => this.getMany(ids));
  }

  async template({ id }: PlanHead): Promise<TemplateDocument> {
    const row = await this.#row(id);
    if (!row) throw new ConductorError('PLAN_NOT_FOUND');
    return templateOf(row);
  }

  /** That of OOF-HAS is another program's; see documents.ts. */
  async translation(): Promise<Translation | null> {
    return null;
  }

  async solution({ id }: PlanHead): Promise<Solution | null> {
    const row = await this.#row(id);
    return row && solutionOf(row);
  }

  triage({ id }: PlanHead): Promise<TriageDocument | null> {
    return this.#triage(id);
  }

  /** What its reservation service does is not written down anywhere. */
  async reservations(): Promise<readonly ReservationStep[]> {
    return [];
  }

  /** As far back as etcd keeps history; older events are not told. */
  async events(planId: string, afterSeq: number): Promise<readonly PlanEvent[]> {
    if (!isPlan(planId)) return [];
    return (await readEvents(this.#view, planId, afterSeq)).map(({ event }) => event);
  }

  /** Throws PLAN_NOT_STOPPABLE: there is no word for it that OOF-HAS would understand. */
  async stop(id: string): Promise<StopOutcome> {
    if (!(await this.get(id))) return { kind: 'missing' };
    throw new ConductorError('PLAN_NOT_STOPPABLE', 'OOF-HAS cannot be told to end a search.');
  }

  async delete(id: string): Promise<boolean> {
    if (!isPlan(id)) return false;
    for (let attempt = 1, unknown: unknown = null; ; attempt += 1) {
      try {
        const operations = await this.#deletion(id);
        // After a timeout an absent row means that the write was applied.
        if (!operations) return unknown !== null;
        const row = { key: `${HAS_PLANS}${id}`, exists: true } as const;
        if ((await this.#kv.txn(when([row], operations))).succeeded) return true;
      } catch (error) {
        // What cannot be read back stays unknown.
        if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN') || attempt >= TRIES) throw unknown ?? error;
        unknown = error;
      }
    }
  }

  /** The row, and what stands beside it; null when there is no row. */
  async #deletion(id: string): Promise<Operation[] | null> {
    const keys = [`${HAS_PLANS}${id}`, `${ORIGINS}${id}`];
    const { gets } = await this.#kv.txn(
      when(
        [],
        keys.map((get) => ({ get })),
      ),
    );
    const [row, origin] = gets;
    if (!row) return null;
    const idempotency = objectOf(origin ? textOf(origin) : '')?.['idempotency'];
    return [...keys, ...(typeof idempotency === 'string' ? [idempotency] : [])].map((key) => ({ delete: key }));
  }

  /** Takes away what stands beside a row that OOF-HAS has deleted. Any gateway may do it, any number of times. */
  async forget(id: string): Promise<void> {
    if (!isPlan(id)) return;
    const origin = await this.#kv.get(`${ORIGINS}${id}`);
    if (!origin) return;
    const gone = { key: `${HAS_PLANS}${id}`, modRevision: 0 };
    const name = objectOf(textOf(origin))?.['idempotency'];
    const entry = typeof name === 'string' ? await this.#kv.get(name) : null;
    // The key may have made another plan since.
    if (entry && idempotencyCodec.decode(entry).planId === id) {
      const { key, modRevision } = entry;
      await this.#kv.txn(when([gone, { key, modRevision }], [{ delete: key }]));
    }
    await this.#kv.txn(when([gone], [{ delete: origin.key }]));
  }

  async #row(id: string): Promise<HasRow | null> {
    const found = await this.#kv.get(`${HAS_PLANS}${id}`);
    const row = found && readHasRow(found);
    return row && !('problem' in row) ? row : null;
  }

  async #triage(id: string): Promise<TriageDocument | null> {
    const found = await this.#kv.get(`${HAS_TRIAGE}${id}`);
    return found ? triageOf(objectOf(textOf(found))) : null;
  }

  /** The plan that the key made before, a conflict, or the revision that the key's entry must still have. */
  async #replay(plan: NewPlan): Promise<CreateOutcome | { readonly keyRevision: number }> {
    const key = idempotencyKey(plan);
    const entry = key === null ? null : await this.#kv.get(key);
    if (!entry) return { keyRevision: 0 };
    const { planId, fingerprint } = idempotencyCodec.decode(entry);
    const record = await this.get(planId);
    // Deleted, here or by OOF-HAS: the key is free.
    if (!record) return { keyRevision: entry.modRevision };
    return fingerprint === plan.idempotency?.fingerprint ? { kind: 'replayed', plan: record } : { kind: 'conflict' };
  }

  /** Revision of the create, or null when somebody else used the idempotency key meanwhile. */
  async #tryCreate(plan: NewPlan, value: string, keyRevision: number): Promise<number | null> {
    const row = `${HAS_PLANS}${plan.id}`;
    const idempotency = idempotencyKey(plan);
    const { createdBy, requestId } = plan;
    const origin = { createdBy, requestId, ...(idempotency === null ? {} : { idempotency }) };
    const compare: Compare[] = [{ key: row, modRevision: 0 }];
    const puts: Operation[] = [
      { put: row, value },
      { put: `${ORIGINS}${plan.id}`, value: JSON.stringify(origin) },
    ];
    if (idempotency !== null && plan.idempotency) {
      const { fingerprint } = plan.idempotency;
      compare.push({ key: idempotency, modRevision: keyRevision });
      puts.push({ put: idempotency, value: idempotencyCodec.encode({ planId: plan.id, fingerprint }) });
    }
    try {
      const { succeeded, revision } = await this.#kv.txn(when(compare, puts));
      if (succeeded) return revision;
    } catch (error) {
      if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) throw error;
    }
    // Ids are this gateway's own and used once: a row with the id is the one written here.
    const found = await this.#kv.get(row);
    return found?.createRevision ?? null;
  }
}

function isPlan(id: string): boolean {
  return isPlanId(id) && id !== 'healthcheck';
}

function idempotencyKey({ idempotency }: NewPlan): string | null {
  return idempotency ? `${HAS_IDEMPOTENCY}${sha256(idempotency.key)}` : null;
}

function toRecord(found: KeyValue, origin: HasOrigin): PlanRecord | null {
  const row = readHasRow(found);
  if ('problem' in row) return null;
  const { createdBy, requestId } = origin;
  return { head: hasState(row, found.version, { createdBy, requestId }).head, revision: found.modRevision };
}
