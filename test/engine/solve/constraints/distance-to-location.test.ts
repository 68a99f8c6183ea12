import { describe, expect, it } from 'vitest';
import { distanceToLocation } from '../../../../src/engine/solve/constraints/distance-to-location.ts';
import { candidate, checkContext, judge, parsed, place, words } from '../support.ts';

const ctx = checkContext({ locations: new Map([['here', place('here', '0', 0)]]) });
/** One degree of longitude at the equator is 111.194927 km. */
const at = (longitude: number | string) => candidate('c', { latitude: '0', longitude });
const limit = (operator: string, value: number | { min: number; max: number }) => ({
  location: 'here',
  distance: { operator, value, units: 'km' },
});

const cases: [string, Parameters<typeof judge>[1], ReturnType<typeof at>, string][] = [
  ['keeps what is nearer than the limit', limit('<', 112), at(1), 'fit'],
  ['refuses what is farther, with both numbers', limit('<', 111), at(1), '111.2 km from here, limit 111 km'],
  ['keeps the equal distance with <=', limit('<=', 0), at(0), 'fit'],
  ['refuses the equal distance with <', limit('<', 0), at(0), '0 km from here, limit 0 km'],
  ['keeps what is beyond with >', limit('>', 100), at('1'), 'fit'],
  ['refuses what is nearer with >=', limit('>=', 200), at(1), '111.2 km from here, at least 200 km'],
  ['compares = exactly', limit('=', 111.2), at(1), '111.2 km from here, must equal 111.2 km'],
  ['keeps equal coordinates with = 0', limit('=', 0), at('0'), 'fit'],
  ['reads an unknown operator as <=', limit('~', 112), at(1), 'fit'],
  ['keeps what lies in a range', limit('=', { min: 100, max: 200 }), at(1), 'fit'],
  [
    'keeps nothing below a range',
    limit('=', { min: 112, max: 200 }),
    at(1),
    '111.2 km from here, range 112 km to 200 km',
  ],
  ['keeps nothing above a range', limit('=', { min: 1, max: 111 }), at(1), '111.2 km from here, range 1 km to 111 km'],
  ['refuses negative limits to everybody', limit('<', -5), at(0), '0 km from here, limit -5 km'],
  ['drops a candidate without coordinates', limit('<', 112), candidate('c'), 'the candidate has no coordinates'],
  ['drops unreadable coordinates', limit('<', 112), at('east'), 'the candidate has no coordinates'],
];

describe('distance_to_location', () => {
  it.each(cases)('%s', async (_promise, properties, one, expected) => {
    const [verdict] = await judge(distanceToLocation, properties, [one], ctx);
    expect(words(verdict)).toBe(expected);
  });

  it('gives measured and required kilometres as numbers', async () => {
    const [verdict] = await judge(distanceToLocation, limit('<', 100), [at(1)], ctx);
    expect(verdict).toMatchObject({ kind: 'reject', measured: expect.closeTo(111.194927, 5), required: 100 });
  });

  it('is an error, not a refusal, when the location is not there', async () => {
    const [verdict] = await judge(distanceToLocation, limit('<', 100), [at(1)]);
    expect(words(verdict)).toBe('error: Location here in Constraint c is undefined or has no readable coordinates');
  });

  it.each([
    ['no location', { distance: { operator: '<', value: 1, units: 'km' } }, "Property 'location' must be a name"],
    ['no distance', { location: 'here' }, "No value specified for property 'distance'"],
    ['text as distance', { location: 'here', distance: '< 5 km' }, "No value specified for property 'distance'"],
  ])('refuses properties with %s', (_what, properties, message) => {
    expect(() => parsed(distanceToLocation, properties)).toThrow(message);
  });

  it.each([
    ['<', 'nearest 111.2 km, limit 50 km'],
    ['>', 'farthest 333.6 km, must exceed 5000 km'],
  ])('summarises refusals of %s', async (operator, expected) => {
    const properties = limit(operator, operator === '<' ? 50 : 5000);
    const verdicts = await judge(distanceToLocation, properties, [at(1), at(3), candidate('x')], ctx);
    const refused = verdicts.filter((verdict) => verdict.kind === 'reject');
    expect(distanceToLocation.summarize?.(parsed(distanceToLocation, properties), refused)).toBe(expected);
  });
});
