// The rows of OOF-HAS seen through the eyes of this program: a Kv, for reading only, that shows each row under `plans/<id>` as the
// head that this program would have stored, and `events/<id>/` as the row's history, as far back as etcd keeps it. So the
// plan feed with its cursors, gaps and queues works on an existing deployment unchanged.
import { ConductorError, isConductorError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { retry } from '../../lib/retry.ts';
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

/** A row that cannot be read is shown as a head that cannot be read either: it is there, at its revision, and nothing is told of it. */
const UNREADABLE = Buffer.from('');

/** Writes of one plan that are followed back at the most; a plan has about seven. */
const MAX_HISTORY = 500;

export interface HasViewOptions {
  /** Begins at the keyspace of OOF-HAS. */
  readonly kv: Kv;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** The newest write of a row that was seen; of one that is gone the last, for watches that come to its deletion later. */
interface Seen {
  readonly row: HasRow;
  readonly version: number;
  readonly createRevision: number;
  readonly modRevision: number;
}

export class HasView implements Kv {
  readonly kind = 'etcd';
  readonly #options: HasViewOptions;
  readonly #kv: Kv;
  readonly #logger: Logger;
  /** Insertion order is age. */
  readonly #rows = new Map<string, Seen>();
  readonly #origins = new Map<string, HasOrigin>();

  constructor(options: HasViewOptions) {
    this.#options = options;
    this.#kv = options.kv;
    this.#logger = options.logger;
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
      return { ...page, kvs: options.keysOnly ? kvs : await this.#showAll(kvs) };
    }
  }

  async *watch(prefix: string, options: WatchOptions): AsyncGenerator<WatchBatch> {
    if (prefix !== PLANS) throw readOnly(`watch ${prefix}`);
    const { signal } = options;
    // The tombstone is no key of the store.
    const { known, ...where } = options;
    const from = known && isHasPlanKey(known.key) ? options : where;
    for await (const { revision, events } of this.#kv.watch(HAS_PLANS, from)) {
      const shown = await this.#translate(events, signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
      if (!shown) return;
      yield { revision, events: shown };
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

  async #translate(events: readonly WatchEvent[], signal: AbortSignal): Promise<WatchEvent[]> {
    const relevant = events.filter((event) => isHasPlanKey(event.type === 'put' ? event.kv.key : event.key));
    const puts = relevant.flatMap((event) => (event.type === 'put' ? [event.kv] : []));
    await this.#learnPatiently(puts, signal);
    return relevant.flatMap((event) => (event.type === 'put' ? this.#put(event.kv) : this.#delete(event)));
  }

  #put(kv: KeyValue): WatchEvent {
    return { type: 'put', kv: this.#show(kv, this.#origins.get(idOf(kv.key)) ?? UNKNOWN_ORIGIN) };
  }

  /**
   * What was deleted is told beside the deletion, as the feed expects it, and is gone again within the same revision: watches
   * that go through history each tell it, and no listing shows it.
   */
  #delete(event: Extract<WatchEvent, { type: 'delete' }>): WatchEvent[] {
    const { modRevision } = event;
    const id = idOf(event.key);
    const gone: WatchEvent = { ...event, key: keys.plan(id) };
    const row = this.#rows.get(id)?.row;
    if (!row) return [gone];
    const value = encode(planCodec.encode(hasState(row, 1, this.#origins.get(id) ?? UNKNOWN_ORIGIN)));
    const buried = { key: TOMBSTONE, value, createRevision: modRevision, modRevision, version: 1 };
    return [gone, { type: 'put', kv: buried }, { type: 'delete', key: TOMBSTONE, modRevision }];
  }

  async #showAll(kvs: readonly KeyValue[]): Promise<KeyValue[]> {
    await this.#learnOrigins(kvs);
    return kvs.map((kv) => this.#show(kv, this.#origins.get(idOf(kv.key)) ?? UNKNOWN_ORIGIN));
  }

  /** An outage only makes it take longer: a watch that failed with it would have lost its place. */
  #learnPatiently(kvs: readonly KeyValue[], signal: AbortSignal): Promise<void> {
    const retryable = (err: unknown) => {
      const passes = isConductorError(err, 'STORE_UNAVAILABLE');
      if (passes) this.#logger.warn({ err }, 'who created a plan cannot be read yet');
      return passes;
    };
    const tries = Number.POSITIVE_INFINITY;
    return retry({ ...this.#options, tries, signal, retryable }, () => this.#learnOrigins(kvs));
  }

  /** The origin is written together with the row, and never changes: it is asked for once. */
  async #learnOrigins(kvs: readonly KeyValue[]): Promise<void> {
    const unknown = kvs.filter((kv) => this.#isNew(kv)).map(({ key }) => idOf(key));
    for (let at = 0; at < unknown.length; at += 50) {
      const group = unknown.slice(at, at + 50);
      const then = group.map((id) => ({ get: `${ORIGINS}${id}` }));
      const { gets } = await this.#kv.txn({ compare: [], then });
      group.forEach((id, place) => {
        this.#remember(this.#origins, id, originOf(gets[place] ?? null));
      });
    }
  }

  /** Also a row that was made anew under the id of one that is gone. */
  #isNew({ key, createRevision }: KeyValue): boolean {
    const known = this.#rows.get(idOf(key));
    return !this.#origins.has(idOf(key)) || (known !== undefined && known.createRevision < createRevision);
  }

  /** The row as a stored head. */
  #show(found: KeyValue, origin: HasOrigin): KeyValue {
    const key = keys.plan(idOf(found.key));
    const row = readHasRow(found);
    if ('problem' in row) {
      this.#logger.warn({ key: found.key, problem: row.problem }, 'a row of OOF-HAS cannot be read and is left out');
      return { ...found, key, value: UNREADABLE };
    }
    const known = this.#rows.get(row.id);
    const before = known?.version === found.version - 1 ? known.row : null;
    const stored = hasState(row, found.version, origin, before);
    if (found.modRevision > (known?.modRevision ?? 0)) {
      const { version, createRevision, modRevision } = found;
      this.#remember(this.#rows, row.id, { row: lean(row), version, createRevision, modRevision });
    }
    return { ...found, key, value: encode(planCodec.encode(stored)) };
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
