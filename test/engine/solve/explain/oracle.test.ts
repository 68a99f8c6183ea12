// The explainer against brute force: what it claims of conflicts, changes of limits and candidates holds for every placement of
// small random problems, and what it leaves out is not there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Relaxation } from '../../../../src/domain/explanation.ts';
import type { Problem } from '../../../../src/domain/problem.ts';
import { EQUAL, feasible, type score } from '../brute-force.ts';
import { solver } from '../support.ts';
import {
  arbAnyExplained,
  arbExplained,
  every,
  explainer,
  LIMITS,
  only,
  optimum,
  type Place,
  places,
  planOf,
  withLimit,
} from './support.ts';

/** Far above rounding, far below the distance between two different distances of the random grid. */
const STEP = 1e-6;
/** `npm run test:solver` runs many times as many cases. */
const TIMES = Number(process.env['CONDUCTOR_TEST_SOLVER_TIMES'] ?? 1);
const OFF = { up: 1e12, down: -1e12 };

const solvable = (of: Problem) => every(of).length > 0;
const outward = ({ relax }: Place) => (relax === 'up' ? 1 : -1);

async function solves(of: Problem): Promise<boolean> {
  return (await solver().solve(of, { wanted: 1, timeLimitMs: 1000 }, { requestId: 'r' })).kind === 'solved';
}

/** The number next to it, by another way than the explainer's. */
function nextTo(value: number, way: number): number {
  let step = Math.max(Math.abs(value) * 2 ** -53, Number.MIN_VALUE);
  while (value + way * step === value) step *= 2;
  return value + way * step;
}

function placeOf(of: Problem, { path }: Relaxation): Place {
  const found = places(of).find((one) => one.path === path);
  if (!found) throw new Error(`no limit at ${path}`);
  return found;
}

describe('conflicts', () => {
  it('are impossible alone, possible with any member left out, and there whenever nothing fits', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(arbAnyExplained, async (of) => {
        fc.pre(!solvable(of));
        const { conflicts, complete } = await explainer.explain(await planOf(of), LIMITS);
        expect(complete).toBe(true);
        expect(conflicts.length).toBeGreaterThan(0);
        for (const { constraints, demands, assumed } of conflicts) {
          seen += 1;
          expect(assumed).toEqual([]);
          expect(solvable(only(of, demands, constraints))).toBe(false);
          for (const key of constraints) {
            const rest = constraints.filter((one) => one !== key);
            expect(solvable(only(of, demands, rest))).toBe(true);
          }
          for (const name of demands.length > 1 ? demands : []) {
            const rest = demands.filter((one) => one !== name);
            expect(solvable(only(of, rest, constraints))).toBe(true);
          }
        }
      }),
      { seed: 41, numRuns: 70 * TIMES, maxSkipsPerRun: 100 },
    );
    expect(seen).toBeGreaterThan(70);
  });
});

describe('relaxations of a plan that cannot be solved', () => {
  it('solve; slightly less does not; a limit that is not named does not help however far it is moved', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(arbAnyExplained, async (of) => {
        fc.pre(!solvable(of));
        const { relaxations, complete } = await explainer.explain(await planOf(of), LIMITS);
        expect(complete).toBe(true);
        for (const one of relaxations) {
          seen += 1;
          const place = placeOf(of, one);
          expect(one.from).toBe(place.value);
          const [enough, less] = [withLimit(of, one, one.to), withLimit(of, one, nextTo(one.to, -outward(place)))];
          expect(await solves(enough)).toBe(true);
          expect(await solves(less)).toBe(false);
          const wider = withLimit(of, one, one.to + outward(place) * STEP);
          expect(solvable(wider)).toBe(true);
          expect(solvable(withLimit(of, one, one.to - outward(place) * STEP))).toBe(false);
          if (of.objective)
            expect(Math.abs(Math.abs(one.objective ?? 0) - Math.abs(optimum(wider)))).toBeLessThan(STEP);
        }
        for (const place of places(of)) {
          if (relaxations.some(({ path }) => path === place.path)) continue;
          expect(solvable(withLimit(of, place, OFF[place.relax]))).toBe(false);
        }
      }),
      { seed: 42, numRuns: 70 * TIMES, maxSkipsPerRun: 100 },
    );
    expect(seen).toBeGreaterThan(25);
  });
});

describe('binding limits of a solved plan', () => {
  it('gain what they say; slightly less gains nothing; a limit that is not named gains nothing however far it is moved', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(arbAnyExplained, async (of) => {
        const present = optimum(of);
        fc.pre(Number.isFinite(present));
        const { binding, complete, conflicts } = await explainer.explain(await planOf(of), LIMITS);
        expect([complete, conflicts]).toEqual([true, []]);
        const named = new Set<string>();
        for (const one of binding) {
          seen += 1;
          const place = placeOf(of, one);
          const wider = optimum(withLimit(of, one, one.to + outward(place) * STEP));
          expect(Math.abs(present - wider - (one.gain ?? 0))).toBeLessThan(STEP);
          expect(one.gain).toBeGreaterThan(0);
          const less = optimum(withLimit(of, one, one.to - outward(place) * STEP));
          // The first entry of a limit is its smallest step that gains, a second one the largest gain there is.
          if (named.has(one.path)) {
            expect(less).toBeGreaterThan(wider);
            expect(optimum(withLimit(of, one, OFF[place.relax]))).toBeCloseTo(wider, 6);
          } else expect(less).toBeCloseTo(present, 6);
          named.add(one.path);
        }
        for (const place of of.objective ? places(of) : []) {
          if (named.has(place.path)) continue;
          expect(optimum(withLimit(of, place, OFF[place.relax]))).toBeGreaterThan(present - STEP);
        }
      }),
      { seed: 43, numRuns: 120 * TIMES, maxSkipsPerRun: 100 },
    );
    expect(seen).toBeGreaterThan(20);
  });
});

describe('candidates that were not chosen', () => {
  it('are as much worse as brute force finds', async () => {
    await fc.assert(
      fc.asyncProperty(arbExplained, async (of) => {
        const choices = every(of);
        fc.pre(choices.length > 0);
        const plan = await planOf(of);
        for (const { name, candidates } of of.demands) {
          const { standings, complete } = await explainer.standings(plan, { demand: name }, LIMITS);
          expect(complete).toBe(true);
          expect(standings.map((one) => one.candidateId)).toEqual(candidates.map((one) => one.candidate_id));
          for (const { candidateId, worseBy, bestObjective, refusedBy } of standings) {
            const with_ = choices.filter((choice) => choice.get(name)?.candidate_id === candidateId);
            if (with_.length === 0 || !of.objective) {
              expect([bestObjective, worseBy]).toEqual([null, null]);
              continue;
            }
            expect(refusedBy).toEqual([]);
            const best = optimum(of, with_);
            expect(Math.abs((worseBy ?? -1) - (best - optimum(of, choices)))).toBeLessThan(STEP);
            expect(Math.abs((bestObjective ?? 0) - (of.objective.goal === 'max' ? -best : best))).toBeLessThan(STEP);
          }
        }
      }),
      { seed: 44, numRuns: 80 * TIMES, maxSkipsPerRun: 100 },
    );
  });
});

describe('verdicts', () => {
  it('refuse exactly what cannot stand in the place of the chosen candidate', async () => {
    await fc.assert(
      fc.asyncProperty(arbExplained, async (of) => {
        const plan = await planOf(of);
        fc.pre(plan.recommendation !== null);
        const chosen = new Map(
          (plan.recommendation?.demands ?? []).map(({ demand, source }) => [
            demand,
            of.demands
              .flatMap(({ name, candidates }) => (name === demand ? candidates : []))
              .find((one) => one.candidate_id === source.candidate_id) ?? { candidate_id: '' },
          ]),
        ) as Parameters<typeof score>[1];
        const { verdicts, complete } = await explainer.verdicts(plan, {}, LIMITS);
        expect(complete).toBe(true);
        for (const { demand, candidateId, constraint, verdict, margin, measured } of verdicts) {
          const candidate = of.demands
            .find(({ name }) => name === demand)
            ?.candidates.find((one) => one.candidate_id === candidateId);
          const rule = of.constraints.find(({ name }) => name === constraint);
          if (!candidate || !rule || rule.type === 'threshold') continue;
          const swapped = new Map([...chosen, [demand, candidate]]);
          // Of a pairwise rule only the pairs with this candidate count; the chosen ones keep it among themselves.
          const kept = feasible({ ...of, constraints: [rule] }, narrowed(rule.type, demand, swapped));
          expect(verdict).toBe(kept ? 'FIT' : 'REFUSED');
          if (measured !== null && Math.abs(margin ?? 0) > EQUAL) expect((margin ?? 0) > 0).toBe(kept);
        }
      }),
      { seed: 45, numRuns: 80 * TIMES, maxSkipsPerRun: 100 },
    );
  });
});

function narrowed<T>(type: string, demand: string, chosen: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  if (type !== 'distance_to_location') return chosen;
  return new Map([...chosen].filter(([name]) => name === demand));
}
