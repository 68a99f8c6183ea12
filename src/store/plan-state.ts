// How a plan's head and history go on from one change to the next, for workers and for whoever wakes a plan that waits.
import {
  type EventReason,
  isStoppable,
  type PartName,
  type PartRef,
  type PlanEvent,
  type PlanHead,
  type PlanStatus,
  STAGE_FIELD,
  STAGES,
  type Stage,
} from '../domain/plan.ts';
import type { Advance } from '../domain/ports.ts';
import { keys, queueKey } from './keys.ts';
import type { Operation } from './kv.ts';

export interface NextStateFacts {
  /** Whose failures count; null outside every stage. */
  readonly stage: Stage | null;
  /** Documents written with the change. */
  readonly written: ReadonlyMap<PartName, PartRef>;
  /** Whether the plan stands in order locks from now on. */
  readonly locked: boolean;
  readonly now: number;
  readonly actor: string;
}

/** Statuses in which a plan keeps its places in order locks; in any other it has given them back. */
const KEEPS_LOCKS: ReadonlySet<PlanStatus> = new Set(['solved', 'reserving', 'done', 'waiting spinup']);

export function keepsLocks(status: PlanStatus): boolean {
  return KEEPS_LOCKS.has(status);
}

/** A rehomed plan starts again from its template: no documents, no message, every count at 0. */
export function nextState(
  before: PlanHead,
  change: Advance,
  { stage, written, locked, now, actor }: NextStateFacts,
): { readonly head: PlanHead; readonly event: PlanEvent } {
  const rehomed = change.reason === 'rehomed';
  const { locked: _, ...head } = before;
  const parts = rehomed ? { template: head.parts.template } : { ...head.parts, ...Object.fromEntries(written) };
  const next: PlanHead = {
    ...head,
    ...stageRecords(head, stage, change),
    status: change.to,
    // A message stands until another one is written.
    message: change.message ?? (rehomed ? '' : head.message),
    messageForm: change.messageForm ?? (change.message === undefined && !rehomed ? head.messageForm : 'text'),
    updated: now,
    seq: head.seq + 1,
    parts,
    ...(locked ? { locked } : {}),
  };
  const event: PlanEvent = {
    planId: head.id,
    seq: next.seq,
    at: now,
    from: head.status,
    to: change.to,
    reason: change.reason,
    actor,
    message: change.message ?? '',
  };
  return { head: next, event };
}

function stageRecords(head: PlanHead, own: Stage | null, change: Advance) {
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

/** A request to stop stands until the search is over, or the plan begins anew. */
export function endStop(before: PlanHead, after: PlanHead, reason: EventReason): Operation[] {
  if (!isStoppable(before.status) || (isStoppable(after.status) && reason !== 'rehomed')) return [];
  return [{ delete: keys.stop(before.id) }];
}

/** The queue entry stands while the plan needs the same stage; else the old one goes and the next comes. */
export function requeue(before: PlanHead, after: PlanHead): Operation[] {
  const [old, next] = [queueKey(before), queueKey(after)];
  if (old === next) return [];
  return [...(old === null ? [] : [{ delete: old }]), ...(next === null ? [] : [{ put: next, value: '' }])];
}
