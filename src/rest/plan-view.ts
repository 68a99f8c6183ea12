// A plan as REST clients read it (REST specification, section 7.2): links as a list in a list, recommendations keyed by demand.
import type { PlanHead, PlanRecord } from '../domain/plan.ts';
import type { Recommendation, Solution } from '../domain/solution.ts';
import type { RouteCall } from './types.ts';

interface Link {
  readonly href: string;
  readonly rel: 'self';
}

/** `links` of a plan: clients read `links[0][0].href`. */
export function planLinks(baseUrl: string, id: string): readonly (readonly Link[])[] {
  return [[{ href: `${baseUrl}/v1/plans/${encodeURIComponent(id)}`, rel: 'self' }]];
}

/** The answer to a POST: the status says `template` however far the plan has come, because clients check for that word. */
export function createdView(plan: PlanRecord, baseUrl: string): object {
  const { name, id } = plan.head;
  return { name, id, status: 'template', links: planLinks(baseUrl, id) };
}

/**
 * One entry of `plans`; reads the solution when the plan has one. `explained` adds the key `search`, which no client of the
 * reference knows: they ask without and get what they always got.
 */
export async function planView(plan: PlanRecord, call: RouteCall, explained = false): Promise<object> {
  const { head } = plan;
  const solution = head.parts.solution ? await call.services.plans.solution(call.scope, head) : null;
  const recommendations = solution?.recommendations ?? [];
  return {
    name: head.name,
    id: head.id,
    status: head.status,
    ...(head.message !== '' && { message: messageOf(head, call.settings.messageForm) }),
    ...(recommendations.length > 0 && { recommendations: recommendations.map(recommendationView) }),
    links: planLinks(call.baseUrl, head.id),
    ...(explained && { search: solution && (await searchView(plan, solution, call)) }),
  };
}

/** How the search ended and what is proven: the numbers of GraphQL's `plan.diagnosis`. */
async function searchView({ head }: PlanRecord, solution: Solution, { services, scope }: RouteCall): Promise<object> {
  const { proof, nodes, elapsedMs, timedOut, summary } = solution.diagnosis;
  const { status = null, bound = null, gap = null, seed = null } = proof ?? {};
  const objectives = solution.recommendations.map(({ objective }) => objective);
  const translation = await services.plans.translation(scope, head);
  return {
    status,
    objectives,
    bound,
    gap,
    nodes,
    seed,
    elapsed_ms: elapsedMs,
    timed_out: timedOut,
    inventory_digest: translation?.inventoryDigest ?? null,
    summary,
  };
}

function messageOf(head: PlanHead, form: 'stored' | 'text'): string | readonly string[] {
  return form === 'stored' && head.messageForm === 'list' ? [head.message] : head.message;
}

/** Object.fromEntries defines own members, so that a demand may be called `__proto__`. */
function recommendationView({ demands }: Recommendation): object {
  return Object.fromEntries(
    demands.map(({ demand, inventory_provider, service_resource_id, candidate, attributes }) => [
      demand,
      { inventory_provider, service_resource_id, candidate, attributes },
    ]),
  );
}

/** The row that monitors ask for; it exists without being stored. */
export function healthcheckView(baseUrl: string): object {
  return { name: HEALTHCHECK_NAME, id: HEALTHCHECK_ID, status: 'done', links: planLinks(baseUrl, HEALTHCHECK_ID) };
}

export const HEALTHCHECK_ID = 'healthcheck';
export const HEALTHCHECK_NAME = 'foo';
