// Routes below /v1/plans.
import { ConductorError } from '../../domain/errors.ts';
import type { PlanRecord } from '../../domain/plan.ts';
import { limiter } from '../../lib/concurrency.ts';
import type { CreatePlanInput } from '../../services/index.ts';
import { readPlanBody } from '../plan-body.ts';
import { createdView, healthcheckView, planView } from '../plan-view.ts';
import { bodyOf, writing } from '../route-call.ts';
import { header, type RouteAnswer, type RouteCall, type RouteHandler } from '../types.ts';
import { awaitedPlan, isKnown, positionHeaders } from './plan-wait.ts';

/** Rows read from the store at a time for the unpaged list. */
const PAGE = 200;
/** Solutions read side by side for the list. */
const SOLUTIONS_AT_ONCE = 8;
/** Ids of plans; anything else cannot exist and is not asked of the store. */
const PLAN_ID = /^[A-Za-z0-9._-]{1,128}$/;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export const createPlan: RouteHandler = async (call) => {
  const { services, baseUrl } = call;
  const input: CreatePlanInput = {
    ...readPlanBody(bodyOf(call), call.findDuplicateKey),
    idempotencyKey: idempotencyKey(call),
  };
  const { plan, replayed } = await services.plans.create(writing(call).scope, input);
  const headers: Record<string, string> = replayed ? { 'Idempotency-Replayed': 'true' } : {};
  return { status: 201, body: createdView(plan, baseUrl), headers };
};

function idempotencyKey({ request }: RouteCall): string | undefined {
  const key = header(request.headers, 'idempotency-key');
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  throw new ConductorError('BAD_REQUEST', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
}

/** All plans with the healthcheck row in front, oldest first. */
export const listPlans: RouteHandler = async (call) => {
  const views: object[] = [healthcheckView(call.baseUrl)];
  const atMost = limiter(SOLUTIONS_AT_ONCE);
  let after: string | undefined;
  do {
    const page = await call.services.plans.list(call.scope, {
      order: 'oldest-first',
      first: PAGE,
      ...(after !== undefined && { after }),
    });
    views.push(...(await Promise.all(page.plans.map((plan) => atMost(() => planView(plan, call))))));
    after = page.hasNextPage ? page.cursors.at(-1) : undefined;
  } while (after !== undefined);
  return { status: 200, body: { plans: views } };
};

/** `?explain=true` adds `search`: how the search ended and what is proven. */
export const getPlan: RouteHandler = async (call) => {
  const plan = await awaitedPlan(call, () => findPlan(call));
  const headers = positionHeaders(call, plan);
  if (isKnown(call, headers)) return { status: 304, headers };
  const explained = new URLSearchParams(call.request.query).get('explain') === 'true';
  return { status: 200, body: { plans: [await planView(plan, call, explained)] }, headers };
};

export const deletePlan: RouteHandler = async (call) => {
  const deleted = PLAN_ID.test(call.id) && (await call.services.plans.delete(writing(call).scope, call.id));
  if (!deleted) throw notFound(call.id);
  return { status: 204 };
};

/** Clients expect 404 of any method on a plan that is not there. */
export async function requirePlan(call: RouteCall): Promise<void> {
  await findPlan(call);
}

/** A round trip through the store, for monitors; they look at the status code only. */
export const healthcheck: RouteHandler = async ({ services, baseUrl }): Promise<RouteAnswer> => {
  await services.health.roundTrip();
  return { status: 200, body: { plans: [healthcheckView(baseUrl)] } };
};

/** Throws PLAN_NOT_FOUND. */
export async function findPlan({ services, scope, id }: RouteCall): Promise<PlanRecord> {
  const plan = PLAN_ID.test(id) ? await services.plans.get(scope, id) : null;
  if (plan === null) throw notFound(id);
  return plan;
}

function notFound(id: string): ConductorError {
  return new ConductorError('PLAN_NOT_FOUND', `Plan ${id.slice(0, 128)} not found`);
}
