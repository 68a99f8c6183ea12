import { describe, expect, it } from 'vitest';
import { TemplateInvalidError } from '../../../src/domain/errors.ts';
import { constraintTypes } from '../../../src/engine/solve/constraints/index.ts';
import { threshold } from '../../../src/engine/solve/constraints/threshold.ts';
import { zone } from '../../../src/engine/solve/constraints/zone.ts';
import { Questions } from '../../../src/engine/solve/framework/questions.ts';
import { createRegistry } from '../../../src/engine/solve/framework/registry.ts';
import { candidate, problem } from './support.ts';

const distance = { operator: '<', value: 5, units: 'km' };
const properties = {
  distance_between_demands: { distance },
  threshold: { evaluate: [] },
  region_fit: { controller: 'SDN-C' },
  instance_fit: { controller: 'SDN-C' },
  attribute: { evaluate: {} },
  zone: { qualifier: 'same', category: 'region' },
  distance_to_location: { distance, location: 'here' },
};
const demands = { a: [candidate('x')], b: [candidate('y')] };

describe('the registry', () => {
  it('refuses a name twice', () => {
    expect(() => createRegistry([threshold, threshold])).toThrow("constraint type 'threshold' is registered twice");
  });

  it('refuses a pairwise type without a pair test', () => {
    const { pair: _, ...broken } = zone;
    expect(() => createRegistry([broken])).toThrow('must have a pair test');
  });

  it('orders local before remote, then by rank, then as in the template', () => {
    const constraints = [
      ...Object.entries(properties).map(([type, value]) => ({ name: type, type, properties: value })),
      { name: 'roles', type: 'attribute', properties: { evaluate: { network_roles: { any: ['r'] } } } },
      { name: 'second', type: 'attribute', properties: { evaluate: {} } },
    ];
    const attached = constraintTypes.attach(problem({ demands, constraints }));
    expect(attached.map(({ name }) => name)).toEqual([
      'distance_to_location',
      'zone',
      'attribute',
      'second',
      'threshold',
      'distance_between_demands',
      'roles',
      'instance_fit',
      'region_fit',
    ]);
  });

  it('ignores names that are not demands', () => {
    const constraints = [{ name: 'z', type: 'zone', demands: ['b', 'here', 'b'], properties: properties.zone }];
    expect(constraintTypes.attach(problem({ demands, constraints }))[0]?.demands).toEqual(['b']);
  });

  it('reports every constraint that cannot be read, with its place', () => {
    const constraints = [
      { name: 'one', type: 'aggregation', properties: {} },
      { name: 'two', type: 'zone', properties: { qualifier: 'x', category: 'time' } },
    ];
    const attaching = () => constraintTypes.attach(problem({ demands, constraints }));
    expect(attaching).toThrow(TemplateInvalidError);
    expect(attaching).toThrow("Unsupported type 'aggregation' found in constraint named 'one'");
    try {
      attaching();
    } catch (error) {
      expect((error as TemplateInvalidError).issues.map(({ path }) => path)).toEqual([
        'constraints > one > type',
        'constraints > two > properties > qualifier',
        'constraints > two > properties > category',
      ]);
    }
  });
});

describe('questions', () => {
  it('ask each key once, also while the answer is under way, and answer in order', async () => {
    const questions = new Questions();
    const batches: (readonly string[])[] = [];
    const fetch = async (missing: readonly string[]) => {
      batches.push(missing);
      return missing.map((key) => key.toUpperCase());
    };
    const answers = await Promise.all([
      questions.ask('k', ['a', 'b', 'a'], fetch),
      questions.ask('k', ['c', 'b'], fetch),
      questions.ask('other', ['a'], fetch),
    ]);
    expect(answers).toEqual([['A', 'B', 'A'], ['C', 'B'], ['A']]);
    expect(batches).toEqual([['a', 'b'], ['c'], ['a']]);
  });

  it('fail everybody who asked a question that failed', async () => {
    const questions = new Questions();
    const down = () => Promise.reject(new Error('down'));
    await expect(questions.ask('k', ['a'], down)).rejects.toThrow('down');
    await expect(questions.ask('k', ['a'], async () => ['x'])).rejects.toThrow('down');
  });
});
