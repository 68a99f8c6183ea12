// What a finished search has proven, in the objective's own scale and direction.
import type { SearchProof } from '../../domain/solution.ts';
import type { BuiltModel } from './build-model.ts';
import type { SearchOutcome } from './search/model.ts';

/** Speaks of the first placement not proven best, else of the first. `objectives` are the values of the placements. */
export function proofOf(
  { status, proofs, bound, nodes }: SearchOutcome,
  { model, objectiveOf }: Pick<BuiltModel, 'model' | 'objectiveOf'>,
  objectives: readonly (number | null)[],
): SearchProof {
  const effort = { nodes, seed: null };
  if (!model.optimise) return { status, bound: null, gap: null, ...effort };
  const unproven = proofs.findIndex((one) => one.bound < one.total);
  const open = proofs[unproven];
  if (open) {
    const objective = objectives[unproven] ?? objectiveOf(open.total);
    const best = objectiveOf(open.bound);
    return { status, bound: finite(best), gap: gapOf(objective, best), ...effort };
  }
  // A proven value is its own bound; adding it up in the search's order would differ by rounding.
  if (proofs.length > 0) return { status, bound: objectives[0] ?? null, gap: 0, ...effort };
  return { status, bound: bound === null ? null : finite(objectiveOf(bound)), gap: null, ...effort };
}

/** See `SearchProof.gap`. */
export function gapOf(objective: number, bound: number): number | null {
  return finite(Math.abs((objective - bound) / objective));
}

export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
