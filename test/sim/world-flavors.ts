// Flavors of simulated regions with the HPA capabilities that multicloud registers: values are text that holds JSON.
import type { Json, JsonObject } from './json.ts';

/** A feature and its attributes: key → value as HPA writes it (`{value, unit?}`). */
export interface Capability {
  readonly feature: string;
  readonly architecture?: string;
  readonly version?: string;
  readonly attributes: Readonly<Record<string, JsonObject>>;
}

export interface Flavor {
  readonly name: string;
  readonly vcpus: number;
  /** MB. */
  readonly ram: number;
  /** GB. */
  readonly disk: number;
  /** Besides `basicCapabilities`, which follows from the size. */
  readonly capabilities: readonly Capability[];
}

const INTEL = 'intel64';

/** Four sizes: plain, with CPU topology and instruction sets, with NUMA and huge pages, with SR-IOV and DPDK. */
export const FLAVORS: readonly Flavor[] = [
  { name: 'general-2', vcpus: 2, ram: 4096, disk: 20, capabilities: [] },
  {
    name: 'compute-8',
    vcpus: 8,
    ram: 16384,
    disk: 80,
    capabilities: [
      {
        feature: 'cpuTopology',
        attributes: {
          numCpuSockets: { value: '2' },
          numCpuCores: { value: '2' },
          numCpuThreads: { value: '2' },
        },
      },
      {
        feature: 'instructionSetExtensions',
        architecture: INTEL,
        attributes: { instructionSetExtensions: { value: ['aes', 'sse', 'avx', 'mmx'] } },
      },
    ],
  },
  {
    name: 'memory-16',
    vcpus: 16,
    ram: 65536,
    disk: 160,
    capabilities: [
      {
        feature: 'numa',
        attributes: {
          numaNodes: { value: '2' },
          'numaCpu-0': { value: '8' },
          'numaMem-0': { value: '32768', unit: 'MB' },
          'numaCpu-1': { value: '8' },
          'numaMem-1': { value: '32768', unit: 'MB' },
        },
      },
      { feature: 'hugePages', attributes: { memoryPageSize: { value: '2', unit: 'MB' } } },
    ],
  },
  {
    name: 'network-16',
    vcpus: 16,
    ram: 32768,
    disk: 200,
    capabilities: [
      {
        feature: 'sriovNICNetwork',
        architecture: INTEL,
        attributes: {
          pciVendorId: { value: '8086' },
          pciDeviceId: { value: '154d' },
          pciCount: { value: '2' },
          physicalNetwork: { value: 'physnet1' },
        },
      },
      {
        feature: 'ovsDpdk',
        architecture: INTEL,
        attributes: { dataProcessingAccelerationLibrary: { value: 'ovsDpdk_library' } },
      },
    ],
  },
];

/** The flavor in A&AI's form, children nested. */
export function flavorObject(id: string, flavor: Flavor): JsonObject {
  const basic: Capability = {
    feature: 'basicCapabilities',
    attributes: {
      numVirtualCpu: { value: String(flavor.vcpus) },
      virtualMemSize: { value: String(flavor.ram), unit: 'MB' },
    },
  };
  return {
    'flavor-id': id,
    'flavor-name': flavor.name,
    'flavor-vcpus': flavor.vcpus,
    'flavor-ram': flavor.ram,
    'flavor-disk': flavor.disk,
    'flavor-ephemeral': 0,
    'flavor-swap': '0',
    'flavor-is-public': true,
    'flavor-selflink': `https://compute.invalid/flavors/${id}`,
    'flavor-disabled': false,
    'hpa-capabilities': {
      'hpa-capability': [basic, ...flavor.capabilities].map((capability) => capabilityObject(id, capability)),
    },
  };
}

function capabilityObject(flavorId: string, { feature, architecture, version, attributes }: Capability): Json {
  return {
    'hpa-capability-id': `${flavorId}-${feature}`,
    'hpa-feature': feature,
    'hpa-version': version ?? 'v1',
    architecture: architecture ?? 'generic',
    'hpa-feature-attributes': Object.entries(attributes).map(([key, value]) => ({
      'hpa-attribute-key': key,
      'hpa-attribute-value': JSON.stringify(value),
    })),
  };
}
