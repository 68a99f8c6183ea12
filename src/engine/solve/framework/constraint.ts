// What a constraint is: it judges candidates and never changes them. A refusal is a value with its reason; only a broken
// system or template is an error; "unknown" never counts as good.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ServiceController, VimController } from '../../../domain/controller-ports.ts';
import type { ConductorError, Issue } from '../../../domain/errors.ts';
import type { CallContext, InventoryProvider, Metrics } from '../../../domain/ports.ts';
import type { ProblemLocation } from '../../../domain/problem.ts';
import type { JsonObject, JsonValue } from '../../../lib/json.ts';
import type { Questions } from './questions.ts';

export interface Refusal {
  readonly kind: 'reject';
  readonly reason: string;
  /** What the candidate has, in the unit of `required` (km for distances), when it can be measured. */
  readonly measured?: number;
  /** What the constraint asks for, when it is one number. */
  readonly required?: number;
}

/** What was compared, in the limit's unit; absent where nothing can be measured. */
export interface Measured {
  readonly measured?: number;
  readonly required?: number;
}

/**
 * The judgement on one candidate. `adds` are fields that the surviving candidate gets (an older field of that name gives way);
 * `error` ends the whole solve; `unknown` drops the candidate and says so.
 */
export type Verdict =
  | ({ readonly kind: 'fit'; readonly adds?: JsonObject } & Measured)
  | Refusal
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'error'; readonly error: ConductorError };

export const FIT: Verdict = { kind: 'fit' };

/** Of a sealed memory: the question is not among the recorded ones. */
export const NOT_ASKED: Verdict = { kind: 'unknown', reason: 'this was not asked when the plan was solved' };

/** A fit with what was compared. */
export function within(measured: number, required: number | undefined): Verdict {
  return { kind: 'fit', measured, ...(required === undefined ? {} : { required }) };
}

export function reject(reason: string, measured?: number, required?: number): Refusal {
  return {
    kind: 'reject',
    reason,
    ...(measured === undefined ? {} : { measured }),
    ...(required === undefined ? {} : { required }),
  };
}

/** The outside that remote constraints ask, and the memory of what this plan has already asked. */
export interface RemoteSources {
  readonly providers: readonly InventoryProvider[];
  readonly controllers: readonly ServiceController[];
  /** The first one is asked, whatever a template calls it. */
  readonly vims: readonly VimController[];
  readonly metrics: Metrics;
  readonly call: CallContext;
  readonly questions: Questions;
}

/** What a check may know besides its parameters. */
export interface CheckContext {
  /** The constraint's name in the template. */
  readonly constraint: string;
  readonly demand: string;
  /** How many other demands of this problem the constraint names; 0 leaves a pairwise one nothing to compare with. */
  readonly partners: number;
  readonly requestType: string;
  readonly locations: ReadonlyMap<string, ProblemLocation>;
  readonly remote: RemoteSources;
}

/** Numbers that stand for candidates in a pair test: `width` numbers each, one candidate after the other. */
export interface PairFeatures {
  readonly width: number;
  readonly values: Float64Array;
}

/** The part of a pairwise constraint that the search runs in its thread, on numbers alone. */
interface PairTest<P> {
  /** `intern` gives equal texts equal numbers, across all demands of the problem. */
  encode(params: P, candidates: readonly Candidate[], intern: (text: string) => number): PairFeatures;
  /** The test whether candidate `i` of one demand and candidate `j` of the other may stand together. Symmetric. */
  between(params: P, left: PairFeatures, right: PairFeatures): (i: number, j: number) => boolean;
  /**
   * The same for one `i` and every `j` at once, where that is cheaper: sets bit `j` (word `j >>> 5`) of the empty `row` for each
   * that fits, and returns how many pairs it tested. Must agree with `between` in every case.
   */
  rows?(params: P, left: PairFeatures, right: PairFeatures): (i: number, row: Uint32Array) => number;
  /** The same said of two candidates, for people; absent: there is nothing to add to yes or no. */
  judge?(params: P, left: Candidate, right: Candidate): Verdict;
}

/** A number in the properties of a constraint that lets more fit when it is moved one way, for explanations. */
export interface Limit {
  /** Place below the properties of the template. */
  readonly path: readonly string[];
  readonly value: number;
  /** Empty for none. */
  readonly unit: string;
  /** The way in which it gives way. */
  readonly relax: 'up' | 'down';
  /** What measures exactly the limit does not fit. */
  readonly strict: boolean;
  /** What the template has at `path` when the limit is `value`. */
  written(value: number): JsonValue;
  /** The constraint's properties, as the problem has them, with another limit. */
  changed(properties: JsonObject, value: number): JsonObject;
  /** What is compared with the limit: of one candidate, or of two for a pairwise type; null when nothing can be compared. */
  measure(candidate: Candidate, other: Candidate | null): number | null;
}

/** `local` needs nothing from outside; `remote` asks other systems. */
export type Cost = 'local' | 'remote';

export interface Constraint<P> {
  /** The type word of the template language. */
  readonly name: string;
  /** Place in the order of evaluation, lowest first; ties keep template order. */
  readonly rank: number;
  readonly cost: Cost;
  /** For a type whose cost depends on its parameters; wins over `cost`. */
  costOf?(params: P): Cost;
  /** `unary` judges each candidate alone; `pairwise` also compares candidates of different demands in the search. */
  readonly scope: 'unary' | 'pairwise';
  /** Reads the properties; every broken rule is an issue, whose path is relative to the properties. P is never an array. */
  parse(properties: JsonObject): P | readonly Issue[];
  /** One verdict a candidate, in order. Gets all surviving candidates of one demand at once. */
  check(ctx: CheckContext, params: P, candidates: readonly Candidate[]): Promise<readonly Verdict[]>;
  /** Present exactly for `pairwise`; its parameters must survive a structured clone. */
  readonly pair?: PairTest<P>;
  /** Unit of what verdicts measure; absent: none. */
  readonly unit?: string;
  /** Its limits; absent or empty when it has no number that could give way. */
  limits?(params: P, locations: ReadonlyMap<string, ProblemLocation>): readonly Limit[];
  /** A few words on what was refused, for people, e.g. `nearest 612 km, limit 500 km`; null to quote the commonest reason. */
  summarize?(params: P, refused: readonly Refusal[]): string | null;
}
