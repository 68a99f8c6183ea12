// The use cases, as both skins (REST and GraphQL) see them. The only door to stores and plugins; authorization lives here.

import type { Issue } from '../domain/errors.ts';
import type { PlanEvent, PlanHead, PlanRecord } from '../domain/plan.ts';
import type {
  CallContext,
  CapacityInfo,
  Cursor,
  InventoryReader,
  PlanChange,
  PlanFilter,
  PlanPage,
  PlanQuery,
} from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Translation } from '../domain/problem.ts';
import type { ReservationStep, Solution } from '../domain/solution.ts';
import type { TemplateDocument } from '../domain/template.ts';
import type { JsonObject } from '../lib/json.ts';

/** One request's identity and lifetime. */
export interface RequestScope extends CallContext {
  readonly principal: Principal;
  /** Set only when the caller itself gave a transaction id; a created plan's template carries it under `transaction-id`. */
  readonly transactionId?: string | undefined;
}

export interface CreatePlanInput {
  /** A UUID is made when absent. */
  readonly name?: string | undefined;
  /** Object, or YAML 1.1 / JSON text. */
  readonly template: JsonObject | string;
  readonly files?: JsonObject | undefined;
  /** Seconds, informative. */
  readonly timeout?: number | undefined;
  /** Digits or `all`. */
  readonly numSolution?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface CreatePlanOutcome {
  readonly plan: PlanRecord;
  /** True when the idempotency key had already made this plan. */
  readonly replayed: boolean;
}

export interface PlanService {
  /**
   * Accepts a plan; its template's rules are checked by translation, as REST clients expect, except what makes it unreadable.
   * Throws BAD_REQUEST, TEMPLATE_INVALID (unreadable text, duplicate keys), PAYLOAD_TOO_LARGE, IDEMPOTENCY_CONFLICT, STORE_*.
   */
  create(scope: RequestScope, input: CreatePlanInput): Promise<CreatePlanOutcome>;
  get(scope: RequestScope, id: string): Promise<PlanRecord | null>;
  /** In the order of `ids`; null where there is none. */
  getMany(scope: RequestScope, ids: readonly string[]): Promise<readonly (PlanRecord | null)[]>;
  list(scope: RequestScope, query: PlanQuery): Promise<PlanPage>;
  delete(scope: RequestScope, id: string): Promise<boolean>;
  template(scope: RequestScope, head: PlanHead): Promise<TemplateDocument>;
  translation(scope: RequestScope, head: PlanHead): Promise<Translation | null>;
  solution(scope: RequestScope, head: PlanHead): Promise<Solution | null>;
  reservations(scope: RequestScope, planId: string): Promise<readonly ReservationStep[]>;
  events(scope: RequestScope, planId: string, afterSeq: number): Promise<readonly PlanEvent[]>;
  /** Changes of one plan (throws PLAN_NOT_FOUND) or of many; see PlanFeed for the cursor's promises. */
  watch(
    scope: RequestScope,
    options: {
      readonly planId?: string;
      readonly filter?: PlanFilter;
      readonly after?: Cursor;
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<PlanChange>;
  /** Every broken rule at once, without creating anything or asking an inventory. Empty when valid. */
  validateTemplate(template: JsonObject | string, files?: JsonObject): Promise<readonly Issue[]>;
}

export interface ServiceCapacityInput {
  /** Any case; `SDN-C` by default. */
  readonly controller?: string | undefined;
  readonly serviceModel: string;
  readonly request: JsonObject;
  /** Candidate id (and host or region) to ask about. */
  readonly candidateId: string;
  readonly hostId?: string | undefined;
}

export interface InventoryService {
  /** Batched reads; the loaders of one operation call these. */
  readonly reader: InventoryReader;
  refresh(scope: RequestScope): ReturnType<InventoryReader['refresh']>;
  serviceCapacity(scope: RequestScope, input: ServiceCapacityInput): Promise<CapacityInfo>;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly informative: boolean;
    readonly detail: string;
  }[];
}

export interface HealthService {
  /** The event loop answers. */
  live(): HealthReport;
  /** Store and feed; upstream systems are informative only. Not ready while draining. */
  ready(): Promise<HealthReport>;
  /** From now on `ready` says no. */
  startDrain(): void;
  /** A real store round trip, for `GET /v1/plans/healthcheck`. */
  roundTrip(): Promise<void>;
}

export interface Services {
  readonly plans: PlanService;
  readonly inventory: InventoryService;
  readonly health: HealthService;
}
