// The solver as the rest of the engine sees it: the port's implementation with its pool of search threads.
import type { ServiceController, VimController } from '../../domain/controller-ports.ts';
import type { InventoryProvider, Logger, Metrics, Solver } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { SearchPool } from './pool.ts';
import { solverOver } from './solver.ts';

export interface SolverOptions {
  /** Asked only for operations that they offer. */
  readonly providers: readonly InventoryProvider[];
  /** Matched by name without regard to case. */
  readonly controllers: readonly ServiceController[];
  /** The first one answers vim_fit. */
  readonly vims: readonly VimController[];
  /** Search threads and the heap limit of each in MB. */
  readonly pool: { readonly size: number; readonly maxMemoryMb: number };
  /** Most recommendations for "all". */
  readonly maxRecommendations: number;
  /** `optimal` proves its answers; `fit_first` makes the greedy choice of the reference. @default optimal */
  readonly search?: 'optimal' | 'fit_first';
  /** Where there is no objective: the cheapest that fits, first ones first, or one drawn for each plan. @default first */
  readonly withoutObjective?: 'first' | 'random';
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Solves problems off the event loop. Errors: TEMPLATE_INVALID (constraint or objective that cannot be read), PLAN_FAILED
 * (the search thread died or ran out of memory), what providers and controllers throw, INTERNAL.
 * `start` makes a search thread ready before it is needed; `close` ends the threads; abort running solves first.
 */
export function createSolver(options: SolverOptions): Solver & { start(): void; close(): Promise<void> } {
  const runner = new SearchPool({ ...options.pool, logger: options.logger });
  return { ...solverOver({ ...options, runner }), start: () => runner.start(), close: () => runner.close() };
}
