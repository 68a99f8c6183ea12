// Whether a new plan is taken on, decided before anything is read or written for it: not while too many plans wait, and not
// while the store is slow. A store that was slow is asked once more, so that it is believed as soon as it has recovered.
import { ConductorError, type ErrorCode } from '../domain/errors.ts';
import type { Metrics } from '../domain/ports.ts';
import type { Clock } from '../lib/clock.ts';

export interface Admission {
  /** Throws QUEUE_FULL or STORE_SLOW. */
  admit(): Promise<void>;
}

export interface AdmissionParts {
  /** Plans that wait for a stage or are in one. */
  readonly queuedPlans: () => number;
  /** Milliseconds that operations on the store take now. */
  readonly storeLatencyMs: () => number;
  /** A round trip to the store. */
  readonly storeStatus: () => Promise<unknown>;
  /** 0: no limit. */
  readonly limits: { readonly maxQueuedPlans: number; readonly maxStoreLatencyMs: number };
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** Takes on everything. */
export const UNLIMITED: Admission = { admit: async () => {} };

/** Nobody is kept waiting for a question that was put longer ago than the limit. */
interface Question {
  readonly began: number;
  readonly answer: Promise<boolean>;
}

export function createAdmission(parts: AdmissionParts): Admission {
  const { limits, clock, metrics, storeLatencyMs, storeStatus } = parts;
  const { maxQueuedPlans, maxStoreLatencyMs } = limits;
  let question: Question | null = null;

  const ask = (): Question => {
    const answer = storeStatus()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        question = null;
      });
    return { began: clock.monotonic(), answer };
  };

  const storeAnswers = async (): Promise<boolean> => {
    question ??= ask();
    const { began, answer } = question;
    const left = maxStoreLatencyMs - (clock.monotonic() - began);
    if (left <= 0) return false;
    return new Promise((resolve) => {
      const cancel = clock.after(left, () => resolve(false));
      answer.then((answered) => {
        cancel();
        resolve(answered);
      });
    });
  };

  const refuse = (code: ErrorCode, reason: string): ConductorError => {
    metrics.count('conductor_plans_refused_total', { reason });
    return new ConductorError(code);
  };

  return {
    async admit() {
      if (maxQueuedPlans > 0 && parts.queuedPlans() >= maxQueuedPlans) throw refuse('QUEUE_FULL', 'queue');
      if (maxStoreLatencyMs === 0 || storeLatencyMs() <= maxStoreLatencyMs) return;
      if (!(await storeAnswers())) throw refuse('STORE_SLOW', 'store');
    },
  };
}
