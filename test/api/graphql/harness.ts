// The schema with the real services over the real stores and an inventory of the test's own, and a way to send operations.
import type { ExecutionResult } from 'graphql';
import { execute, parse, subscribe, validate } from 'graphql';
import { onTestFinished } from 'vitest';
import { TemplateInvalidError } from '../../../src/domain/errors.ts';
import { checkTemplate } from '../../../src/engine/template/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { createGraphqlContext } from '../../../src/resolvers/context.ts';
import { schema } from '../../../src/schema/index.ts';
import type { ServicesParts } from '../../../src/services/create.ts';
import { createServices } from '../../../src/services/create.ts';
import type { RequestScope, Services } from '../../../src/services/index.ts';
import type { StoresOptions } from '../../../src/store/index.ts';
import { noMetrics, openPlantedStore, type PlantedStore, silentLogger } from '../../support/planted-store.ts';
import { FakeInventory } from './fake-inventory.ts';

/** Ids `id-1`, `id-2` … */
function countingIds() {
  let made = 0;
  return { uuid: () => `id-${++made}` };
}

/** Reads JSON text; the word `broken` is the place of a mistake. */
async function parseJsonTemplate(text: string): Promise<JsonObject> {
  if (text.includes('broken')) {
    throw new TemplateInvalidError([{ path: '', message: 'Template cannot be read', line: 3 }]);
  }
  return JSON.parse(text) as JsonObject;
}

type Document = string | { toString(): string };

interface Client {
  run(document: Document, variables?: Record<string, unknown>): Promise<ExecutionResult>;
  follow(document: Document, variables?: Record<string, unknown>): Promise<Following>;
}

export interface World extends Client {
  readonly store: PlantedStore;
  readonly inventory: FakeInventory;
  readonly services: Services;
}

/** A running subscription, or the result that it was refused with. */
export interface Following {
  next(): Promise<ExecutionResult | null>;
  stop(): Promise<void>;
  readonly refused: ExecutionResult | null;
}

export const scope: RequestScope = { principal: { name: 'tester', kind: 'basic' }, requestId: 'request-1' };

/** For tests that explain nothing. */
const nobody = async (): Promise<never> => {
  throw new Error('nobody was to be asked');
};
const unasked = { explain: nobody, verdicts: nobody, standings: nobody, solve: nobody, translate: nobody };

type Below = Pick<
  ServicesParts,
  'plans' | 'feed' | 'progress' | 'reader' | 'orderLocks' | 'latencyRules' | 'storeStatus'
> &
  Partial<ServicesParts>;

/** The real services over what lies below them. */
function servicesOver(below: Below): Services {
  return createServices({
    controllers: [],
    triageListLimit: 3,
    explainer: unasked,
    replayer: unasked,
    recordTranslator: unasked,
    explainTimeLimitMs: 10_000,
    parseTemplateText: parseJsonTemplate,
    checkTemplate: (given) => checkTemplate(given, {}),
    defaults: { timeout: 10, recommendMax: '1', maxTemplateBytes: 10_000, maxRecommendations: 50 },
    clock: systemClock,
    ids: countingIds(),
    logger: silentLogger,
    metrics: noMetrics,
    ...below,
  });
}

/** Lasts as long as the test that makes it. */
export async function createWorld(
  options: Partial<ServicesParts> = {},
  storesOptions: Partial<StoresOptions> = {},
): Promise<World> {
  const store = await openPlantedStore(storesOptions);
  onTestFinished(() => store.close());
  const inventory = new FakeInventory();
  const { plans, feed, kv } = store;
  const { orderLocks, latencyRules, progress, compensations } = store.stores;
  const below = {
    plans,
    feed,
    progress,
    compensations,
    reader: inventory,
    orderLocks,
    latencyRules,
    storeStatus: () => kv.status(),
  };
  const services = servicesOver({ ...below, ...options });
  return { store, inventory, services, ...clientOf(services) };
}

/** Sends operations to the schema as one caller. */
function clientOf(services: Services): Client {
  const operation = (text: Document, variables?: Record<string, unknown>) => {
    const document = parse(text.toString());
    const errors = validate(schema, document);
    if (errors.length > 0) throw new Error(`The test's document is wrong: ${errors.join('; ')}`);
    const contextValue = createGraphqlContext({ services, scope, logger: silentLogger });
    return { schema, document, contextValue, variableValues: variables ?? null };
  };
  return {
    run: async (text, variables) => execute(operation(text, variables)),
    follow: async (text, variables) => following(await subscribe(operation(text, variables))),
  };
}

function following(result: ExecutionResult | AsyncGenerator<ExecutionResult, void, void>): Following {
  if (!(Symbol.asyncIterator in result)) return { next: async () => null, stop: async () => {}, refused: result };
  return {
    refused: null,
    async next() {
      const item = await result.next();
      return item.done ? null : item.value;
    },
    async stop() {
      await result.return();
    },
  };
}

/** The data of a result that must have no errors; its shape is the test's business. */
// biome-ignore lint/suspicious/noExplicitAny: the operation's text, beside the assertion, says what is in it
export function dataOf(result: ExecutionResult): any {
  if (result.errors) throw new Error(`Unexpected errors: ${result.errors.join('; ')}`);
  return result.data;
}

/** The code of the only error of a result. */
export function codeOf(result: ExecutionResult | null): unknown {
  const [error, ...more] = result?.errors ?? [];
  if (!error || more.length > 0) throw new Error(`Expected one error, got ${JSON.stringify(result?.errors)}`);
  return (error.originalError as { code?: unknown } | undefined)?.code;
}
