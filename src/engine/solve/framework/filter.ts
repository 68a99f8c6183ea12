// Applies the constraints that need no decision of another demand: local ones first, then, only while every demand still has
// a candidate, the remote ones, all demands side by side and each demand's survivors in one batch.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Candidate } from '../../../domain/candidate.ts';
import type { Problem, ProblemDemand } from '../../../domain/problem.ts';
import type { ConstraintOutcome } from '../../../domain/solution.ts';
import type { JsonObject } from '../../../lib/json.ts';
import type { CheckContext, Refusal, RemoteSources, Verdict } from './constraint.ts';
import type { AttachedConstraint } from './registry.ts';

/** Rejections listed by name in one outcome; the counts are always complete. Keeps stored diagnoses small. */
const LISTED = 100;

/** What one step took away from one demand. */
export interface Step {
  readonly outcome: ConstraintOutcome;
  readonly refused: readonly Refusal[];
  /** How many candidates were dropped because nobody could judge them, and the first reason. */
  readonly unknown: { readonly count: number; readonly reason: string };
  /** Words on the refusals that only the constraint type knows; null for none. */
  readonly words: string | null;
}

/** One demand on its way through the constraints; grows step by step. */
export interface DemandState {
  readonly demand: ProblemDemand;
  candidates: readonly Candidate[];
  readonly steps: Step[];
  /** Key of a soft constraint → ids of the candidates that are not fit for it by themselves. */
  readonly violators: Map<string, ReadonlySet<string>>;
}

export function startStates(problem: Problem): DemandState[] {
  return problem.demands.map((demand) => ({ demand, candidates: demand.candidates, steps: [], violators: new Map() }));
}

/** Throws the error of an `error` verdict, whatever a source throws, and the signal's reason when aborted. */
export async function filterCandidates(
  problem: Problem,
  states: readonly DemandState[],
  constraints: readonly AttachedConstraint[],
  remote: RemoteSources,
): Promise<void> {
  const locations = new Map(problem.locations.map((location) => [location.name, location]));
  const base = { requestType: problem.requestType, locations, remote };
  const signal = remote.call.signal;
  for (const state of states) {
    await nextTurn();
    signal?.throwIfAborted();
    await runAll(state, constraints, 'local', base);
  }
  if (states.some((state) => state.candidates.length === 0)) return;
  await Promise.all(states.map((state) => runAll(state, constraints, 'remote', base)));
  signal?.throwIfAborted();
}

async function runAll(
  state: DemandState,
  constraints: readonly AttachedConstraint[],
  cost: 'local' | 'remote',
  base: Pick<CheckContext, 'requestType' | 'locations' | 'remote'>,
): Promise<void> {
  const name = state.demand.name;
  for (const attached of constraints) {
    if (attached.cost !== cost || !attached.demands.includes(name)) continue;
    if (state.candidates.length === 0) return;
    const ctx: CheckContext = {
      ...base,
      constraint: attached.name,
      demand: name,
      partners: attached.demands.length - 1,
    };
    const verdicts = await attached.type.check(ctx, attached.params, state.candidates);
    if (attached.soft) {
      noteViolators(state, attached, verdicts);
      continue;
    }
    applyVerdicts(state, attached.name, attached.type.name, verdicts, (refused) =>
      attached.type.summarize ? attached.type.summarize(attached.params, refused) : null,
    );
  }
}

/** Keeps all candidates, those that fit with the fields their verdicts add. Throws the error of an `error` verdict. */
function noteViolators(
  state: DemandState,
  { key, name, type }: AttachedConstraint,
  verdicts: readonly Verdict[],
): void {
  const { candidates } = state;
  const violators = violatorsOf(candidates, verdicts);
  state.violators.set(key, violators);
  state.candidates = candidates.map((candidate, index) => {
    const verdict = verdicts[index];
    return verdict?.kind === 'fit' ? enriched(candidate, verdict.adds) : candidate;
  });
  const counts = { before: candidates.length, after: candidates.length, penalised: violators.size };
  const outcome = { constraint: name, type: type.name, ...counts, rejected: [] };
  state.steps.push({ outcome, refused: [], unknown: { count: 0, reason: '' }, words: null });
}

/** Ids of candidates that the verdicts do not call fit: nobody's judgement is no good one. Throws the error of an `error` verdict. */
export function violatorsOf(candidates: readonly Candidate[], verdicts: readonly Verdict[]): ReadonlySet<string> {
  const violators = new Set<string>();
  for (const [index, { candidate_id: id }] of candidates.entries()) {
    const verdict = verdicts[index];
    if (verdict?.kind === 'error') throw verdict.error;
    if (verdict?.kind !== 'fit') violators.add(id);
  }
  return violators;
}

/**
 * Keeps the candidates that fit, with the fields their verdicts add, and records the others. Also used for candidates that
 * an objective cannot value.
 */
export function applyVerdicts(
  state: DemandState,
  constraint: string,
  type: string,
  verdicts: readonly Verdict[],
  words: (refused: readonly Refusal[]) => string | null,
): void {
  const kept: Candidate[] = [];
  const refused: Refusal[] = [];
  const rejected: { candidateId: string; reason: string }[] = [];
  let unknown = { count: 0, reason: '' };
  for (const [index, candidate] of state.candidates.entries()) {
    const verdict: Verdict = verdicts[index] ?? { kind: 'unknown', reason: 'no verdict was given' };
    if (verdict.kind === 'error') throw verdict.error;
    if (verdict.kind === 'fit') {
      kept.push(enriched(candidate, verdict.adds));
      continue;
    }
    if (verdict.kind === 'reject') refused.push(verdict);
    else unknown = { count: unknown.count + 1, reason: unknown.reason || verdict.reason };
    const reason = verdict.kind === 'unknown' ? `unknown: ${verdict.reason}` : verdict.reason;
    if (rejected.length < LISTED) rejected.push({ candidateId: candidate.candidate_id, reason });
  }
  const counts = { before: state.candidates.length, after: kept.length };
  const outcome = { constraint, type, ...counts, rejected, ...(unknown.count > 0 ? { unknown: unknown.count } : {}) };
  state.steps.push({ outcome, refused, unknown, words: refused.length > 0 ? words(refused) : null });
  state.candidates = kept;
}

function enriched(candidate: Candidate, adds: JsonObject | undefined): Candidate {
  return adds ? { ...candidate, ...adds } : candidate;
}
