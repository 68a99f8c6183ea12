// Real templates with some place changed, put to the whole gateway: a change is refused with a message, makes a plan that ends in a
// final status with one, or does no harm. And ten thousand candidates, and a generator asked for a thousand million.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTemplateText } from '../../../src/engine/template/index.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/lib/json.ts';
import { exampleWorld } from '../../sim/example-world.ts';
import { type Gateway, type RestPlan, startGateway } from '../../support/gateway.ts';
import { expectError, GOOD_TEMPLATE, stillWorks, template } from './support.ts';

const folder = new URL('../../../examples/', import.meta.url);
// The second of two orders waits for the first, for ever where nobody releases it.
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'order-locks.yaml');

let gateway: Gateway;
let seeds: readonly JsonObject[];

beforeAll(async () => {
  gateway = await startGateway({
    world: exampleWorld(),
    lines: ['[inventory_provider]', 'extensions = aai,generator'],
  });
  seeds = await Promise.all(files.map((file) => parseTemplateText(readFileSync(new URL(file, folder), 'utf8'))));
});
afterAll(() => gateway.stop());

const strange = fc.constantFrom<JsonValue | undefined>(
  undefined,
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '-',
  '0',
  'NaN',
  '1e400',
  '__proto__',
  'constructor',
  'vG',
  '\u0000\ud800',
  'x'.repeat(5000),
  [],
  [[]],
  [null],
  {},
  { any: [null, {}] },
  { not: null },
  { get_param: 'none' },
  { get_file: 'none' },
  { values: [null, {}], min: 'x' },
);

/** Walks down by the turns given and puts `value` where they end; undefined takes the place away. */
function changed(
  at: JsonValue,
  [turn, ...turns]: readonly number[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (turn === undefined) return value;
  if (Array.isArray(at) && at.length > 0) {
    const place = turn % at.length;
    return (at as readonly JsonValue[]).flatMap((item, index) => {
      if (index !== place) return [item];
      const next = changed(item, turns, value);
      return next === undefined ? [] : [next];
    });
  }
  const entries = isJsonObject(at) ? Object.entries(at) : [];
  if (entries.length === 0) return value;
  const place = turn % entries.length;
  return Object.fromEntries(
    entries.flatMap(([key, item], index): [string, JsonValue][] => {
      if (index !== place) return [[key, item]];
      const next = changed(item, turns, value);
      return next === undefined ? [] : [[key, next]];
    }),
  );
}

/** Refused with an explanation, or ended with a message of its own where it failed. */
async function endsInWords(body: unknown): Promise<string> {
  const answer = await gateway.rest('POST', '/v1/plans', body);
  if (answer.status !== 201) {
    expect([answer.status, answer.body]).toEqual([
      400,
      { error_message: expect.anything(), ...(answer.body as object) },
    ]);
    return 'refused';
  }
  const { status, message } = await gateway.finished((answer.body as RestPlan).id);
  if (status === 'error') {
    expect(String(message)).toMatch(/\w/);
    expect(String(message)).not.toMatch(/\n\s+at |TypeError|RangeError|Cannot read|either erred or is incapable/);
  }
  return status;
}

describe('examples with places changed', () => {
  it('end, each in a final status, and those that fail with a message about the template', async () => {
    const place = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 7 });
    const changes = fc.array(fc.tuple(place, strange), { minLength: 1, maxLength: 2 });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: files.length - 1 }), changes, async (seed, list) => {
        const whole = list.reduce<JsonValue>(
          (at, [turns, value]) => changed(at, turns, value) ?? {},
          seeds[seed] ?? {},
        );
        seen.add(await endsInWords({ name: 'changed', template: whole }));
      }),
      { numRuns: 80 },
    );
    expect([...seen]).toEqual(expect.arrayContaining(['done', 'error']));
  });
});

describe('sheer number', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => ({
    candidate_id: `c${at}`,
    inventory_type: 'cloud',
    location_id: `c${at}`,
    complex_name: `complex-${at % 50}`,
    latitude: (at % 170) - 85,
    longitude: (at % 350) - 175,
  }));
  const two = {
    demands: { vG: [{ candidates: many }], vMux: [{ candidates: many }] },
    constraints: {
      ...GOOD_TEMPLATE.constraints,
      apart: { type: 'zone', demands: ['vG', 'vMux'], properties: { qualifier: 'different', category: 'complex' } },
    },
    optimization: {
      minimize: { sum: [{ distance_between: ['customer', 'vG'] }, { distance_between: ['customer', 'vMux'] }] },
    },
  };

  it('two demands with 10,000 candidates each get their best answer', async () => {
    const { status, recommendations } = await gateway.solved(template(two));
    expect(status).toBe('done');
    const [chosen] = recommendations ?? [];
    const ids = [chosen?.['vG'], chosen?.['vMux']].map((one) =>
      Number(String(one?.candidate['candidate_id']).slice(1)),
    );
    // Complexes of the fifty: the two nearest places to Chicago that differ in it.
    expect((ids[0] ?? 0) % 50).not.toBe((ids[1] ?? 0) % 50);
    const km = many.map(({ latitude, longitude }) => haversine(41.85, -87.65, latitude, longitude));
    const least = Math.min(...km);
    expect(Math.min(...ids.map((id) => km[id] ?? 0))).toBeCloseTo(least, 6);
    const best = km.indexOf(least) % 50;
    const other = Math.min(...km.filter((_, at) => at % 50 !== best));
    expect(ids.reduce((sum, id) => sum + (km[id] ?? 0), 0)).toBeCloseTo(least + other, 6);
  });

  it('a thousand million slice profiles are refused before any is made', async () => {
    const values = { min: 0, max: 1000 };
    const subnets = { core: { latency: values, jitter: values }, ran: { latency: values } };
    const profile = { latency: { value: 30, operator: 'lte' } };
    const slices = [
      {
        inventory_provider: 'generator',
        inventory_type: 'slice_profiles',
        filtering_attributes: { service_profile: profile, subnets },
      },
    ];
    await expectError(
      gateway,
      template({ demands: { slices }, constraints: {}, optimization: {} }),
      /Demand slices asks for 1000000000 combinations .* max_combinations/,
    );
  });
});

/** Kilometres, by the formula that the specification of the template language gives. */
function haversine(latitude: number, longitude: number, toLatitude: number, toLongitude: number): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const height = Math.sin(radians(toLatitude - latitude) / 2) ** 2;
  const width = Math.sin(radians(toLongitude - longitude) / 2) ** 2;
  const along = Math.cos(radians(latitude)) * Math.cos(radians(toLatitude));
  return 2 * 6371 * Math.asin(Math.sqrt(height + along * width));
}

/** Demands that cannot be asked are the one thing about a template that is logged as an error, as in the reference. */
it('afterwards the gateway works, and nothing that it accepted is lost', () => stillWorks(gateway, /: no candidates$/));
