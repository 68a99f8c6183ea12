// The BASE objective: minimise the sum of weight × function value. The candidate's cost counts once in every operand that
// mentions its demand, and is weighted with it; a demand that no operand mentions adds nothing.
import type { Candidate } from '../../../domain/candidate.ts';
import { type Issue, TemplateInvalidError } from '../../../domain/errors.ts';
import type { BaseObjective, Problem } from '../../../domain/problem.ts';
import type { ScoreTerm } from '../../../domain/solution.ts';
import type { ObjectiveFamily, ObjectiveFunction, PreparedFunction, PreparedObjective } from './objective.ts';

interface Operand {
  readonly name: string;
  readonly weight: number;
  readonly prepared: PreparedFunction;
}

export function baseFamily(functions: readonly ObjectiveFunction[]): ObjectiveFamily<BaseObjective> {
  const byName = new Map(functions.map((one) => [one.name, one]));
  return {
    kind: 'base',
    prepare(objective, problem) {
      const operands = prepareOperands(objective, problem, byName);
      const anchors = operands.flatMap(({ prepared }) => (prepared.location === null ? [] : [prepared.demand]));
      return {
        anchors,
        links: [],
        score: (demand, candidate) => score(operands, demand, candidate),
        explain: (chosen) => explain(operands, chosen),
      } satisfies PreparedObjective;
    },
  };
}

function prepareOperands(
  objective: BaseObjective,
  problem: Problem,
  byName: ReadonlyMap<string, ObjectiveFunction>,
): readonly Operand[] {
  const issues: Issue[] = [];
  const operands = objective.operands.flatMap((operand) => {
    const prepared = byName.get(operand.function)?.prepare(operand.params, problem) ?? {
      path: 'optimization',
      message: `Optimization function '${operand.function}' is not known.`,
    };
    if ('measure' in prepared) return [{ name: operand.function, weight: operand.weight, prepared }];
    issues.push(prepared);
    return [];
  });
  if (issues.length > 0) throw new TemplateInvalidError(issues);
  return operands;
}

function score(operands: readonly Operand[], demand: string, candidate: Candidate): number | string {
  let total = 0;
  for (const { weight, prepared } of operands) {
    if (prepared.demand !== demand) continue;
    const measure = prepared.measure(candidate);
    if (typeof measure === 'string') return measure;
    total += weight * measure.value;
  }
  return Number.isFinite(total) ? total : 'its objective value is not a finite number';
}

function explain(operands: readonly Operand[], chosen: ReadonlyMap<string, Candidate>) {
  const terms: ScoreTerm[] = [];
  let total = 0;
  for (const { name, weight, prepared } of operands) {
    const candidate = chosen.get(prepared.demand);
    const measure = candidate && prepared.measure(candidate);
    if (!measure || typeof measure === 'string') continue;
    const value = weight * measure.value;
    total += value;
    terms.push({
      function: name,
      demand: prepared.demand,
      location: prepared.location,
      weight,
      distanceKm: measure.distanceKm,
      cost: measure.cost,
      value,
    });
  }
  return { total, terms };
}
