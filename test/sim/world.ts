// Simulated worlds: a seeded generator of any size, the fixed world of the demo and the documents, and the recorded one.
import { loadWorld, type SimWorld } from './load-world.ts';
import { type Region, type Site, WorldBuilder } from './world-builder.ts';
import { FLAVORS } from './world-flavors.ts';

export { loadWorld, type SimWorld };

type City = readonly [
  code: string,
  city: string,
  state: string | null,
  country: string,
  area: string,
  lat: number,
  lon: number,
];

/** Places of invented data centres; coordinates are those of the cities, roughly. */
const CITIES: readonly City[] = [
  ['chi', 'Chicago', 'IL', 'USA', 'North America', 41.88, -87.63],
  ['yyz', 'Toronto', 'ON', 'CAN', 'North America', 43.65, -79.38],
  ['nyc', 'New York', 'NY', 'USA', 'North America', 40.71, -74.01],
  ['iad', 'Ashburn', 'VA', 'USA', 'North America', 39.04, -77.49],
  ['dal', 'Dallas', 'TX', 'USA', 'North America', 32.78, -96.8],
  ['sfo', 'San Francisco', 'CA', 'USA', 'North America', 37.77, -122.42],
  ['gru', 'São Paulo', 'SP', 'BRA', 'South America', -23.55, -46.63],
  ['lon', 'London', null, 'GBR', 'Europe', 51.51, -0.13],
  ['fra', 'Frankfurt', 'HE', 'DEU', 'Europe', 50.11, 8.68],
  ['jnb', 'Johannesburg', 'GP', 'ZAF', 'Africa', -26.2, 28.05],
  ['tyo', 'Tokyo', null, 'JPN', 'Asia', 35.68, 139.69],
  ['syd', 'Sydney', 'NSW', 'AUS', 'Oceania', -33.87, 151.21],
  ['par', 'Paris', null, 'FRA', 'Europe', 48.86, 2.35],
  ['sto', 'Stockholm', null, 'SWE', 'Europe', 59.33, 18.07],
  ['mad', 'Madrid', null, 'ESP', 'Europe', 40.42, -3.7],
  ['waw', 'Warsaw', null, 'POL', 'Europe', 52.23, 21.01],
  ['sin', 'Singapore', null, 'SGP', 'Asia', 1.35, 103.82],
  ['bom', 'Mumbai', 'MH', 'IND', 'Asia', 19.08, 72.88],
  ['sel', 'Seoul', null, 'KOR', 'Asia', 37.57, 126.98],
  ['scl', 'Santiago', null, 'CHL', 'South America', -33.45, -70.67],
  ['mex', 'Mexico City', null, 'MEX', 'North America', 19.43, -99.13],
  ['nbo', 'Nairobi', null, 'KEN', 'Africa', -1.29, 36.82],
  ['akl', 'Auckland', null, 'NZL', 'Oceania', -36.85, 174.76],
  ['cai', 'Cairo', null, 'EGY', 'Africa', 30.04, 31.24],
];

const OWNERS = ['AuroraCloud', 'BorealisCloud', 'CirrusCloud', 'DeltaCloud'] as const;

/** A number in [0, 1) at each call; the same seed gives the same numbers. */
function seeded(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
}

function site(city: City, number: number, shift: readonly [number, number] = [0, 0]): Site {
  const [code, name, state, country, area, latitude, longitude] = city;
  const suffix = String(number).padStart(2, '0');
  return {
    complex: `${code.toUpperCase()}${country.slice(0, 2)}${suffix}`,
    complexName: `complex-${code}-${suffix}`,
    city: name,
    state,
    country,
    area,
    latitude: Number((latitude + shift[0]).toFixed(4)),
    longitude: Number((longitude + shift[1]).toFixed(4)),
  };
}

function region(owner: string, code: string, number: number, place: Site, version = '3.0'): Region {
  const id = `${code}-${String(number).padStart(2, '0')}`;
  return {
    owner,
    id,
    version,
    zone: `zone-${place.area.toLowerCase().replace(/ /g, '-')}`,
    type: 'openstack',
    site: place,
  };
}

export interface WorldOptions {
  readonly seed: number;
  /** Cloud regions; default 12. */
  readonly regions?: number;
  /** VNFs, each with a service instance of its own; default 24. */
  readonly vnfs?: number;
  /** Default 3. */
  readonly customers?: number;
  /** Virtual servers (and modules) per VNF; default 2. */
  readonly vserversPerVnf?: number;
  /** Devices at customers' places, named `ucpe-0001` and so on; default 4. */
  readonly hosts?: number;
  /** Flavors of each region, up to 4; default 0. */
  readonly flavors?: number;
  /** Transport lines of the customers' subscription `transport`, one zone each; default 0. */
  readonly transports?: number;
  /** Equipment roles given out in turn; default `vGMuxInfra`, `vVIG`. */
  readonly roles?: readonly string[];
}

/**
 * An invented world: regions over all continents, customers `customer-1`…, VNFs `vnf-0001`… with service instances
 * `si-0001`…, networks with the roles `internet` (about two regions of three) and `vpn` (about half), pairs of
 * instances, and capacity for SDN-C of 1000 to 4000 Mbps and 40 VRFs per VNF and region. The same options give the same world.
 */
export function makeWorld(options: WorldOptions): SimWorld {
  const random = seeded(options.seed);
  const below = (count: number): number => Math.floor(random() * count);
  const builder = new WorldBuilder();
  const regions = Array.from({ length: options.regions ?? 12 }, (_, index) => {
    const city = CITIES[index % CITIES.length] as City;
    const number = Math.floor(index / CITIES.length) + 1;
    const place = site(city, number, [random() - 0.5, random() - 0.5]);
    return region(OWNERS[below(OWNERS.length)] ?? OWNERS[0], city[0], number, place, ['2.5', '3.0', '3.1'][below(3)]);
  });
  for (const entry of regions) {
    builder.region(entry);
    if (random() < 0.67) builder.network(`net-internet-${entry.id}`, 'internet', entry);
    if (random() < 0.5) builder.network(`net-vpn-${entry.id}`, 'vpn', entry);
    builder.capacity.set(entry.id, limits(1000 + 500 * below(7), 40));
  }
  const roles = options.roles ?? ['vGMuxInfra', 'vVIG'];
  const instances: string[] = [];
  for (let number = 1; number <= (options.vnfs ?? 24); number += 1) {
    const home = regions[below(regions.length)];
    if (home === undefined) break;
    const serial = String(number).padStart(4, '0');
    const role = roles[(number - 1) % roles.length] ?? 'vGMuxInfra';
    const name = `${role.toLowerCase()}-${serial}`;
    instances.push(
      builder.vnf({
        id: `vnf-${serial}`,
        name,
        role,
        customer: `customer-${1 + below(options.customers ?? 3)}`,
        subscription: 'vCPE',
        serviceInstance: `si-${serial}`,
        region: home,
        modelInvariant: `inv-${role}`,
        modelVersion: `ver-${role}-${1 + below(2)}`,
        vservers: options.vserversPerVnf ?? 2,
        number,
        replicationRole: number % 2 === 1 ? 'PRIMARY' : 'SECONDARY',
      }),
    );
    builder.capacity.set(name, limits(1000 + 500 * below(7), 40));
  }
  for (let at = 0; at + 1 < instances.length && at < 20; at += 2) {
    builder.pair(`pair-${at / 2 + 1}`, instances.slice(at, at + 2));
  }
  for (let number = 1; number <= (options.hosts ?? 4); number += 1) {
    const home = regions[below(regions.length)];
    if (home !== undefined) builder.pnf(`ucpe-${String(number).padStart(4, '0')}`, home.site);
  }
  for (const entry of regions)
    for (const flavor of FLAVORS.slice(0, options.flavors ?? 0)) builder.flavor(entry, flavor);
  for (let number = 1; number <= (options.transports ?? 0); number += 1) {
    const home = regions[(number - 1) % regions.length];
    if (home !== undefined)
      addTransport(builder, number, `customer-${1 + (number % (options.customers ?? 3))}`, home.site);
  }
  return builder.finish();
}

/** A line `line-0001`… of service type `transport` and role `MPLS` in a zone of its own. */
function addTransport(builder: WorldBuilder, number: number, customer: string, place: Site): void {
  const serial = String(number).padStart(4, '0');
  builder.transport({
    id: `line-${serial}`,
    customer,
    subscription: 'transport',
    serviceType: 'transport',
    serviceRole: 'MPLS',
    zone: `zone-${serial}`,
    site: place,
  });
}

function limits(speed: number, vrfs: number): ReadonlyMap<string, number> {
  return new Map([
    ['service-speed', speed],
    ['cust-vrfs-per-vpe', vrfs],
  ]);
}

interface VcpeRegion {
  readonly code: string;
  readonly owner: string;
  /** Whether the region has a network with the role `vcpe-internet`. */
  readonly internet: boolean;
  /** Mbps that SDN-C has left there. */
  readonly speed: number;
}

const VCPE_REGIONS: readonly VcpeRegion[] = [
  { code: 'chi', owner: 'AuroraCloud', internet: false, speed: 4000 },
  { code: 'yyz', owner: 'BorealisCloud', internet: true, speed: 200 },
  { code: 'nyc', owner: 'AuroraCloud', internet: true, speed: 4000 },
  { code: 'iad', owner: 'AuroraCloud', internet: true, speed: 4000 },
  { code: 'dal', owner: 'AuroraCloud', internet: true, speed: 4000 },
  { code: 'sfo', owner: 'AuroraCloud', internet: true, speed: 4000 },
  { code: 'gru', owner: 'BorealisCloud', internet: true, speed: 4000 },
  { code: 'lon', owner: 'CirrusCloud', internet: true, speed: 4000 },
  { code: 'fra', owner: 'CirrusCloud', internet: true, speed: 4000 },
  { code: 'jnb', owner: 'CirrusCloud', internet: false, speed: 4000 },
  { code: 'tyo', owner: 'DeltaCloud', internet: true, speed: 4000 },
  { code: 'syd', owner: 'DeltaCloud', internet: true, speed: 4000 },
];

/** Host name, customer, and the Mbps that SDN-C has left on it. */
const VCPE_MUXES: readonly (readonly [code: string, customer: string, speed: number])[] = [
  ['chi', 'Meridian-Retail', 300],
  ['yyz', 'Meridian-Retail', 2000],
  ['nyc', 'Meridian-Retail', 2000],
  ['dal', 'Meridian-Retail', 2000],
  ['lon', 'Meridian-Retail', 2000],
  ['iad', 'Harbour-Freight', 2000],
];

/**
 * The fixed world of the demo, the documents and `examples/vcpe.yaml`: 12 regions on six continents, six instances of
 * vGMuxInfra (hosts `vgmux-<city>`, service instances `si-vgmux-<city>`) of the customers Meridian-Retail and
 * Harbour-Freight, devices `ucpe-chi` (pnf) and `branch-nyc` (pserver) for locations by host name; flavors of growing capability
 * (the first region has one, the fourth and each after it all four), transport lines `line-0001`, … of Meridian-Retail in three zones.
 */
export function vcpeWorld(): SimWorld {
  const builder = new WorldBuilder();
  const regions = new Map<string, Region>();
  for (const { code, owner, internet, speed } of VCPE_REGIONS) {
    const city = CITIES.find((entry) => entry[0] === code) as City;
    const entry = region(owner, code, 1, site(city, 1));
    regions.set(code, entry);
    builder.region(entry);
    if (internet) builder.network(`net-vcpe-internet-${code}`, 'vcpe-internet', entry);
    if (entry.site.area === 'Europe') builder.network(`net-vcpe-vpn-${code}`, 'vcpe-vpn', entry);
    builder.capacity.set(entry.id, limits(speed, 100));
  }
  const instances = VCPE_MUXES.flatMap(([code, customer, speed], index) => {
    const home = regions.get(code);
    if (home === undefined) return [];
    builder.capacity.set(`vgmux-${code}`, limits(speed, 100));
    return builder.vnf({
      id: `vnf-vgmux-${code}`,
      name: `vgmux-${code}`,
      role: 'vGMuxInfra',
      customer,
      subscription: 'vCPE',
      serviceInstance: `si-vgmux-${code}`,
      region: home,
      modelInvariant: 'inv-vgmux',
      modelVersion: 'ver-vgmux-1',
      vservers: 2,
      number: index + 1,
      replicationRole: index % 2 === 0 ? 'PRIMARY' : 'SECONDARY',
    });
  });
  builder.pair('pair-1', instances.slice(2, 4));
  const chicago = regions.get('chi');
  const newYork = regions.get('nyc');
  if (chicago !== undefined) builder.pnf('ucpe-chi', chicago.site);
  if (newYork !== undefined) builder.pserver('branch-nyc', newYork.site);
  for (const [index, entry] of [...regions.values()].entries()) {
    for (const flavor of FLAVORS.slice(0, index + 1)) builder.flavor(entry, flavor);
  }
  for (const [index, code] of ['chi', 'nyc', 'lon'].entries()) {
    const home = regions.get(code);
    if (home !== undefined) addTransport(builder, index + 1, 'Meridian-Retail', home.site);
  }
  return builder.finish();
}
