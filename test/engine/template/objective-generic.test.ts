// The GENERIC objective: schema violations in the reference's words, names, and what a valid one becomes.
import { describe, expect, test } from 'vitest';
import { issuesOf, messagesOf, parsed } from './support.ts';

const V = { homing_template_version: '2020-08-13' };
const of = (optimization: unknown) => ({ ...V, optimization });
const over = (...operands: unknown[]) => of({ goal: 'minimize', operation_function: { operator: 'sum', operands } });
const attribute = (name: unknown, more: object = {}) => ({
  function: 'attribute',
  params: { demand: 'vG', attribute: name },
  ...more,
});
const SCHEMA = 'Optimization object is not valid. Validation error: ';

describe('accepted', () => {
  test('operations nest, numbers scale, surplus keys mean nothing', () => {
    const normalization = { start: 50, end: 5 };
    const nested = {
      operation_function: { operator: 'min', operands: [attribute('latency'), attribute('cost', { weight: -1 })] },
      weight: 2,
      normalization,
      note: 'x',
    };
    const places = ['distance_between', 'latency_between'].map((name) => ({
      function: name,
      params: { demand: 'vB', location: 'place', attribute: 'ignored' },
    }));
    const objective = {
      goal: 'maximize',
      operation_function: { operator: 'max', operands: [nested, ...places] },
      weight: 9,
      x: 1,
    };
    const call = { kind: 'call', weight: 1, normalization: null } as const;
    expect(parsed(of(objective)).objective).toEqual({
      kind: 'generic',
      goal: 'max',
      root: {
        kind: 'operation',
        operator: 'max',
        weight: 1,
        normalization: null,
        operands: [
          {
            kind: 'operation',
            operator: 'min',
            weight: 2,
            normalization,
            operands: [
              { ...call, function: 'attribute', demand: 'vG', location: null, attribute: 'latency' },
              { ...call, function: 'attribute', demand: 'vG', location: null, attribute: 'cost', weight: -1 },
            ],
          },
          { ...call, function: 'distance_between', demand: 'vB', location: 'place', attribute: null },
          { ...call, function: 'latency_between', demand: 'vB', location: 'place', attribute: null },
        ],
      },
    });
  });

  test('numbers and names may be parameters', () => {
    const result = parsed({
      ...over(attribute({ get_param: 'field' }, { weight: { get_param: ['weights', 1] } })),
      parameters: { field: 'latency', weights: [1, 7] },
    });
    expect(result.objective).toMatchObject({ root: { operands: [{ attribute: 'latency', weight: 7 }] } });
  });

  test('an operand of both forms is the function, as long as that is whole', () => {
    const inner = { operation_function: { operator: 'sum', operands: [attribute('a')] } };
    expect(parsed(over({ ...attribute('b'), ...inner })).objective).toMatchObject({
      root: { operands: [{ kind: 'call' }] },
    });
    expect(parsed(over({ function: 'foo', params: {}, ...inner })).objective).toMatchObject({
      root: { operands: [{ kind: 'operation' }] },
    });
  });
});

describe('schema violations, in the words of the reference', () => {
  test.each([
    [of({ operation_function: {} }), "'goal' is a required property"],
    [
      of({ goal: 'x', operation_function: { operator: 'sum', operands: [attribute('a')] } }),
      "'x' is not one of ['minimize', 'maximize']",
    ],
    [of({ goal: 'minimize', operation_function: [] }), "[] is not of type 'object'"],
    [
      of({ goal: 'minimize', operation_function: { operator: 'avg', operands: [attribute('a')] } }),
      "'avg' is not one of ['sum', 'min', 'max']",
    ],
    [of({ goal: 'minimize', operation_function: { operator: 'sum', operands: {} } }), "{} is not of type 'array'"],
    [over(), '[] should be non-empty'],
    [over('x'), "'x' is not valid under any of the given schemas"],
    [over({ foo: 1 }), "{'foo': 1} is not valid under any of the given schemas"],
    [over({ function: 'foo', params: {} }), "'foo' is not one of ['distance_between', 'latency_between', 'attribute']"],
    [
      over({ operation_function: { operator: 'sum', operands: [{ function: 'foo', params: {} }] } }),
      "'foo' is not one of ['distance_between', 'latency_between', 'attribute']",
    ],
    [
      over({ operation_function: { operator: 'sum', operands: [{ function: 'attribute' }] } }),
      "{'function': 'attribute'} is not valid under any of the given schemas",
    ],
    [
      over(attribute('a', { normalization: { start: 1 } })),
      "{'function': 'attribute', 'params': {'demand': 'vG', 'attribute': 'a'}, 'normalization': {'start': 1}} is not valid under any of the given schemas",
    ],
    [
      over(attribute('a', { weight: true })),
      "{'function': 'attribute', 'params': {'demand': 'vG', 'attribute': 'a'}, 'weight': True} is not valid under any of the given schemas",
    ],
  ])('%j', (changes, message) => {
    expect(messagesOf(changes)[0]).toBe(SCHEMA + message);
  });

  test('the outermost is said first, and every place is named', () => {
    const broken = { operator: 'avg', operands: [{ foo: 1 }, attribute('a'), { function: 'foo', params: {} }] };
    expect(issuesOf(of({ operation_function: broken })).map(({ path, message }) => [path, message])).toEqual([
      ['optimization', `${SCHEMA}'goal' is a required property`],
      ['optimization > operation_function > operator', `${SCHEMA}'avg' is not one of ['sum', 'min', 'max']`],
      [
        'optimization > operation_function > operands[0]',
        `${SCHEMA}{'foo': 1} is not valid under any of the given schemas`,
      ],
      [
        'optimization > operation_function > operands[2] > function',
        `${SCHEMA}'foo' is not one of ['distance_between', 'latency_between', 'attribute']`,
      ],
    ]);
  });

  test('the BASE form is refused', () => {
    expect(messagesOf(of({ minimize: { sum: [] } }))[0]).toBe(`${SCHEMA}'goal' is a required property`);
  });
});

describe('beyond the schema', () => {
  const call = (name: string, params: object) => over({ function: name, params });
  test.each([
    [call('attribute', { demand: 'vG' }), ['The function attribute expect the param attribute,but not found']],
    [
      call('distance_between', {}),
      [
        'The function distance_between expect the param demand,but not found',
        'The function distance_between expect the param location,but not found',
      ],
    ],
    [call('attribute', { demand: 'zz', attribute: 'a' }), ['zz is not a valid demand name']],
    [call('attribute', { demand: 'place', attribute: 'a' }), ['place is not a valid demand name']],
    [call('attribute', { demand: ['vG'], attribute: 'a' }), ["['vG'] is not a valid demand name"]],
    [call('attribute', { demand: 'constructor', attribute: 'a' }), ['constructor is not a valid demand name']],
    [call('attribute', { demand: 'vG', attribute: '' }), [' is not a valid attribute name']],
    [call('latency_between', { demand: 'vG', location: 'vG' }), ['vG is not a valid location name']],
    [
      over(attribute('a', { normalization: { start: 5, end: 5 } })),
      ['Optimization normalization start and end must differ, both are 5'],
    ],
    [
      over(attribute('a', { weight: Number.POSITIVE_INFINITY })),
      ['Number in path optimization > operation_function > operands[0] > weight is out of range'],
    ],
  ])('%j', (changes, messages) => {
    expect(messagesOf(changes)).toEqual(messages);
  });

  test('names are not compared with a broken section', () => {
    const changes = { ...call('distance_between', { demand: 'a', location: 'b' }), locations: null };
    expect(messagesOf(changes)).toEqual(['Location section must be a dictionary']);
  });
});
