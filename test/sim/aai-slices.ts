// Network slices of an invented operator, added to any world: running slices and slice subnets with their profiles, templates with
// their versions in A&AI; figures, zones and models at the peers. All names start with `embb`, `urllc` or `5G`.
import type { WorldEntry } from './aai-store.ts';
import type { Json, JsonObject } from './json.ts';
import type { SimWorld } from './load-world.ts';
import type { SliceFigures, SliceModel, SliceWorld } from './slices.ts';

const CUSTOMER = '5GCustomer';
const SUBSCRIPTION = '/business/customers/customer/5GCustomer/service-subscriptions/service-subscription/5G';
const USES = 'org.onap.relationships.inventory.Uses';
const COMPOSED_OF = 'org.onap.relationships.inventory.ComposedOf';

export const NSI_MODEL = { invariantId: 'inv-embb-nst', versionId: 'ver-embb-nst-1' } as const;
/** The model that the test requests of OSDF name. */
export const OSDF_MODEL = { invariantId: 'i-1', versionId: 'u-1' } as const;
export const NSSI_MODEL = { invariantId: 'inv-embb-nsst', versionId: 'ver-embb-nsst-1' } as const;

export interface SliceInstanceOptions {
  readonly id: string;
  readonly kind: 'nsi' | 'nssi';
  readonly model: { readonly invariantId: string; readonly versionId: string };
  /** `service-function` and `environment-context`, for example `shared`. */
  readonly sharing: string;
  /** `workload-context`: domain of a subnet. */
  readonly domain?: string;
  /** Fields of the profile in A&AI's spelling; the profile is called `profile-{id}`. */
  readonly profile: JsonObject;
}

type Entry = readonly [uri: string, entry: WorldEntry];

function instanceUri(id: string): string {
  return `${SUBSCRIPTION}/service-instances/service-instance/${id}`;
}

function relationship(type: string, label: string, link: string, serviceInstance: string): Json {
  const data = {
    'customer.global-customer-id': CUSTOMER,
    'service-subscription.service-type': '5G',
    'service-instance.service-instance-id': serviceInstance,
  };
  return {
    'related-to': type,
    'relationship-label': label,
    'related-link': `/aai/{version}${link}`,
    'relationship-data': Object.entries(data).map(([key, value]) => ({
      'relationship-key': key,
      'relationship-value': value,
    })),
  };
}

/** A slice (subnet) instance, and the service instance that holds its profile: reached through an allotted resource for an NSI. */
export function sliceInstance(options: SliceInstanceOptions): readonly Entry[] {
  const { id, kind, model, sharing, domain, profile } = options;
  const holder = `profile-of-${id}`;
  const resource = `${instanceUri(holder)}/allotted-resources/allotted-resource/ar-${id}`;
  const link =
    kind === 'nsi'
      ? relationship('allotted-resource', USES, resource, holder)
      : relationship('service-instance', COMPOSED_OF, instanceUri(holder), holder);
  const child = kind === 'nsi' ? 'service-profile' : 'slice-profile';
  const own: JsonObject = {
    'service-instance-id': id,
    'service-instance-name': `name-${id}`,
    'service-type': 'embb',
    'service-role': kind,
    'service-function': sharing,
    'environment-context': sharing,
    ...(domain === undefined ? {} : { 'workload-context': domain }),
    'model-invariant-id': model.invariantId,
    'model-version-id': model.versionId,
    'orchestration-status': 'active',
    'resource-version': '1',
    'relationship-list': { relationship: [link] },
  };
  const holderObject = {
    'service-instance-id': holder,
    'service-instance-name': `name-${holder}`,
    'service-role': child,
    'resource-version': '1',
  };
  const profileObject = { 'profile-id': `profile-${id}`, ...profile, 'resource-version': '1' };
  return [
    [instanceUri(id), { type: 'service-instance', object: own }],
    [instanceUri(holder), { type: 'service-instance', object: holderObject }],
    [resource, { type: 'allotted-resource', object: { id: `ar-${id}`, 'resource-version': '1' } }],
    [`${instanceUri(holder)}/${child}s/${child}/profile-${id}`, { type: child, object: profileObject }],
  ];
}

/** A service model with one version. */
export function sliceTemplate(
  role: 'nst' | 'nsst',
  name: string,
  invariantId: string,
  versionId: string,
): readonly Entry[] {
  const model = `/service-design-and-creation/models/model/${invariantId}`;
  const version = {
    'model-version-id': versionId,
    'model-name': name,
    'model-version': '1.0',
    'distribution-status': 'DISTRIBUTION_COMPLETE_OK',
    'model-description': `${name}, invented`,
    'resource-version': '1',
  };
  const object = {
    'model-invariant-id': invariantId,
    'model-type': 'service',
    'model-role': role,
    'resource-version': '1',
  };
  return [
    [model, { type: 'model', object }],
    [`${model}/model-vers/model-ver/${versionId}`, { type: 'model-ver', object: version }],
  ];
}

function serviceProfile(latency: number, uplink: number, downlink: number): JsonObject {
  return {
    latency,
    'max-number-of-UEs': 1000,
    'coverage-area-TA-list': 'Springfield-1,2',
    'ue-mobility-level': 'stationary',
    'resource-sharing-level': 'shared',
    reliability: '99.99',
    'ul-thpt-per-slice': uplink,
    'dl-thpt-per-slice': downlink,
  };
}

function sliceProfile(latency: number, uplink: number, downlink: number): JsonObject {
  return {
    latency,
    'max-number-of-UEs': 1000,
    'coverage-area-TA-list': 'Springfield-1,2',
    'ue-mobility-level': 'stationary',
    'resource-sharing-level': 'shared',
    'exp-data-rate-UL': uplink,
    'exp-data-rate-DL': downlink,
    reliability: 99.99,
  };
}

const SHARED = { sharing: 'shared' } as const;

const INSTANCES: readonly SliceInstanceOptions[] = [
  { id: 'embb-nsi-1', kind: 'nsi', model: NSI_MODEL, ...SHARED, profile: serviceProfile(15, 300, 400) },
  { id: 'embb-nsi-2', kind: 'nsi', model: NSI_MODEL, ...SHARED, profile: serviceProfile(18, 100, 100) },
  { id: 'embb-nsi-3', kind: 'nsi', model: NSI_MODEL, sharing: 'non-shared', profile: serviceProfile(5, 300, 300) },
  { id: 'embb-nsi-osdf', kind: 'nsi', model: OSDF_MODEL, ...SHARED, profile: serviceProfile(16, 200, 200) },
  { id: 'embb-core-1', kind: 'nssi', model: NSSI_MODEL, ...SHARED, domain: 'CN', profile: sliceProfile(8, 200, 300) },
  { id: 'embb-core-2', kind: 'nssi', model: NSSI_MODEL, ...SHARED, domain: 'CN', profile: sliceProfile(4, 50, 50) },
  { id: 'embb-haul-1', kind: 'nssi', model: NSSI_MODEL, ...SHARED, domain: 'TN_FH', profile: sliceProfile(2, 90, 90) },
  { id: 'embb-ran-1', kind: 'nssi', model: NSSI_MODEL, ...SHARED, domain: 'AN', profile: sliceProfile(6, 150, 150) },
];

function figures(uplink: number, downlink: number): SliceFigures {
  return { ulthptPerSlice: uplink, dlthptPerSlice: downlink, maxNumberOfConns: null };
}

function model(name: string, latency: number, reliability: number): SliceModel {
  return {
    name,
    properties: [
      { name: 'latency', type: 'integer', value: latency },
      { name: 'reliability', type: 'float', value: reliability },
      { name: 'maxNumberofUEs', type: 'integer', value: 1000 },
      { name: 'sST', type: 'string', value: 'eMBB' },
      { name: 'pLMNIdList', type: 'string' },
    ],
  };
}

/** `embb-nsi-2` is all but full, `embb-core-2` is overbooked, and DCAE does not know `embb-ran-1`. */
const SLICES: SliceWorld = {
  figures: new Map([
    ['embb-nsi-1', figures(100, 150)],
    ['embb-nsi-2', figures(99, 98)],
    ['embb-nsi-3', figures(0, 0)],
    ['embb-nsi-osdf', figures(20, 30)],
    ['embb-core-1', figures(120, 130)],
    ['embb-core-2', figures(60, 70)],
  ]),
  zones: new Map([
    ['1', [234, 235]],
    ['2', [235, 236]],
    ['3', []],
  ]),
  models: new Map([
    ['ver-embb-nst-1', model('EmbbNst', 15, 99.9)],
    ['ver-urllc-nst-1', model('UrllcNst', 5, 99.999)],
    ['ver-slow-nst-1', model('SlowNst', 80, 99)],
    ['ver-embb-nsst-1', model('EmbbCnNsst', 8, 99.9)],
  ]),
};

/** The world with these slices in it; those that it has already stay. */
export function withSlices(world: SimWorld): SimWorld {
  const customer = { 'global-customer-id': CUSTOMER, 'subscriber-name': CUSTOMER, 'subscriber-type': 'INFRA' };
  const entries: readonly Entry[] = [
    [`/business/customers/customer/${CUSTOMER}`, { type: 'customer', object: customer }],
    [SUBSCRIPTION, { type: 'service-subscription', object: { 'service-type': '5G' } }],
    ...INSTANCES.flatMap(sliceInstance),
    ...sliceTemplate('nst', 'EmbbNst', 'inv-embb-nst', 'ver-embb-nst-1'),
    ...sliceTemplate('nst', 'UrllcNst', 'inv-urllc-nst', 'ver-urllc-nst-1'),
    ...sliceTemplate('nst', 'SlowNst', 'inv-slow-nst', 'ver-slow-nst-1'),
    ...sliceTemplate('nsst', 'EmbbCnNsst', 'inv-embb-nsst', 'ver-embb-nsst-1'),
  ];
  return {
    ...world,
    aai: new Map([...entries, ...world.aai]),
    slices: {
      figures: new Map([...SLICES.figures, ...(world.slices?.figures ?? [])]),
      zones: new Map([...SLICES.zones, ...(world.slices?.zones ?? [])]),
      models: new Map([...SLICES.models, ...(world.slices?.models ?? [])]),
    },
  };
}
