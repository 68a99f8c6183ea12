// A plan without an objective, where load is to be spread: any candidate that fits may be drawn, whatever it costs, but a plan always
// gets the same one.
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/domain/problem.ts';
import { candidate, place, problem, solve, solver } from './support.ts';

const PLANS = 400;
const spread = solver({ withoutObjective: 'random' });
const candidates = [1, 2, 3, 4].map((n) =>
  candidate(`at-${n}`, { latitude: 0, longitude: n, location_id: `at-${n}`, cost: n }),
);

const apart = [{ name: 'apart', type: 'zone', properties: { qualifier: 'different', category: 'region' } }];
const one = problem({ demands: { d: candidates } });
const two = problem({ demands: { a: candidates, b: candidates }, constraints: apart });

async function drawn(of: Problem, by = spread): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let plan = 0; plan < PLANS; plan += 1) {
    const { ids } = await solve({ ...of, planId: `plan-${plan}` }, {}, by);
    const first = String(ids[0]?.[0]);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return counts;
}

describe('drawing', () => {
  it.each([
    ['one demand', one],
    ['two demands that must be apart', two],
  ])('%s: every candidate is drawn about as often as any other', async (_name, of) => {
    const counts = await drawn(of);
    // A quarter of 400 each; 60 and 140 are more than four standard deviations away, and the plans are the same in each run.
    expect([...counts.keys()].sort()).toEqual(candidates.map(({ candidate_id: id }) => id));
    for (const count of counts.values()) expect(Math.abs(count - PLANS / 4)).toBeLessThan(40);
  });

  it('gives one plan one answer, and keeps what must hold', async () => {
    for (const planId of ['x', 'y', 'z']) {
      const { ids } = await solve({ ...two, planId }, { wanted: 3 }, spread);
      expect((await solve({ ...two, planId }, { wanted: 3 }, spread)).ids).toEqual(ids);
      for (const [a, b] of ids) expect(a).not.toBe(b);
    }
  });

  it('is off by default, and never where an objective says what is best', async () => {
    expect([...(await drawn(one, solver()))]).toEqual([['at-1', PLANS]]);
    const nearest = problem({ locations: [place('here', 0, 3)], demands: { d: candidates }, sum: [[1, 'here', 'd']] });
    expect((await drawn(nearest)).size).toBe(1);
  });
});
