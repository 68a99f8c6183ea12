// An inventory of a few objects that writes down each read it was asked for.
import { ConductorError } from '../../../src/domain/errors.ts';
import type * as inventory from '../../../src/domain/inventory.ts';
import type { CallContext, InventoryReader } from '../../../src/domain/ports.ts';

export function complex(physicalLocationId: string, fields: Partial<inventory.Complex> = {}): inventory.Complex {
  return {
    physicalLocationId,
    complexName: `complex ${physicalLocationId}`,
    physicalLocationType: null,
    dataCenterCode: null,
    street1: null,
    city: 'Somewhere',
    state: null,
    postalCode: null,
    country: 'USA',
    region: null,
    latitude: '40.5',
    longitude: '-74.0',
    timeZone: null,
    ...fields,
  };
}

export function cloudRegion(
  cloudOwner: string,
  cloudRegionId: string,
  physicalLocationId: string | null,
): inventory.CloudRegion {
  return {
    cloudOwner,
    cloudRegionId,
    physicalLocationId,
    cloudRegionVersion: '3.0',
    cloudType: null,
    cloudZone: null,
    ownerDefinedType: null,
    complexName: null,
    status: null,
    sriovAutomation: null,
    inMaint: false,
    orchestrationDisabled: false,
    availabilityZones: ['az1'],
  };
}

export function genericVnf(vnfId: string, fields: Partial<inventory.GenericVnf> = {}): inventory.GenericVnf {
  return {
    vnfId,
    vnfName: `name-${vnfId}`,
    vnfType: null,
    equipmentRole: null,
    nfType: null,
    nfRole: null,
    nfFunction: null,
    provStatus: null,
    operationalStatus: null,
    orchestrationStatus: null,
    inMaint: null,
    ipv4OamAddress: null,
    modelInvariantId: null,
    modelVersionId: null,
    modelCustomizationId: null,
    vcpu: 9_007_199_254_740,
    vmemory: null,
    vdisk: null,
    serviceInstanceIds: [],
    customerId: null,
    vserverLinks: [],
    cloudRegion: null,
    ...fields,
  };
}

export function vserver(link: string, pserverHostnames: readonly string[]): inventory.Vserver {
  return {
    link,
    vserverId: `id of ${link}`,
    vserverName: null,
    provStatus: null,
    inMaint: null,
    interfaces: [
      {
        interfaceName: 'eth0',
        interfaceId: null,
        macaddr: null,
        networkName: null,
        ipv4Addresses: ['10.0.0.1'],
        ipv6Addresses: [],
      },
    ],
    pserverHostnames,
    cloudRegion: null,
  };
}

export function pserver(hostname: string, physicalLocationId: string | null): inventory.Pserver {
  return {
    hostname,
    physicalLocationId,
    equipType: null,
    equipVendor: null,
    equipModel: null,
    numberOfCpus: 64,
    ramInMegabytes: null,
    diskInGigabytes: null,
    provStatus: null,
    inMaint: null,
    purpose: null,
  };
}

export function serviceInstance(
  serviceInstanceId: string,
  fields: Partial<inventory.ServiceInstance> = {},
): inventory.ServiceInstance {
  return {
    serviceInstanceId,
    serviceInstanceName: null,
    serviceType: null,
    serviceRole: null,
    environmentContext: null,
    workloadContext: null,
    orchestrationStatus: null,
    modelInvariantId: null,
    modelVersionId: null,
    customerId: null,
    serviceSubscription: null,
    vnfIds: [],
    ...fields,
  };
}

/** Keys that end with `!` fail. */
export class FakeInventory implements InventoryReader {
  /** `<read> <number of keys>` in the order of the reads. */
  readonly calls: string[] = [];
  readonly contexts: CallContext[] = [];
  readonly complexList: inventory.Complex[] = [];
  readonly regionList: inventory.CloudRegion[] = [];
  readonly vnfList: inventory.GenericVnf[] = [];
  readonly vserverList: inventory.Vserver[] = [];
  readonly pserverList: inventory.Pserver[] = [];
  readonly instanceList: inventory.ServiceInstance[] = [];
  readonly customerList: inventory.Customer[] = [];
  refreshed = 0;
  state: inventory.InventoryFreshness = {
    cloudRegions: 0,
    complexes: 0,
    refreshedAt: null,
    stale: false,
    lastError: null,
  };

  async #read<T>(
    name: string,
    keys: readonly string[],
    ctx: CallContext,
    find: (key: string) => T | undefined,
  ): Promise<(T | null | Error)[]> {
    this.calls.push(`${name} ${keys.length}`);
    this.contexts.push(ctx);
    return keys.map((key) =>
      key.endsWith('!')
        ? new ConductorError('UPSTREAM_UNAVAILABLE', `A&AI: no answer for ${key}`)
        : (find(key) ?? null),
    );
  }

  complexes(ids: readonly string[], ctx: CallContext) {
    return this.#read('complexes', ids, ctx, (id) => this.complexList.find((one) => one.physicalLocationId === id));
  }

  cloudRegions(keys: readonly inventory.CloudRegionKey[], ctx: CallContext) {
    const texts = keys.map((key) => `${key.cloudOwner}/${key.cloudRegionId}`);
    return this.#read('cloudRegions', texts, ctx, (text) =>
      this.regionList.find((one) => `${one.cloudOwner}/${one.cloudRegionId}` === text),
    );
  }

  genericVnfs(ids: readonly string[], ctx: CallContext) {
    return this.#read('genericVnfs', ids, ctx, (id) => this.vnfList.find((one) => one.vnfId === id));
  }

  genericVnfsByName(names: readonly string[], ctx: CallContext) {
    return this.#read('genericVnfsByName', names, ctx, (name) => this.vnfList.find((one) => one.vnfName === name));
  }

  serviceInstances(ids: readonly string[], ctx: CallContext) {
    return this.#read('serviceInstances', ids, ctx, (id) =>
      this.instanceList.find((one) => one.serviceInstanceId === id),
    );
  }

  customers(ids: readonly string[], ctx: CallContext) {
    return this.#read('customers', ids, ctx, (id) => this.customerList.find((one) => one.globalCustomerId === id));
  }

  vservers(links: readonly string[], ctx: CallContext) {
    return this.#read('vservers', links, ctx, (link) => this.vserverList.find((one) => one.link === link));
  }

  pservers(hostnames: readonly string[], ctx: CallContext) {
    return this.#read('pservers', hostnames, ctx, (name) => this.pserverList.find((one) => one.hostname === name));
  }

  async allComplexes() {
    return this.complexList;
  }

  async allCloudRegions() {
    return this.regionList;
  }

  freshness() {
    return this.state;
  }

  async refresh() {
    this.refreshed += 1;
    this.state = { ...this.state, refreshedAt: 5_000, complexes: this.complexList.length };
    return this.state;
  }
}
