// The leaf helpers: retry, limiter, single flight, distances.
import { describe, expect, it } from 'vitest';
import { limiter, singleFlight } from '../../src/lib/concurrency.ts';
import { distanceKm, pointOf } from '../../src/lib/geo.ts';
import { canonicalJson, own } from '../../src/lib/json.ts';
import { seededRandom } from '../../src/lib/random.ts';
import { retry } from '../../src/lib/retry.ts';

describe('concurrency', () => {
  it('never runs more than the limit and runs all', async () => {
    const gate = limiter(2);
    let running = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 9 }, (_, n) =>
        gate(async () => {
          running += 1;
          most = Math.max(most, running);
          await Promise.resolve();
          running -= 1;
          if (n === 4) throw new Error('four');
          return n;
        }).catch(() => -1),
      ),
    );
    expect(most).toBe(2);
    expect(results).toEqual([0, 1, 2, 3, -1, 5, 6, 7, 8]);
  });

  it('shares one flight and starts anew afterwards', async () => {
    let runs = 0;
    const fly = singleFlight(async () => {
      runs += 1;
      return runs;
    });
    expect(await Promise.all([fly(), fly()])).toEqual([1, 1]);
    expect(await fly()).toBe(2);
  });
});

describe('retry', () => {
  it('honours a wait that the failure asks for and gives up on a failure for good', async () => {
    const waits: number[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => 0,
      after: (ms: number, fn: () => void) => {
        waits.push(ms);
        queueMicrotask(fn);
        return () => {};
      },
    };
    const attempts: number[] = [];
    const run = retry(
      { tries: 5, clock, random: seededRandom(1), retryable: (error) => error !== 'fatal', waitFor: () => 70 },
      async (attempt) => {
        attempts.push(attempt);
        throw attempt === 3 ? 'fatal' : 'again';
      },
    );
    await expect(run).rejects.toBe('fatal');
    expect(attempts).toEqual([1, 2, 3]);
    expect(waits).toEqual([70, 70]);
  });
});

describe('geography', () => {
  it.each([
    [0, 0, 0, 1, 111.194927],
    [32.89748, -97.040443, 40.7128, -74.006, 2218.763288],
    [0, 0, 0, 180, 20015.086796],
    [45.395968, -71.135344, 45.395968, -71.135344, 0],
    [51.5, -0.12, -33.87, 151.21, 16994.008112],
  ])('(%d, %d) to (%d, %d) is %d km', (lat1, lon1, lat2, lon2, km) => {
    expect(distanceKm({ latitude: lat1, longitude: lon1 }, { latitude: lat2, longitude: lon2 })).toBeCloseTo(km, 5);
  });

  it('reads numeric text and refuses what is no coordinate', () => {
    expect(pointOf({ latitude: '0', longitude: -71.5 })).toEqual({ latitude: 0, longitude: -71.5 });
    for (const bad of ['', 'x', Number.NaN, 91, null, undefined, {}])
      expect(pointOf({ latitude: bad, longitude: 1 })).toBeNull();
  });
});

describe('json', () => {
  it('sorts keys in canonical text and treats __proto__ as a name', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"a":[{"d":1,"c":null}]}'))).toBe('{"a":[{"c":null,"d":1}],"b":1}');
    expect(own(JSON.parse('{"__proto__":3}'), '__proto__')).toBe(3);
    expect(own({}, 'constructor')).toBeUndefined();
  });
});
