// Latency rules at the door: what the tables look like after a load, and what is refused with which words.
import { expect, test } from 'vitest';
import type { CountryLatencyInput, LatencyRegionInput } from '../../src/services/index.ts';
import { createWorld, scope } from '../api/graphql/harness.ts';

async function regions(...rows: LatencyRegionInput[]) {
  return (await (await createWorld()).services.latency.loadRegions(scope, rows)).regions;
}

async function countries(...rows: CountryLatencyInput[]) {
  return (await (await createWorld()).services.latency.loadCountries(scope, rows)).countries;
}

test('countries may be separated by commas or bars or both, with blanks, in any case, or come as a list', async () => {
  const wanted = ['FRA', 'DEU', 'NLD'];
  for (const text of ['FRA,DEU,NLD', 'FRA|DEU|NLD', ' fra , DEU|nld ,', ['FRA', 'deu', 'NLD']]) {
    expect(await regions({ group: 'EU-CORE', countries: text })).toEqual([{ group: 'EU-CORE', countries: wanted }]);
  }
});

test('of two rows of one group the last counts, at the place of the first', async () => {
  expect(
    await regions(
      { group: 'A1', countries: 'FRA' },
      { group: '__proto__', countries: 'DEU' },
      { group: 'A1', countries: 'NLD' },
    ),
  ).toEqual([
    { group: 'A1', countries: ['NLD'] },
    { group: '__proto__', countries: ['DEU'] },
  ]);
  expect(
    await countries(
      { country: 'usa', groups: 'USA' },
      { country: '*', groups: '*' },
      { country: 'USA', groups: 'CAN|*' },
    ),
  ).toEqual([
    { country: 'USA', groups: ['CAN', '*'] },
    { country: '*', groups: ['*'] },
  ]);
});

test('groups are parted at bars; words keep their commas, empty parts are left out', async () => {
  const [rule] = await countries({ country: 'USA', groups: ' usa , CAN | EU-CORE,JPN ||*' });
  expect(rule?.groups).toEqual(['USA,CAN', 'EU-CORE,JPN', '*']);
});

test('an empty table is a table', async () => {
  expect(await regions()).toEqual([]);
  expect(await countries()).toEqual([]);
});

test.each<[LatencyRegionInput, string]>([
  [{ group: '', countries: 'FRA' }, 'Row 2: group'],
  [{ group: 7, countries: 'FRA' }, 'Row 2: group'],
  [{ group: undefined, countries: 'FRA' }, 'Row 2: group'],
  [{ group: 'USA', countries: 'FRA' }, 'Row 2: group'],
  [{ group: 'A,B1', countries: 'FRA' }, 'Row 2: group'],
  [{ group: 'x'.repeat(256), countries: 'FRA' }, 'Row 2: group'],
  [{ group: 'A1', countries: '' }, 'Row 2: countries'],
  [{ group: 'A1', countries: 5 }, 'Row 2: countries'],
  [{ group: 'A1', countries: [1] }, 'Row 2: countries'],
  [{ group: 'A1', countries: 'FRANCE' }, 'Row 2: countries'],
  [{ group: 'A1', countries: 'FRA;DEU' }, 'Row 2: countries'],
  [{ group: 'A1', countries: null }, 'Row 2: countries'],
])('%j is refused by row and field', async (row, where) => {
  await expect(regions({ group: 'fine', countries: 'FRA' }, row)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining(where),
  });
});

test.each<[CountryLatencyInput, string]>([
  [{ country: 'US', groups: 'USA' }, 'Row 1: country_name'],
  [{ country: null, groups: 'USA' }, 'Row 1: country_name'],
  [{ country: 'USA', groups: '' }, 'Row 1: groups'],
  [{ country: 'USA', groups: ' | ' }, 'Row 1: groups'],
  [{ country: 'USA', groups: '*|USA' }, 'Row 1: groups'],
  [{ country: 'USA', groups: 'USA|EU-CORE,*' }, 'Row 1: groups'],
  [{ country: 'USA', groups: 'USA,,CAN' }, 'Row 1: groups'],
  [{ country: 'USA', groups: 'U-A' }, 'Row 1: groups'],
  [{ country: 'USA', groups: ['USA|CAN'] }, 'Row 1: groups'],
  [{ country: 'USA', groups: { a: 1 } }, 'Row 1: groups'],
])('%j is refused by row and field', async (row, where) => {
  await expect(countries(row)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: expect.stringContaining(where),
  });
});

test('a refused table leaves the old one as it was', async () => {
  const { services } = await createWorld();
  await services.latency.loadRegions(scope, [{ group: 'A1', countries: 'FRA' }]);
  const wrong = [{ group: 'B1', countries: 'FRA' }, { group: 'C1' } as LatencyRegionInput];
  await expect(services.latency.loadRegions(scope, wrong)).rejects.toThrow();
  expect((await services.latency.read(scope)).regions).toEqual([{ group: 'A1', countries: ['FRA'] }]);
});

test('nobody without a name changes the rules or releases orders, whatever the configuration says', async () => {
  const { services } = await createWorld();
  const nobody = { ...scope, principal: { name: 'anonymous', kind: 'anonymous' } } as const;
  await expect(services.latency.loadRegions(nobody, [])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(services.latency.loadCountries(nobody, [])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(services.locks.release(nobody, [])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await services.latency.read(nobody)).toEqual({ regions: [], countries: [] });
});
