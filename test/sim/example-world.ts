// The world of `examples/`, and of `npm run sim`: the vCPE world and its network slices, a virtual firewall with traffic to be
// distributed, and free room of clouds as MultiCloud tells it.
import { withSlices } from './aai-slices.ts';
import type { JsonObject } from './json.ts';
import type { SimWorld } from './load-world.ts';
import { vcpeWorld } from './world.ts';
import { type Region, WorldBuilder } from './world-builder.ts';

/** Regions of the vCPE world in which the firewall runs; objects that are there already stay as they are. */
const LONDON: Region = {
  owner: 'CirrusCloud',
  id: 'lon-01',
  version: '3.0',
  zone: 'zone-europe',
  type: 'openstack',
  site: {
    complex: 'LONGB01',
    complexName: 'complex-lon-01',
    city: 'London',
    state: null,
    country: 'GBR',
    area: 'Europe',
    latitude: 51.51,
    longitude: -0.13,
  },
};
const FRANKFURT: Region = {
  ...LONDON,
  id: 'fra-01',
  site: {
    complex: 'FRADE01',
    complexName: 'complex-fra-01',
    city: 'Frankfurt',
    state: 'HE',
    country: 'DEU',
    area: 'Europe',
    latitude: 50.11,
    longitude: 8.68,
  },
};

/** One service instance for each network function, as the builder makes them; modules are called `vfm-<vnf id>-<n>`. */
const FIREWALL: readonly (readonly [name: string, role: string, region: Region])[] = [
  ['vfw-sink-a', 'vFW-SINK', LONDON],
  ['vfw-sink-b', 'vFW-SINK', FRANKFURT],
  ['vfw-pgn', 'vPGN', LONDON],
];

/** GB and virtual CPUs that are free; a region that is not named has none to tell of. */
const ROOM: JsonObject = {
  'AuroraCloud_chi-01': { vCPU: 4, Memory: 16, Storage: 200 },
  'BorealisCloud_yyz-01': { vCPU: 16, Memory: 24, Storage: 2000 },
  'AuroraCloud_nyc-01': { vCPU: 64, Memory: 256, Storage: 4000 },
  'AuroraCloud_iad-01': { vCPU: 64, Memory: 256, Storage: 400 },
  'AuroraCloud_dal-01': { vCPU: 64, Memory: 256, Storage: 4000 },
  'CirrusCloud_lon-01': { vCPU: 64, Memory: 256, Storage: 4000 },
};

/** As `vcpeWorld` with slices, and what the other examples need; a superset, so that the vCPE example is answered alike. */
export function exampleWorld(): SimWorld {
  const base = withSlices(vcpeWorld());
  const builder = new WorldBuilder();
  for (const [uri, entry] of base.aai) builder.aai.set(uri, entry);
  for (const [index, [name, role, region]] of FIREWALL.entries()) {
    builder.vnf({
      id: `vnf-${name}`,
      name,
      role,
      customer: 'Meridian-Security',
      subscription: 'vFW',
      serviceInstance: `si-${name}`,
      region,
      modelInvariant: `inv-${role}`,
      modelVersion: `ver-${role}-1`,
      vservers: 2,
      number: 100 + index,
      replicationRole: 'PRIMARY',
    });
  }
  return { ...base, aai: builder.aai, multicloud: ROOM };
}
