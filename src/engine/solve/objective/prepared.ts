// What all objectives share beyond their tree: which candidates cannot be valued, and the terms of a placement.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ScoreTerm } from '../../../domain/solution.ts';
import { additionsOf } from './additions.ts';
import type { Measure, ObjectiveLeaf, ObjectiveOperation, PreparedObjective } from './objective.ts';
import { leavesOf, nodeValue, scaled } from './tree.ts';

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
    explain(chosen) {
      const candidateOf = (demand: string) => chosen.get(demand);
      const additions = additionsOf(parts.root, candidateOf);
      return {
        total: nodeValue(parts.root, candidateOf) ?? 0,
        terms: leavesOf(parts.root).flatMap((leaf) => termOf(leaf, chosen, additions.get(leaf))),
      };
    },
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

function termOf(leaf: ObjectiveLeaf, chosen: ReadonlyMap<string, Candidate>, adds: number | undefined): ScoreTerm[] {
  const { demand, location, attribute, measure } = leaf.term;
  const candidate = chosen.get(demand);
  const found: Measure | string | undefined = candidate && measure(candidate);
  if (found === undefined || typeof found === 'string') return [];
  const value = scaled(leaf, found.value);
  return [
    {
      function: leaf.function,
      demand,
      location,
      weight: leaf.weight,
      distanceKm: found.distanceKm ?? null,
      cost: found.cost ?? null,
      value,
      ...(adds === undefined || adds === value ? {} : { adds }),
      ...(attribute === undefined ? {} : { attribute }),
      ...(found.latencyWeight === undefined ? {} : { latencyWeight: found.latencyWeight }),
    },
  ];
}
