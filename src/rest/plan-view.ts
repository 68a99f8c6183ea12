// A plan as REST clients read it (REST specification, section 7.2): links as a list in a list, recommendations keyed by demand.
import type { PlanHead, PlanRecord } from '../domain/plan.ts';
import type { Recommendation } from '../domain/solution.ts';
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

/** One entry of `plans`; reads the solution when the plan has one. */
export async function planView(plan: PlanRecord, call: RouteCall): Promise<object> {
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
