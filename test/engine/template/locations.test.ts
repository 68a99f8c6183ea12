// Locations: which form counts, which coordinates are places, and the texts for the others.
import { expect, test } from 'vitest';
import { messagesOf, parsed } from './support.ts';

test.each([
  [
    { latitude: '41.8', longitude: -87 },
    { kind: 'coordinates', latitude: '41.8', longitude: -87, country: null },
  ],
  [
    { latitude: 0, longitude: 0 },
    { kind: 'coordinates', latitude: 0, longitude: 0 },
  ],
  [
    { latitude: '0', longitude: 180, country: 'FRA' },
    { kind: 'coordinates', latitude: '0', country: 'FRA' },
  ],
  [
    { host_name: 'h1', clli_code: 'C' },
    { kind: 'host_name', hostName: 'h1' },
  ],
  [{ clli_code: 'C' }, { kind: 'clli_code', clliCode: 'C' }],
  [
    { latitude: 5, clli_code: 'C' },
    { kind: 'clli_code', clliCode: 'C' },
  ],
  [
    { latitude: '', longitude: '', host_name: '', clli_code: 'C' },
    { kind: 'clli_code', clliCode: 'C' },
  ],
])('%j', (location, spec) => {
  expect(parsed({ locations: { place: location } }).locations).toMatchObject([{ name: 'place', ...spec }]);
});

const latitude = (value: string) => `Location place has an invalid latitude ${value} (degrees from -90 to 90)`;
const longitude = (value: string) => `Location place has an invalid longitude ${value} (degrees from -180 to 180)`;

test.each([
  [{}, ['Unable to resolve location place']],
  [{ latitude: 1 }, ['Unable to resolve location place']],
  [{ latitude: null, longitude: null }, ['Unable to resolve location place']],
  [{ latitude: 91, longitude: 0 }, [latitude('91')]],
  [{ latitude: 0, longitude: '-180.5' }, [longitude('-180.5')]],
  [{ latitude: 'abc', longitude: 'def' }, [latitude('abc'), longitude('def')]],
  [{ latitude: Number.NaN, longitude: 0 }, [latitude('NaN')]],
  [{ latitude: '1e400', longitude: Number.POSITIVE_INFINITY }, [latitude('1e400'), longitude('Infinity')]],
  [{ latitude: [1], longitude: true }, [latitude('[1]'), longitude('True')]],
  [{ latitude: 1, longitude: 1, country: 5 }, ['Location place has an invalid country 5']],
  [{ host_name: 5 }, ['Location place has an invalid host_name 5']],
  [{ clli_code: { a: 1 } }, ["Location place has an invalid clli_code {'a': 1}"]],
  [{ latitude: 1, longitude: 1, city: 'x' }, ['Location place has an invalid key city']],
  [5, ['Location place must be a dictionary']],
])('%j is refused', (location, messages) => {
  expect(messagesOf({ locations: { place: location } })).toEqual(messages);
});
