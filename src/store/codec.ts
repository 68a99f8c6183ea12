// Values as stored: JSON with a version field. A reader refuses a version that it does not know instead of guessing.
import { ConductorError } from '../domain/errors.ts';
import type { PlanEvent, PlanHead } from '../domain/plan.ts';
import type { ReservationStep } from '../domain/solution.ts';
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

interface Codec<T extends object> {
  encode(value: T): string;
  /** Throws INTERNAL when the value is not of this kind and version. */
  decode(kv: KeyValue): T;
}

function codec<T extends object>(): Codec<T> {
  return {
    encode: (value) => JSON.stringify({ v: VERSION, ...value }),
    decode(kv) {
      const data = parse(kv);
      if (typeof data !== 'object' || data === null || !('v' in data) || data.v !== VERSION) {
        throw unreadable(kv.key, new Error('unknown version'));
      }
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

function unreadable(key: string, cause: unknown): ConductorError {
  return new ConductorError('INTERNAL', `The stored value ${key} cannot be read.`, { cause });
}

export const planCodec = remembering(codec<StoredPlan>());
export const eventCodec = codec<StoredEvent>();
export const claimCodec = codec<StoredClaim>();
export const idempotencyCodec = codec<StoredIdempotency>();
export const indexCodec = codec<StoredIndex>();
export const stepCodec = codec<{ readonly step: ReservationStep }>();
