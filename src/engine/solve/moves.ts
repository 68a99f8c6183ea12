// What a placement moves away from where the template's `stability` says that demands stand.
import type { Candidate } from '../../domain/candidate.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Recommendation } from '../../domain/solution.ts';

/** The part of a recommendation that lists the moves; nothing for a problem without that section. */
export function movesOf(
  { stability, demands }: Problem,
  chosen: ReadonlyMap<string, Candidate>,
): Pick<Recommendation, 'moves'> {
  if (!stability) return {};
  return {
    moves: stability.placement.flatMap(({ demand, candidateId: from }) => {
      const to = chosen.get(demand)?.candidate_id;
      if (to === undefined || to === from) return [];
      const offered = demands.find(({ name }) => name === demand)?.candidates ?? [];
      return [{ demand, from, to, gone: !offered.some(({ candidate_id: id }) => id === from) }];
    }),
  };
}
