// Takes plans, order locks, latency tables and triage over from an OOF-HAS installation into this program's store. Ids are kept, so whatever
// is there already is left alone and a migration may be repeated. Finished plans come with their recommendations; the others
// start again from their template, because a half-done translation is of no use to another program.
import { ConductorError, isConductorError, toConductorError } from '../../domain/errors.ts';
import { isFinal, NO_STAGE_RECORD, type PlanEvent, type PlanHead, type PlanStatus } from '../../domain/plan.ts';
import type { LatencyRuleStore } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { isJsonObject, own } from '../../lib/json.ts';
import { eventCodec, indexCodec, planCodec } from '../codec.ts';
import { idOf, indexKey, keys, queueKey } from '../keys.ts';
import type { KeyValue, Kv } from '../kv.ts';
import { type EncodedPart, encodePart, writeParts } from '../parts.ts';
import { when } from '../request.ts';
import { listAll } from '../resync.ts';
import { solutionOf, templateOf, triageOf } from './documents.ts';
import { readHasLatency } from './latency.ts';
import {
  documentOf,
  HAS_PLANS,
  HAS_TRIAGE,
  type HasRow,
  isHasPlanKey,
  objectOf,
  readHasRow,
  textOf,
} from './layout.ts';
import {
  importLocks,
  type LockImport,
  type LockMigrationOutcome,
  type MigratedLock,
  notImported,
  type OpenLock,
  readHasLocks,
} from './locks.ts';
import { HAS_ACTOR, stageRecords } from './state.ts';

/** `imported`: finished, as it stands. `restarted`: begins anew at `template`. `present`: was there before. */
export type MigrationOutcome = 'imported' | 'restarted' | 'present' | 'refused';

export interface MigratedPlan {
  readonly id: string;
  readonly name: string;
  /** As it was; null when that cannot be read. */
  readonly status: PlanStatus | null;
  readonly outcome: MigrationOutcome;
  /** Why it was refused, or empty. */
  readonly reason: string;
}

export interface MigrationReport {
  readonly dryRun: boolean;
  readonly plans: Readonly<Record<MigrationOutcome, number>>;
  /** Rows of the latency tables; `kept`: this store has rules already, and they stand. */
  readonly latency: { readonly regions: number; readonly countries: number; readonly kept: boolean };
  readonly orderLocks: Readonly<Record<LockMigrationOutcome, number>>;
}

export interface MigrationParts {
  /** Begins at the keyspace of OOF-HAS. Only read. */
  readonly from: Kv;
  readonly to: Kv;
  readonly latencyRules: LatencyRuleStore;
  readonly clock: Clock;
  readonly newToken: () => string;
  readonly dryRun: boolean;
  /** Told of each plan as it is done. */
  readonly onPlan: (plan: MigratedPlan) => void;
  /** Told of each order lock, those of a plan after the plan. */
  readonly onLock?: ((lock: MigratedLock) => void) | undefined;
}

/** Rows carry their documents: few at a time. */
const PAGE = 50;
const TRIES = 3;
/** Longest message of a head. */
const MAX_MESSAGE = 20_000;

/** Throws STORE_* when either store does not answer; what was imported until then stays, and a repetition goes on. */
export async function migrate(parts: MigrationParts): Promise<MigrationReport> {
  const counts: Record<MigrationOutcome, number> = { imported: 0, restarted: 0, present: 0, refused: 0 };
  const orderLocks: Record<LockMigrationOutcome, number> = { imported: 0, present: 0, left: 0 };
  const locks = await readHasLocks(parts.from);
  const open = new Map(locks.open);
  const tell = (told: readonly MigratedLock[]) => {
    for (const lock of told) {
      orderLocks[lock.outcome] += 1;
      parts.onLock?.(lock);
    }
  };
  for await (const { kvs } of listAll(parts.from, HAS_PLANS, { limit: PAGE, keysOnly: false })) {
    for (const found of kvs) {
      if (!isHasPlanKey(found.key)) continue;
      const built = open.get(idOf(found.key)) ?? [];
      open.delete(idOf(found.key));
      const { plan, told } = await migrateRow(parts, found, built);
      counts[plan.outcome] += 1;
      parts.onPlan(plan);
      tell(told);
    }
  }
  for (const [planId, built] of open) tell(await notImported(parts.to, planId, built, 'missing'));
  tell(locks.left);
  return { dryRun: parts.dryRun, plans: counts, latency: await migrateLatency(parts), orderLocks };
}

interface MigratedRow {
  readonly plan: MigratedPlan;
  readonly told: readonly MigratedLock[];
}

async function migrateRow(parts: MigrationParts, found: KeyValue, built: readonly OpenLock[]): Promise<MigratedRow> {
  const id = idOf(found.key);
  const row = readHasRow(found);
  const refused = async (plan: Pick<MigratedPlan, 'name' | 'status' | 'reason'>): Promise<MigratedRow> => ({
    plan: { id, outcome: 'refused', ...plan },
    told: await notImported(parts.to, id, built, 'missing'),
  });
  if ('problem' in row) return refused({ name: '', status: null, reason: row.problem });
  const { name, status } = row;
  const told = (outcome: MigrationOutcome, locks: readonly MigratedLock[]): MigratedRow => ({
    plan: { id, name, status, outcome, reason: '' },
    told: locks,
  });
  if (!isFinal(status) && !documentOf(row.template)) {
    return refused({ name, status, reason: 'it has no template to start from' });
  }
  if (await parts.to.get(keys.plan(id))) return told('present', await notImported(parts.to, id, built, 'present'));
  try {
    const locks = await importLocks(parts.to, row, built, parts.newToken);
    const entered = parts.dryRun || (await enter(parts, row, locks));
    if (!entered) return told('present', await notImported(parts.to, id, built, 'present'));
    return told(isFinal(status) ? 'imported' : 'restarted', locks.told);
  } catch (error) {
    // One plan that the store cannot take does not keep the others out.
    if (isConductorError(error, 'STORE_VALUE_TOO_LARGE')) return refused({ name, status, reason: error.message });
    throw toConductorError(error);
  }
}

/** Writes the plan as if it had always been here; false when somebody else was faster. */
async function enter({ from, to, clock, newToken }: MigrationParts, row: HasRow, locks: LockImport): Promise<boolean> {
  const found = isFinal(row.status) ? await from.get(`${HAS_TRIAGE}${row.id}`) : null;
  const documents = await encodedDocuments(row, found);
  const locked = locks.operations.length > 0 ? ({ locked: true } as const) : {};
  const head = { ...headOf(row, documents, clock.now()), ...locked };
  const event: PlanEvent = {
    planId: head.id,
    seq: 1,
    at: clock.now(),
    from: null,
    to: head.status,
    reason: 'imported',
    actor: HAS_ACTOR,
    message: head.message,
  };
  const token = newToken();
  const absent = [{ key: keys.plan(head.id), modRevision: 0 }];
  if (!(await writeParts(to, absent, Object.values(documents)))) return false;
  const index = indexCodec.encode({ name: head.name, createdBy: head.createdBy });
  const queued = queueKey(head);
  const request = when(
    [...absent, ...locks.compare],
    [
      ...locks.operations,
      { put: keys.plan(head.id), value: planCodec.encode({ head, event, token }) },
      { put: keys.event(head.id, 1), value: eventCodec.encode({ event, token }) },
      { put: indexKey('oldest-first', head.created, head.id), value: index },
      { put: indexKey('newest-first', head.created, head.id), value: index },
      ...(queued === null ? [] : [{ put: queued, value: '' }]),
    ],
  );
  for (let attempt = 1; ; attempt += 1) {
    try {
      if ((await to.txn(request)).succeeded) return true;
      break;
    } catch (error) {
      if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN') || attempt >= TRIES) throw error;
    }
  }
  // The conditions did not hold: an earlier try of this one was applied, or somebody else's was.
  const stored = await to.get(keys.plan(head.id));
  return stored !== null && planCodec.decode(stored).token === token;
}

type Documents = { readonly template: EncodedPart; readonly solution?: EncodedPart; readonly triage?: EncodedPart };

async function encodedDocuments(row: HasRow, triageRow: KeyValue | null): Promise<Documents> {
  const template = await encodePart(row.id, 'template', 1, templateOf(row));
  if (!isFinal(row.status)) return { template };
  const solution = solutionOf(row);
  const triage = triageRow && triageOf(objectOf(textOf(triageRow)));
  return {
    template,
    ...(solution ? { solution: await encodePart(row.id, 'solution', 1, solution) } : {}),
    ...(triage ? { triage: await encodePart(row.id, 'triage', 1, triage) } : {}),
  };
}

function headOf(row: HasRow, documents: Documents, now: number): PlanHead {
  const final = isFinal(row.status);
  const fresh = { translation: NO_STAGE_RECORD, solver: NO_STAGE_RECORD, reservation: NO_STAGE_RECORD };
  const transaction = own(documentOf(row.template), 'transaction-id');
  return {
    id: row.id,
    name: row.name,
    status: final ? row.status : 'template',
    message: final ? row.message.slice(0, MAX_MESSAGE) : '',
    messageForm: final ? row.messageForm : 'text',
    created: row.created,
    updated: final ? row.updated : now,
    timeout: row.timeout,
    recommendMax: row.recommendMax,
    createdBy: HAS_ACTOR,
    requestId: typeof transaction === 'string' && transaction !== '' ? transaction : row.id,
    seq: 1,
    ...(final ? stageRecords(row) : fresh),
    parts: {
      template: documents.template.ref,
      ...(documents.solution ? { solution: documents.solution.ref } : {}),
      ...(documents.triage ? { triage: documents.triage.ref } : {}),
    },
  };
}

/** Rules that stand here already were loaded on purpose. */
async function migrateLatency({ from, latencyRules, dryRun }: MigrationParts): Promise<MigrationReport['latency']> {
  const theirs = await readHasLatency(from);
  const ours = await latencyRules.read();
  const counts = { regions: theirs.regions.length, countries: theirs.countries.length };
  if (ours.regions.length + ours.countries.length > 0) return { ...counts, kept: true };
  if (!dryRun && counts.regions > 0) await latencyRules.replaceRegions(theirs.regions);
  if (!dryRun && counts.countries > 0) await latencyRules.replaceCountries(theirs.countries);
  return { ...counts, kept: false };
}

/** Throws CONFIG_INVALID unless the keyspace has the tables of OOF-HAS: a wrong name must not look like an empty installation. */
export async function assertHasKeyspace(from: Kv, keyspace: string): Promise<void> {
  const table = await from.get('plans');
  if (table && isJsonObject(objectOf(textOf(table)))) return;
  const message = `There is no OOF-HAS keyspace "${keyspace}" in that etcd: it has no table of plans.`;
  throw new ConductorError('CONFIG_INVALID', message);
}
