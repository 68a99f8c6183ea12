// The ProgressFeed port: while somebody subscribes, one watch a process on the progress of all searches, fanned out in memory.
// When a search is over is told by the plan itself: progress that vanishes with a worker that died comes anew from the next one.
import { isConductorError } from '../domain/errors.ts';
import { isStoppable } from '../domain/plan.ts';
import type { Logger, Metrics, PlanChange, PlanFeed } from '../domain/ports.ts';
import type { ProgressFeed } from '../domain/progress.ts';
import type { SearchProgress } from '../domain/solution.ts';
import type { Clock } from '../lib/clock.ts';
import { linkedSignal } from '../lib/linked-signal.ts';
import type { Random } from '../lib/random.ts';
import { planCodec, progressCodec } from './codec.ts';
import { idOf, isPlanId, keys, PROGRESS } from './keys.ts';
import type { KeyValue, Kv, WatchEvent } from './kv.ts';
import { Newest } from './newest.ts';
import { Reflector } from './reflector.ts';

/** The watch outlives its last subscriber by this, in milliseconds: the next one often follows at once. */
const LINGER_MS = 30_000;
/** One for all: an abort without a reason makes an error with a stack each time. */
const ENDED = new Error('Nobody listens any more.');

export interface ProgressFeedOptions {
  readonly kv: Kv;
  /** Tells when a plan's search is over. */
  readonly feed: PlanFeed;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly retryBaseMs?: number | undefined;
}

/** One run of the watch. */
interface Session {
  readonly reflector: Reflector;
  readonly stop: AbortController;
  /** Rejects when the first listing fails. */
  readonly started: Promise<void>;
  /** By plan id, as told last. */
  readonly known: Map<string, SearchProgress>;
}

export class KvProgressFeed implements ProgressFeed {
  readonly #options: ProgressFeedOptions;
  readonly #subscribers = new Map<string, Set<Newest<SearchProgress>>>();
  #session: Session | null = null;
  #cancelLinger: () => void = () => {};
  #closed = false;

  constructor(options: ProgressFeedOptions) {
    this.#options = options;
  }

  async current(planId: string): Promise<SearchProgress | null> {
    const found = isPlanId(planId) ? await this.#options.kv.get(keys.progress(planId)) : null;
    return found && readable(found);
  }

  /** Ends at once for a plan that is not there or has nothing left to search. Throws STORE_*. */
  async *watch(planId: string, signal: AbortSignal): AsyncGenerator<SearchProgress, void, undefined> {
    if (signal.aborted || this.#closed) return;
    const link = linkedSignal(signal);
    const newest = new Newest<SearchProgress>();
    const leave = () => {
      newest.end();
      this.#leave(planId, newest);
    };
    // Not left to the generator's end: whoever stands still at an item and goes never asks for the next one.
    link.signal.addEventListener('abort', leave, { once: true });
    const changes = this.#options.feed.watch({ planId, signal: link.signal });
    try {
      if (!(await this.#isToSearch(planId)) || link.signal.aborted) return;
      void untilOver(changes).then(
        () => newest.end(),
        (error) => newest.fail(error),
      );
      const session = this.#join(planId, newest);
      await session.started;
      yield* newest.items();
    } finally {
      link.abort(ENDED);
    }
  }

  /** Ends the watch and every subscription. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const group of this.#subscribers.values()) for (const newest of group) newest.end();
    await this.#end();
  }

  async #isToSearch(planId: string): Promise<boolean> {
    const found = isPlanId(planId) ? await this.#options.kv.get(keys.plan(planId)) : null;
    return found !== null && isStoppable(planCodec.decode(found).head.status);
  }

  // -------------------------------------------------------------- the one watch

  #join(planId: string, newest: Newest<SearchProgress>): Session {
    this.#cancelLinger();
    const group = this.#subscribers.get(planId) ?? new Set();
    this.#subscribers.set(planId, group.add(newest));
    this.#session ??= this.#begin();
    const present = this.#session.known.get(planId);
    if (present) newest.put(present);
    return this.#session;
  }

  #leave(planId: string, newest: Newest<SearchProgress>): void {
    const group = this.#subscribers.get(planId);
    if (!group?.delete(newest)) return;
    if (group.size === 0) this.#subscribers.delete(planId);
    if (this.#subscribers.size > 0 || this.#closed) return;
    this.#cancelLinger();
    this.#cancelLinger = this.#options.clock.after(LINGER_MS, () => void this.#end());
  }

  #begin(): Session {
    const stop = new AbortController();
    const known = new Map<string, SearchProgress>();
    const onBatch = ({ events }: { readonly events: readonly WatchEvent[] }) => this.#take(known, events);
    const reflector = new Reflector({ ...this.#options, prefix: PROGRESS, onBatch });
    const started = reflector.start(stop.signal);
    const session = { reflector, stop, started, known };
    // Whoever comes next tries again.
    started.catch(() => {
      if (this.#session === session) this.#session = null;
    });
    return session;
  }

  async #end(): Promise<void> {
    this.#cancelLinger();
    const session = this.#session;
    this.#session = null;
    session?.stop.abort(ENDED);
    await session?.started.catch(() => undefined);
    await session?.reflector.finished();
  }

  #take(known: Map<string, SearchProgress>, events: readonly WatchEvent[]): void {
    for (const event of events) {
      const planId = idOf(event.type === 'put' ? event.kv.key : event.key);
      const progress = event.type === 'put' ? readable(event.kv) : null;
      if (!progress) {
        known.delete(planId);
        continue;
      }
      known.set(planId, progress);
      for (const newest of this.#subscribers.get(planId) ?? []) newest.put(progress);
    }
  }
}

/** Resolves when the plan has nothing left to search or is gone. */
async function untilOver(changes: AsyncIterable<PlanChange>): Promise<void> {
  for await (const change of changes) {
    if (change.kind === 'deleted') return;
    // A change may come late; where the plan is by now counts.
    if (change.kind === 'event' && !isStoppable(change.plan.head.status)) return;
  }
}

/** null for what a later version of the program wrote. */
function readable(found: KeyValue): SearchProgress | null {
  try {
    return progressCodec.decode(found).progress;
  } catch (error) {
    if (isConductorError(error, 'STORE_FORMAT_NEWER')) return null;
    throw error;
  }
}
