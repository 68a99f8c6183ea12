import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventoryGroup } from '../../../../src/engine/solve/constraints/inventory-group.ts';
import type { JsonValue } from '../../../../src/lib/json.ts';
import { candidate, checkContext, judge, parsed, problem, solver, together, words } from '../support.ts';

const service = (id: string) => candidate(id, { inventory_type: 'service' });
const NO_PAIRS = 'the inventory has no pairs of service instances';
const pairs = [
  ['a', 'b'],
  ['c', 'a'],
  ['d', 'd'],
];

describe('inventory_group', () => {
  it.each([
    ['a', 'b', true],
    ['b', 'a', true],
    ['a', 'c', true],
    ['b', 'c', false],
    ['a', 'a', false],
    ['d', 'd', true],
    ['a', 'stranger', false],
    ['stranger', 'stranger', false],
  ])('%s and %s are partners: %s', (one, other, expected) => {
    expect(together(inventoryGroup, { pairs }, service(one), service(other))).toBe(expected);
  });

  it.each([
    ['drops who belongs to no pair', { pairs }, 1, ['fit', 'the candidate belongs to no pair of the inventory']],
    ['drops all when the inventory has no pairs', { pairs: [] }, 1, [NO_PAIRS, NO_PAIRS]],
    ['drops all when no pairs were read', {}, 1, [NO_PAIRS, NO_PAIRS]],
    ['keeps all when there is nobody to be a partner of', { pairs }, 0, ['fit', 'fit']],
  ])('%s', async (_promise, properties, partners, expected) => {
    const verdicts = await judge(inventoryGroup, properties, [service('a'), service('x')], checkContext({ partners }));
    expect(verdicts.map(words)).toEqual(expected);
  });

  it('needs exactly two demands', async () => {
    const verdicts = await judge(inventoryGroup, { pairs }, [service('a')], checkContext({ partners: 2 }));
    expect(verdicts.map(words)).toEqual(["error: Constraint 'c' needs exactly two demands"]);
  });

  it('places two demands on partners, and on nothing when no partners are left', async () => {
    const demands = { x: ['a', 'c', 'p'].map(service), y: ['b', 'q'].map(service) };
    const of = (list: JsonValue) =>
      problem({ demands, constraints: [{ name: 'g', type: 'inventory_group', properties: { pairs: list } }] });
    const solve = (list: JsonValue) => solver().solve(of(list), { wanted: 1, timeLimitMs: 1000 }, { requestId: 'r' });
    const found = await solve([
      ['b', 'a'],
      ['c', 'x'],
      ['q', 'z'],
    ]);
    if (found.kind !== 'solved') throw new Error(found.diagnosis.summary.join());
    expect(found.solution.recommendations[0]?.demands.map(({ source }) => source.candidate_id)).toEqual(['a', 'b']);
    expect(
      (
        await solve([
          ['a', 'z'],
          ['b', 'w'],
        ])
      ).kind,
    ).toBe('no-solution');
  });

  it.each<[string, JsonValue]>([
    ['no list', 'ab'],
    ['a pair of one', [['a']]],
    ['a pair of three', [['a', 'b', 'c']]],
    ['ids that are no texts', [['a', 1]]],
    ['no pair', ['ab']],
  ])('refuses %s', (_what, given) => {
    expect(Array.isArray(inventoryGroup.parse({ pairs: given }))).toBe(true);
  });

  it('means the same in both directions and what the list says', () => {
    const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
    fc.assert(
      fc.property(fc.array(fc.tuple(id, id)), id, id, (list, one, other) => {
        const fits = (x: string, y: string) => together(inventoryGroup, { pairs: list }, service(x), service(y));
        expect(fits(one, other)).toBe(fits(other, one));
        expect(fits(one, other)).toBe(list.some(([x, y]) => (x === one && y === other) || (x === other && y === one)));
      }),
    );
  });

  it('has parameters that reach the search thread', () => {
    const params = parsed(inventoryGroup, { pairs });
    expect(structuredClone(params)).toEqual(params);
  });
});
