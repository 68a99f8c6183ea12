// What the explainer's tests share: an explainer without threads, plans made of problems, random problems with thresholds, and
// an oracle for them that changes and leaves out constraints by itself.
import fc from 'fast-check';
import type { ExplainedPlan, Relaxation } from '../../../../src/domain/explanation.ts';
import type { Problem, ProblemConstraint } from '../../../../src/domain/problem.ts';
import type { Recommendation, RecordedAnswers } from '../../../../src/domain/solution.ts';
import { explainerOver } from '../../../../src/engine/solve/explain/explainer.ts';
import type { SolverParts } from '../../../../src/engine/solve/solver.ts';
import type { JsonObject } from '../../../../src/lib/json.ts';
import { type Choice, placements, score } from '../brute-force.ts';
import { arbGroupedProblem, arbPaidProblem, arbProblem } from '../random-problems.ts';
import { inProcess, ManualClock, solver } from '../support.ts';

const clock = new ManualClock();
export const explainer = explainerOver({ runner: inProcess(clock), clock });
export const LIMITS = { timeLimitMs: 1000 };

/** The plan of a problem as it would be stored: its first recommendation and what was asked on the way. */
export async function planOf(problem: Problem, parts: Partial<SolverParts> = {}): Promise<ExplainedPlan> {
  const result = await solver(parts).solve(problem, { wanted: 1, timeLimitMs: 1000 }, { requestId: 'r' });
  if (result.kind === 'no-solution') return asPlan(problem, null, result.answers);
  return asPlan(problem, result.solution.recommendations[0] ?? null, result.solution.answers);
}

function asPlan(problem: Problem, recommendation: Recommendation | null, answers?: RecordedAnswers): ExplainedPlan {
  return { problem, recommendation, answers: answers ?? null };
}

const rule = fc.record({
  attribute: fc.constantFrom('p', 'hpa_score'),
  operator: fc.constantFrom('gt', 'gte', 'lt', 'lte'),
  threshold: fc.constantFrom(-2, 0, 1, 3, 4, 10, 25),
});
const mask = fc.constantFrom(31, 1, 2, 3, 6);

const thresholds = fc.array(fc.tuple(fc.array(rule, { minLength: 1, maxLength: 2 }), mask), { maxLength: 2 });

/** Up to two thresholds more. */
function withThresholds(arb: fc.Arbitrary<Problem>): fc.Arbitrary<Problem> {
  return fc.tuple(arb, thresholds).map(([of, rules]) => ({
    ...of,
    constraints: [
      ...of.constraints,
      ...rules.map(([evaluate, demands], index): ProblemConstraint => {
        const name = `t${index}`;
        const names = of.demands.map((one) => one.name).filter((_, at) => demands & (1 << at));
        return { key: name, name, type: 'threshold', demands: names, properties: { evaluate } };
      }),
    ],
  }));
}

/** Problems of the search's oracle; most of them have an answer. */
export const arbExplained = withThresholds(arbProblem);
/** With inventory groups, soft constraints and present places, too. */
export const arbAnyExplained = withThresholds(fc.oneof(arbProblem, arbGroupedProblem, arbPaidProblem));

const OPERATORS = {
  gt: (a: number, b: number) => a > b,
  gte: (a: number, b: number) => a >= b,
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
};

interface Rule {
  readonly attribute: string;
  readonly operator: keyof typeof OPERATORS;
  readonly threshold: number;
}

/** All placements, by the search's oracle and a reading of thresholds of its own. */
export function every(of: Problem): readonly Choice[] {
  const others = of.constraints.filter(({ type }) => type !== 'threshold');
  return placements({ ...of, constraints: others }, new Set()).filter((choice) =>
    of.constraints.every(({ type, demands, properties }) => {
      if (type !== 'threshold') return true;
      const rules = properties.evaluate as unknown as readonly Rule[];
      return demands.every((name) =>
        rules.every((one) => OPERATORS[one.operator](Number(choice.get(name)?.[one.attribute]), one.threshold)),
      );
    }),
  );
}

/** Lower is better; infinite when there is no placement. */
export function optimum(of: Problem, choices = every(of)): number {
  return choices.reduce((least, choice) => Math.min(least, score(of, choice)), Number.POSITIVE_INFINITY);
}

/** The problem over some of its demands and constraints. */
export function only(of: Problem, demands: readonly string[], keys: readonly string[]): Problem {
  return {
    ...of,
    demands: of.demands.filter(({ name }) => demands.includes(name)),
    constraints: of.constraints
      .filter(({ key }) => keys.includes(key))
      .map((one) => ({ ...one, demands: one.demands.filter((name) => demands.includes(name)) })),
    objective: null,
  };
}

/** The numbers of a problem that could give way: where, and which way. A soft constraint keeps nobody out. */
export interface Place {
  readonly constraint: string;
  readonly path: string;
  readonly relax: 'up' | 'down';
  readonly value: number;
}

export function places(of: Problem): readonly Place[] {
  return of.constraints.flatMap(({ name: constraint, properties, type, soft }): Place[] => {
    if (soft) return [];
    if (type === 'threshold') {
      const rules = properties.evaluate as unknown as readonly Rule[];
      return rules.map(({ operator, threshold: value }, index) => {
        const path = `constraints > ${constraint} > properties > evaluate[${index}] > threshold`;
        return { constraint, path, relax: operator.startsWith('g') ? 'down' : 'up', value };
      });
    }
    const distance = properties.distance as { readonly operator: string; readonly value: number } | undefined;
    if (!distance) return [];
    const relax = distance.operator.startsWith('>') ? 'down' : 'up';
    return [{ constraint, path: `constraints > ${constraint} > properties > distance`, relax, value: distance.value }];
  });
}

/** The problem with one number changed, found by its path in the template. */
export function withLimit(
  of: Problem,
  { constraint, path }: Pick<Relaxation, 'constraint' | 'path'>,
  to: number,
): Problem {
  const index = /evaluate\[(\d+)\]/.exec(path)?.[1];
  return {
    ...of,
    constraints: of.constraints.map((one) => {
      if (one.name !== constraint) return one;
      return {
        ...one,
        properties: index === undefined ? distanceOf(one.properties, to) : rulesOf(one.properties, +index, to),
      };
    }),
  };
}

function distanceOf(properties: JsonObject, value: number): JsonObject {
  return { ...properties, distance: { ...(properties.distance as JsonObject), value } };
}

function rulesOf(properties: JsonObject, index: number, threshold: number): JsonObject {
  const rules = properties.evaluate as readonly JsonObject[];
  return { ...properties, evaluate: rules.map((one, at) => (at === index ? { ...one, threshold } : one)) };
}
