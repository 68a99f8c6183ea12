// The order locks of OOF-HAS: one row a resource, with a map of plans to JSON texts. Taken over are those that a finished plan's order
// builds: the orchestrator will release them here, and plans that wait for them wait again. Source: storage specification, order_locks.
import type { OrderLock } from '../../domain/order-locks.ts';
import type { PlanStatus } from '../../domain/plan.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { lockCodec, planLocksCodec } from '../codec.ts';
import { isPlanId, keys } from '../keys.ts';
import type { Compare, KeyValue, Kv, Operation } from '../kv.ts';
import { listAll } from '../resync.ts';
import { decoded, HAS_LOCKS, objectOf, textOf } from './layout.ts';

/** `imported`: as it stands. `present`: somebody locks the resource here. `left`: it concerns nobody here, `reason` says why. */
export type LockMigrationOutcome = 'imported' | 'present' | 'left';

export interface MigratedLock {
  readonly conflictId: string;
  /** The plan whose order builds it; empty when the row names none. */
  readonly planId: string;
  readonly outcome: LockMigrationOutcome;
  readonly reason: string;
}

/** A row of OOF-HAS whose resource is being built. */
export interface OpenLock {
  readonly conflictId: string;
  readonly planId: string;
  readonly serviceResourceId: string;
  /** ms since the epoch. */
  readonly created: number;
  readonly updated: number;
  readonly dependencies: readonly string[];
}

export interface HasLocks {
  /** By the plan that builds. */
  readonly open: ReadonlyMap<string, readonly OpenLock[]>;
  /** Rows that are not to be taken over, whatever becomes of the plans. */
  readonly left: readonly MigratedLock[];
}

/** Locks of one plan that go into one transaction with it. */
const MOST = 40;
/** Rows carry an entry for each plan that ever waited. */
const PAGE = 100;

/** `kv` begins at the keyspace of OOF-HAS. */
export async function readHasLocks(kv: Kv): Promise<HasLocks> {
  const open = new Map<string, OpenLock[]>();
  const left: MigratedLock[] = [];
  for await (const { kvs } of listAll(kv, HAS_LOCKS, { limit: PAGE, keysOnly: false })) {
    for (const found of kvs) {
      const lock = readRow(found);
      if ('outcome' in lock) left.push(lock);
      else open.set(lock.planId, [...(open.get(lock.planId) ?? []), lock]);
    }
  }
  return { open, left };
}

function readRow(found: KeyValue): OpenLock | MigratedLock {
  const conflictId = found.key.slice(HAS_LOCKS.length);
  const told = (reason: string, planId = ''): MigratedLock => ({ conflictId, planId, outcome: 'left', reason });
  const row = objectOf(textOf(found));
  if (!row) return told('it is no JSON object');
  if (own(row, 'is_spinup_completed') === true) return told('its resource is complete');
  const plans = decoded(own(row, 'plans'));
  for (const [planId, value] of isJsonObject(plans) ? Object.entries(plans) : []) {
    const entry = decoded(value);
    if (!isJsonObject(entry) || own(entry, 'status') !== 'under-spin-up' || !isPlanId(planId)) continue;
    const serviceResourceId = own(entry, 'service_resource_id');
    // Nobody could ever release it.
    if (typeof serviceResourceId !== 'string' || serviceResourceId === '') {
      return told('it names no service resource id', planId);
    }
    const created = timeOf(entry, 'created') ?? 0;
    const updated = timeOf(entry, 'updated') ?? created;
    return {
      conflictId,
      planId,
      serviceResourceId,
      created,
      updated,
      dependencies: textsOf(own(entry, 'dependencies')),
    };
  }
  return told('no plan builds its resource');
}

function timeOf(entry: JsonObject, name: string): number | null {
  const value = Number(own(entry, name) ?? Number.NaN);
  return Number.isFinite(value) ? Math.trunc(value) : null;
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  const list = decoded(value);
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

/** What goes into the transaction of a plan's import. */
export interface LockImport {
  readonly compare: readonly Compare[];
  readonly operations: readonly Operation[];
  readonly told: readonly MigratedLock[];
}

/** The locks that the plan's order builds: taken over when it is done, else it takes them anew when it is solved again. */
export async function importLocks(
  to: Kv,
  plan: { readonly id: string; readonly status: PlanStatus },
  open: readonly OpenLock[],
  newToken: () => string,
): Promise<LockImport> {
  const compare: Compare[] = [];
  const operations: Operation[] = [];
  const told: MigratedLock[] = [];
  const rows: { conflictId: string; generation: string; serviceResourceId: string }[] = [];
  for (const lock of open) {
    const { conflictId, serviceResourceId } = lock;
    const key = keys.lockRow(conflictId);
    const refused = await whyNot(to, plan.status, key, rows.length);
    told.push({ conflictId, planId: plan.id, ...(refused ?? { outcome: 'imported', reason: '' }) });
    if (refused) continue;
    const generation = newToken();
    compare.push({ key, modRevision: 0 });
    operations.push(
      { put: key, value: lockCodec.encode(rowOf(lock, generation)) },
      { put: keys.lockService(serviceResourceId, plan.id), value: '' },
    );
    rows.push({ conflictId, generation, serviceResourceId });
  }
  if (rows.length > 0) operations.push({ put: keys.planLocks(plan.id), value: planLocksCodec.encode({ rows }) });
  return { compare, operations, told };
}

async function whyNot(
  to: Kv,
  status: PlanStatus,
  key: string,
  taken: number,
): Promise<Pick<MigratedLock, 'outcome' | 'reason'> | null> {
  if (status !== 'done') return { outcome: 'left', reason: 'its plan is not done' };
  if (taken >= MOST) return { outcome: 'left', reason: `its plan has more than ${MOST}` };
  return (await to.get(key)) ? { outcome: 'present', reason: '' } : null;
}

function rowOf(lock: OpenLock, generation: string): OrderLock {
  const { conflictId, planId, serviceResourceId, created, updated, dependencies } = lock;
  const entry = { planId, status: 'under-spin-up', created, updated, serviceResourceId, dependencies } as const;
  return { conflictId, generation, entries: [entry], release: null };
}

/** What is said of the locks of a plan that is not imported: `refused` or gone, or there before. */
export async function notImported(
  to: Kv,
  planId: string,
  open: readonly OpenLock[],
  plan: 'missing' | 'present',
): Promise<readonly MigratedLock[]> {
  const told: MigratedLock[] = [];
  for (const { conflictId } of open) {
    const reason = plan === 'missing' ? 'its plan is not there' : 'its plan was there before';
    const isThere = plan === 'present' && (await to.get(keys.lockRow(conflictId))) !== null;
    told.push({ conflictId, planId, ...(isThere ? { outcome: 'present', reason: '' } : { outcome: 'left', reason }) });
  }
  return told;
}
