// Random problems of up to six demands with up to six candidates: every form of objective, pairwise constraints of several
// kinds, ties on purpose.
import fc from 'fast-check';
import type { GenericCall, GenericOperation, Objective, Problem } from '../../../src/domain/problem.ts';
import { call, candidate, generic, operation, place, problem } from './support.ts';

/** A coarse grid makes ties, the finer one makes a different total for each placement. */
const degree = fc.oneof(fc.constantFrom(0, 1, 2, 10), fc.integer({ min: 0, max: 9 }));
/** Which of up to five demands; mostly several, so that choices depend on each other. */
const mask = fc.constantFrom(31, 31, 31, 15, 23, 14, 3, 5, 6, 12, 24, 1);
const arbCandidate = fc.record({
  latitude: degree,
  longitude: degree,
  cost: fc.constantFrom(0, 1, 2, 2, 2.5, 20, 300, -8000),
  country: fc.constantFrom('AAA', 'BBB', 'CCC'),
  complex_name: fc.constantFrom('x', 'y'),
  location_id: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
  uniqueness: fc.constantFrom('true', 'false'),
  cloud_region_version: fc.constantFrom('1', '2', '3'),
  hpa_score: fc.constantFrom(0, 10, 20, 35),
  p: fc.integer({ min: -3, max: 6 }),
  q: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('1.5', '-2')),
});

const arbDemands = (demands: number, candidates: number, most: number) =>
  fc.array(fc.array(arbCandidate, { minLength: candidates, maxLength: most, size: 'max' }), {
    minLength: demands,
    maxLength: most,
    size: 'max',
  });

const factor = fc.constantFrom(-2, -1, 0, 0.5, 1, 1, 1, 3);
const distanceSum = fc.array(fc.tuple(factor, fc.nat(1), fc.nat(4)), { maxLength: 8, size: 'max' });
type Made = (names: readonly string[]) => Objective | null;
const pick = (names: readonly string[], at: number) => names[at % names.length] ?? '';

const arbDistances: fc.Arbitrary<Made> = distanceSum.map((sum) => (names) => ({
  kind: 'base',
  goal: 'min',
  operands: sum.map(([weight, l, d]) => ({ weight, function: 'distance_between', params: [`l${l}`, pick(names, d)] })),
}));

const word = fc.constantFrom('distance_between', 'latency_between', 'hpa_score', 'cost');
const arbBase: fc.Arbitrary<Made> = fc
  .tuple(fc.array(fc.tuple(factor, word, fc.nat(1), fc.nat(4)), { maxLength: 6 }), fc.boolean())
  .map(([operands, newer]) => (names) => ({
    kind: 'base',
    goal: newer ? 'min_aic' : 'min',
    operands: operands.map(([weight, name, l, d]) => {
      const demand = pick(names, d);
      const located = name === 'distance_between' || name === 'latency_between';
      return { weight, function: name, params: located ? [`l${l}`, demand] : [demand] } as const;
    }),
  }));

const scale = fc.record({
  weight: factor,
  normalization: fc.option(fc.constantFrom({ start: 0, end: 10 }, { start: 5, end: -3 }, { start: 100, end: 104 })),
});
interface Seed {
  readonly demand: number;
  readonly word: string;
  readonly location: number;
}
type Node = (names: readonly string[]) => GenericCall | GenericOperation;

const arbCall = fc
  .tuple(
    fc.record({
      demand: fc.nat(4),
      word: fc.constantFrom('p', 'p', 'q', 'hpa_score', 'distance_between', 'latency_between'),
      location: fc.nat(1),
    }),
    scale,
  )
  .map(([seed, rest]: [Seed, { weight: number; normalization: { start: number; end: number } | null }]): Node => {
    const location = seed.word.endsWith('between') ? `l${seed.location}` : null;
    return (names) => call(pick(names, seed.demand), seed.word, { location, ...rest });
  });

const operator = fc.constantFrom('sum', 'min', 'max', 'max');
const { node: arbNode } = fc.letrec<{ node: Node; inner: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, depthSize: 'small' }, { weight: 3, arbitrary: arbCall }, tie('inner')),
  inner: fc
    .tuple(operator, fc.array(tie('node'), { minLength: 1, maxLength: 4 }), scale)
    .map(([name, operands, rest]): Node => {
      return (names) =>
        operation(
          name,
          operands.map((one) => one(names)),
          rest,
        );
    }),
}));

const arbGeneric: fc.Arbitrary<Made> = fc
  .tuple(fc.constantFrom('min', 'max'), operator, fc.array(arbNode, { minLength: 1, maxLength: 5 }))
  .map(
    ([goal, name, operands]) =>
      (names) =>
        generic(
          goal,
          operation(
            name,
            operands.map((one) => one(names)),
          ),
        ),
  );

const arbObjective = fc.oneof(
  { weight: 2, arbitrary: arbDistances },
  { weight: 2, arbitrary: arbBase },
  { weight: 4, arbitrary: arbGeneric },
  { weight: 1, arbitrary: fc.constant<Made>(() => null) },
);

/** Mostly small; brute force takes long for larger ones. */
const arbSmall = fc.oneof(
  { weight: 8, arbitrary: arbDemands(3, 3, 4) },
  { weight: 1, arbitrary: arbDemands(2, 2, 5) },
  { weight: 2, arbitrary: arbDemands(1, 1, 3) },
);

/** For each constraint in turn: what breaking it costs, or that it refuses. */
const arbSoft = fc.option(
  fc.array(fc.option(fc.constantFrom(0, 1, 3, 100, 450.5), { freq: 3 }), { minLength: 6, maxLength: 6 }),
  { freq: 2 },
);
/** For each demand in turn: the candidate at which it stands (possibly none that is left) and what leaving costs. */
const arbPresent = fc.option(
  fc.array(fc.option(fc.tuple(fc.nat(4), fc.constantFrom(0, 2, 50, 333.3))), { minLength: 6, maxLength: 6 }),
  { freq: 1 },
);

const arbPairs = fc.option(fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 9, size: 'max' }), {
  freq: 3,
});

export const arbProblem = problemsOver(arbSmall, fc.constant(null));
/** With soft constraints and present places, too. */
export const arbPaidProblem = paidOver(arbSmall);
/** The same of five or six demands, with constraints of which one refuses, so that brute force has an end. */
export const arbLargePaidProblem = paidOver(arbDemands(5, 2, 6)).filter(
  ({ constraints }) => constraints.length > 1 && constraints.some(({ soft }) => !soft),
);
/** With constraints of inventory groups, too. */
export const arbGroupedProblem = problemsOver(arbSmall, arbPairs);
/** Five or six demands with up to six candidates, and with constraints that leave few combinations. */
export const arbLargeProblem = problemsOver(arbDemands(5, 2, 6), arbPairs).filter(
  ({ constraints }) => constraints.length > 1,
);

function paidOver(arbLists: typeof arbSmall): fc.Arbitrary<Problem> {
  return fc
    .tuple(problemsOver(arbLists, arbPairs), arbSoft, arbPresent)
    .map(([of, soft, present]) => paying(of, soft, present));
}

function paying(
  of: Problem,
  soft: readonly (number | null)[] | null,
  present: readonly ([number, number] | null)[] | null,
): Problem {
  const placement = of.demands.flatMap(({ name: demand }, at) => {
    const [candidate, movingCost] = present?.[at] ?? [-1, 0];
    return candidate < 0 ? [] : [{ demand, candidateId: `${demand}c${candidate}`, movingCost }];
  });
  return {
    ...of,
    constraints: of.constraints.map((constraint, at) => {
      const weight = soft?.[at] ?? null;
      return weight === null ? constraint : { ...constraint, soft: { weight } };
    }),
    ...(present ? { stability: { placement } } : {}),
  };
}

function problemsOver(
  arbLists: typeof arbSmall,
  arbGroups: fc.Arbitrary<[number, number][] | null>,
): fc.Arbitrary<Problem> {
  return fc
    .record({
      demands: arbLists,
      groups: arbGroups,
      locations: fc.array(fc.tuple(degree, degree), { minLength: 2, maxLength: 2 }),
      zones: fc.array(
        fc.tuple(
          fc.constantFrom('same', 'different', 'different'),
          fc.constantFrom('region', 'complex', 'country'),
          mask,
        ),
        { maxLength: 2 },
      ),
      apart: fc.array(fc.tuple(fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom(0, 112, 160, 400, 700), mask), {
        maxLength: 1,
      }),
      near: fc.option(fc.tuple(fc.constantFrom('<', '>='), fc.constantFrom(112, 300, 700), mask), { freq: 4 }),
      objective: arbObjective,
    })
    .map(({ demands, groups, locations, zones, apart, near, objective }) => {
      const names = demands.map((_, index) => `d${index}`);
      const chosen = (mask: number) => names.filter((_, index) => mask === 31 || mask & (1 << index));
      const distance = (operator: string, value: number) => ({ operator, value, units: 'km' });
      const of = problem({
        locations: locations.map(([latitude, longitude], index) =>
          place(`l${index}`, latitude, longitude, ['AAA', 'BBB'][index]),
        ),
        demands: Object.fromEntries(
          demands.map((list, d) => [`d${d}`, list.map((fields, c) => candidate(`d${d}c${c}`, fields))]),
        ),
        constraints: [
          ...zones.map(([qualifier, category, mask], i) => ({
            name: `z${i}`,
            type: 'zone',
            demands: chosen(mask),
            properties: { qualifier, category },
          })),
          ...apart.map(([op, km, mask], i) => ({
            name: `b${i}`,
            type: 'distance_between_demands',
            demands: chosen(mask),
            properties: { distance: distance(op, km) },
          })),
          ...(groups && names.length > 1 ? [groups] : []).map((list) => ({
            name: 'g',
            type: 'inventory_group',
            demands: names.slice(0, 2),
            properties: { pairs: list.map(([a, b]) => [`d0c${a}`, `d1c${b}`]) },
          })),
          ...(near ? [near] : []).map(([op, km, mask], i) => ({
            name: `n${i}`,
            type: 'distance_to_location',
            demands: chosen(mask),
            properties: { distance: distance(op, km), location: 'l0' },
          })),
        ],
        latencyRules: {
          regions: [],
          countries: [
            { country: 'AAA', groups: ['AAA', 'BBB', '*'] },
            { country: 'BBB', groups: ['BBB', '*'] },
          ],
        },
      });
      return { ...of, objective: objective(names) };
    });
}
