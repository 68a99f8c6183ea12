// The schema over the real stores on the embedded store: a plan's life as a GraphQL client sees it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanStatus, Stage } from '../../../src/domain/plan.ts';
import type { Advance } from '../../../src/domain/ports.ts';
import type { Solution } from '../../../src/domain/solution.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { randomIds } from '../../../src/lib/ids.ts';
import { openEmbeddedKv } from '../../../src/store/embedded/index.ts';
import type { Stores } from '../../../src/store/index.ts';
import { createStores } from '../../../src/store/index.ts';
import type { Kv } from '../../../src/store/kv.ts';
import {
  CreatePlanDocument,
  DeletePlanDocument,
  PlanChangedDocument,
  PlanDocument,
  PlansDocument,
} from '../../support/gql/graphql.ts';
import { cloudRegion, complex, FakeInventory } from './fake-inventory.ts';
import type { Client, Following } from './harness.ts';
import { clientOf, codeOf, dataOf, noMetrics, servicesOver, silentLogger } from './harness.ts';

let dir: string;
let kv: Kv;
let stores: Stores;
let client: Client;
let inventory: FakeInventory;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'graphql-stores-'));
  kv = await openEmbeddedKv({ dir, clock: systemClock, ids: randomIds });
  const telemetry = { logger: silentLogger, metrics: noMetrics };
  const names = { ownerName: 'test', leaseTtlSeconds: 60 };
  stores = createStores(kv, { clock: systemClock, ids: randomIds, ...telemetry, ...names });
  await stores.start();
  inventory = new FakeInventory();
  client = clientOf(servicesOver({ ...stores, reader: inventory, ids: randomIds, storeStatus: () => kv.status() }));
});

afterEach(async () => {
  await stores.close();
  await kv.close();
  await rm(dir, { recursive: true, force: true });
});

async function create(name = 'order'): Promise<string> {
  const { createPlan } = dataOf(await client.run(CreatePlanDocument, { input: { name, template: { demands: {} } } }));
  return createPlan.plan.id;
}

async function advance(id: string, stage: Stage, change: Pick<Advance, 'to' | 'parts'>): Promise<void> {
  const claimed = await stores.work.claim(id, stage, 'worker-1');
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
  const first = await client.follow(PlanChangedDocument, { id });
  expect((await statuses(first, 1))[0]?.[0]).toBe('TEMPLATE');
  await advance(id, 'controller', { to: 'translated' });
  const seen = await statuses(first, 1);
  await first.stop();
  await advance(id, 'solver', { to: 'solved', parts: { solution: SOLUTION } });
  const second = await client.follow(PlanChangedDocument, { id, after: seen[0]?.[1] });
  seen.push(...(await statuses(second, 3)));
  await advance(id, 'reservation', { to: 'done' });
  seen.push(...(await statuses(second, 2)));
  expect(seen.map(([to]) => to)).toEqual(['TRANSLATING', 'TRANSLATED', 'SOLVING', 'SOLVED', 'RESERVING', 'DONE']);
  dataOf(await client.run(DeletePlanDocument, { id }));
  expect(dataOf((await second.next()) ?? {}).planChanged).toMatchObject({ __typename: 'PlanDeleted', planId: id });
  expect(await second.next()).toBeNull();
});

test('a finished plan shows its recommendation down to the site', async () => {
  const id = await create();
  await advance(id, 'controller', { to: 'translated' });
  await advance(id, 'solver', { to: 'solved', parts: { solution: SOLUTION } });
  inventory.regionList.push(cloudRegion('o', 'nyc-1', 'NYC'));
  inventory.complexList.push(complex('NYC', { city: 'New York' }));
  const { plan } = dataOf(await client.run(PlanDocument, { id }));
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
    const { plans } = dataOf(await client.run(PlansDocument, { first: 2, after }));
    found.push(...plans.nodes.map((plan: { id: string }) => plan.id));
    after = plans.pageInfo.hasNextPage ? plans.pageInfo.endCursor : null;
  } while (after !== null);
  expect([...found].sort()).toEqual([...made].sort());
  expect(codeOf(await client.run(PlansDocument, { after: 'nonsense' }))).toBe('CURSOR_INVALID');
});

test('a filter chooses among the real plans', async () => {
  await create('a');
  const b = await create('b');
  const { plans } = dataOf(await client.run(PlansDocument, { filter: { name: 'b', statuses: ['TEMPLATE'] } }));
  expect(plans.nodes.map((plan: { id: string }) => plan.id)).toEqual([b]);
});

test('unknown plans and foreign cursors are clear errors of the real feed too', async () => {
  const id = await create();
  const missing = await client.follow(PlanChangedDocument, { id: '4c9d5c8e-6c5c-4bb2-8f37-0f6d2a1b8a55' });
  expect(codeOf(await missing.next())).toBe('PLAN_NOT_FOUND');
  const foreign = await client.follow(PlanChangedDocument, { id, after: 'nonsense' });
  expect(codeOf(await foreign.next())).toBe('CURSOR_INVALID');
});

test('creating again with the same key gives the same plan, also from the real store', async () => {
  const send = async (template: object) => {
    const input = { name: 'n', template, idempotencyKey: 'k' };
    return dataOf(await client.run(CreatePlanDocument, { input })).createPlan;
  };
  const first = await send({ demands: {} });
  expect(await send({ demands: {} })).toMatchObject({ replayed: true, plan: { id: first.plan.id } });
  expect((await send({})).__typename).toBe('IdempotencyConflictError');
});
