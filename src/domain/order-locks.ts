// Order locks: two orders must not build the same new cloud resource. A lock row stands for one resource (its conflict id); the
// laws here say what becomes of a row, the store applies them in transactions. Source: solver.md section 8 of the specification.
import { own } from '../lib/json.ts';
import type { Recommendation } from './solution.ts';

/**
 * `under-spin-up`: this plan's order builds the resource; `parked`: the plan waits behind it; the others record how the row was
 * released: `completed` for the builder, `rehome` for those who waited, `failed` for all.
 */
export const LOCK_STATUSES = ['under-spin-up', 'parked', 'completed', 'rehome', 'failed'] as const;
export type LockStatus = (typeof LOCK_STATUSES)[number];

/** Failure and completion are told apart; `abandoned`: the builder was rolled back or deleted, and nothing was built. */
export const LOCK_OUTCOMES = ['completed', 'failed', 'abandoned'] as const;
export type LockOutcome = (typeof LOCK_OUTCOMES)[number];

export interface LockEntry {
  readonly planId: string;
  readonly status: LockStatus;
  /** ms since the epoch. */
  readonly created: number;
  readonly updated: number;
  /** Under this id the orchestrator releases the row, when the entry is the builder's. */
  readonly serviceResourceId: string;
  /** The plan's other conflict ids; informative. */
  readonly dependencies: readonly string[];
}

export interface LockRelease {
  readonly outcome: LockOutcome;
  /** ms since the epoch. */
  readonly at: number;
  /** What was named in the release; empty for `abandoned`. */
  readonly serviceResourceId: string;
  /** Unique to the call that released it. */
  readonly token: string;
}

/** An open row has exactly one entry `under-spin-up`. A released row stays until the next plan takes the resource. */
export interface OrderLock {
  readonly conflictId: string;
  /** One for each time that the resource is locked anew. */
  readonly generation: string;
  readonly entries: readonly LockEntry[];
  /** null while the resource is being built. */
  readonly release: LockRelease | null;
}

/** A resource that a solution would build. */
export interface LockRequest {
  readonly conflictId: string;
  readonly serviceResourceId: string;
}

/** One spin-up that has ended, as the orchestrator tells it. */
export interface OrderRelease {
  readonly serviceResourceId: string;
  readonly failed: boolean;
}

/** A plan that waited for a released resource, and whether it starts anew or waits for another one still. */
export interface RehomeDecision {
  readonly planId: string;
  readonly shouldRehome: boolean;
}

export interface OrderLockPage {
  readonly locks: readonly OrderLock[];
  /** One per lock. */
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
}

/** Rows are taken by `ClaimedPlan.advance` and given back by it and by `PlanStore.delete`. */
export interface OrderLockStore {
  /**
   * Ends the spin-ups named and moves the plans that waited for nothing else: to `template`, or to `error` after a failure.
   * One transaction a row and one a plan; what a process leaves undone when it dies, another one does. Idempotent. Decisions of
   * plans that waited, each plan once; those of failed spin-ups are not among them. Throws STORE_*.
   */
  release(releases: readonly OrderRelease[], actor: string): Promise<readonly RehomeDecision[]>;
  /** Newest state of each resource that was ever locked, in a stable order. Throws CURSOR_INVALID. */
  list(query: { readonly first: number; readonly after?: string }): Promise<OrderLockPage>;
  /** The rows in which the plan stands now. */
  ofPlan(planId: string): Promise<readonly OrderLock[]>;
}

/**
 * The resources that all recommendations together would build, each once; none when there is nothing to lock: no cloud
 * candidate, or one without a conflict id. A candidate whose service resource id is missing counts as one without, because
 * nobody could ever release its row.
 */
export function lockRequests(recommendations: readonly Recommendation[]): readonly LockRequest[] {
  const requests = new Map<string, LockRequest>();
  for (const { demands } of recommendations) {
    for (const { source, service_resource_id: serviceResourceId } of demands) {
      if (own(source, 'inventory_type') !== 'cloud') continue;
      const conflictId = own(source, 'conflict_id');
      if (typeof conflictId !== 'string' || conflictId === '' || !serviceResourceId) return [];
      if (!requests.has(conflictId)) requests.set(conflictId, { conflictId, serviceResourceId });
    }
  }
  return [...requests.values()];
}

/** What a plan that found a solution does, given the rows of its resources. */
export type LockDecision =
  /** A resource was completed after the plan had looked at the inventory: look again. */
  | { readonly kind: 'rehome' }
  /** Others build some of its resources: wait for these. */
  | { readonly kind: 'wait'; readonly blocked: readonly LockRequest[] }
  /** Nothing is in the way: the plan's own order builds. */
  | { readonly kind: 'build' };

/** `isStale`: whether the completed row was released after the plan's translation had begun. */
export function decide(
  planId: string,
  requests: readonly LockRequest[],
  rowOf: (conflictId: string) => OrderLock | null,
  isStale: (conflictId: string) => boolean,
): LockDecision {
  const stale = requests.some(
    ({ conflictId }) => rowOf(conflictId)?.release?.outcome === 'completed' && isStale(conflictId),
  );
  if (stale) return { kind: 'rehome' };
  const blocked = requests.filter(({ conflictId }) => {
    const builder = builderOf(rowOf(conflictId));
    return builder !== undefined && builder.planId !== planId;
  });
  return blocked.length > 0 ? { kind: 'wait', blocked } : { kind: 'build' };
}

/** The entry of the plan whose order builds the resource now. */
export function builderOf(lock: OrderLock | null): LockEntry | undefined {
  return lock?.release === null ? lock.entries.find(({ status }) => status === 'under-spin-up') : undefined;
}

export function entryOf(lock: OrderLock | null, planId: string): LockEntry | undefined {
  return lock?.entries.find((entry) => entry.planId === planId);
}

interface EntryFacts {
  readonly planId: string;
  readonly request: LockRequest;
  readonly dependencies: readonly string[];
  readonly now: number;
}

/** The row with the plan as its builder. A released row begins anew. */
export function withBuilder(lock: OrderLock | null, facts: EntryFacts, generation: string): OrderLock {
  const open = lock?.release === null ? lock : null;
  const others = (open?.entries ?? []).filter(({ planId }) => planId !== facts.planId);
  const { conflictId } = facts.request;
  const entries = [newEntry('under-spin-up', facts), ...others];
  return { ...open, conflictId, generation: open?.generation ?? generation, entries, release: null };
}

/** The open row with the plan waiting behind its builder. */
export function withParked(lock: OrderLock, facts: EntryFacts): OrderLock {
  const others = lock.entries.filter(({ planId }) => planId !== facts.planId);
  return { ...lock, entries: [...others, newEntry('parked', facts)] };
}

function newEntry(status: LockStatus, { planId, request, dependencies, now }: EntryFacts): LockEntry {
  const { serviceResourceId } = request;
  return { planId, status, created: now, updated: now, serviceResourceId, dependencies };
}

/** The open row after its builder's spin-up ended; null when that builder is not named by the release. */
export function released(lock: OrderLock, release: OrderRelease, now: number, token: string): OrderLock | null {
  const { serviceResourceId, failed } = release;
  if (builderOf(lock)?.serviceResourceId !== serviceResourceId) return null;
  const statusOf = ({ status }: LockEntry): LockStatus =>
    failed ? 'failed' : status === 'under-spin-up' ? 'completed' : 'rehome';
  return {
    ...lock,
    entries: lock.entries.map((entry) => ({ ...entry, status: statusOf(entry), updated: now })),
    release: { outcome: failed ? 'failed' : 'completed', at: now, serviceResourceId, token },
  };
}

/**
 * The row without a plan that is gone or will not build: null when nobody is left in it. When the builder goes, those who waited
 * are to start anew. A released row stays as it is, because its time of release still counts.
 */
export function withdrawn(lock: OrderLock, planId: string, now: number, token: string): OrderLock | null {
  const entry = entryOf(lock, planId);
  if (lock.release !== null || !entry) return lock;
  const others = lock.entries.filter((one) => one !== entry);
  if (others.length === 0) return null;
  if (entry.status !== 'under-spin-up') return { ...lock, entries: others };
  return {
    ...lock,
    entries: others.map((one) => ({ ...one, status: 'rehome', updated: now })),
    release: { outcome: 'abandoned', at: now, serviceResourceId: '', token },
  };
}

/** Message of a plan that waited for a resource which could not be built, as REST clients know it. */
export function failedSpinUpMessage(serviceResourceId: string): string {
  return `Error due to failed cloud candidate spin-up in MSO (service_resource_id: ${serviceResourceId}).`;
}
