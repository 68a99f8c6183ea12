// Plans for both skins: checks what comes in, asks whether the principal may, and leaves the rest to the store and the feed.

import type { Issue } from '../domain/errors.ts';
import { ConductorError } from '../domain/errors.ts';
import type { Logger, Metrics, NewPlan, PlanChange, PlanFeed, PlanFeedOptions, PlanStore } from '../domain/ports.ts';
import type { ProgressFeed } from '../domain/progress.ts';
import type { SearchProgress } from '../domain/solution.ts';
import type { GivenTemplate } from '../engine/template/index.ts';
import type { Ids } from '../lib/ids.ts';
import { linkedSignal } from '../lib/linked-signal.ts';
import { type Admission, UNLIMITED } from './admission.ts';
import { authorize } from './authorize.ts';
import type { CreatePlanInput, CreatePlanOutcome, PlanService, RequestScope } from './index.ts';
import type { ParseTemplateText } from './plan-input.ts';
import {
  filesOf,
  fingerprintOf,
  readDocument,
  readGapLimit,
  readIdempotencyKey,
  readName,
  readNumSolution,
  readPriority,
  readTimeLimit,
  readTimeout,
  withTransactionId,
} from './plan-input.ts';

export interface PlanDefaults {
  /** Seconds. */
  readonly timeout: number;
  /** Digits or `all`. */
  readonly recommendMax: string;
  /** Bytes of the template with its files. */
  readonly maxTemplateBytes: number;
  /** Recommendations of one plan at the most. */
  readonly maxRecommendations: number;
}

export interface PlanServiceParts {
  readonly plans: PlanStore;
  readonly feed: PlanFeed;
  readonly progress: ProgressFeed;
  readonly parseTemplateText: ParseTemplateText;
  /** Every broken rule; lines when text was given. Throws PAYLOAD_TOO_LARGE. */
  readonly checkTemplate: (given: GivenTemplate) => Promise<readonly Issue[]>;
  readonly defaults: PlanDefaults;
  /** @default everything is taken on */
  readonly admission?: Admission;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Ids look like this; anything else is not there, and no store is asked. */
const PLAN_ID = /^[A-Za-z0-9][\w.-]{0,127}$/;

export function createPlanService(parts: PlanServiceParts): PlanService {
  const { plans } = parts;
  const read = (scope: RequestScope) => authorize(scope, 'plan:read');
  const inFlight = new Set<string>();
  return {
    create: (scope, input) => create(parts, inFlight, scope, input),
    async get(scope, id) {
      read(scope);
      return PLAN_ID.test(id) ? plans.get(id) : null;
    },
    async getMany(scope, ids) {
      read(scope);
      const askable = ids.filter((id) => PLAN_ID.test(id));
      const found = new Map((await plans.getMany(askable)).map((plan, at) => [askable[at], plan]));
      return ids.map((id) => found.get(id) ?? null);
    },
    async list(scope, query) {
      read(scope);
      return plans.list(query);
    },
    async delete(scope, id) {
      authorize(scope, 'plan:delete');
      const existed = PLAN_ID.test(id) && (await plans.delete(id));
      if (existed) parts.logger.info({ ...logFields(scope), planId: id }, 'plan deleted');
      return existed;
    },
    async stop(scope, id) {
      authorize(scope, 'plan:stop');
      const outcome = PLAN_ID.test(id) ? await plans.stop(id, scope.principal.name) : ({ kind: 'missing' } as const);
      if (outcome.kind === 'missing') throw notFound(id);
      const { head } = outcome.plan;
      if (outcome.kind === 'over') {
        throw new ConductorError('PLAN_NOT_STOPPABLE', `Plan ${id} is ${head.status}: nothing is left to search.`);
      }
      parts.logger.info({ ...logFields(scope), planId: id, status: head.status }, 'plan is to stop');
      return outcome.plan;
    },
    async template(scope, head) {
      read(scope);
      return plans.template(head);
    },
    async translation(scope, head) {
      read(scope);
      return plans.translation(head);
    },
    async solution(scope, head) {
      read(scope);
      return plans.solution(head);
    },
    async triage(scope, head) {
      read(scope);
      return plans.triage(head);
    },
    async reservations(scope, planId) {
      read(scope);
      return PLAN_ID.test(planId) ? plans.reservations(planId) : [];
    },
    async events(scope, planId, afterSeq) {
      read(scope);
      return PLAN_ID.test(planId) ? plans.events(planId, afterSeq) : [];
    },
    watch: (scope, options) => watch(parts, scope, options),
    async progress(scope, planId) {
      read(scope);
      return PLAN_ID.test(planId) ? parts.progress.current(planId) : null;
    },
    watchProgress: (scope, planId, signal) => watchProgress(parts, scope, planId, signal),
    cursorOf: (plan) => parts.feed.cursorOf(plan),
    position: () => parts.feed.position(),
    hasMoved: (plan, since) => parts.feed.hasMoved(plan, since),
    validateTemplate: async (template, files) =>
      parts.checkTemplate({ template, files: filesOf(files), maxBytes: parts.defaults.maxTemplateBytes }),
  };
}

async function create(
  parts: PlanServiceParts,
  inFlight: Set<string>,
  scope: RequestScope,
  input: CreatePlanInput,
): Promise<CreatePlanOutcome> {
  authorize(scope, 'plan:create');
  const { defaults, ids, admission = UNLIMITED } = parts;
  const name = readName(input.name);
  const recommendMax = readNumSolution(input.numSolution, defaults.recommendMax, defaults.maxRecommendations);
  const timeout = readTimeout(input.timeout, defaults.timeout);
  const { timeLimit, gapLimit, priority } = input;
  const wishes = { ...readTimeLimit(timeLimit), ...readGapLimit(gapLimit), ...readPriority(priority) };
  const asked = readIdempotencyKey(input.idempotencyKey);
  // Keys of different principals never meet.
  const key = asked === undefined ? undefined : JSON.stringify([scope.principal.name, asked]);
  const document = await readDocument(input, parts.parseTemplateText, defaults.maxTemplateBytes);
  await admission.admit();
  const plan: NewPlan = {
    id: ids.uuid(),
    name: name ?? ids.uuid(),
    timeout,
    recommendMax,
    ...wishes,
    createdBy: scope.principal.name,
    requestId: scope.requestId,
    document: withTransactionId(document, scope.transactionId),
    ...(key !== undefined && {
      idempotency: { key, fingerprint: fingerprintOf({ name, timeout, recommendMax, ...wishes, document }) },
    }),
  };
  const outcome = await alone(inFlight, key, () => parts.plans.create(plan));
  if (outcome.kind === 'conflict') throw new ConductorError('IDEMPOTENCY_CONFLICT');
  const replayed = outcome.kind === 'replayed';
  if (!replayed) parts.metrics.count('conductor_plans_created_total');
  parts.logger.info({ ...logFields(scope), planId: outcome.plan.head.id, replayed }, 'plan accepted');
  return { plan: outcome.plan, replayed };
}

/** Twins on two gateways meet in the store, where one of them makes the plan and the other one gets it. */
async function alone<T>(inFlight: Set<string>, key: string | undefined, task: () => Promise<T>): Promise<T> {
  if (key === undefined) return task();
  if (inFlight.has(key)) throw new ConductorError('IDEMPOTENCY_IN_PROGRESS');
  inFlight.add(key);
  try {
    return await task();
  } finally {
    inFlight.delete(key);
  }
}

function logFields(scope: RequestScope): object {
  return { requestId: scope.requestId, principal: scope.principal.name };
}

/** One for all: an abort without a reason makes an error with a stack each time. */
const ENDED = new Error('The watch has ended.');

async function* watch(
  parts: PlanServiceParts,
  scope: RequestScope,
  options: PlanFeedOptions,
): AsyncGenerator<PlanChange, void, undefined> {
  authorize(scope, 'plan:read');
  const { planId } = options;
  if (planId !== undefined && !PLAN_ID.test(planId)) throw notFound(planId);
  const link = linkedSignal(options.signal);
  const changes = parts.feed.watch({ ...options, signal: link.signal })[Symbol.asyncIterator]();
  try {
    // The feed listens from here on, so a plan that is there now cannot go away unseen.
    let pending = changes.next();
    if (planId !== undefined && options.after === undefined) {
      pending.catch(() => {}); // reported below, unless the plan is missing
      if ((await parts.plans.get(planId)) === null) throw notFound(planId);
    }
    for (let result = await pending; !result.done; result = await pending) {
      yield result.value;
      if (planId !== undefined && result.value.kind === 'deleted') return;
      pending = changes.next();
    }
  } finally {
    link.abort(ENDED); // ends a `next` that is still waiting, which `return` would wait for
    await changes.return?.();
  }
}

async function* watchProgress(
  parts: PlanServiceParts,
  scope: RequestScope,
  planId: string,
  signal: AbortSignal,
): AsyncGenerator<SearchProgress, void, undefined> {
  authorize(scope, 'plan:read');
  if (!PLAN_ID.test(planId) || (await parts.plans.get(planId)) === null) throw notFound(planId);
  yield* parts.progress.watch(planId, signal);
}

/** What a caller sent as an id may be long. */
function notFound(planId: string): ConductorError {
  return new ConductorError('PLAN_NOT_FOUND', `Plan ${planId.slice(0, 128)} not found`);
}
