// One cell of the grid: the same seeded problems for the exact search and for fit-first. Times are CPU time of the search alone,
// so that other work on the machine does not count; constraints that look at one candidate are evaluated before.
import type { Problem } from '../../../src/domain/problem.ts';
import type { SearchJob, StrategyName } from '../../../src/engine/solve/search/model.ts';
import { runSearch } from '../../../src/engine/solve/search/search.ts';
import { noMetrics, silent, solver } from '../../engine/solve/support.ts';
import { type Shape, seededProblem } from './problems.ts';
import type { CellFigures } from './report.ts';

export interface Cell extends Omit<Shape, 'seed'> {
  readonly seeds: number;
  readonly timeLimitMs: number;
}

interface Run {
  readonly status: string;
  readonly ms: number;
  readonly nodes: number;
  readonly objective: number | null;
}

/** Reading the CPU clock is dear on some machines; the search looks at it more often than needed. */
const READ_EVERY = 4;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function searchClock(): () => number {
  let [reads, last] = [0, 0];
  return () => {
    if (reads % READ_EVERY === 0) last = cpuMs();
    reads += 1;
    return last;
  };
}

export async function measureCell({ seeds, timeLimitMs, ...shape }: Cell): Promise<CellFigures> {
  const exact: Run[] = [];
  const greedy: Run[] = [];
  for (let seed = 0; seed < seeds; seed += 1) {
    const problem = seededProblem({ ...shape, seed });
    exact.push(await run(problem, 'optimal', timeLimitMs));
    greedy.push(await run(problem, 'fit_first', timeLimitMs));
  }
  const gaps = exact.flatMap(({ objective: best }, at) => {
    const other = greedy[at]?.objective ?? null;
    return best === null || other === null ? [] : [(other - best) / Math.max(Math.abs(best), 1e-9)];
  });
  const proven = (within: number) => exact.filter(({ status, ms }) => isProven(status) && ms <= within).length / seeds;
  return {
    ...shape,
    seeds,
    feasible: exact.filter(({ objective }) => objective !== null).length,
    medianMs: median(exact.map(({ ms }) => ms)),
    worstMs: Math.max(...exact.map(({ ms }) => ms)),
    medianNodes: median(exact.map(({ nodes }) => nodes)),
    provenIn1s: proven(1000),
    provenIn10s: proven(10_000),
    fitFirstMs: median(greedy.map(({ ms }) => ms)),
    fitFirstGap: gaps.length === 0 ? null : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
    fitFirstUnsolved: greedy.filter(({ objective }, at) => objective === null && exact[at]?.objective !== null).length,
    worseThanFitFirst: gaps.filter((gap) => gap < -1e-9).length,
  };
}

function isProven(status: string): boolean {
  return status === 'OPTIMAL' || status === 'INFEASIBLE';
}

/** All problems of the grid are minimised. */
async function run(problem: Problem, search: StrategyName, timeLimitMs: number): Promise<Run> {
  let ms = 0;
  const runner = {
    run: async (job: SearchJob) => {
      const started = cpuMs();
      const outcome = runSearch({ ...job, timeLimitMs }, searchClock());
      ms = cpuMs() - started;
      return outcome;
    },
  };
  const by = solver({ search, runner, logger: silent, metrics: noMetrics });
  const result = await by.solve(problem, { wanted: 1, timeLimitMs }, { requestId: 'bench' });
  const diagnosis = result.kind === 'solved' ? result.solution.diagnosis : result.diagnosis;
  return {
    status: diagnosis.proof?.status ?? 'INFEASIBLE',
    ms,
    nodes: diagnosis.nodes,
    objective: result.kind === 'solved' ? (result.solution.recommendations[0]?.objective ?? null) : null,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
