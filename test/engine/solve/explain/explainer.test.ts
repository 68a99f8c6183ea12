// What the explainer says in plain cases: sentences, changes that can be accepted, remote verdicts from the record, time limits.
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../src/domain/problem.ts';
import { explainerOver } from '../../../../src/engine/solve/explain/explainer.ts';
import { runSearch } from '../../../../src/engine/solve/search/search.ts';
import { call, candidate, controller, generic, ManualClock, operation, place, problem, solver } from '../support.ts';
import { explainer, LIMITS, planOf, withLimit } from './support.ts';

const near = candidate('near', { latitude: 0, longitude: 1 });
const far = candidate('far', { latitude: 0, longitude: 5 });
const HOME = place('home', 0, 0);

function within(value: number, operator = '<=', demands?: readonly string[]) {
  const properties = { location: 'home', distance: { operator, value, units: 'km' } };
  return { name: 'close', type: 'distance_to_location', properties, ...(demands ? { demands } : {}) };
}

const capacity = { name: 'room', type: 'region_fit', properties: { controller: 'SDN-C', request: {} } };
const sdnc = controller('SDN-C', async ({ candidates }) =>
  candidates.map(({ candidate_id: id }) =>
    id === 'near' ? { kind: 'reject', reason: 'full' } : ({ kind: 'fit' } as const),
  ),
);

function one(constraints: Parameters<typeof problem>[0]['constraints'], candidates = [near, far]): Problem {
  return problem({
    locations: [HOME],
    demands: { vG: candidates },
    constraints: constraints ?? [],
    sum: [[1, 'home', 'vG']],
  });
}

describe('a plan that cannot be solved', () => {
  it('names the conflict and the smallest change, in words that can be typed', async () => {
    const plan = await planOf(one([within(50)]));
    const { conflicts, relaxations, funnels, sentences, complete } = await explainer.explain(plan, LIMITS);
    expect(conflicts).toEqual([
      {
        constraints: ['close'],
        demands: ['vG'],
        assumed: [],
        sentence: 'No candidate of vG keeps distance_to_location "close" (limit 50 km)',
      },
    ]);
    expect(relaxations).toMatchObject([
      {
        constraint: 'close',
        path: 'constraints > close > properties > distance',
        from: 50,
        unit: 'km',
        gain: null,
        assumed: [],
        sentence:
          'distance_to_location "close" at 111.2 km instead of 50 km makes the plan solvable, with an objective of 113.19493',
      },
    ]);
    expect(relaxations[0]?.property).toBe(`<= ${relaxations[0]?.to} km`);
    expect(relaxations[0]?.to).toBeCloseTo(111.195, 3);
    expect(funnels).toEqual([
      {
        demand: 'vG',
        candidates: 2,
        steps: [{ constraint: 'close', type: 'distance_to_location', before: 2, after: 0 }],
        remaining: 0,
      },
    ]);
    expect(sentences).toContain('vG: 0 of 2 candidates fit alone; distance_to_location "close" left 0 of 2');
    expect(complete).toBe(true);
  });

  it('gives way just beyond a strict limit', async () => {
    const { relaxations } = await explainer.explain(await planOf(one([within(50, '<')])), LIMITS);
    const [first] = relaxations;
    expect(first?.property).toMatch(/^< 111\.19\d+ km$/);
    const solved = await planOf(withLimit(one([within(50, '<')]), { constraint: 'close', path: '' }, first?.to ?? 0));
    expect(solved.recommendation?.demands[0]?.source.candidate_id).toBe('near');
  });

  it('moves the end of a range that helps, and writes the range', async () => {
    const distance = { operator: '=', value: { min: 200, max: 300 }, units: 'km' };
    const range = { name: 'ring', type: 'distance_to_location', properties: { location: 'home', distance } };
    const { relaxations } = await explainer.explain(await planOf(one([range])), LIMITS);
    expect(relaxations.map(({ property }) => String(property).replace(/(\.\d)\d+/g, '$1'))).toEqual([
      '200-555.9 km',
      '111.1-300 km',
    ]);
  });

  it('names a demand without candidates, and goes on with the others', async () => {
    const of = problem({ locations: [HOME], demands: { vG: [], vB: [near] }, constraints: [within(50, '<=', ['vB'])] });
    const { conflicts, relaxations, sentences } = await explainer.explain(await planOf(of), LIMITS);
    expect(conflicts.map(({ constraints, demands }) => [constraints, demands])).toEqual([
      [[], ['vG']],
      [['close'], ['vB']],
    ]);
    expect(conflicts[0]?.sentence).toBe('Demand vG has no candidates at all');
    expect(sentences).toContain(
      'No single limit makes the plan solvable, however far it is moved: each of the 2 conflicts needs a change of its own',
    );
    expect(relaxations).toEqual([]);
  });

  it('finds what only the combination forbids', async () => {
    const zone = (name: string, qualifier: string, category: string) => ({
      name,
      type: 'zone',
      properties: { qualifier, category },
    });
    const regions = ['a', 'b'].map((id) => candidate(id, { country: 'X', complex_name: id }));
    const of = problem({
      demands: { vG: regions, vB: regions, vC: regions },
      constraints: [zone('apart', 'different', 'complex'), zone('land', 'same', 'country')],
    });
    const { conflicts, sentences } = await explainer.explain(await planOf(of), LIMITS);
    expect(conflicts).toMatchObject([{ constraints: ['apart'], demands: ['vG', 'vB', 'vC'] }]);
    expect(sentences[0]).toBe('No candidates of vG, vB and vC keep zone "apart"');
    expect(sentences).toContain('No constraint of the plan has a limit that could give way');
  });

  it('says when an answer that was never asked for has to be taken for granted', async () => {
    const of = one([within(50), capacity]);
    const plan = await planOf(of, { controllers: [sdnc] });
    expect(plan.answers).toBeNull();
    const { relaxations, conflicts } = await explainer.explain(plan, LIMITS);
    expect(conflicts).toMatchObject([{ constraints: ['close'], assumed: [] }]);
    expect(relaxations).toMatchObject([{ constraint: 'close', assumed: ['room'] }]);
    expect(relaxations[0]?.sentence).toContain('provided that room, not asked until now, does not refuse');
  });

  it('says when only verdicts are missing, and whose', async () => {
    const plan = { problem: one([within(200), capacity]), answers: null, recommendation: null };
    const { sentences, conflicts, relaxations, complete } = await explainer.explain(plan, LIMITS);
    expect([conflicts, relaxations, complete]).toEqual([[], [], true]);
    expect(sentences[0]).toBe('There is a placement, provided that room, not asked until now, does not refuse');
  });

  it('says when there is a placement that the search did not come to', async () => {
    const plan = { problem: one([within(200)]), answers: null, recommendation: null };
    const { sentences } = await explainer.explain(plan, LIMITS);
    expect(sentences[0]).toBe('There is a placement: the search ended before it found one');
  });

  it('explains names that are words of the language', async () => {
    const of = one([{ ...within(50), name: '__proto__', demands: ['constructor'] }]);
    const plan = await planOf({ ...of, demands: [{ name: 'constructor', candidates: [near] }], objective: null });
    const { conflicts, relaxations } = await explainer.explain(plan, LIMITS);
    expect(conflicts).toMatchObject([{ constraints: ['__proto__'], demands: ['constructor'] }]);
    expect(relaxations).toMatchObject([{ path: 'constraints > __proto__ > properties > distance' }]);
  });
});

describe('a solved plan', () => {
  it('says which limit costs how much, first step and largest gain', async () => {
    const middle = candidate('middle', { latitude: 0, longitude: 3 });
    const of = one([within(500, '>=')], [near, middle, far]);
    const { binding, relaxations, conflicts } = await explainer.explain(await planOf(of), LIMITS);
    expect([relaxations, conflicts]).toEqual([[], []]);
    expect(binding.map(({ to, gain }) => [Math.round(to), Math.round(gain ?? 0)])).toEqual([
      [334, 222],
      [111, 445],
    ]);
    expect(binding[0]?.sentence).toMatch(
      /^distance_to_location "close" at 333\.58 km instead of 500 km makes the objective better by 222\./,
    );
  });

  it('asks for no more than the largest gain needs, when others are as good', async () => {
    const at = (id: string, longitude: number, p: number) => candidate(id, { latitude: 0, longitude, p });
    const of = {
      ...one([within(50)], [at('here', 0, 0), at('far', 5, 2), at('middle', 3, 2), at('near', 1, 1)]),
      objective: generic('max', operation('sum', [call('vG', 'p')])),
    };
    const { binding } = await explainer.explain(await planOf(of), LIMITS);
    expect(binding.map(({ to, gain }) => [Math.round(to), gain])).toEqual([
      [111, 1],
      [334, 2],
    ]);
  });

  it('says when no limit costs anything', async () => {
    const { binding, sentences } = await explainer.explain(await planOf(one([within(200)])), LIMITS);
    expect(binding).toEqual([]);
    expect(sentences[0]).toBe('No limit costs anything: moving any one of them would not make the objective better');
  });

  it('takes verdicts of other systems from the record', async () => {
    const plan = await planOf(one([capacity]), { controllers: [sdnc] });
    const { verdicts } = await explainer.verdicts(plan, {}, LIMITS);
    expect(verdicts.map(({ candidateId, verdict, reason }) => [candidateId, verdict, reason])).toEqual([
      ['near', 'REFUSED', 'full'],
      ['far', 'FIT', ''],
    ]);
    const { standings } = await explainer.standings(plan, { demand: 'vG' }, LIMITS);
    expect(standings).toMatchObject([
      {
        candidateId: 'near',
        chosen: false,
        refusedBy: ['room'],
        sentence: 'near is refused by region_fit "room" (full)',
      },
      { candidateId: 'far', chosen: true, worseBy: 0 },
    ]);
  });

  it('says of candidates that were never asked about that nobody knows', async () => {
    const plan = await planOf(one([within(50, '>='), within(120, '>='), capacity].slice(1)), { controllers: [sdnc] });
    const { verdicts } = await explainer.verdicts(plan, { candidateId: 'near' }, LIMITS);
    expect(verdicts.map(({ constraint, verdict, reason }) => [constraint, verdict, reason])).toEqual([
      ['close', 'REFUSED', '111.2 km from home, at least 120 km'],
      ['room', 'UNKNOWN', 'this was not asked when the plan was solved'],
    ]);
  });

  it('measures fits and refusals against their limits', async () => {
    const { verdicts } = await explainer.verdicts(await planOf(one([within(200)])), {}, LIMITS);
    const rounded = verdicts.map(({ verdict, measured, required, margin, unit }) => [
      verdict,
      Math.round(measured ?? 0),
      required,
      Math.round(margin ?? 0),
      unit,
    ]);
    expect(rounded).toEqual([
      ['FIT', 111, 200, 89, 'km'],
      ['REFUSED', 556, 200, -356, 'km'],
    ]);
  });

  it('cuts a list of verdicts at its limit, and says so', async () => {
    const plan = await planOf(one([within(200), capacity]));
    const { verdicts, complete } = await explainer.verdicts(plan, { limit: 3 }, LIMITS);
    expect([verdicts.length, complete]).toEqual([3, false]);
    expect((await explainer.verdicts(plan, { limit: 4 }, LIMITS)).complete).toBe(true);
  });

  it('compares only as many candidates as it may search, and says so', async () => {
    const many = Array.from({ length: 6 }, (_, at) => candidate(`c${at}`, { latitude: 0, longitude: at }));
    const plan = await planOf(one([], many));
    const { standings, complete } = await explainer.standings(plan, { demand: 'vG', searches: 2 }, LIMITS);
    expect(complete).toBe(false);
    expect(
      standings.filter(({ bestObjective }) => bestObjective !== null).map(({ candidateId }) => candidateId),
    ).toEqual(['c0', 'c1', 'c2']);
    expect(standings[1]?.sentence).toMatch(
      /^the best placement with c1 has 113\.\d+, worse than the answer by 111\.19/,
    );
  });
});

describe('within its time', () => {
  const pairwise = problem({
    demands: { vG: [near], vB: [far] },
    constraints: [
      {
        name: 'land',
        type: 'distance_between_demands',
        properties: { distance: { operator: '<', value: 5, units: 'km' } },
      },
    ],
    sum: [],
  });

  it('claims nothing that it had no time to prove', async () => {
    const clock = new ManualClock();
    const slow = explainerOver({
      clock,
      runner: {
        async run(job) {
          const outcome = runSearch(job, () => clock.monotonic());
          clock.advance(600);
          return outcome;
        },
      },
    });
    const plan = await planOf(pairwise);
    const { conflicts, relaxations, complete } = await slow.explain(plan, { timeLimitMs: 1000 });
    expect([conflicts, relaxations, complete]).toEqual([[], [], false]);
  });

  it('ends a search whose thread does not', async () => {
    const clock = new ManualClock();
    const stuck = explainerOver({
      clock,
      runner: {
        run: (_job, signal) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason));
            clock.advance(5000);
          }),
      },
    });
    const { complete } = await stuck.explain(await planOf(pairwise), LIMITS);
    expect(complete).toBe(false);
  });

  it("rejects with the caller's reason when he goes away", async () => {
    const away = new AbortController();
    away.abort(new Error('gone'));
    const call = explainer.explain(await planOf(pairwise), { ...LIMITS, signal: away.signal });
    await expect(call).rejects.toThrow('gone');
  });
});

describe('solving again on the record', () => {
  it('asks nobody and gives the same answer', async () => {
    const of = one([capacity]);
    const options = { wanted: 1, timeLimitMs: 1000 } as const;
    const first = await solver({ controllers: [sdnc] }).solve(of, options, { requestId: 'r' });
    if (first.kind !== 'solved' || !first.solution.answers) throw new Error('not solved');
    const recorded = JSON.parse(JSON.stringify(first.solution.answers));
    const again = await solver().solve(of, { ...options, recorded }, { requestId: 'r' });
    expect(again).toEqual(first);
  });

  it('takes what was not recorded for unknown', async () => {
    const options = { wanted: 1, timeLimitMs: 1000, recorded: { answers: {} } } as const;
    const result = await solver({ controllers: [sdnc] }).solve(one([capacity]), options, { requestId: 'r' });
    expect(result.kind).toBe('no-solution');
    if (result.kind === 'no-solution') expect(result.diagnosis.demands[0]?.outcomes[0]?.unknown).toBe(2);
  });

  it('keeps what was asked of a plan without an answer', async () => {
    const full = controller('SDN-C', async ({ candidates }) =>
      candidates.map(() => ({ kind: 'reject', reason: 'full' })),
    );
    const plan = await planOf(one([capacity]), { controllers: [full] });
    const { conflicts } = await explainer.explain(plan, LIMITS);
    expect(conflicts).toMatchObject([{ constraints: ['room'], demands: ['vG'], assumed: [] }]);
  });
});
