// The rows of OOF-HAS seen through the eyes of this program: a Kv, for reading only, that shows each row under `plans/<id>` as the
// head that this program would have stored, and `events/<id>/` as the row's history, as far back as etcd keeps it. So the
// plan feed with its cursors, gaps and queues works on an existing deployment unchanged.
import { ConductorError, isConductorError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import { eventCodec, planCodec } from '../codec.ts';
import { idOf, keys, PLANS, TOMBSTONE } from '../keys.ts';
import type {
  KeyValue,
  Kv,
  RangeOptions,
  RangeResult,
  StoreStatus,
  WatchBatch,
  WatchEvent,
  WatchOptions,
} from '../kv.ts';
import { HAS_PLANS, type HasRow, isHasPlanKey, objectOf, readHasRow, textOf } from './layout.ts';
import { type HasOrigin, hasState, UNKNOWN_ORIGIN } from './state.ts';

/** What the gateway keeps beside the rows, out of sight of OOF-HAS: below its own prefix of the same keyspace. */
export const ORIGINS = 'gateway/has/origins/';
export const HAS_IDEMPOTENCY = 'gateway/has/idempotency/';
const EVENTS = 'events/';
/** Newest rows and origins kept in mind, for the event that comes next. */
const REMEMBERED = 10_000;

/** Writes of one plan that are followed back at the most; a plan has about seven. */
const MAX_HISTORY = 500;

export class HasView implements Kv {
  readonly kind = 'etcd';
  readonly #kv: Kv;
  readonly #logger: Logger;
  /** Insertion order is age. */
  readonly #rows = new Map<string, { readonly row: HasRow; readonly version: number }>();
  readonly #origins = new Map<string, HasOrigin>();
  #tombstone: KeyValue | null = null;

  /** `kv` begins at the keyspace of OOF-HAS. */
  constructor(kv: Kv, logger: Logger) {
    this.#kv = kv;
    this.#logger = logger;
  }

  async get(key: string): Promise<KeyValue | null> {
    if (!isHasPlanKey(key)) return null;
    const [one] = await this.read([idOf(key)]);
    return one?.[0] ? this.#show(one[0], one[1]) : null;
  }

  /** Rows as they are stored, with what is known of their origin, in the order of the ids. */
  async read(ids: readonly string[]): Promise<(readonly [KeyValue | null, HasOrigin])[]> {
    const then = ids.flatMap((id) => [{ get: `${HAS_PLANS}${id}` }, { get: `${ORIGINS}${id}` }]);
    const { gets } = await this.#kv.txn({ compare: [], then });
    return ids.map((id, at) => {
      const origin = originOf(gets[2 * at + 1] ?? null);
      const found = gets[2 * at] ?? null;
      if (found) this.#remember(this.#origins, id, origin);
      return [found, origin];
    });
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    if (prefix.startsWith(EVENTS)) return this.#history(prefix, options);
    // One row as it was: both sides call it by the same key.
    if (isHasPlanKey(prefix) && options.keysOnly) return this.#kv.range(prefix, options);
    if (prefix !== PLANS) throw readOnly(`range ${prefix}`);
    let { after } = options;
    for (;;) {
      const page = await this.#kv.range(HAS_PLANS, { ...options, ...(after === undefined ? {} : { after }) });
      const kvs = page.kvs.filter(({ key }) => isHasPlanKey(key));
      const last = page.kvs.at(-1);
      if (kvs.length === 0 && page.more && last) {
        after = last.key;
        continue;
      }
      const shown = options.keysOnly ? kvs : await this.#showAll(kvs);
      const buried = after === undefined && this.#tombstone ? [this.#tombstone] : [];
      return { ...page, kvs: [...buried.filter(({ modRevision }) => modRevision <= page.revision), ...shown] };
    }
  }

  async *watch(prefix: string, options: WatchOptions): AsyncGenerator<WatchBatch> {
    if (prefix !== PLANS) throw readOnly(`watch ${prefix}`);
    // The tombstone is no key of the store.
    const { known, ...where } = options;
    const from = known && isHasPlanKey(known.key) ? options : where;
    for await (const { revision, events } of this.#kv.watch(HAS_PLANS, from)) {
      yield { revision, events: await this.#translate(events) };
    }
  }

  status(): Promise<StoreStatus> {
    return this.#kv.status();
  }

  txn(): never {
    throw readOnly('txn');
  }

  lease(): never {
    throw readOnly('lease');
  }

  /** The connection belongs to whoever opened it. */
  async close(): Promise<void> {}

  async #translate(events: readonly WatchEvent[]): Promise<WatchEvent[]> {
    const relevant = events.filter((event) => isHasPlanKey(event.type === 'put' ? event.kv.key : event.key));
    const puts = relevant.flatMap((event) => (event.type === 'put' ? [event.kv] : []));
    await this.#learnOrigins(puts);
    return relevant.flatMap((event) => (event.type === 'put' ? this.#put(event.kv) : this.#delete(event)));
  }

  #put(kv: KeyValue): WatchEvent[] {
    const shown = this.#show(kv, this.#origins.get(idOf(kv.key)) ?? UNKNOWN_ORIGIN);
    return shown ? [{ type: 'put', kv: shown }] : [];
  }

  /** What was deleted is told beside the deletion, as the feed expects it. */
  #delete(event: Extract<WatchEvent, { type: 'delete' }>): WatchEvent[] {
    const id = idOf(event.key);
    const row = this.#rows.get(id)?.row;
    const gone: WatchEvent = { ...event, key: keys.plan(id) };
    if (!row) return [gone];
    const { modRevision } = event;
    const value = encode(planCodec.encode(hasState(row, 1, this.#origins.get(id) ?? UNKNOWN_ORIGIN)));
    const { createRevision = modRevision, version = 0 } = this.#tombstone ?? {};
    this.#tombstone = { key: TOMBSTONE, value, createRevision, modRevision, version: version + 1 };
    this.#rows.delete(id);
    this.#origins.delete(id);
    return [gone, { type: 'put', kv: this.#tombstone }];
  }

  async #showAll(kvs: readonly KeyValue[]): Promise<KeyValue[]> {
    await this.#learnOrigins(kvs);
    return kvs.flatMap((kv) => this.#show(kv, this.#origins.get(idOf(kv.key)) ?? UNKNOWN_ORIGIN) ?? []);
  }

  /** The origin is written together with the row, and never changes: it is asked for once. */
  async #learnOrigins(kvs: readonly KeyValue[]): Promise<void> {
    const unknown = kvs.map(({ key }) => idOf(key)).filter((id) => !this.#origins.has(id));
    for (let at = 0; at < unknown.length; at += 50) {
      const group = unknown.slice(at, at + 50);
      const then = group.map((id) => ({ get: `${ORIGINS}${id}` }));
      const { gets } = await this.#kv.txn({ compare: [], then });
      group.forEach((id, place) => {
        this.#remember(this.#origins, id, originOf(gets[place] ?? null));
      });
    }
  }

  /** The row as a stored head, or null when it is none. */
  #show(found: KeyValue, origin: HasOrigin): KeyValue | null {
    const row = readHasRow(found);
    const id = idOf(found.key);
    if ('problem' in row) {
      this.#logger.warn({ key: found.key, problem: row.problem }, 'a row of OOF-HAS cannot be read and is left out');
      return null;
    }
    const known = this.#rows.get(id);
    const before = known?.version === found.version - 1 ? known.row : null;
    const stored = hasState(row, found.version, origin, before);
    if (found.version > (known?.version ?? 0))
      this.#remember(this.#rows, id, { row: lean(row), version: found.version });
    return { ...found, key: keys.plan(id), value: encode(planCodec.encode(stored)) };
  }

  #remember<T>(memory: Map<string, T>, id: string, value: T): void {
    memory.delete(id);
    memory.set(id, value);
    const [oldest] = memory.keys();
    if (memory.size > REMEMBERED && oldest !== undefined) memory.delete(oldest);
  }

  /** One page with everything: the row's writes are followed back, revision by revision, until etcd has forgotten them. */
  async #history(prefix: string, { after = '', limit = 1_000 }: RangeOptions): Promise<RangeResult> {
    const id = prefix.slice(EVENTS.length, -1);
    const key = `${HAS_PLANS}${id}`;
    if (!isHasPlanKey(key)) return { kvs: [], more: false, revision: 0 };
    const { revision } = await this.#kv.status();
    const writes = await this.#writes(key, revision);
    const [one] = await this.read([id]);
    const origin = one?.[1] ?? UNKNOWN_ORIGIN;
    const kvs: KeyValue[] = [];
    let before: HasRow | null = null;
    for (const write of writes) {
      const row = readHasRow(write);
      if ('problem' in row) continue;
      const { event, token } = hasState(row, write.version, origin, before);
      before = row;
      const at = keys.event(id, event.seq);
      if (at > after) kvs.push({ ...write, key: at, value: encode(eventCodec.encode({ event, token })) });
    }
    return { kvs: kvs.slice(0, limit), more: kvs.length > limit, revision };
  }

  /** Oldest first. */
  async #writes(key: string, newest: number): Promise<KeyValue[]> {
    const writes: KeyValue[] = [];
    try {
      for (let at = newest; writes.length < MAX_HISTORY; ) {
        const [found] = (await this.#kv.range(key, { limit: 1, revision: at })).kvs;
        if (found?.key !== key) break;
        writes.unshift(found);
        if (found.version === 1) break;
        at = found.modRevision - 1;
      }
    } catch (error) {
      if (!isConductorError(error, 'STORE_COMPACTED')) throw error;
    }
    return writes;
  }
}

/** Documents are not kept in mind. */
function lean(row: HasRow): HasRow {
  return { ...row, template: '{}', translation: '{}', solution: '{}' };
}

function originOf(found: KeyValue | null): HasOrigin {
  const data = found ? objectOf(textOf(found)) : null;
  const { createdBy, requestId } = data ?? {};
  return typeof createdBy === 'string' && typeof requestId === 'string' ? { createdBy, requestId } : UNKNOWN_ORIGIN;
}

function encode(text: string): Uint8Array {
  return Buffer.from(text);
}

function readOnly(what: string): ConductorError {
  return new ConductorError('INTERNAL', undefined, { cause: new Error(`the view of OOF-HAS rows is read: ${what}`) });
}
