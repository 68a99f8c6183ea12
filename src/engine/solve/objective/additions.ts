// What each leaf of an objective's tree adds to the total of one placement, so that the additions sum up to it whatever operators
// and scales stand in between.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ObjectiveLeaf, ObjectiveNode } from './objective.ts';
import { affine, nodeValue } from './tree.ts';

type CandidateOf = (demand: string) => Candidate | undefined;

/**
 * Of a minimum or maximum only the operand that decides adds anything, of equal ones the first. What the start of a normalisation
 * adds to a sum belongs to none of its operands, so that they share it equally. Leaves of undecided demands are left out.
 */
export function additionsOf(root: ObjectiveNode, candidateOf: CandidateOf): ReadonlyMap<ObjectiveLeaf, number> {
  const additions = new Map<ObjectiveLeaf, number>();
  addTo(additions, root, { factor: 1, offset: 0 }, candidateOf);
  return additions;
}

/** From the node's value to its part of the total. */
interface Part {
  readonly factor: number;
  readonly offset: number;
}

function addTo(additions: Map<ObjectiveLeaf, number>, node: ObjectiveNode, part: Part, candidateOf: CandidateOf): void {
  const value = nodeValue(node, candidateOf);
  if (value === null) return;
  if (node.kind === 'leaf') {
    additions.set(node, part.factor * value + part.offset);
    return;
  }
  const decided = node.operands.filter((operand) => nodeValue(operand, candidateOf) !== null);
  const own = affine(node);
  const factor = part.factor * own.factor;
  const offset = part.factor * own.offset + part.offset;
  const sum = node.operator === 'sum';
  const decisive = sum ? null : deciding(node.operator === 'max' ? 1 : -1, decided, candidateOf);
  for (const operand of decided) {
    const counts = sum || operand === decisive;
    const shared = sum ? offset / decided.length : offset;
    addTo(additions, operand, counts ? { factor, offset: shared } : { factor: 0, offset: 0 }, candidateOf);
  }
}

function deciding(
  way: 1 | -1,
  operands: readonly ObjectiveNode[],
  candidateOf: CandidateOf,
): ObjectiveNode | undefined {
  const worth = (operand: ObjectiveNode) => way * (nodeValue(operand, candidateOf) ?? Number.NEGATIVE_INFINITY);
  return operands.reduce<ObjectiveNode | undefined>(
    (best, operand) => (best === undefined || worth(operand) > worth(best) ? operand : best),
    undefined,
  );
}
