// The solver over its parts: constraints that look at one demand, then the search, then recommendations and the diagnosis.
import type { ServiceController, VimController } from '../../domain/controller-ports.ts';
import type { CallContext, InventoryProvider, Logger, Metrics, SearchOptions, Solver } from '../../domain/ports.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Recommendation, SolveResult } from '../../domain/solution.ts';
import type { Clock } from '../../lib/clock.ts';
import { linkedSignal } from '../../lib/linked-signal.ts';
import { type BuiltModel, modelSteps, type RankedDemand } from './build-model.ts';
import { constraintTypes } from './constraints/index.ts';
import { withDeadline } from './deadline.ts';
import { demandOrder } from './demand-order.ts';
import { diagnose, type SearchFacts } from './diagnosis.ts';
import { drawnOrder } from './drawn-order.ts';
import { FIT, reject } from './framework/constraint.ts';
import { applyVerdicts, type DemandState, filterCandidates, startStates } from './framework/filter.ts';
import { Questions } from './framework/questions.ts';
import type { AttachedConstraint } from './framework/registry.ts';
import { countFlavors } from './hpa-metrics.ts';
import { movesOf } from './moves.ts';
import { prepareObjective } from './objective/index.ts';
import type { PreparedObjective } from './objective/objective.ts';
import { withPenalties } from './objective/penalties.ts';
import type { SearchRunner } from './pool.ts';
import { chosenBy, progressTo } from './progress.ts';
import { recommend } from './recommendations.ts';
import type { SearchJob, SearchOutcome, StrategyName } from './search/model.ts';
import { inTurns } from './turns.ts';

export interface SolverParts {
  readonly providers: readonly InventoryProvider[];
  readonly controllers: readonly ServiceController[];
  readonly vims: readonly VimController[];
  readonly runner: SearchRunner;
  /** Most recommendations for `all`. */
  readonly maxRecommendations: number;
  /** `fit_first` makes the greedy choice of the reference. @default optimal */
  readonly search?: StrategyName;
  /** The choice among all that fit where there is no objective: the cheapest first, or drawn. @default first */
  readonly withoutObjective?: 'first' | 'random';
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Throws TEMPLATE_INVALID for constraints or objectives it cannot read, what sources throw, and the reason of an abort. */
export function solverOver(parts: SolverParts): Solver {
  return {
    async solve(problem, options, ctx) {
      const started = parts.clock.monotonic();
      const { signal, unlink } = linkedSignal(options.signal, ctx.signal);
      try {
        signal.throwIfAborted();
        const result = await run(parts, problem, options, { ...ctx, signal }, started);
        if (!options.recorded) report(parts, problem, result, (parts.clock.monotonic() - started) / 1000);
        return result;
      } finally {
        unlink();
      }
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
  const stated = prepareObjective(problem);
  const states = startStates(problem);
  // Each solve remembers its own questions: answers are not carried over to another plan.
  const questions = new Questions(options.recorded);
  const inTime = await withDeadline(clock, timeLimitMs, ctx.signal, async (signal) => {
    await inTurns(dropUnvalued(stated, states, 'early'), signal);
    await filterCandidates(problem, states, constraints, sources(parts, { ...ctx, signal }, questions));
    // Constraints may have added what the objective reads, for example scores of flavors.
    await inTurns(dropUnvalued(stated, states, 'final'), signal);
  });
  const notices = stated?.notices ?? [];
  const recorded = questions.dump();
  const record = recorded ? { answers: recorded } : {};
  if (!inTime || states.some(({ candidates }) => candidates.length === 0)) {
    return { kind: 'no-solution', diagnosis: diagnose(states, null, timing(!inTime), notices), ...record };
  }
  const objective = stated && payingFor(problem, stated, constraints, states);
  const ordered = inSearchOrder(problem, states, objective);
  const draw = objective === null && parts.withoutObjective === 'random';
  const candidates = draw ? drawnOrder(problem.planId, ordered) : ordered;
  const built = await inTurns(modelSteps(candidates, constraints, objective, draw), ctx.signal);
  const wanted = options.wanted === 'all' ? parts.maxRecommendations : Math.max(1, Math.floor(options.wanted) || 1);
  // Waiting for a free thread does not count: a busy machine must not turn a plan that can be solved into "not found".
  const { gapLimit = 0 } = options;
  const job = {
    model: built.model,
    wanted,
    timeLimitMs: timeLimitMs - elapsed(),
    strategy: parts.search ?? 'optimal',
    gapLimit,
  };
  const onState = options.onProgress && progressTo(options.onProgress, built, objective, parts.logger);
  const outcome = await runStoppable((one) => runner.run(one, ctx.signal, onState), job, options.stop);
  const recommendations = recommendationsOf(problem, built, outcome, objective);
  const objectives = recommendations.map((one) => one.objective);
  const facts: SearchFacts = { outcome, built, objectives, wanted, all: options.wanted === 'all', gapLimit };
  const diagnosis = diagnose(states, facts, timing(false), notices);
  if (recommendations.length === 0) return { kind: 'no-solution', diagnosis, ...record };
  return { kind: 'solved', solution: { recommendations, diagnosis, ...record } };
}

function payingFor(
  { stability }: Problem,
  objective: PreparedObjective,
  constraints: readonly AttachedConstraint[],
  states: readonly DemandState[],
): PreparedObjective {
  const byName = new Map(states.map((state) => [state.demand.name, state.violators]));
  const violators = (key: string, demand: string) => byName.get(demand)?.get(key) ?? NOBODY;
  return withPenalties(objective, constraints, violators, stability);
}

const NOBODY: ReadonlySet<string> = new Set();

/** A request to stop reaches a running search through one shared word: its thread is busy and reads no messages. */
async function runStoppable(
  run: (job: SearchJob) => Promise<SearchOutcome>,
  job: SearchJob,
  stop: AbortSignal | undefined,
): Promise<SearchOutcome> {
  if (!stop) return run(job);
  const word = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const onStop = () => Atomics.store(new Int32Array(word), 0, 1);
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await run({ ...job, stop: word });
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

function sources({ providers, controllers, vims, metrics }: SolverParts, call: CallContext, questions: Questions) {
  return { providers, controllers, vims, metrics: questions.sealed ? UNCOUNTED : metrics, call, questions };
}

/** Solving again on record is no solving that metrics should count. */
const UNCOUNTED: Metrics = { count() {}, observe() {}, gauge() {} };

/** A candidate that the objective cannot value is dropped with the reason, like one that a constraint refuses. Pauses after each demand. */
function* dropUnvalued(
  objective: PreparedObjective | null,
  states: readonly DemandState[],
  stage: 'early' | 'final',
): Generator<void, void> {
  if (!objective) return;
  for (const state of states) {
    yield;
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
  problem: Problem,
  built: BuiltModel,
  outcome: SearchOutcome,
  objective: PreparedObjective | null,
): Recommendation[] {
  return outcome.placements.map((placement) => {
    const chosen = chosenBy(built, placement);
    const explanation = objective?.explain(chosen);
    return {
      demands: [...chosen].map(([name, candidate]) => recommend(name, candidate, problem.requestType)),
      objective: explanation?.total ?? null,
      terms: explanation?.terms ?? [],
      ...movesOf(problem, chosen),
    };
  });
}

function report({ logger, metrics }: SolverParts, problem: Problem, result: SolveResult, seconds: number): void {
  const diagnosis = result.kind === 'solved' ? result.solution.diagnosis : result.diagnosis;
  const { nodes, timedOut, proof } = diagnosis;
  metrics.observe('conductor_solver_seconds', seconds, { result: result.kind });
  metrics.count('conductor_solver_nodes_total', {}, nodes);
  countFlavors(metrics, result, problem.serviceName);
  logger.info({ planId: problem.planId, result: result.kind, status: proof?.status, nodes, timedOut }, 'search ended');
}
