// The placement problem: what translation makes of a template and an inventory. Plain and serialisable: it is stored with
// the plan and sent to the search's worker thread as it is.
import type { JsonObject } from '../lib/json.ts';
import type { Candidate, DroppedCandidate } from './candidate.ts';

export interface ProblemLocation {
  readonly name: string;
  /** Degrees as given (text or number), already checked to be readable. */
  readonly latitude: string | number;
  readonly longitude: string | number;
  /** Three-letter code when the inventory or the template gives one. */
  readonly country: string | null;
}

export interface ProblemDemand {
  readonly name: string;
  /** In inventory order; ids are distinct (a later equal id replaced the earlier value in place). */
  readonly candidates: readonly Candidate[];
}

/** One constraint as evaluated: types that are checked demand by demand are already split. */
export interface ProblemConstraint {
  /** `{name}_{demand}` for split types, `{name}` otherwise; unique. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly demands: readonly string[];
  /** Parsed properties; thresholds are `Threshold` objects. */
  readonly properties: JsonObject;
}

export type ThresholdOperator = '=' | '<' | '>' | '<=' | '>=';

/** A parsed threshold expression in the base unit of its kind (km, ms, Mbps, USD). A range has `min`/`max` and operator `=`. */
export interface Threshold {
  readonly operator: ThresholdOperator;
  readonly value: number | { readonly min: number; readonly max: number };
  readonly units: string;
}

/** One term `weight × function(params)`; nested sums are flattened with their weights multiplied. */
export interface BaseOperand {
  readonly weight: number;
  readonly function: 'distance_between';
  /** Names as written, one demand and one location in either order. */
  readonly params: readonly [string, string];
}

/** `minimize: sum: [...]` of the BASE template versions. Later objective families join this union. */
export interface BaseObjective {
  readonly kind: 'base';
  readonly goal: 'min';
  readonly operands: readonly BaseOperand[];
}

export type Objective = BaseObjective;

/** One entry of the template's `reservation` section, split per demand. */
export interface ReservationEntry {
  /** `{name}_{demand}`. */
  readonly key: string;
  readonly name: string;
  readonly demand: string;
  readonly type: string | null;
  /** null when `properties` names none. */
  readonly controller: string | null;
  readonly request: JsonObject;
}

export interface Problem {
  readonly version: string;
  readonly planId: string;
  /** Template parameter `request_type`; `speed changed` turns on `is_rehome`. */
  readonly requestType: string;
  readonly locations: readonly ProblemLocation[];
  readonly demands: readonly ProblemDemand[];
  readonly constraints: readonly ProblemConstraint[];
  readonly objective: Objective | null;
  readonly reservation: { readonly serviceModel: string | null; readonly entries: readonly ReservationEntry[] };
}

/** What translation stores: the problem and what the inventory side dropped on the way. */
export interface Translation {
  readonly problem: Problem;
  readonly dropped: readonly { readonly demand: string; readonly candidates: readonly DroppedCandidate[] }[];
  /** SHA-256 of the canonical candidate lists: two plans with one digest saw the same inventory. */
  readonly inventoryDigest: string;
}
