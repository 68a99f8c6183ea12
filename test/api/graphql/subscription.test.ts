// Live changes: what comes first, how a broken subscription goes on, and that nothing stale or leaking stays behind.
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { PlanChangedDocument } from '../../support/gql/graphql.ts';
import { planHead } from '../../support/planted-store.ts';
import { cloudRegion } from './fake-inventory.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

test('the newest event comes first, then each change', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(PlanChangedDocument, { id: 'p' });
  expect(dataOf((await stream.next()) ?? {}).planChanged).toMatchObject({
    __typename: 'PlanUpdated',
    plan: { id: 'p', status: 'TEMPLATE' },
    event: { seq: 1, from: null, to: 'TEMPLATE', reason: 'CREATED' },
  });
  await world.store.move('p', { status: 'translating' }, { reason: 'claimed', actor: 'w1' });
  expect(dataOf((await stream.next()) ?? {}).planChanged).toMatchObject({
    cursor: expect.any(String),
    plan: { status: 'TRANSLATING' },
    event: { seq: 2, from: 'TEMPLATE', to: 'TRANSLATING', reason: 'CLAIMED', actor: 'w1' },
  });
  await stream.stop();
});

test('a subscription begins behind what a query has shown', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const { plan } = dataOf(await world.run('query { plan(id: "p") { status cursor } }'));
  expect(plan.status).toBe('TEMPLATE');
  for (const status of ['translating', 'translated'] as const) await world.store.move('p', { status });
  const stream = await world.follow(PlanChangedDocument, { id: 'p', after: plan.cursor });
  const heard = [await stream.next(), await stream.next()].map((item) => dataOf(item ?? {}).planChanged.event.to);
  expect(heard).toEqual(['TRANSLATING', 'TRANSLATED']);
  await stream.stop();
});

test('a subscription goes on behind its cursor: nothing is lost and nothing comes twice', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const moves = ['translating', 'translated', 'solving', 'not found'] as const;
  const first = await world.follow(PlanChangedDocument, { id: 'p' });
  await first.next();
  for (const status of moves.slice(0, 2)) await world.store.move('p', { status });
  const seen = [dataOf((await first.next()) ?? {}).planChanged];
  await first.stop();
  for (const status of moves.slice(2)) await world.store.move('p', { status });
  const second = await world.follow(PlanChangedDocument, { id: 'p', after: seen[0].cursor });
  for (let left = 3; left > 0; left -= 1) seen.push(dataOf((await second.next()) ?? {}).planChanged);
  await second.stop();
  expect(seen.map((item) => [item.event.seq, item.event.to])).toEqual([
    [2, 'TRANSLATING'],
    [3, 'TRANSLATED'],
    [4, 'SOLVING'],
    [5, 'NOT_FOUND'],
  ]);
});

test('a deletion is told and ends the subscription to the plan', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(PlanChangedDocument, { id: 'p' });
  await stream.next();
  await world.store.plans.delete('p');
  expect(dataOf((await stream.next()) ?? {}).planChanged).toMatchObject({ __typename: 'PlanDeleted', planId: 'p' });
  expect(await stream.next()).toBeNull();
});

test('a subscription to all plans begins where a list of them was read, of none too', async () => {
  const world = await createWorld();
  const list = async () => dataOf(await world.run('{ plans(first: 1) { feedCursor nodes { id } } }')).plans;
  const { feedCursor, nodes } = await list();
  expect(nodes).toEqual([]);
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(MANY, { after: feedCursor });
  expect(dataOf((await stream.next()) ?? {}).plansChanged).toMatchObject({ event: { seq: 1 } });
  const page = await list();
  await world.store.move('p', { status: 'translating' });
  await stream.stop();
  const next = await world.follow(MANY, { after: page.feedCursor });
  await world.store.move('p', { status: 'translated' });
  const heard = [await next.next(), await next.next()].map((item) => dataOf(item ?? {}).plansChanged.event.seq);
  expect([page.nodes, heard]).toEqual([[{ id: 'p' }], [2, 3]]);
  await next.stop();
});

const MANY = `subscription ($after: String) { plansChanged(after: $after) {
  __typename cursor ... on PlanUpdated { plan { status } event { seq } } ... on Gap { reason }
} }`;

test('lost history is an item of its own, and its cursor a place to go on from', async () => {
  const world = await createWorld({}, { feedQueueCapacity: 1 });
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(MANY);
  const first = stream.next();
  await world.store.move('p', { status: 'translating' });
  await first;
  // Nobody reads meanwhile, and one change may wait.
  for (const status of ['translated', 'solving'] as const) await world.store.move('p', { status });
  const gap = dataOf((await stream.next()) ?? {}).plansChanged;
  expect(gap).toMatchObject({ __typename: 'Gap', reason: 'SLOW_CONSUMER' });
  const newest = { __typename: 'PlanUpdated', plan: { status: 'SOLVING' }, event: { seq: 4 } };
  expect(dataOf((await stream.next()) ?? {}).plansChanged).toMatchObject(newest);
  await stream.stop();
  const again = await world.follow(MANY, { after: gap.cursor });
  expect(dataOf((await again.next()) ?? {}).plansChanged).toMatchObject(newest);
  await again.stop();
});

test('a slow subscriber of one plan is told of every change, from the history where its queue was too short', async () => {
  const world = await createWorld({}, { feedQueueCapacity: 1 });
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(PlanChangedDocument, { id: 'p' });
  await stream.next();
  for (const status of ['translating', 'translated', 'solving', 'solved'] as const)
    await world.store.move('p', { status });
  const seen: unknown[] = [];
  for (let left = 4; left > 0; left -= 1) seen.push(dataOf((await stream.next()) ?? {}).planChanged.event.seq);
  await stream.stop();
  expect(seen).toEqual([2, 3, 4, 5]);
});

test('an unknown plan and a foreign cursor are clear errors, after which the stream is over', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  for (const [variables, code] of [
    [{ id: 'missing' }, 'PLAN_NOT_FOUND'],
    [{ id: '4c9d5c8e-6c5c-4bb2-8f37-0f6d2a1b8a55' }, 'PLAN_NOT_FOUND'],
    [{ id: '../x' }, 'PLAN_NOT_FOUND'],
    [{ id: 'p', after: 'nonsense' }, 'CURSOR_INVALID'],
  ] as const) {
    const stream = await world.follow(PlanChangedDocument, variables);
    expect(codeOf(await stream.next())).toBe(code);
    expect(await stream.next()).toBeNull();
  }
});

test('changes of many plans come in one subscription', async () => {
  const world = await createWorld();
  for (const id of ['a', 'b']) await world.store.plant(planHead({ id }));
  const stream = await world.follow('subscription { plansChanged { ... on PlanUpdated { plan { id } } } }');
  const items = [stream.next(), stream.next()];
  await world.store.move('b', { status: 'translating' });
  await world.store.move('a', { status: 'translating' });
  const ids = (await Promise.all(items)).map((item) => dataOf(item ?? {}).plansChanged.plan.id);
  expect(ids).toEqual(['b', 'a']);
  await stream.stop();
});

test('a quiet subscription that nobody reads any more ends at once and lets the feed go', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(PlanChangedDocument, { id: 'p' });
  await stream.next();
  const pending = stream.next();
  await stream.stop();
  expect(await pending).toBeNull();
  expect(world.store.watches.map((signal) => signal.aborted)).toEqual([true]);
});

test('each event is shown with what the inventory says at that time', async () => {
  const world = await createWorld();
  const source: JsonObject = { candidate_id: 'r', inventory_type: 'cloud', cloud_owner: 'o', location_id: 'r' };
  const choice = { demand: 'd', inventory_provider: 'aai', service_resource_id: null, candidate: {}, attributes: {} };
  const diagnosis = { demands: [], nodes: 0, elapsedMs: 0, timedOut: false, summary: [] };
  const recommendations = [{ demands: [{ ...choice, source }], objective: null, terms: [] }];
  await world.store.plant(planHead({ id: 'p', status: 'solved' }), { solution: { recommendations, diagnosis } });
  world.inventory.regionList.push(cloudRegion('o', 'r', null));
  const stream = await world.follow(`subscription { planChanged(id: "p") { ... on PlanUpdated { plan {
    recommendations { demands { candidate { cloudRegion { inMaint } } } }
  } } } }`);
  const shown = async () =>
    dataOf((await stream.next()) ?? {}).planChanged.plan.recommendations[0].demands[0].candidate.cloudRegion;
  expect(await shown()).toEqual({ inMaint: false });
  world.inventory.regionList[0] = { ...cloudRegion('o', 'r', null), inMaint: true };
  await world.store.move('p', { status: 'reserving' });
  expect(await shown()).toEqual({ inMaint: true });
  expect(world.inventory.calls).toEqual(['cloudRegions 1', 'cloudRegions 1']);
  await stream.stop();
});
