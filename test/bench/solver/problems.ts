// Seeded placement problems for the solver's benchmark and its check against an independent solver: candidates scattered over
// a continent with their own costs, each demand wanted near its own customer, and one kind of constraint between them.
import type { Candidate } from '../../../src/domain/candidate.ts';
import type { Objective, Problem, ProblemConstraint } from '../../../src/domain/problem.ts';

export const KINDS = ['distance', 'pairwise', 'zone-hpa', 'generic-max'] as const;
export type Kind = (typeof KINDS)[number];

export interface Shape {
  readonly kind: Kind;
  readonly demands: number;
  readonly candidates: number;
  readonly seed: number;
}

/** Kilometres that chosen candidates may lie apart; small ones leave few neighbours, large ones much to choose from. */
const APART_KM = [150, 300, 500, 800, 1200, 2000];
const COUNTRIES = ['AUT', 'BEL', 'CHE', 'DEU', 'ESP', 'FRA', 'ITA', 'POL'];
const ALL_FEATURES = ['numa', 'cpuPinning', 'hugePages'];

/** Equal shapes give equal problems. Fractions make ties improbable. */
export function seededProblem({ kind, demands, candidates, seed }: Shape): Problem {
  const random = mulberry(seed * 7919 + demands * 104729 + candidates * 31 + KINDS.indexOf(kind));
  const names = Array.from({ length: demands }, (_, index) => `d${index}`);
  return {
    version: kind === 'generic-max' ? '2020-08-13' : '2017-10-10',
    planId: `bench-${kind}-${demands}-${candidates}-${seed}`,
    requestType: 'initial',
    locations: names.map((name) => ({ name: `near-${name}`, ...point(random), country: null })),
    demands: names.map((name) => ({
      name,
      candidates: Array.from({ length: candidates }, (_, index) => candidate(`${name}-${index}`, kind, random)),
    })),
    constraints: constraintsOf(kind, names, random),
    objective: objectiveOf(kind, names, random),
    latencyRules: null,
    reservation: { serviceModel: null, entries: [] },
  };
}

/** Numbers in [0, 1), the same for the same seed. */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function pick<T>(list: readonly [T, ...T[]] | readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** Somewhere in a box of about 2,200 by 2,300 km. */
function point(random: () => number) {
  return { latitude: 36 + 20 * random(), longitude: -8 + 30 * random() };
}

function candidate(id: string, kind: Kind, random: () => number): Candidate {
  const features = ALL_FEATURES.filter(() => random() < 0.7);
  return {
    candidate_id: id,
    inventory_type: 'cloud',
    inventory_provider: 'aai',
    uniqueness: 'false',
    cost: Math.round(random() * 20_000) / 100,
    location_id: `region-${Math.floor(random() * 60)}`,
    complex_name: `complex-${Math.floor(random() * 200)}`,
    country: pick(COUNTRIES, random),
    load: random() * 100,
    ...point(random),
    ...(kind === 'zone-hpa' ? { 'vim-id': id, flavors: { flavor: [flavor(id, features)] } } : {}),
  };
}

function flavor(id: string, features: readonly string[]) {
  return {
    'flavor-id': `${id}-flavor`,
    'flavor-name': `${id}-flavor`,
    'hpa-capabilities': {
      'hpa-capability': features.map((feature) => ({
        'hpa-feature': feature,
        'hpa-version': 'v1',
        architecture: 'generic',
        'hpa-feature-attributes': [],
      })),
    },
  };
}

function constraintsOf(kind: Kind, names: readonly string[], random: () => number): ProblemConstraint[] {
  const within = (value: number) => ({ operator: '<=', value, units: 'km' });
  if (kind === 'pairwise') {
    return [both('together', 'distance_between_demands', names, { distance: within(pick(APART_KM, random)) })];
  }
  if (kind === 'zone-hpa') {
    return [
      both('same-country', 'zone', names, { qualifier: 'same', category: 'country' }),
      both('other-region', 'zone', names, { qualifier: 'different', category: 'region' }),
      ...names.map((name) => ({ ...both(`hpa_${name}`, 'hpa', [name], HPA), name: 'hpa' })),
    ];
  }
  const properties = (name: string) => ({ distance: within(700 + 900 * random()), location: `near-${name}` });
  return [
    ...names.map((name) => ({
      ...both(`near_${name}`, 'distance_to_location', [name], properties(name)),
      name: 'near',
    })),
    ...(kind === 'generic-max'
      ? [both('together', 'distance_between_demands', names, { distance: within(pick(APART_KM, random)) })]
      : []),
  ];
}

function both(key: string, type: string, demands: readonly string[], properties: ProblemConstraint['properties']) {
  return { key, name: key, type, demands, properties };
}

const HPA = {
  evaluate: [
    {
      id: 'vm',
      type: 'vnfc',
      directives: [{ type: 'flavor_directives', attributes: [{ attribute_name: 'label', attribute_value: '' }] }],
      flavorProperties: ALL_FEATURES.slice(0, 2).map((feature) => ({
        'hpa-feature': feature,
        'hpa-version': 'v1',
        architecture: 'generic',
        mandatory: feature === 'numa' ? 'True' : 'False',
        score: '10',
        directives: [],
        'hpa-feature-attributes': [],
      })),
    },
  ],
};

function objectiveOf(kind: Kind, names: readonly string[], random: () => number): Objective {
  if (kind !== 'generic-max') {
    const operands = names.map((name) => {
      const weight = 0.5 + random();
      return { weight, function: 'distance_between', params: [`near-${name}`, name] } as const;
    });
    return { kind: 'base', goal: 'min', operands };
  }
  const scale = { weight: 1, normalization: { start: 0, end: 2000 } };
  const farthest = names.map(
    (demand) =>
      ({
        kind: 'call',
        function: 'distance_between',
        demand,
        location: `near-${demand}`,
        attribute: null,
        ...scale,
      }) as const,
  );
  const load = names.map(
    (demand) =>
      ({
        kind: 'call',
        function: 'attribute',
        demand,
        location: null,
        attribute: 'load',
        weight: 1,
        normalization: { start: 0, end: 100 },
      }) as const,
  );
  const plain = { weight: 1, normalization: null };
  return {
    kind: 'generic',
    goal: 'min',
    root: {
      kind: 'operation',
      operator: 'sum',
      operands: [
        { kind: 'operation', operator: 'max', operands: farthest, ...plain },
        { kind: 'operation', operator: 'max', operands: load, weight: 0.5, normalization: null },
      ],
      ...plain,
    },
  };
}
