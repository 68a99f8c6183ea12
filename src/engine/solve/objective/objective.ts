// What an objective is to the solver: a tree of operators over functions of single candidates. Families (BASE, GENERIC) build
// the tree; functions, one small file each, join through `ObjectiveFunction`.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Issue } from '../../../domain/errors.ts';
import type { Normalization, Problem } from '../../../domain/problem.ts';
import type { ScoreTerm } from '../../../domain/solution.ts';
import type { AttachedConstraint } from '../framework/registry.ts';

/** The value of a function at one candidate, before normalisation and weight; distances in km. */
export interface Measure {
  readonly value: number;
  readonly distanceKm?: number;
  readonly cost?: number;
  readonly latencyWeight?: number;
}

/** A function at one demand, ready to be measured. */
export interface PreparedTerm {
  readonly demand: string;
  readonly location: string | null;
  /** Candidate field, for `attribute`. */
  readonly attribute?: string;
  /** True when constraints may still add to the candidate what is measured: then it is asked after they ran. */
  readonly late: boolean;
  /** A text says why the candidate has no value. */
  measure(candidate: Candidate): Measure | string;
}

export interface PreparedFunction {
  /** None for words that only change the goal. */
  readonly terms: readonly PreparedTerm[];
  /** Texts for the plan's message. */
  readonly notices?: readonly string[];
}

/** Names as written for BASE, location then demand for GENERIC. */
export interface FunctionCall {
  readonly params: readonly string[];
  readonly attribute: string | null;
}

/** One word of the objective language, for example `distance_between`. */
export interface ObjectiveFunction {
  readonly name: string;
  prepare(call: FunctionCall, problem: Problem): PreparedFunction | Issue;
}

/** First normalised, then weighted. */
export interface Scale {
  readonly normalization: Normalization | null;
  readonly weight: number;
}

export interface ObjectiveLeaf extends Scale {
  readonly kind: 'leaf';
  readonly function: string;
  readonly term: PreparedTerm;
}

export interface ObjectiveOperation extends Scale {
  readonly kind: 'operation';
  readonly operator: 'sum' | 'min' | 'max';
  readonly operands: readonly ObjectiveNode[];
}

export type ObjectiveNode = ObjectiveLeaf | ObjectiveOperation;

interface Explanation {
  readonly total: number;
  /** In the order of the template. */
  readonly terms: readonly ScoreTerm[];
}

/** A soft constraint between demands: each pair of choices that does not hold it worsens the total by `weight`. */
export interface PairPenalty {
  readonly attached: AttachedConstraint;
  /** At least 0. */
  readonly weight: number;
  /** A candidate that does not fit by itself fits no other. */
  fitsAlone(demand: string, candidate: Candidate): boolean;
}

export interface PreparedObjective {
  readonly goal: 'min' | 'max';
  /** Of equal totals the one with newer cloud regions wins, demand by demand in search order. */
  readonly preferNewer: boolean;
  readonly root: ObjectiveOperation;
  /** Demands that operands name together with a location, in operand order: the search starts with them. */
  readonly anchors: readonly string[];
  /** Pairs of demands that one operand names. */
  readonly links: readonly (readonly [string, string])[];
  readonly notices: readonly string[];
  /** What the total is worsened by besides the tree; absent for nothing. */
  readonly pairPenalties?: readonly PairPenalty[];
  /** Why the candidate cannot be valued and must be dropped; null when it can. `early` asks only what constraints cannot change. */
  refusal(demand: string, candidate: Candidate, stage: 'early' | 'final'): string | null;
  /** Total and terms of a placement; demands without a candidate are skipped. */
  explain(chosen: ReadonlyMap<string, Candidate>): Explanation;
}

/** One `kind` of the objective union. `prepare` throws TEMPLATE_INVALID for names or functions it does not know. */
export interface ObjectiveFamily<O> {
  prepare(objective: O, problem: Problem): PreparedObjective;
}
