// Triage from a plan's documents: the tree in the reference's words, complete counts, any number of demands and rounds.
import { expect, test } from 'vitest';
import type { Problem, Translation } from '../../src/domain/problem.ts';
import type { ConstraintOutcome, DemandDiagnosis, Solution } from '../../src/domain/solution.ts';
import { triageOf } from '../../src/domain/triage.ts';

const candidate = (id: string) => ({
  candidate_id: id,
  inventory_type: 'cloud',
  inventory_provider: 'aai',
  uniqueness: 'true',
  cost: 2,
  location_id: `at-${id}`,
});

const near = { name: 'near', type: 'distance_to_location', properties: {} };
const zone = { key: 'apart', name: 'apart', type: 'zone', demands: ['vG', 'vH'], properties: {} };

function translation(problem: Partial<Problem> = {}): Translation {
  return {
    problem: {
      version: '2017-10-10',
      planId: 'p',
      requestType: 'initial',
      locations: [],
      demands: [
        { name: 'vG', candidates: ['r1', 'r2', 'r3'].map(candidate) },
        { name: 'vH', candidates: ['s1', 's2'].map(candidate) },
      ],
      constraints: [{ ...near, key: 'near_vG', demands: ['vG'] }, { ...near, key: 'near_vH', demands: ['vH'] }, zone],
      objective: null,
      latencyRules: null,
      reservation: { serviceModel: null, entries: [] },
      ...problem,
    },
    dropped: [{ demand: 'vG', candidates: [{ candidate_id: 'r0', location_id: null, reason: 'BAD_DATA no complex' }] }],
    inventoryDigest: 'd',
  };
}

function refusing(before: number, after: number, ...ids: string[]): ConstraintOutcome {
  const rejected = ids.map((candidateId) => ({ candidateId, reason: 'too far' }));
  return { constraint: 'near', type: 'distance_to_location', before, after, rejected };
}

function solution(demands: readonly DemandDiagnosis[], ...paths: readonly (readonly [string, string])[]): Solution {
  const choice = (demand: string, id: string) => ({
    demand,
    inventory_provider: 'aai',
    service_resource_id: null,
    candidate: {},
    attributes: {},
    source: candidate(id),
  });
  return {
    recommendations: paths.map(([vG, vH]) => ({
      demands: [choice('vG', vG), choice('vH', vH)],
      objective: null,
      terms: [],
    })),
    diagnosis: { demands, nodes: 1, elapsedMs: 1, timedOut: false, summary: [] },
  };
}

const SOME_DROPPED: readonly DemandDiagnosis[] = [
  { demand: 'vG', candidates: 3, remaining: 2, outcomes: [refusing(3, 2, 'r2')] },
  { demand: 'vH', candidates: 2, remaining: 2, outcomes: [refusing(2, 2)] },
];

const short = (nodes: ReturnType<typeof triageOf>['solver']): unknown[] =>
  (nodes ?? []).map(({ node_id, type, children }) => (children ? [node_id, type, short(children)] : [node_id, type]));

test('a plan that is not translated has nothing to tell', () => {
  expect(triageOf({ translation: null, solution: null, triage: null })).toEqual({
    optimizationType: null,
    demands: null,
    translator: null,
    solver: null,
  });
});

test('a failed translation tells what was dropped', () => {
  const dropped = [{ demand: '__proto__', candidates: [{ candidate_id: 'x', location_id: 'l', reason: 'why' }] }];
  const { demands, translator, solver } = triageOf({ translation: null, solution: null, triage: { dropped } });
  expect(translator).toEqual(dropped);
  expect(solver).toBeNull();
  expect(demands).toEqual([
    {
      demand: '__proto__',
      dropped: 1,
      latencyDrops: [],
      drops: [
        {
          candidateId: 'x',
          locationId: 'l',
          stage: 'translation',
          constraint: null,
          constraintType: null,
          reason: 'why',
        },
      ],
    },
  ]);
});

test('with an answer, children of each chosen candidate are the next demand’s candidates', () => {
  const triage = triageOf({ translation: translation(), solution: solution(SOME_DROPPED, ['r1', 's2']), triage: null });
  expect(short(triage.solver)).toEqual([
    [
      'vG|r1',
      'solution',
      [
        ['vH|s1', 'not tried'],
        ['vH|s2', 'solution', []],
      ],
    ],
    ['vG|r2', 'dropped'],
    ['vG|r3', 'not tried'],
  ]);
  expect(triage.solver?.[0]?.constraints).toEqual([
    { name: 'near_vG', status: 'passed', constraint_type: 'distance_to_location' },
    { name: 'apart', status: 'passed', constraint_type: 'zone' },
  ]);
  expect(triage.solver?.[1]).toEqual({
    node_id: 'vG|r2',
    name: 'vG',
    constraints: [
      { name: 'near_vG', status: null, constraint_type: 'distance_to_location' },
      { name: 'apart', status: null, constraint_type: 'zone' },
      { constraint_name_dropped: 'near_vG', name: 'vG' },
    ],
    type: 'dropped',
  });
  expect(triage.demands?.[0]).toMatchObject({
    demand: 'vG',
    dropped: 2,
    drops: [
      { candidateId: 'r0', stage: 'translation' },
      { candidateId: 'r2', locationId: 'at-r2', stage: 'solver', constraint: 'near', reason: 'too far' },
    ],
  });
});

test('every round is in the tree, and what was not chosen is listed once a level', () => {
  const paths = [
    ['r1', 's1'],
    ['r1', 's2'],
    ['r3', 's1'],
  ] as const;
  const { solver } = triageOf({ translation: translation(), solution: solution(SOME_DROPPED, ...paths), triage: null });
  expect(short(solver)).toEqual([
    [
      'vG|r1',
      'solution',
      [
        ['vH|s1', 'solution', []],
        ['vH|s2', 'solution', []],
      ],
    ],
    ['vG|r2', 'dropped'],
    ['vG|r3', 'solution', [['vH|s1', 'solution', []]]],
  ]);
});

test('without an answer there is one flat list, of what was tried, dropped, or neither', () => {
  const flat = (demands: readonly DemandDiagnosis[]) =>
    short(triageOf({ translation: translation(), solution: solution(demands), triage: null }).solver);
  expect(flat(SOME_DROPPED)).toEqual([
    ['vG|r1', 'rollback'],
    ['vG|r2', 'dropped'],
    ['vG|r3', 'rollback'],
    ['vH|s1', 'rollback'],
    ['vH|s2', 'rollback'],
  ]);
  // Where a demand is left without candidates nothing is tried.
  const none: DemandDiagnosis = {
    demand: 'vG',
    candidates: 3,
    remaining: 0,
    outcomes: [refusing(3, 0, 'r1', 'r2', 'r3')],
  };
  expect(flat([none])).toEqual([
    ['vG|r1', 'dropped'],
    ['vG|r2', 'dropped'],
    ['vG|r3', 'dropped'],
    ['vH|s1', 'not tried'],
    ['vH|s2', 'not tried'],
  ]);
});

test('what is dropped and not listed is counted, and nothing is claimed of it', () => {
  const cut: DemandDiagnosis = { demand: 'vG', candidates: 3, remaining: 1, outcomes: [refusing(3, 1, 'r1')] };
  const triage = triageOf({ translation: translation(), solution: solution([cut]), triage: null });
  expect(triage.demands?.[0]?.dropped).toBe(3);
  expect(short(triage.solver).slice(0, 3)).toEqual([
    ['vG|r1', 'dropped'],
    ['vG|r2', 'not tried'],
    ['vG|r3', 'not tried'],
  ]);
});

test('the optimization type is the last distance or latency function, however deep it stands', () => {
  const operand = (name: 'distance_between' | 'latency_between' | 'hpa_score') => ({
    weight: 1,
    function: name,
    params: ['vG'],
  });
  const typeOf = (objective: Problem['objective']) =>
    triageOf({ translation: translation({ objective }), solution: null, triage: null }).optimizationType;
  const base = (...names: Parameters<typeof operand>[0][]) =>
    typeOf({ kind: 'base', goal: 'min', operands: names.map(operand) });
  expect(base('distance_between', 'latency_between', 'hpa_score')).toBe('latency_between');
  expect(base('hpa_score')).toBeNull();
  expect(typeOf(null)).toBeNull();
  const plain = { weight: 1, normalization: null };
  const call = {
    ...plain,
    kind: 'call',
    function: 'distance_between',
    demand: 'vG',
    location: 'l',
    attribute: null,
  } as const;
  const inner = { ...plain, kind: 'operation', operator: 'max', operands: [call] } as const;
  const root = { ...plain, kind: 'operation', operator: 'sum', operands: [inner] } as const;
  expect(typeOf({ kind: 'generic', goal: 'max', root })).toBe('distance_between');
});

test('candidates of countries that the latency rules leave out are told apart', () => {
  const outcome: ConstraintOutcome = {
    constraint: 'optimization',
    type: 'objective',
    before: 3,
    after: 1,
    rejected: [
      { candidateId: 'r1', reason: 'diff_bw_candidates_and_countries,Latecy weight ' },
      { candidateId: 'r2', reason: 'no coordinates' },
    ],
  };
  const demands = [{ demand: 'vG', candidates: 3, remaining: 1, outcomes: [outcome] }];
  const triage = triageOf({ translation: translation(), solution: solution(demands), triage: null });
  expect(triage.demands?.[0]?.latencyDrops.map(({ candidateId }) => candidateId)).toEqual(['r1']);
});
