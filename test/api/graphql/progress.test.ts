// How far a search is: as a field of the plan, and as a subscription that begins before the search and ends with it.
import { expect, test } from 'vitest';
import { planHead } from '../../support/planted-store.ts';
import { plantProgress, searchProgress } from '../../support/progress.ts';
import { codeOf, createWorld, dataOf } from './harness.ts';

const FIELDS = 'number round objective bound gap nodes elapsedMs placement { demand candidateId }';
const WATCH = `subscription($id: ID!) { searchProgress(planId: $id) { ${FIELDS} } }`;
const ASK = `{ a: plan(id: "a") { progress { ${FIELDS} } } b: plan(id: "b") { progress { number } }
  done: plan(id: "done") { progress { number } } }`;

test('a subscriber waits for the search, hears of it, and is let go when the search has ended', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p' }));
  const stream = await world.follow(WATCH, { id: 'p' });
  const first = stream.next();
  for (const status of ['translating', 'translated', 'solving'] as const) await world.store.move('p', { status });
  await plantProgress(world.store, 'p', searchProgress(1));
  expect(dataOf((await first) ?? {}).searchProgress).toEqual(searchProgress(1));
  const nothing = { objective: null, bound: null, gap: null, placement: [] };
  await plantProgress(world.store, 'p', { ...searchProgress(2), ...nothing });
  expect(dataOf((await stream.next()) ?? {}).searchProgress).toEqual({ ...searchProgress(2), ...nothing });
  const end = stream.next();
  await world.store.move('p', { status: 'solved' });
  expect(await end).toBeNull();
});

test('a plan shows its progress while it is being solved, and no other plan is asked for any', async () => {
  const world = await createWorld();
  for (const id of ['a', 'b']) await world.store.plant(planHead({ id, status: 'solving' }));
  await world.store.plant(planHead({ id: 'done', status: 'done' }));
  for (const id of ['a', 'done']) await plantProgress(world.store, id, searchProgress(3));
  const { a, b, done } = dataOf(await world.run(ASK));
  expect(a.progress).toEqual(searchProgress(3));
  expect([b.progress, done.progress]).toEqual([null, null]);
});

test('an unknown plan is a clear error, after which the stream is over; an ended one has nothing to tell', async () => {
  const world = await createWorld();
  for (const id of ['missing', '../x', '__proto__']) {
    const stream = await world.follow(WATCH, { id });
    expect(codeOf(await stream.next())).toBe('PLAN_NOT_FOUND');
    expect(await stream.next()).toBeNull();
  }
  await world.store.plant(planHead({ id: 'p', status: 'not found' }));
  expect(await (await world.follow(WATCH, { id: 'p' })).next()).toBeNull();
});

test('a quiet subscription that nobody reads any more ends at once and lets the feed go', async () => {
  const world = await createWorld();
  await world.store.plant(planHead({ id: 'p', status: 'solving' }));
  const stream = await world.follow(WATCH, { id: 'p' });
  const pending = stream.next();
  await stream.stop();
  expect(await pending).toBeNull();
});
