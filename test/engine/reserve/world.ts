// A small world for reservation tests: a counting controller, a recording saga store, and a process that can be killed at any
// point: from then on nothing it does has an effect.
import type { Candidate } from '../../../src/domain/candidate.ts';
import type {
  CapacityInfo,
  ReserveOutcome,
  ReserveRequest,
  ServiceController,
} from '../../../src/domain/controller-ports.ts';
import type { CallContext, Logger, Metrics, SagaStore } from '../../../src/domain/ports.ts';
import type { ReservationEntry, Translation } from '../../../src/domain/problem.ts';
import type { ReservationStep, Solution } from '../../../src/domain/solution.ts';
import {
  createReserver,
  type ReserveInput,
  type ReserveResult,
  type Reserver,
} from '../../../src/engine/reserve/index.ts';

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
export const noMetrics: Metrics = { count() {}, observe() {}, gauge() {} };
export const clock = { now: () => 1_000, monotonic: () => 0, after: () => () => {} };

export class Killed extends Error {}

/** Counts the operations of one process and kills it before or after one of them. */
export class Process {
  readonly #killAt: number;
  readonly #when: 'before' | 'after';
  operations = 0;
  dead = false;

  constructor(killAt = Number.POSITIVE_INFINITY, when: 'before' | 'after' = 'before') {
    this.#killAt = killAt;
    this.#when = when;
  }

  async do<T>(operation: () => T): Promise<T> {
    await Promise.resolve();
    if (this.dead) throw new Killed();
    this.operations += 1;
    const here = this.operations === this.#killAt;
    if (here && this.#when === 'before') this.#die();
    const result = operation();
    if (here) this.#die();
    return result;
  }

  #die(): never {
    this.dead = true;
    throw new Killed();
  }
}

export type Behaviour =
  | 'ok'
  | 'refuse'
  /** Executed, but the answer is lost. */
  | 'lost-answer'
  /** Not executed, and the answer is lost too. */
  | 'lost-request'
  /** No answer in time, and executed only when the test says so, see `bookLate`. */
  | 'late';

export interface ControllerOptions {
  readonly name?: string;
  /** What the n-th distinct entity's reserve does; later calls for it do the same. @default ok */
  readonly reserve?: Readonly<Record<number, Behaviour>>;
  readonly release?: Behaviour;
  /** Whether `query` can tell. Without it a repeated reserve must be idempotent, as entity ids promise. @default true */
  readonly canQuery?: boolean;
  /** Refuses to reserve for an entity that holds something already. */
  readonly refusesRepeats?: boolean;
}

/** What is held at the controller, whatever happens to the processes that call it. */
export class Controller {
  readonly options: ControllerOptions;
  readonly held = new Map<string, number>();
  readonly calls: string[] = [];
  readonly requests: ReserveRequest[] = [];
  readonly #seen: string[] = [];
  readonly #queued: string[] = [];

  constructor(options: ControllerOptions = {}) {
    this.options = options;
  }

  as(process: Process): ServiceController {
    return {
      name: this.options.name ?? 'SDN-C',
      check: () => Promise.reject(new Error('not used')),
      capacity: () => Promise.reject<CapacityInfo>(new Error('not used')),
      reserve: (request) => process.do(() => this.#reserve(request)),
      release: (request) => process.do(() => this.#release(request)),
      query: (request) => process.do(() => this.#query(request)),
    };
  }

  /** Executes what was asked for and not executed yet. */
  bookLate(): void {
    for (const entityId of this.#queued.splice(0)) this.held.set(entityId, 1);
  }

  #reserve(request: ReserveRequest): ReserveOutcome {
    const { entityId } = request;
    this.calls.push(`reserve ${entityId}`);
    this.requests.push(request);
    if (!this.#seen.includes(entityId)) this.#seen.push(entityId);
    const behaviour = this.options.reserve?.[this.#seen.indexOf(entityId)] ?? 'ok';
    const repeated = this.options.refusesRepeats && this.held.has(entityId);
    if (behaviour === 'refuse' || repeated) return { kind: 'refused', message: 'no capacity' };
    if (behaviour === 'late') this.#queued.push(entityId);
    else if (behaviour !== 'lost-request') {
      const { canQuery = true } = this.options;
      // Not idempotent on purpose when it can be asked: a second call would be a second reservation.
      this.held.set(entityId, canQuery ? (this.held.get(entityId) ?? 0) + 1 : 1);
    }
    return behaviour === 'ok' ? { kind: 'ok', message: '' } : { kind: 'unknown', message: 'no answer in time' };
  }

  #release({ entityId }: ReserveRequest): ReserveOutcome {
    this.calls.push(`release ${entityId}`);
    const behaviour = this.options.release ?? 'ok';
    if (behaviour === 'refuse') return { kind: 'refused', message: 'not now' };
    if (behaviour !== 'lost-request') this.held.delete(entityId);
    return behaviour === 'ok' ? { kind: 'ok', message: '' } : { kind: 'unknown', message: 'no answer in time' };
  }

  #query({ entityId }: ReserveRequest): boolean | null {
    this.calls.push(`query ${entityId}`);
    return (this.options.canQuery ?? true) ? this.held.has(entityId) : null;
  }
}

/** The saga rows as the store holds them, and every write in order. */
export class Rows {
  readonly rows = new Map<string, ReservationStep>();
  readonly writes: string[] = [];

  as(process: Process): SagaStore {
    return {
      list: () => process.do(() => [...this.rows.values()]),
      put: (step) =>
        process.do(() => {
          this.rows.set(step.step, structuredClone(step));
          this.writes.push(`${step.step} ${step.state}`);
        }),
      assertOwned: () => undefined,
    };
  }

  states(): string[] {
    return [...this.rows.values()].sort((a, b) => a.order - b.order).map((row) => row.state);
  }
}

function candidate(id: string): Candidate {
  return {
    candidate_id: id,
    inventory_type: 'service',
    inventory_provider: 'aai',
    uniqueness: 'true',
    cost: 1,
    host_id: `host-${id}`,
  };
}

export interface PlanShape {
  readonly serviceModel?: string | null;
  readonly demands?: readonly string[];
  readonly recommendations?: number;
  readonly controller?: string | null;
}

/** A plan with one reservation entry per demand; recommendation n places demand d on candidate `d-n`. */
export function planOf(shape: PlanShape = {}): { readonly translation: Translation; readonly solution: Solution } {
  const { serviceModel = 'ADIOD', demands = ['a', 'b', 'c'], recommendations = 1, controller = 'sdn-c' } = shape;
  const numbers = Array.from({ length: recommendations }, (_, n) => n);
  const entries: ReservationEntry[] = demands.map((demand) => ({
    key: `vpn_${demand}`,
    name: 'vpn',
    demand,
    type: null,
    controller,
    request: { service_speed: 400, of: demand },
  }));
  const problem = {
    version: '2017-10-10',
    planId: 'plan-1',
    requestType: 'initial',
    locations: [],
    demands: demands.map((name) => ({ name, candidates: numbers.map((n) => candidate(`${name}-${n}`)) })),
    constraints: [],
    objective: null,
    latencyRules: null,
    reservation: { serviceModel, entries },
  };
  const solution: Solution = {
    recommendations: numbers.map((n) => ({
      demands: demands.map((demand) => ({
        demand,
        inventory_provider: 'aai',
        service_resource_id: null,
        candidate: { candidate_id: `${demand}-${n}` },
        attributes: {},
        source: { candidate_id: `${demand}-${n}` },
      })),
      objective: null,
      terms: [],
    })),
    diagnosis: { demands: [], nodes: 0, elapsedMs: 0, timedOut: false, summary: [] },
  };
  return { translation: { problem, dropped: [], inventoryDigest: '' }, solution };
}

export interface RunOptions extends Partial<Pick<ReserveInput, 'solutionNumber'>> {
  readonly process?: Process;
  readonly tries?: number;
  readonly reserveAll?: boolean;
  readonly serviceModels?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A reserver over ready-made controllers, for tests that bend one of their calls. */
export function reserverOf(controller: ServiceController): Reserver {
  return createReserver({ controllers: [controller], clock, logger: quiet, metrics: noMetrics });
}

/** One process's attempt at the reservation stage of the plan. */
export function run(
  plan: ReturnType<typeof planOf>,
  rows: Rows,
  controllers: readonly Controller[],
  options: RunOptions = {},
): Promise<ReserveResult> {
  const { process = new Process(), solutionNumber = 1, signal, ...rest } = options;
  const reserver = createReserver({
    controllers: controllers.map((controller) => controller.as(process)),
    clock,
    logger: quiet,
    metrics: noMetrics,
    ...rest,
  });
  const ctx: CallContext = { requestId: 'r-1', planId: 'plan-1', ...(signal ? { signal } : {}) };
  return reserver.reserve({
    ...plan,
    planId: 'plan-1',
    solutionNumber,
    saga: rows.as(process),
    requestType: 'initial',
    ctx,
  });
}
