// A small set of services over a Map of plans, and helpers to put requests to the REST handler.
import { vi } from 'vitest';
import type { PlanHead, PlanRecord } from '../../../src/domain/plan.ts';
import { NO_STAGE_RECORD } from '../../../src/domain/plan.ts';
import type { Logger } from '../../../src/domain/ports.ts';
import type { Solution } from '../../../src/domain/solution.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createRestHandler, type RestRequest, type RestResponse, type RestSettings } from '../../../src/rest/index.ts';
import type { CreatePlanInput, RequestScope, Services } from '../../../src/services/index.ts';
import { createSubscriptions } from '../../../src/services/subscriptions.ts';
import { noMetrics } from '../../support/planted-store.ts';

export const SETTINGS: RestSettings = {
  username: 'admin1',
  password: 'plan.15',
  basicAuthSecure: false,
  strict401: false,
  versionAuth: { flag: false, token: '' },
  version: { minor: '3', patch: '1', latest: '2.3.1' },
  bodyLimit: 1_000_000,
  trustProxy: false,
  messageForm: 'stored',
  maxWaitMs: 60_000,
};

export const KNOWN_ID = 'f4d167f5-3edb-42de-b229-09f6a10b2488';

export function planRecord(id: string, head: Partial<PlanHead> = {}): PlanRecord {
  const part = { n: 1, chunks: 1, digest: '', size: 2 };
  return {
    revision: 1,
    head: {
      id,
      name: 'a plan',
      status: 'template',
      message: '',
      messageForm: 'text',
      created: 0,
      updated: 0,
      timeout: 10,
      recommendMax: '1',
      createdBy: 'admin1',
      requestId: 'r',
      seq: 1,
      translation: NO_STAGE_RECORD,
      solver: NO_STAGE_RECORD,
      reservation: NO_STAGE_RECORD,
      parts: { template: part },
      ...head,
    },
  };
}

const NO_RULES = { regions: [], countries: [] };

export interface FakeServices {
  readonly services: Services;
  readonly plans: Map<string, PlanRecord>;
  readonly solutions: Map<string, Solution>;
  readonly created: { readonly scope: RequestScope; readonly input: CreatePlanInput }[];
}

export function fakeServices(overrides: Partial<Services['plans']> = {}): FakeServices {
  const plans = new Map<string, PlanRecord>();
  const solutions = new Map<string, Solution>();
  const created: FakeServices['created'] = [];
  const service: Partial<Services['plans']> = {
    async create(scope, input) {
      created.push({ scope, input });
      const id = `00000000-0000-4000-8000-${String(created.length).padStart(12, '0')}`;
      const plan = planRecord(id, { name: input.name ?? 'made-up-name', status: 'solving' });
      plans.set(id, plan);
      return { plan, replayed: false };
    },
    get: async (_scope, id) => plans.get(id) ?? null,
    async list(_scope, { first, after }) {
      const all = [...plans.values()];
      const start = after === undefined ? 0 : Number(after) + 1;
      const page = all.slice(start, start + first);
      return {
        plans: page,
        cursors: page.map((_, index) => String(start + index)),
        hasNextPage: start + first < all.length,
      };
    },
    delete: async (_scope, id) => plans.delete(id),
    solution: async (_scope, { id }) => solutions.get(id) ?? null,
    translation: async () => null,
    cursorOf: ({ revision }) => `cursor-${revision}`,
    position: () => 'cursor-0',
    hasMoved: async ({ revision }, since) => since !== `cursor-${revision}`,
    ...overrides,
  };
  const services: Partial<Services> = {
    plans: service as Services['plans'],
    health: {
      live: () => ({ ok: true, checks: [] }),
      ready: async () => ({ ok: true, checks: [] }),
      startDrain: () => {},
      roundTrip: async () => {},
    },
    locks: { release: async () => [] } as Partial<Services['locks']> as Services['locks'],
    latency: {
      read: async () => NO_RULES,
      loadRegions: async () => NO_RULES,
      loadCountries: async () => NO_RULES,
    },
    triage: { get: async () => null, list: async () => [], sentences: async () => [] },
  };
  return { services: services as Services, plans, solutions, created };
}

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export function recordingLogger(lines: LogLine[] = []): Logger & { readonly lines: LogLine[] } {
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => recordingLogger(lines),
  };
}

export interface Harness extends FakeServices {
  readonly lines: LogLine[];
  readonly findDuplicateKey: ReturnType<typeof vi.fn<(text: string, label: string) => string | null>>;
  ask(method: string, path: string, request?: Partial<RestRequest>): Promise<RestResponse>;
}

export function harness(settings: Partial<RestSettings> = {}, overrides: Partial<Services['plans']> = {}): Harness {
  const fake = fakeServices(overrides);
  const logger = recordingLogger();
  const findDuplicateKey = vi.fn<(text: string, label: string) => string | null>(() => null);
  let made = 0;
  const handle = createRestHandler({
    services: fake.services,
    settings: { ...SETTINGS, ...settings },
    logger,
    ids: { uuid: () => `made-id-${++made}` },
    findDuplicateKey,
    clock: systemClock,
    subscriptions: createSubscriptions(noMetrics, 0),
  });
  const ask: Harness['ask'] = (method, path, request = {}) =>
    handle({
      method,
      path,
      query: '',
      headers: {},
      body: '',
      protocol: 'http',
      host: 'has.example:8091',
      remoteAddress: '127.0.0.1',
      ...request,
    });
  return { ...fake, lines: logger.lines, findDuplicateKey, ask };
}

export function basic(user: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

export function json(response: RestResponse): Record<string, unknown> {
  return JSON.parse(response.body ?? 'null');
}

export function explanation(response: RestResponse): unknown {
  return json(response).explanation;
}

/** A header whatever the case of its name. */
export function headerOf(response: RestResponse, name: string): string | undefined {
  return Object.entries(response.headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
