// Any filtering attributes at all: sound candidates or an error that names the demand; the count promised is the count made.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemplateInvalidError } from '../../../src/domain/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { combinations, countOf } from '../../../src/plugins/generator/combinations.ts';
import { generator } from './support.ts';

const name = fc.constantFrom(
  ...['subnets', 'service_profile', 'latency', 'jitter', 'throughput', 'values', 'min', 'max', 'steps', 'derive_from'],
  ...[
    'method',
    'args',
    'coverage_area',
    'value',
    'operator',
    'core',
    'cost',
    'candidate_id',
    '__proto__',
    'constructor',
  ],
);
const leaf = fc.constantFrom<JsonValue>(
  null,
  '',
  'lte',
  'eq',
  'get_tracking_area',
  'X-1',
  0,
  -1,
  1,
  7,
  1e308,
  0.1,
  true,
);
const { value: anything } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries) as JsonObject),
  ),
}));
const attribute = fc.oneof(
  fc.array(leaf, { maxLength: 3 }).map((values) => ({ values })),
  fc.record({ min: leaf, max: leaf, steps: leaf }),
  anything,
);
const filters = fc.oneof(
  anything,
  fc.record({
    subnets: fc.dictionary(name, fc.dictionary(name, attribute, { maxKeys: 3 }), { maxKeys: 3 }),
    service_profile: fc.oneof(
      anything,
      fc.dictionary(name, fc.record({ value: leaf, operator: leaf }), { maxKeys: 2 }),
    ),
  }) as fc.Arbitrary<JsonValue>,
);

test('random attributes give sound candidates or a named error, never a crash or a flood', async () => {
  await fc.assert(
    fc.asyncProperty(filters, anything, async (attributes, defaults) => {
      const rig = generator({ maxCombinations: 500, areas: { '1': [1] } });
      const outcome = await rig.resolve(attributes, defaults as JsonObject).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(TemplateInvalidError);
        expect(outcome.message).toContain('Demand slice');
        return;
      }
      const { candidates } = outcome as Awaited<ReturnType<typeof rig.resolve>>;
      expect(candidates.length).toBeLessThanOrEqual(500);
      for (const candidate of candidates) {
        expect(candidate).toMatchObject({ inventory_type: 'slice_profiles', uniqueness: 'true' });
        expect(candidate.candidate_id).toMatch(/^id-\d+$/);
        expect(Number.isFinite(candidate.cost)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('as many combinations are made as were counted, all different', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 5 }), (counts) => {
      const values = counts.map((count) => ({ count, at: (index: number) => index }));
      const made = [...combinations(values)].length;
      const texts = new Set<string>();
      for (const combination of combinations(values)) texts.add(combination.join());
      expect(made).toBe(countOf(values));
      expect(texts.size).toBe(made);
    }),
  );
});
