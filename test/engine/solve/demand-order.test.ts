import { describe, expect, it } from 'vitest';
import { demandOrder } from '../../../src/engine/solve/demand-order.ts';

describe('the demand order', () => {
  it.each([
    ['is the template order without an objective', ['a', 'b', 'c'], [], [], ['a', 'b', 'c']],
    ['starts with demands that operands name with a location', ['a', 'b', 'c'], ['c', 'b', 'c'], [], ['c', 'b', 'a']],
    [
      'takes linked demands next, first in first out',
      ['a', 'b', 'c', 'd'],
      ['d', 'a'],
      [['d', 'c']],
      ['d', 'a', 'c', 'b'],
    ],
    ['follows links from the first demand', ['a', 'b', 'c'], [], [['c', 'a']], ['a', 'c', 'b']],
  ] as const)('%s', (_promise, demands, anchors, links, expected) => {
    expect(demandOrder(demands, anchors, links)).toEqual(expected);
  });
});
