// The rows of the compensation queue, and how a step of the saga changes them. The entry goes into the step's own transaction:
// what may be held at a controller has an entry, whoever dies and whoever deletes the plan.
import type { Compensation, CompensationSettings } from '../domain/compensation.ts';
import type { PlanHead } from '../domain/plan.ts';
import type { ReservationStep } from '../domain/solution.ts';
import { compensationCodec } from './codec.ts';
import { keys } from './keys.ts';
import type { Operation } from './kv.ts';

export const DEFAULT_COMPENSATION: CompensationSettings = { holdMs: 600_000, initialMs: 5_000, maxMs: 600_000 };

/** What the step as it is being stored means for its entry. */
export function entryOperation(
  { id, requestId }: Pick<PlanHead, 'id' | 'requestId'>,
  step: ReservationStep,
  now: number,
  { holdMs, initialMs }: CompensationSettings,
): Operation {
  const key = keys.compensation(id, step.step);
  const late = step.state === 'released' && step.mayComeLate === true;
  if (step.state === 'failed' || (step.state === 'released' && !late)) return { delete: key };
  const failed = step.state === 'release-failed';
  const entry: Compensation = {
    planId: id,
    requestId,
    state: failed ? 'release' : late ? 'verify' : 'hold',
    since: now,
    due: now + (failed ? initialMs : holdMs),
    attempts: failed ? 1 : 0,
    message: failed ? step.message : '',
    step,
  };
  return { put: key, value: compensationCodec.encode(entry) };
}

/** The pause after so many failed releases; `random` in 0…1 spreads it, so that not all come at once. */
export function pauseAfter(attempts: number, { initialMs, maxMs }: CompensationSettings, random: number): number {
  const whole = Math.min(maxMs, initialMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(whole * (0.5 + random / 2));
}
