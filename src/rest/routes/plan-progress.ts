// How far a plan's search is, between the changes of the plan.
import { isConductorError } from '../../domain/errors.ts';
import { isStoppable, type PlanRecord } from '../../domain/plan.ts';
import type { PlanChange } from '../../domain/ports.ts';
import type { SearchProgress } from '../../domain/solution.ts';
import { Merged } from '../../lib/merge.ts';
import type { RouteCall } from '../types.ts';

export interface ProgressItem {
  readonly kind: 'progress';
  readonly progress: SearchProgress;
}

/** Both as they come; a plan that is searched for again later is listened to again. Ends with the signal at the latest. */
export async function* changesAndProgress(
  call: RouteCall,
  plan: PlanRecord,
  changes: AsyncIterable<PlanChange>,
  signal: AbortSignal,
): AsyncGenerator<PlanChange | ProgressItem, void, undefined> {
  const merged = new Merged<PlanChange | ProgressItem>();
  let listening = false;
  const listen = () => {
    listening = true;
    merged.add(
      progressOf(call, plan.head.id, signal, () => {
        listening = false;
      }),
    );
  };
  merged.add(changes);
  if (isStoppable(plan.head.status)) listen();
  for await (const item of merged.items()) {
    yield item;
    if (item.kind === 'event' && !listening && isStoppable(item.plan.head.status)) listen();
  }
}

async function* progressOf(
  { services, scope }: RouteCall,
  planId: string,
  signal: AbortSignal,
  onEnd: () => void,
): AsyncGenerator<ProgressItem, void, undefined> {
  try {
    for await (const progress of services.plans.watchProgress(scope, planId, signal))
      yield { kind: 'progress', progress };
  } catch (error) {
    // Its deletion is a change that is told.
    if (!isConductorError(error, 'PLAN_NOT_FOUND')) throw error;
  } finally {
    onEnd();
  }
}
