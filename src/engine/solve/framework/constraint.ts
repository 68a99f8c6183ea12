// What a constraint is: it judges candidates and never changes them. A refusal is a value with its reason; only a broken
// system or template is an error; "unknown" never counts as good.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ConductorError, Issue } from '../../../domain/errors.ts';
import type { CallContext, InventoryProvider, ServiceController } from '../../../domain/ports.ts';
import type { ProblemLocation } from '../../../domain/problem.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { Questions } from './questions.ts';

export interface Refusal {
  readonly kind: 'reject';
  readonly reason: string;
  /** What the candidate has, in the unit of `required` (km for distances), when it can be measured. */
  readonly measured?: number;
  /** What the constraint asks for, when it is one number. */
  readonly required?: number;
}

/** The judgement on one candidate. `error` ends the whole solve; `unknown` drops the candidate and says so. */
export type Verdict =
  | { readonly kind: 'fit' }
  | Refusal
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'error'; readonly error: ConductorError };

export const FIT: Verdict = { kind: 'fit' };

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
  /** A few words on what was refused, for people, e.g. `nearest 612 km, limit 500 km`; null to quote the commonest reason. */
  summarize?(params: P, refused: readonly Refusal[]): string | null;
}
