// examples/vcpe.yaml has exactly one best answer in the demo's world, and each of its rules matters: found by trying all pairs.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createStore } from '../sim/aai-store.ts';
import { textAt } from '../sim/json.ts';
import { vcpeWorld } from '../sim/world.ts';

const template = parse(readFileSync('examples/vcpe.yaml', 'utf8'));
const world = vcpeWorld();
const store = createStore(world.aai);

interface Place {
  readonly id: string;
  readonly target: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly country: string | null;
}

function kilometres(one: Pick<Place, 'latitude' | 'longitude'>, other: Pick<Place, 'latitude' | 'longitude'>): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [a, b] = [radians(one.latitude), radians(other.latitude)];
  const across = radians(other.longitude - one.longitude);
  return 6371 * Math.acos(Math.min(1, Math.sin(a) * Math.sin(b) + Math.cos(a) * Math.cos(b) * Math.cos(across)));
}

function at(complexUri: string, id: string, target: string): Place {
  const object = store.get(complexUri)?.object ?? {};
  const [latitude, longitude] = [Number(object.latitude), Number(object.longitude)];
  return { id, target, latitude, longitude, country: textAt(object, 'country') };
}

function complexOf(uri: string): string {
  const vertex = store.get(uri);
  return (vertex === null ? [] : store.related(vertex)).find((other) => other.type.name === 'complex')?.uri ?? '';
}

const regions = store.ofType('cloud-region').map((vertex) => {
  const id = textAt(vertex.object, 'cloud-region-id') ?? '';
  return at(complexOf(vertex.uri), id, id);
});
const customer = { latitude: template.parameters.customer_lat, longitude: template.parameters.customer_long };

/** Multiplexers of the template's customer, with the place of the host they run on. */
const muxes = store
  .ofType('service-instance')
  .filter((vertex) => vertex.uri.includes(`/customer/${template.parameters.customer_id}/`))
  .map((vertex) => {
    const vnf = store.related(vertex).find((other) => other.type.name === 'generic-vnf');
    const id = textAt(vertex.object, 'service-instance-id') ?? '';
    const host = vnf === undefined ? undefined : store.related(vnf).find((other) => other.type.name === 'vserver');
    const server = host === undefined ? undefined : store.related(host).find((other) => other.type.name === 'pserver');
    return at(complexOf(server?.uri ?? ''), id, textAt(vnf?.object, 'vnf-name') ?? '');
  });

const internet = new Set(
  store
    .ofType('l3-network')
    .filter((vertex) => vertex.object['network-role'] === 'vcpe-internet')
    .flatMap((vertex) => store.related(vertex).map((other) => textAt(other.object, 'cloud-region-id'))),
);
const speed = Number(template.parameters.speed);
const carries = (place: Place): boolean => (world.capacity.get(place.target)?.get('service-speed') ?? 0) >= speed;

/** The rules of the template by name, written anew for this test. */
const RULES: Readonly<Record<string, (mux: Place, gateway: Place) => boolean>> = {
  mux_near_customer: (mux) => kilometres(customer, mux) < 1500,
  gateway_near_customer: (_, gateway) => kilometres(customer, gateway) < 2000,
  gateway_network: (_, gateway) => internet.has(gateway.id),
  mux_capacity: (mux) => carries(mux),
  gateway_capacity: (_, gateway) => carries(gateway),
  one_country: (mux, gateway) => mux.country === gateway.country,
  close_together: (mux, gateway) => kilometres(mux, gateway) < 1200,
};

function ranking(without?: string): string[] {
  const rules = Object.entries(RULES).filter(([name]) => name !== without);
  const pairs = muxes.flatMap((mux) => regions.map((gateway) => ({ mux, gateway })));
  return pairs
    .filter(({ mux, gateway }) => rules.every(([, holds]) => holds(mux, gateway)))
    .map(({ mux, gateway }) => {
      const value = kilometres(customer, mux) + 1 + 0.5 * (kilometres(customer, gateway) + 2);
      return { name: `${mux.id} ${gateway.id}`, value };
    })
    .sort((a, b) => a.value - b.value)
    .map(({ name, value }) => `${name} ${value.toFixed(1)}`);
}

test('the rules of this test are those of the template', () => {
  expect(Object.keys(RULES)).toEqual(Object.keys(template.constraints));
  expect(template.constraints.mux_near_customer.properties.distance).toBe('< 1500 km');
  expect(template.constraints.gateway_near_customer.properties.distance).toBe('< 2000 km');
  expect(template.constraints.close_together.properties.distance).toBe('< 1200 km');
});

test('exactly one pair is best, and it is the one that the documents name', () => {
  const order = ranking();
  expect(order[0]).toMatch(/^si-vgmux-nyc iad-01 /);
  expect(order.length).toBeGreaterThan(1);
  expect(order[1]?.split(' ').at(-1)).not.toBe(order[0]?.split(' ').at(-1));
});

test.each(['gateway_network', 'mux_capacity', 'gateway_capacity', 'one_country'])(
  'without the rule %s another pair is best',
  (rule) => {
    expect(ranking(rule)[0]).not.toBe(ranking()[0]);
  },
);

test.each(Object.entries(RULES))('the rule %s refuses some pair and allows some', (_name, holds) => {
  const pairs = muxes.flatMap((mux) => regions.map((gateway) => holds(mux, gateway)));
  expect(new Set(pairs)).toEqual(new Set([true, false]));
});

test('vcpe.json is a plan request with the same template', () => {
  const request = JSON.parse(readFileSync('examples/vcpe.json', 'utf8'));
  expect(Object.keys(request).sort()).toEqual(['name', 'num_solution', 'template', 'timeout']);
  expect(request.template).toEqual(template);
});
