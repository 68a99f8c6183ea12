// What each stage makes of a claimed plan: thin functions between the stored documents and the pure engine parts.
import { ConductorError, type ConductorError as KnownError } from '../domain/errors.ts';
import { lockRequests } from '../domain/order-locks.ts';
import type { PlanHead } from '../domain/plan.ts';
import type { Advance, CallContext, ClaimedPlan, PlanStore, SearchOptions, Solver } from '../domain/ports.ts';
import type { Translation } from '../domain/problem.ts';
import type { Diagnosis, Solution } from '../domain/solution.ts';
import type { Reserver } from './reserve/index.ts';
import { planMessageOf } from './template/index.ts';
import { TranslationError, type Translator } from './translate/index.ts';
import type { StageRun } from './worker.ts';

/** `template → translated`: reads the template and asks the inventories. */
export function translateStage(plans: PlanStore, translator: Translator): StageRun {
  return async (claim, ctx) => {
    const { head } = claim.plan;
    const document = await plans.template(head);
    const translation = await translator.translate(document, { id: head.id, name: head.name }, ctx);
    return { to: 'translated', reason: 'completed', message: '', parts: { translation } };
  };
}

export interface SolveStageOptions {
  /** Seconds, `[solver] solver_timeout`. */
  readonly timeoutSeconds: number;
  /** Named in the message of a plan without an answer. */
  readonly machine: string;
}

/**
 * `translated → solved | not found`: "nothing fits" is a result, stored with its diagnosis. What a solution would build is locked
 * with the result, which may make it `waiting spinup` or send the plan back to `template`.
 */
export function solveStage(plans: PlanStore, solver: Solver, options: SolveStageOptions): StageRun {
  return async (claim, ctx) => {
    const { problem } = await translationOf(plans, claim);
    const { head } = claim.plan;
    const wanted = head.recommendMax === 'all' ? 'all' : Number(head.recommendMax);
    const seconds = Math.min(options.timeoutSeconds, head.timeLimit ?? options.timeoutSeconds);
    const limits = { timeLimitMs: seconds * 1000, ...gapLimitOf(head) };
    const result = await solver.solve(problem, { wanted, ...limits, ...controls(claim), ...abortable(ctx) }, ctx);
    if (result.kind === 'solved') {
      const { solution } = result;
      const message = noticesOf(solution.diagnosis);
      const locks = lockRequests(solution.recommendations);
      return { to: 'solved', reason: 'completed', message, parts: { solution }, locks };
    }
    assertDecided(result.diagnosis);
    const failure = result.diagnosis.timedOut
      ? `Plan ${head.id} is timed out, exceed the expected time ${seconds} seconds`
      : `Plan ${head.id} search failed, no recommendations found by machine ${options.machine}`;
    const message = withCause(failure, noticesOf(result.diagnosis));
    const { diagnosis, answers } = result;
    const solution: Solution = { recommendations: [], diagnosis, ...(answers ? { answers } : {}) };
    return { to: 'not found', reason: 'completed', message, parts: { solution } };
  };
}

function gapLimitOf({ gapLimit }: PlanHead): Pick<SearchOptions, 'gapLimit'> {
  return gapLimit === undefined ? {} : { gapLimit };
}

/** How others end the search, and how they hear of it. */
function controls(claim: ClaimedPlan): Pick<SearchOptions, 'stop' | 'onProgress'> {
  return {
    ...(claim.stop ? { stop: claim.stop } : {}),
    ...(claim.progress ? { onProgress: (progress) => claim.progress?.(progress) } : {}),
  };
}

function noticesOf({ notices = [] }: Diagnosis): string {
  return notices.join('. ');
}

/** "Nothing fits" can only be said when everything could be judged; else the plan fails, naming who did not answer. */
function assertDecided({ demands, summary }: Diagnosis): void {
  const undecided = demands.some(({ outcomes }) => outcomes.some(({ unknown = 0 }) => unknown > 0));
  if (undecided) throw new ConductorError('UPSTREAM_UNAVAILABLE', summary.join('. '));
}

/** `solved → done | translated | error`: reserves what the template names; a refusal releases what was reserved. */
export function reserveStage(plans: PlanStore, reserver: Reserver, maxFailures: number): StageRun {
  return async (claim, ctx) => {
    const { head } = claim.plan;
    const translation = await translationOf(plans, claim);
    const solution = await plans.solution(head);
    if (!solution)
      throw new ConductorError('PLAN_FAILED', `Plan ${head.id} status is solved, yet the solution wasn't found`);
    const { requestType } = translation.problem;
    const outcome = await reserver.reserve({
      translation,
      solution,
      planId: head.id,
      saga: claim.saga,
      requestType,
      ctx,
      ...(head.parts.solution ? { solutionNumber: head.parts.solution.n } : {}),
    });
    // A notice of the solver stands.
    if (outcome.kind === 'reserved') return { to: 'done', reason: 'completed' };
    if (outcome.kind === 'release-failed') {
      return {
        to: 'error',
        reason: 'failed',
        failed: true,
        message: withCause('Reservation release failed', outcome.message),
      };
    }
    return rolledBack(claim, maxFailures, outcome.message);
  };
}

function rolledBack(claim: ClaimedPlan, maxFailures: number, cause: string): Advance {
  const { head } = claim.plan;
  if (head.reservation.failures + 1 < maxFailures) {
    return { to: 'translated', reason: 'rolled-back', failed: true, resetFailures: ['solver'], message: cause };
  }
  const message = withCause(`Tried ${maxFailures} times. Plan ${head.id} is unable to reserve`, cause);
  return { to: 'error', reason: 'failed', failed: true, message };
}

async function translationOf(plans: PlanStore, claim: ClaimedPlan): Promise<Translation> {
  const { head } = claim.plan;
  const translation = await plans.translation(head);
  if (translation) return translation;
  throw new ConductorError(
    'PLAN_FAILED',
    `Plan ${head.id} status is ${claim.stage === 'solver' ? 'translated' : 'solved'}, yet the translation wasn't found`,
  );
}

function abortable(ctx: CallContext): { readonly signal?: AbortSignal } {
  return ctx.signal ? { signal: ctx.signal } : {};
}

/** Keeps the text that clients match on in front and adds what went wrong. */
function withCause(text: string, cause: string): string {
  return cause === '' ? text : `${text}: ${cause}`;
}

type Described = Pick<Advance, 'message' | 'messageForm' | 'parts'>;

/**
 * Messages of translations that failed for good: the template's own errors as the reference words them. What the inventories
 * dropped until then is kept for triage.
 */
export function describeTranslationFailure(maxFailures: number) {
  return (error: KnownError, planId: string): Described => {
    if (error.retryable) {
      return { message: withCause(`Tried ${maxFailures} times. Plan ${planId} is unable to translate`, error.message) };
    }
    const triage = error instanceof TranslationError ? { dropped: error.dropped } : null;
    return { ...planMessageOf(error), ...(triage && { parts: { triage } }) };
  };
}

/** Messages of solver and reservation failures for good. */
export function describeFailure(verb: 'solve' | 'reserve', maxFailures: number) {
  return (error: KnownError, planId: string): Described => ({
    message: error.retryable
      ? withCause(`Tried ${maxFailures} times. Plan ${planId} is unable to ${verb}`, error.message)
      : error.message,
  });
}
