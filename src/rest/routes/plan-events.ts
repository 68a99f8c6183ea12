// `GET /v1/plans/{id}/events`: a plan's changes as server-sent events with the cursors of the GraphQL subscription as ids, so
// that a browser, or anybody who sends `Last-Event-ID`, goes on where it was, on any gateway; on request with how far the search is. As JSON the whole history.
import { ConductorError, isConductorError, toConductorError } from '../../domain/errors.ts';
import { isFinal, type PlanEvent, type PlanRecord } from '../../domain/plan.ts';
import type { Cursor, PlanChange } from '../../domain/ports.ts';
import type { Subscription } from '../../services/subscriptions.ts';
import { planView } from '../plan-view.ts';
import { wantsEvents } from '../request-headers.ts';
import { header, type RouteCall, type RouteHandler } from '../types.ts';
import { changesAndProgress, type ProgressItem } from './plan-progress.ts';
import { findPlan } from './plans.ts';

/** Pause in milliseconds before a client connects again. */
const RETRY_MS = 1_000;

/** Where a stream begins. */
interface Start {
  /** Absent: with the newest event. */
  readonly after?: Cursor;
  /** The history behind the client's cursor is lost. */
  readonly lost: boolean;
  /** Tell how far the search is, too. */
  readonly progress: boolean;
}

/** 204 tells a browser that has seen the end not to come again. */
export const planEvents: RouteHandler = async (call) => {
  const plan = await findPlan(call);
  if (!wantsEvents(header(call.request.headers, 'accept'))) return { status: 200, body: await historyOf(call, plan) };
  const start = await startOf(call, plan);
  if (start === null) return { status: 204 };
  const subscription = call.subscriptions.open('rest', call.scope.principal, call.scope.signal);
  return { status: 200, stream: frames(call, plan, start, subscription) };
};

async function historyOf({ services, scope }: RouteCall, plan: PlanRecord): Promise<object> {
  const events = await services.plans.events(scope, plan.head.id, 0);
  return { events: events.map(eventView), cursor: services.plans.cursorOf(plan) };
}

/** null when the client knows the plan's end. Throws CURSOR_INVALID, BAD_REQUEST. */
async function startOf({ request, services }: RouteCall, plan: PlanRecord): Promise<Start | null> {
  const query = new URLSearchParams(request.query);
  const progress = readProgress(query.get('progress'));
  const after = header(request.headers, 'last-event-id') ?? query.get('after');
  if (after === null || after === '') return { lost: false, progress };
  try {
    const moved = await services.plans.hasMoved(plan, after);
    return !moved && isFinal(plan.head.status) ? null : { after, lost: false, progress };
  } catch (error) {
    if (isConductorError(error, 'CURSOR_EXPIRED')) return { lost: true, progress };
    throw error;
  }
}

function readProgress(text: string | null): boolean {
  if (text === null || text === 'false') return false;
  if (text === 'true') return true;
  throw new ConductorError('BAD_REQUEST', 'progress must be true or false.');
}

async function* frames(
  call: RouteCall,
  plan: PlanRecord,
  start: Start,
  { signal, end }: Subscription,
): AsyncGenerator<string, void, undefined> {
  const { scope, logger } = call;
  const planId = plan.head.id;
  try {
    yield `retry: ${RETRY_MS}\n\n`;
    const changes = changesFrom(call, planId, start, signal);
    for await (const item of start.progress ? changesAndProgress(call, plan, changes, signal) : changes) {
      yield await frameOf(call, item);
      if (isEnd(item)) return;
    }
  } catch (thrown) {
    if (signal.aborted) return;
    const error = toConductorError(thrown);
    if (error.code === 'INTERNAL')
      logger.error({ requestId: scope.requestId, planId, err: error.cause }, 'events failed');
    // What the client has seen stands; it goes on from there when it connects again.
    yield frame('failure', null, { code: error.code, message: error.message, retryable: error.retryable });
  } finally {
    end();
  }
}

/** The changes after the client's cursor; where its history is lost, a gap that has no cursor and the newest event. */
async function* changesFrom(
  { services, scope }: RouteCall,
  planId: string,
  { after, lost }: Start,
  signal: AbortSignal,
): AsyncGenerator<PlanChange, void, undefined> {
  if (!lost) {
    try {
      return yield* services.plans.watch(scope, { planId, signal, ...(after === undefined ? {} : { after }) });
    } catch (error) {
      // Only the plan's stored events tell that what the client has seen was undone.
      if (!isConductorError(error, 'CURSOR_EXPIRED')) throw error;
    }
  }
  yield LOST;
  yield* services.plans.watch(scope, { planId, signal });
}

const LOST: PlanChange = { kind: 'gap', reason: 'store-changed', cursor: '' };

function isEnd(change: PlanChange | ProgressItem): boolean {
  return change.kind === 'deleted' || (change.kind === 'event' && isFinal(change.event.to));
}

async function frameOf(call: RouteCall, change: PlanChange | ProgressItem): Promise<string> {
  // No part of the history: it has no place to go on from.
  if (change.kind === 'progress') return frame('progress', null, { planId: call.id, ...change.progress });
  const { cursor } = change;
  if (change.kind === 'event') return frame('status', cursor, eventView(change.event));
  if (change.kind === 'deleted') return frame('deleted', cursor, { planId: change.planId });
  return frame('gap', change === LOST ? null : cursor, await gapView(call, change.reason));
}

function frame(event: string, id: Cursor | null, data: object): string {
  return `event: ${event}\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function eventView({ at, ...event }: PlanEvent): object {
  return { ...event, at: new Date(at).toISOString() };
}

/** With the plan as it is now, as `GET /v1/plans/{id}` shows it; null when it is gone. */
async function gapView(call: RouteCall, reason: string): Promise<object> {
  const plan = await call.services.plans.get(call.scope, call.id);
  return { reason, plan: plan && (await planView(plan, call)) };
}
