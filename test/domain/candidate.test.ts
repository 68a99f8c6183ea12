// The text by which order locks tell conflicting placements.
import { expect, test } from 'vitest';
import { conflictIdOf } from '../../src/domain/candidate.ts';

const field = (name: string) => ({ get_candidate_attribute: name });

test.each([
  [[field('location_id'), 'vG', field('service_resource_id')], 'RegionA|vG|key-1|'],
  [['vG'], 'vG|'],
  [[field('candidate_id')], 'c-1|'],
  [[field('cost'), ''], '2||'],
  [[field('missing'), field('country'), 'x'], '||x|'],
  [[field('toString'), field('__proto__')], '||'],
  [[field('passthrough_attributes')], '{"a":1}|'],
])('%j is %s', (identifier, text) => {
  const candidate = {
    candidate_id: 'c-1',
    location_id: 'RegionA',
    service_resource_id: 'key-1',
    cost: 2,
    country: null,
    passthrough_attributes: { a: 1 },
  };
  expect(conflictIdOf(identifier, candidate)).toBe(text);
});
