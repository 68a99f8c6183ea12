// distance_between(location, demand): great-circle kilometres from the location to the candidate; in a BASE objective plus
// the candidate's cost.
import type { Candidate } from '../../../domain/candidate.ts';
import { costOf, kilometres, readLocationCall } from './location-call.ts';
import type { Measure, ObjectiveFunction } from './objective.ts';

export function distanceBetween(options: { readonly withCost: boolean }): ObjectiveFunction {
  const name = 'distance_between';
  return {
    name,
    prepare({ params }, problem) {
      const call = readLocationCall(name, params, problem);
      if ('message' in call) return call;
      const term = {
        demand: call.demand,
        location: call.location.name,
        late: false,
        measure(candidate: Candidate): Measure | string {
          const distanceKm = kilometres(call, candidate, 'distance');
          if (typeof distanceKm === 'string') return distanceKm;
          if (!options.withCost) return { value: distanceKm, distanceKm };
          const cost = costOf(candidate);
          return { value: distanceKm + cost, distanceKm, cost };
        },
      };
      return { terms: [term] };
    },
  };
}
