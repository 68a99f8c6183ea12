// Why a plan's answer is as it is: the explainer over what is stored with the plan. Answers are kept by the plan's sequence
// number, with which everything that they are made of changes.
import { ConductorError } from '../domain/errors.ts';
import type { ExplainedPlan, Explainer, ExplainLimits } from '../domain/explanation.ts';
import type { PlanStore } from '../domain/ports.ts';
import { canonicalJson, sha256 } from '../lib/json.ts';
import { authorize } from './authorize.ts';
import { createAnswerCache } from './explain-cache.ts';
import type { ExplainService, ExplainSubject, RequestScope } from './index.ts';

export interface ExplainServiceParts {
  readonly plans: PlanStore;
  readonly explainer: Explainer;
  /** Milliseconds that one explanation may take; what is not known then is left out, and said to be. */
  readonly explainTimeLimitMs: number;
}

/** Explanations, lists of verdicts and of standings in memory. */
const KEPT = 128;
/** Verdicts that one call may look through. */
const MAX_VERDICTS = 20_000;
const MAX_SEARCHES = 50;

export function createExplainService({ plans, explainer, explainTimeLimitMs }: ExplainServiceParts): ExplainService {
  const cache = createAnswerCache(KEPT);

  async function answer<T extends { readonly complete: boolean }>(
    scope: RequestScope,
    subject: ExplainSubject,
    question: readonly unknown[],
    ask: (plan: ExplainedPlan, limits: ExplainLimits) => Promise<T>,
    keep: (answer: T) => boolean = ({ complete }) => complete,
  ): Promise<T> {
    authorize(scope, 'plan:read');
    const run = async (signal: AbortSignal) =>
      ask(await explained(plans, subject), { timeLimitMs: explainTimeLimitMs, signal });
    // What was imagined is asked about once; only plans are worth a place.
    const kept = subject.kind === 'plan' ? keep : () => false;
    return cache.get(keyOf(subject, question), scope.signal, run, kept);
  }

  return {
    explanation: (scope, subject) =>
      answer(scope, subject, ['explanation'], (plan, limits) => explainer.explain(plan, limits)),
    verdicts: (scope, subject, filter) => {
      const limit = Math.min(MAX_VERDICTS, filter.limit);
      const question = ['verdicts', filter.demand ?? null, filter.candidateId ?? null, limit];
      // No clock cuts this list, only its limit.
      return answer(
        scope,
        subject,
        question,
        (plan, limits) => explainer.verdicts(plan, { ...filter, limit }, limits),
        () => true,
      );
    },
    standings: (scope, subject, filter) => {
      const question = ['standings', filter.demand, filter.candidateIds ?? null];
      return answer(scope, subject, question, (plan, limits) =>
        explainer.standings(plan, { ...filter, searches: MAX_SEARCHES }, limits),
      );
    },
  };
}

function keyOf(subject: ExplainSubject, question: readonly unknown[]): string {
  const what = subject.kind === 'plan' ? `${subject.head.id} ${subject.head.seq}` : `what-if ${subject.key}`;
  return `${what} ${sha256(canonicalJson(question))}`;
}

async function explained(plans: PlanStore, subject: ExplainSubject): Promise<ExplainedPlan> {
  if (subject.kind === 'imagined') return subject.plan;
  const { head } = subject;
  const [translation, solution] = await Promise.all([plans.translation(head), plans.solution(head)]);
  if (!translation || !solution) {
    throw new ConductorError('PLAN_NOT_FOUND', `Plan ${head.id} has no answer to explain yet`);
  }
  return {
    problem: translation.problem,
    answers: solution.answers ?? null,
    recommendation: solution.recommendations[0] ?? null,
  };
}
