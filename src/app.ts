// Composition root: the one place that names concrete stores and plugins. Settings are mapped to options in app-settings.ts.

import type { Base as Shared } from './app-base.ts';
import { createExplainParts, type ExplainParts } from './app-explain.ts';
import { createPermission } from './app-secrets.ts';
import {
  aaiHttp,
  aaiOptions,
  admissionLimits,
  instanceName,
  multicloudHttp,
  multicloudOptions,
  sdncHttp,
  sdncOptions,
  serverSettings,
  templateOptions,
} from './app-settings.ts';
import { createSliceParts } from './app-slices.ts';
import { checkRoles, makeStores, openStore } from './app-store.ts';
import type { Config } from './config/index.ts';
import { INVENTORY_PROVIDERS } from './domain/candidate.ts';
import type { ServiceController, VimController } from './domain/controller-ports.ts';
import { STAGES, type Stage } from './domain/plan.ts';
import type { InventoryProvider, Logger } from './domain/ports.ts';
import type { PermissionCheck } from './domain/principal.ts';
import { createInquirer, createReleaser } from './engine/reserve/compensate.ts';
import { createReserver } from './engine/reserve/index.ts';
import { createSolver } from './engine/solve/index.ts';
import {
  describeFailure,
  describeTranslationFailure,
  reserveStage,
  solveStage,
  translateStage,
} from './engine/stages.ts';
import { checkTemplate, findDuplicateKey, parseTemplateText } from './engine/template/index.ts';
import { createTranslator } from './engine/translate/index.ts';
import { createWorker, type Worker, type WorkerOptions } from './engine/worker.ts';
import { delay, systemClock } from './lib/clock.ts';
import { randomIds } from './lib/ids.ts';
import { systemRandom } from './lib/random.ts';
import { type Aai, createAai } from './plugins/aai/index.ts';
import { createHttpClient } from './plugins/http.ts';
import { createMultiCloud } from './plugins/multicloud/index.ts';
import { createSdnc } from './plugins/sdnc/index.ts';
import { createServer, type Server } from './server/index.ts';
import { createAdmission } from './services/admission.ts';
import { createServices } from './services/create.ts';
import type { Services } from './services/index.ts';
import type { Stores } from './store/index.ts';
import type { Kv } from './store/kv.ts';
import { LatencyMeter } from './store/latency-meter.ts';
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
  /**
   * Ends without grace, also while `stop` is at work: nothing is written from now on. False when the store did not let go of a
   * write that is under way; a process that exits then may wait for it for ever.
   */
  abandon(): Promise<boolean>;
  /**
   * Takes over what can change while it runs: the listener's certificate and key, read anew. Throws CERTIFICATE_INVALID, and
   * then nothing has changed. Everything else of the configuration counts from the next start.
   */
  reload(config: Config): void;
}

interface Base extends Shared {
  readonly logger: RootLogger;
  readonly metrics: ReturnType<typeof createMetrics>;
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
  const latency = new LatencyMeter(base.clock);
  const kv = measuredKv(opened, { ...base, latency });
  const { clock, ids } = base;
  const stores = makeStores(kv, base);
  const explain = createExplainParts(base, upstream);
  const services = createServices({
    ...base,
    ...explain,
    plans: stores.plans,
    feed: stores.feed,
    progress: stores.progress,
    orderLocks: stores.orderLocks,
    latencyRules: stores.latencyRules,
    membership: stores.members,
    compensations: stores.compensations,
    reader: upstream.aai.reader,
    controllers: upstream.controllers,
    parseTemplateText,
    checkTemplate: (given) => checkTemplate(given, templateOptions(config)),
    defaults: {
      timeout: config.controller.timeout,
      recommendMax: String(config.controller.limit),
      maxTemplateBytes: MAX_TEMPLATE_BYTES,
      maxRecommendations: config.solver.max_recommendations,
    },
    triageListLimit: config.conductor_api.triage_list_limit,
    storeStatus: () => kv.status(),
    admission: createAdmission({
      ...base,
      queuedPlans: stores.queuedPlans,
      storeLatencyMs: () => latency.current(),
      storeStatus: () => kv.status(),
      limits: admissionLimits(config),
    }),
  });
  const engine = createEngine(base, stores, upstream);
  const metrics = withGauges(base, stores, latency);
  const server = createServer({
    settings: serverSettings(config),
    services,
    metrics,
    logger,
    clock,
    ids,
    findDuplicateKey,
    permission: upstream.permission ?? undefined,
  });
  return assemble(base, { kv, stores, upstream, services, explain, engine, server });
}

/** What is read when somebody looks. */
function withGauges(
  { metrics, clock }: Base,
  { feed, queuedPlans, compensations }: Stores,
  latency: LatencyMeter,
): Base['metrics'] {
  return {
    ...metrics,
    text: () => {
      metrics.gauge('conductor_feed_lag_seconds', feed.status().lagMs / 1000);
      metrics.gauge('conductor_queued_plans', queuedPlans());
      metrics.gauge('conductor_store_latency_seconds', latency.current() / 1000);
      const held = compensations.status();
      if (held) {
        const { pending, oldestSince } = held;
        metrics.gauge('conductor_compensations_pending', pending);
        const age = oldestSince === null ? 0 : Math.max(0, clock.now() - oldestSince) / 1000;
        metrics.gauge('conductor_compensation_oldest_seconds', age);
      }
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

/** With the embedded store nobody else can do what this process leaves out. */
function warnOfMissingRoles({ config, logger }: Base): void {
  const missing = ['api', ...STAGES].filter((role) => !config.gateway.roles.includes(role));
  if (config.db_options.db_backend !== 'embedded' || missing.length === 0) return;
  logger.warn({ missing }, 'the embedded store serves this process alone: nobody has these roles');
}

interface Upstream {
  readonly aai: Aai;
  readonly providers: readonly InventoryProvider[];
  readonly controllers: readonly ServiceController[];
  readonly vims: readonly VimController[];
  readonly permission: PermissionCheck | null;
  close(): Promise<void>;
}

function openUpstream(base: Base): Upstream {
  const { config, logger } = base;
  for (const name of config.inventory_provider.extensions) {
    const known = INVENTORY_PROVIDERS.some((provider) => provider === name);
    if (!known) logger.warn({ provider: name }, 'inventory provider is not known');
    if (name === 'sdc')
      logger.info({ provider: name }, 'no provider of its own: aai serves nst and nsst with what SDC knows');
  }
  for (const name of config.service_controller.extensions.filter((controller) => controller !== 'sdnc')) {
    logger.warn({ controller: name }, 'service controller is not known');
  }
  for (const name of config.vim_controller.extensions.filter((controller) => controller !== 'multicloud')) {
    logger.warn({ controller: name }, 'VIM controller is not known');
  }
  const slices = createSliceParts(base);
  const aaf = createPermission(base);
  const aai = createAai({
    ...base,
    http: createHttpClient({ ...base, ...aaiHttp(config) }),
    ...aaiOptions(config),
    readers: slices.readers,
  });
  const providers = [aai.provider, slices.generator];
  const sdnc = config.service_controller.extensions.includes('sdnc')
    ? [createSdnc({ ...base, http: createHttpClient({ ...base, ...sdncHttp(config) }), ...sdncOptions(config) })]
    : [];
  const vims = config.vim_controller.extensions.includes('multicloud')
    ? [
        createMultiCloud({
          ...base,
          http: createHttpClient({ ...base, ...multicloudHttp(config) }),
          ...multicloudOptions(config),
        }),
      ]
    : [];
  return {
    aai,
    providers: [...new Set(config.inventory_provider.extensions)].flatMap(
      (name) => providers.find((provider) => provider.name === name) ?? [],
    ),
    controllers: sdnc,
    vims,
    permission: aaf,
    close: async () => {
      await Promise.all([
        aai.close(),
        slices.close(),
        aaf?.close(),
        ...[...sdnc, ...vims].map((controller) => controller.close()),
      ]);
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
      const translator = createTranslator({
        ...templateOptions(config),
        providers: upstream.providers,
        latencyRules: stores.latencyRules,
        logger,
      });
      const run = translateStage(stores.plans, translator);
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
        search,
        without_objective: withoutObjective,
      } = config.solver;
      const pool = { size: workers, maxMemoryMb };
      solver = createSolver({ ...base, ...upstream, pool, maxRecommendations, search, withoutObjective });
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
    const { controllers } = upstream;
    if (config.gateway.roles.includes('reservation'))
      stores.compensations.serve(createReleaser({ ...base, controllers }), createInquirer({ ...base, controllers }));
  };
  return { workers, start, close: async () => solver?.close() };
}

interface Parts {
  readonly kv: Kv;
  readonly stores: Stores;
  readonly upstream: Upstream;
  readonly services: Services;
  readonly explain: ExplainParts;
  readonly engine: Engine;
  readonly server: Server;
}

/** A write under way takes some milliseconds; a disk that takes longer is not waited for. */
const LETS_GO_MS = 1_000;

function assemble(base: Base, parts: Parts): App {
  const { kv, stores, upstream, services, explain, engine, server } = parts;
  let stopping: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    const { drain_timeout: grace, drain_notice: notice } = base.config.gateway;
    const graceMs = grace * 1000;
    services.health.startDrain();
    // Not waited for: a store that is away must not hold up a drain.
    void stores.members.drain();
    // Whoever sends requests here by readiness hears of it before the first one is refused.
    if (notice > 0) await delay(base.clock, notice * 1000);
    await Promise.all([server.close(graceMs), ...engine.workers.map((worker) => worker.stop(graceMs))]);
    await Promise.all([engine.close(), explain.close()]);
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
      await stores.members.join(address.url);
      engine.start();
      return address;
    },
    stop() {
      stopping ??= shutDown();
      return stopping;
    },
    abandon() {
      const closed = kv.close().catch(() => {});
      return Promise.race([closed.then(() => true), delay(base.clock, LETS_GO_MS).then(() => false)]);
    },
    reload(config) {
      server.renewCertificate(serverSettings(config));
      base.logger.info({}, 'configuration read anew');
    },
  };
}
