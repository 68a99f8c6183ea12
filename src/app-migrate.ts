// `conductor migrate` put together: the etcd of OOF-HAS on one side, the configured store on the other.
import { etcdOptions, instanceName } from './app-settings.ts';
import { hasPrefix, openStore } from './app-store.ts';
import type { Config } from './config/index.ts';
import { ConductorError } from './domain/errors.ts';
import type { Logger, Metrics } from './domain/ports.ts';
import { systemClock } from './lib/clock.ts';
import { randomIds } from './lib/ids.ts';
import { systemRandom } from './lib/random.ts';
import { openEtcdKv } from './store/etcd/index.ts';
import type { MigratedLock } from './store/has/locks.ts';
import { assertHasKeyspace, type MigratedPlan, type MigrationReport, migrate } from './store/has/migrate.ts';
import { KvLatencyRules } from './store/latency-rules.ts';

export interface MigrationRequest {
  /** etcd endpoints of OOF-HAS: URLs, or host:port. */
  readonly from: readonly string[];
  readonly keyspace: string;
  readonly dryRun: boolean;
  readonly onPlan: (plan: MigratedPlan) => void;
  readonly onLock: (lock: MigratedLock) => void;
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const noMetrics: Metrics = { count() {}, observe() {}, gauge() {} };

/**
 * Imports into the store of the configuration. User, password and certificates of `[etcd_api]` count for the source too.
 * Throws CONFIG_INVALID, STORE_UNAVAILABLE, STORE_LOCKED (a gateway runs on the embedded store).
 */
export async function runMigration(config: Config, request: MigrationRequest): Promise<MigrationReport> {
  if (config.db_options.layout === 'has') {
    const message =
      'There is nothing to migrate into: [db_options] layout = has works on the rows of OOF-HAS themselves.';
    throw new ConductorError('CONFIG_INVALID', message);
  }
  const base = { clock: systemClock, ids: randomIds, random: systemRandom, logger: silent, metrics: noMetrics };
  const options = { ...etcdOptions(config), endpoints: request.from, prefix: hasPrefix(request.keyspace) };
  const from = await openEtcdKv({ ...base, ...options });
  try {
    await assertHasKeyspace(from, request.keyspace);
    const to = await openStore({ ...base, config, instance: instanceName(config) });
    try {
      const parts = { from, to, latencyRules: new KvLatencyRules(to), clock: base.clock, newToken: randomIds.uuid };
      return await migrate({ ...parts, dryRun: request.dryRun, onPlan: request.onPlan, onLock: request.onLock });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
