// What a search tells while it goes on: to the runner in numbers, to the one who solves in the words of the problem.
import { describe, expect, it } from 'vitest';
import type { SearchProgress } from '../../../src/domain/solution.ts';
import type { SearchModel, SearchState } from '../../../src/engine/solve/search/model.ts';
import { runSearch } from '../../../src/engine/solve/search/search.ts';
import { call, candidate, generic, inProcess, ManualClock, operation, problem, solver } from './support.ts';

const NINE = upTo(9);

function upTo(size: number): readonly number[] {
  return [...Array(size).keys()];
}

/** Demands that must differ over ten zones; the dearer a demand, the more it wants the first: with nine, a long search. */
function hard(size = 9): SearchModel {
  const all = upTo(size);
  const zones = { width: 1, values: Float64Array.from({ length: 10 }, (_, index) => index) };
  return {
    demands: all.map((d) => ({
      scores: Float64Array.from({ length: 10 }, (_, c) => c * (d + 1)),
      unique: new Uint8Array(10).fill(1),
    })),
    rules: [{ type: 'zone', params: { same: false, category: 'region', location: null } }],
    pairs: all.flatMap((a) => all.slice(a + 1).map((b) => ({ a, b, rule: 0, left: zones, right: zones }))),
    optimise: true,
  };
}

/** Each look at the clock takes so long. */
function statesOf(model: SearchModel, stepMs: number, wanted = 1) {
  let time = 0;
  const states: SearchState[] = [];
  const now = () => {
    time += stepMs;
    return time;
  };
  const outcome = runSearch({ model, wanted, timeLimitMs: 4000 }, now, (state) => states.push(state));
  return { states, outcome };
}

describe('a search that goes on', () => {
  it('tells better and better answers with bounds that hold, at most four times a second', () => {
    const { states, outcome } = statesOf(hard(), 10);
    const [proof] = outcome.proofs;
    expect(states.length).toBeGreaterThan(1);
    let last: SearchState | undefined;
    for (const state of states) {
      expect(new Set(state.placement).size).toBe(9);
      // 0×9 + 1×8 + … + 8×1 is the optimum.
      expect(state.bound).toBeLessThanOrEqual(120);
      expect(state.total).toBeGreaterThanOrEqual(proof?.total ?? Number.NaN);
      expect(state.total).toBeLessThanOrEqual(last?.total ?? Number.POSITIVE_INFINITY);
      expect(state.elapsedMs - (last?.elapsedMs ?? 0)).toBeGreaterThanOrEqual(250);
      expect(state.nodes).toBeGreaterThan(last?.nodes ?? 0);
      last = state;
    }
  });

  it('says the same as a search that tells nothing', () => {
    let time = 0;
    const now = () => {
      time += 300;
      return time;
    };
    const run = (tell?: (state: SearchState) => void) =>
      runSearch({ model: hard(6), wanted: 1, timeLimitMs: 1e9 }, now, tell);
    const states: SearchState[] = [];
    const heard = run((state) => states.push(state));
    expect(states.length).toBeGreaterThan(1);
    expect(heard).toEqual(run());
    // 0×6 + 1×5 + … + 5×1.
    expect(heard.proofs).toEqual([{ total: 35, bound: 35 }]);
  });

  it('tells nothing when it ends soon', () => {
    let time = 0;
    const states: SearchState[] = [];
    const outcome = runSearch(
      { model: hard(3), wanted: 1, timeLimitMs: 4000 },
      () => time++,
      (state) => states.push(state),
    );
    expect(outcome.status).toBe('OPTIMAL');
    expect(states).toEqual([]);
  });

  it('says which recommendation it is at', () => {
    const { states } = statesOf(hard(), 2, 3);
    expect(states.map(({ round }) => round)).toContain(1);
    expect(states.every(({ round }, at) => round >= (states[at - 1]?.round ?? 1))).toBe(true);
  });
});

describe('the solver', () => {
  /** A clock that goes on by itself: each look takes 30 ms. */
  class Running extends ManualClock {
    override monotonic(): number {
      this.time += 30;
      return this.time;
    }
  }

  /** The search's nine demands as a plan; the objective is maximised, and has an offset. */
  function plan() {
    const names = NINE.map((d) => `d${d}`);
    const demands = Object.fromEntries(
      names.map((name, d) => [
        name,
        [...Array(10).keys()].map((c) => candidate(`${name}-${c}`, { location_id: `r${c}`, worth: -c * (d + 1) })),
      ]),
    );
    const scale = { normalization: { start: -1000, end: 0 } };
    const objective = generic(
      'max',
      operation(
        'sum',
        names.map((name) => call(name, 'worth', scale)),
      ),
    );
    const apart = { name: 'apart', type: 'zone', properties: { qualifier: 'different', category: 'region' } };
    return problem({ demands, constraints: [apart], objective });
  }

  async function progressOf(onProgress: (one: SearchProgress) => void) {
    const clock = new Running();
    const options = { wanted: 1, timeLimitMs: 20_000, onProgress };
    return solver({ clock, runner: inProcess(clock) }).solve(plan(), options, { requestId: 'r' });
  }

  it("tells objective, bound and gap in the objective's own unit, and who was chosen", async () => {
    const told: SearchProgress[] = [];
    const result = await progressOf((one) => told.push(one));
    if (result.kind !== 'solved') throw new Error('not solved');
    const final = result.solution.recommendations[0]?.objective ?? Number.NaN;
    expect(told.length).toBeGreaterThan(1);
    expect(told.map(({ number }) => number)).toEqual(told.map((_, at) => at + 1));
    for (const { objective, bound, gap, placement, round } of told) {
      const worth = placement.map(({ candidateId }, d) => 1 - (Number(candidateId.split('-')[1]) * (d + 1)) / 1000);
      expect(round).toBe(1);
      expect(objective).toBeCloseTo(
        worth.reduce((a, b) => a + b, 0),
        9,
      );
      expect(objective).toBeLessThanOrEqual(final + 1e-9);
      // 9 − 120 ÷ 1000 is the optimum.
      expect(bound).toBeGreaterThanOrEqual(8.88 - 1e-9);
      expect(gap).toBeCloseTo(Math.abs(((objective ?? 0) - (bound ?? 0)) / (objective ?? 0)), 9);
      expect(placement.map(({ demand }) => demand)).toEqual(NINE.map((d) => `d${d}`));
    }
  });

  it('is not stopped by a listener that fails', async () => {
    let calls = 0;
    const result = await progressOf(() => {
      calls += 1;
      throw new Error('no');
    });
    expect(result.kind).toBe('solved');
    expect(calls).toBe(1);
  });
});
