// What changes slowly is kept: all cloud regions (refreshed in the background) and the complexes met so far (each with its age).
// Readers get the last good data at once; a refresh runs once at a time and a failing one changes nothing but the freshness.
import { ConductorError, toConductorError } from '../../domain/errors.ts';
import type { CloudRegionKey, InventoryFreshness } from '../../domain/inventory.ts';
import type { CallContext, Logger, Metrics } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { singleFlight } from '../../lib/concurrency.ts';
import type { Ids } from '../../lib/ids.ts';
import { own } from '../../lib/json.ts';
import { type Batcher, entitiesOf, foreignShape } from './batch.ts';
import type { AaiClient } from './client.ts';
import { createFlavorCache, type Flavors } from './flavors.ts';
import { complexes as complexLoader, regionKey } from './loaders.ts';
import { complexIds } from './map.ts';
import { type Entity, filled } from './wire.ts';

/** A region as read, with its own key when it has one. */
export interface RegionEntry {
  readonly entity: Entity;
  readonly key: string | null;
  readonly complexIds: readonly string[];
}

export interface CacheOptions {
  readonly client: AaiClient;
  readonly batch: Batcher;
  readonly regionRefreshMs: number;
  readonly complexRefreshMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface InventoryCache {
  start(): void;
  close(): void;
  /** All regions in the inventory's order. Waits only when nothing was ever read; then throws what the first read threw. */
  regions(ctx: CallContext): Promise<readonly RegionEntry[]>;
  /** A region of the last good read, or null; asks nothing. */
  knownRegion(key: string): RegionEntry | null;
  /** Complexes by id: cached ones that are young enough, others read. null: not there. Error: could not be read. */
  complexes(ids: readonly string[], ctx: CallContext): Promise<ReadonlyMap<string, Entity | null | ConductorError>>;
  /** A complex read at any time, or null; asks nothing. */
  knownComplex(id: string): Entity | null;
  /** Flavors of regions by key, as long as the regions are kept; read for all that are missing at once. */
  flavors(regions: readonly CloudRegionKey[], ctx: CallContext): Promise<Flavors>;
  /** All complexes that the inventory has, read anew when the last full read is too old. */
  allComplexes(ctx: CallContext): Promise<readonly Entity[]>;
  refresh(ctx: CallContext): Promise<void>;
  freshness(): InventoryFreshness;
}

/** After a failed refresh, or one that found no region at all, the next one comes soon, however long the interval is. */
const RETRY_MS = 30_000;

interface Kept {
  readonly entity: Entity;
  readonly readAt: number;
}

interface State {
  readonly options: CacheOptions;
  regions: readonly RegionEntry[] | null;
  byKey: ReadonlyMap<string, RegionEntry>;
  readonly complexes: Map<string, Kept>;
  allComplexes: { readonly entities: readonly Entity[]; readonly readAt: number } | null;
  refreshedAt: number | null;
  lastError: string | null;
  cancelTimer: () => void;
  closed: boolean;
}

export function createCache(options: CacheOptions): InventoryCache {
  const state: State = {
    options,
    regions: null,
    byKey: new Map(),
    complexes: new Map(),
    allComplexes: null,
    refreshedAt: null,
    lastError: null,
    cancelTimer: () => {},
    closed: false,
  };
  // Shared by all who wait, so no single caller's abort may end it.
  const refresh = singleFlight(async () => {
    try {
      await readRegions(state, { requestId: options.ids.uuid() });
    } finally {
      report(state);
      const settled = state.lastError === null && state.regions?.length;
      schedule(state, settled ? options.regionRefreshMs : RETRY_MS, background);
    }
  });
  const background = () => {
    refresh().catch((cause) =>
      options.logger.warn({ system: 'A&AI', err: cause }, 'refresh of the cloud regions failed'),
    );
  };
  const flavors = createFlavorCache({ ...options, refreshMs: options.regionRefreshMs });
  const allComplexes = singleFlight(() => readAllComplexes(state, { requestId: options.ids.uuid() }));
  return {
    start: background,
    close() {
      state.closed = true;
      state.cancelTimer();
    },
    async regions(ctx) {
      if (state.regions === null) await orAbort(refresh(), ctx.signal);
      return state.regions ?? [];
    },
    knownRegion: (key) => state.byKey.get(key) ?? null,
    complexes: (ids, ctx) => readComplexes(state, ids, ctx),
    knownComplex: (id) => state.complexes.get(id)?.entity ?? null,
    flavors: (regions, ctx) => orAbort(flavors.of(regions, ctx), ctx.signal),
    async allComplexes(ctx) {
      const kept = state.allComplexes;
      if (kept && isYoung(state, kept.readAt)) return kept.entities;
      return orAbort(allComplexes(), ctx.signal);
    },
    async refresh(ctx) {
      // Asked for by a person: what is kept of complexes is not good enough either.
      state.complexes.forEach((kept, id) => {
        state.complexes.set(id, { ...kept, readAt: Number.NEGATIVE_INFINITY });
      });
      state.allComplexes = null;
      flavors.expire();
      await orAbort(refresh(), ctx.signal);
    },
    freshness: () => ({
      cloudRegions: state.regions?.length ?? 0,
      complexes: state.complexes.size,
      refreshedAt: state.refreshedAt,
      stale: state.lastError !== null,
      lastError: state.lastError,
    }),
  };
}

function schedule(state: State, ms: number, task: () => void): void {
  state.cancelTimer();
  if (state.closed) return;
  state.cancelTimer = state.options.clock.after(Math.min(ms, state.options.regionRefreshMs), task);
}

function report({ options: { metrics }, lastError }: State): void {
  const cache = 'cloud-regions';
  metrics.count('conductor_inventory_refresh_total', { cache, outcome: lastError === null ? 'ok' : 'failed' });
  metrics.gauge('conductor_inventory_stale', lastError === null ? 0 : 1, { cache });
}

function isYoung(state: State, readAt: number): boolean {
  return state.options.clock.monotonic() - readAt < state.options.complexRefreshMs;
}

async function readRegions(state: State, ctx: CallContext): Promise<void> {
  try {
    const path = '/cloud-infrastructure/cloud-regions?depth=0';
    const entities = await readList(state, path, 'cloud-region', (entity) => toEntry(entity).key !== null, ctx);
    if (entities.length === 0 && state.regions !== null && state.regions.length > 0) {
      // An inventory does not lose all its regions between two reads; its front end does.
      throw new ConductorError('UPSTREAM_BAD_DATA', 'A&AI lists no cloud regions any more; the last ones are kept.');
    }
    const regions = entities.map(toEntry);
    const found = await readComplexes(state, [...new Set(regions.flatMap((region) => region.complexIds))], ctx);
    const failure = [...found.values()].find((value) => value instanceof Error);
    if (failure && state.regions === null && [...found.values()].every((value) => value instanceof Error))
      throw failure;
    state.regions = regions;
    state.byKey = new Map(regions.flatMap((region) => (region.key === null ? [] : [[region.key, region] as const])));
    state.refreshedAt = state.options.clock.now();
    state.lastError = failure?.message ?? null;
  } catch (cause) {
    state.lastError = toConductorError(cause).message;
    throw cause;
  }
}

function toEntry(entity: Entity): RegionEntry {
  const cloudOwner = filled(own(entity.object, 'cloud-owner'));
  const cloudRegionId = filled(own(entity.object, 'cloud-region-id'));
  const key = cloudOwner && cloudRegionId ? regionKey({ cloudOwner, cloudRegionId }) : null;
  return { entity, key, complexIds: complexIds(entity.object) };
}

/** `hasKey`: whether an object has what every object of its type has. */
async function readList(
  state: State,
  path: string,
  type: string,
  hasKey: (entity: Entity) => boolean,
  ctx: CallContext,
): Promise<readonly Entity[]> {
  const verdict = await state.options.client({ endpoint: 'resource', path, divisible: false }, ctx);
  if (verdict.kind === 'empty') return [];
  if (verdict.kind !== 'found') throw verdict.error;
  const entities = entitiesOf(verdict.body, type);
  // Kept for long, so what is no list of such objects must not pass for an empty inventory.
  if (entities === null || (entities.length > 0 && !entities.some(hasKey))) throw foreignShape(type);
  return entities;
}

async function readAllComplexes(state: State, ctx: CallContext): Promise<readonly Entity[]> {
  const hasKey = (entity: Entity) => complexLoader.answers(entity) !== null;
  const entities = await readList(state, '/cloud-infrastructure/complexes?depth=0', 'complex', hasKey, ctx);
  const readAt = state.options.clock.monotonic();
  for (const entity of entities) {
    const id = complexLoader.answers(entity);
    if (id !== null) state.complexes.set(id, { entity, readAt });
  }
  state.allComplexes = { entities, readAt };
  return entities;
}

async function readComplexes(
  state: State,
  ids: readonly string[],
  ctx: CallContext,
): Promise<ReadonlyMap<string, Entity | null | ConductorError>> {
  const out = new Map<string, Entity | null | ConductorError>();
  const missing: string[] = [];
  for (const id of ids) {
    const kept = state.complexes.get(id);
    if (kept && isYoung(state, kept.readAt)) out.set(id, kept.entity);
    else missing.push(id);
  }
  const found = missing.length > 0 ? await state.options.batch(complexLoader, missing, ctx) : new Map();
  const readAt = state.options.clock.monotonic();
  for (const id of missing) {
    const value = found.get(id);
    const entity = value instanceof Error ? value : (value?.[0] ?? null);
    if (entity === null) state.complexes.delete(id);
    else if (!(entity instanceof Error)) state.complexes.set(id, { entity, readAt });
    out.set(id, entity);
  }
  return out;
}

/** Ends the wait, not the work, when the caller gives up. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
