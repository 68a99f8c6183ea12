// The real stores over the embedded store in a temporary folder, into which a test plants plans in any state: written with the
// store's own keys and codecs in one transaction, as if a gateway and its workers had brought them there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isLegalTransition,
  NO_STAGE_RECORD,
  PART_NAMES,
  type PlanEvent,
  type PlanHead,
  type PlanRecord,
  type PlanStatus,
  STAGE_STATUS,
  STAGES,
} from '../../src/domain/plan.ts';
import type { Logger, Metrics, PlanFeed, PlanStore } from '../../src/domain/ports.ts';
import type { Translation } from '../../src/domain/problem.ts';
import type { ReservationStep, Solution } from '../../src/domain/solution.ts';
import type { TemplateDocument } from '../../src/domain/template.ts';
import type { TriageDocument } from '../../src/domain/triage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { randomIds } from '../../src/lib/ids.ts';
import { eventCodec, indexCodec, planCodec, stepCodec } from '../../src/store/codec.ts';
import { openEmbeddedKv } from '../../src/store/embedded/index.ts';
import { createStores, type Stores, type StoresOptions } from '../../src/store/index.ts';
import { indexKey, keys, PLANS, queueKey, TOMBSTONE } from '../../src/store/keys.ts';
import type { Compare, Kv, Operation } from '../../src/store/kv.ts';
import { encodePart, PartReader } from '../../src/store/parts.ts';

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
export const noMetrics: Metrics = { count() {}, observe() {}, gauge() {} };

interface Documents {
  readonly template?: TemplateDocument;
  readonly translation?: Translation;
  readonly solution?: Solution;
  readonly triage?: TriageDocument;
}

interface Planting extends Documents {
  readonly reservations?: readonly ReservationStep[];
}

export interface PlantedStore {
  readonly kv: Kv;
  readonly stores: Stores;
  /** The real plan store; what is asked of it is written down in `calls`. */
  readonly plans: PlanStore;
  /** The real feed; the signals of the watches that are opened are kept in `watches`. */
  readonly feed: PlanFeed;
  /** Names of calls, with the number of keys where there is a list of them: `getMany 3`. */
  readonly calls: string[];
  readonly watches: AbortSignal[];
  /** Writes a plan with the history that leads to its status; `seq` and `parts` of the head come from what is planted. */
  plant(head: PlanHead, planting?: Planting): Promise<PlanRecord>;
  /** Writes the next head and event; resolves when the feed has told it to its subscribers. Throws when the move is illegal. */
  move(id: string, fields: Partial<PlanHead>, event?: Partial<PlanEvent>): Promise<PlanRecord>;
  /** Ids of all stored plans in the order of their keys. */
  ids(): Promise<string[]>;
  /** The stored template of a plan, read from the disk and not from the memory of the store that wrote it. */
  template(id: string): Promise<TemplateDocument>;
  close(): Promise<void>;
}

export async function openPlantedStore(options: Partial<StoresOptions> = {}): Promise<PlantedStore> {
  const dir = await mkdtemp(join(tmpdir(), 'planted-store-'));
  const kv = await openEmbeddedKv({ dir, clock: systemClock, ids: randomIds });
  const telemetry = { logger: silentLogger, metrics: noMetrics };
  const names = { ownerName: 'test', leaseTtlSeconds: 60 };
  const stores = createStores(kv, { clock: systemClock, ids: randomIds, ...telemetry, ...names, ...options });
  await stores.start();
  const calls: string[] = [];
  const watches: AbortSignal[] = [];
  return {
    kv,
    stores,
    plans: counted(stores.plans, calls),
    feed: noted(stores.feed, watches),
    calls,
    watches,
    plant: (head, planting = {}) => plant(kv, head, planting),
    move: (id, fields, event = {}) => told(stores.feed, () => move(kv, id, fields, event)),
    async ids() {
      const { kvs } = await kv.range(PLANS, { keysOnly: true });
      return kvs.filter(({ key }) => key !== TOMBSTONE).map(({ key }) => key.slice(PLANS.length));
    },
    async template(id) {
      const { head } = (await readPlan(kv, id)).stored;
      return (await new PartReader(kv).read(head, 'template', head.parts.template)) as TemplateDocument;
    },
    async close() {
      await stores.close();
      await kv.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A head to plant; what a test does not care for is filled in. */
export function planHead(fields: Partial<PlanHead> & { readonly id: string }): PlanHead {
  return {
    name: `name of ${fields.id}`,
    status: 'template',
    message: '',
    messageForm: 'text',
    created: 1_000,
    updated: 1_000,
    timeout: 10,
    recommendMax: '1',
    createdBy: 'somebody',
    requestId: 'request-of-creation',
    seq: 1,
    translation: NO_STAGE_RECORD,
    solver: NO_STAGE_RECORD,
    reservation: NO_STAGE_RECORD,
    parts: { template: { n: 1, chunks: 1, digest: '', size: 2 } },
    ...fields,
  };
}

// ---------------------------------------------------------------- writing

/** The way by which a plan usually comes to each status. */
const BEFORE: Readonly<Record<PlanStatus, PlanStatus | null>> = {
  template: null,
  translating: 'template',
  translated: 'translating',
  solving: 'translated',
  'waiting spinup': 'solving',
  solved: 'solving',
  reserving: 'solved',
  done: 'reserving',
  'not found': 'solving',
  error: 'translating',
};

const WORKING = new Set<PlanStatus>(STAGES.map((stage) => STAGE_STATUS[stage].working));

function history(head: PlanHead): [PlanEvent, ...PlanEvent[]] {
  const { id: planId, status: to, created: at, createdBy } = head;
  const from = BEFORE[to];
  if (from === null) return [{ planId, seq: 1, at, from, to, reason: 'created', actor: createdBy, message: '' }];
  const earlier = history({ ...head, status: from });
  const reason = WORKING.has(to) ? 'claimed' : to === 'error' ? 'failed' : 'completed';
  return [...earlier, { planId, seq: earlier.length + 1, at, from, to, reason, actor: 'worker-1', message: '' }];
}

async function plant(kv: Kv, wanted: PlanHead, planting: Planting): Promise<PlanRecord> {
  const { id, name, createdBy, created } = wanted;
  const { reservations = [], ...documents } = planting;
  const { refs, puts } = await encoded(id, {
    template: { template: { homing_template_version: '2017-10-10' }, files: {} },
    ...documents,
  });
  const events = history(wanted);
  const event = events.at(-1) ?? events[0];
  const head: PlanHead = { ...wanted, seq: event.seq, parts: { ...wanted.parts, ...refs } };
  const token = randomIds.uuid();
  const entry = indexCodec.encode({ name, createdBy });
  const queued = queueKey(head);
  const revision = await write(
    kv,
    [{ key: keys.plan(id), modRevision: 0 }],
    [
      ...puts,
      { put: keys.plan(id), value: planCodec.encode({ head, event, token }) },
      ...events.map((one) => ({ put: keys.event(id, one.seq), value: eventCodec.encode({ event: one, token }) })),
      ...reservations.map((step) => ({ put: keys.reservation(id, step.step), value: stepCodec.encode({ step }) })),
      { put: indexKey('oldest-first', created, id), value: entry },
      { put: indexKey('newest-first', created, id), value: entry },
      ...(queued ? [{ put: queued, value: '' }] : []),
    ],
  );
  return { head, revision };
}

async function encoded(id: string, documents: Documents) {
  const refs: { -readonly [Name in keyof PlanHead['parts']]?: PlanHead['parts'][Name] } = {};
  const puts: Operation[] = [];
  for (const name of PART_NAMES) {
    if (documents[name] === undefined) continue;
    const part = await encodePart(id, name, 1, documents[name]);
    refs[name] = part.ref;
    puts.push(...part.puts);
  }
  return { refs, puts };
}

async function move(kv: Kv, id: string, fields: Partial<PlanHead>, more: Partial<PlanEvent>): Promise<PlanRecord> {
  const { stored, modRevision } = await readPlan(kv, id);
  const old = stored.head;
  const head: PlanHead = { ...old, updated: 2_000, ...fields, seq: old.seq + 1 };
  if (!isLegalTransition(old.status, head.status)) throw new Error(`${old.status} does not lead to ${head.status}`);
  const event: PlanEvent = {
    ...{ planId: id, seq: head.seq, at: head.updated, from: old.status, to: head.status },
    ...{ reason: WORKING.has(head.status) ? 'claimed' : 'completed', actor: 'worker-1', message: '' },
    ...more,
  };
  const [before, after] = [queueKey(old), queueKey(head)];
  const revision = await write(
    kv,
    [{ key: keys.plan(id), modRevision }],
    [
      { put: keys.plan(id), value: planCodec.encode({ ...stored, head, event }) },
      { put: keys.event(id, head.seq), value: eventCodec.encode({ event, token: stored.token }) },
      ...(before && before !== after ? [{ delete: before }] : []),
      ...(after && before !== after ? [{ put: after, value: '' }] : []),
    ],
  );
  return { head, revision };
}

async function readPlan(kv: Kv, id: string) {
  const found = await kv.get(keys.plan(id));
  if (!found) throw new Error(`no plan ${id} is stored`);
  return { stored: planCodec.decode(found), modRevision: found.modRevision };
}

async function write(kv: Kv, compare: readonly Compare[], then: readonly Operation[]): Promise<number> {
  const { succeeded, revision } = await kv.txn({ compare, then });
  if (!succeeded) throw new Error('the plan was planted or moved by somebody else');
  return revision;
}

/** Writes, and waits for the feed: all who listen are told in one go, so it is in everybody's queue then. */
async function told(feed: PlanFeed, writePlan: () => Promise<PlanRecord>): Promise<PlanRecord> {
  const stop = new AbortController();
  const changes = feed.watch({ signal: stop.signal });
  try {
    const written = await writePlan();
    for await (const change of changes) {
      if (change.kind === 'event' && change.plan.revision >= written.revision) return written;
    }
    throw new Error('the feed ended');
  } finally {
    stop.abort();
  }
}

// ---------------------------------------------------------------- watching what is asked

/** The same object; each call of a method is written down first. */
function counted(plans: PlanStore, calls: string[]): PlanStore {
  return new Proxy(plans, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        calls.push(Array.isArray(args[0]) ? `${String(name)} ${args[0].length}` : String(name));
        return member.apply(target, args);
      };
    },
  });
}

function noted(feed: PlanFeed, watches: AbortSignal[]): PlanFeed {
  return {
    watch(options) {
      watches.push(options.signal);
      return feed.watch(options);
    },
    status: () => feed.status(),
    cursorOf: (plan) => feed.cursorOf(plan),
    position: () => feed.position(),
    hasMoved: (plan, since) => feed.hasMoved(plan, since),
  };
}
