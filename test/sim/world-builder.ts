// Building blocks of simulated worlds: objects in A&AI's form, and relationships written on both ends as A&AI does.
import { TYPE_BY_NAME } from './aai-schema.ts';
import { decodeSegment, normalUri, type WorldEntry } from './aai-store.ts';
import { type Json, type JsonObject, listAt, textAt } from './json.ts';
import type { SimWorld } from './load-world.ts';
import { type Flavor, flavorObject } from './world-flavors.ts';

const LOCATED_IN = 'org.onap.relationships.inventory.LocatedIn';
const COMPOSED_OF = 'org.onap.relationships.inventory.ComposedOf';
const USES = 'org.onap.relationships.inventory.Uses';
const MEMBER_OF = 'org.onap.relationships.inventory.MemberOf';
const HOSTED_ON = 'tosca.relationships.HostedOn';

/** Property shown in `related-to-property`, by type. */
const SHOWN: Readonly<Record<string, string>> = {
  'cloud-region': 'owner-defined-type',
  'generic-vnf': 'vnf-name',
  pserver: 'pserver-name2',
  'service-instance': 'service-instance-name',
  vserver: 'vserver-name',
  'l3-network': 'network-name',
};

export interface Site {
  /** Physical location id. */
  readonly complex: string;
  readonly complexName: string;
  readonly city: string;
  readonly state: string | null;
  /** Three letters. */
  readonly country: string;
  /** Geographic region. */
  readonly area: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface Region {
  readonly owner: string;
  readonly id: string;
  readonly version: string;
  readonly zone: string;
  readonly type: string;
  readonly site: Site;
}

interface Vnf {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly customer: string;
  readonly subscription: string;
  readonly serviceInstance: string;
  readonly region: Region;
  readonly modelInvariant: string;
  readonly modelVersion: string;
  readonly vservers: number;
  /** Numbers the addresses; distinct per VNF. */
  readonly number: number;
  readonly replicationRole: string;
}

interface Transport {
  readonly id: string;
  readonly customer: string;
  readonly subscription: string;
  readonly serviceType: string;
  readonly serviceRole: string;
  readonly zone: string;
  readonly site: Site;
}

function complexUri(site: Site): string {
  return normalUri(`/cloud-infrastructure/complexes/complex/${site.complex}`);
}

function regionUri(region: Region): string {
  return normalUri(`/cloud-infrastructure/cloud-regions/cloud-region/${region.owner}/${region.id}`);
}

function instanceUri(vnf: Pick<Vnf, 'customer' | 'subscription' | 'serviceInstance'>): string {
  const subscription = `/business/customers/customer/${encodeURIComponent(vnf.customer)}/service-subscriptions/service-subscription/${encodeURIComponent(vnf.subscription)}`;
  return normalUri(`${subscription}/service-instances/service-instance/${encodeURIComponent(vnf.serviceInstance)}`);
}

function address(number: number, interfaceNumber: number): string {
  return `10.${interfaceNumber}.${Math.floor(number / 250) % 250}.${(number % 250) + 1}`;
}

function mac(number: number, interfaceNumber: number): string {
  const bytes = [interfaceNumber, (number >> 8) & 255, number & 255];
  return `fa:16:3e:${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}

export class WorldBuilder {
  readonly aai = new Map<string, WorldEntry>();
  readonly capacity = new Map<string, ReadonlyMap<string, number>>();
  private version = 1_600_000_000_000;

  finish(): SimWorld {
    return { aai: this.aai, capacity: this.capacity, multicloud: {} };
  }

  /** Adds an object once; a second time changes nothing. Returns its URI. */
  put(uri: string, type: string, object: JsonObject): string {
    const place = normalUri(uri);
    if (!this.aai.has(place)) {
      this.version += 1;
      this.aai.set(place, { type, object: { ...object, 'resource-version': String(this.version) } });
    }
    return place;
  }

  /** Writes the relationship on both objects. */
  relate(one: string, other: string, label: string): void {
    this.point(one, other, label);
    this.point(other, one, label);
  }

  private point(from: string, to: string, label: string): void {
    const entry = this.aai.get(from);
    const target = this.aai.get(to);
    if (entry === undefined || target === undefined) throw new Error(`No object at ${from} or ${to}`);
    const list = listAt(entry.object['relationship-list'], 'relationship');
    if (list.length === 0) entry.object['relationship-list'] = { relationship: list };
    const property = Object.hasOwn(SHOWN, target.type) ? SHOWN[target.type] : undefined;
    const value = property === undefined ? null : textAt(target.object, property);
    const shown: Json[] = [{ 'property-key': `${target.type}.${property}`, 'property-value': value }];
    list.push({
      'related-to': target.type,
      'relationship-label': label,
      'related-link': `/aai/{version}${to}`,
      'relationship-data': this.keyData(to),
      ...(value === null ? {} : { 'related-to-property': shown }),
    });
  }

  /** Keys of the object and of what holds it, outermost first. */
  private keyData(uri: string): Json[] {
    const segments = uri.split('/').map(decodeSegment);
    const data: Json[] = [];
    for (let at = 1; at < segments.length; at += 1) {
      const type = TYPE_BY_NAME.get(segments[at] ?? '');
      if (type === undefined || segments[at - 1] !== type.plural) continue;
      for (const [index, key] of type.keys.entries()) {
        const value = segments[at + 1 + index] ?? '';
        data.push({ 'relationship-key': `${type.name}.${key}`, 'relationship-value': value });
      }
      at += type.keys.length;
    }
    return data;
  }

  complex(site: Site): string {
    return this.put(complexUri(site), 'complex', {
      'physical-location-id': site.complex,
      'data-center-code': site.complex.slice(0, 4),
      'complex-name': site.complexName,
      'physical-location-type': 'data-center',
      street1: '1 Exchange Way',
      city: site.city,
      ...(site.state === null ? {} : { state: site.state }),
      'postal-code': '00000',
      country: site.country,
      region: site.area,
      latitude: String(site.latitude),
      longitude: String(site.longitude),
    });
  }

  region(region: Region): string {
    const complex = this.complex(region.site);
    const known = this.aai.has(regionUri(region));
    const uri = this.put(regionUri(region), 'cloud-region', {
      'cloud-owner': region.owner,
      'cloud-region-id': region.id,
      'cloud-type': region.type,
      'owner-defined-type': 'datacenter',
      'cloud-region-version': region.version,
      'cloud-zone': region.zone,
      'complex-name': region.site.complexName,
      'sriov-automation': 'false',
      status: 'active',
      'orchestration-disabled': false,
      'in-maint': false,
    });
    if (known) return uri;
    this.relate(uri, complex, LOCATED_IN);
    for (const zone of ['az1', 'az2']) {
      const object = { 'availability-zone-name': zone, 'hypervisor-type': 'kvm' };
      this.put(`${uri}/availability-zones/availability-zone/${zone}`, 'availability-zone', object);
    }
    return uri;
  }

  pserver(hostname: string, site: Site): string {
    const complex = this.complex(site);
    const known = this.aai.has(normalUri(`/cloud-infrastructure/pservers/pserver/${hostname}`));
    const uri = this.put(`/cloud-infrastructure/pservers/pserver/${hostname}`, 'pserver', {
      hostname,
      'pserver-id': `id-${hostname}`,
      'equip-type': 'server',
      'equip-vendor': 'Northfield',
      'equip-model': 'NF-2U',
      'number-of-cpus': 96,
      'ram-in-megabytes': 393216,
      'disk-in-gigabytes': 7680,
      'prov-status': 'PROV',
      'in-maint': false,
      purpose: 'compute',
    });
    if (!known) this.relate(uri, complex, LOCATED_IN);
    return uri;
  }

  /** A device at the customer's place, found by its name. */
  pnf(name: string, site: Site): string {
    const complex = this.complex(site);
    const object = { 'pnf-name': name, 'equip-type': 'ucpe', 'equip-vendor': 'Northfield', 'in-maint': false };
    const uri = this.put(`/network/pnfs/pnf/${name}`, 'pnf', object);
    this.relate(uri, complex, LOCATED_IN);
    return uri;
  }

  customer(id: string, subscription: string): string {
    const object = { 'global-customer-id': id, 'subscriber-name': id, 'subscriber-type': 'INFRA' };
    const customer = this.put(`/business/customers/customer/${encodeURIComponent(id)}`, 'customer', object);
    const place = `${customer}/service-subscriptions/service-subscription/${encodeURIComponent(subscription)}`;
    return this.put(place, 'service-subscription', { 'service-type': subscription });
  }

  network(id: string, role: string, region: Region): string {
    const object = {
      'network-id': id,
      'network-name': id,
      'network-type': 'provider',
      'network-role': role,
      'is-bound-to-vpn': false,
      'is-provider-network': true,
      'is-shared-network': true,
      'is-external-network': false,
    };
    const uri = this.put(`/network/l3-networks/l3-network/${id}`, 'l3-network', object);
    this.relate(uri, this.region(region), USES);
    return uri;
  }

  /** A flavor of a region, with its capabilities; its id is `<region>-<name>`. */
  flavor(region: Region, flavor: Flavor): string {
    const id = `${region.id}-${flavor.name}`;
    const uri = `${this.region(region)}/flavors/flavor/${encodeURIComponent(id)}`;
    return this.put(uri, 'flavor', flavorObject(id, flavor));
  }

  /** A zone of transport lines in a complex. */
  zone(id: string, site: Site): string {
    const complex = this.complex(site);
    const known = this.aai.has(normalUri(`/network/zones/zone/${id}`));
    const uri = this.put(`/network/zones/zone/${id}`, 'zone', {
      'zone-id': id,
      'zone-name': `Zone ${site.city}`,
      'zone-type': 'core',
      'design-type': 'N1',
      'zone-context': 'production',
      'in-maint': false,
    });
    if (!known) this.relate(uri, complex, LOCATED_IN);
    return uri;
  }

  /** A transport line: a service instance of the customer's subscription that stands in a zone. */
  transport(line: Transport): string {
    const { customer, subscription, id, site } = line;
    this.customer(customer, subscription);
    const uri = this.put(instanceUri({ customer, subscription, serviceInstance: id }), 'service-instance', {
      'service-instance-id': id,
      'service-instance-name': `${id}-line`,
      'service-type': line.serviceType,
      'service-role': line.serviceRole,
      'orchestration-status': 'Active',
    });
    this.relate(uri, this.zone(line.zone, site), LOCATED_IN);
    return uri;
  }

  /** Two service instances that belong together. */
  pair(id: string, instances: readonly string[]): void {
    const object = { id, description: 'DHV_VVIG_PAIR', 'instance-group-type': 'ha', 'instance-group-role': 'pair' };
    const uri = this.put(`/network/instance-groups/instance-group/${id}`, 'instance-group', object);
    for (const instance of instances) this.relate(instance, uri, MEMBER_OF);
  }

  private vserver(vnf: Vnf, number: number, tenant: string, host: string): string {
    const id = number === 1 ? `vs-${vnf.id}` : `vs-${vnf.id}-${number}`;
    const serial = vnf.number * 4 + number;
    const ports = ['oam', 'data'].map((network, index) => ({
      'interface-name': `eth${index}`,
      'interface-id': `if-${id}-${index}`,
      macaddr: mac(serial, index + 1),
      'network-name': `${network}-net`,
      'is-port-mirrored': false,
      'in-maint': false,
      'l3-interface-ipv4-address-list': [
        { 'l3-interface-ipv4-address': address(serial, index + 1), 'l3-interface-ipv4-prefix-length': 24 },
      ],
      'l3-interface-ipv6-address-list': [
        {
          'l3-interface-ipv6-address': `fd00::${index + 1}:${serial.toString(16)}`,
          'l3-interface-ipv6-prefix-length': 64,
        },
      ],
    }));
    const uri = this.put(`${tenant}/vservers/vserver/${id}`, 'vserver', {
      'vserver-id': id,
      'vserver-name': `${vnf.name}-vm${number}`,
      'prov-status': 'ACTIVE',
      'vserver-selflink': `https://compute.invalid/servers/${id}`,
      'in-maint': false,
      'is-closed-loop-disabled': false,
      'l-interfaces': { 'l-interface': ports },
    });
    this.relate(uri, host, HOSTED_ON);
    return uri;
  }

  /** A VNF with its service instance, modules and virtual servers; returns the URI of the service instance. */
  vnf(vnf: Vnf): string {
    const region = this.region(vnf.region);
    this.customer(vnf.customer, vnf.subscription);
    const instance = this.put(instanceUri(vnf), 'service-instance', {
      'service-instance-id': vnf.serviceInstance,
      'service-instance-name': `${vnf.name}-service`,
      'service-type': vnf.subscription,
      'service-role': 'INFRASTRUCTURE',
      'environment-context': 'production',
      'orchestration-status': 'Active',
      'model-invariant-id': `svc-${vnf.modelInvariant}`,
      'model-version-id': `svc-${vnf.modelVersion}`,
    });
    const allotted = { id: `ar-${vnf.serviceInstance}`, role: vnf.replicationRole };
    this.put(`${instance}/allotted-resources/allotted-resource/${allotted.id}`, 'allotted-resource', allotted);
    const uri = this.put(`/network/generic-vnfs/generic-vnf/${vnf.id}`, 'generic-vnf', {
      'vnf-id': vnf.id,
      'vnf-name': vnf.name,
      'vnf-type': `${vnf.role}/${vnf.role} 0`,
      'equipment-role': vnf.role,
      'nf-role': vnf.role,
      'prov-status': 'PROV',
      'operational-status': 'in-service-path',
      'orchestration-status': 'Active',
      'in-maint': false,
      'is-closed-loop-disabled': false,
      'ipv4-oam-address': address(vnf.number, 0),
      'model-invariant-id': vnf.modelInvariant,
      'model-version-id': vnf.modelVersion,
      vcpu: 8,
      vmemory: 16384,
      vdisk: 80,
    });
    this.relate(instance, uri, COMPOSED_OF);
    const tenant = this.put(`${region}/tenants/tenant/tenant-1`, 'tenant', {
      'tenant-id': 'tenant-1',
      'tenant-name': 'shared',
    });
    const host = this.pserver(`ps-${vnf.region.id}`, vnf.region.site);
    for (let number = 1; number <= vnf.vservers; number += 1) {
      const vserver = this.vserver(vnf, number, tenant, host);
      const module = this.put(`${uri}/vf-modules/vf-module/vfm-${vnf.id}-${number}`, 'vf-module', {
        'vf-module-id': `vfm-${vnf.id}-${number}`,
        'vf-module-name': `${vnf.name}-module${number}`,
        'is-base-vf-module': number === 1,
        'automated-assignment': false,
        'orchestration-status': 'Active',
      });
      this.relate(uri, vserver, HOSTED_ON);
      this.relate(module, vserver, USES);
    }
    return instance;
  }
}
