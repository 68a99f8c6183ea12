// What becomes of one inventory object in one demand: a candidate, or a rejection with its reason.
import type { Candidate, DroppedCandidate } from '../../domain/candidate.ts';
import { ConductorError } from '../../domain/errors.ts';
import type { DemandResolution } from '../../domain/ports.ts';
import type { JsonObject } from '../../lib/json.ts';
import { HttpFailure } from '../http.ts';
import type { Found } from './batch.ts';
import { badData } from './match.ts';
import { type Entity, garbled } from './wire.ts';

/** Why an object is no candidate; `cause` when a read failed. */
export interface Reject {
  readonly reason: string;
  readonly cause?: ConductorError;
}

/** A rejection that says of what. */
export interface Rejected extends DroppedCandidate {
  readonly cause?: ConductorError;
}

export function isReject(value: object): value is Reject {
  return 'reason' in value;
}

/** A demand's resolution from its outcomes, in order. Throws a cause when failed reads left no candidate: that is not "nothing fits". */
export function settle(outcomes: readonly (Candidate | Rejected)[]): DemandResolution {
  const candidates: Candidate[] = [];
  const dropped: DroppedCandidate[] = [];
  let failure: ConductorError | undefined;
  for (const outcome of outcomes) {
    if (!isRejected(outcome)) {
      candidates.push(outcome);
      continue;
    }
    const { candidate_id, location_id, reason, cause } = outcome;
    dropped.push({ candidate_id, location_id, reason });
    failure ??= cause;
  }
  if (failure && candidates.length === 0) throw failure;
  return { candidates, dropped };
}

function isRejected(outcome: Candidate | Rejected): outcome is Rejected {
  return !('inventory_type' in outcome);
}

/** What was read, by key: the object, null when there is none, or why it could not be read. */
export type Read = ReadonlyMap<string, Entity | null | ConductorError>;

export function firsts(found: Found): Read {
  return new Map([...found].map(([key, value]) => [key, value instanceof Error ? value : (value[0] ?? null)]));
}

export function isEntity(value: Entity | null | undefined | ConductorError): value is Entity {
  return value !== null && value !== undefined && !(value instanceof Error);
}

/** The object, or a rejection with the reason when it is missing or was not readable. */
export function entityOr(value: Entity | null | undefined | ConductorError, reason: string): Entity | Reject {
  if (!isEntity(value)) return value ? { reason, cause: value } : { reason };
  const field = garbled(value.object, []);
  return field === null ? value : { reason, cause: misread(field) };
}

/** Why an object is no candidate that lacks a field. A field of another type is A&AI's failure, one that is missing is a fact. */
export function badField(object: JsonObject, field: string): Reject {
  const reason = badData(field);
  return garbled(object, [field]) === field ? { reason, cause: misread(field) } : { reason };
}

/** A&AI answered, with objects of which this cannot be read. */
export function misread(field: string): ConductorError {
  return new ConductorError(
    'UPSTREAM_BAD_DATA',
    `A&AI sent an object whose ${field} is of another type than it must be.`,
  );
}

/** An unreachable inventory fails the plan's translation (which is tried again) instead of dropping whatever was asked last. */
export function throwIfDown(values: Iterable<unknown>): void {
  for (const value of values) {
    if (value instanceof HttpFailure && (value.kind === 'transport' || value.kind === 'open')) throw value;
  }
}
