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
      `Zone category '${category}' in constraint named 'c' cannot be resolved from the inventory (use one of ['region', 'complex', 'country'])`,
    ]),
    [
      'zone',
      { qualifier: '', category: 'region' },
      "No value specified for property 'qualifier' in constraint named 'c'",
    ],
  ] as [string, unknown, string][])('%s %j', (type, properties, message) => {
    expect(messagesOf(constraint(type, properties))).toEqual([message]);
  });

  test('types of later releases: structure first, then a clear refusal', () => {
    const notYet = (type: string) => `Type '${type}' of constraint named 'c' is not supported by this release yet`;
    expect(messagesOf(constraint('vim_fit', { controller: 'multicloud', request: {} }))).toEqual([notYet('vim_fit')]);
    expect(messagesOf(constraint('inventory_group', undefined, ['vG', 'vB']))).toEqual([notYet('inventory_group')]);
    expect(messagesOf(constraint('inventory_group', { x: 1 }))).toEqual([
      "Unknown property 'x' in constraint named 'c'",
      "Constraint 'c' needs exactly two demands",
      notYet('inventory_group'),
    ]);
    expect(messagesOf(constraint('hpa', { evaluate: 'x' }))).toEqual([
      'HPA requirements need at least one set of id, type, directives and flavorProperties',
      notYet('hpa'),
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
    [of({}), "Type 'hpa' of constraint named 'c' is not supported by this release yet"],
  ])('%s', (message, expected) => {
    expect(message).toBe(expected);
  });
});
