// Builders and stand-ins for the solver's tests: small candidates and problems, a clock that tests move, a runner without
// threads.
import type { Candidate } from '../../../src/domain/candidate.ts';
import type { ServiceController, VimController } from '../../../src/domain/controller-ports.ts';
import type { LatencyRules } from '../../../src/domain/latency.ts';
import type { InventoryProvider, Logger, Metrics, SearchOptions, Solver } from '../../../src/domain/ports.ts';
import type {
  BaseOperand,
  GenericCall,
  GenericObjective,
  GenericOperation,
  Objective,
  Problem,
  ProblemConstraint,
  ProblemLocation,
} from '../../../src/domain/problem.ts';
import type { CheckContext, Constraint, Verdict } from '../../../src/engine/solve/framework/constraint.ts';
import { Questions } from '../../../src/engine/solve/framework/questions.ts';
import type { SearchRunner } from '../../../src/engine/solve/pool.ts';
import type { SearchOutcome } from '../../../src/engine/solve/search/model.ts';
import { runSearch } from '../../../src/engine/solve/search/search.ts';
import { type SolverParts, solverOver } from '../../../src/engine/solve/solver.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { JsonObject } from '../../../src/lib/json.ts';

export function candidate(id: string, fields: Record<string, unknown> = {}): Candidate {
  return {
    candidate_id: id,
    inventory_type: 'cloud',
    inventory_provider: 'aai',
    uniqueness: 'true',
    cost: 2,
    location_id: id,
    ...fields,
  };
}

export function place(
  name: string,
  latitude: number | string,
  longitude: number | string,
  country: string | null = null,
): ProblemLocation {
  return { name, latitude, longitude, country };
}

export interface ProblemParts {
  readonly locations?: readonly ProblemLocation[];
  readonly demands: Readonly<Record<string, readonly Candidate[]>>;
  /** `demands` defaults to all. */
  readonly constraints?: readonly {
    readonly name: string;
    readonly type: string;
    readonly demands?: readonly string[];
    readonly properties: JsonObject;
    readonly soft?: { readonly weight: number };
  }[];
  readonly stability?: Problem['stability'];
  /** null for none. */
  readonly sum?: readonly (readonly [weight: number, location: string, demand: string])[] | null;
  /** Wins over `sum`. */
  readonly objective?: Objective;
  readonly latencyRules?: LatencyRules;
  readonly requestType?: string;
}

export function problem(parts: ProblemParts): Problem {
  const names = Object.keys(parts.demands);
  const operands = (parts.sum ?? []).map(([weight, location, demand]): BaseOperand => {
    return { weight, function: 'distance_between', params: [location, demand] };
  });
  return {
    version: '2017-10-10',
    planId: 'plan-1',
    requestType: parts.requestType ?? '',
    locations: parts.locations ?? [],
    demands: names.map((name) => ({ name, candidates: parts.demands[name] ?? [] })),
    constraints: (parts.constraints ?? []).map((one): ProblemConstraint => {
      return {
        key: one.name,
        name: one.name,
        type: one.type,
        demands: one.demands ?? names,
        properties: one.properties,
        ...(one.soft ? { soft: one.soft } : {}),
      };
    }),
    ...(parts.stability ? { stability: parts.stability } : {}),
    objective: parts.objective ?? (parts.sum ? { kind: 'base', goal: 'min', operands } : null),
    latencyRules: parts.latencyRules ?? null,
    reservation: { serviceModel: null, entries: [] },
  };
}

/** Objective of version 2020-08-13; the parts of its tree follow. */
export function generic(goal: 'min' | 'max', root: GenericOperation): GenericObjective {
  return { kind: 'generic', goal, root };
}

export function operation(
  operator: GenericOperation['operator'],
  operands: GenericOperation['operands'],
  scale: Partial<Pick<GenericOperation, 'weight' | 'normalization'>> = {},
): GenericOperation {
  return { kind: 'operation', operator, operands, weight: 1, normalization: null, ...scale };
}

/** `word` is an attribute, unless it is a function with a location. */
export function call(
  demand: string,
  word: string,
  { location = null, ...scale }: Partial<Pick<GenericCall, 'location' | 'weight' | 'normalization'>> = {},
): GenericCall {
  const measures = word === 'distance_between' || word === 'latency_between';
  const named = measures
    ? ({ function: word, attribute: null } as const)
    : ({ function: 'attribute', attribute: word } as const);
  return { kind: 'call', demand, location, weight: 1, normalization: null, ...named, ...scale };
}

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
export const noMetrics: Metrics = { count() {}, observe() {}, gauge() {} };

/** Time stands still until `advance`; timers that fall due then run. */
export class ManualClock implements Clock {
  time = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fn: () => void }>();

  now(): number {
    return 1_700_000_000_000 + this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.time + ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.time += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.time && this.#timers.delete(timer)) timer.fn();
    }
  }
}

/** Runs searches in this thread. */
export function inProcess(clock: Clock): SearchRunner {
  return { run: async (job, _signal, onState) => runSearch(job, () => clock.monotonic(), onState) };
}

export function solver(parts: Partial<SolverParts> = {}) {
  const clock = parts.clock ?? new ManualClock();
  return solverOver({
    providers: [],
    controllers: [],
    vims: [],
    runner: inProcess(clock),
    maxRecommendations: 50,
    clock,
    logger: silent,
    metrics: noMetrics,
    ...parts,
  });
}

export function provider(fields: Partial<InventoryProvider> = {}): InventoryProvider {
  return { name: 'test', resolveDemands: async () => [], ...fields };
}

export function controller(name: string, check: ServiceController['check']): ServiceController {
  const refused = { kind: 'refused', message: '' } as const;
  return {
    name,
    check,
    reserve: async () => refused,
    release: async () => refused,
    query: async () => null,
    capacity: async () => ({ ok: true, code: '200', message: '', resources: [] }),
  };
}

export function checkContext(
  fields: Partial<CheckContext> & {
    readonly providers?: readonly InventoryProvider[];
    readonly controllers?: readonly ServiceController[];
    readonly vims?: readonly VimController[];
    readonly metrics?: Metrics;
  } = {},
): CheckContext {
  const { providers = [], controllers = [], vims = [], metrics = noMetrics, ...rest } = fields;
  return {
    constraint: 'c',
    demand: 'd',
    partners: 0,
    requestType: 'initial',
    locations: new Map(),
    remote: { providers, controllers, vims, metrics, call: { requestId: 'r' }, questions: new Questions() },
    ...rest,
  };
}

/** Parses and checks; throws the first issue's message when the properties are refused. */
export async function judge<P>(
  type: Constraint<P>,
  properties: JsonObject,
  candidates: readonly Candidate[],
  ctx: CheckContext = checkContext(),
): Promise<readonly Verdict[]> {
  return type.check(ctx, parsed(type, properties), candidates);
}

export function parsed<P>(type: Constraint<P>, properties: JsonObject): P {
  const params = type.parse(properties);
  if (Array.isArray(params)) throw new Error(params[0]?.message);
  return params as P;
}

/** `fit`, or the reason; `unknown: …` for what nobody could judge. */
export function words(verdict: Verdict | undefined): string {
  if (verdict?.kind === 'error') return `error: ${verdict.error.message}`;
  if (verdict?.kind === 'unknown') return `unknown: ${verdict.reason}`;
  return verdict?.kind === 'reject' ? verdict.reason : 'fit';
}

/** Whether two candidates may stand together under a pairwise type. */
export function together<P>(type: Constraint<P>, properties: JsonObject, a: Candidate, b: Candidate): boolean {
  const params = parsed(type, properties);
  const numbers = new Map<string, number>();
  const intern = (text: string) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const left = type.pair?.encode(params, [a], intern);
  const right = type.pair?.encode(params, [b], intern);
  if (!left || !right) throw new Error('not pairwise');
  return type.pair?.between(params, left, right)(0, 0) ?? false;
}

/** What a search thread answers, unless said otherwise nothing. */
export function outcome(fields: Partial<SearchOutcome>): SearchOutcome {
  const nothing = { placements: [], proofs: [], bound: null, nodes: 0, timedOut: false, blocked: [], impossible: [] };
  return { status: 'INFEASIBLE', ...nothing, ...fields };
}

/** Solves and takes the answer apart. */
export async function solve(of: Problem, options: Partial<SearchOptions> = {}, by: Solver = solver()) {
  const result = await by.solve(of, { wanted: 1, timeLimitMs: 1000, ...options }, { requestId: 'r' });
  const diagnosis = result.kind === 'solved' ? result.solution.diagnosis : result.diagnosis;
  const ids =
    result.kind === 'solved'
      ? result.solution.recommendations.map((one) => one.demands.map(({ source }) => source.candidate_id))
      : [];
  return { result, diagnosis, ids };
}
