// Whether what a cursor names has happened in the history that the store has now. A store that is put back to an older copy keeps its
// identity, and its revisions soon catch up: only the stored event tells that the cursor is of a history that was undone.
import { ConductorError, isConductorError } from '../domain/errors.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { FeedPosition } from './cursor.ts';
import { keys } from './keys.ts';
import type { Kv } from './kv.ts';
import { toRecord } from './read-plans.ts';

/** Whether an event and the newest state of its plan cannot both be: what comes later has the greater revision. */
export function contradicts({ seq, revision }: FeedPosition, plan: PlanRecord): boolean {
  return Math.sign(plan.head.seq - seq) !== Math.sign(plan.revision - revision);
}

/** The plan as it is, with its stored events. Head and event are one write, so the event has the cursor's revision, or was undone. */
export function isUndone(
  position: FeedPosition,
  plan: PlanRecord & { readonly createRevision: number },
  stored: readonly { readonly event: { readonly seq: number }; readonly revision: number }[],
): boolean {
  if (position.seq === 0) return plan.createRevision <= position.revision;
  const row = stored.find(({ event }) => event.seq === position.seq);
  return row ? row.revision !== position.revision : contradicts(position, plan);
}

/**
 * Throws CURSOR_EXPIRED for a cursor whose event was undone, after one read as a rule. What cannot be told is taken as true: a cursor
 * that names no plan, and one whose plan is gone when the store keeps no history as old as the cursor.
 */
export async function assertHappened(kv: Kv, position: FeedPosition): Promise<void> {
  const { planId, seq, revision } = position;
  if (planId === undefined) return;
  const event = seq > 0 ? await kv.get(keys.event(planId, seq)) : null;
  const happened = event ? event.modRevision === revision : await stoodThen(kv, planId, position);
  if (!happened) throw new ConductorError('CURSOR_EXPIRED');
}

/** By the plan's head as it was at the cursor's revision, unless the store has forgotten that, and by what it is now. */
async function stoodThen(kv: Kv, planId: string, position: FeedPosition): Promise<boolean> {
  const { seq, revision } = position;
  const key = keys.plan(planId);
  try {
    const [then] = (await kv.range(key, { revision, limit: 1, keysOnly: true })).kvs;
    if ((then?.key === key ? then.modRevision : 0) !== (seq > 0 ? revision : 0)) return false;
  } catch (error) {
    if (!isConductorError(error, 'STORE_COMPACTED')) throw error;
  }
  const found = await kv.get(key);
  return found === null || !isUndone(position, { ...found, ...toRecord(found) }, []);
}
