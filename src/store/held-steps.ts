// What this process knows to be reserved, kept in memory for the day on which the store is put back to an older copy or wiped: then
// nothing in the store tells of what was reserved after the copy, and a controller lists nothing by itself. Whoever still remembers
// asks for each entity, gives what nobody may need to the compensation queue, and names what an order may be built on.
import type { Compensation, CompensationSettings, Inquirer } from '../domain/compensation.ts';
import { isFinal, type PlanHead } from '../domain/plan.ts';
import type { Logger, Metrics } from '../domain/ports.ts';
import type { ReservationStep } from '../domain/solution.ts';
import { type Clock, delay } from '../lib/clock.ts';
import { compensationCodec } from './codec.ts';
import { statusIn } from './compensation-settle.ts';
import { idOf, keys } from './keys.ts';
import type { Kv } from './kv.ts';
import { readReservations } from './plan-history.ts';
import type { ReflectorBatch } from './reflector.ts';
import { when } from './request.ts';

export interface HeldStepsOptions extends CompensationSettings {
  readonly kv: Kv;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** First pause after the store failed; doubles up to 40 times. @default 50 */
  readonly retryBaseMs?: number | undefined;
}

interface HeldPlan {
  readonly requestId: string;
  readonly steps: ReadonlyMap<string, ReservationStep>;
  /** Its last known status was `done`. */
  readonly done: boolean;
}

/** Plans that are remembered; the oldest are forgotten first. */
const MOST = 2_000;
/** Between two looks at a plan of the copy that is being worked on again. */
const LOOK_MS = 2_000;
const SET_BACK = 'the store was set back: nothing in it tells of this reservation';

export class HeldSteps {
  readonly #options: HeldStepsOptions;
  readonly #plans = new Map<string, HeldPlan>();
  readonly #stop = new AbortController();
  /** Since the store was set back: what has not been judged yet. */
  readonly #doubts = new Map<string, HeldPlan>();
  #checking: Promise<void> | null = null;
  #held: Inquirer = async () => null;

  constructor(options: HeldStepsOptions) {
    this.#options = options;
  }

  /** How a controller is asked. */
  serve(held: Inquirer): void {
    this.#held = held;
  }

  /** A row of the saga as it was stored, or as it was found by whoever took the plan over. */
  note({ id, requestId }: Pick<PlanHead, 'id' | 'requestId'>, step: ReservationStep): void {
    const steps = new Map(this.#plans.get(id)?.steps);
    if (step.state === 'failed' || step.state === 'released') steps.delete(step.step);
    else steps.set(step.step, step);
    if (steps.size === 0) this.#plans.delete(id);
    else this.#plans.set(id, { requestId, steps, done: false });
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > MOST && oldest !== undefined) this.#plans.delete(oldest);
  }

  /** What the watch of all plans tells. */
  onBatch({ kind, reason, events }: ReflectorBatch): void {
    const setBack = kind === 'gap' && reason === 'store-changed';
    if (setBack) for (const [id, plan] of this.#plans) this.#doubts.set(id, plan);
    for (const event of events) {
      const id = idOf(event.type === 'put' ? event.kv.key : event.key);
      const plan = this.#plans.get(id);
      if (!plan) continue;
      // A plan that somebody has deleted leaves what it holds to whoever deleted it.
      if (event.type === 'put') this.#plans.set(id, { ...plan, done: statusIn(event.kv) === 'done' });
      else this.#plans.delete(id);
    }
    if (setBack && this.#doubts.size > 0) this.#checking ??= this.#check();
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('The process leaves.'));
    await this.#checking;
  }

  /** Until each doubt is settled; a store that is away only makes it take longer. */
  async #check(): Promise<void> {
    const { clock, logger, retryBaseMs = 50 } = this.#options;
    const { signal } = this.#stop;
    logger.warn({ plans: this.#doubts.size }, 'the store was set back: comparing with what was reserved');
    for (let failures = 0; this.#doubts.size > 0 && !signal.aborted; ) {
      try {
        for (const [id, plan] of [...this.#doubts]) if (await this.#settle(id, plan)) this.#doubts.delete(id);
        failures = 0;
      } catch (error) {
        logger.warn({ err: error }, 'what was reserved cannot be compared yet');
        failures += 1;
      }
      const pause = failures > 0 ? retryBaseMs * Math.min(40, 2 ** failures) : LOOK_MS;
      if (this.#doubts.size > 0) await delay(clock, pause, signal).catch(() => undefined);
    }
    this.#checking = null;
  }

  /** False: it is to be looked at again, because the plan is in work, and may yet come to the same steps, or has just changed. */
  async #settle(id: string, { requestId, steps, done }: HeldPlan): Promise<boolean> {
    const { kv } = this.#options;
    const found = await kv.get(keys.plan(id));
    if (found && !isFinal(statusIn(found))) return false;
    const stored = new Set((await readReservations(kv, id)).map(({ step }) => step));
    for (const step of [...steps.values()].filter((one) => !stored.has(one.step))) {
      const held = await this.#held({ planId: id, requestId, step }, this.#stop.signal);
      if (held === false) continue;
      // Its client was told that it is done, and may be building on it: that is for a person to decide.
      if (!found && done) this.#tell(id, step, 'kept');
      else if (!(await this.#release(id, requestId, step, found?.modRevision ?? 0))) return false;
    }
    if (!found) this.#plans.delete(id);
    return true;
  }

  #tell(planId: string, { step, entityId, controller }: ReservationStep, outcome: 'kept' | 'released'): void {
    const { logger, metrics } = this.#options;
    metrics.count('conductor_reservations_orphaned_total', { outcome });
    const fields = { planId, step, entityId, controller };
    if (outcome === 'released') logger.warn(fields, 'a reservation of a plan that the store lost will be released');
    else
      logger.error(
        fields,
        'a reservation of a done plan that the store lost is still held: release it if its order is off',
      );
  }

  /** After the hold, so that no call that was under way comes after the release. False: the plan is not as it was found. */
  async #release(planId: string, requestId: string, step: ReservationStep, planRevision: number): Promise<boolean> {
    const { kv, clock, holdMs } = this.#options;
    const now = clock.now();
    const fields = { state: 'release', since: now, due: now + holdMs, attempts: 0, message: SET_BACK } as const;
    const entry: Compensation = { planId, requestId, ...fields, step };
    const key = keys.compensation(planId, step.step);
    // Where there is an entry already somebody else, who remembers it too, was faster.
    const compare = [
      { key, modRevision: 0 },
      { key: keys.plan(planId), modRevision: planRevision },
    ];
    const request = when(compare, [{ put: key, value: compensationCodec.encode(entry) }], [{ get: key }]);
    const { succeeded, gets } = await kv.txn(request);
    if (succeeded) this.#tell(planId, step, 'released');
    return succeeded || Boolean(gets[0]);
  }
}
