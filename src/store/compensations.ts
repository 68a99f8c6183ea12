// Releases what is held for nobody: entries whose release failed, and those past their expiry whose plan is gone or failed. Every
// process that can release watches the entries; when one is due, whoever binds the owner key to its lease first does the round, and
// when it dies the next one goes on. No polling: a timer for the next due entry, the watch for everything else.
import type {
  Compensation,
  CompensationSettings,
  CompensationStatus,
  CompensationStore,
  Inquirer,
  Releaser,
} from '../domain/compensation.ts';
import { isConductorError } from '../domain/errors.ts';
import type { Logger, Metrics } from '../domain/ports.ts';
import { type Clock, delay } from '../lib/clock.ts';
import { limiter } from '../lib/concurrency.ts';
import type { Ids } from '../lib/ids.ts';
import { linkedSignal } from '../lib/linked-signal.ts';
import type { Random } from '../lib/random.ts';
import { compensationCodec, stepCodec } from './codec.ts';
import { CompensationBook } from './compensation-book.ts';
import { isOver, settleEntry } from './compensation-settle.ts';
import type { HeldSteps } from './held-steps.ts';
import { COMPENSATION, COMPENSATION_ENTRIES, isPlanId, keys } from './keys.ts';
import type { KeyValue, Kv, TxnRequest } from './kv.ts';
import { Reflector, type ReflectorBatch } from './reflector.ts';
import { when } from './request.ts';
import { listAll } from './resync.ts';

export interface CompensationsOptions extends CompensationSettings {
  readonly kv: Kv;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Names this process to whoever looks into the store. */
  readonly ownerName: string;
  readonly leaseTtlSeconds: number;
  /** Told how to ask a controller. */
  readonly held?: HeldSteps | undefined;
  /** First pause after the store failed; doubles up to 40 times. @default 50 */
  readonly retryBaseMs?: number | undefined;
}

const PAGE = 500;
/** Releases at once. */
const AT_ONCE = 4;
/** A timer is set for at most so long: clocks are set, and timers have a limit. */
const LONGEST_TIMER_MS = 3_600_000;
/** Between two rounds, so that this process hears of what the last one wrote, or of who was faster. */
const SETTLE_MS = 200;

/** The queue as a process that releases uses it. */
export interface CompensationServer extends CompensationStore {
  /** From now on this process releases what is due, in turn with others, and asks after what a store that was set back forgot. */
  serve(release: Releaser, held?: Inquirer): void;
  /** What this process has heard; null when it does not serve. */
  status(): CompensationStatus | null;
  close(): Promise<void>;
}

export class KvCompensations implements CompensationServer {
  readonly #options: CompensationsOptions;
  readonly #book = new CompensationBook();
  readonly #stop = new AbortController();
  #release: Releaser | null = null;
  #reflector: Reflector | null = null;
  #serving: Promise<void> = Promise.resolve();
  #round: Promise<void> | null = null;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  /** No round before this time, by the monotonic clock. */
  #pausedUntil = 0;
  #failures = 0;

  constructor(options: CompensationsOptions) {
    this.#options = options;
  }

  serve(release: Releaser, held?: Inquirer): void {
    if (this.#release) return;
    if (held) this.#options.held?.serve(held);
    this.#release = release;
    this.#serving = this.#watch();
  }

  status(): CompensationStatus | null {
    return this.#release ? this.#book.status() : null;
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('The process leaves.'));
    this.#timer?.cancel();
    await this.#serving;
    await Promise.all([this.#reflector?.finished(), this.#round]);
  }

  async list(first: number): Promise<readonly Compensation[]> {
    const now = this.#options.clock.now();
    const found = await this.#read(COMPENSATION_ENTRIES);
    return found
      .filter(({ state, due }) => state === 'release' || due <= now)
      .sort((a, b) => a.since - b.since)
      .slice(0, first);
  }

  async ofPlan(planId: string): Promise<readonly Compensation[]> {
    return isPlanId(planId) ? this.#read(keys.compensations(planId)) : [];
  }

  async end(planId: string, step: string, actor: string): Promise<boolean> {
    if (!isPlanId(planId)) return false;
    const { kv, logger, metrics } = this.#options;
    const key = keys.compensation(planId, step);
    for (;;) {
      const found = await kv.get(key);
      if (!found) return false;
      const entry = compensationCodec.decode(found);
      if (entry.state !== 'release') return false;
      if (!(await this.#giveUp(found, entry, `${entry.message}; given up by ${actor}`))) continue;
      const { entityId, controller } = entry.step;
      logger.warn({ planId, step, entityId, controller, principal: actor }, 'release given up by hand');
      metrics.count('conductor_compensation_attempts_total', { outcome: 'given_up' });
      return true;
    }
  }

  /** false: entry or row have changed meanwhile. A timeout is resolved by reading back what the row says. */
  async #giveUp({ key, modRevision }: KeyValue, entry: Compensation, message: string): Promise<boolean> {
    const { kv, clock } = this.#options;
    const row = isOver(entry) ? null : await kv.get(keys.reservation(entry.planId, entry.step.step));
    const told = row ? messageIn(row, message, clock.now()) : when([], []);
    const request = when([{ key, modRevision }, ...told.compare], [{ delete: key }, ...told.then]);
    try {
      return (await kv.txn(request)).succeeded;
    } catch (error) {
      if (!row || !isConductorError(error, 'STORE_OUTCOME_UNKNOWN')) throw error;
      const now = await kv.get(row.key).catch(() => Promise.reject(error));
      if (now && stepCodec.decode(now).step.message === message) return true;
      // Not applied, so far, or undone since: whoever asked is told that nobody knows.
      throw error;
    }
  }

  async #read(prefix: string): Promise<Compensation[]> {
    const found: Compensation[] = [];
    for await (const { kvs } of listAll(this.#options.kv, prefix, { limit: PAGE, keysOnly: false })) {
      for (const entry of kvs) {
        try {
          found.push(compensationCodec.decode(entry));
        } catch (error) {
          this.#options.logger.warn(
            { key: entry.key, err: error },
            'an entry of the compensation queue cannot be read',
          );
        }
      }
    }
    return found;
  }

  /** Lists and watches; a store that is away at first only makes it take longer. */
  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const onBatch = (batch: ReflectorBatch) => this.#onBatch(batch);
      const reflector = new Reflector({ ...this.#options, prefix: COMPENSATION, onBatch });
      try {
        await reflector.start(signal);
        this.#reflector = reflector;
        return;
      } catch (error) {
        if (!signal.aborted) this.#options.logger.warn({ err: error }, 'the compensation queue cannot be read yet');
        await delay(this.#options.clock, this.#pause(), signal).catch(() => undefined);
      }
    }
  }

  #onBatch({ events }: ReflectorBatch): void {
    for (const event of events) {
      const key = event.type === 'put' ? event.kv.key : event.key;
      if (key === keys.compensationOwner) this.#book.owned = event.type === 'put';
      else if (event.type === 'delete') this.#book.delete(key);
      else this.#note(event.kv);
    }
    this.#schedule();
  }

  #note(found: KeyValue): void {
    try {
      const { due, state, since } = compensationCodec.decode(found);
      this.#book.put(found.key, { due, pendingSince: state === 'release' ? since : null });
    } catch (error) {
      // A later version of the program wrote it and looks after it.
      this.#book.delete(found.key);
      this.#options.logger.warn({ key: found.key, err: error }, 'an entry of the compensation queue cannot be read');
    }
  }

  /** Sets the timer for the next due entry, unless somebody is at work. */
  #schedule(): void {
    if (this.#stop.signal.aborted || this.#round || this.#book.owned) return;
    const next = this.#book.nextDue();
    if (next === null) return;
    const { clock } = this.#options;
    const now = clock.monotonic();
    const pause = Math.min(LONGEST_TIMER_MS, Math.max(0, next - clock.now(), this.#pausedUntil - now));
    const at = now + pause;
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = clock.after(pause, () => {
      this.#timer = null;
      this.#begin();
    });
    this.#timer = { at, cancel };
  }

  #begin(): void {
    if (this.#stop.signal.aborted || this.#round || this.#book.owned) return;
    const { clock } = this.#options;
    const isTime = this.#pausedUntil <= clock.monotonic() && this.#book.due(clock.now()).length > 0;
    if (!isTime) {
      this.#schedule();
      return;
    }
    this.#round = this.#doRound()
      .then(() => {
        this.#failures = 0;
        // What was written is heard in a moment.
        this.#wait(SETTLE_MS);
      })
      .catch((error: unknown) => {
        this.#wait(this.#pause());
        this.#options.logger.warn({ err: error }, 'what is held for nobody could not be released; trying again');
      })
      .finally(() => {
        this.#round = null;
        this.#schedule();
      });
  }

  async #doRound(): Promise<void> {
    const { kv, ids, ownerName, leaseTtlSeconds } = this.#options;
    const lease = await kv.lease(leaseTtlSeconds);
    const ended = linkedSignal(lease.lost, this.#stop.signal);
    try {
      const key = keys.compensationOwner;
      const claim = { put: key, value: `${ownerName}/${ids.uuid()}`, lease: lease.id };
      const { succeeded, revision } = await kv.txn(when([{ key, modRevision: 0 }], [claim]));
      // Somebody was faster; the watch tells when it has gone.
      if (succeeded) await this.#work({ key, modRevision: revision }, ended.signal);
    } finally {
      ended.unlink();
      await lease.revoke().catch(() => undefined);
    }
  }

  /** Until nothing is due any more. An entry is looked at once a round: what it says next is heard by the watch. */
  async #work(owner: { readonly key: string; readonly modRevision: number }, ended: AbortSignal): Promise<void> {
    const release = this.#release;
    if (!release) return;
    const seen = new Set<string>();
    const atMost = limiter(AT_ONCE);
    for (;;) {
      const due = this.#book.due(this.#options.clock.now()).filter((key) => !seen.has(key));
      if (due.length === 0 || ended.aborted) return;
      for (const key of due) seen.add(key);
      const settled = await Promise.allSettled(
        due.map((key) =>
          atMost(async () => {
            if (!ended.aborted) await settleEntry({ ...this.#options, release }, key, owner, ended);
          }),
        ),
      );
      const failed = settled.find((one) => one.status === 'rejected');
      if (failed && !ended.aborted) throw failed.reason;
    }
  }

  #wait(ms: number): void {
    this.#pausedUntil = this.#options.clock.monotonic() + ms;
  }

  #pause(): number {
    const { random, retryBaseMs = 50 } = this.#options;
    this.#failures += 1;
    return retryBaseMs * Math.min(40, 2 ** this.#failures) * (0.5 + random.next() / 2);
  }
}

/** The row of a step with another message. */
function messageIn(row: KeyValue, message: string, updated: number): TxnRequest {
  const step = { ...stepCodec.decode(row).step, message, updated };
  return when([{ key: row.key, modRevision: row.modRevision }], [{ put: row.key, value: stepCodec.encode({ step }) }]);
}
