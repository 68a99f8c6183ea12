// Which resources a solution would build, and what a release must look like.
import { expect, test } from 'vitest';
import { lockRequests } from '../../src/domain/order-locks.ts';
import type { Recommendation } from '../../src/domain/solution.ts';
import { createWorld, scope } from '../api/graphql/harness.ts';

type Choice = readonly [type: string, conflictId: string | null, serviceResourceId: string | null];

function recommendation(...choices: Choice[]): Recommendation {
  const demands = choices.map(([inventory_type, conflict_id, service_resource_id], at) => ({
    demand: `d${at}`,
    inventory_provider: 'aai',
    service_resource_id,
    candidate: {},
    attributes: {},
    source: { candidate_id: 'c', inventory_type, ...(conflict_id === null ? {} : { conflict_id }) },
  }));
  return { demands, objective: null, terms: [] };
}

test('every cloud candidate of every recommendation is asked for, each conflict id once', () => {
  const first = recommendation(['cloud', 'a', 'sr-1'], ['service', 'x', 'sr-9'], ['cloud', 'b', 'sr-2']);
  const second = recommendation(['cloud', 'b', 'sr-2'], ['cloud', '__proto__', 'sr-3']);
  expect(lockRequests([first, second])).toEqual([
    { conflictId: 'a', serviceResourceId: 'sr-1' },
    { conflictId: 'b', serviceResourceId: 'sr-2' },
    { conflictId: '__proto__', serviceResourceId: 'sr-3' },
  ]);
});

test.each<[string, Choice]>([
  ['a conflict id', ['cloud', null, 'sr']],
  ['a conflict id that says something', ['cloud', '', 'sr']],
  ['a service resource id, without which nobody could release it', ['cloud', 'b', null]],
])('one cloud candidate without %s means no locks at all', (_, choice) => {
  expect(lockRequests([recommendation(['cloud', 'a', 'sr'], choice)])).toEqual([]);
});

test('services and slices build nothing', () => {
  expect(lockRequests([recommendation(['service', 'a', 'sr'], ['nssi', 'b', 'sr'])])).toEqual([]);
  expect(lockRequests([])).toEqual([]);
});

test.each([
  [{ status: 'completed', serviceResourceId: '' }, 'release-locks[1]: service-resource-id'],
  [{ status: 'completed', serviceResourceId: 5 }, 'release-locks[1]: service-resource-id'],
  [{ status: undefined, serviceResourceId: 'a' }, 'release-locks[1]: status'],
  [{ status: 'completed', serviceResourceId: 'a'.repeat(1_001) }, 'release-locks[1]: service-resource-id'],
])('the release %j is refused by entry and field', async (entry, where) => {
  const { services } = await createWorld();
  const fine = { status: 'success', serviceResourceId: 'x' };
  await expect(services.locks.release(scope, [fine, entry])).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining(where),
  });
});

test('a release of nothing, of unknown orders and of the same order twice affects nobody', async () => {
  const { services } = await createWorld();
  const unknown = { status: 'completed', serviceResourceId: '__proto__' };
  expect(await services.locks.release(scope, [])).toEqual([]);
  expect(await services.locks.release(scope, [unknown, unknown])).toEqual([]);
  const many = Array.from({ length: 1_001 }, () => unknown);
  await expect(services.locks.release(scope, many)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
});
