// The opt-in keys: `soft` in constraints and the section `stability`, what they mean and what is refused, with its place.
import { describe, expect, test } from 'vitest';
import { validateTemplate } from '../../../src/engine/template/index.ts';
import { CLOUD, documentWith, issuesOf, parsed } from './support.ts';

const soft = (value: unknown, type = 'distance_to_location', properties: unknown = undefined) => ({
  constraints: {
    c: {
      type,
      demands: ['vG', 'vB'],
      properties: properties ?? { distance: '< 100 km', location: 'place' },
      soft: value,
    },
  },
});

describe('a soft constraint', () => {
  test('keeps its weight for each demand that it is split into, and a pairwise one for all', () => {
    expect(parsed(soft({ weight: 2.5 })).constraints).toMatchObject([
      { key: 'c_vG', soft: { weight: 2.5 } },
      { key: 'c_vB', soft: { weight: 2.5 } },
    ]);
    const zone = { qualifier: 'different', category: 'region' };
    expect(parsed(soft({ weight: 0 }, 'zone', zone)).constraints).toMatchObject([{ key: 'c', soft: { weight: 0 } }]);
  });

  test('may take its weight from a parameter, as number or text', () => {
    const weight = { get_param: 'weight' };
    for (const value of [7, '7']) {
      expect(parsed({ ...soft({ weight }), parameters: { weight: value } }).constraints[0]?.soft).toEqual({
        weight: 7,
      });
    }
  });

  test('a constraint without the key has none', () => {
    const [first] = parsed({ constraints: { c: { ...soft(0).constraints.c, soft: undefined } } }).constraints;
    expect(first && Object.hasOwn(first, 'soft')).toBe(false);
  });

  test.each([
    [true, 'constraints > c > soft', "Key 'soft' of constraint named 'c' must be a dictionary with the key weight"],
    [null, 'constraints > c > soft', "Key 'soft' of constraint named 'c' must be a dictionary with the key weight"],
    [
      {},
      'constraints > c > soft > weight',
      "Weight of key 'soft' of constraint named 'c' must be a number from 0 to 1000000000000",
    ],
    [
      { weight: -1 },
      'constraints > c > soft > weight',
      "Weight of key 'soft' of constraint named 'c' must be a number from 0 to 1000000000000",
    ],
    [
      { weight: 1e13 },
      'constraints > c > soft > weight',
      "Weight of key 'soft' of constraint named 'c' must be a number from 0 to 1000000000000",
    ],
    [
      { weight: 'much' },
      'constraints > c > soft > weight',
      "Weight of key 'soft' of constraint named 'c' must be a number from 0 to 1000000000000",
    ],
    [
      { weight: 1, unit: 'km' },
      'constraints > c > soft > unit',
      "Key 'soft' of constraint named 'c' has an invalid key unit",
    ],
  ])('%j is refused', (value, path, message) => {
    expect(issuesOf(soft(value))).toEqual([{ path, message }]);
  });
});

describe('stability', () => {
  test('names a candidate for a demand, with one moving cost for all or one of its own', () => {
    const stability = { moving_cost: 250, placement: { vB: 'r1', vG: { candidate: 'r2', moving_cost: '1000' } } };
    expect(parsed({ stability }).stability).toEqual({
      placement: [
        { demand: 'vB', candidateId: 'r1', movingCost: 250 },
        { demand: 'vG', candidateId: 'r2', movingCost: 1000 },
      ],
    });
  });

  test('may come from parameters, empty for what is placed nowhere yet', () => {
    const stability = { moving_cost: { get_param: 'cost' }, placement: { get_param: 'present' } };
    const given = (present: object) => parsed({ stability, parameters: { cost: 3, present } }).stability;
    expect(given({ vG: 'r1' })).toEqual({ placement: [{ demand: 'vG', candidateId: 'r1', movingCost: 3 }] });
    expect(given({})).toEqual({ placement: [] });
  });

  test('a template without it has none', () => {
    expect(parsed({}).stability).toBeNull();
  });

  test('a demand may have any name', () => {
    const stability = JSON.parse('{"moving_cost": 1, "placement": {"__proto__": "r1"}}');
    const demands = JSON.parse(`{"__proto__": [${JSON.stringify(CLOUD)}]}`);
    expect(parsed({ demands, stability }).stability?.placement).toEqual([
      { demand: '__proto__', candidateId: 'r1', movingCost: 1 },
    ]);
  });

  const COST = 'must be a number from 0 to 1000000000000';
  test.each([
    [null, 'stability', 'Stability section must be a dictionary'],
    [
      { moving_cost: 1 },
      'stability > placement',
      'Placement in stability must be a dictionary of demands and their candidate ids',
    ],
    [
      { moving_cost: 1, placement: {}, from_plan: 'x' },
      'stability > from_plan',
      'Stability section has an invalid key from_plan',
    ],
    [{ moving_cost: 1, placement: { vX: 'r1' } }, 'stability > placement > vX', 'Demand vX in stability is undefined'],
    [
      { moving_cost: 1, placement: { vG: '' } },
      'stability > placement > vG',
      'Stability of demand vG must name a candidate id',
    ],
    [
      { moving_cost: 1, placement: { vG: {} } },
      'stability > placement > vG > candidate',
      'Stability of demand vG must name a candidate id',
    ],
    [
      { placement: { vG: 'r1' } },
      'stability > placement > vG',
      'Stability of demand vG needs a moving_cost, here or for all demands',
    ],
    [{ moving_cost: -1, placement: { vG: 'r1' } }, 'stability > moving_cost', `Moving cost in stability ${COST}`],
    [
      { placement: { vG: { candidate: 'r1', moving_cost: 'x' } } },
      'stability > placement > vG > moving_cost',
      `Moving cost of demand vG ${COST}, not 'x'`,
    ],
    [
      { moving_cost: 1, placement: { vG: { candidate: 'r1', cost: 1 } } },
      'stability > placement > vG > cost',
      'Stability of demand vG has an invalid key cost',
    ],
  ])('%j is refused', (stability, path, message) => {
    expect(issuesOf({ stability })).toEqual([{ path, message }]);
  });

  test('what is wrong has its line', () => {
    const text = JSON.stringify(
      documentWith({ stability: { moving_cost: 1, placement: { vX: 'r1' } } }).template,
      null,
      1,
    );
    const template = documentWith({ stability: { moving_cost: 1, placement: { vX: 'r1' } } });
    const line = text.split('\n').findIndex((one) => one.includes('vX')) + 1;
    expect(validateTemplate(template, { text })).toMatchObject([{ path: 'stability > placement > vX', line }]);
  });
});
