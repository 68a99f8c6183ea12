// A plan's life as a GraphQL client sees it, while workers claim it and write their results.
import { beforeEach, expect, test } from 'vitest';
import type { PlanStatus, Stage } from '../../../src/domain/plan.ts';
import type { Advance } from '../../../src/domain/ports.ts';
import type { Solution } from '../../../src/domain/solution.ts';
import {
  CreatePlanDocument,
  DeletePlanDocument,
  PlanChangedDocument,
  PlanDocument,
  PlansDocument,
} from '../../support/gql/graphql.ts';
import { cloudRegion, complex } from './fake-inventory.ts';
import type { Following, World } from './harness.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

async function create(name = 'order'): Promise<string> {
  const { createPlan } = dataOf(await world.run(CreatePlanDocument, { input: { name, template: { demands: {} } } }));
  return createPlan.plan.id;
}

async function advance(id: string, stage: Stage, change: Pick<Advance, 'to' | 'parts'>): Promise<void> {
  const claimed = await world.store.stores.work.claim(id, stage, 'worker-1');
  if (!claimed) throw new Error('the claim was refused');
  await claimed.advance({ reason: 'completed', ...change });
}

async function statuses(stream: Following, count: number): Promise<[PlanStatus, string][]> {
  const seen: [PlanStatus, string][] = [];
  while (seen.length < count) {
    const { planChanged } = dataOf((await stream.next()) ?? {});
    seen.push([planChanged.event.to, planChanged.cursor]);
  }
  return seen;
}

const SOLUTION: Solution = {
  recommendations: [
    {
      demands: [
        {
          demand: 'vG',
          inventory_provider: 'aai',
          service_resource_id: 'sr-1',
          candidate: { candidate_id: 'nyc-1' },
          attributes: { 'physical-location-id': 'NYC' },
          source: { candidate_id: 'nyc-1', inventory_type: 'cloud', cloud_owner: 'o', location_id: 'nyc-1', cost: 2 },
        },
      ],
      objective: 12.5,
      terms: [
        {
          function: 'distance_between',
          demand: 'vG',
          location: 'customer',
          weight: 1,
          distanceKm: 10.5,
          cost: 2,
          value: 12.5,
        },
      ],
    },
  ],
  diagnosis: { demands: [], nodes: 3, elapsedMs: 1, timedOut: false, summary: [] },
};

test('a plan is followed from its creation to its end, across a broken subscription', async () => {
  const id = await create();
  const first = await world.follow(PlanChangedDocument, { id });
  expect((await statuses(first, 1))[0]?.[0]).toBe('TEMPLATE');
  await advance(id, 'controller', { to: 'translated' });
  const seen = await statuses(first, 1);
  await first.stop();
  await advance(id, 'solver', { to: 'solved', parts: { solution: SOLUTION } });
  const second = await world.follow(PlanChangedDocument, { id, after: seen[0]?.[1] });
  seen.push(...(await statuses(second, 3)));
  await advance(id, 'reservation', { to: 'done' });
  seen.push(...(await statuses(second, 2)));
  expect(seen.map(([to]) => to)).toEqual(['TRANSLATING', 'TRANSLATED', 'SOLVING', 'SOLVED', 'RESERVING', 'DONE']);
  dataOf(await world.run(DeletePlanDocument, { id }));
  expect(dataOf((await second.next()) ?? {}).planChanged).toMatchObject({ __typename: 'PlanDeleted', planId: id });
  expect(await second.next()).toBeNull();
});

test('a finished plan shows its recommendation down to the site', async () => {
  const id = await create();
  await advance(id, 'controller', { to: 'translated' });
  await advance(id, 'solver', { to: 'solved', parts: { solution: SOLUTION } });
  world.inventory.regionList.push(cloudRegion('o', 'nyc-1', 'NYC'));
  world.inventory.complexList.push(complex('NYC', { city: 'New York' }));
  const { plan } = dataOf(await world.run(PlanDocument, { id }));
  expect(plan).toMatchObject({
    status: 'SOLVED',
    events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }, { seq: 4 }, { seq: 5 }],
    recommendations: [
      {
        objective: 12.5,
        terms: [{ distanceKm: 10.5, value: 12.5 }],
        demands: [
          {
            demand: 'vG',
            serviceResourceId: 'sr-1',
            restCandidate: { candidate_id: 'nyc-1' },
            attributes: { 'physical-location-id': 'NYC' },
            candidate: { cost: 2, cloudRegion: { cloudRegionId: 'nyc-1', complex: { city: 'New York' } } },
          },
        ],
      },
    ],
  });
});

test('pages of plans hold each plan once, and a cursor of no page is refused', async () => {
  const made = [];
  for (let at = 0; at < 5; at += 1) made.push(await create(`order-${at}`));
  const found: string[] = [];
  let after: string | null = null;
  do {
    const { plans } = dataOf(await world.run(PlansDocument, { first: 2, after }));
    found.push(...plans.nodes.map((plan: { id: string }) => plan.id));
    after = plans.pageInfo.hasNextPage ? plans.pageInfo.endCursor : null;
  } while (after !== null);
  expect([...found].sort()).toEqual([...made].sort());
  expect(codeOf(await world.run(PlansDocument, { after: 'nonsense' }))).toBe('CURSOR_INVALID');
});

test('a filter chooses among the plans', async () => {
  await create('a');
  const b = await create('b');
  const { plans } = dataOf(await world.run(PlansDocument, { filter: { name: 'b', statuses: ['TEMPLATE'] } }));
  expect(plans.nodes.map((plan: { id: string }) => plan.id)).toEqual([b]);
});
