// Relay's two common types: objects with a global id, and page information.
import type { PageInfo } from '../resolvers/connection.ts';
import type { NodeValue } from '../resolvers/node.ts';
import { nodeIdOf, nodeTypeOf } from '../resolvers/node.ts';
import { builder } from './builder.ts';

export const Node = builder.interfaceRef<NodeValue>('Node').implement({
  description: 'An object that can be fetched again by its id with `node(id)`.',
  resolveType: nodeTypeOf,
  fields: (t) => ({
    id: t.id({
      description:
        "Unique among all objects of this API; treat it as opaque. A plan's id is the UUID that the REST API uses; other objects also have their inventory key in a field of its own.",
      resolve: nodeIdOf,
    }),
  }),
});

export const PageInfoType = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Where a page stands within its connection.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether items follow this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether the page was asked for with `after`.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Cursor of the first item; null on an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Cursor of the last item, to be given as `after` for the next page; null on an empty page.',
    }),
  }),
});
