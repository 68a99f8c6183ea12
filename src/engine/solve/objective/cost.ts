// cost: a word the reference's solver knows and values 0; costs count inside distances and latencies.
import type { ObjectiveFunction } from './objective.ts';

export const cost: ObjectiveFunction = {
  name: 'cost',
  prepare: () => ({ terms: [] }),
};
