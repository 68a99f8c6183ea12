// The objective: BASE sums flattened with exact weights, every text, and the clear refusal of the GENERIC form.
import { describe, expect, test } from 'vitest';
import { CLOUD, messagesOf, parsed } from './support.ts';

const PRODUCT =
  "Optimization products must include at least one 'distance_between' function call and one optional number to be used as a weight.";
const SUM = "Optimization goal 'minimize', function 'sum' must be a list of exactly two operands.";
const distance = (...names: unknown[]) => ({ distance_between: names });
const sum = (...operands: unknown[]) => ({ optimization: { minimize: { sum: operands } } });
const terms = (...operands: unknown[]) =>
  parsed(sum(...operands)).objective?.operands.map(({ weight, params }) => [weight, ...params]);

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
    [sum({ product: [1, { cost: ['vG'] }] }), PRODUCT],
    [sum({ product: [1, { sum: [{ product: [3] }] }] }), PRODUCT],
    [sum({ product: ['1e999', distance('place', 'vG')] }), PRODUCT],
    [
      sum({ product: [1, { latency_between: ['place', 'vG'] }] }),
      "Optimization function 'latency_between' is not supported by this release yet",
    ],
    [
      sum({ product: [1, { aic_version: ['vG'] }] }),
      "Optimization function 'aic_version' is not supported by this release yet",
    ],
    [
      { homing_template_version: '2020-08-13', optimization: { goal: 'minimize' } },
      'Optimization by goal and operation_function (template version 2020-08-13) is not supported by this release yet',
    ],
  ] as [Record<string, unknown>, string][])('%j', (changes, message) => {
    expect(messagesOf(changes)).toEqual([message]);
  });

  test('hpa_score needs an hpa constraint', () => {
    const messages = messagesOf(sum({ product: [2, { hpa_score: ['vG'] }] }));
    expect(messages[0]).toBe('HPA Score Optimization must include a HPA Policy constraint ');
  });

  test('a name that is demand and location can be either', () => {
    const result = parsed({ ...sum(distance('place', 'place')), demands: { place: [CLOUD] } });
    expect(result.objective?.operands).toHaveLength(1);
  });

  test('names are not compared with a broken section', () => {
    expect(messagesOf({ ...sum(distance('a', 'b')), locations: null })).toEqual([
      'Location section must be a dictionary',
    ]);
  });
});
