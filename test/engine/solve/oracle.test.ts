// The search against brute force: every combination of small random problems, valued and checked by code of its own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/domain/candidate.ts';
import type { Problem } from '../../../src/domain/problem.ts';
import { candidate, place, problem, solver } from './support.ts';

/** A coarse grid makes ties, the finer one makes a different total for each placement. */
const degree = fc.oneof(fc.constantFrom(0, 1, 2, 10), fc.integer({ min: 0, max: 9 }));
/** Which of up to four demands; mostly several, so that choices depend on each other. */
const mask = fc.constantFrom(15, 15, 15, 7, 14, 3, 5, 6, 12, 1);
const arbCandidate = fc.record({
  latitude: degree,
  longitude: degree,
  cost: fc.constantFrom(0, 1, 2, 2, 2.5, 20, 300, -8000),
  country: fc.constantFrom('A', 'B', 'C'),
  complex_name: fc.constantFrom('x', 'y'),
  location_id: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
  uniqueness: fc.constantFrom('true', 'false'),
});

const arbDemands = (demands: number, candidates: number) =>
  fc.array(fc.array(arbCandidate, { minLength: candidates, maxLength: 5, size: 'max' }), {
    minLength: demands,
    maxLength: 4,
    size: 'max',
  });

const arbProblem = fc
  .record({
    demands: fc.oneof({ weight: 4, arbitrary: arbDemands(3, 3) }, { weight: 1, arbitrary: arbDemands(1, 1) }),
    locations: fc.array(fc.tuple(degree, degree), { minLength: 2, maxLength: 2 }),
    sum: fc.array(fc.tuple(fc.constantFrom(-2, -1, 0, 0.5, 1, 1, 1, 3), fc.nat(1), fc.nat(3)), {
      maxLength: 8,
      size: 'max',
    }),
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
    objective: fc.constantFrom(true, true, true, false),
  })
  .map(({ demands, locations, sum, zones, apart, near, objective }): Problem => {
    const names = demands.map((_, index) => `d${index}`);
    const chosen = (mask: number) => names.filter((_, index) => mask & (1 << index));
    const distance = (operator: string, value: number) => ({ operator, value, units: 'km' });
    return problem({
      locations: locations.map(([latitude, longitude], index) => place(`l${index}`, latitude, longitude)),
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
        ...(near ? [near] : []).map(([op, km, mask], i) => ({
          name: `n${i}`,
          type: 'distance_to_location',
          demands: chosen(mask),
          properties: { distance: distance(op, km), location: 'l0' },
        })),
      ],
      sum: objective ? sum.map(([weight, l, d]) => [weight, `l${l}`, `d${d % demands.length}`] as const) : null,
    });
  });

function km(a: { latitude?: unknown; longitude?: unknown }, b: { latitude?: unknown; longitude?: unknown }): number {
  const [p, q] = [Number(a.latitude), Number(b.latitude)].map((x) => (x * Math.PI) / 180) as [number, number];
  const l = ((Number(b.longitude) - Number(a.longitude)) * Math.PI) / 180;
  return 2 * 6371 * Math.asin(Math.sqrt(Math.sin((q - p) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin(l / 2) ** 2));
}

const holds = (op: string, a: number, b: number) =>
  op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b;
const FIELD = { region: 'location_id', complex: 'complex_name', country: 'country' } as const;
type Choice = ReadonlyMap<string, Candidate>;

function feasible(of: Problem, choice: Choice): boolean {
  return of.constraints.every(({ type, demands, properties }) => {
    const picked = demands.flatMap((name) => choice.get(name) ?? []);
    const { operator, value } = (properties.distance ?? {}) as { operator: string; value: number };
    if (type === 'distance_to_location')
      return picked.every((one) => holds(operator, km(of.locations[0] ?? {}, one), value));
    return picked.every((a, i) =>
      picked.slice(i + 1).every((b) => {
        if (type === 'distance_between_demands') return holds(operator, km(a, b), value);
        const field = FIELD[properties.category as keyof typeof FIELD];
        return (a[field] === b[field]) === (properties.qualifier === 'same');
      }),
    );
  });
}

function total(of: Problem, choice: Choice): number {
  return (of.objective?.operands ?? []).reduce((sum, { weight, params: [location, demand] }) => {
    const from = of.locations.find(({ name }) => name === location) ?? {};
    const one = choice.get(demand);
    return one ? sum + weight * (km(from, one) + one.cost) : sum;
  }, 0);
}

/** All placements, in the order in which the search is to prefer equals: demand order, cost, then score. */
function placements(of: Problem, without: ReadonlySet<string>): Choice[] {
  const anchored = [...new Set((of.objective?.operands ?? []).map(({ params }) => params[1]))];
  const order = [...anchored, ...of.demands.map(({ name }) => name).filter((name) => !anchored.includes(name))];
  let paths: Choice[] = [new Map()];
  for (const name of order) {
    const offered = (of.demands.find((demand) => demand.name === name)?.candidates ?? []).filter(
      ({ candidate_id }) => !without.has(candidate_id),
    );
    const own = (one: Candidate) => total(of, new Map([[name, one]]));
    const sorted = [...offered]
      .sort((a, b) => a.cost - b.cost)
      .sort((a, b) => (Math.abs(own(a) - own(b)) < 1e-7 ? 0 : own(a) - own(b)));
    paths = paths.flatMap((path) => sorted.map((one) => new Map([...path, [name, one]])));
  }
  return paths.filter((path) => feasible(of, path));
}

describe('the search', () => {
  it('finds what brute force finds, round after round, ties included', async () => {
    await fc.assert(
      fc.asyncProperty(arbProblem, fc.integer({ min: 1, max: 4 }), async (of, wanted) => {
        const result = await solver().solve(of, { wanted, timeLimitMs: 1000 }, { requestId: 'r' });
        const found = result.kind === 'solved' ? result.solution.recommendations : [];
        const used = new Set<string>();
        for (const { demands, objective } of found) {
          const paths = placements(of, used);
          const best = Math.min(...paths.map((path) => total(of, path)));
          const first = paths.find((path) => !of.objective || total(of, path) - best < 1e-7);
          expect(demands.map(({ demand, source }) => [demand, source.candidate_id])).toEqual(
            [...(first ?? [])].map(([demand, one]) => [demand, one.candidate_id]),
          );
          if (of.objective) expect(objective).toBeCloseTo(best, 6);
          else expect(objective).toBeNull();
          for (const { source } of demands) if (source.uniqueness === 'true') used.add(String(source.candidate_id));
        }
        const stuck = found.at(-1)?.demands.every(({ source }) => source.uniqueness !== 'true') ?? false;
        if (found.length < wanted && !stuck) expect(placements(of, used)).toEqual([]);
      }),
      { seed: 20240, numRuns: 1500 },
    );
  });

  it('gives the same answer byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(arbProblem, async (of) => {
        const once = async () =>
          JSON.stringify(await solver().solve(of, { wanted: 'all', timeLimitMs: 1000 }, { requestId: 'r' }));
        expect(await once()).toBe(await once());
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});
