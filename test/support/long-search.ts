// A plan whose search goes on for long: twenty demands within 1,200 km of each other, 150 candidates each, named in the
// template itself. It has an answer within moments and is proven best only after minutes.
import type { JsonObject } from '../../src/lib/json.ts';
import { seededProblem } from '../bench/solver/problems.ts';

const SHAPE = { kind: 'pairwise', demands: 20, candidates: 150, seed: 6 } as const;

export function longSearchTemplate(): JsonObject {
  const { demands, locations, constraints, objective } = seededProblem(SHAPE);
  if (objective?.kind !== 'base') throw new Error('an objective of version 2017-10-10 was expected');
  const sum = objective.operands.map(({ weight, params }) => ({
    product: [weight, { distance_between: [...(params ?? [])] }],
  }));
  return {
    homing_template_version: '2017-10-10',
    locations: Object.fromEntries(locations.map(({ name, latitude, longitude }) => [name, { latitude, longitude }])),
    demands: Object.fromEntries(
      demands.map(({ name, candidates }) => [
        name,
        [
          {
            inventory_provider: 'aai',
            inventory_type: 'cloud',
            candidates: candidates.map(({ candidate_id, cost, location_id, latitude, longitude }) => ({
              ...{ candidate_id, cost, location_id: location_id ?? '', cloud_owner: 'o' },
              ...{ latitude: Number(latitude), longitude: Number(longitude) },
            })),
          },
        ],
      ]),
    ),
    constraints: Object.fromEntries(
      constraints.map(({ key, type, demands: names }) => [
        key,
        { type, demands: [...names], properties: { distance: '<= 1200 km' } },
      ]),
    ),
    optimization: { minimize: { sum } },
  };
}
