// What the feed tells, made of what the watch tells: changes of plans with their cursors, deletions, gaps.
import type { PlanChange, PlanFilter } from '../domain/ports.ts';
import { planCodec, type StoredPlan } from './codec.ts';
import { encodeCursor } from './cursor.ts';
import type { GapItem, LiveChange } from './feed-subscriber.ts';
import { idOf, TOMBSTONE } from './keys.ts';
import type { KeyValue, WatchEvent } from './kv.ts';
import { matchesHead } from './plan-filter.ts';
import { isUnreadable } from './read-plans.ts';

/** Whether a subscriber with this filter gets this. */
export function selects(filter: PlanFilter, item: LiveChange | GapItem): boolean {
  if ('gap' in item) return true;
  const { head } = item;
  // An unknown deletion is told only to those who ask for everything.
  return head ? matchesHead(filter, head) : Object.values(filter).every((wish) => wish === undefined);
}

/** The changes of plans in events of `plans/`; what was deleted is told by the tombstone of the same revision. */
export function changesOf(events: readonly WatchEvent[], clusterId: string): LiveChange[] {
  const tombstone = events.find((event) => event.type === 'put' && event.kv.key === TOMBSTONE);
  const buried = tombstone?.type === 'put' ? readable(tombstone.kv) : null;
  const out: LiveChange[] = [];
  for (const event of events) {
    const key = event.type === 'put' ? event.kv.key : event.key;
    if (key === TOMBSTONE) continue;
    const id = idOf(key);
    if (event.type === 'put') {
      const stored = readable(event.kv);
      if (stored) out.push(eventChange(stored, event.kv.modRevision, clusterId));
    } else out.push(deletedChange(id, buried?.head.id === id ? buried : null, event.modRevision, clusterId));
  }
  return out;
}

/** null for a plan that cannot be read: it is not told, and keeps nobody from hearing of the others. */
export function readable(entry: KeyValue): StoredPlan | null {
  try {
    return planCodec.decode(entry);
  } catch (error) {
    if (isUnreadable(error)) return null;
    throw error;
  }
}

export function eventChange({ head, event }: StoredPlan, revision: number, clusterId: string): LiveChange {
  const cursor = encodeCursor({ clusterId, revision, seq: event.seq, planId: head.id });
  const change = { kind: 'event', cursor, plan: { head, revision }, event } as const;
  return { revision, planId: head.id, head, change };
}

export function deletedChange(
  planId: string,
  stored: StoredPlan | null,
  revision: number,
  clusterId: string,
): LiveChange {
  const cursor = encodeCursor({ clusterId, revision, seq: 0, planId });
  return { revision, planId, head: stored?.head ?? null, change: { kind: 'deleted', cursor, planId } };
}

export function changeOf(item: LiveChange | GapItem): PlanChange {
  if (!('gap' in item)) return item.change;
  return { kind: 'gap', reason: item.gap.reason, cursor: encodeCursor(item.gap.position) };
}

export function newestRevision(events: readonly WatchEvent[]): number {
  return events.reduce(
    (max, event) => Math.max(max, event.type === 'put' ? event.kv.modRevision : event.modRevision),
    0,
  );
}
