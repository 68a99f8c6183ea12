// The placement problem: what translation makes of a template and an inventory. Plain and serialisable: it is stored with
// the plan and sent to the search's worker thread as it is.
import type { JsonObject } from '../lib/json.ts';
import type { Candidate, DroppedCandidate } from './candidate.ts';
import type { LatencyRules } from './latency.ts';

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
  /**
   * Opt-in key: what breaks it is not refused, each violation worsens the objective by `weight`, in the objective's own unit.
   * Absent for a constraint as the reference knows it.
   */
  readonly soft?: { readonly weight: number };
}

export type ThresholdOperator = '=' | '<' | '>' | '<=' | '>=';

/** A parsed threshold expression in the base unit of its kind (km, ms, Mbps, USD). A range has `min`/`max` and operator `=`. */
export interface Threshold {
  readonly operator: ThresholdOperator;
  readonly value: number | { readonly min: number; readonly max: number };
  readonly units: string;
}

export type BaseFunction = 'distance_between' | 'latency_between' | 'hpa_score' | 'aic_version' | 'cost';

/** One term `weight × function(params)`; nested sums are flattened with their weights multiplied. */
export interface BaseOperand {
  readonly weight: number;
  readonly function: BaseFunction;
  /** Names as written: one demand and one location in either order for distances and latencies, demands for the others. */
  readonly params: readonly string[];
}

/** `minimize: sum: [...]` of the BASE template versions; `min_aic`: of equal totals the higher cloud region version wins. */
export interface BaseObjective {
  readonly kind: 'base';
  readonly goal: 'min' | 'min_aic';
  readonly operands: readonly BaseOperand[];
}

/** `(value − start) / (end − start)`; start may be above end, which turns the scale round. The two differ. */
export interface Normalization {
  readonly start: number;
  readonly end: number;
}

/** A function of one demand's candidate. First normalised, then weighted. */
export interface GenericCall {
  readonly kind: 'call';
  readonly function: 'attribute' | 'distance_between' | 'latency_between';
  readonly demand: string;
  /** Of distances and latencies. */
  readonly location: string | null;
  /** Field of the candidate, for `attribute`. */
  readonly attribute: string | null;
  readonly weight: number;
  readonly normalization: Normalization | null;
}

/** An operator over the values of its operands. First normalised, then weighted; the root has neither. */
export interface GenericOperation {
  readonly kind: 'operation';
  readonly operator: 'sum' | 'min' | 'max';
  /** At least one. */
  readonly operands: readonly (GenericCall | GenericOperation)[];
  readonly weight: number;
  readonly normalization: Normalization | null;
}

/** Objective of template version 2020-08-13; candidate costs are not part of it. */
export interface GenericObjective {
  readonly kind: 'generic';
  readonly goal: 'min' | 'max';
  readonly root: GenericOperation;
}

export type Objective = BaseObjective | GenericObjective;

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

/** Opt-in section: where demands stand now, and what it costs to leave, in the objective's own unit. */
export interface Stability {
  /** In the order of the template; each demand at most once. */
  readonly placement: readonly {
    readonly demand: string;
    readonly candidateId: string;
    /** At least 0. */
    readonly movingCost: number;
  }[];
}

export interface Problem {
  readonly version: string;
  readonly planId: string;
  /** Template parameter `request_type`; `speed changed` turns on `is_rehome`. */
  readonly requestType: string;
  /** Template parameter `service_name`, a label of metrics; absent when the template has none. */
  readonly serviceName?: string;
  readonly locations: readonly ProblemLocation[];
  readonly demands: readonly ProblemDemand[];
  readonly constraints: readonly ProblemConstraint[];
  readonly objective: Objective | null;
  /** Absent for none. */
  readonly stability?: Stability;
  /** As they stood at translation; null when the objective asks for no latency. */
  readonly latencyRules: LatencyRules | null;
  readonly reservation: { readonly serviceModel: string | null; readonly entries: readonly ReservationEntry[] };
}

/** What translation stores: the problem and what the inventory side dropped on the way. */
export interface Translation {
  readonly problem: Problem;
  readonly dropped: readonly { readonly demand: string; readonly candidates: readonly DroppedCandidate[] }[];
  /** SHA-256 of the canonical candidate lists: two plans with one digest saw the same inventory. */
  readonly inventoryDigest: string;
}
