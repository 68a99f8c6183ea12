// What is read in batches and how: one Loader a kind of object and key. Paths are A&AI's (v10 to v32), without the version.
import type { CloudRegionKey } from '../../domain/inventory.ts';
import { own } from '../../lib/json.ts';
import type { Loader } from './batch.ts';
import { keysAfter, pathOf, segmentsOf } from './links.ts';
import { filled } from './wire.ts';

/** Key of a cloud region as one text: two owners may use one region id. */
export function regionKey(key: CloudRegionKey): string {
  return JSON.stringify([key.cloudOwner, key.cloudRegionId]);
}

function pairs(name: string, values: readonly string[]): string {
  return values.map((value) => `${name}=${encodeURIComponent(value)}`).join('&');
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/**
 * A DSL filter, or null for values that the language cannot carry: back-slashes and line ends break the script it is pasted into,
 * the property's own name is dropped, a first `true` or `false` makes a boolean of it.
 */
function dslFilter(name: string, values: readonly string[]): string | null {
  if (values.some((value) => /[\\\r\n]/.test(value) || value === name) || /^(true|false)$/i.test(values[0] ?? '')) {
    return null;
  }
  return `('${name}',${values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(',')})`;
}

function byKey(name: string, container: string, type: string, property: string): Loader<string> {
  return {
    name,
    type,
    keyOf: (key) => key,
    multiGet: (keys) => `/${container}?${pairs(property, keys)}&depth=0`,
    startUri: (key) => `/${container}/${type}${pathOf(key)}`,
    dsl: (keys) => {
      const filter = dslFilter(property, keys);
      return filter && `${type}*${filter}`;
    },
    single: (key) => `/${container}/${type}${pathOf(key)}?depth=0`,
    alone: property,
    answers: (entity) => filled(own(entity.object, property)),
  };
}

/** Objects that have a property's value, any number of them a key. */
function byProperty(name: string, container: string, type: string, property: string): Loader<string> {
  const path = (keys: readonly string[]) => `/${container}?${pairs(property, keys)}&depth=0`;
  return {
    name,
    type,
    keyOf: (key) => key,
    multiGet: path,
    single: (key) => path([key]),
    property,
    answers: (entity) => filled(own(entity.object, property)),
  };
}

export const zones = byKey('zone', 'network/zones', 'zone', 'zone-id');
export const complexes = byKey('complex', 'cloud-infrastructure/complexes', 'complex', 'physical-location-id');
export const pservers = byKey('pserver', 'cloud-infrastructure/pservers', 'pserver', 'hostname');
export const genericVnfs = byKey('generic-vnf', 'network/generic-vnfs', 'generic-vnf', 'vnf-id');
export const customers = byKey('customer', 'business/customers', 'customer', 'global-customer-id');
export const vnfsByName = byProperty('generic-vnf-by-name', 'network/generic-vnfs', 'generic-vnf', 'vnf-name');
export const vnfsByRole = byProperty('generic-vnf-by-role', 'network/generic-vnfs', 'generic-vnf', 'equipment-role');
export const networksByRole = byProperty('l3-network', 'network/l3-networks', 'l3-network', 'network-role');

export const cloudRegions: Loader<CloudRegionKey> = {
  name: 'cloud-region',
  type: 'cloud-region',
  keyOf: regionKey,
  // Both lists are ORs, so pairs that nobody asked for may come too; they find no key.
  multiGet: (keys) =>
    `/cloud-infrastructure/cloud-regions?${pairs('cloud-owner', unique(keys.map((k) => k.cloudOwner)))}` +
    `&${pairs('cloud-region-id', unique(keys.map((k) => k.cloudRegionId)))}&depth=0`,
  startUri: (key) => `/cloud-infrastructure/cloud-regions/cloud-region${pathOf(key.cloudOwner, key.cloudRegionId)}`,
  single: (key) =>
    `/cloud-infrastructure/cloud-regions/cloud-region${pathOf(key.cloudOwner, key.cloudRegionId)}?depth=0`,
  alone: 'cloud-region-id',
  answers: ({ object }) => {
    const cloudOwner = filled(own(object, 'cloud-owner'));
    const cloudRegionId = filled(own(object, 'cloud-region-id'));
    return cloudOwner && cloudRegionId ? regionKey({ cloudOwner, cloudRegionId }) : null;
  },
};

/** All flavors of a region, with their HPA capabilities and the attributes of those. */
export const flavors: Loader<CloudRegionKey> = {
  name: 'flavor',
  type: 'flavor',
  keyOf: regionKey,
  dsl: (keys) => {
    const owners = dslFilter('cloud-owner', unique(keys.map((k) => k.cloudOwner)));
    const ids = dslFilter('cloud-region-id', unique(keys.map((k) => k.cloudRegionId)));
    return owners && ids && `cloud-region${owners}${ids} > flavor*`;
  },
  dslDepth: 2,
  single: (key) =>
    `/cloud-infrastructure/cloud-regions/cloud-region${pathOf(key.cloudOwner, key.cloudRegionId)}/flavors?depth=all&nodes-only=true`,
  answers: ({ url }) => {
    const [cloudOwner, cloudRegionId] = keysAfter(url, 'cloud-region', 2) ?? [];
    return cloudOwner && cloudRegionId ? regionKey({ cloudOwner, cloudRegionId }) : null;
  },
};

/** VNFs with their modules. On plurals this depth is allowed from v20 on; before, the list of start URIs takes over. */
export const vnfsWithModules: Loader<string> = {
  name: 'vf-module',
  type: 'generic-vnf',
  keyOf: (key) => key,
  multiGet: (keys) => `/network/generic-vnfs?${pairs('vnf-id', keys)}&depth=1`,
  startUri: (key) => `/network/generic-vnfs/generic-vnf${pathOf(key)}`,
  queryDepth: 1,
  single: (key) => `/network/generic-vnfs/generic-vnf${pathOf(key)}?depth=1`,
  alone: 'vnf-id',
  answers: genericVnfs.answers,
};

/** Which service instances a `transport` demand means. */
export interface TransportKey {
  readonly customer: string;
  readonly subscription: string;
  readonly serviceType: string;
  readonly serviceRole: string;
}

export function transportKey(key: TransportKey): string {
  return JSON.stringify([key.customer, key.subscription, key.serviceType, key.serviceRole]);
}

export const transportServices: Loader<TransportKey> = {
  name: 'transport-service',
  type: 'service-instance',
  keyOf: transportKey,
  single: (key) =>
    `/business/customers/customer${pathOf(key.customer)}/service-subscriptions/service-subscription${pathOf(key.subscription)}` +
    `/service-instances?${pairs('service-type', [key.serviceType])}&${pairs('service-role', [key.serviceRole])}&depth=0`,
  // One key a request: whatever comes is of that key.
  answers: () => null,
};

/** The URL in the answer gives customer and subscription. */
export const serviceInstances: Loader<string> = {
  name: 'service-instance',
  type: 'service-instance',
  keyOf: (key) => key,
  multiGet: (keys) => `/nodes/service-instances?${pairs('service-instance-id', keys)}&depth=0&format=resource_and_url`,
  dsl: (keys) => {
    const filter = dslFilter('service-instance-id', keys);
    return filter && `service-instance*${filter}`;
  },
  single: (key) => `/nodes/service-instances/service-instance${pathOf(key)}?depth=0&format=resource_and_url`,
  alone: 'service-instance-id',
  answers: ({ object }) => filled(own(object, 'service-instance-id')),
};

/** Objects nested in others, by normalised link: their own key is not unique, their whole URL is. */
function byLink(name: string, type: string, container: string, property: string, depth: 0 | 1 | 2): Loader<string> {
  const lastOf = (link: string) => segmentsOf(link).at(-1) ?? '';
  return {
    name,
    type,
    keyOf: (link) => link,
    multiGet: (links) =>
      `/nodes/${container}?${pairs(property, unique(links.map(lastOf)))}&depth=${depth}&format=resource_and_url`,
    ...(depth === 2 ? {} : { startUri: (link: string) => link, queryDepth: depth }),
    single: (link) => `${link}?depth=${depth}`,
    alone: property,
    answers: (entity) => entity.url,
  };
}

/** Depth 0: relationships alone, for homing. */
export const vservers = byLink('vserver', 'vserver', 'vservers', 'vserver-id', 0);
/** Depth 2: with interfaces and their addresses, for people. */
export const vserverDetails = byLink('vserver', 'vserver', 'vservers', 'vserver-id', 2);
/** Depth 1: with allotted resources. */
export const serviceInstanceChildren = byLink(
  'service-instance-children',
  'service-instance',
  'service-instances',
  'service-instance-id',
  1,
);

/** A service model: every version of it, or one. */
export interface ModelKey {
  readonly invariantId: string;
  readonly versionId: string | null;
}

/** VNFs by model. Load keys with and without a version apart: a version filter holds for the whole request. */
export const vnfsByModel: Loader<ModelKey> & { readonly versioned: Loader<ModelKey> } = {
  ...modelLoader(false),
  versioned: modelLoader(true),
};

export function modelKey(key: ModelKey): string {
  return JSON.stringify([key.invariantId, key.versionId]);
}

function modelLoader(versioned: boolean): Loader<ModelKey> {
  const path = (keys: readonly ModelKey[]) => {
    const versions = unique(keys.flatMap((key) => key.versionId ?? []));
    return (
      `/network/generic-vnfs?${pairs('model-invariant-id', unique(keys.map((key) => key.invariantId)))}` +
      `${versioned ? `&${pairs('model-version-id', versions)}` : ''}&depth=0`
    );
  };
  return {
    name: 'generic-vnf-by-model',
    type: 'generic-vnf',
    keyOf: modelKey,
    multiGet: path,
    single: (key) => path([key]),
    property: versioned ? 'model-version-id' : 'model-invariant-id',
    answers: ({ object }) => {
      const invariantId = filled(own(object, 'model-invariant-id'));
      const versionId = versioned ? filled(own(object, 'model-version-id')) : null;
      if (invariantId === null || (versioned && versionId === null)) return null;
      return modelKey({ invariantId, versionId });
    },
  };
}
