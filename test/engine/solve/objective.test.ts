import { describe, expect, it } from 'vitest';
import type { BaseOperand, Problem } from '../../../src/domain/problem.ts';
import { prepareObjective } from '../../../src/engine/solve/objective/index.ts';
import { candidate, place, problem } from './support.ts';

const r1 = candidate('r1', { latitude: 0, longitude: 1, cost: 2.0 });
const r2 = candidate('r2', { latitude: '0', longitude: '2', cost: -8000 });
const locations = [place('cl', 0, 0)];

function prepared(of: Problem) {
  const objective = prepareObjective(of);
  if (!objective) throw new Error('no objective');
  return objective;
}

describe('the BASE objective', () => {
  it.each([
    [[0, 0], [0, 1], 111.194927],
    [[32.89748, -97.040443], [40.7128, -74.006], 2218.763288],
    [[0, 0], [0, 180], 20015.086796],
    [[45.395968, -71.135344], [45.395968, -71.135344], 0],
    [[51.5, -0.12], [-33.87, 151.21], 16994.008112],
  ])('measures %j to %j', ([lat1 = 0, lon1 = 0], [lat2, lon2], km) => {
    const one = candidate('x', { latitude: lat2, longitude: String(lon2), cost: 0 });
    const { score } = prepared(
      problem({ locations: [place('l', String(lat1), lon1)], demands: { d: [one] }, sum: [[1, 'l', 'd']] }),
    );
    expect(score('d', one)).toBeCloseTo(km, 6);
  });

  it('weights the distance and the cost together: the worked example', () => {
    const { score } = prepared(problem({ locations, demands: { d: [r1, r2] }, sum: [[2, 'cl', 'd']] }));
    expect(score('d', r1)).toBeCloseTo(226.39, 2);
    expect(score('d', r2)).toBeCloseTo(-15555.22, 2);
  });

  it('counts the cost once in every operand that mentions the demand', () => {
    const { score } = prepared(
      problem({
        locations,
        demands: { d: [r1] },
        sum: [
          [1, 'cl', 'd'],
          [3, 'cl', 'd'],
        ],
      }),
    );
    expect(score('d', r1)).toBeCloseTo(4 * (111.194927 + 2), 5);
  });

  it('explains a placement term by term, in the order of the template', () => {
    const { explain } = prepared(
      problem({
        locations,
        demands: { d: [r1], e: [r2] },
        sum: [
          [2, 'cl', 'e'],
          [1, 'cl', 'd'],
        ],
      }),
    );
    const { total, terms } = explain(
      new Map([
        ['d', r1],
        ['e', r2],
      ]),
    );
    expect(terms).toEqual([
      {
        function: 'distance_between',
        demand: 'e',
        location: 'cl',
        weight: 2,
        distanceKm: expect.closeTo(222.389853, 5),
        cost: -8000,
        value: expect.closeTo(-15555.2203, 3),
      },
      {
        function: 'distance_between',
        demand: 'd',
        location: 'cl',
        weight: 1,
        distanceKm: expect.closeTo(111.194927, 5),
        cost: 2,
        value: expect.closeTo(113.194927, 5),
      },
    ]);
    expect(total).toBe((terms[0]?.value ?? 0) + (terms[1]?.value ?? 0));
  });

  it('adds nothing for a demand that no operand mentions', () => {
    const { score } = prepared(problem({ locations, demands: { d: [r1], e: [r2] }, sum: [[2, 'cl', 'd']] }));
    expect(score('e', r2)).toBe(0);
  });

  it('takes demand and location in either order', () => {
    const { anchors, score } = prepared(withOperand({ params: ['d', 'cl'] }));
    expect(anchors).toEqual(['d']);
    expect(score('d', r1)).toBeCloseTo(113.194927, 5);
  });

  it.each([
    ['without coordinates', candidate('x'), 'no coordinates, so its distance from cl is not known'],
    [
      'whose value is not finite',
      candidate('x', { latitude: 0, longitude: 1, cost: Number.MAX_VALUE }),
      'its objective value is not a finite number',
    ],
  ])('says why a candidate %s cannot be valued', (_what, one, reason) => {
    const { score } = prepared(problem({ locations, demands: { d: [one] }, sum: [[1e10, 'cl', 'd']] }));
    expect(score('d', one)).toBe(reason);
  });

  it.each([
    [
      'an unknown location',
      { params: ['nowhere', 'd'] },
      'must include one valid demand name and one valid location name',
    ],
    ['an unknown demand', { params: ['cl', 'x'] }, 'must include one valid demand name and one valid location name'],
    ['an unknown function', { function: 'latency_between' }, "Optimization function 'latency_between' is not known."],
  ])('refuses %s', (_what, operand, message) => {
    expect(() => prepareObjective(withOperand(operand))).toThrow(message);
  });

  it('is none when the template has none', () => {
    expect(prepareObjective(problem({ demands: { d: [r1] } }))).toBeNull();
  });
});

function withOperand(operand: object): Problem {
  const one = { weight: 1, function: 'distance_between', params: ['cl', 'd'], ...operand } as BaseOperand;
  const base = problem({ locations, demands: { d: [r1] } });
  return { ...base, objective: { kind: 'base', goal: 'min', operands: [one] } };
}
