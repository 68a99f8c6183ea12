// Relay connections over plans, complexes and cloud regions: the same three fields each.
import type { CloudRegion, Complex } from '../domain/inventory.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { Connection, Edge } from '../resolvers/connection.ts';
import { nodesOf } from '../resolvers/connection.ts';
import type { PlansPage } from '../resolvers/plans.ts';
import { builder } from './builder.ts';
import { CloudRegionType } from './inventory/cloud-region.ts';
import { ComplexType } from './inventory/complex.ts';
import { PageInfoType } from './node.ts';
import { Plan } from './plan/plan.ts';

const PlanEdge = builder.objectRef<Edge<PlanRecord>>('PlanEdge').implement({
  description: 'A plan within a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Position of the plan, to be given as `after`.' }),
    node: t.expose('node', { type: Plan, description: 'The plan.' }),
  }),
});

const ComplexEdge = builder.objectRef<Edge<Complex>>('ComplexEdge').implement({
  description: 'A complex within a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Position of the complex, to be given as `after`.' }),
    node: t.expose('node', { type: ComplexType, description: 'The complex.' }),
  }),
});

const CloudRegionEdge = builder.objectRef<Edge<CloudRegion>>('CloudRegionEdge').implement({
  description: 'A cloud region within a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Position of the cloud region, to be given as `after`.' }),
    node: t.expose('node', { type: CloudRegionType, description: 'The cloud region.' }),
  }),
});

export const PlanConnection = builder.objectRef<PlansPage>('PlanConnection').implement({
  description: 'A page of plans.',
  fields: (t) => ({
    edges: t.field({
      type: [PlanEdge],
      description: 'The plans with their cursors.',
      resolve: (page) => [...page.edges],
    }),
    nodes: t.field({ type: [Plan], description: 'The plans alone.', resolve: nodesOf }),
    pageInfo: t.expose('pageInfo', { type: PageInfoType, description: 'Where this page stands.' }),
    feedCursor: t.exposeString('feedCursor', {
      description:
        'Place in the feed that this page is at least as new as: give that of the first page to `plansChanged` as `after`, and no change that the pages do not show is missed. A change that they show already may be told once more.',
    }),
  }),
});

export const ComplexConnection = builder.objectRef<Connection<Complex>>('ComplexConnection').implement({
  description: 'A page of complexes.',
  fields: (t) => ({
    edges: t.field({
      type: [ComplexEdge],
      description: 'The complexes with their cursors.',
      resolve: (page) => [...page.edges],
    }),
    nodes: t.field({ type: [ComplexType], description: 'The complexes alone.', resolve: nodesOf }),
    pageInfo: t.expose('pageInfo', { type: PageInfoType, description: 'Where this page stands.' }),
  }),
});

export const CloudRegionConnection = builder.objectRef<Connection<CloudRegion>>('CloudRegionConnection').implement({
  description: 'A page of cloud regions.',
  fields: (t) => ({
    edges: t.field({
      type: [CloudRegionEdge],
      description: 'The cloud regions with their cursors.',
      resolve: (page) => [...page.edges],
    }),
    nodes: t.field({ type: [CloudRegionType], description: 'The cloud regions alone.', resolve: nodesOf }),
    pageInfo: t.expose('pageInfo', { type: PageInfoType, description: 'Where this page stands.' }),
  }),
});
