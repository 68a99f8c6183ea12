import { describe, expect, it } from 'vitest';
import { zone } from '../../../../src/engine/solve/constraints/zone.ts';
import { candidate, checkContext, judge, parsed, place, together, words } from '../support.ts';

const nyc = candidate('nyc', { complex_name: 'cx-1', country: 'USA' });
const dal = candidate('dal', { complex_name: 'cx-1', country: 'USA' });
const fra = candidate('fra', { complex_name: 'cx-2', country: 'DEU' });

describe('zone', () => {
  it.each([
    ['same', 'region', nyc, nyc, true],
    ['same', 'region', nyc, dal, false],
    ['different', 'region', nyc, dal, true],
    ['same', 'complex', nyc, dal, true],
    ['different', 'complex', nyc, dal, false],
    ['different', 'complex', nyc, fra, true],
    ['same', 'country', nyc, dal, true],
    ['same', 'country', nyc, fra, false],
    ['different', 'country', nyc, fra, true],
  ])('%s %s compares the right field', (qualifier, category, a, b, expected) => {
    expect(together(zone, { qualifier, category }, a, b)).toBe(expected);
  });

  it.each(['disaster', 'time', 'maintenance'])('of a mapped category %s compares the mapped field', (category) => {
    const properties = { qualifier: 'different', category, field: 'zone_id' };
    const [one, same, other] = ['z1', 'z1', 'z2'].map((zoneId) => candidate('x', { zone_id: zoneId }));
    if (!one || !same || !other) throw new Error('three');
    expect(together(zone, properties, one, same)).toBe(false);
    expect(together(zone, properties, one, other)).toBe(true);
  });

  it('of a mapped category takes numbers and truth values, 0 and false included', async () => {
    const properties = { qualifier: 'same', category: 'time', field: 'window' };
    const [zero, off] = [candidate('x', { window: 0 }), candidate('y', { window: false })];
    const ctx = checkContext({ partners: 1 });
    expect((await judge(zone, properties, [zero, off], ctx)).map(words)).toEqual(['fit', 'fit']);
    expect(together(zone, properties, zero, candidate('z', { window: 0 }))).toBe(true);
    expect(together(zone, properties, zero, off)).toBe(false);
  });

  it.each([[undefined], [null], [''], [[]], [{}]])('of a mapped category drops who has %j there', async (window) => {
    const properties = { qualifier: 'same', category: 'time', field: 'window' };
    const verdicts = await judge(zone, properties, [candidate('x', { window })], checkContext({ partners: 1 }));
    expect(verdicts.map(words)).toEqual(['the candidate has no window']);
  });

  it('ignores a field given for a category that has its own', () => {
    const properties = { qualifier: 'same', category: 'complex', field: 'candidate_id' };
    expect(together(zone, properties, nyc, dal)).toBe(true);
  });

  it('compares text exactly', () => {
    const lower = candidate('x', { country: 'usa' });
    expect(together(zone, { qualifier: 'same', category: 'country' }, nyc, lower)).toBe(false);
  });

  const here = new Map([
    ['here', place('here', 1, 1, 'USA')],
    ['nowhere', place('nowhere', 1, 1)],
  ]);
  it.each([
    [
      'drops a candidate without the field',
      { category: 'complex' },
      candidate('x'),
      1,
      'the candidate has no complex_name',
    ],
    ['asks nothing of the only demand', { category: 'complex' }, candidate('x'), 0, 'fit'],
    ['keeps the country of the location', { category: 'country', location: 'here' }, nyc, 0, 'fit'],
    [
      'refuses another country than the location',
      { category: 'country', location: 'here' },
      fra,
      0,
      'country DEU, must be USA',
    ],
    ['ignores a location with another category', { category: 'complex', location: 'here' }, fra, 1, 'fit'],
    [
      'is unknown when the location has no country',
      { category: 'country', location: 'nowhere' },
      nyc,
      0,
      'unknown: the country of location nowhere is not known',
    ],
  ])('%s', async (_promise, properties, one, partners, expected) => {
    const [verdict] = await judge(
      zone,
      { qualifier: 'same', ...properties },
      [one],
      checkContext({ partners, locations: here }),
    );
    expect(words(verdict)).toBe(expected);
  });

  it('sums up what was refused', () => {
    const refused = ['DEU', 'DEU', 'FRA'].map((country) => ({ kind: 'reject', reason: `country ${country}` }) as const);
    const params = parsed(zone, { qualifier: 'same', category: 'country' });
    expect(zone.summarize?.(params, refused)).toBe('country DEU (2); country FRA (1)');
  });

  it('refuses the country of the location under "different"', async () => {
    const properties = { qualifier: 'different', category: 'country', location: 'here' };
    const verdicts = await judge(zone, properties, [nyc, fra], checkContext({ locations: here }));
    expect(verdicts.map(words)).toEqual(['country USA, must not be USA', 'fit']);
  });

  it.each([
    ['an unknown qualifier', { qualifier: 'near', category: 'region' }, "Property 'qualifier' must be"],
    [
      'categories that no inventory resolves',
      { qualifier: 'same', category: 'maintenance' },
      "'maintenance' cannot be resolved",
    ],
    [
      'names of object members as category',
      { qualifier: 'same', category: 'constructor' },
      "'constructor' cannot be resolved",
    ],
    ['a missing category', { qualifier: 'same' }, 'cannot be resolved'],
    [
      'a mapped category without text as field',
      { qualifier: 'same', category: 'time', field: 3 },
      'cannot be resolved',
    ],
    ['a mapped category without field', { qualifier: 'same', category: 'time', field: '' }, 'cannot be resolved'],
  ])('refuses %s', (_what, properties, message) => {
    expect(() => parsed(zone, properties)).toThrow(message);
  });
});
