// Physical sites.
import type { Complex } from '../../domain/inventory.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';

export const ComplexType = builder.objectRef<Complex>('Complex').implement({
  description: 'A complex: a physical site such as a data centre or a central office.',
  interfaces: [Node],
  fields: (t) => ({
    physicalLocationId: t.exposeString('physicalLocationId', { description: 'Its key in A&AI, often a CLLI code.' }),
    complexName: t.exposeString('complexName', { nullable: true, description: 'Name of the site.' }),
    physicalLocationType: t.exposeString('physicalLocationType', { nullable: true, description: 'Kind of site.' }),
    dataCenterCode: t.exposeString('dataCenterCode', { nullable: true, description: 'Code of the data centre.' }),
    street1: t.exposeString('street1', { nullable: true, description: 'Street address.' }),
    city: t.exposeString('city', { nullable: true, description: 'City.' }),
    state: t.exposeString('state', { nullable: true, description: 'State or province.' }),
    postalCode: t.exposeString('postalCode', { nullable: true, description: 'Postal code.' }),
    country: t.exposeString('country', { nullable: true, description: 'Country.' }),
    region: t.exposeString('region', {
      nullable: true,
      description: 'Geographic region, for example `US-East`; not a cloud region.',
    }),
    latitude: t.exposeString('latitude', {
      nullable: true,
      description: 'Degrees as text, as the inventory gives them.',
    }),
    longitude: t.exposeString('longitude', {
      nullable: true,
      description: 'Degrees as text, as the inventory gives them.',
    }),
    timeZone: t.exposeString('timeZone', { nullable: true, description: 'Time zone.' }),
  }),
});
