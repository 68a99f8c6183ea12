// The gateway inside the test's own process, through the same composition root as the program: real HTTP on a free port, the
// embedded store in a temporary folder (or a given one, or etcd), simulators around it. Ends of plans are waited for, not polled.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/index.ts';
import { isFinal, type PlanStatus } from '../../src/domain/plan.ts';
import { ANONYMOUS } from '../../src/domain/principal.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import type { SimWorld } from '../sim/load-world.ts';
import { type Simulators, startSimulators } from '../sim/start.ts';
import type { TypedDocumentString } from './gql/graphql.ts';

export interface GatewayOptions {
  /** Running simulators, which stay the caller's; absent: own ones over `world`. */
  readonly simulators?: Simulators;
  /** Default: the vCPE world. */
  readonly world?: SimWorld;
  /** More lines of conductor.conf; they come last and win. */
  readonly lines?: readonly string[];
  /** `dir`: a folder that stays after `stop`; `etcd`: its endpoint. Default: the embedded store in a folder of its own. */
  readonly store?: { readonly dir: string } | { readonly etcd: string };
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
}

export interface RestRecommendation {
  readonly inventory_provider: string;
  readonly service_resource_id: string | null;
  readonly candidate: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A plan as `GET /v1/plans/{id}` shows it. */
export interface RestPlan {
  readonly id: string;
  readonly name: string;
  readonly status: PlanStatus;
  readonly message?: string | readonly string[];
  readonly recommendations?: readonly Readonly<Record<string, RestRecommendation>>[];
  readonly links: readonly (readonly { readonly href: string; readonly rel: string }[])[];
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Gateway {
  readonly url: string;
  readonly app: App;
  readonly simulators: Simulators;
  /** `Basic …` of the one user. */
  readonly authorization: string;
  /** A body that is no text or bytes is sent as JSON. Default headers: credentials and JSON; `headers` replaces them by name. */
  rest(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<RestAnswer>;
  /** The data of an operation; rejects with the messages of its errors. */
  graphql<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result>;
  /** Posts a plan that must be accepted; its id. */
  accepted(body: unknown): Promise<string>;
  /** Resolves when the plan has a final status, with the plan as REST shows it. */
  finished(planId: string): Promise<RestPlan>;
  /** `accepted`, then `finished`. */
  solved(body: unknown): Promise<RestPlan>;
  /** Every line logged so far, from `debug` up. */
  log(): Promise<readonly LogLine[]>;
  /** Drains, and removes what was made here. Idempotent. */
  stop(): Promise<void>;
}

const USER = 'user';
const PASSWORD = 'pass';

function configFile(folder: string, simulators: Simulators, { store, lines = [] }: GatewayOptions): string {
  const etcd = store && 'etcd' in store ? new URL(store.etcd) : null;
  const file = join(folder, 'conductor.conf');
  const own = [
    '[listener]',
    'port = 0',
    '[conductor_api]',
    `username = ${USER}`,
    `password = ${PASSWORD}`,
    '[embedded_store]',
    `data_dir = ${store && 'dir' in store ? store.dir : join(folder, 'data')}`,
    ...(etcd
      ? ['[db_options]', 'db_backend = etcd', '[etcd_api]', `host = ${etcd.hostname}`, `port = ${etcd.port}`]
      : []),
  ];
  writeFileSync(file, `${[...own, ...simulators.configLines, ...lines].join('\n')}\n`, { mode: 0o600 });
  return file;
}

/** Starts everything; rejects with the reason when something does not start, and leaves nothing behind then. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-gateway-'));
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const cleanUp = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const simulators = options.simulators ?? (await startSimulators(options.world ? { world: options.world } : {}));
    if (!options.simulators) undo.push(() => simulators.stop());
    const { config } = loadConfig({ files: [configFile(folder, simulators, options)], env: {} });
    const logFile = join(folder, 'gateway.log');
    const logger = createLogger({ level: 'debug', destination: logFile });
    const app = await createApp(config, { logger });
    undo.push(() => app.stop());
    const { url } = await app.start();
    const log = async () => {
      await logger.flush();
      const lines = readFileSync(logFile, 'utf8').split('\n');
      return lines.filter(Boolean).map((line) => JSON.parse(line) as LogLine);
    };
    return { ...client(url, app), simulators, log, stop: cleanUp };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

function client(url: string, app: App): Omit<Gateway, 'simulators' | 'log' | 'stop'> {
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const rest: Gateway['rest'] = async (method, path, body, headers = {}) => {
    const usual = { authorization, 'content-type': 'application/json', accept: 'application/json' };
    const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
    const payload = raw ? body : JSON.stringify(body);
    const init = { method, headers: { ...usual, ...headers }, ...(payload === undefined ? {} : { body: payload }) };
    const response = await fetch(`${url}${path}`, init as RequestInit);
    return { status: response.status, headers: response.headers, body: readJson(await response.text()) };
  };
  const accepted: Gateway['accepted'] = async (body) => {
    const answer = await rest('POST', '/v1/plans', body);
    if (answer.status !== 201) throw new Error(`refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
    return (answer.body as RestPlan).id;
  };
  const finished: Gateway['finished'] = async (planId) => {
    await finalStatus(app, planId);
    const { body } = await rest('GET', `/v1/plans/${planId}`);
    const [plan] = (body as { readonly plans: readonly RestPlan[] }).plans;
    if (!plan) throw new Error(`plan ${planId} is not shown`);
    return plan;
  };
  return {
    url,
    app,
    authorization,
    rest,
    accepted,
    finished,
    solved: async (body) => finished(await accepted(body)),
    async graphql(document, variables) {
      const { status, body } = await rest('POST', '/graphql', { query: document.toString(), variables });
      const { data, errors } = body as { data?: never; errors?: readonly { readonly message: string }[] };
      if (errors || !data) throw new Error(errors?.map(({ message }) => message).join('; ') ?? `HTTP ${status}`);
      return data;
    },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function finalStatus(app: App, planId: string): Promise<void> {
  const stop = new AbortController();
  const scope = { principal: ANONYMOUS, requestId: 'test' };
  try {
    for await (const change of app.services.plans.watch(scope, { planId, signal: stop.signal })) {
      if (change.kind === 'deleted') throw new Error(`plan ${planId} was deleted`);
      if (change.kind === 'event' && isFinal(change.plan.head.status)) return;
    }
  } finally {
    stop.abort();
  }
  throw new Error(`the feed ended before plan ${planId}`);
}
