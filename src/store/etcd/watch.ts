// The watch on the raw stream: every event after a revision once and in order, across any number of broken connections.
// The resume point moves only when a revision has been handed over; nothing is taken from the header of a `created` answer.
// Before each connection one read of what was handed over last makes sure that the history is still the same.
import type { Etcd3, IEvent, IWatchResponse } from 'etcd3';
import { ConductorError } from '../../domain/errors.ts';
import type { Logger } from '../../domain/ports.ts';
import { delay } from '../../lib/clock.ts';
import { untilAborted } from '../../lib/concurrency.ts';
import type { Random } from '../../lib/random.ts';
import type { KeyValue, StoreStatus, WatchBatch, WatchOptions } from '../kv.ts';
import type { KeySpace } from './convert.ts';
import { isFutureRevision } from './errors.ts';
import { type StreamTimes, WatchStream } from './stream.ts';

/** The store, and one key as it was at a revision. */
export interface StateAt extends StoreStatus {
  readonly found: KeyValue | null;
}

export interface WatchDeps extends StreamTimes {
  readonly client: Etcd3;
  readonly space: KeySpace;
  readonly random: Random;
  readonly logger: Logger;
  /** A linearisable read as of a revision, of one key if any; refreshes the credentials on the way. */
  readonly stateAt: (revision: number, key?: string) => Promise<StateAt>;
}

const BACK_OFF = { baseMs: 50, maxMs: 2_000 };

/** Where the watch stands. */
interface Place {
  /** First revision that was not handed over yet. */
  next: number;
  clusterId: string | undefined;
  readonly witnesses: Witnesses;
}

/** Keys kept, so that one of them is still there after deletions. */
const WITNESSES = 16;

type Witness = Pick<KeyValue, 'key' | 'modRevision'> & Partial<KeyValue>;

/** The newest keys that were handed over and are not deleted: at the place the store has them exactly so, or it is another history. */
class Witnesses {
  readonly #kept = new Map<string, Witness>();

  constructor(known: WatchOptions['known']) {
    if (known) this.#kept.set(known.key, known);
  }

  note({ events }: WatchBatch): void {
    for (const event of events) {
      this.#kept.delete(event.type === 'put' ? event.kv.key : event.key);
      if (event.type === 'put') this.#kept.set(event.kv.key, event.kv);
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > WITNESSES && oldest !== undefined) this.#kept.delete(oldest);
    }
  }

  get newest(): Witness | undefined {
    return [...this.#kept.values()].at(-1);
  }
}

/** Ends on abort; throws STORE_COMPACTED, or STORE_UNAVAILABLE when another cluster or an older revision answers. */
export async function* watchPrefix(deps: WatchDeps, prefix: string, options: WatchOptions): AsyncGenerator<WatchBatch> {
  const { signal, clusterId } = options;
  const place: Place = { next: options.fromRevision, clusterId, witnesses: new Witnesses(options.known) };
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      for await (const batch of session(deps, prefix, place, signal)) {
        yield batch;
        place.next = batch.revision + 1;
        place.witnesses.note(batch);
        failures = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isFatal(error)) throw error;
      deps.logger.info({ prefix, err: error, next: place.next }, 'watch interrupted; connecting again');
    }
    const pause = Math.min(BACK_OFF.maxMs, BACK_OFF.baseMs * 2 ** failures) * (0.5 + deps.random.next() / 2);
    await delay(deps.clock, pause, signal).catch(() => undefined);
  }
}

/** One connection's life: everything from the place on until it breaks. */
async function* session(
  deps: WatchDeps,
  prefix: string,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<WatchBatch> {
  const clusterId = await untilAborted(checkPlace(deps, place), signal);
  place.clusterId = clusterId;
  const stream = await WatchStream.open(deps.client, createRequest(deps, prefix, place.next), deps);
  const stop = () => stream.stop();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const batch of batches(deps, stream, clusterId)) {
      if (signal.aborted) return;
      // A heartbeat says nothing new; what is from before the place was handed over already.
      if (batch === HEARTBEAT) yield { revision: place.next - 1, events: [] };
      else if (batch.revision >= place.next) yield batch;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Only these the reader must answer by listing again; everything else is a connection that comes back. */
function isFatal(error: unknown): boolean {
  return error instanceof Displaced || (error instanceof ConductorError && error.code === 'STORE_COMPACTED');
}

/** The revision to go on from means nothing any more. */
class Displaced extends ConductorError {
  constructor(message: string) {
    super('STORE_UNAVAILABLE', message);
  }
}

/**
 * Asks the cluster who it is, and for the state before the place. Never judged by a stream's header: that member may lag behind.
 * Throws STORE_COMPACTED also when history begins exactly at the place: older servers then skip a deletion there (etcd#18089).
 */
async function checkPlace(deps: WatchDeps, { next, clusterId: known, witnesses }: Place): Promise<string> {
  const witness = witnesses.newest;
  try {
    const { clusterId, found } = await deps.stateAt(next - 1, witness?.key);
    if (known !== undefined && clusterId !== known) throw displacedCluster(known, clusterId);
    if (witness && !isSame(witness, found)) {
      throw new Displaced(`etcd has another history before ${next}: it was restored, and has caught up since.`);
    }
    return clusterId;
  } catch (error) {
    if (!(error instanceof ConductorError && isFutureRevision(error.cause))) throw error;
    throw new Displaced(`etcd's revision ran backwards from ${next - 1}: it was restored or wiped.`);
  }
}

/** Two histories may write a key in the same revision; then they wrote different things. */
function isSame({ modRevision, createRevision, value }: Witness, found: KeyValue | null): boolean {
  if (found === null || found.modRevision !== modRevision) return false;
  if (createRevision !== undefined && found.createRevision !== createRevision) return false;
  return value === undefined || Buffer.compare(value, found.value) === 0;
}

function displacedCluster(known: string, found: string): Displaced {
  return new Displaced(`Another etcd cluster answers (${found} instead of ${known}).`);
}

function createRequest({ space }: WatchDeps, prefix: string, next: number) {
  // Revision 0 would mean "now".
  const start_revision = Math.max(1, next);
  return { ...space.span(prefix), start_revision, progress_notify: true, fragment: true } as const;
}

/** Proof of life without news. */
const HEARTBEAT: WatchBatch = { revision: 0, events: [] };

/** The stream's events by revision; no events make a bookmark. */
async function* batches({ space }: WatchDeps, stream: WatchStream, clusterId: string): AsyncGenerator<WatchBatch> {
  let fragments: IEvent[] = [];
  for (;;) {
    const answer = await stream.next();
    checkAnswer(answer, clusterId);
    // The answer to our question carries no watch's id. On older servers it may run ahead of events (etcd#15220): it proves
    // life, nothing else.
    if (answer.watch_id === '-1' || answer.created) yield HEARTBEAT;
    else if (answer.events.length === 0 && !answer.fragment && fragments.length === 0) {
      yield { revision: Number(answer.header.revision), events: [] };
    } else {
      fragments.push(...answer.events);
      if (answer.fragment) continue;
      yield* byRevision(space, fragments);
      fragments = [];
    }
  }
}

function checkAnswer(answer: IWatchResponse, clusterId: string): void {
  const found = answer.header.cluster_id;
  if (found !== clusterId && found !== '0') throw displacedCluster(clusterId, found);
  const compactedAt = Number(answer.compact_revision);
  if (compactedAt > 0) {
    throw new ConductorError('STORE_COMPACTED', `The history before revision ${compactedAt} has been compacted.`);
  }
  // Also when it was created and cancelled in one answer.
  if (answer.canceled) throw new Error(`etcd cancelled the watch: ${answer.cancel_reason || 'no reason given'}`);
}

function* byRevision(space: KeySpace, events: readonly IEvent[]): Generator<WatchBatch> {
  let from = 0;
  for (let at = 1; at <= events.length; at += 1) {
    const revision = Number(events[from]?.kv.mod_revision);
    if (at < events.length && Number(events[at]?.kv.mod_revision) === revision) continue;
    yield { revision, events: events.slice(from, at).map((event) => space.event(event)) };
    from = at;
  }
}
