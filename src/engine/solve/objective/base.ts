// The BASE objective: minimise the sum of weight × function value. The candidate's cost counts once in every distance or
// latency operand that mentions its demand, and is weighted with it; a demand that no operand mentions adds nothing.
import { type Issue, TemplateInvalidError } from '../../../domain/errors.ts';
import type { BaseObjective } from '../../../domain/problem.ts';
import type { ObjectiveFamily, ObjectiveFunction, ObjectiveLeaf } from './objective.ts';
import { prepared } from './prepared.ts';

/** Its presence, wherever it stands, makes the goal `min_aic`. */
const PREFERS_NEWER = 'aic_version';

export function baseFamily(functions: readonly ObjectiveFunction[]): ObjectiveFamily<BaseObjective> {
  const byName = new Map(functions.map((one) => [one.name, one]));
  return {
    prepare({ goal, operands }, problem) {
      const issues: Issue[] = [];
      const notices: string[] = [];
      const leaves: ObjectiveLeaf[] = [];
      for (const { function: name, params, weight } of operands) {
        const made = byName.get(name)?.prepare({ params, attribute: null }, problem) ?? unknownFunction(name);
        if (!('terms' in made)) {
          issues.push(made);
          continue;
        }
        notices.push(...(made.notices ?? []));
        for (const term of made.terms) leaves.push({ kind: 'leaf', function: name, weight, normalization: null, term });
      }
      if (issues.length > 0) throw new TemplateInvalidError(issues);
      return prepared({
        goal: 'min',
        preferNewer: goal === 'min_aic' || operands.some((operand) => operand.function === PREFERS_NEWER),
        root: { kind: 'operation', operator: 'sum', operands: leaves, normalization: null, weight: 1 },
        anchors: leaves.flatMap(({ term }) => (term.location === null ? [] : [term.demand])),
        notices: [...new Set(notices)],
      });
    },
  };
}

export function unknownFunction(name: string): Issue {
  return { path: 'optimization', message: `Optimization function '${name}' is not known.` };
}
