// What an objective is to the search: an additive score for each candidate of each demand, lower is better, and the terms
// that explain a placement. Function families (BASE today) and functions of a family join through the two interfaces here.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Issue } from '../../../domain/errors.ts';
import type { Problem } from '../../../domain/problem.ts';
import type { ScoreTerm } from '../../../domain/solution.ts';

/** The value of a function at one candidate, before its weight; distances in km. */
interface Measure {
  readonly distanceKm: number | null;
  readonly cost: number | null;
  readonly value: number;
}

/** A function with its arguments, ready to be measured. */
export interface PreparedFunction {
  readonly demand: string;
  readonly location: string | null;
  /** A text says why the candidate has no value. */
  measure(candidate: Candidate): Measure | string;
}

/** One word of the objective language, for example `distance_between`. */
export interface ObjectiveFunction {
  readonly name: string;
  prepare(params: readonly string[], problem: Problem): PreparedFunction | Issue;
}

interface Explanation {
  /** Sum of the terms in the order of the template. */
  readonly total: number;
  readonly terms: readonly ScoreTerm[];
}

export interface PreparedObjective {
  /** Demands that operands name together with a location, in operand order: the search starts with them. */
  readonly anchors: readonly string[];
  /** Pairs of demands that one operand names. */
  readonly links: readonly (readonly [string, string])[];
  /** What choosing this candidate adds to the total; a text says why it cannot be valued and must be dropped. */
  score(demand: string, candidate: Candidate): number | string;
  explain(chosen: ReadonlyMap<string, Candidate>): Explanation;
}

/** One `kind` of the objective union. `prepare` throws TEMPLATE_INVALID for names or functions it does not know. */
export interface ObjectiveFamily<O> {
  readonly kind: string;
  prepare(objective: O, problem: Problem): PreparedObjective;
}
