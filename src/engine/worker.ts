// The one loop for all stages: take what the work queue offers, claim it, run the stage, write the result fenced by the claim.
// It knows nothing of what a stage does; a lost race or a lost claim is normal and ends quietly.
import { setMaxListeners } from 'node:events';
import { ConductorError, isConductorError, toConductorError } from '../domain/errors.ts';
import { STAGE_FIELD, STAGE_STATUS, type Stage } from '../domain/plan.ts';
import type { Advance, CallContext, ClaimedPlan, Logger, Metrics, WorkQueue } from '../domain/ports.ts';
import { type Clock, delay } from '../lib/clock.ts';
import { limiter } from '../lib/concurrency.ts';
import { linkedSignal } from '../lib/linked-signal.ts';
import type { Random } from '../lib/random.ts';
import { retry } from '../lib/retry.ts';

/** What a stage makes of a plan it owns: the next status with its documents. Throws for failures. */
export type StageRun = (claim: ClaimedPlan, ctx: CallContext) => Promise<Advance>;

export interface WorkerOptions {
  readonly stage: Stage;
  readonly run: StageRun;
  /** How a failure for good is told in the plan's message, and what of it is kept. */
  readonly describe: (error: ConductorError, planId: string) => Pick<Advance, 'message' | 'messageForm' | 'parts'>;
  /** Plans in work at once. */
  readonly concurrency: number;
  /** Failed attempts before the plan ends in `error`. */
  readonly maxFailures: number;
  /** First pause before a failed attempt is repeated, in milliseconds; doubles. @default 500 */
  readonly backOffMs?: number;
  /** Name written into plans as owner. */
  readonly owner: string;
  readonly work: WorkQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface Worker {
  start(): void;
  /** Takes nothing new, waits for the work in hand up to `graceMs`, then aborts it and gives it back. */
  stop(graceMs: number): Promise<void>;
}

const BACK_OFF_MS = 500;
/** Between two looks at an upstream system to which calls are paused. */
const PAUSED_MS = 1_000;
/** After this a pause counts as a failure all the same: whoever waits for the plan is to hear of it some day. */
const LONGEST_PAUSE_MS = 300_000;
const GIVE_UP = new ConductorError('CLAIM_LOST', 'The worker is stopping.');

/** One stage's worker; see the file's head. */
export function createWorker(options: WorkerOptions): Worker {
  const offers = new AbortController();
  const inHand = new AbortController();
  // Every plan in hand listens.
  setMaxListeners(0, inHand.signal);
  const running = new Set<Promise<void>>();
  const slot = limiter(options.concurrency);
  let loop: Promise<void> = Promise.resolve();

  async function consume(): Promise<void> {
    for await (const planId of options.work.offers(options.stage, offers.signal)) {
      if (offers.signal.aborted) return;
      const task = slot(() => workOn(options, planId, inHand.signal)).finally(() => running.delete(task));
      running.add(task);
      // Before the next offer is asked for, not after: it would be out of date by the time that it is taken.
      await freeSlot();
    }
  }

  /** Claiming more than can be worked on would keep plans from other processes. */
  async function freeSlot(): Promise<void> {
    while (running.size >= options.concurrency) await Promise.race(running);
  }

  return {
    start() {
      loop = consume().catch((error) => {
        if (!offers.signal.aborted) options.logger.error({ stage: options.stage, err: error }, 'worker loop ended');
      });
    },
    async stop(graceMs) {
      offers.abort(GIVE_UP);
      const cancel = options.clock.after(graceMs, () => inHand.abort(GIVE_UP));
      await Promise.allSettled([...running]);
      cancel();
      inHand.abort(GIVE_UP);
      await loop;
    },
  };
}

async function workOn(options: WorkerOptions, planId: string, stopping: AbortSignal): Promise<void> {
  const { stage, metrics } = options;
  const logger = options.logger.child({ planId, stage });
  let claim: ClaimedPlan | null = null;
  try {
    claim = await options.work.claim(planId, stage, options.owner);
    metrics.count('conductor_claims_total', { stage, outcome: claim ? 'won' : 'lost' });
    if (!claim) return logger.debug({}, 'plan is claimed by another worker or needs nothing');
    await runClaimed(options, claim, stopping, logger.child({ requestId: claim.plan.head.requestId }));
  } catch (error) {
    const known = toConductorError(error);
    if (known.code === 'CLAIM_LOST') logger.debug({}, 'claim lost; another worker goes on');
    else logger.warn({ err: error, code: known.code }, claim ? 'plan given back' : 'plan could not be claimed');
    // Not waited for: while the store is away this goes on in the background, and must not hold up a drain.
    if (claim) void letGo(options, claim, stopping);
  }
}

/**
 * A claim lives as long as its process: one that nobody works on any more would keep the plan from everybody. Given back after
 * a pause, because at once the plan would only meet the same trouble.
 */
async function letGo(options: WorkerOptions, claim: ClaimedPlan, stopping: AbortSignal): Promise<void> {
  const link = linkedSignal(claim.lost, stopping);
  await delay(options.clock, options.backOffMs ?? BACK_OFF_MS, link.signal).catch(() => undefined);
  link.unlink();
  await claim.release();
}

async function runClaimed(
  options: WorkerOptions,
  claim: ClaimedPlan,
  stopping: AbortSignal,
  logger: Logger,
): Promise<void> {
  const started = options.clock.monotonic();
  const { head } = claim.plan;
  const link = linkedSignal(claim.lost, stopping);
  const ctx: CallContext = { requestId: head.requestId, planId: head.id, signal: link.signal };
  if (claim.previous === head.status) logger.info({ token: claim.token }, 'plan taken over');
  const change = await settle(options, claim, ctx, logger).finally(link.unlink);
  options.metrics.observe('conductor_plan_stage_seconds', (options.clock.monotonic() - started) / 1000, {
    stage: options.stage,
  });
  options.metrics.count('conductor_plan_transitions_total', { from: head.status, to: change.to });
  logger.info({ from: head.status, ...change }, 'plan advanced');
}

/** What became of the plan; order locks may have wished something else than the stage. */
type Settled = Pick<Advance, 'to' | 'reason'>;

/** Runs the stage and writes its result; a result that the store will never take is a failure of the plan. */
async function settle(options: WorkerOptions, claim: ClaimedPlan, ctx: CallContext, logger: Logger): Promise<Settled> {
  const result = await attempt(options, claim, ctx, logger);
  try {
    return await write(options, claim, result, ctx.signal);
  } catch (error) {
    const known = toConductorError(error);
    if (ctx.signal?.aborted || known.retryable) throw known;
    logger.error({ err: known.cause ?? known, code: known.code, to: result.to }, 'result cannot be stored');
    const instead = await failure(options, claim, known, ctx);
    return write(options, claim, instead, ctx.signal);
  }
}

/** Runs the stage; a failure becomes the change that records it, unless the worker itself must let go. */
async function attempt(options: WorkerOptions, claim: ClaimedPlan, ctx: CallContext, logger: Logger): Promise<Advance> {
  try {
    return await patiently(options, claim, ctx, logger);
  } catch (error) {
    if (ctx.signal?.aborted) throw GIVE_UP;
    const known = toConductorError(error);
    // A store that does not answer is no failure of the plan: it is given back and offered again.
    if (known.code === 'CLAIM_LOST' || (known.code.startsWith('STORE_') && known.retryable)) throw known;
    logger[known.code === 'INTERNAL' ? 'error' : 'warn'](
      { err: known.cause ?? known, code: known.code },
      'stage failed',
    );
    return failure(options, claim, known, ctx);
  }
}

/** Runs the stage. While calls to an upstream system are paused nothing is asked, so nothing has failed: the plan waits in hand. */
async function patiently(
  options: WorkerOptions,
  claim: ClaimedPlan,
  ctx: CallContext,
  logger: Logger,
): Promise<Advance> {
  const { clock, random } = options;
  for (let since: number | null = null; ; ) {
    try {
      return await options.run(claim, ctx);
    } catch (error) {
      const waited: number = since === null ? 0 : clock.monotonic() - since;
      if (!isConductorError(error, 'UPSTREAM_PAUSED') || waited > LONGEST_PAUSE_MS) throw error;
      if (since === null) logger.warn({ code: error.code, reason: error.message }, 'plan waits');
      since ??= clock.monotonic();
      await delay(clock, PAUSED_MS * (0.5 + random.next()), ctx.signal);
    }
  }
}

async function failure(
  options: WorkerOptions,
  claim: ClaimedPlan,
  error: ConductorError,
  ctx: CallContext,
): Promise<Advance> {
  const { head } = claim.plan;
  const failures = head[STAGE_FIELD[options.stage]].failures;
  if (error.retryable && failures + 1 < options.maxFailures) {
    await delay(options.clock, (options.backOffMs ?? BACK_OFF_MS) * 2 ** failures, ctx.signal);
    return { to: STAGE_STATUS[options.stage].waiting, reason: 'failed', failed: true, message: error.message };
  }
  return { to: 'error', reason: 'failed', failed: true, ...options.describe(error, head.id) };
}

/** Writes the result; an unreachable store is tried again for a while, a lost claim never. */
async function write(
  options: WorkerOptions,
  claim: ClaimedPlan,
  change: Advance,
  signal: AbortSignal | undefined,
): Promise<Settled> {
  const retryable = (error: unknown) =>
    isConductorError(error, 'STORE_UNAVAILABLE') || isConductorError(error, 'STORE_OUTCOME_UNKNOWN');
  const { clock, random } = options;
  const attempts = { tries: 5, baseMs: 200, clock, random, signal, retryable };
  const { head } = await retry(attempts, () => claim.advance(change));
  return { to: head.status, reason: head.status === 'template' && change.to === 'solved' ? 'rehomed' : change.reason };
}
