// The table of REST routes. A new endpoint is a row in ROUTES and, for its path, a row in RESOURCES.
import { loadCountryRules, loadRegions } from './routes/latency.ts';
import { releaseOrders } from './routes/orders.ts';
import { planEvents } from './routes/plan-events.ts';
import { createPlan, deletePlan, getPlan, healthcheck, listPlans, requirePlan } from './routes/plans.ts';
import { getTriage, listTriage, triageHealthcheck } from './routes/triage.ts';
import { versions } from './routes/versions.ts';
import type { RouteCall, RouteHandler } from './types.ts';

/** `*` answers every method. */
type Route = readonly [method: string, pattern: string, handler: RouteHandler];

const ROUTES: readonly Route[] = [
  ['*', '/', versions],
  ['OPTIONS', '/v1', async () => ({ status: 200 })],
  ['GET', '/v1/plans', listPlans],
  ['POST', '/v1/plans', createPlan],
  ['GET', '/v1/plans/healthcheck', healthcheck],
  ['GET', '/v1/plans/{id}', getPlan],
  ['DELETE', '/v1/plans/{id}', deletePlan],
  ['GET', '/v1/plans/{id}/events', planEvents],
  ['GET', '/v1/triage_tool', listTriage],
  ['GET', '/v1/triage_tool/healthcheck', triageHealthcheck],
  ['GET', '/v1/triage_tool/{id}', getTriage],
  ['POST', '/v1/release-orders', releaseOrders],
  ['POST', '/v1/load_latency_rules', loadRegions],
  ['POST', '/v1/load_latency_country_rules', loadCountryRules],
];

/** What holds for every method of a path. A slash at the end of a path makes no difference. */
export interface Resource {
  readonly pattern: string;
  /**
   * `first`: even a method that is not allowed needs credentials. `handler`: only methods that do something. `always`: these, and
   * also where the configuration asks for no credentials.
   */
  readonly auth: 'none' | 'first' | 'handler' | 'always';
  /** Value of Allow on OPTIONS and 405; null sends none. */
  readonly allow: string | null;
  /** GET may be answered with server-sent events. */
  readonly streams?: true;
  /** Runs before a method without a handler is answered. */
  readonly lookUp?: (call: RouteCall) => Promise<void>;
}

const RESOURCES: readonly Resource[] = [
  { pattern: '/', auth: 'none', allow: null },
  { pattern: '/v1', auth: 'none', allow: null },
  { pattern: '/v1/plans', auth: 'handler', allow: 'GET,POST' },
  // Clients are told DELETE as they always were, yet it is refused: the row cannot be deleted.
  { pattern: '/v1/plans/healthcheck', auth: 'none', allow: 'GET,DELETE' },
  { pattern: '/v1/plans/{id}', auth: 'first', allow: 'GET,DELETE', lookUp: requirePlan },
  { pattern: '/v1/plans/{id}/events', auth: 'handler', allow: 'GET', streams: true },
  { pattern: '/v1/triage_tool', auth: 'handler', allow: 'GET' },
  { pattern: '/v1/triage_tool/healthcheck', auth: 'none', allow: 'GET' },
  { pattern: '/v1/triage_tool/{id}', auth: 'handler', allow: 'GET' },
  { pattern: '/v1/release-orders', auth: 'always', allow: 'POST' },
  { pattern: '/v1/load_latency_rules', auth: 'always', allow: 'POST' },
  { pattern: '/v1/load_latency_country_rules', auth: 'always', allow: 'POST' },
];

export interface Match {
  readonly resource: Resource;
  readonly id: string;
}

const EXACT: ReadonlyMap<string, Resource> = new Map(
  RESOURCES.filter(({ pattern }) => !pattern.includes('{')).map((resource) => [resource.pattern, resource]),
);
const WITH_ID = RESOURCES.filter(({ pattern }) => pattern.includes('{id}')).map((resource) => {
  const [prefix = '', suffix = ''] = resource.pattern.split('{id}');
  return { resource, prefix, suffix };
});
const HANDLERS: ReadonlyMap<string, RouteHandler> = new Map(
  ROUTES.map(([method, pattern, handler]) => [`${method} ${pattern}`, handler]),
);

/** The resource of a path, or null. */
export function matchPath(path: string): Match | null {
  const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const exact = EXACT.get(plain);
  if (exact) return { resource: exact, id: '' };
  for (const { resource, prefix, suffix } of WITH_ID) {
    if (!plain.startsWith(prefix) || !plain.endsWith(suffix)) continue;
    const id = plain.slice(prefix.length, plain.length - suffix.length);
    if (id !== '' && !id.includes('/')) return { resource, id: decoded(id) };
  }
  return null;
}

export function handlerOf(method: string, { pattern }: Resource): RouteHandler | undefined {
  return HANDLERS.get(`${method} ${pattern}`) ?? HANDLERS.get(`* ${pattern}`);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The pattern of a path for metrics: few and known values, whatever is asked. */
export function routeLabel(path: string): string {
  return matchPath(path)?.resource.pattern ?? 'other';
}
