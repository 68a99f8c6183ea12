// Soft constraints and moving costs through the solver and the explainer: who stays, what is paid, and how that is told.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConductorError } from '../../../src/domain/errors.ts';
import type { Problem } from '../../../src/domain/problem.ts';
import type { Recommendation } from '../../../src/domain/solution.ts';
import { isValued, placements, score, total } from './brute-force.ts';
import { explainer, LIMITS, planOf } from './explain/support.ts';
import { arbPaidProblem } from './random-problems.ts';
import { call, candidate, controller, generic, operation, place, problem, solve, solver } from './support.ts';

const near = candidate('near', { country: 'DEU', latitude: 0, longitude: 1, location_id: 'r1', complex_name: 'x' });
const far = candidate('far', { country: 'FRA', latitude: 0, longitude: 3, location_id: 'r2', complex_name: 'x' });
const CUSTOMER = place('customer', 0, 0);
const within = (km: number) => ({ distance: { operator: '<=', value: km, units: 'km' }, location: 'customer' });

async function first(of: Problem, by = solver()): Promise<Recommendation> {
  const { result } = await solve(of, {}, by);
  if (result.kind !== 'solved') throw new Error(result.diagnosis.summary.join('; '));
  const [recommendation] = result.solution.recommendations;
  if (!recommendation) throw new Error('no recommendation');
  return recommendation;
}

const chosen = ({ demands }: Recommendation) => demands.map(({ source }) => source.candidate_id);

describe('a soft constraint', () => {
  const of = (weight: number) =>
    problem({
      locations: [CUSTOMER],
      demands: { d: [near, far] },
      constraints: [
        { name: 'home', type: 'zone', properties: { qualifier: 'same', category: 'region' } },
        {
          name: 'wanted',
          type: 'attribute',
          properties: { evaluate: { country: { any: ['FRA'] } } },
          soft: { weight },
        },
      ],
      sum: [[1, 'customer', 'd']],
    });

  it('is broken where keeping it would cost more, and the answer says what that costs', async () => {
    const cheap = await first(of(100));
    expect(chosen(cheap)).toEqual(['near']);
    expect(cheap.terms.at(-1)).toEqual({
      function: 'soft',
      constraint: 'wanted',
      demand: 'd',
      location: null,
      weight: 100,
      distanceKm: null,
      cost: null,
      value: 100,
    });
    expect(cheap.terms.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(cheap.objective ?? 0, 9);
    const dear = await first(of(1000));
    expect(chosen(dear)).toEqual(['far']);
    expect(dear.terms.map(({ function: name }) => name)).toEqual(['distance_between']);
  });

  it('takes nobody away: the diagnosis counts who breaks it, the verdict stays REFUSED', async () => {
    const { diagnosis } = await solve(of(100));
    expect(diagnosis.demands[0]?.outcomes.at(-1)).toMatchObject({ before: 2, after: 2, rejected: [], penalised: 1 });
    const plan = await planOf(of(100));
    const { verdicts } = await explainer.verdicts(plan, { candidateId: 'near' }, LIMITS);
    expect(verdicts.find(({ constraint }) => constraint === 'wanted')).toMatchObject({
      verdict: 'REFUSED',
      soft: true,
    });
    expect(verdicts.find(({ constraint }) => constraint === 'home')).not.toHaveProperty('soft');
    const { standings } = await explainer.standings(plan, { demand: 'd' }, LIMITS);
    expect(standings.map(({ refusedBy }) => refusedBy)).toEqual([[], []]);
    expect(standings[1]?.worseBy).toBeGreaterThan(0);
    const { funnels, sentences } = await explainer.explain(plan, LIMITS);
    expect(funnels[0]).toMatchObject({ remaining: 2 });
    expect(sentences[0]).toBe('Soft attribute "wanted" is broken by d, which costs 100');
  });

  it('worsens what is maximised by subtracting', async () => {
    const objective = generic('max', operation('sum', [call('d', 'p')]));
    const demands = { d: [candidate('a', { p: 5, country: 'DEU' }), candidate('b', { p: 3, country: 'FRA' })] };
    const evaluate = { country: { any: ['FRA'] } };
    const constraints = [{ name: 'wanted', type: 'attribute', properties: { evaluate }, soft: { weight: 1.5 } }];
    const { objective: value, terms } = await first(problem({ demands, constraints, objective }));
    expect(value).toBe(3.5);
    expect(terms.map((term) => term.value)).toEqual([5, -1.5]);
  });

  it('is the whole objective of a template without one', async () => {
    const constraints = [{ name: 'close', type: 'distance_to_location', properties: within(200), soft: { weight: 4 } }];
    const best = await first(problem({ locations: [CUSTOMER], demands: { d: [far, near] }, constraints }));
    expect(best).toMatchObject({ objective: 0, terms: [] });
    expect(chosen(best)).toEqual(['near']);
  });

  it('between demands is paid for by each pair that does not hold it', async () => {
    const constraints = [
      { name: 'apart', type: 'zone', properties: { qualifier: 'different', category: 'region' }, soft: { weight: 7 } },
    ];
    const only = { a: [near], b: [near], c: [far] };
    expect(await first(problem({ demands: only, constraints }))).toMatchObject({
      objective: 7,
      terms: [{ function: 'soft', constraint: 'apart', demand: 'a', otherDemand: 'b', value: 7 }],
    });
    const free = await first(problem({ demands: { a: [near], b: [near, far] }, constraints }));
    expect(free.objective).toBe(0);
    expect(chosen(free)).toEqual(['near', 'far']);
  });

  it('between demands: who cannot be compared fits nobody', async () => {
    const nowhere = candidate('nowhere', { location_id: '' });
    const constraints = [
      { name: 'apart', type: 'zone', properties: { qualifier: 'different', category: 'region' }, soft: { weight: 7 } },
    ];
    expect(await first(problem({ demands: { a: [near], b: [nowhere] }, constraints }))).toMatchObject({ objective: 7 });
    expect(chosen(await first(problem({ demands: { a: [near], b: [nowhere, far] }, constraints })))).toEqual([
      'near',
      'far',
    ]);
  });

  it('counts a check that nobody could make as broken', async () => {
    const silent = controller('SDN-C', async ({ candidates }) =>
      candidates.map(({ candidate_id: id }) =>
        id === 'near' ? { kind: 'unknown', reason: 'no answer' } : { kind: 'fit' },
      ),
    );
    const constraints = [
      { name: 'room', type: 'region_fit', properties: { controller: 'SDN-C' }, soft: { weight: 1000 } },
    ];
    const of = problem({
      locations: [CUSTOMER],
      demands: { d: [near, far] },
      constraints,
      sum: [[1, 'customer', 'd']],
    });
    expect(chosen(await first(of, solver({ controllers: [silent] })))).toEqual(['far']);
  });

  it('hides no failure: what ends a plan still ends it', async () => {
    const broken = controller('SDN-C', async () => {
      throw new ConductorError('UPSTREAM_UNAVAILABLE', 'gone');
    });
    const constraints = [
      { name: 'room', type: 'region_fit', properties: { controller: 'SDN-C' }, soft: { weight: 1 } },
    ];
    const of = problem({ demands: { d: [near] }, constraints });
    await expect(first(of, solver({ controllers: [broken] }))).rejects.toThrow('gone');
  });

  it('stands in no conflict and is no limit to relax', async () => {
    const constraints = [
      { name: 'soft', type: 'distance_to_location', properties: within(1), soft: { weight: 5 } },
      { name: 'hard', type: 'distance_to_location', properties: within(2) },
    ];
    const of = problem({ locations: [CUSTOMER], demands: { d: [near] }, constraints, sum: [[1, 'customer', 'd']] });
    const { conflicts, relaxations } = await explainer.explain(await planOf(of), LIMITS);
    expect(conflicts.map(({ constraints: names }) => names)).toEqual([['hard']]);
    expect(relaxations.map(({ constraint }) => constraint)).toEqual(['hard']);
  });
});

describe('stability', () => {
  const of = (movingCost: number, candidateId = 'far') =>
    problem({
      locations: [CUSTOMER],
      demands: { d: [near, far] },
      sum: [[1, 'customer', 'd']],
      stability: { placement: [{ demand: 'd', candidateId, movingCost }] },
    });

  it('keeps a demand in its place unless moving is worth it, and lists the moves', async () => {
    const stays = await first(of(1000));
    expect(stays).toMatchObject({ moves: [] });
    expect(chosen(stays)).toEqual(['far']);
    const moves = await first(of(10));
    expect(moves).toMatchObject({ moves: [{ demand: 'd', from: 'far', to: 'near', gone: false }] });
    expect(moves.terms.at(-1)).toMatchObject({ function: 'moving', demand: 'd', value: 10 });
    const { sentences } = await explainer.explain(await planOf(of(10)), LIMITS);
    expect(sentences[0]).toBe('d moves from far to near, which costs 10');
  });

  it('of a place that is no candidate any more: everybody pays, and the move says that it is gone', async () => {
    const moved = await first(of(1000, 'closed'));
    expect(moved).toMatchObject({ moves: [{ from: 'closed', to: 'near', gone: true }] });
    expect(moved.terms.at(-1)).toMatchObject({ function: 'moving', value: 1000 });
  });

  it('without the section there are no moves to speak of', async () => {
    const { stability: _, ...rest } = of(1);
    expect(await first(rest)).not.toHaveProperty('moves');
  });
});

describe('explanations of what is paid for', () => {
  it('compare candidates as brute force does', async () => {
    await fc.assert(
      fc.asyncProperty(arbPaidProblem, async (of) => {
        const plan = await planOf(of);
        const [demand] = of.demands;
        if (!plan.recommendation || !demand || !isValued(of)) return;
        const { standings, complete } = await explainer.standings(plan, { demand: demand.name }, LIMITS);
        expect(complete).toBe(true);
        const paths = placements(of, new Set());
        for (const { candidateId, bestObjective } of standings) {
          const mine = paths.filter((path) => path.get(demand.name)?.candidate_id === candidateId);
          const [best] = mine.sort((a, b) => score(of, a) - score(of, b));
          if (!best) expect(bestObjective).toBeNull();
          else expect(bestObjective).toBeCloseTo(total(of, best), 6);
        }
      }),
      { seed: 61, numRuns: 150 },
    );
  });
});
