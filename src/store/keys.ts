// The key layout of the store, in one place. Heads stand alone under `plans/`, so that one watch and one listing of that prefix
// carry every change of every plan and none of the large documents.
import { ConductorError } from '../domain/errors.ts';
import { type PartName, type PlanHead, type Priority, type Stage, stageOf } from '../domain/plan.ts';
import { sha256 } from '../lib/json.ts';

/** Heads with their newest event, one key a plan. */
export const PLANS = 'plans/';
/** Documents of plans. */
export const PARTS = 'parts/';
export const CLAIMS = 'claims/';
export const QUEUE = 'queue/';
/** Plans whose search is to end with what it has, until it has ended. */
export const STOPS = 'stops/';
/** How far searches are that go on, each bound to the lease of its claim. */
export const PROGRESS = 'progress/';
/** Running processes, each bound to its lease. */
export const MEMBERS = 'members/';
/** Holds the head of the plan deleted last: written with each deletion, so that a watch learns what was deleted. */
export const TOMBSTONE = `${PLANS}!deleted`;
/** One row per resource that was ever locked, by the hash of its conflict id. */
export const LOCK_ROWS = 'locks/rows/';
/** Released rows as they were. */
export const LOCK_HISTORY = 'locks/history/';
/** Plans that are to be looked at because a row was released; whoever has done so deletes the key. */
export const LOCK_WAKE = 'locks/wake/';
/** Values carry what filters can be decided on without the head. `newest` counts down, so that both orders read forwards. */
export const INDEX = { 'oldest-first': 'index/created/', 'newest-first': 'index/newest/' } as const;
/** Reservations that may be held at a controller, and who looks after them now. */
export const COMPENSATION = 'compensation/';
export const COMPENSATION_ENTRIES = `${COMPENSATION}entries/`;
export type IndexOrder = keyof typeof INDEX;

/** Classes of the queue; the smaller digit is served first. */
const PRIORITY: Readonly<Record<Priority, string>> = { high: '3', normal: '5', low: '7' };
const MAX_MS = 10 ** 15 - 1;

/** Ids are UUIDs; anything else that a caller sends is simply not there. */
export function isPlanId(id: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(id);
}

function checked(id: string): string {
  if (!isPlanId(id)) throw new ConductorError('INTERNAL', undefined, { cause: new Error('not a plan id') });
  return id;
}

/** Step names hold text of the template, so they are hashed unless they are plain. */
function stepName(step: string): string {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(step) ? step : `~${sha256(step)}`;
}

export const keys = {
  plan: (id: string) => `${PLANS}${checked(id)}`,
  events: (id: string) => `events/${checked(id)}/`,
  event: (id: string, seq: number) => `events/${checked(id)}/${String(seq).padStart(8, '0')}`,
  parts: (id: string) => `${PARTS}${checked(id)}/`,
  chunk: (id: string, part: PartName, n: number, chunk: number) =>
    `${PARTS}${checked(id)}/${part}/${n}/${String(chunk).padStart(4, '0')}`,
  claim: (id: string) => `${CLAIMS}${checked(id)}`,
  stop: (id: string) => `${STOPS}${checked(id)}`,
  progress: (id: string) => `${PROGRESS}${checked(id)}`,
  queue: (stage: Stage) => `${QUEUE}${stage}/`,
  reservations: (id: string) => `reservations/${checked(id)}/`,
  reservation: (id: string, step: string) => `reservations/${checked(id)}/${stepName(step)}`,
  compensations: (id: string) => `${COMPENSATION_ENTRIES}${checked(id)}/`,
  compensation: (id: string, step: string) => `${COMPENSATION_ENTRIES}${checked(id)}/${stepName(step)}`,
  /** Who releases now; bound to a lease. */
  compensationOwner: `${COMPENSATION}owner`,
  idempotency: (key: string) => `idempotency/${sha256(key)}`,
  lockRow: (conflictId: string) => `${LOCK_ROWS}${sha256(conflictId)}`,
  /** The rows in which a plan stands. */
  planLocks: (id: string) => `locks/plans/${checked(id)}`,
  /** Says that a plan builds something under this service resource id. */
  lockServices: (serviceResourceId: string) => `locks/services/${sha256(serviceResourceId)}/`,
  lockService: (serviceResourceId: string, id: string) => `locks/services/${sha256(serviceResourceId)}/${checked(id)}`,
  /** A released row as it was, by its generation; a later one takes its place in `locks/rows/`. */
  lockHistory: (generation: string) => `${LOCK_HISTORY}${generation}`,
  lockWake: (token: string) => `${LOCK_WAKE}${token}`,
  /** Who does a round of retention now; bound to a lease. */
  retentionOwner: 'retention/owner',
  retentionState: 'retention/state',
  latencyRegions: 'latency/regions',
  latencyCountries: 'latency/countries',
} as const;

/** Place of a plan in the time order, without the index's prefix; also what list cursors hold. */
export function indexPosition(order: IndexOrder, created: number, id: string): string {
  const ms = Math.min(MAX_MS, Math.max(0, Math.trunc(created)));
  return `${String(order === 'oldest-first' ? ms : MAX_MS - ms).padStart(15, '0')}/${id}`;
}

export function indexKey(order: IndexOrder, created: number, id: string): string {
  return `${INDEX[order]}${indexPosition(order, created, checked(id))}`;
}

/** The queue entry that a plan in this status has, or null: it stands from the need of the stage until its result. */
export function queueKey(head: Pick<PlanHead, 'id' | 'status' | 'created' | 'priority'>): string | null {
  const stage = stageOf(head.status);
  if (stage === null) return null;
  return `${keys.queue(stage)}${PRIORITY[head.priority ?? 'normal']}/${indexPosition('oldest-first', head.created, checked(head.id))}`;
}

/** Prefixes of a stage's queue, one for each class; within one the oldest plan comes first. */
export function queueClasses(stage: Stage): readonly string[] {
  return Object.values(PRIORITY).map((digit) => `${keys.queue(stage)}${digit}/`);
}

/** Last segment of a key: the plan's id in `plans/`, `claims/`, `queue/` and `index/`. */
export function idOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
