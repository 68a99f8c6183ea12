// Ports: what the services and the engine need of the outside, as interfaces. Stores and plugins implement them.
import type { Candidate, DroppedCandidate } from './candidate.ts';
import type {
  CloudRegion,
  CloudRegionKey,
  Complex,
  Customer,
  GenericVnf,
  InventoryFreshness,
  Pserver,
  ServiceInstance,
  Vserver,
} from './inventory.ts';
import type { LatencyRules } from './latency.ts';
import type { LockRequest } from './order-locks.ts';
import type { EventReason, PartName, PlanEvent, PlanHead, PlanRecord, PlanStatus, Stage } from './plan.ts';
import type { Problem, Translation } from './problem.ts';
import type { RecordedAnswers, ReservationStep, SearchProgress, Solution, SolveResult } from './solution.ts';
import type { Requirement, TemplateDocument } from './template.ts';
import type { TriageDocument } from './triage.ts';

// ---------------------------------------------------------------- telemetry

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger that adds these fields (for example `requestId`, `planId`) to each line. */
  child(fields: object): Logger;
}

export type Labels = Readonly<Record<string, string>>;

/** Metrics by name; every name is declared once in telemetry with help text and label names. */
export interface Metrics {
  count(name: string, labels?: Labels, by?: number): void;
  observe(name: string, value: number, labels?: Labels): void;
  gauge(name: string, value: number, labels?: Labels): void;
}

// ---------------------------------------------------------------- calls

/** Travels with every upstream call. */
export interface CallContext {
  /** Sent as X-TransactionId and written to each log line. */
  readonly requestId: string;
  readonly planId?: string;
  /** Aborted when the answer is no longer wanted. */
  readonly signal?: AbortSignal;
}

// ---------------------------------------------------------------- plan store

export interface NewPlan {
  readonly id: string;
  readonly name: string;
  readonly timeout: number;
  readonly recommendMax: string;
  /** Seconds for the search. */
  readonly timeLimit?: number;
  /** See `SearchOptions.gapLimit`. */
  readonly gapLimit?: number;
  /** Absent: normal. */
  readonly priority?: PlanHead['priority'];
  readonly createdBy: string;
  readonly requestId: string;
  readonly document: TemplateDocument;
  /** Creating twice with one key and one fingerprint gives the first plan again; another fingerprint is a conflict. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
}

export type CreateOutcome =
  | { readonly kind: 'created' | 'replayed'; readonly plan: PlanRecord }
  | { readonly kind: 'conflict' };

/** `over`: the plan has nothing left to search. */
export type StopOutcome = { readonly kind: 'asked' | 'over'; readonly plan: PlanRecord } | { readonly kind: 'missing' };

export interface PlanFilter {
  readonly statuses?: readonly PlanStatus[];
  readonly name?: string;
  readonly createdBy?: string;
  /** ms since the epoch, inclusive / exclusive. */
  readonly createdAfter?: number;
  readonly createdBefore?: number;
}

export interface PlanQuery {
  readonly filter?: PlanFilter;
  /** By creation time. */
  readonly order: 'oldest-first' | 'newest-first';
  readonly first: number;
  /** Opaque position from a page's `cursors`. */
  readonly after?: string;
}

export interface PlanPage {
  readonly plans: readonly PlanRecord[];
  /** One per plan. */
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
}

/** Plans and their documents. Throws STORE_UNAVAILABLE, STORE_OUTCOME_UNKNOWN, STORE_VALUE_TOO_LARGE. */
export interface PlanStore {
  create(plan: NewPlan): Promise<CreateOutcome>;
  get(id: string): Promise<PlanRecord | null>;
  /** In the order of the ids. null: it is not there, or cannot be read; `get` says why. */
  getMany(ids: readonly string[]): Promise<readonly (PlanRecord | null)[]>;
  list(query: PlanQuery): Promise<PlanPage>;
  /** The stored document a head names; parts never change, so they are cached by digest. null when the head names none. */
  template(head: PlanHead): Promise<TemplateDocument>;
  translation(head: PlanHead): Promise<Translation | null>;
  solution(head: PlanHead): Promise<Solution | null>;
  triage(head: PlanHead): Promise<TriageDocument | null>;
  reservations(planId: string): Promise<readonly ReservationStep[]>;
  /** Events with `seq` greater than `afterSeq`, in order. */
  events(planId: string, afterSeq: number): Promise<readonly PlanEvent[]>;
  /**
   * Removes the plan with its documents, events, queue entry, claim and places in order locks; false when there was none. Plans
   * that waited for what it would have built start anew.
   */
  delete(id: string): Promise<boolean>;
  /** Asks whoever searches for the plan, in whatever process, to end with what is found; kept until the search is over. */
  stop(id: string, actor: string): Promise<StopOutcome>;
}

/** Opaque to callers: identifies the store, its revision, and an event's place within the revision. */
export type Cursor = string;

export type PlanChange =
  | { readonly kind: 'event'; readonly cursor: Cursor; readonly plan: PlanRecord; readonly event: PlanEvent }
  | { readonly kind: 'deleted'; readonly cursor: Cursor; readonly planId: string }
  /** History between the cursor and now is lost; what follows starts from the present state. */
  | { readonly kind: 'gap'; readonly cursor: Cursor; readonly reason: 'compacted' | 'store-changed' | 'slow-consumer' };

export interface PlanFeedOptions {
  /** Only this plan. */
  readonly planId?: string;
  readonly filter?: PlanFilter;
  /**
   * Resume after this cursor: nothing lost, nothing twice, or an explicit gap. Throws CURSOR_INVALID, CURSOR_EXPIRED, and for one plan with
   * the cursor of another one PLAN_NOT_FOUND.
   */
  readonly after?: Cursor;
  readonly signal: AbortSignal;
}

/** Live changes of plans, fed by one watch a process and fanned out in memory. */
export interface PlanFeed {
  /**
   * Without `after`: for one plan its newest event first, then each change; for many plans changes from now on.
   * One plan's changes are all told, to a slow subscriber from the stored history; a gap means that the store was set back.
   * The iteration ends when the signal is aborted, or at once behind the deletion of a plan that is still gone.
   */
  watch(options: PlanFeedOptions): AsyncIterable<PlanChange>;
  /** The cursor of the plan's newest event: what follows after it is what `plan` does not show. */
  cursorOf(plan: PlanRecord): Cursor;
  /** A cursor that lists read from now on are at least as new as: many plans watched after it miss nothing that these do not show. */
  position(): Cursor;
  /** Whether the plan as given, read after the cursor was received, has changed after it. Throws CURSOR_INVALID or CURSOR_EXPIRED. */
  hasMoved(plan: PlanRecord, since: Cursor): Promise<boolean>;
  /** Where the feed stands; `lagMs` is the time since it last heard from the store while it should have. */
  status(): { readonly connected: boolean; readonly revision: number; readonly lagMs: number };
}

// ---------------------------------------------------------------- work

/** The document parts that a result write may carry. */
export interface PartDocuments {
  readonly translation?: Translation;
  readonly solution?: Solution;
  readonly triage?: TriageDocument;
}

export interface Advance {
  readonly to: PlanStatus;
  readonly reason: EventReason;
  readonly message?: string;
  readonly messageForm?: 'text' | 'list';
  readonly parts?: PartDocuments;
  /** This attempt failed: adds one to the stage's `failures`. */
  readonly failed?: boolean;
  /** Stages whose failure count starts again at 0 (a rolled-back reservation lets the solver try anew). */
  readonly resetFailures?: readonly Stage[];
  /**
   * With `to: 'solved'`: the resources that the plan's order would build. In one transaction with the result it takes them all;
   * or the plan becomes `waiting spinup` where another one builds them, or `template` (rehomed) where one was completed after
   * the plan's translation had begun. A plan that ends, is solved or translated anew gives back what it had taken.
   */
  readonly locks?: readonly LockRequest[];
}

/** Steps of the reservation saga of a claimed plan; every write is fenced by the claim. */
export interface SagaStore {
  list(): Promise<readonly ReservationStep[]>;
  put(step: ReservationStep): Promise<void>;
  /** Throws CLAIM_LOST when the claim is lost, by the clock of now: asked right before each call to a controller. */
  assertOwned(): void;
}

/** A plan that this worker owns until it advances it, gives it back, or loses its lease. */
export interface ClaimedPlan {
  readonly plan: PlanRecord;
  readonly stage: Stage;
  /** Status before this claim: `translating`, `solving` or `reserving` mean that the plan was taken over. */
  readonly previous: PlanStatus;
  /** Fencing token: modification revision of the claim's key. */
  readonly token: number;
  /** Aborted when the claim is lost; stop work at once, writes will be refused. */
  readonly lost: AbortSignal;
  /** Aborted when the search is to end with the best that it has; see `PlanStore.stop`. */
  readonly stop?: AbortSignal;
  readonly saga: SagaStore;
  /**
   * Makes the progress of the plan's search known to all gateways, best effort: what comes too fast is coalesced, what the store
   * refuses is left out. Never throws. It vanishes with the claim.
   */
  progress?(progress: SearchProgress): void;
  /**
   * Writes the result, its event and the next queue entry in one transaction and ends the claim. With `locks` the status may be
   * another one than asked for. Throws CLAIM_LOST, PLAN_FAILED for more locks than one transaction takes.
   */
  advance(change: Advance): Promise<PlanRecord>;
  /**
   * Ends the claim without a result, as a worker does that must let go: the plan keeps its status and is offered again.
   * Never throws; does nothing after `advance` or when the claim is lost.
   */
  release(): Promise<void>;
}

/** The engine's side of the store: which plans need work, and claiming them by compare-and-swap bound to a lease. */
export interface WorkQueue {
  /** Ids of plans that need this stage and have no live claim, oldest first; goes on until the signal is aborted. */
  offers(stage: Stage, signal: AbortSignal): AsyncIterable<string>;
  /** null when somebody else was faster, the plan is gone, or it needs another stage by now: all normal. */
  claim(planId: string, stage: Stage, owner: string): Promise<ClaimedPlan | null>;
}

// ---------------------------------------------------------------- inventory

export interface DemandRequest {
  readonly planId: string;
  readonly demand: string;
  readonly requirement: Requirement;
  /** Cloud candidates are to carry the `flavors` document of their region: an hpa constraint will look at it. */
  readonly flavors: boolean;
}

export interface DemandResolution {
  readonly candidates: readonly Candidate[];
  readonly dropped: readonly DroppedCandidate[];
}

export interface ResolvedPlace {
  readonly latitude: string | number;
  readonly longitude: string | number;
  readonly country: string | null;
}

/** A source of candidates. An operation that a provider does not have is absent; callers ask only those that have it. */
export interface InventoryProvider {
  readonly name: string;
  /** Inventory types (lower case) that it can make candidates of; absent: any. */
  readonly inventoryTypes?: ReadonlySet<string>;
  /** All requirements of one plan at once, so that reads can be batched across demands; answers in request order. */
  resolveDemands(requests: readonly DemandRequest[], ctx: CallContext): Promise<readonly DemandResolution[]>;
  resolveHostName?(hostName: string, ctx: CallContext): Promise<ResolvedPlace | null>;
  resolveClliCode?(clliCode: string, ctx: CallContext): Promise<ResolvedPlace | null>;
  /** Region ids per network role; a role with no answer is absent from the map. */
  networkRoleRegions?(roles: readonly string[], ctx: CallContext): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Pairs of service instance ids that belong together: the groups described `DHV_VVIG_PAIR`. */
  inventoryGroupPairs?(ctx: CallContext): Promise<readonly (readonly [string, string])[]>;
  /** Replication role per host id; null where the inventory has none. */
  replicationRoles?(hostIds: readonly string[], ctx: CallContext): Promise<ReadonlyMap<string, string | null>>;
}

/** Batched reads for people who look at inventory; answers in key order, null for a missing key, an Error for a failing one. */
export interface InventoryReader {
  complexes(ids: readonly string[], ctx: CallContext): Promise<readonly (Complex | null | Error)[]>;
  cloudRegions(keys: readonly CloudRegionKey[], ctx: CallContext): Promise<readonly (CloudRegion | null | Error)[]>;
  genericVnfs(ids: readonly string[], ctx: CallContext): Promise<readonly (GenericVnf | null | Error)[]>;
  serviceInstances(ids: readonly string[], ctx: CallContext): Promise<readonly (ServiceInstance | null | Error)[]>;
  customers(ids: readonly string[], ctx: CallContext): Promise<readonly (Customer | null | Error)[]>;
  /** Keys are normalised paths as found in `GenericVnf.vserverLinks`. */
  vservers(links: readonly string[], ctx: CallContext): Promise<readonly (Vserver | null | Error)[]>;
  pservers(hostnames: readonly string[], ctx: CallContext): Promise<readonly (Pserver | null | Error)[]>;
  /** VNF ids by name, for candidates that carry only `host_id` (= vnf-name). */
  genericVnfsByName(names: readonly string[], ctx: CallContext): Promise<readonly (GenericVnf | null | Error)[]>;
  allComplexes(ctx: CallContext): Promise<readonly Complex[]>;
  allCloudRegions(ctx: CallContext): Promise<readonly CloudRegion[]>;
  freshness(): InventoryFreshness;
  /** Reads the region and complex caches anew; resolves with the new state. */
  refresh(ctx: CallContext): Promise<InventoryFreshness>;
}

// ---------------------------------------------------------------- latency rules

export interface LatencyRuleStore {
  read(): Promise<LatencyRules>;
  /** Each replaces its whole table in one transaction. Throws STORE_*. */
  replaceRegions(regions: LatencyRules['regions']): Promise<void>;
  replaceCountries(countries: LatencyRules['countries']): Promise<void>;
}

// ---------------------------------------------------------------- search

export interface SearchOptions {
  /** Number of recommendations wanted; `all` until nothing new is found (bounded by the engine). */
  readonly wanted: number | 'all';
  readonly timeLimitMs: number;
  /** Ends the work without an answer. */
  readonly signal?: AbortSignal;
  /** Solves as it was then: these answers count, nobody is asked, and what is not among them is unknown. */
  readonly recorded?: RecordedAnswers;
  /** Ends the search and keeps the best found so far (status `STOPPED`). */
  readonly stop?: AbortSignal;
  /** A placement proven to be no further than this from the best is good enough: 0.05 is 5 %, measured as `SearchProof.gap`. @default 0 */
  readonly gapLimit?: number;
  /** Told of better placements and better bounds while the search goes on, at most a few times a second. */
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** Applies every constraint and searches off the event loop. Throws only for failures; "nothing fits" is a result. */
export interface Solver {
  solve(problem: Problem, options: SearchOptions, ctx: CallContext): Promise<SolveResult>;
}

export type { PartName };
