// What the plans of the benchmarks ask for, and the worlds they ask it of.
import { readFileSync } from 'node:fs';
import type { SimWorld } from '../sim/load-world.ts';
import { makeWorld } from '../sim/world.ts';

/** The example plan of the documents: two demands, seven constraints, a reservation. */
export const VCPE_TEMPLATE = readFileSync(new URL('../../examples/vcpe.yaml', import.meta.url), 'utf8');

/** The same plan without its reservation, for sections that need many plans and no controller. */
export const VCPE_UNRESERVED = VCPE_TEMPLATE.slice(0, VCPE_TEMPLATE.indexOf('# What to reserve'));

export const CANDIDATES = 50;

/** Fifty instances of one network function, all of one customer, in 24 regions. */
export function manyCandidates(): SimWorld {
  return makeWorld({ seed: 7, regions: 24, vnfs: CANDIDATES, customers: 1, roles: ['vGMuxInfra'] });
}

/** Every instance of `manyCandidates` is a candidate; the smallest distance wins. */
export const MANY_CANDIDATES_TEMPLATE = `homing_template_version: "2017-10-10"
parameters: {}
locations:
  customer_loc: { latitude: 41.85, longitude: -87.65 }
demands:
  vGMuxInfra:
    - inventory_provider: aai
      inventory_type: service
      filtering_attributes: { equipment-role: vGMuxInfra, global-customer-id: customer-1 }
constraints:
  anywhere:
    type: distance_to_location
    demands: [vGMuxInfra]
    properties: { distance: "< 40000 km", location: customer_loc }
optimization:
  minimize:
    sum:
      - product: [1.0, { distance_between: [customer_loc, vGMuxInfra] }]
`;

/** One demand, no controller and nothing to ask of A&AI that is not kept: the work of a plan is the gateway's and the store's alone. */
export const LIGHT_TEMPLATE = `homing_template_version: "2017-10-10"
locations:
  customer: { latitude: 41.85, longitude: -87.65 }
demands:
  vG:
    - inventory_provider: aai
      inventory_type: cloud
      filtering_attributes: { cloud-type: openstack }
optimization:
  minimize:
    sum:
      - product: [1, { distance_between: [customer, vG] }]
`;
