// The explainer as the rest of the program sees it: the port's implementation with its own search threads, so that a long
// explanation never holds up the plans that are being solved.
import type { Explainer } from '../../../domain/explanation.ts';
import type { Logger } from '../../../domain/ports.ts';
import type { Clock } from '../../../lib/clock.ts';
import { SearchPool } from '../pool.ts';
import { explainerOver } from './explainer.ts';

export interface ExplainerOptions {
  /** Search threads and the heap limit of each in MB; threads start when first needed. */
  readonly pool: { readonly size: number; readonly maxMemoryMb: number };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `close` ends the threads; abort running calls first. */
export function createExplainer(options: ExplainerOptions): Explainer & { close(): Promise<void> } {
  const runner = new SearchPool({ ...options.pool, logger: options.logger });
  return { ...explainerOver({ runner, clock: options.clock }), close: () => runner.close() };
}
