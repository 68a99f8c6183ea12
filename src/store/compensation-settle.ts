// Settles one due entry of the compensation queue. Only a plan that is final or gone loses its reservations: neither ever comes back,
// so no worker can be at the same entry. Each write compares the owner key, so that an owner that was thought dead writes nothing;
// a release that two of them make is the same release.
import type { Compensation, CompensationSettings, Releaser } from '../domain/compensation.ts';
import { isFinal, type PlanStatus } from '../domain/plan.ts';
import type { Logger, Metrics } from '../domain/ports.ts';
import type { ReservationStep } from '../domain/solution.ts';
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { compensationCodec, planCodec, stepCodec } from './codec.ts';
import { pauseAfter } from './compensation-rows.ts';
import { keys } from './keys.ts';
import type { Compare, KeyValue, Kv, Operation } from './kv.ts';
import { isUnreadable } from './read-plans.ts';
import { when } from './request.ts';

export interface SettleParts extends CompensationSettings {
  readonly kv: Kv;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly release: Releaser;
}

/** Looks at the entry and does what its plan calls for. Throws STORE_*, and the signal's reason when the lease is lost. */
export async function settleEntry(parts: SettleParts, key: string, owner: Compare, signal: AbortSignal): Promise<void> {
  const found = await parts.kv.get(key);
  if (!found) return;
  const entry = compensationCodec.decode(found);
  if (entry.due > parts.clock.now()) return;
  const fence: readonly Compare[] = [owner, { key, modRevision: found.modRevision }];
  const status = await statusOf(parts.kv, entry.planId);
  if (status !== 'gone' && !isFinal(status)) return renew(parts, found.key, entry, fence);
  // A worker of an earlier version ended the plan, and left the entry: what a plan that is done holds stays.
  if (status === 'done' && entry.state === 'hold') {
    await parts.kv.txn(when(fence, [{ delete: key }]));
    return;
  }
  const { released, message } = await parts.release(entry, signal);
  signal.throwIfAborted();
  const { planId, requestId, step, attempts } = entry;
  const fields = {
    planId,
    requestId,
    step: step.step,
    entityId: step.entityId,
    attempts: attempts + 1,
    reason: message,
  };
  parts.metrics.count('conductor_compensation_attempts_total', { outcome: released ? 'released' : 'failed' });
  if (released) parts.logger.info(fields, 'released what was held for nobody');
  else parts.logger.warn(fields, 'a release keeps failing');
  if (released) await store(parts, entry, fence, { delete: key }, 'released', `released at attempt ${attempts + 1}`);
  else {
    const next = failedAgain(parts, entry, message);
    await store(parts, entry, fence, { put: key, value: compensationCodec.encode(next) }, 'release-failed', message);
  }
}

async function statusOf(kv: Kv, planId: string): Promise<PlanStatus | 'gone'> {
  const plan = await kv.get(keys.plan(planId));
  return plan ? statusIn(plan) : 'gone';
}

/** A plan that cannot be read, perhaps because a later version wrote it, is in work for all that is known. */
export function statusIn(plan: KeyValue): PlanStatus {
  try {
    return planCodec.decode(plan).head.status;
  } catch (error) {
    if (isUnreadable(error)) return 'reserving';
    throw error;
  }
}

/** The plan is in work, or will be taken over: its worker decides. */
async function renew(parts: SettleParts, key: string, entry: Compensation, fence: readonly Compare[]): Promise<void> {
  const pause = entry.state === 'hold' ? parts.holdMs : parts.initialMs;
  const next: Compensation = { ...entry, due: parts.clock.now() + pause };
  await parts.kv.txn(when(fence, [{ put: key, value: compensationCodec.encode(next) }]));
}

function failedAgain(parts: SettleParts, entry: Compensation, message: string): Compensation {
  const now = parts.clock.now();
  const attempts = entry.attempts + 1;
  const since = entry.state === 'release' ? entry.since : now;
  return {
    ...entry,
    state: 'release',
    since,
    attempts,
    message,
    due: now + pauseAfter(attempts, parts, parts.random.next()),
  };
}

/** The entry's change, and in one transaction that of the plan's row while there is one. */
async function store(
  { kv, clock }: SettleParts,
  { planId, step }: Compensation,
  fence: readonly Compare[],
  change: Operation,
  state: ReservationStep['state'],
  message: string,
): Promise<void> {
  const row = await kv.get(keys.reservation(planId, step.step));
  const requests = row ? [withRow(row, { state, message, updated: clock.now() })] : [];
  // Without the row when it went meanwhile, with its plan: nobody else touches it any more.
  for (const { compare, then } of [...requests, when([], [])]) {
    if ((await kv.txn(when([...fence, ...compare], [change, ...then]))).succeeded) return;
  }
}

function withRow(row: KeyValue, change: Pick<ReservationStep, 'state' | 'message' | 'updated'>) {
  const { step, ...rest } = stepCodec.decode(row);
  const value = stepCodec.encode({ ...rest, step: { ...step, ...change } });
  return when([{ key: row.key, modRevision: row.modRevision }], [{ put: row.key, value }]);
}
