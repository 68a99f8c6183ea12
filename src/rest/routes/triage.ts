// GET /v1/triage_tool: what became of the candidates of plans (REST specification, section 8; solver specification, section 9).
import { ConductorError } from '../../domain/errors.ts';
import type { PlanTriage } from '../../domain/triage.ts';
import type { TriageRecord } from '../../services/index.ts';
import { HEALTHCHECK_ID, HEALTHCHECK_NAME } from '../plan-view.ts';
import type { RouteHandler } from '../types.ts';

/** `?explain=true` adds `sentences`: in plain words why the answer is as it is, or why there is none; recorded answers keep their shape. */
export const getTriage: RouteHandler = async ({ services, scope, id, request }) => {
  const record = await services.triage.get(scope, id);
  // The spelling is the one that clients of the reference may look for.
  if (!record) throw new ConductorError('PLAN_NOT_FOUND', `DAta ${id.slice(0, 128)} not found`);
  const wanted = new URLSearchParams(request.query).get('explain') === 'true';
  const more = wanted ? { sentences: await services.triage.sentences(scope, record) } : {};
  return { status: 200, body: { ...recordView(record), ...more } };
};

/** The newest plans; how many is bounded by `[conductor_api] triage_list_limit`. */
export const listTriage: RouteHandler = async ({ services, scope }) => {
  const records = await services.triage.list(scope);
  return { status: 200, body: { tData: records.map(recordView) } };
};

/** The row that monitors ask for; it exists without being stored, and nothing was ever dropped for it. */
export const triageHealthcheck: RouteHandler = async ({ services }) => {
  await services.health.roundTrip();
  const nothing = { solver_triage: null, translator_triage: null, optimization_type: null };
  return { status: 200, body: { id: HEALTHCHECK_ID, name: HEALTHCHECK_NAME, ...nothing } };
};

function recordView({ plan, triage }: TriageRecord): object {
  return {
    id: plan.head.id,
    name: plan.head.name,
    solver_triage: triage.solver && { children: triage.solver },
    translator_triage: translatorView(triage),
    optimization_type: triage.optimizationType,
  };
}

function translatorView({ translator, demands }: PlanTriage): object | null {
  if (!translator) return null;
  const latency = new Map(demands?.map(({ demand, latencyDrops }) => [demand, latencyDrops]));
  return {
    dropped_candidates: translator.map(({ demand, candidates }) => ({
      name: demand,
      translation_dropped: candidates.map(({ candidate_id, location_id, reason }) => ({
        candidate_id,
        location_id,
        reason,
      })),
      latency_dropped: (latency.get(demand) ?? []).map(({ candidateId, locationId, reason }) => ({
        candidate_id: candidateId,
        location_id: locationId,
        reason,
      })),
    })),
  };
}
