// Constraints: properties, vocabularies, thresholds and splitting of every type, with the texts clients match on.
import { describe, expect, test } from 'vitest';
import { CONSTRAINT_SCHEMAS } from '../../../src/engine/template/constraint-schemas.ts';
import { CLOUD, constraint, messagesOf, parsed } from './support.ts';

const NEAR = { distance: '< 100 km', location: 'place' };

describe('parsed', () => {
  test.each([
    ['attribute', { evaluate: { country: { any: ['FRA'] } } }],
    ['threshold', { evaluate: [{ attribute: 'cost', operator: 'lte', threshold: 2, unit: 'x' }] }],
    ['instance_fit', { controller: 'sdn-c' }],
    ['region_fit', { controller: 'SDN-C', request: { a: 1 } }],
  ])('%s is split per demand', (type, properties) => {
    expect(parsed(constraint(type, properties, ['vG', 'vB'])).constraints).toEqual([
      { key: 'c_vG', name: 'c', type, demands: ['vG'], properties },
      { key: 'c_vB', name: 'c', type, demands: ['vB'], properties },
    ]);
  });

  test('distances become thresholds', () => {
    expect(parsed(constraint('distance_to_location', NEAR, 'vG')).constraints).toEqual([
      {
        key: 'c_vG',
        name: 'c',
        type: 'distance_to_location',
        demands: ['vG'],
        properties: { distance: { operator: '<', value: 100, units: 'km' }, location: 'place' },
      },
    ]);
    const between = parsed(constraint('distance_between_demands', { distance: '1-2 km' }, ['vG', 'vB'])).constraints;
    expect(between).toMatchObject([
      { key: 'c', demands: ['vG', 'vB'], properties: { distance: { operator: '=', value: { min: 1, max: 2 } } } },
    ]);
  });

  test('zone is not split', () => {
    const properties = { qualifier: 'different', category: 'country', location: 'place' };
    expect(parsed(constraint('zone', properties, ['vG', 'vB'])).constraints).toEqual([
      { key: 'c', name: 'c', type: 'zone', demands: ['vG', 'vB'], properties },
    ]);
  });

  test('a location among the demands restricts nothing', () => {
    const mixed = parsed(constraint('distance_between_demands', { distance: '1 km' }, ['vG', 'place', 'vG']));
    expect(mixed.constraints[0]?.demands).toEqual(['vG']);
    expect(parsed(constraint('attribute', { evaluate: { state: 'x' } }, ['place'])).constraints).toEqual([]);
  });

  test('keys stay distinct when names run together', () => {
    const rule = (demands: string[]) => ({ type: 'attribute', demands, properties: { evaluate: { state: 'x' } } });
    const result = parsed({
      demands: { c: [CLOUD], b_c: [CLOUD] },
      constraints: { a: rule(['b_c']), a_b: rule(['c']) },
    });
    expect(result.constraints.map(({ key }) => key)).toEqual(['a_b_c', 'a_b_c~2']);
  });
});

describe('refused', () => {
  test.each([
    ['foo', {}, "Unsupported type 'foo' found in constraint named 'c'"],
    ['aggregation', {}, "Unsupported type 'aggregation' found in constraint named 'c'"],
    ['toString', {}, "Unsupported type 'toString' found in constraint named 'c'"],
    [undefined, {}, "Unsupported type 'None' found in constraint named 'c'"],
    ['attribute', {}, "Required property 'evaluate' not found in constraint named 'c'"],
    ['attribute', null, "Required property 'evaluate' not found in constraint named 'c'"],
    ['attribute', [], 'Properties of constraint c must be a dictionary'],
    ['attribute', { evaluate: {} }, "No value specified for property 'evaluate' in constraint named 'c'"],
    ['attribute', { evaluate: ['x'] }, "Property 'evaluate' must be a dictionary in constraint named 'c'"],
    ['threshold', { evaluate: { a: 1 } }, "Property 'evaluate' must be a list in constraint named 'c'"],
    [
      'threshold',
      { evaluate: [{ attribute: 'a', operator: 'eq' }] },
      "Property 'evaluate' needs attribute, operator and threshold in constraint named 'c'",
    ],
    [
      'threshold',
      { evaluate: [{ attribute: 'a', operator: '<', threshold: 1 }] },
      "Property 'operator' value '<' unsupported in constraint named 'c' (must be one of ['gte', 'lte', 'lt', 'gt', 'eq'])",
    ],
    ['distance_to_location', { distance: '1 km' }, "Required property 'location' not found in constraint named 'c'"],
    [
      'distance_to_location',
      { ...NEAR, distance: '' },
      "No value specified for property 'distance' in constraint named 'c'",
    ],
    ['distance_to_location', { ...NEAR, foo: 1 }, "Unknown property 'foo' in constraint named 'c'"],
    ['distance_to_location', { ...NEAR, distance: 5 }, 'Expression must be a string'],
    ['distance_to_location', { ...NEAR, distance: '5 ms' }, "Unknown part 'ms' in expression '5 ms'"],
    ['distance_between_demands', { distance: '5 km' }, "Constraint 'c' needs at least two demands"],
    ['instance_fit', { request: {} }, "Required property 'controller' not found in constraint named 'c'"],
    ['region_fit', { controller: ['x'] }, "Property 'controller' must be a string in constraint named 'c'"],
    ['region_fit', { controller: 'x', request: 5 }, "Property 'request' must be a dictionary in constraint named 'c'"],
    [
      'zone',
      { qualifier: 'near', category: 'region' },
      "Property 'qualifier' value 'near' unsupported in constraint named 'c' (must be one of ['same', 'different'])",
    ],
    [
      'zone',
      { qualifier: 'same', category: 'foo' },
      "Property 'category' value 'foo' unsupported in constraint named 'c' (must be one of ['disaster', 'region', 'complex', 'country', 'time', 'maintenance'])",
    ],
    ...['disaster', 'time', 'maintenance'].map((category) => [
      'zone',
      { qualifier: 'same', category },
      `Zone category '${category}' in constraint named 'c' needs the option [solver] zone_${category}, the candidate field that holds it (usable here: ['region', 'complex', 'country'])`,
    ]),
    [
      'zone',
      { qualifier: '', category: 'region' },
      "No value specified for property 'qualifier' in constraint named 'c'",
    ],
  ] as [string, unknown, string][])('%s %j', (type, properties, message) => {
    expect(messagesOf(constraint(type, properties))).toEqual([message]);
  });

  test('an inventory group is about two demands and has no properties', () => {
    expect(messagesOf(constraint('inventory_group', undefined, ['vG', 'vB']))).toEqual([]);
    expect(messagesOf(constraint('inventory_group', { x: 1 }))).toEqual([
      "Unknown property 'x' in constraint named 'c'",
      "Constraint 'c' needs exactly two demands",
    ]);
  });

  test('the registry holds the ten types of the language', () => {
    expect([...CONSTRAINT_SCHEMAS.keys()]).toHaveLength(10);
  });
});

describe('hpa structure', () => {
  const attribute = { 'hpa-attribute-key': 'k', 'hpa-attribute-value': 'v', operator: '=' };
  const feature = {
    architecture: 'generic',
    'hpa-feature': 'f',
    'hpa-feature-attributes': [attribute],
    'hpa-version': 'v1',
    mandatory: 'True',
    directives: [],
  };
  const entry = { id: 'x', type: 'vnfc', directives: [{}], flavorProperties: [feature] };
  const of = (changes: object) => messagesOf(constraint('hpa', { evaluate: [{ ...entry, ...changes }] }))[0];
  const ofFeature = (changes: object) => of({ flavorProperties: [{ ...feature, ...changes }] });
  const ofAttribute = (value: unknown) => ofFeature({ 'hpa-feature-attributes': [value] });

  test.each([
    [of({ id: '' }), 'HPA requirements need at least one set of id, type, directives and flavorProperties'],
    [
      of({ directives: { a: 1 } }),
      'HPA requirements need at least one set of id, type, directives and flavorProperties',
    ],
    [of({ flavorProperties: ['x'] }), 'HPA feature must be a dict'],
    [ofFeature({ mandatory: undefined }), 'Lack of compulsory elements inside HPA feature'],
    [ofFeature({ foo: 1 }), 'Got unrecognized elements inside HPA feature'],
    [ofFeature({ mandatory: 'False', score: '' }), 'Score needs to be present if mandatory is False'],
    [ofAttribute('x'), 'HPA feature attributes must be a dict'],
    [ofAttribute({ operator: '=' }), 'Lack of compulsory elements inside HPA feature attributes'],
    [ofAttribute({ ...attribute, foo: 1 }), "Invalid attributes '{'foo'}' found inside HPA feature attributes"],
    [ofFeature({ 'hpa-feature-attributes': { a: 1 } }), 'HPA feature attributes must be a dict'],
    [of({}), undefined],
  ])('%#: %s', (message, expected) => {
    expect(message).toBe(expected);
  });
});

describe('vim_fit', () => {
  const request = { vCPU: 10, Memory: { quantity: 4, unit: 'GB' }, Storage: { quantity: 100, unit: 'TB' } };
  const of = (changes: object) =>
    constraint('vim_fit', { controller: 'multicloud', request: { ...request, ...changes } });
  const accepted = (changes: object) => parsed(of(changes)).constraints[0]?.properties.request;

  test('numbers as text become numbers, a missing unit is empty', () => {
    expect(accepted({})).toEqual(request);
    expect(accepted({ vCPU: '10', Memory: { quantity: '4' }, more: 1 })).toEqual({
      ...request,
      Memory: { quantity: 4, unit: '' },
      more: 1,
    });
  });

  test('an empty text, as OSDF sends for what the order leaves open, asks for nothing', () => {
    expect(accepted({ Memory: { quantity: '', unit: 'GB' } })).toMatchObject({ Memory: { quantity: 0 } });
  });

  test.each(['B', 'kB', 'MiB', 'gb', ' TB ', 'PB'])('unit %s', (unit) => {
    expect(accepted({ Storage: { quantity: 1, unit } })).toMatchObject({ Storage: { unit: unit.trim() } });
  });

  const amount = (what: string) =>
    `${what} of property 'request' must be a number, zero or more, in constraint named 'c'`;
  test.each([
    [of({ vCPU: undefined }), amount('vCPU')],
    [of({ vCPU: -1 }), amount('vCPU')],
    [of({ vCPU: 'many' }), amount('vCPU')],
    [of({ vCPU: '1e400' }), amount('vCPU')],
    [of({ Memory: 4 }), amount('Memory quantity')],
    [of({ Storage: { unit: 'GB' } }), amount('Storage quantity')],
    [
      of({ Storage: { quantity: 1, unit: 'km' } }),
      "Storage unit 'km' of property 'request' unsupported in constraint named 'c' (must be one of ['B', 'KB', 'MB', 'GB', 'TB', 'PB'])",
    ],
    [
      constraint('vim_fit', { controller: 5, request }),
      "Property 'controller' must be a string in constraint named 'c'",
    ],
    [
      constraint('vim_fit', { controller: 'x', request: ['x'] }),
      "Property 'request' must be a dictionary in constraint named 'c'",
    ],
    [constraint('vim_fit', { controller: 'x' }), "Required property 'request' not found in constraint named 'c'"],
  ])('%j', (changes, message) => {
    expect(messagesOf(changes)).toEqual([message]);
  });
});

describe('zone categories that the deployment maps', () => {
  const zone = (category: string) => constraint('zone', { qualifier: 'same', category }, ['vG', 'vB']);
  const zoneFields = new Map([
    ['disaster', 'complex_name'],
    ['region', 'never'],
  ]);

  test('carry their candidate field', () => {
    expect(parsed(zone('disaster'), {}, { zoneFields }).constraints[0]?.properties).toEqual({
      qualifier: 'same',
      category: 'disaster',
      field: 'complex_name',
    });
  });

  test('the others do not, and unmapped ones are refused', () => {
    expect(parsed(zone('region'), {}, { zoneFields }).constraints[0]?.properties).not.toHaveProperty('field');
    expect(messagesOf(zone('time'), {}, { zoneFields })[0]).toMatch(/needs the option \[solver\] zone_time/);
  });

  test('nobody but the deployment names the field', () => {
    const properties = { qualifier: 'same', category: 'region', field: 'cost' };
    expect(messagesOf(constraint('zone', properties, ['vG', 'vB']), {}, { zoneFields })).toEqual([
      "Unknown property 'field' in constraint named 'c'",
    ]);
  });
});
