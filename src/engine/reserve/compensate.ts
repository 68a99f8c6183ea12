// Releases what nobody owns any more, as the saga would: the same call, and the same look-up when its outcome is unknown.
import type { Inquirer, Releaser } from '../../domain/compensation.ts';
import type { ServiceController } from '../../domain/controller-ports.ts';
import { isConductorError } from '../../domain/errors.ts';
import type { Logger, Metrics, SagaStore } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { Saga } from './saga.ts';
import { requestOf } from './steps.ts';

export interface ReleaserOptions {
  readonly controllers: readonly ServiceController[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The queue stores the outcome itself. */
const NO_ROWS: SagaStore = { list: async () => [], put: async () => undefined, assertOwned: () => undefined };

/** One call for each time that the queue asks; the pauses between them are the queue's. */
export function createReleaser({ controllers, ...parts }: ReleaserOptions): Releaser {
  const byName = new Map(controllers.map((controller) => [controller.name.toLowerCase(), controller]));
  return async ({ planId, requestId, step }, signal) => {
    const ctx = { requestId, planId, signal };
    const plan = { planId, requestType: step.requestType ?? '', saga: NO_ROWS, ctx };
    const saga = new Saga({ ...parts, controllers: byName, tries: 1 }, plan);
    try {
      const after = await saga.release({ ...step, state: 'releasing' });
      return { released: after.state === 'released', message: after.message };
    } catch (error) {
      if (!isConductorError(error, 'UPSTREAM_PAUSED')) throw error;
      return { released: false, message: error.message };
    }
  };
}

/** Asks the step's controller whether it holds the entity. */
export function createInquirer({ controllers, logger }: Pick<ReleaserOptions, 'controllers' | 'logger'>): Inquirer {
  const byName = new Map(controllers.map((controller) => [controller.name.toLowerCase(), controller]));
  return async ({ planId, requestId, step }, signal) => {
    const controller = byName.get(step.controller.toLowerCase());
    if (!controller) return null;
    try {
      return await controller.query(requestOf(step, planId, step.requestType ?? ''), { requestId, planId, signal });
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ err: error, planId, entityId: step.entityId }, 'a reservation cannot be looked up');
      return null;
    }
  };
}
