// What OSDF does with Conductor, as far as an answer can break it: posts with a slash at the end, checks the first answer, follows
// the link until a final status, and translates the recommendations. Between two polls it waits for the plan and not for a clock.
import type { RestPlan, RestRecommendation } from '../../support/gateway.ts';

/** What OSDF's own caller gets to see. */
export interface OsdfResult {
  readonly requestStatus: string;
  readonly statusMessage: string | readonly string[] | undefined;
  readonly placementSolutions: readonly (readonly OsdfPlacement[])[];
}

interface OsdfPlacement {
  readonly resourceModuleName: string;
  readonly serviceResourceId: unknown;
  readonly solution: {
    readonly identifierType: string;
    readonly identifiers: readonly unknown[];
    readonly cloudOwner: unknown;
  };
  readonly assignmentInfo: readonly { readonly key: string; readonly value: unknown }[];
}

export interface OsdfClientOptions {
  /** As configured there: `http://…/v1/plans/`, with the slash. */
  readonly conductorUrl: string;
  readonly authorization: string;
  readonly transactionId: string;
  /** Instead of the configured wait between two polls. */
  readonly pause: (planId: string) => Promise<unknown>;
}

/** `conductor` raised: the request failed before there was a plan to follow, or the plan ended in `error`. */
export class OsdfFailure extends Error {
  readonly plan: RestPlan | null;

  constructor(message: string, plan: RestPlan | null = null) {
    super(message);
    this.plan = plan;
  }
}

const IDENTIFIER_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['cloud', 'cloudRegionId'],
  ['service', 'serviceInstanceId'],
]);

/** Attribute → key of OSDF's answer; others keep their name. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['physical-location-id', 'cloudClli'],
  ['host_id', 'vnfHostName'],
  ['cloud_version', 'cloudVersion'],
  ['cloud_owner', 'cloudOwner'],
  ['location_id', 'locationId'],
  ['location_type', 'locationType'],
  ['is_rehome', 'isRehome'],
  ['directives', 'oof_directives'],
]);

const POLLS = 30;

/** Runs the whole sequence for one body. */
export async function askConductor(body: object, options: OsdfClientOptions): Promise<OsdfResult> {
  const headers = {
    authorization: options.authorization,
    'content-type': 'application/json',
    transaction_id: options.transactionId,
    'x-minorversion': '0',
  };
  const first = await fetch(options.conductorUrl, { method: 'POST', headers, body: JSON.stringify(body) });
  const created = await jsonOf<RestPlan>(first);
  if (created.status !== 'template') throw new OsdfFailure(`unexpected first status ${created.status}`);
  let href = created.links[0]?.[0]?.href ?? '';
  for (let poll = 0; poll < POLLS; poll += 1) {
    const { plans } = await jsonOf<{ readonly plans: readonly RestPlan[] }>(await fetch(href, { headers }));
    const plan = plans[0];
    if (!plan) throw new OsdfFailure('no plan under the link');
    if (plan.status === 'error') throw new OsdfFailure(messageText(plan.message), plan);
    if (plan.status === 'done' || plan.status === 'not found') return translate(plan);
    href = plan.links[0]?.[0]?.href ?? '';
    await options.pause(plan.id);
  }
  throw new OsdfFailure('polled too often');
}

async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.includes('application/json')) throw new OsdfFailure('no JSON');
  if (!response.ok) throw new OsdfFailure(text);
  return JSON.parse(text) as T;
}

/** Slice selection looks for this text in the first element of a list, and nowhere else. */
export function nothingFound(message: string | readonly string[] | undefined): boolean {
  return Array.isArray(message) && String(message[0]).includes('Unable to find any');
}

function messageText(message: string | readonly string[] | undefined): string {
  return typeof message === 'string' ? message : (message ?? []).join('; ');
}

function translate(plan: RestPlan): OsdfResult {
  return {
    requestStatus: plan.status === 'done' ? 'completed' : plan.status,
    statusMessage: plan.message,
    placementSolutions: (plan.recommendations ?? []).map((demands) =>
      Object.entries(demands).map(([demand, recommendation]) => placement(demand, recommendation)),
    ),
  };
}

function placement(demand: string, recommendation: RestRecommendation): OsdfPlacement {
  const { candidate, attributes } = recommendation;
  const type = candidate['inventory_type'];
  const info = [...Object.entries(candidate), ...Object.entries(attributes)];
  return {
    resourceModuleName: demand,
    serviceResourceId: recommendation.service_resource_id,
    solution: {
      identifierType: IDENTIFIER_TYPES.get(type) ?? String(type),
      identifiers: [candidate['candidate_id']],
      cloudOwner: candidate['cloud_owner'],
    },
    assignmentInfo: info.map(([key, value]) => ({ key: RENAMED.get(key) ?? key, value })),
  };
}
