// The answer to a problem: recommendations in the wire shape that REST clients read, beside what explains them.
import type { JsonObject } from '../lib/json.ts';

/** The recommendation for one demand; `candidate` and `attributes` are the REST objects, field for field. */
export interface DemandRecommendation {
  readonly demand: string;
  readonly inventory_provider: string;
  readonly service_resource_id: string | null;
  readonly candidate: JsonObject;
  readonly attributes: JsonObject;
  /** Full candidate as the search saw it, for walking to its inventory. */
  readonly source: JsonObject;
}

/** One term of the objective at this recommendation. */
export interface ScoreTerm {
  readonly function: string;
  readonly demand: string;
  readonly location: string | null;
  readonly weight: number;
  /** Great-circle kilometres, for distance terms. */
  readonly distanceKm: number | null;
  /** The candidate's cost, which a BASE distance or latency term includes. */
  readonly cost: number | null;
  /** What the term is worth after normalisation and weight; in a BASE objective the total is the sum of these. */
  readonly value: number;
  /**
   * What it adds to the objective: over all terms the sum of these is the objective. Absent where that is its value, and in
   * solutions that earlier versions stored.
   */
  readonly adds?: number;
  /** The candidate's field, for `attribute`. */
  readonly attribute?: string;
  /** Weight of the candidate's country in the latency rules, for `latency_between`: 20000 km each. */
  readonly latencyWeight?: number;
  /** For `soft`: name of the soft constraint that is broken. */
  readonly constraint?: string;
  /** For `soft` between two demands: the other one. */
  readonly otherDemand?: string;
}

/** A demand that does not stay where the template's `stability` says it stands. */
export interface Move {
  readonly demand: string;
  /** Candidate ids. */
  readonly from: string;
  readonly to: string;
  /** The present place is no candidate of the demand any more, so that it cannot stay. */
  readonly gone: boolean;
}

/** One complete placement: every demand has a candidate. */
export interface Recommendation {
  readonly demands: readonly DemandRecommendation[];
  /** Objective value; null when the template has no objective. */
  readonly objective: number | null;
  /** Of a soft constraint (`soft`) or a move (`moving`) there is a term only where something is to be paid. */
  readonly terms: readonly ScoreTerm[];
  /** In the order of the template's `stability`; absent without that section. */
  readonly moves?: readonly Move[];
}

/**
 * What remote constraints asked other systems and what they got, so that a plan can be explained and replayed without them:
 * question → key → answer. Long questions and keys stand as their digest.
 */
export interface RecordedAnswers {
  readonly answers: Readonly<Record<string, JsonObject>>;
  /** Answers were left out because there were too many to keep; they count as not recorded. */
  readonly truncated?: true;
}

export interface Solution {
  readonly recommendations: readonly Recommendation[];
  readonly diagnosis: Diagnosis;
  /** Absent when nothing was asked, and in solutions that earlier versions stored. */
  readonly answers?: RecordedAnswers;
}

/** What one constraint did to one demand's candidates. */
export interface ConstraintOutcome {
  readonly constraint: string;
  readonly type: string;
  readonly before: number;
  readonly after: number;
  readonly rejected: readonly { readonly candidateId: string; readonly reason: string }[];
  /** How many of those taken away nobody could judge (a controller that does not answer); absent for none. */
  readonly unknown?: number;
  /** Of a soft constraint, which takes nobody away: how many candidates break it by themselves. */
  readonly penalised?: number;
}

/** Per demand, how many candidates came in and what took them away; the seed of the later explanation. */
export interface DemandDiagnosis {
  readonly demand: string;
  readonly candidates: number;
  readonly outcomes: readonly ConstraintOutcome[];
  readonly remaining: number;
}

/**
 * How a search ended.
 * `OPTIMAL`: each recommendation is proven best of its round; without an objective, any placement that fits is best.
 * `FEASIBLE`: there is an answer, and not all of it is proven best, because time ran out or the strategy proves nothing.
 * `INFEASIBLE`: proven that nothing fits; what nobody could judge does not count as fit.
 * `TIMED_OUT`: the time limit was reached before anything was found.
 * `STOPPED`: a person ended the search; what had been found is kept.
 */
export type SearchStatus = 'OPTIMAL' | 'FEASIBLE' | 'INFEASIBLE' | 'TIMED_OUT' | 'STOPPED';

/** What is proven about the first recommendation that is not proven best, or about the first one when all are. */
export interface SearchProof {
  readonly status: SearchStatus;
  /** No placement of that round has a better objective value than this; null when nothing is known or there is no objective. */
  readonly bound: number | null;
  /** |objective − bound| ÷ |objective|, 0 when proven best; null without objective, answer or bound, or for an objective of 0. */
  readonly gap: number | null;
  /** Partial placements the search looked at. */
  readonly nodes: number;
  /** Of random numbers: the search draws none, so there is none. Absent in solutions that earlier versions stored. */
  readonly seed?: null;
}

/** How far a search is that goes on: its best placement so far, and what is proven about it. */
export interface SearchProgress {
  /** Counts up from 1 within one search. */
  readonly number: number;
  /** Which recommendation is being searched, from 1. */
  readonly round: number;
  /** Of the best placement so far, in the objective's own unit; null before there is one, or without an objective. */
  readonly objective: number | null;
  /** As in `SearchProof`, at this moment. */
  readonly bound: number | null;
  readonly gap: number | null;
  readonly nodes: number;
  /** Since the search began. */
  readonly elapsedMs: number;
  /** The placement; empty before there is one. */
  readonly placement: readonly { readonly demand: string; readonly candidateId: string }[];
}

export interface Diagnosis {
  readonly demands: readonly DemandDiagnosis[];
  /** Nodes the search visited. */
  readonly nodes: number;
  readonly elapsedMs: number;
  readonly timedOut: boolean;
  /** Plain sentences, most important first. */
  readonly summary: readonly string[];
  /** Absent in solutions that earlier versions stored. */
  readonly proof?: SearchProof;
  /** Texts of the reference that belong into the plan's `message`; absent for none. */
  readonly notices?: readonly string[];
}

/** "Nothing fits" is a result, not an error. */
export type SolveResult =
  | { readonly kind: 'solved'; readonly solution: Solution }
  | { readonly kind: 'no-solution'; readonly diagnosis: Diagnosis; readonly answers?: RecordedAnswers };

/** One step of the reservation saga as stored under the plan. */
export interface ReservationStep {
  /** `{recommendation index}-{reservation entry key}`, unique in the plan's current solution. */
  readonly step: string;
  /** Position in the order of reserving, from 0. */
  readonly order: number;
  readonly demand: string;
  readonly candidateId: string;
  readonly controller: string;
  readonly serviceModel: string;
  /** Stable id under which the controller knows this reservation; the same for retries, queries and release. */
  readonly entityId: string;
  /** `intended` is written before the call; `reserved`, `failed`, `releasing`, `released` record outcomes. */
  readonly state: 'intended' | 'reserved' | 'failed' | 'releasing' | 'released' | 'release-failed';
  readonly message: string;
  /** ms since the epoch of the last change. */
  readonly updated: number;
  /** What is needed to release it after a restart. */
  readonly request: JsonObject;
  readonly candidate: JsonObject;
  readonly reservationName: string;
  readonly reservationType: string;
  /** As the plan's template gives it; absent in rows that earlier versions stored. */
  readonly requestType?: string;
  /**
   * A call that reserves it may still be on its way: its outcome was unknown, or its worker was replaced while it was under way.
   * Once set it stays; such a step is released a second time after the hold.
   */
  readonly mayComeLate?: true;
}
