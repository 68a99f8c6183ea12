import { describe, expect, it } from 'vitest';
import { FIT, reject } from '../../../../src/engine/solve/framework/constraint.ts';
import { applyVerdicts, type DemandState } from '../../../../src/engine/solve/framework/filter.ts';
import { topReasons } from '../../../../src/engine/solve/framework/words.ts';
import { candidate } from '../support.ts';

describe('a verdict that fits', () => {
  it('adds its fields to the surviving candidate alone, and to no other object', () => {
    const [one, two, gone] = [candidate('a', { hpa_score: 1, x: 1 }), candidate('b'), candidate('c')];
    const state: DemandState = {
      demand: { name: 'd', candidates: [one, two, gone] },
      candidates: [one, two, gone],
      steps: [],
      violators: new Map(),
    };
    const verdicts = [{ kind: 'fit', adds: { hpa_score: 7 } } as const, FIT, reject('no')];
    applyVerdicts(state, 'h', 'hpa', verdicts, topReasons);
    expect(state.candidates).toEqual([{ ...one, hpa_score: 7 }, two]);
    expect(one.hpa_score).toBe(1);
    expect(state.candidates[1]).toBe(two);
  });
});

describe('words on many refusals', () => {
  const many = (...reasons: string[]) => topReasons(reasons.map((reason) => reject(reason)));
  it.each([
    [[], null],
    [['a', 'a'], 'a'],
    [['a', 'b', 'b'], 'b (2); a (1)'],
    [['a', 'b', 'c', 'd'], 'a (1); b (1); c (1); 1 more reason'],
    [['a', 'b', 'c', 'd', 'e'], 'a (1); b (1); c (1); 2 more reasons'],
  ])('%j', (reasons, expected) => {
    expect(many(...reasons)).toBe(expected);
  });
});
