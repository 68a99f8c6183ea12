// The solver over its parts: constraints that look at one demand, then the search, then recommendations and the diagnosis.
import type { Candidate } from '../../domain/candidate.ts';
import type {
  CallContext,
  InventoryProvider,
  Logger,
  Metrics,
  SearchOptions,
  ServiceController,
  Solver,
  VimController,
} from '../../domain/ports.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Recommendation, SolveResult } from '../../domain/solution.ts';
import type { Clock } from '../../lib/clock.ts';
import { type BuiltModel, buildModel, type RankedDemand } from './build-model.ts';
import { constraintTypes } from './constraints/index.ts';
import { withDeadline } from './deadline.ts';
import { demandOrder } from './demand-order.ts';
import { diagnose, type SearchFacts } from './diagnosis.ts';
import { FIT, reject } from './framework/constraint.ts';
import { applyVerdicts, type DemandState, filterCandidates, startStates } from './framework/filter.ts';
import { Questions } from './framework/questions.ts';
import { countFlavors } from './hpa-metrics.ts';
import { prepareObjective } from './objective/index.ts';
import type { PreparedObjective } from './objective/objective.ts';
import type { SearchRunner } from './pool.ts';
import { recommend } from './recommendations.ts';
import type { SearchJob, SearchOutcome, StrategyName } from './search/model.ts';

export interface SolverParts {
  readonly providers: readonly InventoryProvider[];
  readonly controllers: readonly ServiceController[];
  readonly vims: readonly VimController[];
  readonly runner: SearchRunner;
  /** Most recommendations for `all`. */
  readonly maxRecommendations: number;
  /** `fit_first` makes the greedy choice of the reference. @default optimal */
  readonly search?: StrategyName;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Throws TEMPLATE_INVALID for constraints or objectives it cannot read, what sources throw, and the reason of an abort. */
export function solverOver(parts: SolverParts): Solver {
  return {
    async solve(problem, options, ctx) {
      const started = parts.clock.monotonic();
      const signal = anySignal(options.signal, ctx.signal);
      signal?.throwIfAborted();
      const result = await run(parts, problem, options, { ...ctx, ...(signal ? { signal } : {}) }, started);
      if (!options.recorded) report(parts, problem, result, (parts.clock.monotonic() - started) / 1000);
      return result;
    },
  };
}

async function run(
  parts: SolverParts,
  problem: Problem,
  options: SearchOptions,
  ctx: CallContext,
  started: number,
): Promise<SolveResult> {
  const { clock, runner } = parts;
  const elapsed = () => clock.monotonic() - started;
  const { timeLimitMs } = options;
  const timing = (timedOutEarly: boolean) => ({ elapsedMs: elapsed(), timeLimitMs, timedOutEarly });
  const constraints = constraintTypes.attach(problem);
  const objective = prepareObjective(problem);
  const states = startStates(problem);
  // Each solve remembers its own questions: answers are not carried over to another plan.
  const questions = new Questions(options.recorded);
  const inTime = await withDeadline(clock, timeLimitMs, ctx.signal, async (signal) => {
    dropUnvalued(objective, states, 'early');
    await filterCandidates(problem, states, constraints, sources(parts, { ...ctx, signal }, questions));
    // Constraints may have added what the objective reads, for example scores of flavors.
    dropUnvalued(objective, states, 'final');
  });
  const notices = objective?.notices ?? [];
  const recorded = questions.dump();
  const record = recorded ? { answers: recorded } : {};
  if (!inTime || states.some(({ candidates }) => candidates.length === 0)) {
    return { kind: 'no-solution', diagnosis: diagnose(states, null, timing(!inTime), notices), ...record };
  }
  const built = buildModel(inSearchOrder(problem, states, objective), constraints, objective);
  const wanted = options.wanted === 'all' ? parts.maxRecommendations : Math.max(1, Math.floor(options.wanted) || 1);
  // Waiting for a free thread does not count: a busy machine must not turn a plan that can be solved into "not found".
  const job = { model: built.model, wanted, timeLimitMs: timeLimitMs - elapsed(), strategy: parts.search ?? 'optimal' };
  const outcome = await runStoppable(runner, job, options.stop, ctx.signal);
  const recommendations = recommendationsOf(problem, built, outcome, objective);
  const objectives = recommendations.map((one) => one.objective);
  const facts: SearchFacts = { outcome, built, objectives, wanted, all: options.wanted === 'all' };
  const diagnosis = diagnose(states, facts, timing(false), notices);
  if (recommendations.length === 0) return { kind: 'no-solution', diagnosis, ...record };
  return { kind: 'solved', solution: { recommendations, diagnosis, ...record } };
}

/** A request to stop reaches a running search through one shared word: its thread is busy and reads no messages. */
async function runStoppable(
  runner: SearchRunner,
  job: SearchJob,
  stop: AbortSignal | undefined,
  signal: AbortSignal | undefined,
): Promise<SearchOutcome> {
  if (!stop) return runner.run(job, signal);
  const word = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const onStop = () => Atomics.store(new Int32Array(word), 0, 1);
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await runner.run({ ...job, stop: word }, signal);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

function sources({ providers, controllers, vims, metrics }: SolverParts, call: CallContext, questions: Questions) {
  return { providers, controllers, vims, metrics: questions.sealed ? UNCOUNTED : metrics, call, questions };
}

/** Solving again on record is no solving that metrics should count. */
const UNCOUNTED: Metrics = { count() {}, observe() {}, gauge() {} };

/** A candidate that the objective cannot value is dropped with the reason, like one that a constraint refuses. */
function dropUnvalued(
  objective: PreparedObjective | null,
  states: readonly DemandState[],
  stage: 'early' | 'final',
): void {
  if (!objective) return;
  for (const state of states) {
    const verdicts = state.candidates.map((candidate) => {
      const reason = objective.refusal(state.demand.name, candidate, stage);
      return reason === null ? FIT : reject(reason);
    });
    if (verdicts.some(({ kind }) => kind !== 'fit'))
      applyVerdicts(state, 'optimization', 'objective', verdicts, () => null);
  }
}

function inSearchOrder(
  problem: Problem,
  states: readonly DemandState[],
  objective: PreparedObjective | null,
): readonly RankedDemand[] {
  const names = problem.demands.map(({ name }) => name);
  const byName = new Map(states.map((state) => [state.demand.name, state]));
  return demandOrder(names, objective?.anchors ?? [], objective?.links ?? []).map((name) => {
    return { name, candidates: byName.get(name)?.candidates ?? [] };
  });
}

function recommendationsOf(
  { requestType }: Problem,
  { demands }: BuiltModel,
  outcome: SearchOutcome,
  objective: PreparedObjective | null,
): Recommendation[] {
  return outcome.placements.map((placement) => {
    const chosen = new Map<string, Candidate>();
    for (const [position, { name, candidates }] of demands.entries()) {
      const candidate = candidates[placement[position] ?? -1];
      if (candidate) chosen.set(name, candidate);
    }
    const explanation = objective?.explain(chosen);
    return {
      demands: [...chosen].map(([name, candidate]) => recommend(name, candidate, requestType)),
      objective: explanation?.total ?? null,
      terms: explanation?.terms ?? [],
    };
  });
}

function report({ logger, metrics }: SolverParts, problem: Problem, result: SolveResult, seconds: number): void {
  const diagnosis = result.kind === 'solved' ? result.solution.diagnosis : result.diagnosis;
  const { nodes, timedOut, proof } = diagnosis;
  metrics.observe('conductor_solver_seconds', seconds, { result: result.kind });
  metrics.count('conductor_solver_nodes_total', {}, nodes);
  countFlavors(metrics, result);
  logger.info({ planId: problem.planId, result: result.kind, status: proof?.status, nodes, timedOut }, 'search ended');
}

function anySignal(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const present = [...new Set(signals)].filter((signal) => signal !== undefined);
  return present.length > 1 ? AbortSignal.any(present) : present[0];
}
