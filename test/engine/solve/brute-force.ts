// The oracle of the search: every combination of a small problem, valued and checked by code of its own, and the reference's
// greedy search written down as the specification has it.
import type { Candidate } from '../../../src/domain/candidate.ts';
import type {
  BaseOperand,
  GenericCall,
  GenericOperation,
  Problem,
  ProblemConstraint,
} from '../../../src/domain/problem.ts';

export type Choice = ReadonlyMap<string, Candidate>;

/** Totals closer than this are equal: far above rounding, far below what the random values can differ by. */
export const EQUAL = 1e-7;

interface Place {
  readonly latitude?: unknown;
  readonly longitude?: unknown;
}

function km(a: Place, b: Place): number {
  const [p, q] = [Number(a.latitude), Number(b.latitude)].map((x) => (x * Math.PI) / 180) as [number, number];
  const l = ((Number(b.longitude) - Number(a.longitude)) * Math.PI) / 180;
  return 2 * 6371 * Math.asin(Math.sqrt(Math.sin((q - p) / 2) ** 2 + Math.cos(p) * Math.cos(q) * Math.sin(l / 2) ** 2));
}

const holds = (op: string, a: number, b: number) =>
  op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b;
const FIELD = { region: 'location_id', complex: 'complex_name', country: 'country' } as const;

/** Whether the decided demands keep all constraints among them that may refuse. */
export function feasible(of: Problem, choice: Choice): boolean {
  return of.constraints.every((constraint) => constraint.soft || violations(of, constraint, choice) === 0);
}

/** Candidates, or pairs of candidates, that break the constraint. */
function violations(of: Problem, { type, demands, properties }: ProblemConstraint, choice: Choice): number {
  const picked = demands.flatMap((name) => choice.get(name) ?? []);
  const { operator, value } = (properties.distance ?? {}) as { operator: string; value: number };
  if (type === 'distance_to_location') {
    const from = of.locations.find(({ name }) => name === properties.location);
    return picked.filter((one) => !holds(operator, km(from ?? {}, one), value)).length;
  }
  const pairs = picked.flatMap((a, i) => picked.slice(i + 1).map((b) => [a, b] as const));
  return pairs.filter(([a, b]) => {
    if (type === 'inventory_group') return !paired(properties.pairs, a, b);
    if (type === 'distance_between_demands') return !holds(operator, km(a, b), value);
    const field = FIELD[properties.category as keyof typeof FIELD];
    return (a[field] === b[field]) !== (properties.qualifier === 'same');
  }).length;
}

/** What soft constraints and moves cost, never negative. */
function penalty(of: Problem, choice: Choice): number {
  let sum = 0;
  for (const one of of.constraints) if (one.soft) sum += one.soft.weight * violations(of, one, choice);
  for (const { demand, candidateId, movingCost } of of.stability?.placement ?? []) {
    const chosen = choice.get(demand);
    if (chosen && chosen.candidate_id !== candidateId) sum += movingCost;
  }
  return sum;
}

/** Whether one placement can be better than another. */
export function isValued(of: Problem): boolean {
  return of.objective !== null || of.stability !== undefined || of.constraints.some(({ soft }) => soft);
}

function paired(pairs: unknown, { candidate_id: one }: Candidate, { candidate_id: other }: Candidate): boolean {
  return (pairs as [string, string][]).some(([a, b]) => (a === one && b === other) || (a === other && b === one));
}

/** The objective's value over the decided demands, penalties included; 0 where nothing of it is decided. */
export function total(of: Problem, choice: Choice): number {
  const paid = penalty(of, choice);
  return stated(of, choice) + (of.objective?.goal === 'max' ? -paid : paid);
}

function stated(of: Problem, choice: Choice): number {
  const { objective } = of;
  if (objective?.kind === 'base') {
    return objective.operands.reduce((sum, operand) => sum + operand.weight * baseValue(of, operand, choice), 0);
  }
  return objective ? (genericValue(of, objective.root, choice) ?? 0) : 0;
}

function baseValue(of: Problem, { function: name, params }: BaseOperand, choice: Choice): number {
  if (name === 'hpa_score') return [...choice.values()].reduce((sum, one) => sum - Number(one.hpa_score), 0);
  const one = choice.get(params[1] ?? '');
  if (!one || name === 'aic_version' || name === 'cost') return 0;
  return way(of, name, params[0] ?? '', one) + one.cost;
}

function way(of: Problem, name: string, location: string, one: Candidate): number {
  const from = of.locations.find((place) => place.name === location);
  return km(from ?? {}, one) + (name === 'latency_between' ? 20_000 * weight(of, from?.country ?? '', one) : 0);
}

/** Rules of these tests: single countries by row, the wildcard last. */
function weight(of: Problem, customer: string, { country }: Candidate): number {
  const groups = of.latencyRules?.countries.find((row) => row.country === customer)?.groups ?? [];
  const at = groups.indexOf(country ?? '');
  return at < 0 ? groups.length - 1 : at;
}

function genericValue(of: Problem, node: GenericCall | GenericOperation, choice: Choice): number | null {
  const raw = node.kind === 'call' ? callValue(of, node, choice) : operationValue(of, node, choice);
  if (raw === null) return null;
  const { normalization: scale } = node;
  return (scale ? (raw - scale.start) / (scale.end - scale.start) : raw) * node.weight;
}

function callValue(of: Problem, node: GenericCall, choice: Choice): number | null {
  const one = choice.get(node.demand);
  if (!one) return null;
  return node.function === 'attribute'
    ? Number(one[node.attribute ?? ''])
    : way(of, node.function, node.location ?? '', one);
}

function operationValue(of: Problem, node: GenericOperation, choice: Choice): number | null {
  const values = node.operands.map((operand) => genericValue(of, operand, choice)).filter((value) => value !== null);
  if (values.length === 0) return null;
  return node.operator === 'sum' ? values.reduce((a, b) => a + b) : Math[node.operator](...values);
}

/** Lower is better, whatever the goal. */
export function score(of: Problem, choice: Choice): number {
  const value = total(of, choice);
  return of.objective?.goal === 'max' ? -value : value;
}

function order(of: Problem): readonly string[] {
  const operands = of.objective?.kind === 'base' ? of.objective.operands : [];
  const located = operands.filter(({ function: name }) => name === 'distance_between' || name === 'latency_between');
  return [...new Set([...located.map(({ params }) => params[1] ?? ''), ...of.demands.map(({ name }) => name)])];
}

function offered(of: Problem, name: string, without: ReadonlySet<string>): Candidate[] {
  const all = of.demands.find((demand) => demand.name === name)?.candidates ?? [];
  return all.filter(({ candidate_id }) => !without.has(candidate_id)).sort((a, b) => a.cost - b.cost);
}

function versions(a: Candidate, b: Candidate): number {
  const [x = 0, y = 0] = [Number(a.cloud_region_version), Number(b.cloud_region_version)];
  return y - x;
}

const preferNewer = (of: Problem) => of.objective?.goal === 'min_aic';

/** All placements that fit, in the order in which equals are preferred: demand by demand, by own value, version, cost. */
export function placements(of: Problem, without: ReadonlySet<string>): Choice[] {
  let paths: Choice[] = [new Map()];
  for (const name of order(of)) {
    const own = (one: Candidate) => score(of, new Map([[name, one]]));
    const sorted = offered(of, name, without)
      .sort((a, b) => (preferNewer(of) ? versions(a, b) : 0))
      .sort((a, b) => (Math.abs(own(a) - own(b)) < EQUAL ? 0 : own(a) - own(b)));
    paths = paths.flatMap((path) => sorted.map((one) => new Map([...path, [name, one]])));
    paths = paths.filter((path) => feasible(of, path));
  }
  return paths;
}

/** The first of the best; of equals, the one with newer regions when that counts. */
export function best(of: Problem, paths: readonly Choice[]): Choice | undefined {
  if (!isValued(of)) return paths[0];
  const least = Math.min(...paths.map((path) => score(of, path)));
  let equals = paths.filter((path) => score(of, path) - least < EQUAL);
  for (const name of preferNewer(of) ? order(of) : []) {
    const newest = Math.max(...equals.map((path) => Number(path.get(name)?.cloud_region_version)));
    equals = equals.filter((path) => Number(path.get(name)?.cloud_region_version) === newest);
  }
  return equals[0];
}

/** The pseudo-code of solver.md section 4. */
export function fitFirst(of: Problem, without: ReadonlySet<string>): Choice | undefined {
  const names = order(of);
  const put = (k: number, path: Choice): Choice | undefined => {
    const name = names[k];
    if (name === undefined) return path;
    const extended = (one: Candidate) => new Map([...path, [name, one]]);
    const left = offered(of, name, without).filter((one) => feasible(of, extended(one)));
    for (;;) {
      let chosen: Candidate | undefined;
      for (const one of left) if (!chosen || better(of, extended(one), extended(chosen), name)) chosen = one;
      if (!chosen) return undefined;
      const found = put(k + 1, extended(chosen));
      if (found) return found;
      left.splice(left.indexOf(chosen), 1);
    }
  };
  return put(0, new Map());
}

function better(of: Problem, a: Choice, b: Choice, name: string): boolean {
  const difference = score(of, a) - score(of, b);
  if (Math.abs(difference) >= EQUAL) return difference < 0;
  const [x, y] = [a.get(name), b.get(name)];
  return preferNewer(of) && x !== undefined && y !== undefined && versions(x, y) < 0;
}
