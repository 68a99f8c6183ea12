// hpa_score: minus the score that the hpa constraint gave. Whatever demands the template names, all decided ones count.
import { own } from '../../../lib/json.ts';
import type { Measure, ObjectiveFunction } from './objective.ts';

export const hpaScore: ObjectiveFunction = {
  name: 'hpa_score',

  prepare(_call, { demands }) {
    return {
      terms: demands.map(({ name: demand }) => ({
        demand,
        location: null,
        late: true,
        // A candidate that no hpa constraint looked at has no score: it counts 0, and -0 would show in the answer.
        measure: (candidate): Measure => ({ value: 0 - Number(own(candidate, 'hpa_score') ?? 0) }),
      })),
    };
  },
};
