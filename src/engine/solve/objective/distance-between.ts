// distance_between(location, demand): great-circle kilometres from the location to the candidate, plus the candidate's cost.
import type { Candidate } from '../../../domain/candidate.ts';
import { distanceTo, readPoint } from '../constraints/distance.ts';
import type { ObjectiveFunction } from './objective.ts';

export const distanceBetween: ObjectiveFunction = {
  name: 'distance_between',

  /** One demand and one location in either order; where a name is both, the location comes first. */
  prepare([first = '', second = ''], problem) {
    const isLocation = (name: string) => problem.locations.some((location) => location.name === name);
    const isDemand = (name: string) => problem.demands.some((demand) => demand.name === name);
    const [name, demand] = isLocation(first) && isDemand(second) ? [first, second] : [second, first];
    const location = problem.locations.find((one) => one.name === name);
    const from = location && readPoint(location);
    if (!from || !isDemand(demand)) {
      return {
        path: 'optimization',
        message: `Optimization 'distance_between' arguments ['${first}', '${second}'] must include one valid demand name and one valid location name.`,
      };
    }
    return {
      demand,
      location: name,
      measure(candidate) {
        const distanceKm = distanceTo(from, candidate);
        if (distanceKm === null) return `no coordinates, so its distance from ${name} is not known`;
        const cost = costOf(candidate);
        return { distanceKm, cost, value: distanceKm + cost };
      },
    };
  },
};

/** The candidate's cost; 0 when it has none. */
export function costOf(candidate: Candidate): number {
  const cost = Number(candidate.cost ?? 0);
  return Number.isFinite(cost) ? cost : 0;
}
