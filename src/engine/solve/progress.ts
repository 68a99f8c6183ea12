// Where a search stands that goes on, in the words of the problem: demands, candidates, and the objective's own unit.
import type { Candidate } from '../../domain/candidate.ts';
import type { Logger } from '../../domain/ports.ts';
import type { SearchProgress } from '../../domain/solution.ts';
import type { BuiltModel } from './build-model.ts';
import type { PreparedObjective } from './objective/objective.ts';
import { finite, gapOf } from './proof.ts';
import type { Placement, SearchState } from './search/model.ts';

/** The chosen candidate of each demand. */
export function chosenBy({ demands }: Pick<BuiltModel, 'demands'>, placement: Placement): Map<string, Candidate> {
  const chosen = new Map<string, Candidate>();
  for (const [position, { name, candidates }] of demands.entries()) {
    const candidate = candidates[placement[position] ?? -1];
    if (candidate) chosen.set(name, candidate);
  }
  return chosen;
}

/** What a runner's listener does for `onProgress`, whose failure is logged once and does not touch the search. */
export function progressTo(
  onProgress: (progress: SearchProgress) => void,
  built: BuiltModel,
  objective: PreparedObjective | null,
  logger: Logger,
): (state: SearchState) => void {
  let number = 0;
  let failed = false;
  return (state) => {
    if (failed) return;
    number += 1;
    try {
      onProgress(progressOf(number, state, built, objective));
    } catch (err) {
      failed = true;
      logger.warn({ err }, 'progress of a search could not be told');
    }
  };
}

function progressOf(
  number: number,
  { round, placement, total, bound, nodes, elapsedMs }: SearchState,
  built: BuiltModel,
  objective: PreparedObjective | null,
): SearchProgress {
  const chosen = placement ? chosenBy(built, placement) : new Map<string, Candidate>();
  const value = placement && objective ? objective.explain(chosen).total : null;
  // What is proven is its own bound, as in `SearchProof`.
  const proven = value !== null && total !== null && bound !== null && bound >= total;
  const best = proven ? value : bound === null ? null : finite(built.objectiveOf(bound));
  return {
    number,
    round,
    objective: value,
    bound: best,
    gap: proven ? 0 : value === null || best === null ? null : gapOf(value, best),
    nodes,
    elapsedMs,
    placement: [...chosen].map(([demand, { candidate_id }]) => ({ demand, candidateId: candidate_id })),
  };
}
