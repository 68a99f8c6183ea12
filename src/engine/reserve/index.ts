// The reservation stage: reserves what a solution chose, or rolls everything back. Resumable at any point: the stored steps
// say what was intended, and the controller says what is held.

import type { ServiceController } from '../../domain/controller-ports.ts';
import { isConductorError } from '../../domain/errors.ts';
import type { CallContext, Logger, Metrics, SagaStore } from '../../domain/ports.ts';
import type { Translation } from '../../domain/problem.ts';
import type { ReservationStep, Solution } from '../../domain/solution.ts';
import type { Clock } from '../../lib/clock.ts';
import { ROLLED_BACK, Saga, type SagaOptions } from './saga.ts';
import { intended, type PlannedStep, planSteps } from './steps.ts';

export interface ReserverOptions {
  readonly controllers: readonly ServiceController[];
  /** Models whose reservations are made; plans with another model, or none, pass without a call. @default ADIOD, DHV */
  readonly serviceModels?: readonly string[];
  /** Tries of each reserve and release call (`[reservation] reserve_retries`). @default 1 */
  readonly tries?: number;
  /** false: only the first recommendation is reserved. @default true */
  readonly reserveAll?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface ReserveInput {
  readonly planId: string;
  readonly translation: Translation;
  readonly solution: Solution;
  /**
   * `head.parts.solution.n`: tells the steps of this solution from those of an earlier one. Without it the solution's digest
   * does, and a second solution equal to one that was rolled back counts as rolled back already.
   */
  readonly solutionNumber?: number;
  readonly saga: SagaStore;
  readonly requestType: string;
  /** Its signal is aborted when the claim is lost: `reserve` then throws the signal's reason and writes nothing more. */
  readonly ctx: CallContext;
}

export type ReserveResult =
  | { readonly kind: 'reserved'; readonly steps: readonly ReservationStep[] }
  /** Nothing of this solution is held; `message` says what was refused, by whom and why. */
  | { readonly kind: 'rolled-back'; readonly message: string }
  /** Something may still be held: `message` and the steps in state `release-failed` say what. */
  | { readonly kind: 'release-failed'; readonly message: string };

export interface Reserver {
  /**
   * Throws what the saga store throws (STORE_*, CLAIM_LOST), UPSTREAM_PAUSED and the signal's reason; calling again afterwards, here or in
   * another process, goes on where this one stopped and ends in exactly one reservation for each step, or in none at all.
   */
  reserve(input: ReserveInput): Promise<ReserveResult>;
}

/** States of a step that show that the rollback had begun. */
const UNDONE: ReadonlySet<ReservationStep['state']> = new Set(['failed', 'releasing', 'released', 'release-failed']);
/** States of a step that may hold something at the controller. */
const MAY_HOLD: ReadonlySet<ReservationStep['state']> = new Set([
  'intended',
  'reserved',
  'releasing',
  'release-failed',
]);

export function createReserver(options: ReserverOptions): Reserver {
  const { serviceModels = ['ADIOD', 'DHV'], tries = 1, reserveAll = true, clock, logger, metrics } = options;
  const controllers = new Map(options.controllers.map((controller) => [controller.name.toLowerCase(), controller]));
  const sagaOptions: SagaOptions = { controllers, tries: Math.max(1, tries), clock, logger, metrics };
  return {
    async reserve(input) {
      input.ctx.signal?.throwIfAborted();
      const { serviceModel } = input.translation.problem.reservation;
      const model = serviceModel !== null && serviceModels.includes(serviceModel) ? serviceModel : null;
      const planned = model === null ? [] : planSteps(input, reserveAll);
      const saga = new Saga(sagaOptions, input);
      const stored = await input.saga.list();
      const keys = new Set(planned.map((step) => step.key));
      // What an earlier solution left behind is released first; normally there is nothing.
      const left = stored.filter((step) => !keys.has(step.step) && MAY_HOLD.has(step.state));
      const kept = await releaseAll(saga, left);
      if (kept.length > 0) return { kind: 'release-failed', message: releaseFailure(kept) };
      if (model === null) return { kind: 'reserved', steps: [] };
      const current = new Map(stored.filter((step) => keys.has(step.step)).map((step) => [step.step, step]));
      const impossible = [...current.values()].some((step) => UNDONE.has(step.state))
        ? null
        : missingController(planned, controllers);
      if (impossible !== null) return rollBack(saga, [...current.values()], impossible);
      const facts = { serviceModel: model, requestType: input.requestType };
      return forward(saga, planned, current, (step) =>
        intended(step, { ...facts, controller: step.entry.controller ?? '', now: clock.now() }),
      );
    },
  };
}

/** Found before anything is reserved, so that there is nothing to undo. */
function missingController(
  planned: readonly PlannedStep[],
  controllers: ReadonlyMap<string, ServiceController>,
): string | null {
  for (const { entry } of planned) {
    if (entry.controller === null) return `Reservation ${entry.key} names no service controller`;
    if (!controllers.has(entry.controller.toLowerCase())) return `Unknown service controller: ${entry.controller}`;
  }
  return null;
}

async function forward(
  saga: Saga,
  planned: readonly PlannedStep[],
  current: Map<string, ReservationStep>,
  begin: (step: PlannedStep) => ReservationStep,
): Promise<ReserveResult> {
  const undoing = [...current.values()].some((step) => UNDONE.has(step.state));
  for (const step of undoing ? [] : planned) {
    const before = current.get(step.key);
    if (before?.state === 'reserved') continue;
    const row = before ?? begin(step);
    if (!before) {
      const refused = await putNew(saga, row);
      if (refused !== null) return rollBack(saga, [...current.values()], refused);
      current.set(step.key, row);
    }
    const after = await saga.reserve(row, before !== undefined);
    current.set(step.key, after);
    if (after.state !== 'reserved') break;
  }
  const rows = [...current.values()].sort((a, b) => a.order - b.order);
  if (rows.every((step) => step.state === 'reserved')) return { kind: 'reserved', steps: rows };
  return rollBack(saga, rows, causeOf(rows));
}

/** Stores the row of a step that is about to be called; why the store will never take it, or null. */
async function putNew(saga: Saga, row: ReservationStep): Promise<string | null> {
  try {
    await saga.put(row);
    return null;
  } catch (error) {
    if (!isConductorError(error, 'STORE_VALUE_TOO_LARGE')) throw error;
    return `Reservation ${title(row)} cannot be stored: ${error.message}`;
  }
}

async function rollBack(saga: Saga, rows: readonly ReservationStep[], message: string): Promise<ReserveResult> {
  const holding = rows.filter((step) => MAY_HOLD.has(step.state));
  const kept = await releaseAll(saga, holding);
  return kept.length === 0
    ? { kind: 'rolled-back', message }
    : { kind: 'release-failed', message: `${releaseFailure(kept)}. The cause: ${message}` };
}

/** In the reverse order of reserving; one that fails does not keep the others. Returns those that may still be held. */
async function releaseAll(saga: Saga, rows: readonly ReservationStep[]): Promise<ReservationStep[]> {
  const kept: ReservationStep[] = [];
  for (const step of [...rows].sort((a, b) => b.order - a.order)) {
    const after = await saga.release(step);
    if (after.state !== 'released') kept.push(after);
  }
  return kept;
}

function releaseFailure(kept: readonly ReservationStep[]): string {
  return kept.map((step) => `${title(step)}: ${step.message}`).join('; ');
}

function title(step: ReservationStep): string {
  return `${step.reservationName} of ${step.demand} by ${step.controller}`;
}

/** Which step made the reservation fail, and why. */
function causeOf(rows: readonly ReservationStep[]): string {
  const cause = rows.find((step) => UNDONE.has(step.state) && step.message !== ROLLED_BACK);
  if (!cause) return 'The reservation was rolled back';
  return `Reservation ${title(cause)} failed: ${cause.message}`;
}
