// Which store the process works on, in which layout, and what may run on it.
import type { Base } from './app-base.ts';
import { compensationOptions, etcdOptions, retentionOptions } from './app-settings.ts';
import type { Config } from './config/index.ts';
import { ConductorError } from './domain/errors.ts';
import { openEmbeddedKv } from './store/embedded/index.ts';
import { openEtcdKv } from './store/etcd/index.ts';
import { createHasStores } from './store/has/index.ts';
import { createStores, type Stores } from './store/index.ts';
import type { Kv } from './store/kv.ts';
import { VERSION } from './version.ts';

/** Whether the gateway stands in front of running OOF-HAS services. */
function isBridge({ db_options: options }: Config): boolean {
  return options.layout === 'has';
}

/** Throws CONFIG_INVALID for roles that the layout of the store does not allow. */
export function checkRoles(config: Config): void {
  const { roles } = config.gateway;
  if (!isBridge(config)) return;
  const bridge = '[db_options] layout = has: the gateway stands in front of running OOF-HAS services';
  if (config.db_options.db_backend !== 'etcd') {
    throw new ConductorError('CONFIG_INVALID', `${bridge}, so [db_options] db_backend must be etcd.`);
  }
  const working = roles.filter((role) => role !== 'api');
  if (working.length === 0) return;
  throw new ConductorError(
    'CONFIG_INVALID',
    `${bridge}, so [gateway] roles must be api alone, not ${working.join(', ')}.`,
  );
}

export function openStore(base: Base): Promise<Kv> {
  const { config } = base;
  const { data_dir: dir, history: historyRevisions } = config.embedded_store;
  if (config.db_options.db_backend !== 'etcd') return openEmbeddedKv({ ...base, dir, historyRevisions });
  const options = etcdOptions(config);
  const prefix = isBridge(config) ? hasPrefix(config.DEFAULT.keyspace) : options.prefix;
  return openEtcdKv({ ...base, ...options, prefix });
}

/** Where OOF-HAS keeps the tables of a keyspace. */
export function hasPrefix(keyspace: string): string {
  return `${keyspace}/`;
}

/** `kv` as `openStore` gave it. */
export function makeStores(kv: Kv, base: Base): Stores {
  const { config, instance } = base;
  const options = {
    ...base,
    ownerName: instance,
    leaseTtlSeconds: config.gateway.lease_ttl,
    documentCacheBytes: config.gateway.document_cache * 1024 * 1024,
    member: { roles: config.gateway.roles, version: VERSION },
  };
  if (isBridge(config)) return createHasStores(kv, options);
  const settings = { retention: retentionOptions(config), compensation: compensationOptions(config) };
  return createStores(kv, { ...options, ...settings });
}
