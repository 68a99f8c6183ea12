// The search on its own: limits, rounds and independent groups, on models written as numbers.
import { describe, expect, it } from 'vitest';
import type { SearchModel } from '../../../src/engine/solve/search/model.ts';
import { runSearch } from '../../../src/engine/solve/search/search.ts';

/** Demands by their scores; `links` are pairs that must be in different zones, zone = candidate index. */
function model(
  scores: readonly (readonly number[])[],
  links: readonly (readonly [number, number])[] = [],
  unique = 1,
): SearchModel {
  const zones = scores.map((list) => ({ width: 1, values: Float64Array.from(list, (_, index) => index) }));
  const none = { width: 1, values: new Float64Array() };
  return {
    demands: scores.map((list) => ({
      scores: Float64Array.from(list),
      unique: new Uint8Array(list.length).fill(unique),
    })),
    rules: [{ type: 'zone', params: { same: false, category: 'region', location: null } }],
    pairs: links.map(([a, b]) => ({ a, b, rule: 0, left: zones[a] ?? none, right: zones[b] ?? none })),
    optimise: true,
  };
}

const standing = () => 0;
const ladder = (size: number) => Array.from({ length: size }, (_, index) => index);

describe('the search', () => {
  it('backtracks at the third demand and deeper', () => {
    const chain = model(
      [[0, 1], [0, 1, 2], [0]],
      [
        [0, 1],
        [0, 2],
        [1, 2],
      ],
    );
    expect(runSearch({ model: chain, wanted: 1, timeLimitMs: 1000 }, standing).placements).toEqual([[1, 2, 0]]);
  });

  it('is not misled by a greedy first choice', () => {
    const trap = model(
      [
        [0, 1],
        [0, 100],
      ],
      [[0, 1]],
    );
    expect(runSearch({ model: trap, wanted: 1, timeLimitMs: 1000 }, standing).placements).toEqual([[1, 0]]);
  });

  it('offers a unique candidate once a demand, and stops when nothing new can come', () => {
    const two = model([
      [1, 2, 3],
      [5, 6],
    ]);
    const all = runSearch({ model: two, wanted: 10, timeLimitMs: 1000 }, standing);
    expect(all.placements).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const repeated = runSearch({ model: model([[1, 2, 3]], [], 0), wanted: 10, timeLimitMs: 1000 }, standing);
    expect(repeated.placements).toEqual([[0]]);
  });

  it('searches unconnected groups apart: a hopeless pair does not multiply with the rest', () => {
    const hopeless = [[0], ladder(40), ladder(40), ladder(40), ladder(40), [0]];
    const outcome = runSearch({ model: model(hopeless, [[0, 5]]), wanted: 1, timeLimitMs: 1000 }, standing);
    expect(outcome.placements).toEqual([]);
    expect(outcome.impossible).toEqual([0]);
    expect(outcome.blocked).toEqual([1]);
    expect(outcome.nodes).toBeLessThan(10);
  });

  it('proves the optimum of thousands of candidates in few nodes', () => {
    const wide = model(
      Array.from({ length: 6 }, () => ladder(5000)),
      [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 4],
        [4, 5],
      ],
    );
    const outcome = runSearch({ model: wide, wanted: 1, timeLimitMs: 1e6 }, standing);
    expect(outcome.placements).toEqual([[0, 1, 0, 1, 0, 1]]);
    expect(outcome.nodes).toBeLessThan(5000);
  });

  it('is exact for small scores beside very large ones', () => {
    const mixed = model([
      [-8000e6, 1e9],
      [1e-3, 2e-3],
    ]);
    expect(runSearch({ model: mixed, wanted: 1, timeLimitMs: 1000 }, standing).placements).toEqual([[0, 0]]);
  });

  it('keeps the best found so far when the time is up, and says so', () => {
    // Equal scores and nine demands that must differ over ten zones: proving the optimum takes very long.
    const hard = model(
      Array.from({ length: 9 }, (_, d) => ladder(10).map((c) => c * (d + 1))),
      [...Array(9).keys()].flatMap((a) => [...Array(9).keys()].filter((b) => b > a).map((b) => [a, b] as const)),
    );
    let time = 0;
    const outcome = runSearch({ model: hard, wanted: 3, timeLimitMs: 5 }, () => time++);
    expect(outcome.timedOut).toBe(true);
    expect(outcome.placements).toHaveLength(1);
    expect(new Set(outcome.placements[0]).size).toBe(9);
  });

  it('finds nothing when there is no time at all', () => {
    const outcome = runSearch({ model: model([[1]]), wanted: 1, timeLimitMs: 0 }, standing);
    expect(outcome).toMatchObject({ placements: [], timedOut: true, nodes: 0 });
  });

  it('looks at the clock while it tests pairs, not only between nodes', () => {
    let looks = 0;
    const pairs = model([ladder(4000), ladder(4000)], [[0, 1]]);
    runSearch({ model: pairs, wanted: 1, timeLimitMs: 1e6 }, () => looks++);
    expect(looks).toBeGreaterThan(1);
  });
});
