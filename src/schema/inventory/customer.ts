// Customers.
import type { Customer } from '../../domain/inventory.ts';
import { builder } from '../builder.ts';
import { Node } from '../node.ts';

export const CustomerType = builder.objectRef<Customer>('Customer').implement({
  description: 'A customer.',
  interfaces: [Node],
  fields: (t) => ({
    globalCustomerId: t.exposeString('globalCustomerId', { description: 'Its key in A&AI.' }),
    subscriberName: t.exposeString('subscriberName', { nullable: true, description: 'Name.' }),
    subscriberType: t.exposeString('subscriberType', { nullable: true, description: 'Kind of subscriber.' }),
  }),
});
