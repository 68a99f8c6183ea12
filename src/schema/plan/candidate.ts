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

const { numberField, textField } = resolvers;

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
  fields: t.field({
    type: 'JSON',
    description: 'Every field of the candidate under the names that templates use.',
    resolve: (candidate) => candidate,
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
