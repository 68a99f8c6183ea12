// The solver as its callers see it: diagnoses in words, questions asked once, limits, aborts and failures.
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/domain/candidate.ts';
import { ConductorError } from '../../../src/domain/errors.ts';
import { createSolver } from '../../../src/engine/solve/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { followersOf } from '../../support/followers.ts';
import {
  candidate,
  controller,
  type inProcess,
  ManualClock,
  noMetrics,
  outcome,
  place,
  problem,
  provider,
  silent,
  solve,
  solver,
} from './support.ts';

const here = [place('here', 0, 0)];
const at = (longitude: number, fields: Record<string, unknown> = {}) =>
  candidate(`at-${longitude}`, { latitude: 0, longitude, ...fields });
const near = (value: number) => ({
  name: 'near',
  type: 'distance_to_location',
  properties: { location: 'here', distance: { operator: '<', value, units: 'km' } },
});

describe('a solved problem', () => {
  it('comes with terms, sources and what each constraint did, demands in search order', async () => {
    const demands = { first: [at(3), at(1), at(2, { latitude: null })], second: [at(5)] };
    const of = problem({
      locations: here,
      demands,
      constraints: [{ ...near(300), demands: ['first'] }],
      sum: [
        [1, 'here', 'second'],
        [2, 'here', 'first'],
      ],
    });
    const { result, diagnosis } = await solve(of);
    if (result.kind !== 'solved') throw new Error('not solved');
    const [recommendation] = result.solution.recommendations;
    expect(recommendation?.demands.map(({ demand, source }) => [demand, source])).toEqual([
      ['second', at(5)],
      ['first', at(1)],
    ]);
    expect(recommendation?.terms.map(({ demand, weight }) => [demand, weight])).toEqual([
      ['second', 1],
      ['first', 2],
    ]);
    expect(recommendation?.objective).toBeCloseTo(5 * 111.194927 + 2 + 2 * (111.194927 + 2), 4);
    expect(diagnosis).toEqual({
      demands: [
        {
          demand: 'first',
          candidates: 3,
          outcomes: [
            {
              constraint: 'optimization',
              type: 'objective',
              before: 3,
              after: 2,
              rejected: [{ candidateId: 'at-2', reason: 'no coordinates, so its distance from here is not known' }],
            },
            {
              constraint: 'near',
              type: 'distance_to_location',
              before: 2,
              after: 1,
              rejected: [{ candidateId: 'at-3', reason: '333.6 km from here, limit 300 km' }],
            },
          ],
          remaining: 1,
        },
        { demand: 'second', candidates: 1, outcomes: [], remaining: 1 },
      ],
      nodes: 2,
      elapsedMs: 0,
      timedOut: false,
      summary: [],
      proof: { status: 'OPTIMAL', bound: recommendation?.objective, gap: 0, nodes: 2, seed: null },
    });
  });

  it('takes the first candidate in cost order when there is no objective', async () => {
    const { ids, result, diagnosis } = await solve(
      problem({ demands: { d: [candidate('a'), candidate('b', { cost: 1 }), candidate('c', { cost: 1 })] } }),
    );
    expect(ids).toEqual([['b']]);
    expect(result).toMatchObject({ solution: { recommendations: [{ objective: null, terms: [] }] } });
    expect(diagnosis.proof).toEqual({ status: 'OPTIMAL', bound: null, gap: null, nodes: 1, seed: null });
  });

  it('counts only the text "true" as unique and says when there is no further recommendation', async () => {
    const odd = (uniqueness: unknown) =>
      problem({ demands: { d: [candidate('a', { uniqueness }), candidate('b', { uniqueness })] } });
    const unique = await solve(odd('true'), { wanted: 5 });
    expect(unique.ids).toEqual([['a'], ['b']]);
    expect(unique.diagnosis.summary).toEqual([
      '2 of 5 recommendations: nothing more fits once the unique candidates in these are taken',
    ]);
    for (const value of ['True', 'false', true, null]) {
      const { ids, diagnosis } = await solve(odd(value), { wanted: 5 });
      expect(ids).toEqual([['a']]);
      expect(diagnosis.summary).toEqual([
        '1 of 5 recommendations: no candidate in the last one is unique, so that a further one would be the same again',
      ]);
    }
  });

  it('bounds "all"', async () => {
    const of = problem({ demands: { d: [candidate('a'), candidate('b'), candidate('c')] } });
    const { ids, diagnosis } = await solve(of, { wanted: 'all' }, solver({ maxRecommendations: 2 }));
    expect(ids).toEqual([['a'], ['b']]);
    expect(diagnosis.summary).toEqual(['Stopped at 2 recommendations, the most that "all" gives']);
  });

  it('treats names of object members as names', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const lists = new Map(names.map((name) => [name, [candidate(name)] as readonly Candidate[]]));
    const of = {
      ...problem({ demands: {} }),
      demands: names.map((name) => ({ name, candidates: lists.get(name) ?? [] })),
    };
    expect((await solve(of)).ids).toEqual([names]);
  });
});

describe('the diagnosis of a problem without solution', () => {
  it('names the constraint, how many it refused, and how near the nearest was', async () => {
    const of = problem({ locations: here, demands: { vG: [at(6), at(7)] }, constraints: [near(500)] });
    const { diagnosis } = await solve(of);
    expect(diagnosis.summary).toEqual([
      'Demand vG: 0 of 2 candidates remain; distance_to_location "near" refused 2 (nearest 667.2 km, limit 500 km)',
    ]);
  });

  it('lists each constraint that took something', async () => {
    const rules = { name: 'a', type: 'attribute', properties: { evaluate: { country: { any: ['USA'] } } } };
    const of = problem({
      locations: here,
      demands: { vG: [at(6), at(1, { country: 'DEU' })], ok: [at(1, { country: 'USA' })] },
      constraints: [rules, near(500)],
    });
    const { diagnosis } = await solve(of);
    expect(diagnosis.summary).toEqual([
      'Demand vG: 0 of 2 candidates remain; distance_to_location "near" refused 1 (nearest 667.2 km, limit 500 km); attribute "a" refused 1 (country DEU, must be any of [USA])',
    ]);
  });

  it('says that the inventory gave nothing', async () => {
    const { diagnosis } = await solve(problem({ demands: { vG: [] } }));
    expect(diagnosis.summary).toEqual(['Demand vG: 0 of 0 candidates remain']);
  });

  it('names the pair of demands of which no two candidates fit', async () => {
    const constraints = [{ name: 'ha', type: 'zone', properties: { qualifier: 'different', category: 'country' } }];
    const usa = (id: string) => candidate(id, { country: 'USA' });
    const { diagnosis } = await solve(problem({ demands: { a: [usa('1'), usa('2')], b: [usa('3')] }, constraints }));
    expect(diagnosis.summary).toEqual(['zone "ha": no candidates of a (2) and b (1) fit together']);
    expect(diagnosis.demands.map(({ remaining }) => remaining)).toEqual([2, 1]);
  });

  it('says that no combination fits when each pair alone could', async () => {
    const constraints = [{ name: 'ha', type: 'zone', properties: { qualifier: 'different', category: 'country' } }];
    const both = () => [candidate('1', { country: 'A' }), candidate('2', { country: 'B' })];
    const { diagnosis } = await solve(problem({ demands: { a: both(), b: both(), c: both() }, constraints }));
    expect(diagnosis.summary).toEqual([
      'No combination of candidates fits for a (2), b (2), c (2); zone "ha" ended 2 attempts',
    ]);
  });

  it('lists at most a hundred rejections and still counts all', async () => {
    const many = Array.from({ length: 150 }, (_, index) => at(10 + index / 10));
    const { diagnosis } = await solve(problem({ locations: here, demands: { d: many }, constraints: [near(5)] }));
    expect(diagnosis.demands[0]?.outcomes[0]?.rejected).toHaveLength(100);
    expect(diagnosis.demands[0]?.outcomes[0]).toMatchObject({ before: 150, after: 0 });
  });

  it('says what could not be judged', async () => {
    const fits = { name: 'fits', type: 'region_fit', properties: { controller: 'SDN-C' } };
    const unclear = controller('SDN-C', async ({ candidates }) =>
      candidates.map(() => ({ kind: 'unknown', reason: 'SDN-C does not answer' })),
    );
    const { diagnosis } = await solve(
      problem({ demands: { d: [at(1)] }, constraints: [fits] }),
      {},
      solver({ controllers: [unclear] }),
    );
    expect(diagnosis.summary).toEqual([
      'Demand d: 0 of 1 candidates remain; region_fit "fits" could not judge 1 (SDN-C does not answer)',
    ]);
  });
});

describe('questions to other systems', () => {
  const roles = {
    name: 'roles',
    type: 'attribute',
    properties: { evaluate: { network_roles: { any: ['r1', 'r2'] } } },
  };
  const asking = (asked: string[]) =>
    provider({
      async networkRoleRegions(names) {
        asked.push(...names);
        return new Map([['r1', new Set(['at-1'])]]);
      },
    });

  it('are asked once for all demands', async () => {
    const asked: string[] = [];
    const { ids } = await solve(
      problem({ demands: { a: [at(1), at(2)], b: [at(2), at(1)] }, constraints: [roles] }),
      {},
      solver({ providers: [asking(asked)] }),
    );
    expect(ids).toEqual([['at-1', 'at-1']]);
    expect(asked).toEqual(['r1', 'r2']);
  });

  it('are put in one batch for each demand, about what the constraints before left, and about nobody twice', async () => {
    const batches: string[][] = [];
    const sdnc = controller('SDN-C', async ({ candidates }) => {
      batches.push(candidates.map(({ candidate_id: id }) => id));
      return candidates.map(() => ({ kind: 'fit' as const }));
    });
    const room = { name: 'room', type: 'region_fit', properties: { controller: 'SDN-C', request: {} } };
    const known = provider({ networkRoleRegions: async () => new Map([['r1', new Set(['at-1', 'at-2', 'at-60'])]]) });
    const demands = { a: [at(1), at(2), at(3), at(60)], b: [at(2), at(1)] };
    const of = problem({ locations: here, demands, constraints: [room, roles, near(500)] });
    expect((await solve(of, {}, solver({ providers: [known], controllers: [sdnc] }))).ids).toEqual([['at-1', 'at-2']]);
    expect(batches).toEqual([['at-1', 'at-2']]);
  });

  it('are not asked when local constraints already leave a demand empty', async () => {
    const asked: string[] = [];
    const of = problem({ locations: here, demands: { a: [at(1)], b: [at(60)] }, constraints: [roles, near(500)] });
    expect((await solve(of, {}, solver({ providers: [asking(asked)] }))).result.kind).toBe('no-solution');
    expect(asked).toEqual([]);
  });

  it('fail the solve with the error of the source', async () => {
    const down = provider({
      networkRoleRegions: () => Promise.reject(new ConductorError('UPSTREAM_UNAVAILABLE', 'A&AI is down')),
    });
    const solving = solve(
      problem({ demands: { a: [at(1)] }, constraints: [roles] }),
      {},
      solver({ providers: [down] }),
    );
    await expect(solving).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', message: 'A&AI is down' });
  });

  it('end with the time limit, even when nobody answers', async () => {
    const clock = new ManualClock();
    let aborted = false;
    const silentProvider = provider({
      networkRoleRegions(_names, { signal }) {
        signal?.addEventListener('abort', () => {
          aborted = true;
        });
        clock.advance(480_000);
        return new Promise(() => {});
      },
    });
    const of = problem({ demands: { a: [at(1)] }, constraints: [roles] });
    const { result, diagnosis } = await solve(
      of,
      { timeLimitMs: 480_000 },
      solver({ providers: [silentProvider], clock }),
    );
    expect(result.kind).toBe('no-solution');
    expect(diagnosis).toMatchObject({
      timedOut: true,
      elapsedMs: 480_000,
      summary: ['The time limit of 480 s was reached while the constraints were checked'],
    });
    expect(aborted).toBe(true);
  });

  it('end with the signal', async () => {
    const stop = new AbortController();
    const hanging = provider({
      networkRoleRegions() {
        stop.abort(new Error('claim lost'));
        return new Promise(() => {});
      },
    });
    const of = problem({ demands: { a: [at(1)] }, constraints: [roles] });
    await expect(solve(of, { signal: stop.signal }, solver({ providers: [hanging] }))).rejects.toThrow('claim lost');
    await expect(solve(of, { signal: stop.signal }, solver())).rejects.toThrow('claim lost');
  });

  it('keep nothing with a signal that lives on', async () => {
    const [caller, claim] = [new AbortController(), new AbortController()];
    const of = problem({ demands: { a: [at(1)] } });
    const ctx = { requestId: 'r', signal: claim.signal };
    await solver().solve(of, { wanted: 1, timeLimitMs: 1000, signal: caller.signal }, ctx);
    expect([followersOf(caller.signal), followersOf(claim.signal)]).toEqual([0, 0]);
  });
});

describe('limits of the search', () => {
  it('gives the search what is left of the time and says when it was too little', async () => {
    const clock = new ManualClock();
    const slow = provider({
      async networkRoleRegions() {
        clock.advance(900);
        return new Map([['r', new Set(['at-1'])]]);
      },
    });
    const limits: number[] = [];
    const runner = {
      async run(job: Parameters<ReturnType<typeof inProcess>['run']>[0]) {
        limits.push(job.timeLimitMs);
        return outcome({ status: 'TIMED_OUT', nodes: 77, timedOut: true });
      },
    };
    const roles = { name: 'roles', type: 'attribute', properties: { evaluate: { network_roles: { any: ['r'] } } } };
    const of = problem({ demands: { a: [at(1)] }, constraints: [roles] });
    const { diagnosis } = await solve(of, {}, solver({ providers: [slow], clock, runner }));
    expect(limits).toEqual([100]);
    expect(diagnosis).toMatchObject({ timedOut: true, nodes: 77, elapsedMs: 900 });
    expect(diagnosis.summary).toEqual([
      'The time limit of 1 s was reached after 77 nodes; no placement had been found',
    ]);
  });

  it('keeps what was found when the time was up', async () => {
    const proofs = [{ total: 0, bound: 0 }];
    const cut = outcome({ status: 'FEASIBLE', placements: [[0]], proofs, nodes: 9, timedOut: true });
    const runner = { run: async () => cut };
    const { result, diagnosis } = await solve(problem({ demands: { a: [at(1)] } }), { wanted: 2 }, solver({ runner }));
    expect(result.kind).toBe('solved');
    expect(diagnosis.summary).toEqual([
      'The time limit of 1 s was reached after 9 nodes; the last recommendation is the best found until then',
    ]);
  });

  it('reads a number of recommendations below one as one', async () => {
    for (const wanted of [0, -1, Number.NaN])
      expect((await solve(problem({ demands: { d: [at(1), at(2)] } }), { wanted })).ids).toEqual([['at-1']]);
  });
});

describe('createSolver', () => {
  it('solves in a thread as it does in process', async () => {
    const constraints = [
      {
        name: 'apart',
        type: 'distance_between_demands',
        properties: { distance: { operator: '>', value: 150, units: 'km' } },
      },
      { name: 'ha', type: 'zone', properties: { qualifier: 'different', category: 'region' } },
    ];
    const demands = { a: [at(1), at(2)], b: [at(1), at(2), at(4)] };
    const of = problem({
      locations: here,
      demands,
      constraints,
      sum: [
        [1, 'here', 'b'],
        [1, 'here', 'a'],
      ],
    });
    const threaded = createSolver({
      providers: [],
      controllers: [],
      vims: [],
      pool: { size: 1, maxMemoryMb: 64 },
      maxRecommendations: 10,
      clock: systemClock,
      logger: silent,
      metrics: noMetrics,
    });
    try {
      const result = await solve(of, { wanted: 'all', timeLimitMs: 60_000 }, threaded);
      expect(result.ids).toEqual([['at-4', 'at-1']]);
      expect(result.ids).toEqual((await solve(of, { wanted: 'all' })).ids);
    } finally {
      await threaded.close();
    }
  });
});
