// A plan whose search needs more memory than a thread with little of it has: 250 demands that are all tied to each other make
// 31,000 pairs, so that it does not even come to its first candidate.
const DEMANDS = 250;

/** Without an inventory: the candidates are in it. */
export function largeSearchTemplate(): object {
  const candidates = ['a', 'b', 'c'].map((candidate_id, at) => {
    return { candidate_id, cost: 1, location_id: candidate_id, cloud_owner: 'o', latitude: 0, longitude: at };
  });
  const names = Array.from({ length: DEMANDS }, (_, at) => `vnf-${at}`);
  const demand = [{ inventory_provider: 'aai', inventory_type: 'cloud', candidates }];
  return {
    homing_template_version: '2017-10-10',
    locations: {},
    demands: Object.fromEntries(names.map((name) => [name, demand])),
    constraints: {
      near: { type: 'distance_between_demands', demands: names, properties: { distance: '<= 1000 km' } },
    },
  };
}
