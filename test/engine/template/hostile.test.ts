// Whatever a template contains, the parser answers: with issues or with its meaning, never with another failure.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConductorError, TemplateInvalidError } from '../../../src/domain/errors.ts';
import {
  findDuplicateKey,
  parseTemplate,
  planMessageOf,
  readTemplateText,
  validateTemplate,
} from '../../../src/engine/template/index.ts';
import type { JsonObject, JsonValue } from '../../../src/lib/json.ts';
import { CLOUD, documentWith, operandsOf, parsed } from './support.ts';

/** The meaning, or the issues; any other failure ends the test. */
function judge(template: JsonValue): 'valid' | 'refused' {
  const document = { template: template as JsonObject, files: {} };
  const issues = validateTemplate(document);
  try {
    parseTemplate(document);
    expect(issues).toEqual([]);
    return 'valid';
  } catch (error) {
    if (!(error instanceof TemplateInvalidError)) throw error;
    expect(error.issues).toEqual(issues);
    expect(issues.length).toBeGreaterThan(0);
    // Only what is wrong with the whole has no place.
    for (const { path, message } of issues) {
      expect(message).not.toBe('');
      if (path === '') expect(message).toMatch(/^Template /);
    }
    expect(planMessageOf(error).message).not.toBe('');
    return 'refused';
  }
}

const DIR = new URL('../../golden/plans/', import.meta.url);
const seeds = readdirSync(DIR)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, DIR), 'utf8')).request.template as JsonValue);

const WORDS = [
  'vG',
  'cust',
  'aai',
  'cloud',
  'service',
  'zone',
  'distance_to_location',
  '< 5 km',
  '2017-10-10',
  '2020-08-13',
  'get_file',
  'operation_function',
  'operands',
  'function',
  'attribute',
  'minimize',
  'hpa_score',
  'latency_between',
  'conflict_identifier',
  'vim_fit',
  'hpa',
  'evaluate',
  'get_param',
  'product',
  'sum',
  'demands',
  'properties',
  '__proto__',
  'constructor',
  '',
];
const anything: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '', 'x'),
    fc.constantFrom(...WORDS),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...WORDS), tie('value')), { maxLength: 3 })
      .map((entries): JsonObject => Object.fromEntries(entries)),
  ),
})).value;

/** Replaces, removes or renames one place of a value, chosen by `turns`. */
function mutate(value: JsonValue, turns: readonly number[], replacement: JsonValue): JsonValue {
  const [turn = 0, ...rest] = turns;
  if (turns.length === 0 || typeof value !== 'object' || value === null) return replacement;
  const entries = Object.entries(value);
  if (entries.length === 0) return replacement;
  const at = turn % entries.length;
  const inner = (item: JsonValue) => mutate(item, rest, replacement);
  if (Array.isArray(value)) return (value as JsonValue[]).map((item, index) => (index === at ? inner(item) : item));
  const changed = entries.map(([key, item], index): [string, JsonValue] => {
    if (index !== at) return [key, item];
    return turn % 7 === 0 ? [WORDS[turn % WORDS.length] ?? key, item] : [key, inner(item)];
  });
  return Object.fromEntries(changed);
}

describe('random input', () => {
  test('any value as a template', () => {
    fc.assert(
      fc.property(anything, (template) => {
        judge(template);
      }),
      { numRuns: 500 },
    );
  });

  test('any values as sections', () => {
    const sections = fc.record({
      parameters: anything,
      locations: anything,
      demands: anything,
      constraints: anything,
      optimization: anything,
      reservation: anything,
    });
    fc.assert(
      fc.property(sections, (changes) => {
        judge(documentWith(changes).template);
      }),
      { numRuns: 500 },
    );
  });

  test('recorded templates with one place changed', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...seeds), fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 8 }), anything)
      .map(([seed, turns, replacement]) => mutate(seed, turns, replacement));
    const verdicts = new Set<string>();
    fc.assert(
      fc.property(mutated, (template) => {
        verdicts.add(judge(template));
      }),
      { numRuns: 1500 },
    );
    expect(verdicts).toEqual(new Set(['valid', 'refused']));
  });

  test('any values inside each construct that is read deeply', () => {
    const of = (section: string, wrap: (value: JsonValue) => unknown, version = '2017-10-10') =>
      anything.map((value) => ({ homing_template_version: version, [section]: wrap(value) }));
    const rule =
      (type: string, more: object = {}) =>
      (value: JsonValue) => ({
        c: { type, demands: ['vG', 'vB'], properties: { controller: 'x', request: value, evaluate: value, ...more } },
      });
    const cases = fc.oneof(
      of('constraints', rule('vim_fit', { evaluate: undefined })),
      of('constraints', rule('hpa', { controller: undefined, request: undefined })),
      of('constraints', (evaluate) => ({ c: { type: 'hpa', demands: ['vG'], properties: { evaluate: [evaluate] } } })),
      of('demands', (value) => ({ vG: [{ ...CLOUD, conflict_identifier: value }] })),
      of('demands', (value) => ({ vG: [{ candidates: [value] }] })),
      of('optimization', (value) => ({ minimize: { sum: [{ product: [1, value] }] } })),
      of('optimization', (value) => ({ goal: 'minimize', operation_function: value }), '2020-08-13'),
      of(
        'optimization',
        (value) => ({ goal: 'maximize', operation_function: { operator: 'sum', operands: [value] } }),
        '2020-08-13',
      ),
      of(
        'optimization',
        (weight) => ({
          goal: 'maximize',
          operation_function: {
            operator: 'sum',
            operands: [{ function: 'attribute', params: { demand: 'vG', attribute: 'a' }, weight }],
          },
        }),
        '2020-08-13',
      ),
    );
    fc.assert(
      fc.property(cases, (changes) => {
        judge(documentWith(changes).template);
      }),
      { numRuns: 1500 },
    );
  });

  test('any text is read, or refused as a template', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '- ',
      '  ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&x',
      '*x',
      '"',
      "'",
      '#',
      '|',
      '>',
      '?',
      '!',
      '%',
      '<<',
      '1',
      '\t',
      '\0',
      '\uFEFF',
      '\ud800',
      '---',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        findDuplicateKey(text, 'Template');
        try {
          readTemplateText(text, 'template');
        } catch (error) {
          if (!(error instanceof TemplateInvalidError)) throw error;
          expect(error.issues[0]?.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('JSON text gives what JSON.parse gives, whatever its strings contain', () => {
    const json = fc.json({ maxDepth: 5 });
    fc.assert(
      fc.property(json, (text) => {
        fc.pre(findDuplicateKey(text, 'API Request') === null);
        expect(readTemplateText(text, 'request').value).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a key repeated anywhere in JSON text is found', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue({ maxDepth: 3 }), fc.nat({ max: 3 }), (key, value, depth) => {
        const name = JSON.stringify(key);
        let text = `{${name}: ${JSON.stringify(value)}, ${name}: 1}`;
        for (let n = 0; n < depth; n += 1) text = `[{"o": [1, ${text}]}]`;
        expect(findDuplicateKey(text, 'API Request')).toMatch(/^API Request has a duplicate key on line 1: /);
      }),
    );
  });
});

describe('hostile names', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'a > b[0]', '', '\n\u001b[31m'];

  test.each(NAMES)('%j is an ordinary name of a demand, location, parameter, constraint and reservation', (name) => {
    const result = parsed({
      parameters: Object.fromEntries([[name, 'FRA']]),
      locations: Object.fromEntries([[name, { latitude: 1, longitude: 2, country: { get_param: name } }]]),
      demands: Object.fromEntries([[name, [CLOUD]]]),
      constraints: Object.fromEntries(
        [
          [
            name,
            { type: 'distance_to_location', demands: [name], properties: { distance: '1 km', location: name || 'x' } },
          ],
        ].slice(name === '' ? 1 : 0),
      ),
      optimization: { minimize: { sum: [{ distance_between: [name, name] }] } },
      reservation: { service_candidates: Object.fromEntries([[name, { demands: [name] }]]) },
    });
    expect(result.locations[0]).toMatchObject({ name, country: 'FRA' });
    expect(result.demands[0]?.name).toBe(name);
    expect(result.constraints.map((constraint) => constraint.key)).toEqual(name === '' ? [] : [`${name}_${name}`]);
    expect(result.reservation.entries[0]).toMatchObject({ key: `${name}_${name}`, demand: name });
    expect(operandsOf(result)[0]?.params).toEqual([name, name]);
  });

  test('built-in names that nobody declared are unknown', () => {
    const constraint = { type: 'attribute', demands: ['constructor'], properties: { evaluate: { a: 1 } } };
    expect(validateTemplate(documentWith({ constraints: { c: constraint } }))[0]?.message).toBe(
      "Undefined Demand(s) ['constructor'] in Constraint 'c'",
    );
  });

  test('no prototype is changed by any of it', () => {
    const document = documentWith({ parameters: JSON.parse('{"__proto__": {"polluted": 1}}') });
    parseTemplate(document);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('a template of ten thousand demands and constraints is judged without quadratic work', () => {
  const count = 10_000;
  const name = (n: number) => createHash('md5').update(String(n)).digest('hex');
  const demands = Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), [CLOUD]]));
  const constraints = Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `c${n}`,
      { type: 'attribute', demands: [name(n)], properties: { evaluate: { country: { any: ['x'] } } } },
    ]),
  );
  expect(parsed({ demands, constraints }).constraints).toHaveLength(count);
});

test('objectives nested to the limit, or with very many broken operands, are judged at once', () => {
  const generic = (operands: unknown[]) => ({
    homing_template_version: '2020-08-13',
    optimization: { goal: 'minimize', operation_function: { operator: 'sum', operands } },
  });
  let nested: unknown = { function: 'attribute', params: { demand: 'vG' } };
  for (let n = 0; n < 28; n += 1) nested = { operation_function: { operator: 'sum', operands: [nested, { bad: n }] } };
  expect(validateTemplate(documentWith(generic([nested])))[0]?.path).toMatch(/^optimization > operation_function/);
  const wide = validateTemplate(documentWith(generic(Array.from({ length: 200_000 }, (_, n) => ({ bad: n })))));
  expect(wide[0]?.message).toBe(
    "Optimization object is not valid. Validation error: {'bad': 0} is not valid under any of the given schemas",
  );
  expect(wide.length).toBeLessThanOrEqual(200);
});

test('a number that no constraint can use is refused where it stands', () => {
  const away = (distance: string) => ({
    constraints: {
      c: { type: 'distance_to_location', demands: ['vG'], properties: { distance, location: 'place' } },
    },
  });
  const messages = (distance: string) => validateTemplate(documentWith(away(distance))).map(({ message }) => message);
  expect(messages('< nan km')).toEqual(["Unknown part 'nan' in expression '< nan km'"]);
  expect(messages('< 1e400 km')).toEqual(["Unknown part '1e400' in expression '< 1e400 km'"]);
  // No distance is below zero, so this is a rule that nothing can meet, not a broken one.
  expect(messages('< -5 km')).toEqual([]);
});

test('errors of the parser carry the code for invalid templates', () => {
  expect(() => parseTemplate(documentWith({ demands: {} }))).toThrowError(ConductorError);
});
