// Reading many objects with few requests. Each loader names up to four ways to ask; the first available one is used, a refused one
// is left out for ten minutes, chunks that are too much are halved. Results are found by key, never by position.
import { ConductorError } from '../../domain/errors.ts';
import type { CallContext, Logger } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { limiter } from '../../lib/concurrency.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import type { AaiClient, AaiRequest, Verdict } from './client.ts';
import { normaliseLink } from './links.ts';
import { type Entity, filled, objects, text } from './wire.ts';

export type Strategy = 'multi-get' | 'query' | 'dsl' | 'single';
const STRATEGIES: readonly Strategy[] = ['multi-get', 'query', 'dsl', 'single'];

/** How one kind of object is read by key. Paths are without version; a way that is absent is not offered. */
export interface Loader<K> {
  readonly name: string;
  /** A&AI's type name of the objects. */
  readonly type: string;
  keyOf(key: K): string;
  /** GET with repeated keys. */
  multiGet?(keys: readonly K[]): string;
  /** Start URI for PUT /query; `queryDepth` 0 or 1. */
  startUri?(key: K): string;
  readonly queryDepth?: 0 | 1;
  /** Levels of children in DSL answers; above 0 they come without relationships. @default 0 */
  readonly dslDepth?: number;
  /** DSL text, or null when a key cannot be written in it. */
  dsl?(keys: readonly K[]): string | null;
  single(key: K): string;
  /** `single` gives one object alone, which has this property at least. Absent: it gives a list like the others. */
  readonly alone?: string;
  /** The property that `multiGet` selects by, when an object without it is to be handed (marked) to all keys. */
  readonly property?: string;
  /** Key (as of `keyOf`) that an object answers; null when it answers none. */
  answers(entity: Entity): string | null;
}

/** Per key: the objects found (none: empty), or the error of the chunk that the key was in. */
export type Found = ReadonlyMap<string, readonly Entity[] | ConductorError>;

export interface BatchOptions {
  readonly client: AaiClient;
  /** The way to read for a loader's name. */
  readonly strategyOf: (loader: string) => Strategy | 'auto';
  /** Keys in one request at the most. */
  readonly chunkSize: number;
  /** Requests at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type Batcher = <K>(loader: Loader<K>, keys: readonly K[], ctx: CallContext) => Promise<Found>;

const REFUSED_FOR_MS = 10 * 60_000;
/** Path and query; leaves room for the version and a proxy's prefix within the 6 kB that every proxy takes. */
const LONGEST_TARGET = 5_900;
const SHORTEST_TARGET = 500;
/** Halvings after a time-out: a slow server must not be asked ever more often. */
const TIME_SPLITS = 2;

/** State shared by all calls of one batcher. */
interface Shared extends BatchOptions {
  readonly gate: <T>(task: () => Promise<T>) => Promise<T>;
  /** `strategy` or `strategy:loader` → monotonic time until which it is left out. */
  readonly refusedUntil: Map<string, number>;
  longestTarget: number;
}

/** State of one load. */
interface Run<K> {
  readonly shared: Shared;
  readonly loader: Loader<K>;
  readonly ctx: CallContext;
  readonly found: Map<string, readonly Entity[] | ConductorError>;
  /** Set when going on with single reads makes no sense. */
  hopeless: ConductorError | null;
}

export function createBatcher(options: BatchOptions): Batcher {
  const shared: Shared = {
    ...options,
    gate: limiter(options.concurrency),
    refusedUntil: new Map(),
    longestTarget: LONGEST_TARGET,
  };
  return async (loader, keys, ctx) => {
    const byKey = new Map(keys.map((key) => [loader.keyOf(key), key]));
    // Sorted keys make equal reads equal requests.
    const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
    const run = { shared, loader, ctx, found: new Map(), hopeless: null };
    await readAll(run, sorted, strategiesFor(shared, loader));
    return run.found;
  };
}

function strategiesFor(shared: Shared, loader: Loader<never>): readonly Strategy[] {
  const chosen = shared.strategyOf(loader.name);
  const wanted = STRATEGIES.filter((s) => s === 'single' || chosen === 'auto' || s === chosen);
  const offered = wanted.filter((s) => s === 'single' || offers(loader, s));
  const now = shared.clock.monotonic();
  const free = (name: string) => (shared.refusedUntil.get(name) ?? 0) <= now;
  return offered.filter((s) => s === 'single' || (free(s) && free(`${s}:${loader.name}`)));
}

function offers(loader: Loader<never>, strategy: Strategy): boolean {
  if (strategy === 'multi-get') return loader.multiGet !== undefined;
  return strategy === 'query' ? loader.startUri !== undefined : loader.dsl !== undefined;
}

async function readAll<K>(run: Run<K>, keys: readonly K[], strategies: readonly Strategy[]): Promise<void> {
  const [strategy = 'single', ...rest] = strategies;
  const tasks = chunksFor(run, keys, strategy).map((chunk) => readChunk(run, chunk, strategy, rest, 0));
  await Promise.all(tasks);
}

function chunksFor<K>(run: Run<K>, keys: readonly K[], strategy: Strategy): readonly (readonly K[])[] {
  const { shared, loader } = run;
  const most = strategy === 'single' ? 1 : shared.chunkSize;
  const length = (list: readonly K[]) => (strategy === 'multi-get' ? (loader.multiGet?.(list).length ?? 0) : 0);
  const empty = length([]);
  const out: K[][] = [];
  let bytes = 0;
  for (const key of keys) {
    const last = out.at(-1);
    const size = length([key]) - empty;
    if (last && last.length < most && bytes + size <= shared.longestTarget) {
      last.push(key);
      bytes += size;
    } else {
      out.push([key]);
      bytes = empty + size;
    }
  }
  return out;
}

async function readChunk<K>(
  run: Run<K>,
  keys: readonly K[],
  strategy: Strategy,
  rest: readonly Strategy[],
  halvings: number,
): Promise<void> {
  const request = requestFor(run.loader, strategy, keys);
  if (request === null) return readAll(run, keys, rest);
  const verdict = await run.shared.gate(async (): Promise<Verdict> => {
    if (run.hopeless) return { kind: 'failed', hopeless: true, error: run.hopeless };
    const answer = await run.shared.client(request, run.ctx);
    // Before the gate opens for the next one.
    if (answer.kind === 'failed' && answer.hopeless) run.hopeless = answer.error;
    return answer;
  });
  switch (verdict.kind) {
    case 'found':
      return keep(run, keys, verdict.body, strategy === 'single' ? run.loader.alone : undefined);
    case 'empty':
      return assign(run, keys, []);
    case 'refused':
      if (strategy === 'single') return assign(run, keys, verdict.error);
      refuse(run, strategy, verdict);
      return readAll(run, keys, rest);
    case 'split':
      if (verdict.why === 'length' && keys.length > 1) shorten(run.shared, request);
      return halve(run, keys, strategy, rest, halvings, verdict);
    case 'failed':
      return assign(run, keys, verdict.error);
  }
}

async function halve<K>(
  run: Run<K>,
  keys: readonly K[],
  strategy: Strategy,
  rest: readonly Strategy[],
  halvings: number,
  verdict: Extract<Verdict, { kind: 'split' }>,
): Promise<void> {
  if (keys.length > 1 && (verdict.why !== 'time' || halvings < TIME_SPLITS)) {
    const middle = Math.ceil(keys.length / 2);
    const parts = [keys.slice(0, middle), keys.slice(middle)];
    await Promise.all(parts.map((part) => readChunk(run, part, strategy, rest, halvings + 1)));
  } else if (verdict.why === 'length' && strategy !== 'single') {
    await readAll(run, keys, rest);
  } else {
    assign(run, keys, verdict.error);
  }
}

/** A proxy on the way takes shorter request lines than expected: later requests keep to half of this one. */
function shorten(shared: Shared, request: AaiRequest): void {
  const half = Math.floor(Math.min(shared.longestTarget, request.path.length) / 2);
  shared.longestTarget = Math.max(SHORTEST_TARGET, half);
}

function refuse<K>(run: Run<K>, strategy: Strategy, verdict: Extract<Verdict, { kind: 'refused' }>): void {
  const { shared, loader } = run;
  const whole = verdict.wholeEndpoint && strategy !== 'multi-get';
  shared.refusedUntil.set(whole ? strategy : `${strategy}:${loader.name}`, shared.clock.monotonic() + REFUSED_FOR_MS);
  const { requestId } = run.ctx;
  const fields = { system: 'A&AI', loader: loader.name, strategy, reason: verdict.error.message, requestId };
  shared.logger.warn(fields, 'way of batched reading refused; another one is used for ten minutes');
}

function requestFor<K>(loader: Loader<K>, strategy: Strategy, keys: readonly K[]): AaiRequest | null {
  const [first] = keys;
  if (first === undefined) return null;
  const divisible = keys.length > 1;
  if (strategy === 'multi-get') {
    const path = loader.multiGet?.(keys) ?? loader.single(first);
    return { endpoint: endpointOf(path), path, divisible };
  }
  if (strategy === 'query' && loader.startUri) {
    const start = keys.map((key) => loader.startUri?.(key) ?? '');
    const path = `/query?format=resource_and_url&depth=${loader.queryDepth ?? 0}`;
    return { endpoint: 'query', path, body: { start }, divisible };
  }
  if (strategy === 'dsl') {
    const dsl = loader.dsl?.(keys) ?? null;
    if (dsl === null) return null;
    const { dslDepth = 0 } = loader;
    const path = `/dsl?format=resource_and_url&depth=${dslDepth}${dslDepth > 0 ? '&nodesOnly=true' : ''}`;
    return { endpoint: 'dsl', path, body: { dsl }, divisible };
  }
  const path = loader.single(first);
  return { endpoint: endpointOf(path), path, divisible: false };
}

function endpointOf(path: string): 'nodes' | 'resource' {
  return path.startsWith('/nodes/') ? 'nodes' : 'resource';
}

function assign<K>(run: Run<K>, keys: readonly K[], outcome: readonly Entity[] | ConductorError): void {
  for (const key of keys) run.found.set(run.loader.keyOf(key), outcome);
}

function keep<K>(run: Run<K>, keys: readonly K[], body: JsonValue, alone: string | undefined): void {
  const { loader } = run;
  const entities = entitiesOf(body, loader.type, alone);
  // Objects of which none says what it is tell nothing about what is missing.
  const nameless = entities?.length && keys.length > 1 && entities.every((entity) => loader.answers(entity) === null);
  if (entities === null || nameless) {
    assign(run, keys, foreignShape(loader.type));
    return;
  }
  const groups = new Map<string, Entity[]>(keys.map((key) => [loader.keyOf(key), []]));
  const [only] = groups.size === 1 ? groups.values() : [];
  for (const entity of entities) {
    // An object that does not carry its own key can only be placed when one key was asked for.
    const key = loader.answers(entity);
    if (key !== null) groups.get(key)?.push(entity);
    else if (only) only.push(entity);
    else if (loader.property) for (const group of groups.values()) group.push({ ...entity, lacks: loader.property });
  }
  for (const [key, group] of groups) run.found.set(key, group);
}

export function foreignShape(type: string): ConductorError {
  return new ConductorError('UPSTREAM_BAD_DATA', `A&AI sent an answer of another shape than ${type} objects.`);
}

/**
 * Objects of an answer: `{"<type>": […]}`, `{"results": [{"url", "<type>": {…}}]}`, or one object, wrapped or (when it has the
 * property `alone`) not. null when it has another form, or holds things of which none is such an object.
 */
export function entitiesOf(body: JsonValue, type: string, alone?: string): readonly Entity[] | null {
  if (!isJsonObject(body)) return null;
  const results = own(body, 'results');
  if (Array.isArray(results)) {
    const entities = results.flatMap((item: JsonValue) =>
      objects(own(item, type)).map((object) => ({ url: normaliseLink(text(own(item, 'url'))), object })),
    );
    return entities.length === 0 && results.length > 0 ? null : entities;
  }
  const held = own(body, type);
  if (Array.isArray(held) || (isJsonObject(held) && hasScalar(held))) {
    const entities = objects(held).map((object) => ({ url: null, object }));
    return entities.length === 0 && Array.isArray(held) && held.length > 0 ? null : entities;
  }
  const bare = results === undefined && held === undefined && alone !== undefined && filled(own(body, alone)) !== null;
  return bare ? [{ url: null, object: body }] : null;
}

/** Every inventory object has at least its key; what has none (a list turned into an object) is none. */
function hasScalar(object: JsonObject): boolean {
  return Object.values(object).some((value) => value !== null && typeof value !== 'object');
}
