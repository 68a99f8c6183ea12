// What all objectives share: the value of their tree, which candidates cannot be valued, and the terms of a placement.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ScoreTerm } from '../../../domain/solution.ts';
import type {
  Measure,
  ObjectiveLeaf,
  ObjectiveNode,
  ObjectiveOperation,
  PreparedObjective,
  Scale,
} from './objective.ts';

export function leavesOf(node: ObjectiveNode): readonly ObjectiveLeaf[] {
  return node.kind === 'leaf' ? [node] : node.operands.flatMap(leavesOf);
}

export function scaled({ normalization, weight }: Scale, value: number): number {
  const normal = normalization ? (value - normalization.start) / (normalization.end - normalization.start) : value;
  return normal * weight;
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

/** Completes an objective whose tree is known. */
export function prepared(
  parts: Pick<PreparedObjective, 'goal' | 'preferNewer' | 'root' | 'anchors' | 'notices'>,
): PreparedObjective {
  const byDemand = new Map<string, ObjectiveLeaf[]>();
  for (const leaf of leavesOf(parts.root)) {
    const list = byDemand.get(leaf.term.demand);
    if (list) list.push(leaf);
    else byDemand.set(leaf.term.demand, [leaf]);
  }
  return {
    ...parts,
    links: [],
    refusal: (demand, candidate, stage) => refusal(parts.root, byDemand.get(demand) ?? [], candidate, stage),
    explain: (chosen) => ({
      total: nodeValue(parts.root, (demand) => chosen.get(demand)) ?? 0,
      terms: leavesOf(parts.root).flatMap((leaf) => termOf(leaf, chosen)),
    }),
  };
}

function refusal(
  root: ObjectiveOperation,
  leaves: readonly ObjectiveLeaf[],
  candidate: Candidate,
  stage: 'early' | 'final',
): string | null {
  for (const leaf of leaves) {
    if (stage === 'early' && leaf.term.late) continue;
    const measure = leaf.term.measure(candidate);
    if (typeof measure === 'string') return measure;
    if (!Number.isFinite(scaled(leaf, measure.value))) return NOT_FINITE;
  }
  const demand = leaves[0]?.term.demand;
  if (stage === 'early' || demand === undefined) return null;
  const alone = nodeValue(root, (name) => (name === demand ? candidate : undefined));
  return alone === null || Number.isFinite(alone) ? null : NOT_FINITE;
}

const NOT_FINITE = 'its objective value is not a finite number';

function termOf(leaf: ObjectiveLeaf, chosen: ReadonlyMap<string, Candidate>): ScoreTerm[] {
  const { demand, location, attribute, measure } = leaf.term;
  const candidate = chosen.get(demand);
  const found: Measure | string | undefined = candidate && measure(candidate);
  if (found === undefined || typeof found === 'string') return [];
  return [
    {
      function: leaf.function,
      demand,
      location,
      weight: leaf.weight,
      distanceKm: found.distanceKm ?? null,
      cost: found.cost ?? null,
      value: scaled(leaf, found.value),
      ...(attribute === undefined ? {} : { attribute }),
      ...(found.latencyWeight === undefined ? {} : { latencyWeight: found.latencyWeight }),
    },
  ];
}
