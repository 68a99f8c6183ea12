// The saga of one plan: each step is stored before its call and after its outcome, so that whoever takes the plan over can
// tell at every point what may be held. A lost claim stops everything at once, with nothing more written.

import type { ReserveOutcome, ReserveRequest, ServiceController } from '../../domain/controller-ports.ts';
import { isConductorError } from '../../domain/errors.ts';
import type { CallContext, Logger, Metrics, SagaStore } from '../../domain/ports.ts';
import type { ReservationStep } from '../../domain/solution.ts';
import type { Clock } from '../../lib/clock.ts';
import { untilAborted } from '../../lib/concurrency.ts';
import { requestOf } from './steps.ts';

export interface SagaOptions {
  /** By name in lower case. */
  readonly controllers: ReadonlyMap<string, ServiceController>;
  /** Tries of a reserve or release call that was refused. */
  readonly tries: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface SagaPlan {
  readonly planId: string;
  readonly requestType: string;
  readonly saga: SagaStore;
  readonly ctx: CallContext;
}

/** Message of a step that was released because another one failed; a step with another message was the cause. */
export const ROLLED_BACK = 'rolled back';
const FOUND = 'found reserved at the controller';

/** What is known of one reserve call. */
interface Looked {
  readonly kind: ReserveOutcome['kind'];
  readonly message: string;
  /** The call itself gave no clear answer. */
  readonly unclear: boolean;
  /** It may be made again. */
  readonly retry: boolean;
}

export class Saga {
  readonly #options: SagaOptions;
  readonly #plan: SagaPlan;

  constructor(options: SagaOptions, plan: SagaPlan) {
    this.#options = options;
    this.#plan = plan;
  }

  /** Stores a row; throws the signal's reason instead when the claim is lost. */
  async put(step: ReservationStep): Promise<void> {
    this.#plan.ctx.signal?.throwIfAborted();
    await this.#plan.saga.put(step);
  }

  /**
   * Reserves from a stored `intended` row; the row afterwards is `reserved`, `failed` (nothing is held) or `releasing`
   * (something may be held). `resumed`: somebody may have made the call already, and it may be executed yet.
   */
  async reserve(step: ReservationStep, resumed: boolean): Promise<ReservationStep> {
    let row = resumed ? late(step) : step;
    if (resumed && (await this.#query(row)) === true) return this.#reserved(row, FOUND);
    let message = '';
    for (let attempt = 1; attempt <= this.#options.tries; attempt += 1) {
      const outcome = await this.#reserveAndLook(row);
      if (outcome.unclear) row = late(row);
      if (outcome.kind === 'ok') return this.#reserved(row, outcome.message);
      message = outcome.message;
      if (!outcome.retry) break;
    }
    this.#note(row, row.mayComeLate ? 'unknown' : 'refused', message);
    return this.#move(row, row.mayComeLate ? 'releasing' : 'failed', message || 'refused without a reason');
  }

  /** Releases what may be held; the row afterwards is `released` or `release-failed`. */
  async release(step: ReservationStep): Promise<ReservationStep> {
    // An intent that is given up is one of a former owner, whose call may be on its way.
    const row = step.state === 'intended' ? late(step) : step;
    const releasing = row.state === 'releasing' ? row : await this.#move(row, 'releasing', ROLLED_BACK);
    let message = '';
    for (let attempt = 1; attempt <= this.#options.tries; attempt += 1) {
      const outcome = await this.#outcome(releasing, (controller, request, ctx) => controller.release(request, ctx));
      if (outcome.kind === 'ok' || (outcome.kind === 'unknown' && (await this.#query(releasing)) === false)) {
        this.#note(releasing, 'released', outcome.message);
        return this.#move(releasing, 'released', releasing.message);
      }
      message = outcome.message;
    }
    this.#note(releasing, 'release_failed', message);
    return this.#move(releasing, 'release-failed', message || 'refused without a reason');
  }

  /** An unknown outcome is looked up: held means reserved, not held may be tried again, no answer may not. */
  async #reserveAndLook(step: ReservationStep): Promise<Looked> {
    const outcome = await this.#outcome(step, (controller, request, ctx) => controller.reserve(request, ctx));
    if (outcome.kind !== 'unknown') return { ...outcome, unclear: false, retry: true };
    const held = await this.#query(step);
    if (held === true) return { kind: 'ok', message: FOUND, unclear: true, retry: false };
    return { ...outcome, unclear: true, retry: held === false };
  }

  #query(step: ReservationStep): Promise<boolean | null> {
    return this.#ask<boolean | null>(
      step,
      (controller, request, ctx) => controller.query(request, ctx),
      () => null,
    );
  }

  #outcome(
    step: ReservationStep,
    call: (controller: ServiceController, request: ReserveRequest, ctx: CallContext) => Promise<ReserveOutcome>,
  ): Promise<ReserveOutcome> {
    return this.#ask(step, call, (message) => ({ kind: 'unknown', message }));
  }

  /** Asks the step's controller; a call that throws may have been executed all the same, unless calls are paused: then the plan waits. */
  async #ask<T>(
    step: ReservationStep,
    call: (controller: ServiceController, request: ReserveRequest, ctx: CallContext) => Promise<T>,
    failed: (message: string) => T,
  ): Promise<T> {
    const { ctx, planId, requestType, saga } = this.#plan;
    ctx.signal?.throwIfAborted();
    saga.assertOwned();
    const controller = this.#options.controllers.get(step.controller.toLowerCase());
    if (!controller) return failed(`Unknown service controller: ${step.controller}`);
    try {
      const answer = await untilAborted(call(controller, requestOf(step, planId, requestType), ctx), ctx.signal);
      ctx.signal?.throwIfAborted();
      return answer;
    } catch (error) {
      ctx.signal?.throwIfAborted();
      if (isConductorError(error, 'UPSTREAM_PAUSED')) throw error;
      const fields = { planId, requestId: ctx.requestId, step: step.step, err: error };
      this.#options.logger.error(fields, 'service controller call failed');
      return failed(`${controller.name} could not be asked`);
    }
  }

  async #reserved(step: ReservationStep, message: string): Promise<ReservationStep> {
    this.#note(step, 'reserved', message);
    return this.#move(step, 'reserved', message);
  }

  async #move(step: ReservationStep, state: ReservationStep['state'], message: string): Promise<ReservationStep> {
    const next = { ...step, state, message, updated: this.#options.clock.now() };
    await this.put(next);
    return next;
  }

  #note(step: ReservationStep, outcome: string, reason: string): void {
    const { logger, metrics } = this.#options;
    const { planId, ctx } = this.#plan;
    metrics.count('conductor_reservations_total', { outcome });
    const { step: key, entityId, controller } = step;
    const fields = { planId, requestId: ctx.requestId, step: key, entityId, controller, outcome, reason };
    if (outcome === 'reserved' || outcome === 'released') logger.info(fields, 'reservation step');
    else logger.warn(fields, 'reservation step');
  }
}

function late(step: ReservationStep): ReservationStep {
  return { ...step, mayComeLate: true };
}
