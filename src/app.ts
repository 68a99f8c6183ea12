// Composition root: the one place that names concrete stores and plugins. Settings are mapped to options in app-settings.ts.
import {
  aaiHttp,
  aaiOptions,
  etcdOptions,
  instanceName,
  sdncHttp,
  sdncOptions,
  serverSettings,
} from './app-settings.ts';
import type { Config } from './config/index.ts';
import { ConductorError } from './domain/errors.ts';
import { STAGES, type Stage } from './domain/plan.ts';
import type { InventoryProvider, Logger, ServiceController } from './domain/ports.ts';
import { createReserver } from './engine/reserve/index.ts';
import { createSolver } from './engine/solve/index.ts';
import {
  describeFailure,
  describeTranslationFailure,
  reserveStage,
  solveStage,
  translateStage,
} from './engine/stages.ts';
import { findDuplicateKey, parseTemplateText, validateTemplate } from './engine/template/index.ts';
import { createTranslator } from './engine/translate/index.ts';
import { createWorker, type Worker, type WorkerOptions } from './engine/worker.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { type Ids, randomIds } from './lib/ids.ts';
import { type Random, systemRandom } from './lib/random.ts';
import { type Aai, createAai } from './plugins/aai/index.ts';
import { createHttpClient } from './plugins/http.ts';
import { createSdnc } from './plugins/sdnc/index.ts';
import { createServer, type Server } from './server/index.ts';
import { createServices } from './services/create.ts';
import type { Services } from './services/index.ts';
import { openEmbeddedKv } from './store/embedded/index.ts';
import { openEtcdKv } from './store/etcd/index.ts';
import { createStores, type Stores } from './store/index.ts';
import type { Kv } from './store/kv.ts';
import { measuredKv } from './store/measured.ts';
import { createLogger, type RootLogger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';

export interface App {
  readonly logger: Logger;
  readonly services: Services;
  /** Opens for business: feed, caches, workers, listener. Throws PORT_IN_USE, CERTIFICATE_INVALID, STORE_UNAVAILABLE. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Drains: not ready, no new work, requests and work in hand finish within the grace, the lease is given back. Idempotent. */
  stop(): Promise<void>;
}

/** What every part gets. */
interface Base {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly logger: RootLogger;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly instance: string;
}

const MAX_TEMPLATE_BYTES = 8 * 1024 * 1024;

/**
 * Opens the store and puts all parts together; nothing runs before `start`. Throws as `start` does, and STORE_LOCKED.
 * `logger`: instead of the one that the configuration describes.
 */
export async function createApp(config: Config, given: { readonly logger?: RootLogger } = {}): Promise<App> {
  const instance = instanceName(config);
  const logger = given.logger ?? createLogger(loggerOptions(config, instance));
  const base: Base = {
    config,
    clock: systemClock,
    ids: randomIds,
    random: systemRandom,
    metrics: createMetrics(),
    logger,
    instance,
  };
  checkRoles(config);
  warnOfMissingRoles(base);
  const upstream = openUpstream(base);
  const opened = await openStore(base).catch(async (error) => {
    await upstream.close();
    throw error;
  });
  const kv = measuredKv(opened, base);
  const { clock, ids } = base;
  const stores = createStores(kv, {
    ...base,
    ownerName: instance,
    leaseTtlSeconds: config.gateway.lease_ttl,
  });
  const services = createServices({
    ...base,
    plans: stores.plans,
    feed: stores.feed,
    reader: upstream.aai.reader,
    controllers: upstream.controllers,
    parseTemplateText,
    validateTemplate,
    defaults: {
      timeout: config.controller.timeout,
      recommendMax: String(config.controller.limit),
      maxTemplateBytes: MAX_TEMPLATE_BYTES,
      maxRecommendations: config.solver.max_recommendations,
    },
    storeStatus: () => kv.status(),
  });
  const engine = createEngine(base, stores, upstream);
  const metrics = withFeedLag(base.metrics, stores);
  const server = createServer({
    settings: serverSettings(config),
    services,
    metrics,
    logger,
    clock,
    ids,
    findDuplicateKey,
  });
  return assemble(base, { kv, stores, upstream, services, engine, server });
}

/** The lag is read when somebody looks. */
function withFeedLag(metrics: Base['metrics'], { feed }: Stores): Base['metrics'] {
  return {
    ...metrics,
    text: () => {
      metrics.gauge('conductor_feed_lag_seconds', feed.status().lagMs / 1000);
      return metrics.text();
    },
  };
}

function loggerOptions(config: Config, instance: string) {
  const { debug, log_dir: logDir, log_file: logFile } = config.DEFAULT;
  return {
    level: debug ? 'debug' : 'info',
    base: { instance },
    ...(logDir || logFile ? { logDir, logFile } : {}),
  } as const;
}

function checkRoles(config: Config): void {
  const known = ['api', ...STAGES];
  const strange = config.gateway.roles.filter((role) => !known.includes(role));
  const problem =
    strange.length > 0
      ? `[gateway] roles has "${strange.join(', ')}"`
      : config.gateway.roles.length === 0
        ? '[gateway] roles is empty'
        : null;
  if (problem) throw new ConductorError('CONFIG_INVALID', `${problem}; known roles are ${known.join(', ')}.`);
}

/** With the embedded store nobody else can do what this process leaves out. */
function warnOfMissingRoles({ config, logger }: Base): void {
  const missing = ['api', ...STAGES].filter((role) => !config.gateway.roles.includes(role));
  if (config.db_options.db_backend !== 'embedded' || missing.length === 0) return;
  logger.warn({ missing }, 'the embedded store serves this process alone: nobody has these roles');
}

function openStore(base: Base): Promise<Kv> {
  const { config } = base;
  if (config.db_options.db_backend === 'etcd') return openEtcdKv({ ...base, ...etcdOptions(config) });
  const { data_dir: dir, history: historyRevisions } = config.embedded_store;
  return openEmbeddedKv({ ...base, dir, historyRevisions });
}

interface Upstream {
  readonly aai: Aai;
  readonly providers: readonly InventoryProvider[];
  readonly controllers: readonly ServiceController[];
  close(): Promise<void>;
}

function openUpstream(base: Base): Upstream {
  const { config, logger } = base;
  for (const name of config.inventory_provider.extensions.filter((provider) => provider !== 'aai')) {
    logger.warn({ provider: name }, 'inventory provider is not available in this release');
  }
  for (const name of config.service_controller.extensions.filter((controller) => controller !== 'sdnc')) {
    logger.warn({ controller: name }, 'service controller is not known');
  }
  const aai = createAai({ ...base, http: createHttpClient({ ...base, ...aaiHttp(config) }), ...aaiOptions(config) });
  const sdnc = config.service_controller.extensions.includes('sdnc')
    ? [createSdnc({ ...base, http: createHttpClient({ ...base, ...sdncHttp(config) }), ...sdncOptions(config) })]
    : [];
  return {
    aai,
    providers: config.inventory_provider.extensions.includes('aai') ? [aai.provider] : [],
    controllers: sdnc,
    close: async () => {
      await Promise.all([aai.close(), ...sdnc.map((controller) => controller.close())]);
    },
  };
}

interface Engine {
  readonly workers: readonly Worker[];
  start(): void;
  close(): Promise<void>;
}

function createEngine(base: Base, stores: Stores, upstream: Upstream): Engine {
  const { config, clock, logger, metrics, instance } = base;
  let solver: ReturnType<typeof createSolver> | null = null;
  const shared = { owner: instance, work: stores.work, clock, random: base.random, logger, metrics };
  const make: Readonly<Record<Stage, () => WorkerOptions>> = {
    controller: () => {
      const maxFailures = config.controller.max_translation_counter;
      const run = translateStage(stores.plans, createTranslator({ providers: upstream.providers, logger }));
      return {
        ...shared,
        stage: 'controller',
        run,
        describe: describeTranslationFailure(maxFailures),
        concurrency: config.controller.workers,
        maxFailures,
      };
    },
    solver: () => {
      const {
        workers,
        max_memory: maxMemoryMb,
        max_recommendations: maxRecommendations,
        max_solver_counter: maxFailures,
      } = config.solver;
      solver = createSolver({ ...base, ...upstream, pool: { size: workers, maxMemoryMb }, maxRecommendations });
      const run = solveStage(stores.plans, solver, { timeoutSeconds: config.solver.solver_timeout, machine: instance });
      return {
        ...shared,
        stage: 'solver',
        run,
        describe: describeFailure('solve', maxFailures),
        concurrency: workers,
        maxFailures,
      };
    },
    reservation: () => {
      const { workers, reserve_retries: tries, max_reservation_counter: maxFailures } = config.reservation;
      const { service_models: serviceModels, reserve_all: reserveAll } = config.reservation;
      const reserver = createReserver({ ...base, controllers: upstream.controllers, serviceModels, tries, reserveAll });
      const run = reserveStage(stores.plans, reserver, maxFailures);
      return {
        ...shared,
        stage: 'reservation',
        run,
        describe: describeFailure('reserve', maxFailures),
        concurrency: workers,
        maxFailures,
      };
    },
  };
  const workers = STAGES.filter((stage) => config.gateway.roles.includes(stage)).map((stage) =>
    createWorker(make[stage]()),
  );
  const start = () => {
    // Its thread gets ready while the first plan is translated.
    solver?.start();
    for (const worker of workers) worker.start();
  };
  return { workers, start, close: async () => solver?.close() };
}

interface Parts {
  readonly kv: Kv;
  readonly stores: Stores;
  readonly upstream: Upstream;
  readonly services: Services;
  readonly engine: Engine;
  readonly server: Server;
}

function assemble(base: Base, parts: Parts): App {
  const { kv, stores, upstream, services, engine, server } = parts;
  let stopping: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    const graceMs = base.config.gateway.drain_timeout * 1000;
    services.health.startDrain();
    await Promise.all([server.close(graceMs), ...engine.workers.map((worker) => worker.stop(graceMs))]);
    await engine.close();
    await stores.close();
    await upstream.close();
    await kv.close();
    base.logger.info({}, 'stopped');
    await base.logger.flush();
  }
  return {
    logger: base.logger,
    services,
    async start() {
      await stores.start();
      upstream.aai.start();
      const address = await server.listen();
      engine.start();
      return address;
    },
    stop() {
      stopping ??= shutDown();
      return stopping;
    },
  };
}
