// Larger problems against the mixed-integer solver CBC: the placement problem written as a linear program with one truth value
// per candidate, distances and costs computed by code of its own. Objective values must be equal, and so must "nothing fits".
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GenericCall, GenericOperation, Problem } from '../../src/domain/problem.ts';
import { type Kind, seededProblem } from '../bench/solver/problems.ts';
import { feasible, score } from '../engine/solve/brute-force.ts';
import { solver } from '../engine/solve/support.ts';

/** Demands and candidates of the problems, in turn. */
const SIZES: readonly (readonly [Kind, number, number])[] = [
  ['pairwise', 4, 40],
  ['pairwise', 6, 30],
  ['generic-max', 4, 30],
  ['distance', 5, 60],
  ['pairwise', 3, 80],
  ['generic-max', 5, 20],
];
/** CBC works to about 1 in 10^6. */
const CLOSE = 1e-5;

/** Solves `count` problems both ways; every difference in words. */
export async function agreesWith(
  cbc: string,
  count: number,
): Promise<{ readonly agreed: number; readonly differences: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-cbc-'));
  const differences: string[] = [];
  try {
    for (let seed = 0; seed < count; seed += 1) {
      const [kind, demands, candidates] = SIZES[seed % SIZES.length] ?? ['pairwise', 3, 30];
      const problem = seededProblem({ kind, demands, candidates, seed });
      const result = await solver().solve(problem, { wanted: 1, timeLimitMs: 60_000 }, { requestId: 'r' });
      const own = result.kind === 'solved' ? (result.solution.recommendations[0]?.objective ?? null) : null;
      const other = optimumOf(cbc, folder, problem);
      if (!equal(own, other)) differences.push(`${problem.planId}: the search says ${own}, CBC ${other}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { agreed: count - differences.length, differences };
}

function equal(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= CLOSE * Math.max(1, Math.abs(a));
}

/** null when nothing fits. Throws when CBC gives neither an optimum nor a proof that there is none. */
function optimumOf(cbc: string, folder: string, problem: Problem): number | null {
  const [file, answer] = [join(folder, 'problem.lp'), join(folder, 'answer.txt')];
  writeFileSync(file, linearProgram(problem));
  const limits = ['ratioGap', '0', 'allowableGap', '0', 'sec', '300'];
  execFileSync(cbc, [file, ...limits, 'solve', 'solution', answer], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [first = ''] = readFileSync(answer, 'utf8').split('\n');
  const value = /^Optimal - objective value (\S+)/.exec(first)?.[1];
  if (value !== undefined) return Number(value);
  if (/infeasible/i.test(first)) return null;
  throw new Error(`${problem.planId}: CBC ended with '${first}'`);
}

/** CPLEX LP format: one candidate a demand; a candidate needs a fitting one of each demand that a constraint ties to it. */
function linearProgram(problem: Problem): string {
  const left = problem.demands.map(({ name, candidates }) => ({
    name,
    candidates: candidates.filter((one) => feasible(problem, new Map([[name, one]]))),
  }));
  const x = (d: number, i: number) => `x_${d}_${i}`;
  const sum = (d: number, keep: (i: number) => boolean) =>
    (left[d]?.candidates ?? []).flatMap((_, i) => (keep(i) ? [x(d, i)] : [])).join(' + ');
  const rows = left.map((_, d) => (sum(d, () => true) === '' ? ' 0 none = 1' : ` ${sum(d, () => true)} = 1`));
  for (const [d, one] of left.entries()) {
    for (const [e, other] of left.entries()) {
      if (d === e) continue;
      for (const [i, a] of one.candidates.entries()) {
        const fits = (j: number) => {
          const b = other.candidates[j];
          return (
            b !== undefined &&
            feasible(
              problem,
              new Map([
                [one.name, a],
                [other.name, b],
              ]),
            )
          );
        };
        const partners = sum(e, fits);
        rows.push(partners === '' ? ` ${x(d, i)} = 0` : ` ${x(d, i)} - ${partners.replaceAll(' + ', ' - ')} <= 0`);
      }
    }
  }
  const { objective, bounds } = objectiveOf(problem, left, x);
  const names = left.flatMap(({ candidates }, d) => candidates.map((_, i) => x(d, i)));
  return `Minimize\n obj: ${objective}\nSubject To\n${[...rows, ...bounds].join('\n')}\nBinary\n none ${names.join(' ')}\nEnd\n`;
}

function objectiveOf(
  problem: Problem,
  left: readonly Problem['demands'][number][],
  x: (d: number, i: number) => string,
): { readonly objective: string; readonly bounds: readonly string[] } {
  const valued = (d: number, of: Problem) =>
    (left[d]?.candidates ?? [])
      .map((one, i) => `+ ${score(of, new Map([[left[d]?.name ?? '', one]])).toFixed(12)} ${x(d, i)}`)
      .join('\n ');
  if (problem.objective?.kind !== 'generic') {
    return { objective: left.map((_, d) => valued(d, problem)).join('\n '), bounds: [] };
  }
  const parts = problem.objective.root.operands.filter((one): one is GenericOperation => one.kind === 'operation');
  const bounds = parts.flatMap((part, at) =>
    part.operands.flatMap((operand) => {
      const call = operand as GenericCall;
      const d = left.findIndex(({ name }) => name === call.demand);
      const root: GenericOperation = {
        kind: 'operation',
        operator: 'sum',
        operands: [call],
        weight: 1,
        normalization: null,
      };
      const alone: Problem = { ...problem, objective: { kind: 'generic', goal: 'min', root } };
      return [` ${valued(d, alone)} - t_${at} <= 0`];
    }),
  );
  return { objective: parts.map(({ weight }, at) => `${weight} t_${at}`).join(' + '), bounds };
}
