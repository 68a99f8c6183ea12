// The search against brute force: every combination of small random problems, valued and checked by code of its own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/domain/problem.ts';
import { buildModel } from '../../../src/engine/solve/build-model.ts';
import { constraintTypes } from '../../../src/engine/solve/constraints/index.ts';
import { prepareObjective } from '../../../src/engine/solve/objective/index.ts';
import { Budget } from '../../../src/engine/solve/search/budget.ts';
import { Session } from '../../../src/engine/solve/search/session.ts';
import { strategyNamed } from '../../../src/engine/solve/search/strategies.ts';
import { best, type Choice, fitFirst, isValued, placements, score, total } from './brute-force.ts';
import { arbLargeProblem, arbGroupedProblem as arbProblem } from './random-problems.ts';
import { Cut, hasty, patient, strategyAt } from './strategies.ts';
import { solver } from './support.ts';

/** `npm run test:solver` runs many times as many cases. */
const TIMES = Number(process.env['CONDUCTOR_TEST_SOLVER_TIMES'] ?? 1);

const ids = (choice: Choice | undefined) =>
  [...(choice ?? [])].map(([demand, one]) => [demand, String(one.candidate_id)]);

async function found(of: Problem, wanted: number, search: 'optimal' | 'fit_first') {
  const result = await solver({ search }).solve(of, { wanted, timeLimitMs: 1000 }, { requestId: 'r' });
  return result.kind === 'solved'
    ? { recommendations: result.solution.recommendations, proof: result.solution.diagnosis.proof }
    : { recommendations: [], proof: result.diagnosis.proof };
}

/** Round after round: the answer is `expected`, its unique candidates go, and the last round has nothing more to give. */
async function sameRounds(of: Problem, wanted: number, search: 'optimal' | 'fit_first', expected: typeof fitFirst) {
  const { recommendations, proof } = await found(of, wanted, search);
  const used = new Set<string>();
  for (const { demands, objective } of recommendations) {
    const choice = expected(of, used);
    expect(demands.map(({ demand, source }) => [demand, source.candidate_id])).toEqual(ids(choice));
    if (isValued(of)) expect(objective).toBeCloseTo(total(of, choice ?? new Map()), 6);
    else expect(objective).toBeNull();
    for (const { source } of demands) if (source.uniqueness === 'true') used.add(String(source.candidate_id));
  }
  const stuck = recommendations.at(-1)?.demands.every(({ source }) => source.uniqueness !== 'true') ?? false;
  if (recommendations.length < wanted && !stuck) expect(expected(of, used)).toBeUndefined();
  return { recommendations, proof };
}

describe('the search', () => {
  it('finds what brute force finds, round after round, ties included, and calls it optimal', async () => {
    await fc.assert(
      fc.asyncProperty(arbProblem, fc.integer({ min: 1, max: 4 }), async (of, wanted) => {
        const brute = (one: Problem, used: ReadonlySet<string>) => best(one, placements(one, used));
        const { recommendations, proof } = await sameRounds(of, wanted, 'optimal', brute);
        const first = recommendations[0]?.objective ?? null;
        if (recommendations.length === 0) expect(proof?.status).toBe('INFEASIBLE');
        else expect(proof).toMatchObject({ status: 'OPTIMAL', bound: first, gap: first === null ? null : 0 });
      }),
      { seed: 20240, numRuns: 1200 * TIMES },
    );
  });

  it('finds what brute force finds with five and six demands', async () => {
    await fc.assert(
      fc.asyncProperty(arbLargeProblem, fc.integer({ min: 1, max: 3 }), async (of, wanted) => {
        const brute = (one: Problem, used: ReadonlySet<string>) => best(one, placements(one, used));
        const { recommendations, proof } = await sameRounds(of, wanted, 'optimal', brute);
        expect(proof?.status).toBe(recommendations.length === 0 ? 'INFEASIBLE' : 'OPTIMAL');
      }),
      { seed: 606, numRuns: 20 * TIMES },
    );
  });

  it('makes the choice of the reference when told to, round after round', async () => {
    await fc.assert(
      fc.asyncProperty(arbProblem, fc.integer({ min: 1, max: 3 }), async (of, wanted) => {
        const { proof } = await sameRounds(of, wanted, 'fit_first', fitFirst);
        const optimum = wanted === 1 ? best(of, placements(of, new Set())) : undefined;
        if (!optimum || !of.objective || proof?.bound === null || proof?.bound === undefined) return;
        const bound = of.objective.goal === 'max' ? -proof.bound : proof.bound;
        expect(bound).toBeLessThanOrEqual(score(of, optimum) + 1e-6);
      }),
      { seed: 77, numRuns: 600 * TIMES },
    );
  });

  it('never claims a bound that the optimum is below, wherever it is cut', () => {
    fc.assert(
      fc.property(arbProblem, fc.nat(60), (of, units) => {
        const optimum = best(of, placements(of, new Set()));
        const objective = prepareObjective(of);
        if (!optimum || !objective) return;
        const names = [...optimum.keys()];
        const demands = names
          .map((name) => of.demands.find((one) => one.name === name))
          .filter((one) => one !== undefined);
        const unary = of.constraints.every(({ type }) => type !== 'distance_to_location');
        if (!unary) return;
        const built = buildModel(demands, constraintTypes.attach(of), objective);
        const strategy = strategyAt(units);
        const session = new Session(constraintTypes, strategy, built.model, new Cut(units));
        const cut = session.best();
        const bound = built.objectiveOf(cut?.bound ?? session.bound() ?? Number.NEGATIVE_INFINITY);
        const worst = of.objective?.goal === 'max' ? -bound : bound;
        expect(worst).toBeLessThanOrEqual(score(of, optimum) + 1e-6);
        if (cut) expect(cut.total).toBeGreaterThanOrEqual(cut.bound);
      }),
      { seed: 5, numRuns: 800 * TIMES },
    );
  });

  it('gives the same answer when it looks ahead and shares costs, ties included', () => {
    fc.assert(
      fc.property(arbProblem, fc.nat(12), fc.nat(6), (of, patience, effort) => {
        const demands = of.demands.map(({ name, candidates }) => ({ name, candidates }));
        const { model } = buildModel(demands, constraintTypes.attach(of), prepareObjective(of));
        const strategies = [
          strategyNamed('optimal'),
          patient(patience),
          patient(patience, effort),
          hasty(patience, 1 + effort),
        ];
        const answers = strategies.map((strategy) => {
          const found = new Session(constraintTypes, strategy, model, new Budget(() => 0, 1)).best();
          return found && { placement: found.placement, proven: found.bound >= found.total };
        });
        expect(answers[1]).toEqual(answers[0]);
        expect(answers[2]).toEqual(answers[0]);
        // Without an objective any placement that fits is an answer, the first one found.
        if (model.optimise) expect(answers[3]).toEqual(answers[0]);
        else expect(answers[3] === null).toBe(answers[0] === null);
      }),
      { seed: 3, numRuns: 800 * TIMES },
    );
  });

  it('gives the same answers round after round when it changes between two orders of five and six demands', () => {
    fc.assert(
      fc.property(arbLargeProblem, fc.nat(60), fc.nat(20), (of, headStart, turn) => {
        const demands = of.demands.map(({ name, candidates }) => ({ name, candidates }));
        const { model } = buildModel(demands, constraintTypes.attach(of), prepareObjective(of));
        if (!model.optimise) return;
        const [one, two] = [strategyNamed('optimal'), hasty(headStart, 1 + turn)].map((strategy) => {
          const session = new Session(constraintTypes, strategy, model, new Budget(() => 0, 1));
          return [1, 2, 3].map(() => {
            const found = session.best();
            for (const [position, candidate] of found?.placement.entries() ?? []) session.exclude(position, candidate);
            return found && { placement: found.placement, proven: found.bound >= found.total };
          });
        });
        expect(two).toEqual(one);
      }),
      { seed: 97, numRuns: 100 * TIMES },
    );
  });

  it('ends within the gap limit of the optimum, with a bound that holds, whatever it has skipped', () => {
    fc.assert(
      fc.property(
        arbProblem,
        fc.constantFrom(0.01, 0.05, 0.2, 0.5, 3),
        fc.nat(12),
        fc.nat(6),
        (of, gapLimit, ...at) => {
          const demands = of.demands.map(({ name, candidates }) => ({ name, candidates }));
          const built = buildModel(demands, constraintTypes.attach(of), prepareObjective(of));
          if (!built.model.optimise) return;
          for (const strategy of [strategyNamed('optimal'), patient(at[0]), patient(...at), hasty(at[0], 1 + at[1])]) {
            const [exact, near] = [0, gapLimit].map(
              (gap) => new Session(constraintTypes, strategy, built.model, new Budget(() => 0, 1), gap),
            );
            for (let best = exact?.best(); best; best = exact?.best()) {
              const found = near?.best();
              if (!found) throw new Error('nothing found');
              const size = Math.abs(built.objectiveOf(found.total));
              expect(found.bound).toBeLessThanOrEqual(best.total + 1e-6);
              expect(found.total).toBeGreaterThanOrEqual(best.total - 1e-6);
              expect(found.total - found.bound).toBeLessThanOrEqual(gapLimit * size * (1 + 1e-9));
              // Both go on from the same candidates.
              const [position, candidate] = [0, best.placement[0] ?? 0];
              exact?.exclude(position, candidate);
              near?.exclude(position, candidate);
            }
          }
        },
      ),
      { seed: 41, numRuns: 600 * TIMES },
    );
  });

  it('tells the gap it left, and calls only what it has proven optimal', async () => {
    await fc.assert(
      fc.asyncProperty(arbProblem, fc.constantFrom(0.02, 0.1, 0.4), async (of, gapLimit) => {
        const optimum = best(of, placements(of, new Set()));
        const options = { wanted: 1, timeLimitMs: 1000, gapLimit };
        const result = await solver().solve(of, options, { requestId: 'r' });
        expect(result.kind).toBe(optimum ? 'solved' : 'no-solution');
        if (result.kind !== 'solved' || !optimum) return;
        const { recommendations, diagnosis } = result.solution;
        const { status, gap = null, bound = null } = diagnosis.proof ?? {};
        if (!of.objective) {
          expect(status).toBe('OPTIMAL');
          return;
        }
        const [value, sign] = [recommendations[0]?.objective ?? 0, of.objective.goal === 'max' ? -1 : 1];
        expect(status).toBe(gap === 0 ? 'OPTIMAL' : 'FEASIBLE');
        expect(gap).toBeLessThanOrEqual(gapLimit);
        expect(sign * (bound ?? Number.NaN)).toBeLessThanOrEqual(score(of, optimum) + 1e-6);
        expect(sign * value - score(of, optimum)).toBeLessThanOrEqual(gapLimit * Math.abs(value) + 1e-6);
        if (status === 'OPTIMAL') expect(sign * value).toBeCloseTo(score(of, optimum), 6);
        expect(diagnosis.summary.some((text) => text.includes('gap limit'))).toBe(status === 'FEASIBLE');
      }),
      { seed: 42, numRuns: 400 * TIMES },
    );
  });

  it('gives the same answer byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(arbProblem, async (of) => {
        const once = async () =>
          JSON.stringify(await solver().solve(of, { wanted: 'all', timeLimitMs: 1000 }, { requestId: 'r' }));
        expect(await once()).toBe(await once());
      }),
      { seed: 11, numRuns: 60 * TIMES },
    );
  });
});
