// Many heads at once, for callers whom one that cannot be read must not keep from the others.
import { isConductorError } from '../domain/errors.ts';
import type { PlanRecord } from '../domain/plan.ts';
import type { Logger } from '../domain/ports.ts';
import { chunks } from '../lib/concurrency.ts';
import { planCodec } from './codec.ts';
import { isPlanId, keys } from './keys.ts';
import { type KeyValue, type Kv, MAX_TXN_OPERATIONS } from './kv.ts';
import { when } from './request.ts';

/** `unreadable`: it is there, but a later version of the program wrote it, or it is damaged. null: it is not there. */
export type FoundPlan = PlanRecord | 'unreadable' | null;

/** In the order of the ids; what cannot be read is named in the log. */
export async function readPlans(kv: Kv, ids: readonly string[], logger: Logger): Promise<readonly FoundPlan[]> {
  const wanted = [...new Set(ids)].filter(isPlanId);
  const found = new Map<string, FoundPlan>();
  for (const group of chunks(wanted, MAX_TXN_OPERATIONS)) {
    const reads = group.map((id) => ({ get: keys.plan(id) }));
    const { gets } = await kv.txn(when([], reads));
    group.forEach((id, at) => {
      const entry = gets[at];
      if (entry) found.set(id, readable(entry, logger));
    });
  }
  return ids.map((id) => found.get(id) ?? null);
}

/** Throws STORE_FORMAT_NEWER, or INTERNAL for a damaged value. */
export function toRecord(entry: KeyValue): PlanRecord {
  return { head: planCodec.decode(entry).head, revision: entry.modRevision };
}

/** Whether a stored value could not be decoded. */
export function isUnreadable(error: unknown): boolean {
  return isConductorError(error, 'STORE_FORMAT_NEWER') || isConductorError(error, 'INTERNAL');
}

function readable(entry: KeyValue, logger: Logger): PlanRecord | 'unreadable' {
  try {
    return toRecord(entry);
  } catch (err) {
    if (!isUnreadable(err)) throw err;
    logger.warn({ key: entry.key, err }, 'a plan cannot be read and is left out');
    return 'unreadable';
  }
}
