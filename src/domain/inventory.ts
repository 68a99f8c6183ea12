// What inventories hold, in the words of A&AI's schema (v32), reduced to what homing and a person judging a candidate need.
// Optional facts are null when the inventory does not say. Coordinates stay as the inventory gives them (text or number).

export interface Complex {
  readonly physicalLocationId: string;
  readonly complexName: string | null;
  readonly physicalLocationType: string | null;
  readonly dataCenterCode: string | null;
  readonly street1: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  /** Geographic region, for example `US-East`; not a cloud region. */
  readonly region: string | null;
  readonly latitude: string | null;
  readonly longitude: string | null;
  readonly timeZone: string | null;
}

/** Key of a cloud region: its owner and id together. */
export interface CloudRegionKey {
  readonly cloudOwner: string;
  readonly cloudRegionId: string;
}

export interface CloudRegion extends CloudRegionKey {
  readonly cloudRegionVersion: string | null;
  readonly cloudType: string | null;
  readonly cloudZone: string | null;
  readonly ownerDefinedType: string | null;
  /** As stored in the region; A&AI says it is not reliable, prefer the complex relationship. */
  readonly complexName: string | null;
  readonly status: string | null;
  readonly sriovAutomation: string | null;
  readonly inMaint: boolean | null;
  readonly orchestrationDisabled: boolean | null;
  /** From the relationship to `complex`; null when there is none or more than one. */
  readonly physicalLocationId: string | null;
  readonly availabilityZones: readonly string[];
}

export interface GenericVnf {
  readonly vnfId: string;
  readonly vnfName: string | null;
  readonly vnfType: string | null;
  readonly equipmentRole: string | null;
  readonly nfType: string | null;
  readonly nfRole: string | null;
  readonly nfFunction: string | null;
  readonly provStatus: string | null;
  readonly operationalStatus: string | null;
  readonly orchestrationStatus: string | null;
  readonly inMaint: boolean | null;
  readonly ipv4OamAddress: string | null;
  readonly modelInvariantId: string | null;
  readonly modelVersionId: string | null;
  readonly modelCustomizationId: string | null;
  readonly vcpu: number | null;
  readonly vmemory: number | null;
  readonly vdisk: number | null;
  readonly serviceInstanceIds: readonly string[];
  readonly customerId: string | null;
  /** Normalised paths (no host, no `/aai/vN`) of related vservers. */
  readonly vserverLinks: readonly string[];
  readonly cloudRegion: CloudRegionKey | null;
}

export interface LInterface {
  readonly interfaceName: string;
  readonly interfaceId: string | null;
  readonly macaddr: string | null;
  readonly networkName: string | null;
  readonly ipv4Addresses: readonly string[];
  readonly ipv6Addresses: readonly string[];
}

export interface Vserver {
  /** Normalised path: the key under which it is read. */
  readonly link: string;
  readonly vserverId: string;
  readonly vserverName: string | null;
  readonly provStatus: string | null;
  readonly inMaint: boolean | null;
  readonly interfaces: readonly LInterface[];
  readonly pserverHostnames: readonly string[];
  readonly cloudRegion: CloudRegionKey | null;
}

export interface Pserver {
  readonly hostname: string;
  readonly equipType: string | null;
  readonly equipVendor: string | null;
  readonly equipModel: string | null;
  readonly numberOfCpus: number | null;
  readonly ramInMegabytes: number | null;
  readonly diskInGigabytes: number | null;
  readonly provStatus: string | null;
  readonly inMaint: boolean | null;
  readonly purpose: string | null;
  readonly physicalLocationId: string | null;
}

export interface ServiceInstance {
  readonly serviceInstanceId: string;
  readonly serviceInstanceName: string | null;
  readonly serviceType: string | null;
  readonly serviceRole: string | null;
  readonly environmentContext: string | null;
  readonly workloadContext: string | null;
  readonly orchestrationStatus: string | null;
  readonly modelInvariantId: string | null;
  readonly modelVersionId: string | null;
  readonly customerId: string | null;
  readonly serviceSubscription: string | null;
  readonly vnfIds: readonly string[];
}

export interface Customer {
  readonly globalCustomerId: string;
  readonly subscriberName: string | null;
  readonly subscriberType: string | null;
}

/** How fresh the cached inventory is. Times in ms since the epoch. */
export interface InventoryFreshness {
  readonly cloudRegions: number;
  readonly complexes: number;
  readonly refreshedAt: number | null;
  /** The last refresh failed and the last good data is served. */
  readonly stale: boolean;
  readonly lastError: string | null;
}
