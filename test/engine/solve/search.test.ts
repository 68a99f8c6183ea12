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

  it('says how far from the optimum an answer cut by time can be', () => {
    const hard = model(
      Array.from({ length: 9 }, (_, d) => ladder(10).map((c) => c * (d + 1))),
      [...Array(9).keys()].flatMap((a) => [...Array(9).keys()].filter((b) => b > a).map((b) => [a, b] as const)),
    );
    let time = 0;
    const cut = runSearch({ model: hard, wanted: 1, timeLimitMs: 5 }, () => time++);
    const [proof] = cut.proofs;
    expect(cut.status).toBe('FEASIBLE');
    // Each demand its own zone, the dearest demand the cheapest: 0×9 + 1×8 + … + 8×1.
    expect(proof?.bound).toBeLessThanOrEqual(120);
    expect(proof?.bound).toBeGreaterThan(0);
    expect(proof?.total).toBeGreaterThanOrEqual(120);
  });

  it('keeps the best when it is stopped', () => {
    const word = new SharedArrayBuffer(4);
    const hard = model(
      Array.from({ length: 9 }, (_, d) => ladder(10).map((c) => c * (d + 1))),
      [...Array(9).keys()].flatMap((a) => [...Array(9).keys()].filter((b) => b > a).map((b) => [a, b] as const)),
    );
    let looks = 0;
    const stopping = () => {
      looks += 1;
      if (looks === 3) Atomics.store(new Int32Array(word), 0, 1);
      return 0;
    };
    const outcome = runSearch({ model: hard, wanted: 2, timeLimitMs: 1e6, stop: word }, stopping);
    expect(outcome).toMatchObject({ status: 'STOPPED', timedOut: false });
    expect(outcome.placements).toHaveLength(1);
  });

  it('proves a pair hopeless before it searches', () => {
    // Three zones that must all differ, of which two demands have the same one only: no node is needed.
    const chain = model(
      [[0], ladder(2), [0, 1]],
      [
        [0, 1],
        [1, 2],
        [0, 2],
      ],
    );
    const outcome = runSearch({ model: chain, wanted: 1, timeLimitMs: 1000 }, standing);
    expect(outcome).toMatchObject({ status: 'INFEASIBLE', nodes: 0, blocked: [1] });
  });

  it('makes the largest of several values small, which no sum would', () => {
    const slot = (position: number, values: readonly number[]) => ({ position, values: Float64Array.from(values) });
    const mixed = {
      ...model([
        [0, 0, 0],
        [0, 0, 0],
      ]),
      slots: [slot(0, [1, 5, 9]), slot(1, [9, 6, 2])],
      terms: [
        {
          kind: 'operator' as const,
          operator: 'max' as const,
          operands: [
            { kind: 'slot' as const, slot: 0 },
            { kind: 'slot' as const, slot: 1 },
          ],
          start: 0,
          span: 1,
          weight: 1,
        },
      ],
    };
    const outcome = runSearch({ model: mixed, wanted: 1, timeLimitMs: 1000 }, standing);
    expect(outcome.placements).toEqual([[0, 2]]);
    expect(outcome.proofs).toEqual([{ total: 2, bound: 2 }]);
  });

  it('prefers the younger of equal totals, the first demand first, and never a worse total', () => {
    const aged = model([
      [1, 1, 2],
      [3, 3],
    ]);
    const ages = [Float64Array.from([1, 1, 0]), Float64Array.from([1, 0])];
    const demands = aged.demands.map((demand, at) => ({ ...demand, ages: ages[at] ?? new Float64Array() }));
    const outcome = runSearch({ model: { ...aged, demands }, wanted: 1, timeLimitMs: 1000 }, standing);
    expect(outcome.placements).toEqual([[0, 1]]);
  });

  it('falls into the trap when it is to choose as the reference does', () => {
    const trap = model(
      [
        [0, 1],
        [0, 100],
      ],
      [[0, 1]],
    );
    const outcome = runSearch({ model: trap, wanted: 1, timeLimitMs: 1000, strategy: 'fit_first' }, standing);
    expect(outcome).toMatchObject({ status: 'FEASIBLE', placements: [[0, 1]], proofs: [{ total: 100, bound: 0 }] });
  });

  it('finds nothing when there is no time at all', () => {
    const outcome = runSearch({ model: model([[1]]), wanted: 1, timeLimitMs: 0 }, standing);
    expect(outcome).toMatchObject({ status: 'TIMED_OUT', placements: [], timedOut: true, nodes: 0 });
  });

  it('looks at the clock while it tests pairs, not only between nodes', () => {
    let looks = 0;
    const pairs = model([ladder(4000), ladder(4000)], [[0, 1]]);
    runSearch({ model: pairs, wanted: 1, timeLimitMs: 1e6 }, () => looks++);
    expect(looks).toBeGreaterThan(1);
  });
});
