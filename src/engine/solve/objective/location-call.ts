// What distance_between and latency_between share: one location and one demand in either order, and the way between them.
import type { Candidate } from '../../../domain/candidate.ts';
import type { Issue } from '../../../domain/errors.ts';
import type { Problem, ProblemLocation } from '../../../domain/problem.ts';
import type { GeoPoint } from '../../../lib/geo.ts';
import { distanceTo, readPoint } from '../constraints/distance.ts';

interface LocationCall {
  readonly demand: string;
  readonly location: ProblemLocation;
  readonly from: GeoPoint;
}

/** Where a name is both, the location comes first. */
export function readLocationCall(
  word: string,
  [first = '', second = '']: readonly string[],
  problem: Problem,
): LocationCall | Issue {
  const isLocation = (name: string) => problem.locations.some((location) => location.name === name);
  const isDemand = (name: string) => problem.demands.some((demand) => demand.name === name);
  const [name, demand] = isLocation(first) && isDemand(second) ? [first, second] : [second, first];
  const location = problem.locations.find((one) => one.name === name);
  const from = location && readPoint(location);
  if (location && from && isDemand(demand)) return { demand, location, from };
  return {
    path: 'optimization',
    message: `Optimization '${word}' arguments ['${first}', '${second}'] must include one valid demand name and one valid location name.`,
  };
}

/** Kilometres to the candidate, or why they are not known. */
export function kilometres({ from, location }: LocationCall, candidate: Candidate, word: string): number | string {
  return distanceTo(from, candidate) ?? `no coordinates, so its ${word} from ${location.name} is not known`;
}

/** The candidate's cost; 0 when it has none. */
export function costOf(candidate: Candidate): number {
  const cost = Number(candidate.cost ?? 0);
  return Number.isFinite(cost) ? cost : 0;
}
