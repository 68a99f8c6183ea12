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
} from '../../domain/ports.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Recommendation, SolveResult } from '../../domain/solution.ts';
import type { Clock } from '../../lib/clock.ts';
import { type BuiltModel, buildModel, type RankedDemand, rankDemand } from './build-model.ts';
import { constraintTypes } from './constraints/index.ts';
import { withDeadline } from './deadline.ts';
import { demandOrder } from './demand-order.ts';
import { diagnose, type SearchFacts } from './diagnosis.ts';
import { FIT, reject } from './framework/constraint.ts';
import { applyVerdicts, type DemandState, filterCandidates, startStates } from './framework/filter.ts';
import { Questions } from './framework/questions.ts';
import type { AttachedConstraint } from './framework/registry.ts';
import { prepareObjective } from './objective/index.ts';
import type { PreparedObjective } from './objective/objective.ts';
import type { SearchRunner } from './pool.ts';
import { recommend } from './recommendations.ts';
import type { SearchOutcome } from './search/model.ts';

export interface SolverParts {
  readonly providers: readonly InventoryProvider[];
  readonly controllers: readonly ServiceController[];
  readonly runner: SearchRunner;
  /** Most recommendations for `all`. */
  readonly maxRecommendations: number;
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
      report(parts, problem, result, (parts.clock.monotonic() - started) / 1000);
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
  const inTime = await withDeadline(clock, timeLimitMs, ctx.signal, (signal) => {
    dropUnvalued(objective, states);
    return filterCandidates(problem, states, constraints, sources(parts, { ...ctx, signal }));
  });
  if (!inTime) return { kind: 'no-solution', diagnosis: diagnose(states, null, timing(true)) };
  if (states.some(({ candidates }) => candidates.length === 0)) {
    return { kind: 'no-solution', diagnosis: diagnose(states, null, timing(false)) };
  }
  const { demands, built } = prepare(problem, states, constraints, objective);
  const wanted = options.wanted === 'all' ? parts.maxRecommendations : Math.max(1, Math.floor(options.wanted) || 1);
  // Waiting for a free thread does not count: a busy machine must not turn a plan that can be solved into "not found".
  const job = { model: built.model, wanted, timeLimitMs: timeLimitMs - elapsed() };
  const outcome = await runner.run(job, ctx.signal);
  const facts: SearchFacts = {
    outcome,
    model: built.model,
    rules: built.rules,
    demands,
    wanted,
    all: options.wanted === 'all',
  };
  const diagnosis = diagnose(states, facts, timing(false));
  if (outcome.placements.length === 0) return { kind: 'no-solution', diagnosis };
  const recommendations = recommendationsOf(problem, demands, outcome, objective);
  return { kind: 'solved', solution: { recommendations, diagnosis } };
}

/** Each solve remembers its own questions: answers are not carried over to another plan. */
function sources({ providers, controllers }: SolverParts, call: CallContext) {
  return { providers, controllers, call, questions: new Questions() };
}

/** A candidate that the objective cannot value is dropped with the reason, like one that a constraint refuses. */
function dropUnvalued(objective: PreparedObjective | null, states: readonly DemandState[]): void {
  if (!objective) return;
  for (const state of states) {
    const verdicts = state.candidates.map((candidate) => {
      const score = objective.score(state.demand.name, candidate);
      return typeof score === 'string' ? reject(score) : FIT;
    });
    if (verdicts.some(({ kind }) => kind !== 'fit'))
      applyVerdicts(state, 'optimization', 'objective', verdicts, () => null);
  }
}

function prepare(
  problem: Problem,
  states: readonly DemandState[],
  constraints: readonly AttachedConstraint[],
  objective: PreparedObjective | null,
): { readonly demands: readonly RankedDemand[]; readonly built: BuiltModel } {
  const names = problem.demands.map(({ name }) => name);
  const byName = new Map(states.map((state) => [state.demand.name, state]));
  const demands = demandOrder(names, objective?.anchors ?? [], objective?.links ?? []).map((name) => {
    const scoreOf = (candidate: Candidate) => Number(objective?.score(name, candidate) ?? 0);
    return rankDemand(name, byName.get(name)?.candidates ?? [], scoreOf);
  });
  return { demands, built: buildModel(demands, constraints, objective !== null) };
}

function recommendationsOf(
  { requestType }: Problem,
  demands: readonly RankedDemand[],
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
  const { nodes, timedOut } = diagnosis;
  metrics.observe('conductor_solver_seconds', seconds, { result: result.kind });
  metrics.count('conductor_solver_nodes_total', {}, nodes);
  logger.info({ planId: problem.planId, result: result.kind, nodes, timedOut }, 'search ended');
}

function anySignal(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const present = [...new Set(signals)].filter((signal) => signal !== undefined);
  return present.length > 1 ? AbortSignal.any(present) : present[0];
}
