// Which reservations a solution needs: pure, and the same each time for the same translation and solution, so that a worker
// that takes the plan over finds the steps of the one before it. Source: reservation service, section 2 of its specification.
import type { Candidate } from '../../domain/candidate.ts';
import type { ReserveRequest } from '../../domain/controller-ports.ts';
import type { Problem, ReservationEntry, Translation } from '../../domain/problem.ts';
import type { Recommendation, ReservationStep, Solution } from '../../domain/solution.ts';
import { canonicalJson, isJsonObject, type JsonObject, own, sha256 } from '../../lib/json.ts';

/** These models are reserved by one call for all candidates; others by one call per entry and recommendation. */
const ONE_CALL_MODELS = new Set(['DHV']);

/** A step that is to be done: what is stored of it, and what its calls need. */
export interface PlannedStep {
  readonly key: string;
  readonly order: number;
  readonly demand: string;
  readonly candidateId: string;
  readonly entityId: string;
  readonly entry: ReservationEntry;
  readonly candidates: readonly Candidate[];
}

export interface StepInput {
  readonly planId: string;
  readonly translation: Translation;
  readonly solution: Solution;
  /** Number of the solution among the plan's (`head.parts.solution.n`): keeps the steps of two solutions apart. */
  readonly solutionNumber?: number;
}

/**
 * The steps in the order of reserving: entries as in the template, and within an entry the recommendations.
 *
 * Keys are `{solution}-{recommendation}-{entry key}` (`{solution}-all-{entry key}` for one-call models), where `{solution}`
 * is the solution's number, or the first 12 digits of its SHA-256 when the caller gives none. Entity ids are
 * `{plan id}-{solution}-{recommendation}-{entry index}` (`…-all`): stable over retries, take-overs and restarts, and never
 * the same for two attempts, so that a late answer to an old attempt cannot be taken for one to a new.
 */
export function planSteps(input: StepInput, reserveAll: boolean): readonly PlannedStep[] {
  const { problem } = input.translation;
  const { serviceModel, entries } = problem.reservation;
  const recommendations = reserveAll ? input.solution.recommendations : input.solution.recommendations.slice(0, 1);
  const version = input.solutionNumber?.toString() ?? sha256(canonicalJson(input.solution)).slice(0, 12);
  const found = entries.flatMap((entry, index) =>
    recommendations.flatMap((recommendation, r) => {
      const candidate = chosen(problem, recommendation, entry.demand);
      return candidate ? [{ entry, index, r, candidate }] : [];
    }),
  );
  if (ONE_CALL_MODELS.has(serviceModel ?? '')) return oneCall(input.planId, version, entries, found);
  return found.map(({ entry, index, r, candidate }, order) => ({
    key: `${version}-${r}-${entry.key}`,
    order,
    demand: entry.demand,
    candidateId: candidate.candidate_id,
    entityId: `${input.planId}-${version}-${r}-${index}`,
    entry,
    candidates: [candidate],
  }));
}

/** Controller and request are those of the last entry; each candidate carries the request of its own. */
function oneCall(
  planId: string,
  version: string,
  entries: readonly ReservationEntry[],
  found: readonly { readonly entry: ReservationEntry; readonly candidate: Candidate }[],
): PlannedStep[] {
  const entry = entries.at(-1);
  if (!entry || found.length === 0) return [];
  const step: PlannedStep = {
    key: `${version}-all-${entry.key}`,
    order: 0,
    demand: [...new Set(found.map((item) => item.entry.demand))].join(', '),
    candidateId: [...new Set(found.map((item) => item.candidate.candidate_id))].join(', '),
    entityId: `${planId}-${version}-all`,
    entry,
    candidates: found.map((item) => ({ ...item.candidate, request: item.entry.request })),
  };
  return [step];
}

/** The demand's candidate in the recommendation as the translation knows it, else as the search saw it. */
function chosen(problem: Problem, recommendation: Recommendation, demand: string): Candidate | null {
  const item = recommendation.demands.find((one) => one.demand === demand);
  if (!item) return null;
  const id = own(item.candidate, 'candidate_id') ?? own(item.source, 'candidate_id');
  const list = problem.demands.find((one) => one.name === demand)?.candidates ?? [];
  return list.find((one) => one.candidate_id === id) ?? (item.source as unknown as Candidate);
}

interface IntendedFacts {
  readonly controller: string;
  readonly serviceModel: string;
  readonly requestType: string;
  readonly now: number;
}

/** The row of a step that is about to be called. */
export function intended(
  planned: PlannedStep,
  { controller, serviceModel, requestType, now }: IntendedFacts,
): ReservationStep {
  const { entry, candidates } = planned;
  const single = candidates.length === 1 ? candidates[0] : undefined;
  return {
    step: planned.key,
    order: planned.order,
    demand: planned.demand,
    candidateId: planned.candidateId,
    controller,
    serviceModel,
    entityId: planned.entityId,
    state: 'intended',
    message: '',
    updated: now,
    request: entry.request,
    // A one-call step over several candidates keeps them as a list.
    candidate: (single ?? { candidates }) as unknown as JsonObject,
    reservationName: entry.name,
    reservationType: entry.type ?? serviceModel,
    requestType,
  };
}

/** What a call about a stored step needs; read from the row alone, so that it works for rows of an older solution too. */
export function requestOf(step: ReservationStep, planId: string, requestType: string): ReserveRequest {
  const list = own(step.candidate, 'candidates');
  const candidates = Array.isArray(list) ? list.filter(isJsonObject) : [step.candidate];
  return {
    planId,
    entityId: step.entityId,
    serviceModel: step.serviceModel,
    reservationName: step.reservationName,
    reservationType: step.reservationType,
    requestType,
    request: step.request,
    candidates: candidates as unknown as readonly Candidate[],
  };
}
