// The BASE objective: sums flattened with exact weights, every function and every text.
import { describe, expect, test } from 'vitest';
import { CLOUD, messagesOf, operandsOf, parsed } from './support.ts';

const PRODUCT =
  "Optimization products must include at least one 'distance_between' function call and one optional number to be used as a weight.";
const SUM = "Optimization goal 'minimize', function 'sum' must be a list of exactly two operands.";
const distance = (...names: unknown[]) => ({ distance_between: names });
const sum = (...operands: unknown[]) => ({ optimization: { minimize: { sum: operands } } });
const terms = (...operands: unknown[]) =>
  operandsOf(parsed(sum(...operands))).map(({ weight, params }) => [weight, ...params]);

describe('terms', () => {
  test.each([
    ['plain', [distance('place', 'vG')], [[1, 'place', 'vG']]],
    ['names in either order', [distance('vG', 'place')], [[1, 'vG', 'place']]],
    [
      'weights before, after, as text, zero',
      [
        { product: [2.5, distance('place', 'vG')] },
        { product: [distance('place', 'vG'), '10'] },
        { product: ['0', distance('place', 'vB')] },
        { product: [-1, distance('place', 'vB')] },
        { product: [distance('place', 'vB')] },
      ],
      [
        [2.5, 'place', 'vG'],
        [10, 'place', 'vG'],
        [0, 'place', 'vB'],
        [-1, 'place', 'vB'],
        [1, 'place', 'vB'],
      ],
    ],
    [
      'the last number and the last function count',
      [{ product: [1, 2, distance('place', 'vG'), distance('place', 'vB')] }],
      [[2, 'place', 'vB']],
    ],
    [
      'nested sums multiply exactly, wherever the weight stands',
      [
        {
          product: [
            2,
            {
              sum: [{ product: [0.5, distance('place', 'vG')] }, { product: [{ sum: [distance('place', 'vB')] }, 4] }],
            },
          ],
        },
      ],
      [
        [1, 'place', 'vG'],
        [8, 'place', 'vB'],
      ],
    ],
    ['an empty sum', [], []],
  ] as [string, unknown[], unknown[]][])('%s', (_name, operands, expected) => {
    expect(terms(...operands)).toEqual(expected);
  });

  test('no section or an empty one is no objective', () => {
    expect(parsed({}).objective).toBeNull();
    expect(parsed({ optimization: {} }).objective).toBeNull();
    expect(parsed({ homing_template_version: '2020-08-13', optimization: {} }).objective).toBeNull();
  });
});

describe('functions of products', () => {
  const feature = {
    architecture: 'generic',
    'hpa-feature': 'f',
    'hpa-feature-attributes': [],
    'hpa-version': 'v1',
    mandatory: 'True',
    directives: [],
  };
  const evaluate = [{ id: 'x', type: 'vnfc', directives: [{}], flavorProperties: [feature] }];
  const constraints = { h: { type: 'hpa', demands: ['vG'], properties: { evaluate } } };

  test('each gives a term with the names as written', () => {
    const calls: [number, string, string | string[]][] = [
      [1, 'latency_between', ['vG', 'place']],
      [200, 'hpa_score', ['vB', 'vG']],
      [3, 'cost', 'vB'],
    ];
    const objective = sum(...calls.map(([weight, name, args]) => ({ product: [weight, { [name]: args }] })));
    expect(parsed({ constraints, ...objective }).objective).toEqual({
      kind: 'base',
      goal: 'min',
      operands: [
        { weight: 1, function: 'latency_between', params: ['vG', 'place'] },
        { weight: 200, function: 'hpa_score', params: ['vB', 'vG'] },
        { weight: 3, function: 'cost', params: ['vB'] },
      ],
    });
  });

  test('aic_version, also a nested one, makes equal totals be told apart by region version', () => {
    const objective = sum(distance('place', 'vG'), {
      product: [2, { sum: [{ product: [1, { aic_version: ['vG'] }] }] }],
    });
    expect(parsed(objective).objective).toMatchObject({ goal: 'min_aic', operands: [{}, { weight: 2 }] });
  });
});

describe('texts', () => {
  test.each([
    [{ optimization: { maximize: { sum: [] } } }, "Optimization must contain a single goal of 'minimize'."],
    [{ optimization: { minimize: { sum: [] }, x: 1 } }, "Optimization must contain a single goal of 'minimize'."],
    [
      { optimization: { minimize: { max: [] } } },
      "Optimization goal 'minimize' must contain a single function of 'sum'.",
    ],
    [{ optimization: { minimize: null } }, "Optimization goal 'minimize' must contain a single function of 'sum'."],
    [{ optimization: { minimize: { sum: {} } } }, SUM],
    [sum({ product: [{ sum: 5 }] }), SUM],
    [
      sum(distance('place', 'nope')),
      "Optimization 'distance_between' arguments ['place', 'nope'] must include one valid demand name and one valid location name.",
    ],
    [
      sum(distance('vG', 'vB')),
      "Optimization 'distance_between' arguments ['vG', 'vB'] must include one valid demand name and one valid location name.",
    ],
    [
      sum(distance('place', 5)),
      "Optimization 'distance_between' arguments ['place', 5] must include one valid demand name and one valid location name.",
    ],
    [sum(distance('place')), "Optimization 'distance_between' arguments must be a list of length two."],
    [sum(distance('place', 'vG', 'vB')), "Optimization 'distance_between' arguments must be a list of length two."],
    [sum({ distance_between: 'place' }), "Optimization 'distance_between' arguments must be a list of length two."],
    [sum({ foo: 1 }), PRODUCT],
    [sum('x'), PRODUCT],
    [sum({ latency_between: ['place', 'vG'] }), PRODUCT],
    [sum({ product: 5 }), PRODUCT],
    [sum({ product: [] }), PRODUCT],
    [sum({ product: [2] }), PRODUCT],
    [sum({ product: ['heavy', distance('place', 'vG')] }), PRODUCT],
    [sum({ product: [1, { cloud_version: ['vG'] }] }), PRODUCT],
    [sum({ hpa_score: ['vG'] }), PRODUCT],
    [sum({ product: [1, { sum: [{ product: [3] }] }] }), PRODUCT],
    [sum({ product: ['1e999', distance('place', 'vG')] }), PRODUCT],
    [
      sum({ product: [1, { latency_between: ['vB', 'vG'] }] }),
      "Optimization 'latency_between' arguments ['vB', 'vG'] must include one valid demand name and one valid location name.",
    ],
    [
      sum({ product: [1, { aic_version: { a: 1 } }] }),
      "Optimization 'aic_version' arguments must be a list of demand names.",
    ],
    [sum({ product: [1, { cost: [] }] }), "Optimization 'cost' arguments must be a list of demand names."],
    [sum({ product: [1, { cost: ['vG', 'place'] }] }), 'place is not a valid demand name'],
    [sum({ product: [1, { hpa_score: ['vG'] }] }), 'HPA Score Optimization must include a HPA Policy constraint '],
  ] as [Record<string, unknown>, string][])('%j', (changes, message) => {
    expect(messagesOf(changes)).toEqual([message]);
  });

  test('a name that is demand and location can be either', () => {
    const result = parsed({ ...sum(distance('place', 'place')), demands: { place: [CLOUD] } });
    expect(operandsOf(result)).toHaveLength(1);
  });

  test('names are not compared with a broken section', () => {
    expect(messagesOf({ ...sum(distance('a', 'b')), locations: null })).toEqual([
      'Location section must be a dictionary',
    ]);
  });
});
