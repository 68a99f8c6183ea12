// The world in which the bodies that OSDF and the traffic-distribution demo send have candidates: ids, models, customers and
// regions are those that the bodies name; everything else is invented.
import { OSDF_MODEL, sliceInstance, withSlices } from '../../sim/aai-slices.ts';
import type { SimWorld } from '../../sim/load-world.ts';
import { type Region, WorldBuilder } from '../../sim/world-builder.ts';
import type { Flavor } from '../../sim/world-flavors.ts';

function region(owner: string, id: string, complex: string, latitude: number, longitude: number): Region {
  const site = {
    complex,
    complexName: `complex-${id}`,
    city: 'Springfield',
    state: null,
    country: 'BEN',
    area: 'Africa',
    latitude,
    longitude,
  };
  return { owner, id, version: '3.0', zone: 'zone-1', type: 'openstack', site };
}

/** The one that the placement bodies require, near the place that they call the customer's: each body another. */
const REQUIRED = {
  gulf: region('CloudOwner1', 'TXAUS219', 'DLLSTX1A', 1.8, 2.9),
  texas: region('CloudOwner1', 'TXAUS219', 'DLLSTX1A', 32.8, -96.8),
} as const;
export type Where = keyof typeof REQUIRED;
const EXCLUDED = region('CloudOwner1', 'NYMDT67', 'NYMDT67A', 1.1, 2.2);
const REGION_ONE = region('CloudOwner', 'RegionOne', 'clli1', 1.2, 2.3);
const ELSEWHERE = region('CloudOwner', 'RegionTwo', 'clli2', 1.3, 2.4);

/** What three kinds of virtual machines ask for, each of its own flavor. */
const FLAVORS: readonly Flavor[] = [
  {
    name: 'topology',
    vcpus: 6,
    ram: 6,
    disk: 20,
    capabilities: [
      {
        feature: 'cpuTopology',
        attributes: {
          numCpuSockets: { value: '2' },
          numCpuCores: { value: '4' },
          numCpuThreads: { value: '4' },
        },
      },
      {
        feature: 'cpuInstructionSetExtensions',
        architecture: 'INTEL-64',
        attributes: { instructionSetExtensions: { value: ['<CPUINST>', 'aes'] } },
      },
    ],
  },
  {
    name: 'pinned',
    vcpus: 6,
    ram: 6144,
    disk: 20,
    capabilities: [
      {
        feature: 'cpuPinningy',
        attributes: {
          logicalCpuThreadPinningPolicy: { value: '<CPUTHREADPOLICY>' },
          logicalCpuPinningPolicy: { value: '<CPUPOLICY>' },
        },
      },
      {
        feature: 'pciePassthrough',
        attributes: { pciCount: { value: '2' }, pciVendorId: { value: '8086' }, pciDeviceId: { value: '2' } },
      },
    ],
  },
  {
    name: 'pages',
    vcpus: 6,
    ram: 6144,
    disk: 20,
    capabilities: [{ feature: 'hugePages', attributes: { memoryPageSize: { value: '<MEMORYPAGESIZE>' } } }],
  },
];

interface Function {
  readonly name: string;
  readonly customer: string;
  readonly service: string;
  readonly region: Region;
  readonly model: readonly [invariant: string, version: string];
  /** Spelling of `orchestration-status` of its modules. */
  readonly status: string;
  readonly module?: string;
}

/** The customer that the workflow of the demo fills in; OSDF's bodies leave it out. */
export const VFW_CUSTOMER = 'DemoCust_4fb7d3cf-5ddc-4d8c-8acf-70cc9174d18f';
/** Named in the bodies as the sink's present module. */
export const SINK_MODULE = 'e765d576-8755-4145-8536-0bb6d9b1dc9a';

const SINK = ['e7227847-dea6-4374-abca-4561b070fe7d', '763731df-84fd-494b-b824-01fc59a5ff2d'] as const;
const PGN = ['762472ef-5284-4daa-ab32-3e7bee2ec355', 'e02a7e5c-9d27-4360-ab7c-73bb83b07e3b'] as const;
const DEMO_SINK = ['6f3fd439-fd5f-4a2d-95bc-b6bf8787001a', '202d2fd8-a045-4c9a-b767-2a1639c10291'] as const;
const DEMO_PGN = ['3f356335-7b36-41ee-8f74-72d0a2ec3ebf', '6bfe954e-bb00-4111-be3c-33eed9d20a8c'] as const;
const osdf = { customer: VFW_CUSTOMER, service: '3e8d118c-10ca-4b4b-b3db-089b5e9e6a1c', status: 'active' };
const demo = { customer: VFW_CUSTOMER, service: '2ad369d4-9056-4dc9-8e6d-df24f45e8729', status: 'Active' };

const FUNCTIONS: readonly Function[] = [
  {
    name: 'vgmux',
    customer: 'SDN-ETHERNET-INTERNET',
    service: '21d5f3e8-e714-4383-8f99-cc480144505a',
    region: REQUIRED.gulf,
    model: ['vGMuxInfra-modelInvariantId', 'vGMuxInfra-versionId'],
    status: 'active',
  },
  { ...osdf, name: 'vFW-FW-MC', region: REGION_ONE, model: SINK },
  { ...osdf, name: 'vFW-FW-OLD', region: REGION_ONE, model: SINK, module: SINK_MODULE },
  { ...osdf, name: 'vFW-FW-FAR', region: ELSEWHERE, model: SINK },
  { ...osdf, name: 'vFW-PKG-MC', region: REGION_ONE, model: PGN },
  { ...demo, name: 'demo-sink', region: REGION_ONE, model: DEMO_SINK },
  { ...demo, name: 'demo-sink-old', region: REGION_ONE, model: DEMO_SINK, module: SINK_MODULE },
  { ...demo, name: 'demo-pgn', region: REGION_ONE, model: DEMO_PGN },
];

function add(builder: WorldBuilder, entry: Function, number: number): void {
  const { name, module = `module-${name}` } = entry;
  const id = `vnf-${name}`;
  builder.vnf({
    id,
    name,
    role: name,
    customer: entry.customer,
    subscription: 'vFW',
    serviceInstance: entry.service,
    region: entry.region,
    modelInvariant: entry.model[0],
    modelVersion: entry.model[1],
    vservers: 1,
    number,
    replicationRole: 'PRIMARY',
  });
  const vnf = builder.aai.get(`/network/generic-vnfs/generic-vnf/${id}`);
  const built = `/network/generic-vnfs/generic-vnf/${id}/vf-modules/vf-module/vfm-${id}-1`;
  const modules = builder.aai.get(built);
  if (!vnf || !modules) throw new Error(`the builder named the parts of ${id} otherwise`);
  Object.assign(vnf.object, { 'prov-status': 'ACTIVE' });
  builder.aai.delete(built);
  const object = { ...modules.object, 'vf-module-id': module, 'orchestration-status': entry.status };
  builder.aai.set(built.replace(`vfm-${id}-1`, module), { type: 'vf-module', object });
}

export function sampleWorld(where: Where): SimWorld {
  const builder = new WorldBuilder();
  const required = REQUIRED[where];
  for (const one of [required, EXCLUDED, REGION_ONE, ELSEWHERE]) builder.region(one);
  for (const flavor of FLAVORS) builder.flavor(required, flavor);
  for (const [index, entry] of FUNCTIONS.entries()) {
    add(builder, entry.region === REQUIRED.gulf ? { ...entry, region: required } : entry, index + 1);
  }
  // The first kind of machine asks for 6 without a unit, the others for 6 GB: the sizes are written as they are compared.
  for (const [uri, { object }] of builder.aai) {
    if (!uri.endsWith('/flavors/flavor/TXAUS219-topology')) continue;
    const text = JSON.stringify(object).replace('{\\"value\\":\\"6\\",\\"unit\\":\\"MB\\"}', '{\\"value\\":\\"6\\"}');
    builder.aai.set(uri, { type: 'flavor', object: JSON.parse(text) });
  }
  const profile = { latency: 9, reliability: 99.99, 'exp-data-rate-UL': 100, 'exp-data-rate-DL': 100 };
  const core = { id: 'osdf-core', kind: 'nssi', model: OSDF_MODEL, sharing: 'shared', domain: 'cn', profile } as const;
  for (const [uri, entry] of sliceInstance(core)) builder.aai.set(uri, entry);
  return withSlices(builder.finish());
}
