// Soft constraints and moving costs against brute force: what is paid for is weighed exactly, wherever the search takes short cuts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/domain/problem.ts';
import { buildModel } from '../../../src/engine/solve/build-model.ts';
import { constraintTypes } from '../../../src/engine/solve/constraints/index.ts';
import { filterCandidates, startStates } from '../../../src/engine/solve/framework/filter.ts';
import { Questions } from '../../../src/engine/solve/framework/questions.ts';
import { prepareObjective } from '../../../src/engine/solve/objective/index.ts';
import { withPenalties } from '../../../src/engine/solve/objective/penalties.ts';
import { Budget } from '../../../src/engine/solve/search/budget.ts';
import { Session } from '../../../src/engine/solve/search/session.ts';
import { strategyNamed } from '../../../src/engine/solve/search/strategies.ts';
import { best, type Choice, fitFirst, isValued, placements, score, total } from './brute-force.ts';
import { arbLargePaidProblem, arbPaidProblem } from './random-problems.ts';
import { Cut, hasty, patient, strategyAt } from './strategies.ts';
import { noMetrics, solver } from './support.ts';

/** `npm run test:solver` runs many times as many cases. */
const TIMES = Number(process.env['CONDUCTOR_TEST_SOLVER_TIMES'] ?? 1);

type Expected = (of: Problem, used: ReadonlySet<string>) => Choice | undefined;
const optimum: Expected = (of, used) => best(of, placements(of, used));

/** Round after round the answer is the expected one, its value, its terms and its moves with it. */
async function sameRounds(of: Problem, wanted: number, search: 'optimal' | 'fit_first', expected: Expected) {
  const result = await solver({ search }).solve(of, { wanted, timeLimitMs: 1000 }, { requestId: 'r' });
  const used = new Set<string>();
  const recommendations = result.kind === 'solved' ? result.solution.recommendations : [];
  for (const { demands, objective, terms, moves } of recommendations) {
    const choice = expected(of, used) ?? new Map();
    expect(demands.map(({ demand, source }) => [demand, source.candidate_id])).toEqual(
      [...choice].map(([demand, one]) => [demand, one.candidate_id]),
    );
    if (isValued(of)) expect(objective).toBeCloseTo(total(of, choice), 6);
    const paid = terms.filter(({ function: name }) => name === 'soft' || name === 'moving');
    const { stability, ...unpaid } = of;
    const penalties = total(of, choice) - total({ ...unpaid, constraints: [] }, choice);
    expect(paid.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(penalties, 6);
    const away = stability?.placement.filter(({ demand, candidateId }) => {
      return choice.get(demand)?.candidate_id !== candidateId;
    });
    expect(moves?.map(({ demand }) => demand)).toEqual(away?.map(({ demand }) => demand));
    for (const { source } of demands) if (source.uniqueness === 'true') used.add(String(source.candidate_id));
  }
  if (recommendations.length === 0) expect(expected(of, used)).toBeUndefined();
  const diagnosis = result.kind === 'solved' ? result.solution.diagnosis : result.diagnosis;
  return diagnosis.proof;
}

/** The model of what passes the constraints that refuse, with everything that is to be paid. */
async function modelOf(of: Problem) {
  const constraints = constraintTypes.attach(of);
  const states = startStates(of);
  const questions = new Questions();
  const remote = { providers: [], controllers: [], vims: [], metrics: noMetrics, call: { requestId: 'r' }, questions };
  await filterCandidates(of, states, constraints, remote);
  const objective = prepareObjective(of);
  const violators = (key: string, name: string) =>
    states.find(({ demand }) => demand.name === name)?.violators.get(key) ?? new Set<string>();
  const paying = objective && withPenalties(objective, constraints, violators, of.stability);
  const demands = states.map(({ demand, candidates }) => ({ name: demand.name, candidates }));
  return buildModel(demands, constraints, paying);
}

describe('soft constraints and moving costs', () => {
  it('are weighed as brute force weighs them, round after round, and the answer is proven', async () => {
    await fc.assert(
      fc.asyncProperty(arbPaidProblem, fc.integer({ min: 1, max: 3 }), async (of, wanted) => {
        const proof = await sameRounds(of, wanted, 'optimal', optimum);
        expect(['OPTIMAL', 'INFEASIBLE']).toContain(proof?.status);
      }),
      { seed: 41, numRuns: 1000 * TIMES },
    );
  });

  it('are weighed so with five and six demands', async () => {
    await fc.assert(
      fc.asyncProperty(arbLargePaidProblem, async (of) => {
        const proof = await sameRounds(of, 1, 'optimal', optimum);
        expect(['OPTIMAL', 'INFEASIBLE']).toContain(proof?.status);
      }),
      { seed: 43, numRuns: 15 * TIMES },
    );
  });

  it('count for the greedy choice, too', async () => {
    await fc.assert(
      fc.asyncProperty(arbPaidProblem, fc.integer({ min: 1, max: 3 }), async (of, wanted) => {
        await sameRounds(of, wanted, 'fit_first', fitFirst);
      }),
      { seed: 47, numRuns: 400 * TIMES },
    );
  });

  it('never lift a bound above the optimum, wherever the search is cut', async () => {
    await fc.assert(
      fc.asyncProperty(arbPaidProblem, fc.nat(60), async (of, units) => {
        const choice = optimum(of, new Set());
        if (!choice || !isValued(of)) return;
        const built = await modelOf(of);
        const strategy = strategyAt(units);
        const session = new Session(constraintTypes, strategy, built.model, new Cut(units));
        const cut = session.best();
        const bound = built.objectiveOf(cut?.bound ?? session.bound() ?? Number.NEGATIVE_INFINITY);
        const worst = of.objective?.goal === 'max' ? -bound : bound;
        expect(worst).toBeLessThanOrEqual(score(of, choice) + 1e-6);
      }),
      { seed: 53, numRuns: 600 * TIMES },
    );
  });

  it('change nothing in the answer when the search looks ahead and shares costs', async () => {
    await fc.assert(
      fc.asyncProperty(arbPaidProblem, fc.nat(12), fc.nat(6), async (of, patience, effort) => {
        const { model } = await modelOf(of);
        const [plain, ...others] = [
          strategyNamed('optimal'),
          patient(patience),
          patient(patience, effort),
          hasty(patience, 1 + effort),
        ].map((one) => {
          const found = new Session(constraintTypes, one, model, new Budget(() => 0, 1)).best();
          return found && { placement: found.placement, proven: found.bound >= found.total };
        });
        for (const other of others) expect(other).toEqual(plain);
      }),
      { seed: 59, numRuns: 600 * TIMES },
    );
  });
});
