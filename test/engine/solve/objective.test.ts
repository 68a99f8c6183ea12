// Objectives: what each function is worth at a candidate, which candidates cannot be valued, and the terms of a placement.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/domain/candidate.ts';
import type { LatencyRules } from '../../../src/domain/latency.ts';
import type { BaseOperand, Objective, Problem } from '../../../src/domain/problem.ts';
import { newerFirst } from '../../../src/engine/solve/objective/aic-version.ts';
import { prepareObjective } from '../../../src/engine/solve/objective/index.ts';
import { arbPaidProblem } from './random-problems.ts';
import { call, candidate, generic, operation, place, problem } from './support.ts';

const r1 = candidate('r1', { latitude: 0, longitude: 1, cost: 2.0 });
const r2 = candidate('r2', { latitude: '0', longitude: '2', cost: -8000 });
const locations = [place('cl', 0, 0, 'USA')];

function prepared(of: Problem) {
  const objective = prepareObjective(of);
  if (!objective) throw new Error('no objective');
  return objective;
}

/** The total with this one candidate decided. */
const worth = (of: Problem, demand: string, one: Candidate) => prepared(of).explain(new Map([[demand, one]])).total;
const refusal = (of: Problem, demand: string, one: Candidate) => prepared(of).refusal(demand, one, 'final');
const base = (operand: Partial<BaseOperand>): Objective => ({
  kind: 'base',
  goal: 'min',
  operands: [{ weight: 1, function: 'distance_between', params: ['cl', 'd'], ...operand }],
});

describe('the BASE objective', () => {
  it.each([
    [[0, 0], [0, 1], 111.194927],
    [[32.89748, -97.040443], [40.7128, -74.006], 2218.763288],
    [[0, 0], [0, 180], 20015.086796],
    [[45.395968, -71.135344], [45.395968, -71.135344], 0],
    [[51.5, -0.12], [-33.87, 151.21], 16994.008112],
  ])('measures %j to %j', ([lat1 = 0, lon1 = 0], [lat2, lon2], km) => {
    const one = candidate('x', { latitude: lat2, longitude: String(lon2), cost: 0 });
    const of = problem({ locations: [place('l', String(lat1), lon1)], demands: { d: [one] }, sum: [[1, 'l', 'd']] });
    expect(worth(of, 'd', one)).toBeCloseTo(km, 6);
  });

  it('weights the distance and the cost together: the worked example', () => {
    const of = problem({ locations, demands: { d: [r1, r2] }, sum: [[2, 'cl', 'd']] });
    expect(worth(of, 'd', r1)).toBeCloseTo(226.39, 2);
    expect(worth(of, 'd', r2)).toBeCloseTo(-15555.22, 2);
  });

  it('counts the cost once in every operand that mentions the demand', () => {
    const sum = [
      [1, 'cl', 'd'],
      [3, 'cl', 'd'],
    ] as const;
    expect(worth(problem({ locations, demands: { d: [r1] }, sum }), 'd', r1)).toBeCloseTo(4 * (111.194927 + 2), 5);
  });

  it('explains a placement term by term, in the order of the template', () => {
    const sum = [
      [2, 'cl', 'e'],
      [1, 'cl', 'd'],
    ] as const;
    const { explain } = prepared(problem({ locations, demands: { d: [r1], e: [r2] }, sum }));
    const { total, terms } = explain(
      new Map([
        ['d', r1],
        ['e', r2],
      ]),
    );
    const common = { function: 'distance_between', location: 'cl' };
    expect(terms).toEqual([
      {
        ...common,
        demand: 'e',
        weight: 2,
        distanceKm: expect.closeTo(222.389853, 5),
        cost: -8000,
        value: expect.closeTo(-15555.2203, 3),
      },
      {
        ...common,
        demand: 'd',
        weight: 1,
        distanceKm: expect.closeTo(111.194927, 5),
        cost: 2,
        value: expect.closeTo(113.194927, 5),
      },
    ]);
    expect(total).toBe((terms[0]?.value ?? 0) + (terms[1]?.value ?? 0));
  });

  it('adds nothing for a demand that no operand mentions', () => {
    expect(worth(problem({ locations, demands: { d: [r1], e: [r2] }, sum: [[2, 'cl', 'd']] }), 'e', r2)).toBe(0);
  });

  it('takes demand and location in either order', () => {
    const of = withObjective(base({ params: ['d', 'cl'] }));
    expect(prepared(of).anchors).toEqual(['d']);
    expect(worth(of, 'd', r1)).toBeCloseTo(113.194927, 5);
  });

  it.each([
    ['without coordinates', candidate('x'), 'no coordinates, so its distance from cl is not known'],
    [
      'whose value is not finite',
      candidate('x', { latitude: 0, longitude: 1, cost: Number.MAX_VALUE }),
      'its objective value is not a finite number',
    ],
  ])('says why a candidate %s cannot be valued', (_what, one, reason) => {
    expect(refusal(problem({ locations, demands: { d: [one] }, sum: [[1e10, 'cl', 'd']] }), 'd', one)).toBe(reason);
  });

  const mismatch = 'must include one valid demand name and one valid location name';
  it.each([
    ['an unknown location', base({ params: ['nowhere', 'd'] }), mismatch],
    ['an unknown demand', base({ params: ['cl', 'x'] }), mismatch],
    ['an unknown location of latencies', base({ function: 'latency_between', params: ['x', 'd'] }), mismatch],
    ['an unknown function', base({ function: 'cloud_version' as 'cost' }), "function 'cloud_version' is not known."],
    ['an operator without operands', generic('min', operation('sum', [])), 'has no operands'],
    [
      'a normalisation without span',
      generic('min', operation('sum', [call('d', 'cost', { normalization: { start: 5, end: 5 } })])),
      'needs a start and an end that differ',
    ],
    [
      'an attribute of no demand',
      generic('min', operation('sum', [call('x', 'cost')])),
      'x is not a valid demand name',
    ],
  ])('refuses %s', (_what, objective, message) => {
    expect(() => prepareObjective(withObjective(objective))).toThrow(message);
  });

  it('is none when the template has none', () => {
    expect(prepareObjective(problem({ demands: { d: [r1] } }))).toBeNull();
  });

  it('takes the hpa scores of all decided demands away, whichever the operand names', () => {
    const of = problem({
      demands: { a: [], b: [] },
      objective: base({ weight: 2, function: 'hpa_score', params: ['a'] }),
    });
    const chosen = new Map([
      ['a', candidate('x', { hpa_score: 20 })],
      ['b', candidate('y', { hpa_score: '1.5' })],
    ]);
    expect(prepared(of).explain(chosen).total).toBe(-43);
    expect(worth(of, 'a', candidate('z'))).toBe(0);
  });

  it('values nothing for aic_version and cost, and prefers newer regions for the former', () => {
    const of = (name: 'aic_version' | 'cost') => withObjective(base({ function: name, params: ['d'] }));
    expect([prepared(of('aic_version')).preferNewer, prepared(of('cost')).preferNewer]).toEqual([true, false]);
    expect([worth(of('aic_version'), 'd', r1), worth(of('cost'), 'd', r1)]).toEqual([0, 0]);
  });

  it.each([
    [
      ['2.5', '10.0', '2.5.1', '3'],
      ['10.0', '3', '2.5.1', '2.5'],
    ],
    [
      ['X.Y', '0.1', undefined],
      ['0.1', 'X.Y', undefined],
    ],
    [
      ['1.x.3', '1.0.2', '1'],
      ['1.x.3', '1.0.2', '1'],
    ],
  ])('puts versions %j in order by the numbers between dots', (versions, expected) => {
    const all = versions.map((version, at) => candidate(String(at), { cloud_region_version: version }));
    expect(all.sort(newerFirst).map((one) => one.cloud_region_version)).toEqual(expected);
  });
});

describe('latencies', () => {
  const rules: LatencyRules = {
    regions: [{ group: 'EU-CORE', countries: ['FRA', 'DEU'] }],
    countries: [
      { country: 'USA', groups: ['USA,CAN', 'EU-CORE', '*'] },
      { country: 'GBR', groups: ['EU-CORE,USA', 'NOBODY', 'NOBODY,CAN'] },
    ],
  };
  const of = (country: string | null, latencyRules: LatencyRules | undefined = rules) =>
    problem({
      locations: [place('cl', 0, 0, country), place('last', 0, 0, 'USA')],
      demands: { d: ['USA', 'CAN', 'FRA', 'JPN'].map((code) => candidate(code, { country: code })) },
      objective: base({ function: 'latency_between', params: ['d', 'cl'] }),
      latencyRules,
    });
  const at = (country: unknown) => candidate('x', { latitude: 0, longitude: 1, country, cost: 2 });
  const weights = (by: Problem, countries: readonly unknown[]) =>
    countries.map((country) => {
      const reason = refusal(by, 'd', at(country));
      return reason ?? Math.round((worth(by, 'd', at(country)) - 113) / 20000);
    });
  const DROPPED = 'diff_bw_candidates_and_countries,Latecy weight ';

  it('add 20000 km for each group that a country is down: the worked example', () => {
    expect(weights(of('USA'), ['USA', 'CAN', 'FRA', 'DEU', 'JPN'])).toEqual([0, 0, 1, 1, 2]);
    const { terms } = prepared(of('USA')).explain(new Map([['d', at('FRA')]]));
    expect(terms[0]).toMatchObject({ latencyWeight: 1, cost: 2, value: expect.closeTo(20113.194927, 5) });
  });

  it('count a candidate of unknown country with the wildcard', () => {
    expect(weights(of('USA'), [undefined])).toEqual([2]);
  });

  it('expand groups word by word, and drop names of nothing and countries not listed', () => {
    expect(weights(of('GBR'), ['FRA', 'USA', 'CAN', 'JPN', null])).toEqual([0, 0, 1, DROPPED, DROPPED]);
  });

  it('use the country of the location in the operand, and the rule for * where it has none of its own', () => {
    const wild = { ...rules, countries: [...rules.countries, { country: '*', groups: ['JPN', '*'] }] };
    expect(weights(of('IND', wild), ['JPN', 'USA'])).toEqual([0, 1]);
    expect(weights(of(null, wild), ['JPN', 'USA'])).toEqual([0, 1]);
  });

  it('drop every candidate when there is no rule at all, and say so in the words of the reference', () => {
    for (const by of [of('IND'), { ...of('USA'), latencyRules: null }]) {
      expect(weights(by, ['USA'])).toEqual([DROPPED]);
      expect(prepared(by).notices).toEqual([
        "No '*' wild card entry found in country latency table. No solution will be provided",
      ]);
    }
    expect(prepared(of('USA')).notices).toEqual([]);
  });

  it('leave the cost out in a GENERIC objective', () => {
    const root = operation('sum', [call('d', 'latency_between', { location: 'cl' })]);
    const by = { ...of('USA'), objective: generic('min', root) };
    expect(worth(by, 'd', at('FRA'))).toBeCloseTo(20111.194927, 5);
  });
});

describe('the GENERIC objective', () => {
  it('normalises, then weights: the worked example', () => {
    const throughput = ['a', 'b', 'c'].map((demand) => call(demand, 'throughput'));
    const latency = ['a', 'b', 'c'].map((demand) => call(demand, 'latency'));
    const root = operation('sum', [
      operation('min', throughput, { normalization: { start: 100, end: 1000 }, weight: 2 }),
      operation('sum', latency, { normalization: { start: 50, end: 5 } }),
    ]);
    const of = problem({ demands: { a: [], b: [], c: [] }, objective: generic('max', root) });
    const chosen = new Map([
      ['a', candidate('a', { throughput: 200, latency: 10 })],
      ['b', candidate('b', { throughput: '300', latency: 15 })],
      ['c', candidate('c', { throughput: 400, latency: '8.0' })],
    ]);
    const { total, terms } = prepared(of).explain(chosen);
    expect(total).toBeCloseTo(0.6, 10);
    expect(terms.map(({ attribute, value }) => [attribute, value])).toContainEqual(['throughput', 300]);
  });

  it('says what each term adds, whatever operators and scales stand above it', () => {
    const scale = { start: 10000, end: 0 };
    const [p, q, r] = [call('d', 'p', { weight: 2 }), call('d', 'q'), call('e', 'p')];
    const far = operation('max', [q, r], { normalization: scale, weight: 3 });
    const of = problem({
      demands: { d: [candidate('a', { p: 7, q: 4000 })], e: [candidate('b', { p: 6000 })] },
      objective: generic('min', operation('sum', [p, far])),
    });
    const [d, e] = of.demands.map(({ candidates: [first] }) => first as Candidate);
    const { total, terms } = prepared(of).explain(
      new Map([
        ['d', d as Candidate],
        ['e', e as Candidate],
      ]),
    );
    expect(terms.map(({ value, adds }) => [value, adds])).toEqual([
      [14, undefined],
      [4000, 0],
      [6000, expect.closeTo(1.2, 12)],
    ]);
    expect(total).toBeCloseTo(15.2, 12);
  });

  it('says of every random placement what sums up to its value', () => {
    fc.assert(
      fc.property(arbPaidProblem, (of) => {
        const objective = prepareObjective(of);
        const chosen = new Map(
          of.demands.flatMap(({ name, candidates: [one] }) => (one ? [[name, one] as const] : [])),
        );
        const { total, terms } = objective?.explain(chosen) ?? { total: 0, terms: [] };
        const sum = terms.reduce((all, { value, adds = value }) => all + adds, 0);
        const size = terms.reduce((all, { value, adds = value }) => all + Math.abs(value) + Math.abs(adds), 1);
        expect(Math.abs(sum - total)).toBeLessThanOrEqual(1e-12 * size);
      }),
      { seed: 46, numRuns: 500 },
    );
  });

  it('takes the largest for max and the smallest for min', () => {
    const of = (operator: 'min' | 'max') =>
      withObjective(generic('min', operation(operator, [call('d', 'p'), call('d', 'q')])));
    const one = candidate('x', { p: 3, q: -7 });
    expect([worth(of('min'), 'd', one), worth(of('max'), 'd', one)]).toEqual([-7, 3]);
  });

  it('skips what is not decided, with all that depends on nothing else', () => {
    const inner = operation('sum', [call('e', 'p')], { normalization: { start: 5, end: 6 } });
    const of = problem({
      demands: { d: [], e: [] },
      objective: generic('min', operation('sum', [call('d', 'p'), inner])),
    });
    expect(worth(of, 'd', candidate('x', { p: 4 }))).toBe(4);
  });

  it('measures kilometres without the cost', () => {
    const root = operation('sum', [call('d', 'distance_between', { location: 'cl' })]);
    expect(worth(withObjective(generic('min', root)), 'd', r1)).toBeCloseTo(111.194927, 5);
  });

  it.each([
    ['missing', {}, 'it has no attribute p, which the objective needs'],
    ['null', { p: null }, 'it has no attribute p, which the objective needs'],
    ['text', { p: 'fast' }, 'its attribute p is not a number, which the objective needs'],
    ['empty text', { p: ' ' }, 'its attribute p is not a number, which the objective needs'],
    ['beyond numbers', { p: '1e400' }, 'its attribute p is not a number, which the objective needs'],
    ['a list', { p: [1] }, 'its attribute p is not a number, which the objective needs'],
  ])('drops a candidate whose attribute is %s', (_what, fields, reason) => {
    const of = withObjective(generic('min', operation('sum', [call('d', 'p')])));
    expect(refusal(of, 'd', candidate('x', fields))).toBe(reason);
    // Constraints may still add it.
    expect(prepared(of).refusal('d', candidate('x', fields), 'early')).toBeNull();
  });

  it('reads attributes named like members of objects as attributes', () => {
    const of = withObjective(generic('min', operation('sum', [call('d', 'constructor')])));
    expect(refusal(of, 'd', candidate('x'))).toBe('it has no attribute constructor, which the objective needs');
  });
});

function withObjective(objective: Objective): Problem {
  return problem({ locations, demands: { d: [r1] }, objective });
}
