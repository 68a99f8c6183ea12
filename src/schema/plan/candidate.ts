// A candidate: the facts most looked at, everything else as JSON, and the ways into the inventory.
import type { CandidateFields } from '../../resolvers/candidate.ts';
import * as resolvers from '../../resolvers/candidate.ts';
import { builder } from '../builder.ts';
import { CloudRegionType } from '../inventory/cloud-region.ts';
import { ComplexType } from '../inventory/complex.ts';
import { GenericVnfType } from '../inventory/generic-vnf.ts';
import { ServiceInstanceType } from '../inventory/service-instance.ts';

export const Candidate = builder.objectRef<CandidateFields>('Candidate').implement({
  description: 'One thing that a demand can be placed on: a cloud region, a running service, a VF module, a slice …',
});

const { jsonField, numberField, objectsField, textField, textsField } = resolvers;

const CandidateInterface = builder.objectRef<CandidateFields>('CandidateInterface').implement({
  description: 'A network interface of a VF module, as it was when the plan was translated.',
  fields: (t) => ({
    interfaceId: t.string({
      nullable: true,
      description: 'Its id.',
      resolve: (port) => textField(port, 'interface-id'),
    }),
    interfaceName: t.string({
      nullable: true,
      description: 'Its name.',
      resolve: (port) => textField(port, 'interface-name'),
    }),
    macaddr: t.string({
      nullable: true,
      description: 'MAC address.',
      resolve: (port) => textField(port, 'macaddr'),
    }),
    networkId: t.string({
      nullable: true,
      description: 'Network it is in.',
      resolve: (port) => textField(port, 'network-id'),
    }),
    networkName: t.string({
      nullable: true,
      description: 'Name of that network.',
      resolve: (port) => textField(port, 'network-name'),
    }),
    ipv4Addresses: t.stringList({
      description: 'IPv4 addresses.',
      resolve: (port) => textsField(port, 'ipv4-addresses'),
    }),
    ipv6Addresses: t.stringList({
      description: 'IPv6 addresses.',
      resolve: (port) => textsField(port, 'ipv6-addresses'),
    }),
  }),
});

const CandidateVserver = builder.objectRef<CandidateFields>('CandidateVserver').implement({
  description: 'A virtual server of a VF module, as it was when the plan was translated.',
  fields: (t) => ({
    vserverId: t.string({
      nullable: true,
      description: 'Its id.',
      resolve: (server) => textField(server, 'vserver-id'),
    }),
    vserverName: t.string({
      nullable: true,
      description: 'Its name.',
      resolve: (server) => textField(server, 'vserver-name'),
    }),
    interfaces: t.field({
      type: [CandidateInterface],
      description: 'Its network interfaces.',
      resolve: (server) => [...objectsField(server, 'l-interfaces')],
    }),
  }),
});

builder.objectFields(Candidate, (t) => ({
  candidateId: t.id({
    description: 'Unique within the demand: cloud region id, service instance id, VF module id or the like.',
    resolve: (candidate) => textField(candidate, 'candidate_id') ?? '',
  }),
  inventoryType: t.string({
    nullable: true,
    description: 'What kind of thing it is: `cloud`, `service`, `vfmodule`, `nssi` …',
    resolve: (candidate) => textField(candidate, 'inventory_type'),
  }),
  inventoryProvider: t.string({
    nullable: true,
    description: 'Which source offered it: `aai`, `generator` or `sdc`.',
    resolve: (candidate) => textField(candidate, 'inventory_provider'),
  }),
  cloudOwner: t.string({
    nullable: true,
    description: 'Owner of its cloud region.',
    resolve: (candidate) => textField(candidate, 'cloud_owner'),
  }),
  locationId: t.string({
    nullable: true,
    description: 'Id of its cloud region.',
    resolve: (candidate) => textField(candidate, 'location_id'),
  }),
  vimId: t.string({
    nullable: true,
    description: 'Name under which MultiCloud knows its cloud region.',
    resolve: (candidate) => textField(candidate, 'vim-id'),
  }),
  physicalLocationId: t.string({
    nullable: true,
    description: 'Id of the complex (the building) where it is.',
    resolve: (candidate) => textField(candidate, 'physical_location_id'),
  }),
  hostId: t.string({
    nullable: true,
    description: 'Name of the virtual network function, for services and VF modules.',
    resolve: (candidate) => textField(candidate, 'host_id'),
  }),
  cost: t.float({
    nullable: true,
    description: 'Cost that an objective adds for choosing it.',
    resolve: (candidate) => numberField(candidate, 'cost'),
  }),
  latitude: t.float({ nullable: true, description: 'Degrees, north positive.', resolve: resolvers.latitude }),
  longitude: t.float({ nullable: true, description: 'Degrees, east positive.', resolve: resolvers.longitude }),
  city: t.string({
    nullable: true,
    description: 'City where it is.',
    resolve: (candidate) => textField(candidate, 'city'),
  }),
  country: t.string({
    nullable: true,
    description: 'Country where it is, as the inventory spells it.',
    resolve: (candidate) => textField(candidate, 'country'),
  }),
}));

builder.objectFields(Candidate, (t) => ({
  locationType: t.string({
    nullable: true,
    description: 'What kind of place `locationId` names.',
    resolve: (candidate) => textField(candidate, 'location_type'),
  }),
  conflictId: t.string({
    nullable: true,
    description: 'Names the new resource that choosing it would build, for order locks.',
    resolve: (candidate) => textField(candidate, 'conflict_id'),
  }),
  hpaScore: t.float({
    nullable: true,
    description: 'Score of the flavors that the hpa constraint chose.',
    resolve: (candidate) => numberField(candidate, 'hpa_score'),
  }),
  flavorMap: t.field({
    type: 'JSON',
    nullable: true,
    description: 'The flavors that the hpa constraint chose, by label.',
    resolve: (candidate) => jsonField(candidate, 'flavor_map'),
  }),
  attributes: t.field({
    type: 'JSON',
    description: 'The fields that have no field of their own here, under the names that templates use.',
    resolve: resolvers.otherFields,
  }),
  fields: t.field({
    type: 'JSON',
    description: 'Every field of the candidate under the names that templates use.',
    resolve: (candidate) => candidate,
  }),
}));

builder.objectFields(Candidate, (t) => ({
  nfId: t.string({
    nullable: true,
    description: 'Id of the virtual network function, for VF modules.',
    resolve: (candidate) => textField(candidate, 'nf-id'),
  }),
  nfName: t.string({
    nullable: true,
    description: 'Name of the virtual network function, for VF modules.',
    resolve: (candidate) => textField(candidate, 'nf-name'),
  }),
  nfType: t.string({
    nullable: true,
    description: 'Type of the virtual network function, for VF modules.',
    resolve: (candidate) => textField(candidate, 'nf-type'),
  }),
  vnfType: t.string({
    nullable: true,
    description: 'Model of the virtual network function, for VF modules.',
    resolve: (candidate) => textField(candidate, 'vnf-type'),
  }),
  vfModuleId: t.string({
    nullable: true,
    description: 'Id of the VF module.',
    resolve: (candidate) => textField(candidate, 'vf-module-id'),
  }),
  vfModuleName: t.string({
    nullable: true,
    description: 'Name of the VF module.',
    resolve: (candidate) => textField(candidate, 'vf-module-name'),
  }),
  ipv4OamAddress: t.string({
    nullable: true,
    description: 'Address for operation and maintenance, for VF modules.',
    resolve: (candidate) => textField(candidate, 'ipv4-oam-address'),
  }),
  ipv6OamAddress: t.string({
    nullable: true,
    description: 'Address for operation and maintenance, for VF modules.',
    resolve: (candidate) => textField(candidate, 'ipv6-oam-address'),
  }),
  zoneId: t.string({
    nullable: true,
    description: 'Zone, for transport.',
    resolve: (candidate) => textField(candidate, 'zone_id'),
  }),
  zoneName: t.string({
    nullable: true,
    description: 'Name of the zone, for transport.',
    resolve: (candidate) => textField(candidate, 'zone_name'),
  }),
  instanceId: t.string({
    nullable: true,
    description: 'Service instance that the slice is.',
    resolve: (candidate) => textField(candidate, 'instance_id'),
  }),
  instanceName: t.string({
    nullable: true,
    description: 'Name of that service instance.',
    resolve: (candidate) => textField(candidate, 'instance_name'),
  }),
  domain: t.string({
    nullable: true,
    description: 'Network domain of the slice: `cn`, `an`, `tn` …',
    resolve: (candidate) => textField(candidate, 'domain'),
  }),
  profileId: t.string({
    nullable: true,
    description: 'Slice profile.',
    resolve: (candidate) => textField(candidate, 'profile_id'),
  }),
  vservers: t.field({
    type: [CandidateVserver],
    description: 'Its virtual servers, for VF modules.',
    resolve: (candidate) => [...objectsField(candidate, 'vservers')],
  }),
}));

builder.objectFields(Candidate, (t) => ({
  cloudRegion: t.field({
    type: CloudRegionType,
    nullable: true,
    description: 'Its cloud region as the inventory has it now.',
    resolve: resolvers.cloudRegion,
  }),
  complex: t.field({
    type: ComplexType,
    nullable: true,
    description: 'The complex where it is, as the inventory has it now.',
    resolve: resolvers.complex,
  }),
  genericVnf: t.field({
    type: GenericVnfType,
    nullable: true,
    description: 'Its virtual network function as the inventory has it now, for services and VF modules.',
    resolve: resolvers.genericVnf,
  }),
  serviceInstance: t.field({
    type: ServiceInstanceType,
    nullable: true,
    description: 'The service instance that it is or belongs to, as the inventory has it now.',
    resolve: resolvers.serviceInstance,
  }),
}));
