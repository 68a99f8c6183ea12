// A plan and its life: status words, the one table of legal transitions, the head that the store keeps small, its events.
// Source: plan lifecycle of OOF-HAS 2.3.1; field names of the head follow the reference's plan row where they mean the same.

/** Status words exactly as REST clients see them (`not found` and `waiting spinup` carry a blank). */
export const PLAN_STATUSES = [
  'template',
  'translating',
  'translated',
  'solving',
  'waiting spinup',
  'solved',
  'reserving',
  'done',
  'not found',
  'error',
] as const;
export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** Who is served first when more plans wait than there are workers. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const STAGES = ['controller', 'solver', 'reservation'] as const;
/** The three kinds of engine work, named after the roles that do them. */
export type Stage = (typeof STAGES)[number];

/** Per stage: the status in which a plan waits for it and the one in which a worker owns it. */
export const STAGE_STATUS: Readonly<Record<Stage, { readonly waiting: PlanStatus; readonly working: PlanStatus }>> = {
  controller: { waiting: 'template', working: 'translating' },
  solver: { waiting: 'translated', working: 'solving' },
  reservation: { waiting: 'solved', working: 'reserving' },
};

/**
 * Every legal move. A working status may move to itself: a worker took the plan over from one that died.
 * Working statuses move back to their waiting status when a worker gives the plan back (drain, upstream breaker open).
 */
export const TRANSITIONS: Readonly<Record<PlanStatus, readonly PlanStatus[]>> = {
  template: ['translating', 'error'],
  translating: ['translating', 'translated', 'template', 'error'],
  translated: ['solving', 'error'],
  solving: ['solving', 'solved', 'waiting spinup', 'not found', 'translated', 'template', 'error'],
  'waiting spinup': ['template', 'error'],
  solved: ['reserving', 'error'],
  reserving: ['reserving', 'done', 'translated', 'solved', 'error'],
  done: [],
  'not found': [],
  error: [],
};

export function isLegalTransition(from: PlanStatus, to: PlanStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** `done`, `not found` and `error` never change again. */
export function isFinal(status: PlanStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

/** Statuses in which a search is under way or to come: it can be told to end with the best that it has. */
const STOPPABLE: ReadonlySet<PlanStatus> = new Set(['template', 'translating', 'translated', 'solving']);

export function isStoppable(status: PlanStatus): boolean {
  return STOPPABLE.has(status);
}

/** The stage whose work a plan in this status needs or is in, or null (final or parked). */
export function stageOf(status: PlanStatus): Stage | null {
  return (
    STAGES.find((stage) => STAGE_STATUS[stage].waiting === status || STAGE_STATUS[stage].working === status) ?? null
  );
}

/** What the head remembers of one stage. */
export interface StageRecord {
  /** Name of the worker that claimed the plan last; null before. */
  readonly owner: string | null;
  /** Claims so far, take-overs included. */
  readonly counter: number;
  /** Failed attempts so far; `max_*_counter` limits these. A worker that dies adds none. */
  readonly failures: number;
  /** Time of the last claim, ms since the epoch; null before. */
  readonly beganAt: number | null;
}

export const NO_STAGE_RECORD: StageRecord = { owner: null, counter: 0, failures: 0, beganAt: null };

export const PART_NAMES = ['template', 'translation', 'solution', 'triage'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** Names one stored document of a plan (compressed, in chunks, written before the head that names it). */
export interface PartRef {
  /** Grows with each new version of the document: the sequence number of the event that brought it. */
  readonly n: number;
  /** Number of stored chunks. */
  readonly chunks: number;
  /** SHA-256 of the uncompressed JSON text. */
  readonly digest: string;
  /** Bytes of the uncompressed JSON text. */
  readonly size: number;
}

/** The small row of a plan: everything but its documents. */
export interface PlanHead {
  readonly id: string;
  readonly name: string;
  readonly status: PlanStatus;
  /** Empty when there is nothing to say. */
  readonly message: string;
  /** `list`: REST sends `[message]`, as clients expect of errors found while translating; `text`: the bare string. */
  readonly messageForm: 'text' | 'list';
  /** ms since the epoch. */
  readonly created: number;
  readonly updated: number;
  /** Seconds, as requested; informative. */
  readonly timeout: number;
  /** Number of solutions wanted: digits or `all`. */
  readonly recommendMax: string;
  /** Seconds that the creator gives the search; absent: as configured. */
  readonly timeLimit?: number;
  /** How far from the best is good enough for the creator, as a share; absent: the best. */
  readonly gapLimit?: number;
  /** Absent: normal. */
  readonly priority?: Exclude<Priority, 'normal'>;
  /** Name of the principal that created the plan. */
  readonly createdBy: string;
  /** Transaction id of the creating request; goes to every upstream call and log line of the plan. */
  readonly requestId: string;
  /** Sequence number of the newest event; events count from 1 without holes. */
  readonly seq: number;
  readonly translation: StageRecord;
  readonly solver: StageRecord;
  readonly reservation: StageRecord;
  readonly parts: {
    readonly template: PartRef;
    readonly translation?: PartRef;
    readonly solution?: PartRef;
    /** What was dropped by a translation that failed. */
    readonly triage?: PartRef;
  };
  /** The plan stands in order locks: it builds something, has built it, or waits. */
  readonly locked?: true;
}

/** The field of the head that records a stage. */
export const STAGE_FIELD = {
  controller: 'translation',
  solver: 'solver',
  reservation: 'reservation',
} as const satisfies Record<Stage, keyof PlanHead>;

/** A head as read from the store, with the revision that a conditional write compares. */
export interface PlanRecord {
  readonly head: PlanHead;
  /** Modification revision of the head's key. */
  readonly revision: number;
}

export const EVENT_REASONS = [
  'created',
  'claimed',
  'taken-over',
  'completed',
  'failed',
  'rolled-back',
  'given-back',
  'rehomed',
  'imported',
] as const;
export type EventReason = (typeof EVENT_REASONS)[number];

/** One entry of a plan's append-only history, written in the same transaction as the head it describes. */
export interface PlanEvent {
  readonly planId: string;
  /** 1, 2, 3 … */
  readonly seq: number;
  /** ms since the epoch. */
  readonly at: number;
  /** null for the first event. */
  readonly from: PlanStatus | null;
  readonly to: PlanStatus;
  readonly reason: EventReason;
  /** Worker or principal that caused it. */
  readonly actor: string;
  readonly message: string;
}
