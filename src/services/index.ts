// The use cases, as both skins (REST and GraphQL) see them. The only door to stores and plugins; authorization lives here.

import type { Compensation } from '../domain/compensation.ts';
import type { CapacityInfo } from '../domain/controller-ports.ts';
import type { Issue } from '../domain/errors.ts';
import type { ExplainedPlan, Explanation, StandingList, VerdictList } from '../domain/explanation.ts';
import type { LatencyRules } from '../domain/latency.ts';
import type { Member, QueueLength } from '../domain/members.ts';
import type { OrderLock, OrderLockPage, RehomeDecision } from '../domain/order-locks.ts';
import type { PlanEvent, PlanHead, PlanRecord } from '../domain/plan.ts';
import type {
  CallContext,
  Cursor,
  InventoryReader,
  PlanChange,
  PlanFilter,
  PlanPage,
  PlanQuery,
} from '../domain/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { Translation } from '../domain/problem.ts';
import type { Diagnosis, Recommendation, ReservationStep, SearchProgress, Solution } from '../domain/solution.ts';
import type { TemplateDocument } from '../domain/template.ts';
import type { PlanTriage, TriageDocument } from '../domain/triage.ts';
import type { CandidateOverlay } from '../domain/what-if.ts';
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
  /** Whole seconds from 1 after which the search ends with the best found; bounded by the configured limit. */
  readonly timeLimit?: number | undefined;
  /** From 0 to below 1: a placement proven to be no further than this share from the best ends the search. */
  readonly gapLimit?: number | undefined;
  /** `high`, `normal` or `low`. @default normal */
  readonly priority?: string | undefined;
}

export interface CreatePlanOutcome {
  readonly plan: PlanRecord;
  /** True when the idempotency key had already made this plan. */
  readonly replayed: boolean;
}

export interface PlanService {
  /**
   * Accepts a plan; its template's rules are checked by translation, as REST clients expect, except what makes it unreadable.
   * Throws BAD_REQUEST, TEMPLATE_INVALID (unreadable text, duplicate keys), PAYLOAD_TOO_LARGE, IDEMPOTENCY_CONFLICT,
   * IDEMPOTENCY_IN_PROGRESS, STORE_*; and before anything is written QUEUE_FULL and STORE_SLOW.
   */
  create(scope: RequestScope, input: CreatePlanInput): Promise<CreatePlanOutcome>;
  get(scope: RequestScope, id: string): Promise<PlanRecord | null>;
  /** In the order of `ids`; null where there is none. */
  getMany(scope: RequestScope, ids: readonly string[]): Promise<readonly (PlanRecord | null)[]>;
  list(scope: RequestScope, query: PlanQuery): Promise<PlanPage>;
  delete(scope: RequestScope, id: string): Promise<boolean>;
  /**
   * Ends the search of a plan, now or when it begins; the best found is kept. The plan as it stands now; asking twice is asking
   * once. Throws PLAN_NOT_FOUND, PLAN_NOT_STOPPABLE when nothing is left to search.
   */
  stop(scope: RequestScope, id: string): Promise<PlanRecord>;
  template(scope: RequestScope, head: PlanHead): Promise<TemplateDocument>;
  translation(scope: RequestScope, head: PlanHead): Promise<Translation | null>;
  solution(scope: RequestScope, head: PlanHead): Promise<Solution | null>;
  triage(scope: RequestScope, head: PlanHead): Promise<TriageDocument | null>;
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
  /** How far the plan's search is; null when none goes on or nothing was told yet. */
  progress(scope: RequestScope, planId: string): Promise<SearchProgress | null>;
  /**
   * How far the plan's search is from now on, the present state first; waits for a search that is to come and ends with it.
   * Throws PLAN_NOT_FOUND, STORE_*.
   */
  watchProgress(scope: RequestScope, planId: string, signal: AbortSignal): AsyncIterable<SearchProgress>;
  /** The cursor of the plan's newest event, as the subscription gives it. */
  cursorOf(plan: PlanRecord): Cursor;
  /** A cursor that lists read from now on are at least as new as, for watching many plans. */
  position(): Cursor;
  /** Whether the plan as given has changed after the cursor. Throws CURSOR_INVALID or CURSOR_EXPIRED. */
  hasMoved(plan: PlanRecord, since: Cursor): Promise<boolean>;
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

/** One spin-up that has ended, as a caller tells it; checked by the service. */
export interface ReleaseInput {
  /** `failed`, or any other word for success. */
  readonly status: unknown;
  readonly serviceResourceId: unknown;
}

export interface LockService {
  /**
   * Ends spin-ups and wakes the plans that waited for them; decisions for each such plan once. Idempotent: what was released
   * before affects nothing. Throws BAD_REQUEST (naming the entry and field), LIMIT_EXCEEDED, FORBIDDEN without a name, STORE_*.
   */
  release(scope: RequestScope, releases: readonly ReleaseInput[]): Promise<readonly RehomeDecision[]>;
  list(scope: RequestScope, query: { readonly first: number; readonly after?: string }): Promise<OrderLockPage>;
  /** The locks in which a plan stands now. */
  ofPlan(scope: RequestScope, planId: string): Promise<readonly OrderLock[]>;
}

/** A row of a latency table as a caller gives it; checked by the service. */
export interface LatencyRegionInput {
  readonly group: unknown;
  /** Text, separated by commas or vertical bars, or a list of codes. */
  readonly countries: unknown;
}

export interface CountryLatencyInput {
  readonly country: unknown;
  /** Text, separated by vertical bars, or a list of groups. */
  readonly groups: unknown;
}

/** Each load replaces its whole table at once. Throws BAD_REQUEST (naming row and field), FORBIDDEN without a name, STORE_*. */
export interface LatencyService {
  read(scope: RequestScope): Promise<LatencyRules>;
  loadRegions(scope: RequestScope, rows: readonly LatencyRegionInput[]): Promise<LatencyRules>;
  loadCountries(scope: RequestScope, rows: readonly CountryLatencyInput[]): Promise<LatencyRules>;
}

export interface TriageRecord {
  readonly plan: PlanRecord;
  readonly triage: PlanTriage;
}

export interface TriageService {
  /** null when there is no such plan. */
  get(scope: RequestScope, planId: string): Promise<TriageRecord | null>;
  /**
   * The newest plans that were translated, or failed to be, newest first; not more than the configured limit, and not more than
   * make up 200,000 candidates in all.
   */
  list(scope: RequestScope): Promise<readonly TriageRecord[]>;
  /**
   * Plain sentences, most important first: what the solver noted, then the explanation, as far as it can be worked out in time.
   * Of a plan without an answer its message, if it has one.
   */
  sentences(scope: RequestScope, record: TriageRecord): Promise<readonly string[]>;
}

/** What is explained: a stored plan as this head names it, or something that a what-if made. */
export type ExplainSubject =
  | { readonly kind: 'plan'; readonly head: PlanHead }
  | { readonly kind: 'imagined'; readonly key: string; readonly plan: ExplainedPlan };

/** Throws PLAN_NOT_FOUND for a plan without an answer, PLAN_FAILED when the search thread dies, STORE_*. */
export interface ExplainService {
  explanation(scope: RequestScope, subject: ExplainSubject): Promise<Explanation>;
  verdicts(
    scope: RequestScope,
    subject: ExplainSubject,
    filter: { readonly demand?: string; readonly candidateId?: string; readonly limit: number },
  ): Promise<VerdictList>;
  standings(
    scope: RequestScope,
    subject: ExplainSubject,
    filter: { readonly demand: string; readonly candidateIds?: readonly string[] },
  ): Promise<StandingList>;
}

export interface WhatIfInput {
  /** Its recorded inventory, and its template unless another one is given. */
  readonly planId?: string | undefined;
  /** Object, or YAML 1.1 / JSON text; in place of the plan's. */
  readonly template?: JsonObject | string | undefined;
  readonly files?: JsonObject | undefined;
  /** JSON merge patch of the template. */
  readonly templatePatch?: JsonObject | undefined;
  readonly inventory: readonly CandidateOverlay[];
  /** Digits or `all`. @default as for the plan, else 1 */
  readonly numSolution?: string | undefined;
}

/** How the first recommendations of two answers differ. */
export interface SolutionDifference {
  /** Candidate ids; null where an answer has no place for the demand. */
  readonly moves: readonly { readonly demand: string; readonly from: string | null; readonly to: string | null }[];
  /** Demands with the same candidate in both. */
  readonly unmoved: readonly string[];
  readonly objectiveBefore: number | null;
  readonly objectiveAfter: number | null;
  /** After minus before; null without one of the two. */
  readonly objectiveChange: number | null;
}

export interface ImaginedSolution {
  readonly recommendations: readonly Recommendation[];
  readonly diagnosis: Diagnosis;
  /** For explaining it. */
  readonly subject: ExplainSubject;
}

export interface WhatIfOutcome extends ImaginedSolution {
  /** What it started from; null without a plan. */
  readonly plan: PlanRecord | null;
  /** As it was solved. */
  readonly template: JsonObject;
  /** Against the plan's own answer. */
  readonly difference: SolutionDifference | null;
}

export interface ReplayOutcome extends ImaginedSolution {
  readonly plan: PlanRecord;
  /** Byte for byte; null when they differ and time or a person had ended one of the two searches. */
  readonly same: boolean | null;
  readonly difference: SolutionDifference;
}

/**
 * Solving on record: nothing is written or reserved, nobody asked. All throw PLAN_NOT_FOUND, BAD_REQUEST for a plan without an
 * answer, PLAN_FAILED when the search thread dies, STORE_*.
 */
export interface WhatIfService {
  /** Throws also TEMPLATE_INVALID, PAYLOAD_TOO_LARGE, and BAD_REQUEST for what the record cannot answer. */
  whatIf(scope: RequestScope, input: WhatIfInput): Promise<WhatIfOutcome>;
  diff(
    scope: RequestScope,
    ids: readonly [string, string],
  ): Promise<SolutionDifference & { readonly before: PlanRecord; readonly after: PlanRecord }>;
  replay(scope: RequestScope, id: string): Promise<ReplayOutcome>;
}

export interface MemberService {
  /** All running processes on the store, by name. Throws STORE_*. */
  list(scope: RequestScope): Promise<readonly Member[]>;
  /** What waits at each stage, as this process sees it. */
  queues(scope: RequestScope): readonly QueueLength[];
}

/** Reservations held for nobody. All throw STORE_*. */
export interface CompensationService {
  /** Releases that keep failing, and reservations past their expiry; oldest first, 1000 at the most. */
  list(scope: RequestScope, first: number): Promise<readonly Compensation[]>;
  ofPlan(scope: RequestScope, planId: string): Promise<readonly Compensation[]>;
  /** Gives one up that was settled by hand; false when there is none. */
  end(scope: RequestScope, planId: string, step: string): Promise<boolean>;
}

export interface Services {
  readonly plans: PlanService;
  readonly explain: ExplainService;
  readonly whatIf: WhatIfService;
  readonly inventory: InventoryService;
  readonly health: HealthService;
  readonly locks: LockService;
  readonly latency: LatencyService;
  readonly triage: TriageService;
  readonly members: MemberService;
  readonly compensations: CompensationService;
}
