// The batched readers of one operation: every hop of a query goes through one of these, so that a list costs one read.
// They are made anew for each operation and for each subscription event, because what they have read stays as it was.
import DataLoader from 'dataloader';
import type { Compensation } from '../domain/compensation.ts';
import type { Explanation, StandingList, VerdictList } from '../domain/explanation.ts';
import type {
  CloudRegion,
  CloudRegionKey,
  Complex,
  Customer,
  GenericVnf,
  Pserver,
  ServiceInstance,
  Vserver,
} from '../domain/inventory.ts';
import type { OrderLock } from '../domain/order-locks.ts';
import type { PlanEvent, PlanHead, PlanRecord } from '../domain/plan.ts';
import type { Translation } from '../domain/problem.ts';
import type { ReservationStep, SearchProgress, Solution } from '../domain/solution.ts';
import type { TemplateDocument } from '../domain/template.ts';
import type { TriageDocument } from '../domain/triage.ts';
import type { ExplainSubject, RequestScope, Services } from '../services/index.ts';

interface VerdictQuery {
  readonly subject: ExplainSubject;
  readonly demand?: string;
  readonly candidateId?: string;
  readonly limit: number;
}

interface StandingQuery {
  readonly subject: ExplainSubject;
  readonly demand: string;
  readonly candidateIds?: readonly string[];
}

/** Told of what the result of an operation depends on, so that a server knows for how long it is good. */
export interface ReadLog {
  /** A plan whose head's revision settles all that is read of it without a call of `other`. */
  plan(record: PlanRecord): void;
  /** Something was read that no plan's revision settles. */
  other(): void;
}

/** Keys in one read at the most; longer lists are read in several. */
const MAX_BATCH_SIZE = 100;

/** Answers null for a key that has nothing behind it; rejects for a key that could not be read, and for that key alone. */
export type Loader<K, V> = DataLoader<K, V | null, string>;

export interface Loaders {
  /** By plan id. */
  readonly plan: Loader<string, PlanRecord>;
  /** The documents that a head names; null when it names none yet. */
  readonly template: Loader<PlanHead, TemplateDocument>;
  readonly translation: Loader<PlanHead, Translation>;
  readonly solution: Loader<PlanHead, Solution>;
  readonly triage: Loader<PlanHead, TriageDocument>;
  /** By plan id. */
  readonly reservations: Loader<string, readonly ReservationStep[]>;
  /** By plan id. */
  readonly compensations: Loader<string, readonly Compensation[]>;
  /** By plan id: where the plan stands now. */
  readonly orderLocks: Loader<string, readonly OrderLock[]>;
  /** By plan id: how far its search is now. */
  readonly progress: Loader<string, SearchProgress>;
  /** By plan id: the whole history. */
  readonly events: Loader<string, readonly PlanEvent[]>;
  readonly explanation: Loader<ExplainSubject, Explanation>;
  readonly verdicts: Loader<VerdictQuery, VerdictList>;
  readonly standings: Loader<StandingQuery, StandingList>;
  /** By `physical-location-id`. */
  readonly complex: Loader<string, Complex>;
  readonly cloudRegion: Loader<CloudRegionKey, CloudRegion>;
  /** By `vnf-id`. */
  readonly genericVnf: Loader<string, GenericVnf>;
  /** By `vnf-name`, which candidates carry as `host_id`. */
  readonly genericVnfByName: Loader<string, GenericVnf>;
  readonly serviceInstance: Loader<string, ServiceInstance>;
  readonly customer: Loader<string, Customer>;
  /** By normalised path. */
  readonly vserver: Loader<string, Vserver>;
  /** By host name. */
  readonly pserver: Loader<string, Pserver>;
}

type Batch<K, V> = (keys: readonly K[]) => Promise<readonly (V | null | Error)[]>;

function loader<K, V>(read: Batch<K, V>, keyOf: (key: K) => string): Loader<K, V> {
  return new DataLoader(read, { maxBatchSize: MAX_BATCH_SIZE, cacheKeyFn: keyOf });
}

const asIs = (key: string): string => key;

/** Reads key by key, side by side; the batch answers as a whole, so that the next hop is one batch again. */
function each<K, V>(read: (key: K) => Promise<V | null>): Batch<K, V> {
  return async (keys) => {
    const settled = await Promise.allSettled(keys.map(read));
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : asError(one.reason)));
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Fresh loaders that read as `scope`, tell `reads` of it, and hold nothing yet. */
export function createLoaders(services: Services, scope: RequestScope, reads: ReadLog): Loaders {
  const { plans, inventory } = services;
  const { reader } = inventory;
  const partKey = (head: PlanHead) => `${head.id} ${head.seq}`;
  /** For what can change while the revisions of the plans stay as they are. */
  const unsettled = <K, V>(read: Batch<K, V>, keyOf: (key: K) => string) =>
    loader<K, V>((keys) => {
      reads.other();
      return read(keys);
    }, keyOf);
  const byId = <V>(read: (id: string) => Promise<V | null>) => unsettled(each(read), asIs);
  return {
    plan: loader(async (ids) => noted(await plans.getMany(scope, ids), reads), asIs),
    // What a head names is written before it and stays as it is.
    template: loader(
      each((head) => plans.template(scope, head)),
      partKey,
    ),
    translation: loader(
      each((head) => plans.translation(scope, head)),
      partKey,
    ),
    solution: loader(
      each((head) => plans.solution(scope, head)),
      partKey,
    ),
    triage: loader(
      each((head) => plans.triage(scope, head)),
      partKey,
    ),
    orderLocks: byId((id) => services.locks.ofPlan(scope, id)),
    compensations: byId((id) => services.compensations.ofPlan(scope, id)),
    reservations: byId((id) => plans.reservations(scope, id)),
    progress: byId((id) => plans.progress(scope, id)),
    events: byId((id) => plans.events(scope, id, 0)),
    // What a time limit cut short comes out fuller another time.
    explanation: unsettled(
      each((subject) => services.explain.explanation(scope, subject)),
      subjectKey,
    ),
    verdicts: unsettled(
      each(({ subject, ...filter }: VerdictQuery) => services.explain.verdicts(scope, subject, filter)),
      queryKey,
    ),
    standings: unsettled(
      each(({ subject, ...filter }: StandingQuery) => services.explain.standings(scope, subject, filter)),
      queryKey,
    ),
    complex: unsettled((ids) => reader.complexes(ids, scope), asIs),
    cloudRegion: unsettled(
      (keys) => reader.cloudRegions(keys, scope),
      (key) => JSON.stringify([key.cloudOwner, key.cloudRegionId]),
    ),
    genericVnf: unsettled((ids) => reader.genericVnfs(ids, scope), asIs),
    genericVnfByName: unsettled((names) => reader.genericVnfsByName(names, scope), asIs),
    serviceInstance: unsettled((ids) => reader.serviceInstances(ids, scope), asIs),
    customer: unsettled((ids) => reader.customers(ids, scope), asIs),
    vserver: unsettled((links) => reader.vservers(links, scope), asIs),
    pserver: unsettled((names) => reader.pservers(names, scope), asIs),
  };
}

function subjectKey(subject: ExplainSubject): string {
  return subject.kind === 'plan' ? `${subject.head.id} ${subject.head.seq}` : subject.key;
}

function queryKey({ subject, ...filter }: VerdictQuery | StandingQuery): string {
  return `${subjectKey(subject)} ${JSON.stringify(filter)}`;
}

function noted(plans: readonly (PlanRecord | null)[], reads: ReadLog): readonly (PlanRecord | null)[] {
  for (const plan of plans) {
    if (plan) reads.plan(plan);
    else reads.other();
  }
  return plans;
}
