// Ports of the systems that know what has room: service controllers, which also reserve, and VIM controllers.
import type { JsonObject } from '../lib/json.ts';
import type { Candidate } from './candidate.ts';
import type { CallContext } from './ports.ts';

// ---------------------------------------------------------------- service controller

export interface CapacityCheck {
  readonly constraintName: string;
  /** `region_fit` asks for cloud candidates, `instance_fit` for service candidates. */
  readonly constraintType: 'region_fit' | 'instance_fit';
  readonly requestType: string;
  readonly request: JsonObject;
  readonly candidates: readonly Candidate[];
}

/** `unknown` (controller unreachable or unclear) never counts as fit. */
export type CapacityVerdict =
  | { readonly kind: 'fit' }
  | { readonly kind: 'reject'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ReserveRequest {
  readonly planId: string;
  readonly entityId: string;
  readonly serviceModel: string;
  readonly reservationName: string;
  readonly reservationType: string;
  readonly requestType: string;
  readonly request: JsonObject;
  readonly candidates: readonly Candidate[];
}

/** `unknown`: the call may have been applied; `query` tells. */
export type ReserveOutcome =
  | { readonly kind: 'ok'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

export interface CapacityInfo {
  readonly ok: boolean;
  readonly code: string;
  readonly message: string;
  readonly resources: readonly {
    readonly name: string;
    readonly endpointPosition: string | null;
    readonly status: string | null;
    readonly limit: number | null;
    readonly used: number | null;
    readonly available: number | null;
  }[];
}

export interface ServiceController {
  /** Canonical name, for example `SDN-C`; callers match without regard to case. */
  readonly name: string;
  /** One verdict per candidate, in order. */
  check(check: CapacityCheck, ctx: CallContext): Promise<readonly CapacityVerdict[]>;
  reserve(request: ReserveRequest, ctx: CallContext): Promise<ReserveOutcome>;
  /** Idempotent: releasing what is not reserved is ok. */
  release(request: ReserveRequest, ctx: CallContext): Promise<ReserveOutcome>;
  /** Whether this entity holds a reservation; null when the controller cannot tell. */
  query(request: ReserveRequest, ctx: CallContext): Promise<boolean | null>;
  /** Free and used capacity as the controller reports it, for people. */
  capacity(request: ReserveRequest, ctx: CallContext): Promise<CapacityInfo>;
}

// ---------------------------------------------------------------- VIM capacity

/** What one instance of the demand needs. */
export interface VimCapacityRequest {
  readonly vCPU: number;
  readonly memory: { readonly quantity: number; readonly unit: string };
  readonly storage: { readonly quantity: number; readonly unit: string };
}

/** Tells which cloud regions have room (MultiCloud). */
export interface VimController {
  readonly name: string;
  /** What it means when it gives no clear answer: unknown (the plan fails), every region stays, or none does. @default fail */
  readonly onFailure?: 'fail' | 'keep' | 'drop';
  /** Those of `vimIds` with room. Throws UPSTREAM_* when it gives no clear answer. */
  withCapacity(request: VimCapacityRequest, vimIds: readonly string[], ctx: CallContext): Promise<ReadonlySet<string>>;
}
