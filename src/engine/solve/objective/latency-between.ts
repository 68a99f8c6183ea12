// latency_between(location, demand): kilometres plus 20000 for each step that the candidate's country is down the latency
// rules of the location's country; in a BASE objective plus the candidate's cost (objective.md section 1.4).
import type { Candidate } from '../../../domain/candidate.ts';
import { countryWeights } from './country-weights.ts';
import { costOf, kilometres, readLocationCall } from './location-call.ts';
import type { Measure, ObjectiveFunction } from './objective.ts';

const KM_PER_WEIGHT = 20_000;

/** The reference's words, its spelling included: triage shows them. */
const NOT_LISTED = 'diff_bw_candidates_and_countries,Latecy weight ';
const NO_WILDCARD = "No '*' wild card entry found in country latency table. No solution will be provided";

export function latencyBetween(options: { readonly withCost: boolean }): ObjectiveFunction {
  const name = 'latency_between';
  return {
    name,
    prepare({ params }, problem) {
      const call = readLocationCall(name, params, problem);
      if ('message' in call) return call;
      const weights = countryWeights(problem, call.location.country);
      const measure = (candidate: Candidate): Measure | string => {
        const latencyWeight = weights.weightOf(candidate.country);
        if (latencyWeight === null) return NOT_LISTED;
        const distanceKm = kilometres(call, candidate, 'latency');
        if (typeof distanceKm === 'string') return distanceKm;
        const score = distanceKm + KM_PER_WEIGHT * latencyWeight;
        if (!options.withCost) return { value: score, distanceKm, latencyWeight };
        const cost = costOf(candidate);
        return { value: score + cost, distanceKm, cost, latencyWeight };
      };
      const terms = [{ demand: call.demand, location: call.location.name, late: false, measure }];
      return { terms, ...(weights.hasRules ? {} : { notices: [NO_WILDCARD] }) };
    },
  };
}
