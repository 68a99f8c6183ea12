// Values as stored: JSON with a version field. A reader refuses a version that it does not know instead of guessing.
import type { Compensation } from '../domain/compensation.ts';
import { ConductorError } from '../domain/errors.ts';
import type { LatencyRules } from '../domain/latency.ts';
import type { Member } from '../domain/members.ts';
import type { OrderLock } from '../domain/order-locks.ts';
import type { PlanEvent, PlanHead } from '../domain/plan.ts';
import type { ReservationStep, SearchProgress } from '../domain/solution.ts';
import { ownBytes } from '../lib/bytes.ts';
import type { KeyValue } from './kv.ts';

const VERSION = 1;

/** `plans/<id>`. */
export interface StoredPlan {
  readonly head: PlanHead;
  /** The event that led to this head: so one watch on heads carries the events too. */
  readonly event: PlanEvent;
  /** Written by whoever created it; tells the outcome of a create that timed out. */
  readonly token: string;
  /** Key of the idempotency entry, removed with the plan. */
  readonly idempotency?: string;
}

/** `events/<id>/<seq>`. */
export interface StoredEvent {
  readonly event: PlanEvent;
  /** The claim (or create) that wrote it; tells the outcome of a write that timed out. */
  readonly token: string;
}

/** `claims/<id>`. */
export interface StoredClaim {
  readonly owner: string;
  /** The process that holds it. */
  readonly instance: string;
  /** Unique to this claim. */
  readonly token: string;
}

/** `stops/<id>`. */
export interface StoredStop {
  /** Who asked, for people. */
  readonly actor: string;
}

/** `idempotency/<hash>`. */
export interface StoredIdempotency {
  readonly planId: string;
  readonly fingerprint: string;
}

/** `index/…`: what never changes of a plan and is filtered on. */
export interface StoredIndex {
  readonly name: string;
  readonly createdBy: string;
}

/** `locks/plans/<id>`: which generation of which row, and under which id the plan stands there. */
export interface StoredPlanLocks {
  readonly rows: readonly {
    readonly conflictId: string;
    readonly generation: string;
    readonly serviceResourceId: string;
  }[];
}

/** `locks/wake/<token>` */
export interface StoredWake {
  readonly planIds: readonly string[];
  /** Who caused it, for the plans' history. */
  readonly actor: string;
}

/** `retention/state` */
export interface StoredRetention {
  /** When the last round ended, ms since the epoch. */
  readonly at: number;
  /** It left something to do. */
  readonly more: boolean;
  /** Revisions of the store and when they were noted, oldest first. */
  readonly marks: readonly { readonly at: number; readonly revision: number }[];
  /** By kind of thing: the key after which the next round goes on. */
  readonly after: Readonly<Record<string, string>>;
}

type Entry = Pick<KeyValue, 'key' | 'value'>;

interface Codec<T extends object> {
  encode(value: T): string;
  /** Throws INTERNAL when the value is not of this kind, STORE_FORMAT_NEWER when a later version of the program wrote it. */
  decode(kv: Entry): T;
}

/** `isWhole`: whether a value has what every reader of it takes for granted. */
function codec<T extends object>(isWhole: (value: Partial<T>) => boolean = () => true): Codec<T> {
  return {
    encode: (value) => JSON.stringify({ v: VERSION, ...value }),
    decode(kv) {
      const data = parse(kv);
      if (typeof data !== 'object' || data === null || !('v' in data))
        throw unreadable(kv.key, new Error('no version'));
      if (typeof data.v === 'number' && data.v > VERSION) throw newer(kv.key, data.v);
      if (data.v !== VERSION) throw unreadable(kv.key, new Error('unknown version'));
      const { v: _, ...value } = data;
      if (!isWhole(value as Partial<T>)) throw unreadable(kv.key, new Error('incomplete'));
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
      recent.set(kv.key, { bytes: ownBytes(kv.value), value });
      const [oldest] = recent.keys();
      if (recent.size > REMEMBERED && oldest !== undefined) recent.delete(oldest);
      return value;
    },
  };
}

function parse(kv: Entry): unknown {
  try {
    return JSON.parse(Buffer.from(kv.value.buffer, kv.value.byteOffset, kv.value.byteLength).toString('utf8'));
  } catch (error) {
    throw unreadable(kv.key, error);
  }
}

function unreadable(key: string, cause: unknown): ConductorError {
  return new ConductorError('INTERNAL', `The stored value ${key} cannot be read.`, { cause });
}

/** The rule for upgrades stands in docs/operations.md: a version is written only when the release before reads it. */
function newer(key: string, version: number): ConductorError {
  const message = `The stored value ${key} has format ${version}; this version of the program reads format ${VERSION}. Upgrade it.`;
  return new ConductorError('STORE_FORMAT_NEWER', message);
}

export const planCodec = remembering(
  codec<StoredPlan>(({ head, event }) => typeof head?.status === 'string' && typeof event?.seq === 'number'),
);
export const eventCodec = codec<StoredEvent>();
export const claimCodec = codec<StoredClaim>();
export const idempotencyCodec = codec<StoredIdempotency>();
export const stopCodec = codec<StoredStop>();
/** `progress/<id>`. */
export const progressCodec = codec<{ readonly progress: SearchProgress }>();
export const indexCodec = codec<StoredIndex>(({ name, createdBy }) => name !== undefined && createdBy !== undefined);
export const stepCodec = codec<{ readonly step: ReservationStep }>();
export const lockCodec = codec<OrderLock>(({ release, entries }) => release !== undefined && Array.isArray(entries));
export const planLocksCodec = codec<StoredPlanLocks>();
export const wakeCodec = codec<StoredWake>();
export const compensationCodec = codec<Compensation>();
export const retentionCodec = codec<StoredRetention>();
export const memberCodec = codec<Member>();
export const latencyRegionsCodec = codec<Pick<LatencyRules, 'regions'>>();
export const latencyCountriesCodec = codec<Pick<LatencyRules, 'countries'>>();
