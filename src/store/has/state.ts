// A row of OOF-HAS as the head and newest event of a plan. Rows carry no history: each write of the key is one event, numbered by
// etcd's version of the key, so that every gateway tells the same event with the same number.
import {
  type EventReason,
  isFinal,
  NO_STAGE_RECORD,
  type PartRef,
  type PlanEvent,
  type PlanHead,
  type PlanStatus,
  STAGE_STATUS,
  STAGES,
  type StageRecord,
} from '../../domain/plan.ts';
import { sha256 } from '../../lib/json.ts';
import type { StoredPlan } from '../codec.ts';
import { documentOf, type HasRow } from './layout.ts';

/** Who created a plan that did not come through this gateway, and who changed what nobody is named for. */
export const HAS_ACTOR = 'oof-has';

/** What the gateway keeps of a plan beside the row, which takes no other columns. */
export interface HasOrigin {
  readonly createdBy: string;
  readonly requestId: string;
}

export const UNKNOWN_ORIGIN: HasOrigin = { createdBy: HAS_ACTOR, requestId: '' };

/** `version`: writes to the key so far. `before`: the row as it was, when it is known. */
export function hasState(row: HasRow, version: number, origin: HasOrigin, before: HasRow | null = null): StoredPlan {
  const head: PlanHead = {
    id: row.id,
    name: row.name,
    status: row.status,
    message: row.message,
    messageForm: row.messageForm,
    created: row.created,
    updated: row.updated,
    timeout: row.timeout,
    recommendMax: row.recommendMax,
    ...origin,
    seq: version,
    ...stageRecords(row),
    parts: partsOf(row, version),
  };
  return { head, event: eventOf(row, head, before), token: '' };
}

export function stageRecords(row: HasRow): Pick<PlanHead, 'translation' | 'solver' | 'reservation'> {
  return {
    translation: record(row.translationOwner, row.translationCounter, row.translationBegan),
    solver: record(row.solverOwner, row.solverCounter, null),
    reservation: record(row.reservationOwner, row.reservationCounter, null),
  };
}

function record(owner: string | null, counter: number, beganAt: number | null): StageRecord {
  return { ...NO_STAGE_RECORD, owner, counter, beganAt };
}

function partsOf(row: HasRow, version: number): PlanHead['parts'] {
  const ref = (text: string): PartRef => ({
    n: version,
    chunks: 0,
    digest: sha256(text),
    size: Buffer.byteLength(text),
  });
  return {
    template: ref(row.template),
    ...(documentOf(row.solution) || row.status === 'not found' ? { solution: ref(row.solution) } : {}),
    // The row of triage has the plan's id; whether it is there is seen when somebody asks.
    ...(row.translationCounter > 0 ? { triage: ref('') } : {}),
  };
}

function eventOf(row: HasRow, head: PlanHead, before: HasRow | null): PlanEvent {
  const from = head.seq === 1 ? null : (before?.status ?? usualBefore(row));
  return {
    planId: row.id,
    seq: head.seq,
    at: from === null ? row.created : row.updated,
    from,
    to: row.status,
    reason: reasonOf(from, row.status),
    actor: actorOf(row, from, head.createdBy),
    message: row.message,
  };
}

/** The way by which a plan usually comes to its status, when the row before is not at hand. */
function usualBefore(row: HasRow): PlanStatus {
  switch (row.status) {
    case 'template':
      return row.solverCounter > 0 ? 'solving' : 'translating';
    case 'translating':
      return 'template';
    case 'translated':
      return row.reservationCounter > 0 ? 'reserving' : 'translating';
    case 'solving':
      return 'translated';
    case 'solved':
    case 'waiting spinup':
    case 'not found':
      return 'solving';
    case 'reserving':
      return 'solved';
    case 'done':
      return 'reserving';
    case 'error':
      return lastWorking(row);
  }
}

function lastWorking(row: HasRow): PlanStatus {
  if (row.reservationCounter > 0) return 'reserving';
  if (row.solverCounter > 0) return 'solving';
  return row.translationCounter > 0 ? 'translating' : 'template';
}

const WORKING: ReadonlySet<PlanStatus> = new Set(STAGES.map((stage) => STAGE_STATUS[stage].working));

function reasonOf(from: PlanStatus | null, to: PlanStatus): EventReason {
  if (from === null) return 'created';
  if (WORKING.has(to)) return from === to ? 'taken-over' : 'claimed';
  if (to === 'error') return 'failed';
  if (to === 'template') return from === 'translating' ? 'given-back' : 'rehomed';
  if (from === 'reserving' && to === 'translated') return 'rolled-back';
  const stage = STAGES.find((one) => STAGE_STATUS[one].waiting === to && STAGE_STATUS[one].working === from);
  return stage ? 'given-back' : 'completed';
}

function actorOf(row: HasRow, from: PlanStatus | null, creator: string): string {
  if (from === null) return creator;
  const at = isFinal(row.status) || !WORKING.has(row.status) ? from : row.status;
  const owners: Partial<Record<PlanStatus, string | null>> = {
    translating: row.translationOwner,
    solving: row.solverOwner,
    reserving: row.reservationOwner,
  };
  return owners[at] ?? HAS_ACTOR;
}
