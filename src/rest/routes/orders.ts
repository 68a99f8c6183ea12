// POST /v1/release-orders: the orchestrator tells which spin-ups have ended (REST specification, section 9).
import { ConductorError } from '../../domain/errors.ts';
import { isJsonObject, own } from '../../lib/json.ts';
import type { ReleaseInput } from '../../services/index.ts';
import { jsonBodyOf, writing } from '../route-call.ts';
import type { RouteHandler } from '../types.ts';

const NOTHING = 'Orders have been released, but no plans are effected in Conductor';

export const releaseOrders: RouteHandler = async (call) => {
  const releases = readReleases(jsonBodyOf(call));
  const decisions = await call.services.locks.release(writing(call).scope, releases);
  const plans = decisions.map(({ planId, shouldRehome }) => ({ plan_id: planId, should_rehome: shouldRehome }));
  return { status: 201, body: { status: 'success', message: plans.length > 0 ? plans : NOTHING } };
};

function readReleases(body: unknown): readonly ReleaseInput[] {
  const list = own(body, 'release-locks');
  if (!Array.isArray(list)) throw new ConductorError('BAD_REQUEST', 'release-locks must be a list.');
  return list.map((entry: unknown, at) => {
    if (!isJsonObject(entry)) throw new ConductorError('BAD_REQUEST', `release-locks[${at}] must be an object.`);
    return { status: own(entry, 'status'), serviceResourceId: own(entry, 'service-resource-id') };
  });
}
