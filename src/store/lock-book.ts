// Takes and gives back order locks for one plan. It writes nothing itself: it gives the conditions and operations that go into
// the transaction of the plan's own change, so that a plan and its locks never contradict each other.
import { ConductorError } from '../domain/errors.ts';
import { decide, type LockRequest, withBuilder, withdrawn, withParked } from '../domain/order-locks.ts';
import type { PlanHead } from '../domain/plan.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ids } from '../lib/ids.ts';
import { planLocksCodec, type StoredPlanLocks } from './codec.ts';
import { keys } from './keys.ts';
import { type Compare, type Kv, MAX_TXN_OPERATIONS, type Operation } from './kv.ts';
import { LockRows } from './lock-rows.ts';
import { readEvents } from './plan-history.ts';

/** What goes into the transaction of a plan's change besides the change itself. */
export interface LockChange {
  readonly compare: readonly Compare[];
  readonly operations: readonly Operation[];
  /** Whether the plan stands in locks afterwards. */
  readonly locked: boolean;
}

export const NO_LOCK_CHANGE: LockChange = { compare: [], operations: [], locked: false };

/** How a plan that found a solution goes on. */
export interface LockOutcomeChange extends LockChange {
  readonly to: 'solved' | 'waiting spinup' | 'template';
}

/** Operations that a plan's own change or deletion needs at the most, in the same transaction. */
const OTHER_OPERATIONS = 20;

export interface LockBookOptions {
  readonly kv: Kv;
  readonly clock: Clock;
  readonly ids: Ids;
}

export class LockBook {
  readonly #kv: Kv;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor({ kv, clock, ids }: LockBookOptions) {
    this.#kv = kv;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** The rows in which the plan stands. */
  async rowsOf(planId: string): Promise<StoredPlanLocks['rows']> {
    const found = await this.#kv.get(keys.planLocks(planId));
    return found ? planLocksCodec.decode(found).rows : [];
  }

  /** Throws PLAN_FAILED when one transaction cannot take so many locks. */
  async take(head: PlanHead, requests: readonly LockRequest[], actor: string): Promise<LockOutcomeChange> {
    const held = head.locked ? await this.rowsOf(head.id) : [];
    const wanted = requests.map(({ conflictId }) => conflictId);
    const rows = await LockRows.read(this.#kv, [...wanted, ...held.map(({ conflictId }) => conflictId)]);
    const isStale = await this.#staleness(head.id, wanted, rows);
    const decision = decide(head.id, requests, (id) => rows.get(id), isStale);
    const taken = decision.kind === 'rehome' ? [] : decision.kind === 'wait' ? decision.blocked : requests;
    const token = this.#ids.uuid();
    const now = this.#clock.now();
    const kept = new Set(taken.map(({ conflictId }) => conflictId));
    for (const { conflictId } of held) if (!kept.has(conflictId)) this.#withdraw(rows, conflictId, head.id, now, token);
    for (const request of taken) {
      const { conflictId } = request;
      const facts = { planId: head.id, request, dependencies: wanted.filter((id) => id !== conflictId), now };
      const lock = rows.get(conflictId);
      if (decision.kind === 'build') rows.set(conflictId, withBuilder(lock, facts, this.#ids.uuid()));
      else if (lock) rows.set(conflictId, withParked(lock, facts));
    }
    const index = taken.map(({ conflictId, serviceResourceId }) => ({
      conflictId,
      serviceResourceId,
      generation: rows.get(conflictId)?.generation ?? '',
    }));
    const builds = decision.kind === 'build' ? taken : [];
    const operations = [...rows.operations(token, actor), ...indexOperations(head, held, index, builds)];
    const services = new Set(taken.map(({ serviceResourceId }) => serviceResourceId));
    // Giving them back is one transaction too: rows, service resource ids, the index, and whom to wake.
    const most = Math.max(operations.length, taken.length + services.size + 2);
    if (most > MAX_TXN_OPERATIONS - OTHER_OPERATIONS) throw tooMany(requests.length);
    const to = { rehome: 'template', wait: 'waiting spinup', build: 'solved' } as const;
    return { to: to[decision.kind], compare: rows.compare(), operations, locked: taken.length > 0 };
  }

  /** For a plan that ends without building, starts anew, or is deleted. */
  async drop(head: PlanHead, actor: string): Promise<LockChange> {
    if (!head.locked) return NO_LOCK_CHANGE;
    const held = await this.rowsOf(head.id);
    const rows = await LockRows.read(
      this.#kv,
      held.map(({ conflictId }) => conflictId),
    );
    const token = this.#ids.uuid();
    for (const { conflictId } of held) this.#withdraw(rows, conflictId, head.id, this.#clock.now(), token);
    const operations = [...rows.operations(token, actor), ...indexOperations(head, held, [], [])];
    return { compare: rows.compare(), operations, locked: false };
  }

  #withdraw(rows: LockRows, conflictId: string, planId: string, now: number, token: string): void {
    const lock = rows.get(conflictId);
    if (lock) rows.set(conflictId, withdrawn(lock, planId, now, token));
  }

  /**
   * Whether a completed row was released after the plan's translation had been claimed, by the revisions of the two: the clocks
   * of two machines need not agree, the store's revisions do. A released row is never written again before it is taken anew.
   */
  async #staleness(planId: string, wanted: readonly string[], rows: LockRows): Promise<(id: string) => boolean> {
    if (!wanted.some((id) => rows.get(id)?.release?.outcome === 'completed')) return () => false;
    const events = await readEvents(this.#kv, planId, 0);
    const began = events.findLast(({ event }) => event.to === 'translating')?.revision ?? Number.POSITIVE_INFINITY;
    return (id) => rows.revision(id) > began;
  }
}

/** The plan's index and its service resource ids, from what stood before to what stands now. */
function indexOperations(
  { id }: PlanHead,
  before: StoredPlanLocks['rows'],
  after: StoredPlanLocks['rows'],
  builds: readonly LockRequest[],
): Operation[] {
  const old = new Set(before.map(({ serviceResourceId }) => serviceResourceId));
  const now = new Set(builds.map(({ serviceResourceId }) => serviceResourceId));
  const gone = [...old].filter((service) => !now.has(service));
  const index: Operation[] =
    after.length > 0
      ? [{ put: keys.planLocks(id), value: planLocksCodec.encode({ rows: after }) }]
      : before.length > 0
        ? [{ delete: keys.planLocks(id) }]
        : [];
  return [
    ...index,
    ...gone.map((service) => ({ delete: keys.lockService(service, id) })),
    ...[...now].map((service) => ({ put: keys.lockService(service, id), value: '' })),
  ];
}

function tooMany(count: number): ConductorError {
  return new ConductorError(
    'PLAN_FAILED',
    `The recommendations name ${count} conflict ids, more than can be locked at once; ask for fewer with num_solution.`,
  );
}
