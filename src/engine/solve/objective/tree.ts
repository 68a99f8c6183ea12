// The tree of an objective: its leaves, its scales and its value.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ObjectiveLeaf, ObjectiveNode, ObjectiveOperation, Scale } from './objective.ts';

export function leavesOf(node: ObjectiveNode): readonly ObjectiveLeaf[] {
  return node.kind === 'leaf' ? [node] : node.operands.flatMap(leavesOf);
}

export function scaled({ normalization, weight }: Scale, value: number): number {
  const normal = normalization ? (value - normalization.start) / (normalization.end - normalization.start) : value;
  return normal * weight;
}

/** Normalisation and weight as `factor × value + offset`. */
export function affine({ normalization, weight }: Scale): { readonly factor: number; readonly offset: number } {
  if (!normalization) return { factor: weight, offset: 0 };
  const factor = weight / (normalization.end - normalization.start);
  return { factor, offset: -normalization.start * factor };
}

/** The value over the decided demands: what has no candidate is skipped; null when nothing is left of the node. */
export function nodeValue(node: ObjectiveNode, candidateOf: (demand: string) => Candidate | undefined): number | null {
  if (node.kind === 'leaf') {
    const candidate = candidateOf(node.term.demand);
    const measure = candidate && node.term.measure(candidate);
    return measure === undefined || typeof measure === 'string' ? null : scaled(node, measure.value);
  }
  const values = node.operands.flatMap((operand) => nodeValue(operand, candidateOf) ?? []);
  return values.length === 0 ? null : scaled(node, combine(node.operator, values));
}

function combine(operator: ObjectiveOperation['operator'], values: readonly number[]): number {
  if (operator === 'sum') return values.reduce((sum, value) => sum + value);
  return values.reduce((best, value) => Math[operator](best, value));
}
