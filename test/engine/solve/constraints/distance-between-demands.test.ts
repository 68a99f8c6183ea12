import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withinLimit } from '../../../../src/engine/solve/constraints/distance.ts';
import { distanceBetweenDemands } from '../../../../src/engine/solve/constraints/distance-between-demands.ts';
import { distanceKm } from '../../../../src/lib/geo.ts';
import { candidate, checkContext, judge, parsed, together, words } from '../support.ts';

const at = (latitude: number, longitude: number) => candidate('c', { latitude: String(latitude), longitude });
const limit = (operator: string, value: number | { min: number; max: number }) => ({
  distance: { operator, value, units: 'km' },
});

describe('distance_between_demands', () => {
  it.each([
    ['keeps a near pair', limit('<', 112), 1, true],
    ['refuses a far pair', limit('<', 111), 1, false],
    ['keeps a far pair with >', limit('>', 111), 1, true],
    ['keeps one place for both with = 0', limit('=', 0), 0, true],
    ['refuses one place for both with > 0', limit('>', 0), 0, false],
    ['keeps one place for both with <= 0', limit('<=', 0), 0, true],
    ['refuses everybody under a negative limit', limit('<', -5), 0, false],
    ['keeps everybody beyond a negative limit', limit('>', -5), 0, true],
    ['honours a range', limit('=', { min: 111, max: 112 }), 1, true],
    ['refuses what is above a range', limit('=', { min: 1, max: 2 }), 1, false],
    ['keeps opposite points under the greatest distance', limit('<=', 30000), 180, true],
  ])('%s', (_promise, properties, degrees, expected) => {
    expect(together(distanceBetweenDemands, properties, at(0, 0), at(0, degrees))).toBe(expected);
    expect(together(distanceBetweenDemands, properties, at(0, degrees), at(0, 0))).toBe(expected);
  });

  it.each([
    ['drops a candidate without coordinates when there is another demand', 1, 'the candidate has no coordinates'],
    ['asks nothing of the only demand', 0, 'fit'],
  ])('%s', async (_promise, partners, expected) => {
    const [verdict] = await judge(distanceBetweenDemands, limit('<', 5), [candidate('c')], checkContext({ partners }));
    expect(words(verdict)).toBe(expected);
  });

  it('needs a distance', () => {
    expect(() => parsed(distanceBetweenDemands, {})).toThrow("No value specified for property 'distance'");
  });

  it('decides exactly as the great-circle distance does, at the limit too', () => {
    const degree = fc.integer({ min: -90, max: 90 });
    const operator = fc.constantFrom('<', '<=', '>', '>=', '=');
    fc.assert(
      fc.property(
        degree,
        degree,
        degree,
        degree,
        operator,
        fc.boolean(),
        fc.integer({ min: 0, max: 20000 }),
        (...input) => {
          const [lat1, lon1, lat2, lon2, op, exact, other] = input;
          const km = distanceKm({ latitude: lat1, longitude: lon1 * 2 }, { latitude: lat2, longitude: lon2 * 2 });
          const value = exact ? km : other;
          const fits = together(distanceBetweenDemands, limit(op, value), at(lat1, lon1 * 2), at(lat2, lon2 * 2));
          expect(fits).toBe(withinLimit({ operator: op as '<', value }, km));
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });
});
