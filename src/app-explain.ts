// What explanations, what-ifs and replays run on: search threads of their own, so that they never hold up plans, and a
// translator that asks nobody. Threads start when first needed.
import { templateOptions } from './app-settings.ts';
import type { Config } from './config/index.ts';
import type { ServiceController, VimController } from './domain/controller-ports.ts';
import type { Explainer } from './domain/explanation.ts';
import type { InventoryProvider, Logger, Metrics, Solver } from './domain/ports.ts';
import type { RecordTranslator } from './domain/what-if.ts';
import { createExplainer } from './engine/solve/explain/index.ts';
import { createSolver } from './engine/solve/index.ts';
import { createRecordTranslator } from './engine/translate/recorded.ts';
import type { Clock } from './lib/clock.ts';

export interface ExplainPartsOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Only their names count: on record nobody is asked. */
interface Sources {
  readonly providers: readonly InventoryProvider[];
  readonly controllers: readonly ServiceController[];
  readonly vims: readonly VimController[];
}

export interface ExplainParts {
  readonly explainer: Explainer;
  readonly replayer: Solver;
  readonly recordTranslator: RecordTranslator;
  readonly explainTimeLimitMs: number;
  close(): Promise<void>;
}

export function createExplainParts(options: ExplainPartsOptions, sources: Sources): ExplainParts {
  const { config } = options;
  const { max_memory: maxMemoryMb, max_recommendations: maxRecommendations, search } = config.solver;
  const { without_objective: withoutObjective } = config.solver;
  const pool = { size: config.solver.explain_workers, maxMemoryMb };
  const explainer = createExplainer({ ...options, pool });
  const replayer = createSolver({ ...options, ...sources, pool, maxRecommendations, search, withoutObjective });
  return {
    explainer,
    replayer,
    recordTranslator: createRecordTranslator({ ...templateOptions(config), logger: options.logger }),
    explainTimeLimitMs: config.solver.explain_timeout * 1000,
    close: async () => {
      await Promise.all([explainer.close(), replayer.close()]);
    },
  };
}
