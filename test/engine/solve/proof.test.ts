// Objectives that read what constraints add, and what a solve says about how good its answer is.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { call, candidate, generic, noMetrics, operation, outcome, place, problem, solve, solver } from './support.ts';

const here = [place('here', 0, 0)];
const at = (longitude: number) => candidate(`at-${longitude}`, { latitude: 0, longitude });

describe('objectives over what constraints add', () => {
  const flavor = (id: string, feature: string) => ({
    'flavor-id': id,
    'flavor-name': id,
    'hpa-capabilities': {
      'hpa-capability': [
        { 'hpa-feature': feature, 'hpa-version': 'v1', architecture: 'generic', 'hpa-feature-attributes': [] },
      ],
    },
  });
  const region = (id: string, feature: string) =>
    candidate(id, { latitude: 0, longitude: 0, 'vim-id': id, flavors: { flavor: [flavor(`${id}-f`, feature)] } });
  const entry = {
    id: 'vm',
    type: 'vnfc',
    directives: [{ type: 'flavor_directives', attributes: [{ attribute_name: 'label', attribute_value: '' }] }],
    flavorProperties: [
      {
        'hpa-feature': 'numa',
        'hpa-version': 'v1',
        architecture: 'generic',
        mandatory: 'False',
        score: '7',
        directives: [],
        'hpa-feature-attributes': [],
      },
    ],
  };
  const of = problem({
    demands: { d: [region('plain', 'other'), region('numa', 'numa')] },
    constraints: [{ name: 'h', type: 'hpa', properties: { evaluate: [entry] } }],
    objective: {
      kind: 'base',
      goal: 'min',
      operands: [{ weight: 10, function: 'hpa_score', params: ['d'] }],
    },
  });

  it('see the scores of flavors, show their directives and count them', async () => {
    const counted: [string, unknown][] = [];
    const metrics = { ...noMetrics, count: (name: string, labels?: unknown) => counted.push([name, labels]) };
    const { result, ids } = await solve(of, {}, solver({ metrics }));
    expect(ids).toEqual([['numa']]);
    if (result.kind !== 'solved') throw new Error('not solved');
    const [recommendation] = result.solution.recommendations;
    expect(recommendation?.objective).toBe(-70);
    expect(recommendation?.terms).toMatchObject([{ function: 'hpa_score', demand: 'd', weight: 10, value: -70 }]);
    expect(recommendation?.demands[0]?.attributes.directives).toMatchObject({ directives: [{ id: 'vm' }] });
    const names = counted.map(([name]) => name);
    expect(names.filter((name) => name === 'vnf_compute_profile')).toHaveLength(2);
    expect(counted.find(([name]) => name === 'vnf_scores')?.[1]).toMatchObject({ vnf_name: 'd', hpa_score: '7' });
  });

  const rejecting = {
    name: 'far',
    type: 'threshold',
    properties: { evaluate: [{ attribute: 'none', operator: 'eq', threshold: 1 }] },
  };

  it.each([
    ['vCPE', 'vCPE'],
    [undefined, 'N/A'],
  ])('are counted under the service that the template names: %s', async (serviceName, service_name) => {
    const counted: unknown[] = [];
    const metrics = { ...noMetrics, count: (name: string, labels?: unknown) => counted.push([name, labels]) };
    const named = { ...of, ...(serviceName === undefined ? {} : { serviceName }) };
    await solve(named, {}, solver({ metrics }));
    const none = { ...named, demands: [{ name: 'd', candidates: [region('plain', 'other')] }] };
    await solve(
      { ...none, constraints: [{ ...of.constraints[0], ...rejecting }] } as typeof of,
      {},
      solver({ metrics }),
    );
    const whose = { customer_name: 'ONAP', service_name };
    for (const name of ['vnf_compute_profile', 'vnf_scores', 'vnf_no_solution'])
      expect(counted).toContainEqual([name, expect.objectContaining(whose)]);
  });

  it('drop what no constraint gave a value to, after the constraints', async () => {
    const root = operation('sum', [call('d', 'hpa_score')]);
    const bare = { ...of, constraints: [], objective: generic('max', root) };
    const { diagnosis } = await solve(bare);
    expect(diagnosis.summary).toEqual([
      'Demand d: 0 of 2 candidates remain; objective "optimization" refused 2 (it has no attribute hpa_score, which the objective needs)',
    ]);
    expect((await solve({ ...of, objective: generic('max', root) })).ids).toEqual([['numa']]);
  });

  it('say in the words of the reference that no latency rule applies', async () => {
    const objective = {
      kind: 'base',
      goal: 'min',
      operands: [{ weight: 1, function: 'latency_between', params: ['here', 'd'] }],
    } as const;
    const { diagnosis } = await solve(problem({ locations: here, demands: { d: [at(1)] }, objective }));
    expect(diagnosis.notices).toEqual([
      "No '*' wild card entry found in country latency table. No solution will be provided",
    ]);
    expect(diagnosis.demands[0]?.outcomes[0]?.rejected).toEqual([
      { candidateId: 'at-1', reason: 'diff_bw_candidates_and_countries,Latecy weight ' },
    ]);
  });
});

describe('the proof', () => {
  const of = problem({
    demands: { d: [candidate('a', { p: 3 }), candidate('b', { p: 4 })], e: [candidate('c', { p: 5 })] },
    objective: generic(
      'max',
      operation('sum', [operation('sum', [call('d', 'p'), call('e', 'p')], { normalization: { start: 0, end: 10 } })]),
    ),
  });

  it('is in the scale and direction of the objective', async () => {
    const cut = outcome({ status: 'FEASIBLE', placements: [[1, 0]], proofs: [{ total: -0.8, bound: -1 }], nodes: 3 });
    const { diagnosis, result } = await solve(of, {}, solver({ runner: { run: async () => cut } }));
    expect(result).toMatchObject({ solution: { recommendations: [{ objective: 0.8 }] } });
    expect(diagnosis.proof).toEqual({
      status: 'FEASIBLE',
      bound: 1,
      gap: expect.closeTo(0.25, 10),
      nodes: 3,
      seed: null,
    });
  });

  it('has a bound without an answer, when something is known', async () => {
    const none = outcome({ status: 'TIMED_OUT', bound: -1, timedOut: true });
    const { diagnosis } = await solve(of, {}, solver({ runner: { run: async () => none } }));
    expect(diagnosis.proof).toEqual({ status: 'TIMED_OUT', bound: 1, gap: null, nodes: 0, seed: null });
  });

  it('has no seed, because nothing draws a random number', async () => {
    const drawn = vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('a random number was drawn');
    });
    onTestFinished(() => drawn.mockRestore());
    for (const search of ['optimal', 'fit_first'] as const) {
      expect((await solve(of, {}, solver({ search }))).diagnosis.proof).toMatchObject({ seed: null, nodes: 2 });
    }
    expect(drawn).not.toHaveBeenCalled();
  });

  it('says that a person stopped the search, with or without an answer', async () => {
    const stop = AbortSignal.abort();
    const before = await solve(of, { stop });
    expect(before.diagnosis.proof).toMatchObject({ status: 'STOPPED', bound: expect.closeTo(0.9, 10) });
    expect(before.diagnosis.summary).toEqual(['The search was stopped before any placement had been found']);
    const found = outcome({ status: 'STOPPED', placements: [[0, 0]], proofs: [{ total: -0.9, bound: -0.9 }] });
    const after = await solve(of, { wanted: 2 }, solver({ runner: { run: async () => found } }));
    expect(after.diagnosis.summary).toEqual([
      'The search was stopped; the last recommendation is the best found until then',
    ]);
  });

  it('of a greedy answer says how far the optimum may be', async () => {
    const apart = { name: 'ha', type: 'zone', properties: { qualifier: 'different', category: 'country' } };
    const trap = problem({
      demands: {
        d: [candidate('a', { p: 0, country: 'X' }), candidate('b', { p: 1, country: 'Y' })],
        e: [candidate('c', { p: 0, country: 'X' }), candidate('f', { p: 100, country: 'Y' })],
      },
      constraints: [apart],
      objective: generic('min', operation('sum', [call('d', 'p'), call('e', 'p')])),
    });
    const greedy = await solve(trap, {}, solver({ search: 'fit_first' }));
    expect(greedy.ids).toEqual([['a', 'f']]);
    expect(greedy.diagnosis.proof).toMatchObject({ status: 'FEASIBLE', bound: 0, gap: 1 });
    expect((await solve(trap)).ids).toEqual([['b', 'c']]);
  });
});
