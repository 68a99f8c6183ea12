// The GENERIC objective (template version 2020-08-13): minimise or maximise nested sums, minima and maxima. Values are first
// normalised, then weighted; the cost of candidates is not part of it.
import { type Issue, TemplateInvalidError } from '../../../domain/errors.ts';
import type { GenericCall, GenericObjective, GenericOperation, Problem } from '../../../domain/problem.ts';
import { unknownFunction } from './base.ts';
import type {
  ObjectiveFamily,
  ObjectiveFunction,
  ObjectiveLeaf,
  ObjectiveNode,
  ObjectiveOperation,
} from './objective.ts';
import { prepared } from './prepared.ts';

/** What building the tree meets on the way. */
interface Found {
  readonly problem: Problem;
  readonly issues: Issue[];
  readonly notices: string[];
}

export function genericFamily(functions: readonly ObjectiveFunction[]): ObjectiveFamily<GenericObjective> {
  const byName = new Map(functions.map((one) => [one.name, one]));
  return {
    prepare({ goal, root }, problem) {
      const found: Found = { problem, issues: [], notices: [] };
      const tree = operationNode(root, byName, found);
      if (found.issues.length > 0) throw new TemplateInvalidError(found.issues);
      // Locations do not move demands forward here: the order of the template is the order of the search.
      return prepared({ goal, preferNewer: false, root: tree, anchors: [], notices: [...new Set(found.notices)] });
    },
  };
}

type Functions = ReadonlyMap<string, ObjectiveFunction>;

function operationNode(node: GenericOperation, functions: Functions, found: Found): ObjectiveOperation {
  checkScale(node, found);
  if (node.operands.length === 0) {
    found.issues.push({ path: 'optimization', message: `Optimization operator '${node.operator}' has no operands.` });
  }
  const operands = node.operands.flatMap((operand): readonly ObjectiveNode[] =>
    operand.kind === 'operation' ? [operationNode(operand, functions, found)] : leaves(operand, functions, found),
  );
  return { ...node, operands };
}

function leaves(call: GenericCall, functions: Functions, found: Found): readonly ObjectiveLeaf[] {
  checkScale(call, found);
  const { function: name, demand, location, attribute, weight, normalization } = call;
  const params = location === null ? [demand] : [location, demand];
  const made = functions.get(name)?.prepare({ params, attribute }, found.problem) ?? unknownFunction(name);
  if (!('terms' in made)) {
    found.issues.push(made);
    return [];
  }
  found.notices.push(...(made.notices ?? []));
  return made.terms.map((term) => ({ kind: 'leaf', function: name, weight, normalization, term }));
}

function checkScale({ normalization, weight }: GenericCall | GenericOperation, { issues }: Found): void {
  const spans = normalization ? normalization.end - normalization.start : 1;
  if (spans === 0 || !Number.isFinite(spans)) {
    issues.push({ path: 'optimization', message: 'Optimization normalization needs a start and an end that differ.' });
  }
  if (!Number.isFinite(weight)) issues.push({ path: 'optimization', message: 'Optimization weight must be a number.' });
}
