// The templates that the fault suite submits, and the capacity of the simulated controller that goes with them.
import { readFileSync } from 'node:fs';
import type { Simulators } from '../sim/start.ts';

const VCPE = readFileSync(new URL('../../examples/vcpe.yaml', import.meta.url), 'utf8');

/** Every kind of work in one plan: A&AI while translating, A&AI and SDN-C while solving, one reservation. */
export const ONE_RESERVATION = VCPE;

const REQUEST = '{ entity_type: SI, service_speed: { get_param: speed }, service_speed_unit: Mbps }';

function reservation(name: string, demand: string): string {
  return `    ${name}:\n      demands: [${demand}]\n      properties:\n        controller: SDN-C\n        request: ${REQUEST}\n`;
}

/** The same with three reservations, made in this order. */
export const THREE_RESERVATIONS = [
  VCPE.slice(0, VCPE.indexOf('    reserve_mux:')),
  reservation('first', 'vGMuxInfra'),
  reservation('second', 'vG'),
  reservation('third', 'vGMuxInfra'),
].join('');

/** One demand, no controller: small work for many plans. */
export const LIGHT = {
  homing_template_version: '2017-10-10',
  locations: { customer: { latitude: 41.85, longitude: -87.65 } },
  demands: {
    vG: [{ inventory_provider: 'aai', inventory_type: 'cloud', filtering_attributes: { 'cloud-type': 'openstack' } }],
  },
  optimization: { minimize: { sum: [{ product: [1, { distance_between: ['customer', 'vG'] }] }] } },
};

/** Name of the plan after which the tests' subscriptions begin. */
export const MARKER = 'marker';

/** Not valid: ends in `error` while it is translated and calls nobody. */
export const INVALID = { homing_template_version: '2017-10-10' };

/** Targets that the best answer of the templates above uses; each plan takes 400 of `service-speed` a reservation. */
export const TARGETS = ['vgmux-nyc', 'iad-01'] as const;

/** Makes room for so many Mbps on each target. */
export function setRoom(simulators: Simulators, speed: number): void {
  for (const target of TARGETS) {
    simulators.sdnc.setCapacity(target, { 'service-speed': speed, 'cust-vrfs-per-vpe': 1_000_000 });
  }
}
