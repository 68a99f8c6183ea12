// Waiting for a plan to change with an ordinary GET: `?wait=30s&since=CURSOR`. The answer is that of a GET without; where the
// plan stands is told in headers, so that clients which know nothing of this are not touched by it.
import { ConductorError, isConductorError } from '../../domain/errors.ts';
import { isFinal, type PlanRecord } from '../../domain/plan.ts';
import type { Cursor } from '../../domain/ports.ts';
import { header, type RouteCall } from '../types.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['', 1_000],
  ['s', 1_000],
  ['m', 60_000],
]);

/** The cursor of the plan's newest event; the entity tag stands for the same. */
export function positionHeaders({ services }: RouteCall, plan: PlanRecord): Record<string, string> {
  const cursor = services.plans.cursorOf(plan);
  return { 'X-Conductor-Cursor': cursor, ETag: `"${cursor}"` };
}

/** Whether the client has this state already, by `If-None-Match`. */
export function isKnown({ request }: RouteCall, { ETag: tag }: Record<string, string>): boolean {
  const known = header(request.headers, 'if-none-match')?.split(',') ?? [];
  return known.some((one) => one.trim().replace(/^W\//, '') === tag);
}

/**
 * The plan, when it has changed after `since` (without: after now), has ended, or the wait is over. Throws what `find` does,
 * BAD_REQUEST, CURSOR_INVALID, TOO_MANY_SUBSCRIPTIONS.
 */
export async function awaitedPlan(call: RouteCall, find: () => Promise<PlanRecord>): Promise<PlanRecord> {
  const query = new URLSearchParams(call.request.query);
  const waitMs = Math.min(readWait(query.get('wait')), call.settings.maxWaitMs);
  const plan = await find();
  const since = query.get('since');
  // Also when nothing is waited for: who made a mistake learns it before it matters.
  const moved = since !== null && (await hasMoved(call, plan, since));
  if (moved || waitMs === 0 || isFinal(plan.head.status)) return plan;
  await changeOf(call, plan, waitMs);
  return find();
}

/** Milliseconds; a number without a unit means seconds. */
function readWait(text: string | null): number {
  if (text === null) return 0;
  const match = /^(\d{1,9})(ms|s|m|)$/.exec(text);
  if (match) return Number(match[1]) * (UNITS.get(match[2] ?? '') ?? 0);
  throw new ConductorError('BAD_REQUEST', 'wait must be a time such as 30s, 500ms or 1m.');
}

/** A cursor whose history is lost is behind whatever the plan is now. */
async function hasMoved({ services }: RouteCall, plan: PlanRecord, since: Cursor): Promise<boolean> {
  try {
    return await services.plans.hasMoved(plan, since);
  } catch (error) {
    if (isConductorError(error, 'CURSOR_EXPIRED')) return true;
    throw error;
  }
}

/** Resolves when the plan is no longer as given, or after the time. */
async function changeOf(call: RouteCall, plan: PlanRecord, waitMs: number): Promise<void> {
  const { services, scope, clock, subscriptions } = call;
  const { signal, end } = subscriptions.open('poll', scope.principal, scope.signal);
  const cancel = clock.after(waitMs, end);
  const after = services.plans.cursorOf(plan);
  try {
    for await (const _ of services.plans.watch(scope, { planId: plan.head.id, after, signal })) break;
  } catch (error) {
    // The store was set back meanwhile: that is a change, too.
    if (!isConductorError(error, 'CURSOR_EXPIRED')) throw error;
  } finally {
    cancel();
    end();
  }
}
