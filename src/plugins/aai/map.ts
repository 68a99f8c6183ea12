// A&AI objects → domain objects, field by field. An object without its own key is no object (null); every other fact is optional.
import type {
  CloudRegion,
  CloudRegionKey,
  Complex,
  Customer,
  GenericVnf,
  LInterface,
  Pserver,
  ServiceInstance,
  Vserver,
} from '../../domain/inventory.ts';
import { type JsonObject, own } from '../../lib/json.ts';
import { distinct, keysAfter, relatedKey, relatedRegion, relations } from './links.ts';
import { regionKey } from './loaders.ts';
import { bool, type Entity, filled, nested, number, objects, text } from './wire.ts';

const field = (object: JsonObject, name: string) => text(own(object, name));

export function toComplex({ object }: Entity): Complex | null {
  const physicalLocationId = filled(own(object, 'physical-location-id'));
  if (physicalLocationId === null) return null;
  return {
    physicalLocationId,
    complexName: field(object, 'complex-name'),
    physicalLocationType: field(object, 'physical-location-type'),
    dataCenterCode: field(object, 'data-center-code'),
    street1: field(object, 'street1'),
    city: field(object, 'city'),
    state: field(object, 'state'),
    postalCode: field(object, 'postal-code'),
    country: field(object, 'country'),
    region: field(object, 'region'),
    latitude: field(object, 'latitude'),
    longitude: field(object, 'longitude'),
    timeZone: field(object, 'time-zone'),
  };
}

/** Ids of the complexes that an object (region, pserver) is related to. */
export function complexIds(object: JsonObject): readonly string[] {
  const related = relations(object, 'complex');
  return distinct(related.map((relation) => relatedKey(relation, 'complex', 'physical-location-id')));
}

export function toCloudRegion({ object }: Entity): CloudRegion | null {
  const cloudOwner = filled(own(object, 'cloud-owner'));
  const cloudRegionId = filled(own(object, 'cloud-region-id'));
  if (cloudOwner === null || cloudRegionId === null) return null;
  const ids = complexIds(object);
  const zones = relations(object, 'availability-zone').map((r) =>
    r.data.get('availability-zone.availability-zone-name'),
  );
  const inline = nested(object, 'availability-zones', 'availability-zone').map((zone) =>
    filled(own(zone, 'availability-zone-name')),
  );
  return {
    cloudOwner,
    cloudRegionId,
    cloudRegionVersion: field(object, 'cloud-region-version'),
    cloudType: field(object, 'cloud-type'),
    cloudZone: field(object, 'cloud-zone'),
    ownerDefinedType: field(object, 'owner-defined-type'),
    complexName: field(object, 'complex-name'),
    status: field(object, 'status'),
    sriovAutomation: field(object, 'sriov-automation'),
    inMaint: bool(own(object, 'in-maint')),
    orchestrationDisabled: bool(own(object, 'orchestration-disabled')),
    physicalLocationId: ids.length === 1 ? (ids[0] ?? null) : null,
    availabilityZones: distinct([...zones.map((zone) => zone ?? null), ...inline]),
  };
}

/** Owner and id of the cloud regions that an object's vservers lie in; several vservers of one region give one. */
export function vserverRegions(object: JsonObject): readonly CloudRegionKey[] {
  const byKey = new Map<string, CloudRegionKey>();
  for (const relation of relations(object, 'vserver')) {
    const region = relatedRegion(relation);
    if (region) byKey.set(regionKey(region), region);
  }
  return [...byKey.values()];
}

export function toGenericVnf({ object }: Entity): GenericVnf | null {
  const vnfId = filled(own(object, 'vnf-id'));
  if (vnfId === null) return null;
  const services = relations(object, 'service-instance');
  const regions = vserverRegions(object);
  return {
    vnfId,
    vnfName: field(object, 'vnf-name'),
    vnfType: field(object, 'vnf-type'),
    equipmentRole: field(object, 'equipment-role'),
    nfType: field(object, 'nf-type'),
    nfRole: field(object, 'nf-role'),
    nfFunction: field(object, 'nf-function'),
    provStatus: field(object, 'prov-status'),
    operationalStatus: field(object, 'operational-status'),
    orchestrationStatus: field(object, 'orchestration-status'),
    inMaint: bool(own(object, 'in-maint')),
    ipv4OamAddress: field(object, 'ipv4-oam-address'),
    modelInvariantId: field(object, 'model-invariant-id'),
    modelVersionId: field(object, 'model-version-id'),
    modelCustomizationId: field(object, 'model-customization-id'),
    vcpu: number(own(object, 'vcpu')),
    vmemory: number(own(object, 'vmemory')),
    vdisk: number(own(object, 'vdisk')),
    serviceInstanceIds: distinct(services.map((r) => relatedKey(r, 'service-instance', 'service-instance-id'))),
    customerId: distinct(services.map((r) => relatedKey(r, 'customer', 'global-customer-id')))[0] ?? null,
    vserverLinks: distinct(relations(object, 'vserver').map((r) => r.link)),
    cloudRegion: regions.length === 1 ? (regions[0] ?? null) : null,
  };
}

/** `link` is the key under which the vserver was read. */
export function toVserver({ object }: Entity, link: string): Vserver | null {
  const vserverId = filled(own(object, 'vserver-id'));
  if (vserverId === null) return null;
  const [cloudOwner, cloudRegionId] = keysAfter(link, 'cloud-region', 2) ?? [];
  return {
    link,
    vserverId,
    vserverName: field(object, 'vserver-name'),
    provStatus: field(object, 'prov-status'),
    inMaint: bool(own(object, 'in-maint')),
    interfaces: nested(object, 'l-interfaces', 'l-interface').flatMap((item) => toInterface(item) ?? []),
    pserverHostnames: distinct(relations(object, 'pserver').map((r) => relatedKey(r, 'pserver', 'hostname'))),
    cloudRegion: cloudOwner && cloudRegionId ? { cloudOwner, cloudRegionId } : null,
  };
}

function toInterface(object: JsonObject): LInterface | null {
  const interfaceName = filled(own(object, 'interface-name'));
  if (interfaceName === null) return null;
  const addresses = (version: 'ipv4' | 'ipv6') =>
    objects(own(object, `l3-interface-${version}-address-list`)).map((item) =>
      filled(own(item, `l3-interface-${version}-address`)),
    );
  return {
    interfaceName,
    interfaceId: field(object, 'interface-id'),
    macaddr: field(object, 'macaddr'),
    networkName: field(object, 'network-name'),
    ipv4Addresses: distinct(addresses('ipv4')),
    ipv6Addresses: distinct(addresses('ipv6')),
  };
}

export function toPserver({ object }: Entity): Pserver | null {
  const hostname = filled(own(object, 'hostname'));
  if (hostname === null) return null;
  const ids = complexIds(object);
  return {
    hostname,
    equipType: field(object, 'equip-type'),
    equipVendor: field(object, 'equip-vendor'),
    equipModel: field(object, 'equip-model'),
    numberOfCpus: number(own(object, 'number-of-cpus')),
    ramInMegabytes: number(own(object, 'ram-in-megabytes')),
    diskInGigabytes: number(own(object, 'disk-in-gigabytes')),
    provStatus: field(object, 'prov-status'),
    inMaint: bool(own(object, 'in-maint')),
    purpose: field(object, 'purpose'),
    physicalLocationId: ids.length === 1 ? (ids[0] ?? null) : null,
  };
}

export function toServiceInstance({ object, url }: Entity): ServiceInstance | null {
  const serviceInstanceId = filled(own(object, 'service-instance-id'));
  if (serviceInstanceId === null) return null;
  return {
    serviceInstanceId,
    serviceInstanceName: field(object, 'service-instance-name'),
    serviceType: field(object, 'service-type'),
    serviceRole: field(object, 'service-role'),
    environmentContext: field(object, 'environment-context'),
    workloadContext: field(object, 'workload-context'),
    orchestrationStatus: field(object, 'orchestration-status'),
    modelInvariantId: field(object, 'model-invariant-id'),
    modelVersionId: field(object, 'model-version-id'),
    customerId: keysAfter(url, 'customer', 1)?.[0] ?? null,
    serviceSubscription: keysAfter(url, 'service-subscription', 1)?.[0] ?? null,
    vnfIds: distinct(relations(object, 'generic-vnf').map((r) => relatedKey(r, 'generic-vnf', 'vnf-id'))),
  };
}

export function toCustomer({ object }: Entity): Customer | null {
  const globalCustomerId = filled(own(object, 'global-customer-id'));
  if (globalCustomerId === null) return null;
  return {
    globalCustomerId,
    subscriberName: field(object, 'subscriber-name'),
    subscriberType: field(object, 'subscriber-type'),
  };
}
