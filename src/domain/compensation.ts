// What keeps capacity from being forgotten at a service controller: one entry for each reservation that nobody has confirmed as
// settled, written together with the saga's step. It outlives its plan.
import type { ReservationStep } from './solution.ts';

/** One reservation that may be held, and when somebody is to look after it. */
export interface Compensation {
  readonly planId: string;
  /** Transaction id of the plan; goes to the controller with each release. */
  readonly requestId: string;
  /**
   * `hold`: its plan is in reservation; at `due` it is renewed if the plan still is, and released if the plan is gone or failed.
   * `release`: it belongs to nobody any more, and releasing it has failed so far.
   * `verify`: it was released, but a call that reserves it may have been executed since; at `due` it is released once more,
   * whatever its plan does.
   */
  readonly state: 'hold' | 'release' | 'verify';
  /** When it came into this state, ms since the epoch. */
  readonly since: number;
  /** Not looked at before, ms since the epoch. */
  readonly due: number;
  /** Releases that failed. */
  readonly attempts: number;
  /** What the controller said last; empty before. */
  readonly message: string;
  /** Everything that a release needs. */
  readonly step: ReservationStep;
}

export interface CompensationSettings {
  /** A reservation of a plan that is gone is released this long after its last change; what may come late is awaited so long. */
  readonly holdMs: number;
  /** Pause after the first failed release; doubles. */
  readonly initialMs: number;
  /** Longest pause. */
  readonly maxMs: number;
}

/** What became of one release. */
export interface ReleaseResult {
  readonly released: boolean;
  readonly message: string;
}

/** Throws only the signal's reason. */
export type Releaser = (compensation: Compensation, signal: AbortSignal) => Promise<ReleaseResult>;

/** Whether a controller still holds it; null when it cannot tell. Throws only the signal's reason. */
export type Inquirer = (
  reservation: Pick<Compensation, 'planId' | 'requestId' | 'step'>,
  signal: AbortSignal,
) => Promise<boolean | null>;

/** How much there is to release. */
export interface CompensationStatus {
  /** Entries in state `release`. */
  readonly pending: number;
  /** When the oldest of them failed first, ms since the epoch; null without any. */
  readonly oldestSince: number | null;
}

/** All throw STORE_*. */
export interface CompensationStore {
  /** Releases that have failed, and reservations past their expiry; oldest first. */
  list(first: number): Promise<readonly Compensation[]>;
  /** Every entry of a plan, also of one that is gone. */
  ofPlan(planId: string): Promise<readonly Compensation[]>;
  /** Gives one up that a person has settled at the controller; false when there is none. */
  end(planId: string, step: string, actor: string): Promise<boolean>;
}
