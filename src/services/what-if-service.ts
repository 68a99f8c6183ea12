// What would be if the template or the inventory were different, how two answers differ, and whether an answer comes out again.
// All of it on what is stored with plans: nothing is written, nothing reserved, no other system asked.
import { ConductorError } from '../domain/errors.ts';
import type { PlanHead, PlanRecord } from '../domain/plan.ts';
import type { PlanStore, SearchOptions, Solver } from '../domain/ports.ts';
import type { Problem } from '../domain/problem.ts';
import type { RecordedAnswers, Solution, SolveResult } from '../domain/solution.ts';
import type { TemplateDocument } from '../domain/template.ts';
import type { RecordTranslator } from '../domain/what-if.ts';
import { excessOf, TEMPLATE_LIMITS } from '../engine/template/index.ts';
import type { Ids } from '../lib/ids.ts';
import type { JsonObject } from '../lib/json.ts';
import { mergePatch } from '../lib/merge-patch.ts';
import { authorize } from './authorize.ts';
import type { RequestScope, WhatIfInput, WhatIfService } from './index.ts';
import { type ParseTemplateText, readDocument, readNumSolution } from './plan-input.ts';
import type { PlanDefaults } from './plan-service.ts';
import { differenceOf } from './solution-difference.ts';

export interface WhatIfServiceParts {
  readonly plans: PlanStore;
  readonly parseTemplateText: ParseTemplateText;
  readonly recordTranslator: RecordTranslator;
  /** Searches apart from those of the plans that are being solved. */
  readonly replayer: Solver;
  /** Milliseconds that one search may take. */
  readonly explainTimeLimitMs: number;
  readonly defaults: PlanDefaults;
  readonly ids: Ids;
}

/** A plan with an answer, and what that answer was made of. */
interface Solved {
  readonly record: PlanRecord;
  readonly document: TemplateDocument;
  readonly problem: Problem;
  readonly solution: Solution;
}

const NOTHING: RecordedAnswers = { answers: {} };

export function createWhatIfService(parts: WhatIfServiceParts): WhatIfService {
  return {
    whatIf: (scope, input) => whatIf(parts, scope, input),
    async diff(scope, ids) {
      authorize(scope, 'plan:read');
      const [before, after] = await Promise.all(ids.map((id) => solved(parts, id)));
      if (!before || !after) throw new ConductorError('BAD_REQUEST', 'Two plans are compared.');
      return { ...differenceOf(before.solution, after.solution), before: before.record, after: after.record };
    },
    async replay(scope, id) {
      authorize(scope, 'plan:read');
      const { record, problem, solution } = await solved(parts, id);
      const again = await solve(parts, scope, problem, record.head, solution.answers);
      const cut = [solution, again].some(
        ({ diagnosis }) => diagnosis.timedOut || diagnosis.proof?.status === 'STOPPED',
      );
      const same = JSON.stringify(again.recommendations) === JSON.stringify(solution.recommendations);
      return {
        plan: record,
        same: same || !cut ? same : null,
        recommendations: again.recommendations,
        diagnosis: again.diagnosis,
        subject: imagined(parts, problem, again),
        difference: differenceOf(solution, again),
      };
    },
  };
}

async function whatIf(parts: WhatIfServiceParts, scope: RequestScope, input: WhatIfInput) {
  authorize(scope, 'plan:read');
  const base = input.planId === undefined ? null : await solved(parts, input.planId);
  const document = await changedDocument(parts, base, input);
  const wanted = input.numSolution ?? base?.record.head.recommendMax ?? '1';
  const numSolution = readNumSolution(wanted, '1', parts.defaults.maxRecommendations);
  const problem = await parts.recordTranslator.translate(document, base, input.inventory).catch(asInput);
  const found = await solve(
    parts,
    scope,
    problem,
    { ...base?.record.head, recommendMax: numSolution },
    base?.solution.answers,
  );
  return {
    plan: base?.record ?? null,
    template: document.template,
    recommendations: found.recommendations,
    diagnosis: found.diagnosis,
    subject: imagined(parts, problem, found),
    difference: base && differenceOf(base.solution, found),
  };
}

/** Something given cannot be worked with: the caller's to change, not a failure of the plan. */
function asInput(error: unknown): never {
  if (error instanceof ConductorError && error.code === 'PLAN_FAILED') {
    throw new ConductorError('BAD_REQUEST', error.message, { cause: error });
  }
  throw error;
}

async function changedDocument(
  { parseTemplateText, defaults }: WhatIfServiceParts,
  base: Solved | null,
  { template, files, templatePatch }: WhatIfInput,
): Promise<TemplateDocument> {
  const { maxTemplateBytes } = defaults;
  const given =
    template === undefined
      ? base?.document
      : await readDocument(
          { template, files: files ?? (base?.document.files as JsonObject | undefined) },
          parseTemplateText,
          maxTemplateBytes,
        );
  if (!given) throw new ConductorError('BAD_REQUEST', 'Give a plan, a template, or both.');
  if (templatePatch === undefined) return given;
  const excess = excessOf({ template: templatePatch, files: {} }, TEMPLATE_LIMITS);
  if (excess !== null) throw new ConductorError('BAD_REQUEST', `The template patch ${excess}`);
  const patched = mergePatch(given.template, templatePatch) as JsonObject;
  return readDocument({ template: patched, files: given.files as JsonObject }, parseTemplateText, maxTemplateBytes);
}

/** On record alone: what nobody asked at the time is unknown. */
async function solve(
  { replayer, explainTimeLimitMs }: WhatIfServiceParts,
  scope: RequestScope,
  problem: Problem,
  { recommendMax, gapLimit }: Pick<PlanHead, 'recommendMax' | 'gapLimit'>,
  answers: RecordedAnswers | undefined,
): Promise<Solution> {
  const wanted = recommendMax === 'all' ? 'all' : Number(recommendMax);
  const options: SearchOptions = {
    wanted,
    ...(gapLimit === undefined ? {} : { gapLimit }),
    timeLimitMs: explainTimeLimitMs,
    recorded: answers ?? NOTHING,
  };
  const call = scope.signal ? { requestId: scope.requestId, signal: scope.signal } : { requestId: scope.requestId };
  return solutionOf(await replayer.solve(problem, options, call));
}

function solutionOf(result: SolveResult): Solution {
  if (result.kind === 'solved') return result.solution;
  const { diagnosis, answers } = result;
  return { recommendations: [], diagnosis, ...(answers ? { answers } : {}) };
}

function imagined({ ids }: WhatIfServiceParts, problem: Problem, { answers, recommendations }: Solution) {
  const plan = { problem, answers: answers ?? null, recommendation: recommendations[0] ?? null };
  return { kind: 'imagined', key: ids.uuid(), plan } as const;
}

const PLAN_ID = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** Throws PLAN_NOT_FOUND, BAD_REQUEST for a plan that has no answer yet. */
async function solved({ plans }: WhatIfServiceParts, id: string): Promise<Solved> {
  const record = PLAN_ID.test(id) ? await plans.get(id) : null;
  if (!record) throw new ConductorError('PLAN_NOT_FOUND', `Plan ${id.slice(0, 128)} not found`);
  const { head } = record;
  const [document, translation, solution] = await Promise.all([
    plans.template(head),
    plans.translation(head),
    plans.solution(head),
  ]);
  if (!translation || !solution) {
    throw new ConductorError('BAD_REQUEST', `Plan ${head.id} is ${head.status}: the solver has no answer for it.`);
  }
  return { record, document, problem: translation.problem, solution };
}
