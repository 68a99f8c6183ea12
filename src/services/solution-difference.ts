// How the first recommendations of two answers differ.
import type { Recommendation, Solution } from '../domain/solution.ts';
import type { SolutionDifference } from './index.ts';

/** Demands in the order of the first answer, then those that only the second has. */
export function differenceOf(before: Solution, after: Solution): SolutionDifference {
  const [first, second] = [chosen(before), chosen(after)];
  const demands = [...new Set([...first.keys(), ...second.keys()])];
  const moves = demands.map((demand) => ({
    demand,
    from: first.get(demand) ?? null,
    to: second.get(demand) ?? null,
  }));
  const [from, to] = [objective(before), objective(after)];
  return {
    moves: moves.filter(({ from, to }) => from !== to),
    unmoved: moves.filter(({ from, to }) => from === to).map(({ demand }) => demand),
    objectiveBefore: from,
    objectiveAfter: to,
    objectiveChange: from === null || to === null ? null : to - from,
  };
}

function objective({ recommendations: [first] }: Solution): number | null {
  return first?.objective ?? null;
}

function chosen({ recommendations: [first] }: Solution): ReadonlyMap<string, string> {
  return new Map((first?.demands ?? []).map((one) => [one.demand, idOf(one)]));
}

function idOf({ source }: Recommendation['demands'][number]): string {
  return String(source['candidate_id']);
}
