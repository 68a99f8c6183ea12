// What the composition root hands to every part that it puts together.
import type { Config } from './config/index.ts';
import type { Logger, Metrics } from './domain/ports.ts';
import type { Clock } from './lib/clock.ts';
import type { Ids } from './lib/ids.ts';
import type { Random } from './lib/random.ts';

export interface Base {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Name of this process among those that share a store. */
  readonly instance: string;
}
