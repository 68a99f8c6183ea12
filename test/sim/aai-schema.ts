// The part of A&AI's schema that the simulator knows: types, where they live, their keys and properties, and which types
// may be related. Names are those of the public schema v32.

export interface AaiType {
  readonly name: string;
  /** Element that holds these objects; null for a list field without one. */
  readonly plural: string | null;
  /** First path segment of a type that stands at the top; null for a type that only lives inside others. */
  readonly namespace: string | null;
  readonly keys: readonly string[];
  readonly properties: ReadonlySet<string>;
  /** Property → first schema version that has it. */
  readonly since: ReadonlyMap<string, number>;
  /** Deepest `depth` allowed on a plural, by version; null for no limit. */
  maximumDepth(version: number): number | null;
}

const MODEL = 'model-invariant-id model-version-id persona-model-version widget-model-id widget-model-version';
const LIFE = 'resource-version data-owner data-source data-source-version';
const THEN = { always: () => 0, until19: (version: number) => (version <= 19 ? 0 : null), never: () => null };

type Row = readonly [
  name: string,
  plural: string | null,
  namespace: string | null,
  keys: string,
  properties: string,
  depth?: keyof typeof THEN,
];

const CLOUD = 'cloud-infrastructure';

const PLACES: readonly Row[] = [
  [
    'complex',
    'complexes',
    CLOUD,
    'physical-location-id',
    'data-center-code complex-name identity-url physical-location-type time-zone street1 street2 city state postal-code country region latitude longitude elevation lata',
    'until19',
  ],
  [
    'cloud-region',
    'cloud-regions',
    CLOUD,
    'cloud-owner cloud-region-id',
    'cloud-type owner-defined-type cloud-region-version identity-url cloud-zone complex-name sriov-automation cloud-extra-info cloud-region-number cloud-function cloud-role ops-note status upgrade-cycle orchestration-disabled in-maint',
    'always',
  ],
  ['availability-zone', 'availability-zones', null, 'availability-zone-name', 'hypervisor-type operational-status'],
  ['tenant', 'tenants', null, 'tenant-id', 'tenant-name tenant-context parent-id production-state', 'until19'],
  [
    'flavor',
    'flavors',
    null,
    'flavor-id',
    'flavor-name flavor-vcpus flavor-ram flavor-disk flavor-ephemeral flavor-swap flavor-is-public flavor-selflink flavor-disabled',
  ],
  ['hpa-capability', 'hpa-capabilities', null, 'hpa-capability-id', 'hpa-feature hpa-version architecture'],
  ['hpa-feature-attributes', null, null, 'hpa-attribute-key', 'hpa-attribute-value'],
  [
    'pserver',
    'pservers',
    CLOUD,
    'hostname',
    'ptnii-equip-name number-of-cpus disk-in-gigabytes ram-in-megabytes equip-type equip-vendor equip-model fqdn ipv4-oam-address serial-number inv-status pserver-id internet-topology in-maint pserver-name2 purpose prov-status management-option host-profile role function operational-status',
    'until19',
  ],
  [
    'zone',
    'zones',
    'network',
    'zone-id',
    'zone-name zone-type design-type zone-context status zone-role zone-function zone-number in-maint',
  ],
];

const NETWORK: readonly Row[] = [
  [
    'generic-vnf',
    'generic-vnfs',
    'network',
    'vnf-id',
    `vnf-instance-id vnf-name vnf-name2 vnf-type service-id regional-resource-zone prov-status operational-status equipment-role orchestration-status heat-stack-id mso-catalog-key management-option ipv4-oam-address ipv4-loopback0-address nm-lan-v6-address management-v6-address vcpu vcpu-units vmemory vmemory-units vdisk vdisk-units in-maint is-closed-loop-disabled summary-status model-customization-id as-number nf-type nf-function nf-role nf-naming-code selflink software-version application-id ${MODEL}`,
    'until19',
  ],
  [
    'vf-module',
    'vf-modules',
    null,
    'vf-module-id',
    `vf-module-name heat-stack-id orchestration-status is-base-vf-module automated-assignment model-customization-id contrail-service-instance-fqdn module-index selflink operational-status ${MODEL}`,
  ],
  [
    'vserver',
    'vservers',
    null,
    'vserver-id',
    'vserver-name vserver-name2 prov-status vserver-selflink in-maint is-closed-loop-disabled numa operational-status',
  ],
  [
    'l-interface',
    'l-interfaces',
    null,
    'interface-name',
    'interface-role selflink interface-id macaddr network-name management-option interface-description interface-type is-port-mirrored in-maint prov-status is-ip-unnumbered priority interface-function mtu admin-status',
  ],
  [
    'l3-interface-ipv4-address-list',
    null,
    null,
    'l3-interface-ipv4-address',
    'l3-interface-ipv4-prefix-length vlan-id-inner vlan-id-outer is-floating neutron-network-id neutron-subnet-id',
  ],
  [
    'l3-interface-ipv6-address-list',
    null,
    null,
    'l3-interface-ipv6-address',
    'l3-interface-ipv6-prefix-length vlan-id-inner vlan-id-outer is-floating neutron-network-id neutron-subnet-id',
  ],
  [
    'l3-network',
    'l3-networks',
    'network',
    'network-id',
    `network-name network-type network-role network-technology description neutron-network-id is-bound-to-vpn service-id network-role-instance orchestration-status model-customization-id physical-network-name is-provider-network is-shared-network is-external-network operational-status network-function ${MODEL}`,
  ],
  [
    'pnf',
    'pnfs',
    'network',
    'pnf-name',
    'pnf-name2 pnf-id equip-type equip-vendor equip-model management-option in-maint ipaddress-v4-oam serial-number sw-version nf-role prov-status',
    'until19',
  ],
  [
    'instance-group',
    'instance-groups',
    'network',
    'id',
    'instance-group-role model-invariant-id model-version-id description instance-group-type instance-group-name instance-group-function',
  ],
];

const BUSINESS: readonly Row[] = [
  ['customer', 'customers', 'business', 'global-customer-id', 'subscriber-name subscriber-type', 'until19'],
  ['service-subscription', 'service-subscriptions', null, 'service-type', 'temp-ub-sub-account-id', 'until19'],
  [
    'service-instance',
    'service-instances',
    null,
    'service-instance-id',
    `service-instance-name service-type service-role service-rate service-layer due-date end-date environment-context workload-context created-at updated-at description bandwidth-total service-instance-location-id selflink orchestration-status input-parameters service-function operational-status ${MODEL}`,
  ],
  [
    'allotted-resource',
    'allotted-resources',
    null,
    'id',
    'description selflink model-invariant-id model-version-id orchestration-status operational-status type role allotted-resource-name',
  ],
  [
    'slice-profile',
    'slice-profiles',
    null,
    'profile-id',
    'slice-profile-id latency max-number-of-UEs coverage-area-TA-list ue-mobility-level resource-sharing-level exp-data-rate-UL exp-data-rate-DL activity-factor reliability availability jitter survival-time',
  ],
  [
    'service-profile',
    'service-profiles',
    null,
    'profile-id',
    'latency max-number-of-UEs coverage-area-TA-list ue-mobility-level resource-sharing-level activity-factor jitter survival-time availability reliability dl-thpt-per-slice dl-thpt-per-UE ul-thpt-per-slice ul-thpt-per-UE exp-data-rate-UL exp-data-rate-DL max-number-of-conns term-density',
  ],
  ['model', 'models', 'service-design-and-creation', 'model-invariant-id', 'model-type model-role'],
  [
    'model-ver',
    'model-vers',
    null,
    'model-version-id',
    'model-name model-version distribution-status model-description',
  ],
];

const SINCE: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  model: [['model-role', 20]],
  vserver: [['operational-status', 20]],
  complex: [['time-zone', 21]],
  'cloud-region': [
    ['in-maint', 16],
    ['orchestration-disabled', 16],
    ['status', 21],
  ],
};

function toType([name, plural, namespace, keys, properties, depth]: Row): AaiType {
  const keyNames = keys.split(' ');
  return {
    name,
    plural,
    namespace,
    keys: keyNames,
    properties: new Set([...keyNames, ...properties.split(' '), ...LIFE.split(' ')]),
    since: new Map(SINCE[name] ?? []),
    maximumDepth: THEN[depth ?? 'never'],
  };
}

const TYPES: readonly AaiType[] = [...PLACES, ...NETWORK, ...BUSINESS].map(toType);

/** Types by singular name, and by the name of the element that holds them. */
export const TYPE_BY_NAME: ReadonlyMap<string, AaiType> = new Map(TYPES.map((type) => [type.name, type]));
export const TYPE_BY_PLURAL: ReadonlyMap<string, AaiType> = new Map(
  TYPES.flatMap((type) => (type.plural === null ? [] : [[type.plural, type] as const])),
);

const CHILDREN: Readonly<Record<string, string>> = {
  'cloud-region': 'availability-zone tenant flavor hpa-capability',
  tenant: 'vserver',
  flavor: 'hpa-capability',
  'hpa-capability': 'hpa-feature-attributes',
  'generic-vnf': 'vf-module l-interface',
  vserver: 'l-interface',
  'l-interface': 'l-interface l3-interface-ipv4-address-list l3-interface-ipv6-address-list',
  pserver: 'l-interface',
  pnf: 'l-interface',
  customer: 'service-subscription',
  'service-subscription': 'service-instance',
  'service-instance': 'allotted-resource slice-profile service-profile',
  model: 'model-ver',
};

const RELATED: readonly (readonly [string, string])[] = [
  ['cloud-region', 'complex'],
  ['cloud-region', 'l3-network'],
  ['cloud-region', 'pserver'],
  ['cloud-region', 'generic-vnf'],
  ['cloud-region', 'zone'],
  ['availability-zone', 'complex'],
  ['availability-zone', 'generic-vnf'],
  ['generic-vnf', 'vserver'],
  ['generic-vnf', 'complex'],
  ['generic-vnf', 'pserver'],
  ['generic-vnf', 'service-instance'],
  ['generic-vnf', 'l3-network'],
  ['generic-vnf', 'tenant'],
  ['generic-vnf', 'instance-group'],
  ['vserver', 'pserver'],
  ['vserver', 'flavor'],
  ['vserver', 'vf-module'],
  ['pserver', 'complex'],
  ['pserver', 'zone'],
  ['pnf', 'complex'],
  ['pnf', 'service-instance'],
  ['zone', 'complex'],
  ['l3-network', 'vf-module'],
  ['l3-network', 'service-instance'],
  ['l3-network', 'tenant'],
  ['l3-network', 'complex'],
  ['l3-network', 'instance-group'],
  ['service-instance', 'zone'],
  ['service-instance', 'instance-group'],
  ['service-instance', 'allotted-resource'],
  ['service-instance', 'service-instance'],
];

export function isChildType(parent: string, child: string): boolean {
  return (Object.hasOwn(CHILDREN, parent) ? (CHILDREN[parent] ?? '') : '').split(' ').includes(child);
}

/** Whether the schema has an edge between the two types, inside one another or side by side. */
export function hasEdge(one: string, other: string): boolean {
  if (isChildType(one, other) || isChildType(other, one)) return true;
  return RELATED.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
}

/** Whether objects of this version's schema have the property. */
export function hasProperty(type: AaiType, property: string, version: number): boolean {
  return type.properties.has(property) && version >= (type.since.get(property) ?? 0);
}
