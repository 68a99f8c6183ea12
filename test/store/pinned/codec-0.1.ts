// The codec and the keys of the store as they stood in version 0.1.0 (commit 99c5f82), copied and never changed again, with the step
// that its worker took when it claimed a plan. It stands for a member one version behind; it needs nothing of `src`.
import { createHash } from 'node:crypto';

/** What is stored, as far as this version looks at it; the rest it carries along. */
export type Row = Record<string, unknown>;

interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
}

type PartName = 'template' | 'translation' | 'solution' | 'triage';
type Stage = 'controller' | 'solver' | 'reservation';

export class OldError extends Error {
  readonly code: string;

  constructor(code: string, message?: string, options?: ErrorOptions) {
    super(message ?? code, options);
    this.code = code;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const STAGE_STATUS: Readonly<Record<Stage, readonly [waiting: string, working: string]>> = {
  controller: ['template', 'translating'],
  solver: ['translated', 'solving'],
  reservation: ['solved', 'reserving'],
};
const STAGES = ['controller', 'solver', 'reservation'] as const;
const STAGE_FIELD = { controller: 'translation', solver: 'solver', reservation: 'reservation' } as const;

function stageOf(status: string): Stage | null {
  return STAGES.find((stage) => STAGE_STATUS[stage].includes(status)) ?? null;
}

const VERSION = 1;

interface Codec<T extends object> {
  encode(value: T): string;
  /** Throws INTERNAL when the value is not of this kind, STORE_FORMAT_NEWER when a later version of the program wrote it. */
  decode(kv: KeyValue): T;
}

function codec<T extends object>(): Codec<T> {
  return {
    encode: (value) => JSON.stringify({ v: VERSION, ...value }),
    decode(kv) {
      const data = parse(kv);
      if (typeof data !== 'object' || data === null || !('v' in data))
        throw unreadable(kv.key, new Error('no version'));
      if (typeof data.v === 'number' && data.v > VERSION) throw newer(kv.key, data.v);
      if (data.v !== VERSION) throw unreadable(kv.key, new Error('unknown version'));
      const { v: _, ...value } = data;
      return value as T;
    },
  };
}

/** Values kept decoded. */
const REMEMBERED = 512;

/** Reading the same plan again and again costs no parsing: equal bytes are the same value. What it gives is not to be changed. */
function remembering<T extends object>(inner: Codec<T>): Codec<T> {
  const recent = new Map<string, { readonly bytes: Buffer; readonly value: T }>();
  return {
    encode: inner.encode,
    decode(kv) {
      const known = recent.get(kv.key);
      if (known?.bytes.equals(kv.value)) return known.value;
      const value = inner.decode(kv);
      recent.delete(kv.key);
      recent.set(kv.key, { bytes: Buffer.from(kv.value), value });
      const [oldest] = recent.keys();
      if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest);
      return value;
    },
  };
}

function parse(kv: KeyValue): unknown {
  try {
    return JSON.parse(Buffer.from(kv.value.buffer, kv.value.byteOffset, kv.value.byteLength).toString('utf8'));
  } catch (error) {
    throw unreadable(kv.key, error);
  }
}

function unreadable(key: string, cause: unknown): OldError {
  return new OldError('INTERNAL', `The stored value ${key} cannot be read.`, { cause });
}

/** The rule for upgrades stands in docs/operations.md: a version is written only when the release before reads it. */
function newer(key: string, version: number): OldError {
  const message = `The stored value ${key} has format ${version}; this version of the program reads format ${VERSION}. Upgrade it.`;
  return new OldError('STORE_FORMAT_NEWER', message);
}

export const planCodec = remembering(codec<Row>());
export const eventCodec = codec<Row>();
export const claimCodec = codec<Row>();
export const idempotencyCodec = codec<Row>();
export const stopCodec = codec<Row>();
export const indexCodec = codec<Row>();
export const stepCodec = codec<Row>();
export const lockCodec = codec<Row>();
export const planLocksCodec = codec<Row>();
export const wakeCodec = codec<Row>();
export const retentionCodec = codec<Row>();
export const memberCodec = codec<Row>();
export const latencyRegionsCodec = codec<Row>();
export const latencyCountriesCodec = codec<Row>();

/** Heads with their newest event, one key a plan. */
export const PLANS = 'plans/';
/** Documents of plans. */
export const PARTS = 'parts/';
export const CLAIMS = 'claims/';
export const QUEUE = 'queue/';
/** Plans whose search is to end with what it has, until it has ended. */
export const STOPS = 'stops/';
/** One row per resource that was ever locked, by the hash of its conflict id. */
export const LOCK_ROWS = 'locks/rows/';
/** Released rows as they were. */
export const LOCK_HISTORY = 'locks/history/';
/** Plans that are to be looked at because a row was released; whoever has done so deletes the key. */
export const LOCK_WAKE = 'locks/wake/';
/** Values carry what filters can be decided on without the head. `newest` counts down, so that both orders read forwards. */
export const INDEX = { 'oldest-first': 'index/created/', 'newest-first': 'index/newest/' } as const;
type IndexOrder = keyof typeof INDEX;

/** The queue has one class for now; the digit leaves room for more urgent and less urgent ones. */
const PRIORITY = '5';
const MAX_MS = 10 ** 15 - 1;

/** Ids are UUIDs; anything else that a caller sends is simply not there. */
export function isPlanId(id: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,127}$/.test(id);
}

function checked(id: string): string {
  if (!isPlanId(id)) throw new OldError('INTERNAL', undefined, { cause: new Error('not a plan id') });
  return id;
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
  queue: (stage: Stage) => `${QUEUE}${stage}/`,
  reservations: (id: string) => `reservations/${checked(id)}/`,
  /** Step names hold text of the template, so they are hashed unless they are plain. */
  reservation: (id: string, step: string) =>
    `reservations/${checked(id)}/${/^[A-Za-z0-9][\w.-]{0,127}$/.test(step) ? step : `~${sha256(step)}`}`,
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
export function queueKey(head: {
  readonly id: string;
  readonly status: string;
  readonly created: number;
}): string | null {
  const stage = stageOf(head.status);
  if (stage === null) return null;
  return `${keys.queue(stage)}${PRIORITY}/${indexPosition('oldest-first', head.created, checked(head.id))}`;
}

/** The head and event of a claim, as its worker made them of the row that it read. */
export function claimedState(head: Row, stage: Stage, owner: string, now: number): { head: Row; event: Row } {
  const [, working] = STAGE_STATUS[stage];
  const field = STAGE_FIELD[stage];
  const before = head[field] as { readonly counter: number };
  const record = { ...before, owner, counter: before.counter + 1, beganAt: now };
  const seq = Number(head['seq']) + 1;
  const event = {
    planId: head['id'],
    seq,
    at: now,
    from: head['status'],
    to: working,
    reason: 'claimed',
    actor: owner,
    message: '',
  };
  return { head: { ...head, status: working, updated: now, seq, [field]: record }, event };
}
