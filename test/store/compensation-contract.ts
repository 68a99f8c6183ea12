// The compensation queue on any Kv: what a saga may hold has an entry from the first intent on; entries whose plan is gone or
// failed are released again and again until it succeeds, by one process at a time, and whoever is left goes on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Compensation, ReleaseResult } from '../../src/domain/compensation.ts';
import type { ReservationStep } from '../../src/domain/solution.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { DEFAULT_COMPENSATION } from '../../src/store/compensation-rows.ts';
import { KvCompensations } from '../../src/store/compensations.ts';
import { COMPENSATION, keys } from '../../src/store/keys.ts';
import type { Kv } from '../../src/store/kv.ts';
import { when } from '../../src/store/request.ts';
import { solvedPlan } from '../support/waiting-plans.ts';
import { losingAnswers } from './plan-store-contract.ts';
import { ids, noMetrics, quiet, type Rig, random } from './rigs.ts';
import { type StoresRig, withStores } from './stores-rig.ts';

const MINUTE = 60_000;
/** Seconds. */
const LONG_LEASE = 50;

/** Time stands still until somebody moves it. */
export class ManualClock implements Clock {
  #now = Date.now();
  readonly #timers = new Set<{ readonly at: number; readonly fn: () => void }>();
  now = () => this.#now;
  monotonic = () => this.#now;

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** A process that stood still for so long: no timer has run yet. */
  skip(ms: number): void {
    this.#now += ms;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.fn();
    }
  }
}

export function step(more: Partial<ReservationStep> = {}): ReservationStep {
  return {
    step: '1-0-vpn_a',
    order: 0,
    demand: 'a',
    candidateId: 'c-1',
    controller: 'SDN-C',
    serviceModel: 'ADIOD',
    entityId: 'e-1',
    state: 'reserved',
    message: '',
    updated: 1,
    request: { speed: 1 },
    candidate: { candidate_id: 'c-1' },
    reservationName: 'vpn',
    reservationType: 'ADIOD',
    requestType: 'initial',
    ...more,
  };
}

export function compensationContract(name: string, open: () => Promise<Rig>): void {
  describe(`Compensation queue: ${name}`, () => {
    let rig: StoresRig;
    let clock: ManualClock;
    const running: KvCompensations[] = [];
    beforeEach(async () => {
      // Long, so that a busy machine loses nothing: the embedded rig's time runs ten times as fast.
      rig = await withStores(await open(), { leaseTtlSeconds: LONG_LEASE });
      clock = new ManualClock();
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((one) => one.close()));
      await rig.close();
    });

    const queue = (kv: Kv = rig.kv, ownerName = 'one', leaseTtlSeconds = LONG_LEASE) => {
      const parts = { clock, ids, random, logger: quiet, metrics: noMetrics, leaseTtlSeconds };
      const made = new KvCompensations({ ...DEFAULT_COMPENSATION, ...parts, kv, ownerName });
      running.push(made);
      return made;
    };

    /** A controller that releases when it is told to, and what it was asked. */
    const controller = (answer: (entry: Compensation) => ReleaseResult | Promise<ReleaseResult>) => {
      const asked: string[] = [];
      const release = async (entry: Compensation) => {
        asked.push(entry.step.entityId);
        return answer(entry);
      };
      return { asked, release };
    };
    const refuses = () => ({ released: false, message: 'SDN-C answered HTTP 500' });
    const agrees = () => ({ released: true, message: '' });

    /** Waits until the store says so; each look is after another change of the queue's keys. */
    const until = async (holds: () => boolean | Promise<boolean>) => {
      while (!(await holds())) await new Promise(setImmediate);
    };
    const entries = async () => (await rig.witness.range(`${COMPENSATION}entries/`)).kvs.length;
    const entry = async (id: string) => (await queue().ofPlan(id))[0];
    const advanceUntil = async (ms: number, holds: () => boolean | Promise<boolean>) => {
      await until(() => clock.timers > 0);
      clock.advance(ms);
      await until(async () => {
        // The pauses between two rounds.
        clock.advance(10);
        return holds();
      });
    };

    const reserving = async (...steps: ReservationStep[]) => {
      const id = await solvedPlan(rig.stores, []);
      const claim = await rig.stores.work.claim(id, 'reservation', 'w');
      if (!claim) throw new Error('not claimed');
      for (const one of steps) await claim.saga.put(one);
      return { id, claim };
    };
    const failedRelease = async () => {
      const message = 'SDN-C answered HTTP 500';
      const { id, claim } = await reserving(step({ state: 'release-failed', message }));
      await claim.advance({ to: 'error', reason: 'failed', failed: true, message: 'Reservation release failed' });
      return id;
    };

    it('the entry stands from the intent on, follows the step, and is gone when the plan is done', async () => {
      const { id, claim } = await reserving(step({ state: 'intended' }));
      expect(await entry(id)).toMatchObject({
        state: 'hold',
        attempts: 0,
        step: { state: 'intended', entityId: 'e-1' },
      });
      await claim.saga.put(step({ state: 'reserved' }));
      expect(await entry(id)).toMatchObject({ state: 'hold', step: { state: 'reserved' } });
      await claim.saga.put(step({ step: '1-0-vpn_b', state: 'failed' }));
      expect(await entries()).toBe(1);
      await claim.advance({ to: 'done', reason: 'completed' });
      expect(await entries()).toBe(0);
    });

    it('a step that was released leaves no entry', async () => {
      const { claim } = await reserving(step(), step({ state: 'released' }));
      expect(await entries()).toBe(0);
      await claim.release();
    });

    it('a plan that is done without the entry being cleared, by an older worker, keeps what it holds', async () => {
      const { id, claim } = await reserving(step());
      const found = await rig.kv.get(keys.compensation(id, step().step));
      await claim.advance({ to: 'done', reason: 'completed' });
      await rig.kv.txn(when([], [{ put: found?.key ?? '', value: found?.value ?? '' }]));
      const { asked, release } = controller(agrees);
      queue().serve(release);
      await advanceUntil(11 * MINUTE, async () => (await entries()) === 0);
      expect(asked).toEqual([]);
      expect((await rig.stores.plans.reservations(id))[0]?.state).toBe('reserved');
    });

    it('a failed release is tried again with growing pauses until it succeeds, and the plan stays as it is', async () => {
      const id = await failedRelease();
      const before = await rig.stores.plans.get(id);
      let well = false;
      const { asked, release } = controller(() => (well ? agrees() : refuses()));
      const made = queue();
      made.serve(release);
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await advanceUntil(2 ** attempt * 5_000, async () => (await entry(id))?.attempts === attempt + 1);
        expect(asked).toHaveLength(attempt);
        const { due = 0, since = 0, message } = (await entry(id)) ?? {};
        const pause = Math.min(10 * MINUTE, 5_000 * 2 ** attempt);
        expect(due - clock.now()).toBeGreaterThan(pause / 4);
        expect(due - clock.now()).toBeLessThanOrEqual(pause);
        expect(message).toContain('500');
        await until(() => made.status()?.pending === 1);
        expect(made.status()).toEqual({ pending: 1, oldestSince: since });
      }
      expect((await made.list(10)).map(({ planId }) => planId)).toEqual([id]);
      well = true;
      await advanceUntil(10 * MINUTE, async () => (await entries()) === 0);
      expect(asked).toHaveLength(6);
      expect((await rig.stores.plans.reservations(id))[0]).toMatchObject({
        state: 'released',
        message: 'released at attempt 7',
      });
      expect(await rig.stores.plans.get(id)).toEqual(before);
      await until(() => made.status()?.pending === 0);
    });

    it('a round keeps nothing with the process: what ends this one aborts none that is over', async () => {
      await failedRelease();
      const signals: AbortSignal[] = [];
      const made = queue();
      made.serve(async (_entry, signal) => {
        signals.push(signal);
        return refuses();
      });
      await advanceUntil(10 * MINUTE, () => signals.length === 1);
      await advanceUntil(10 * MINUTE, () => signals.length === 2);
      await made.close();
      expect(signals[0]?.aborted).toBe(false);
    });

    it('is never tried before it is due', async () => {
      const id = await failedRelease();
      const { asked, release } = controller(agrees);
      const due = (await entry(id))?.due ?? 0;
      queue().serve(release);
      await until(() => clock.timers > 0);
      clock.advance(due - clock.now() - 1);
      await rig.kv.status();
      expect(asked).toEqual([]);
      await advanceUntil(1, async () => (await entries()) === 0);
      expect(asked).toEqual(['e-1']);
    });

    it('a plan that is deleted does not take its entry along', async () => {
      const id = await failedRelease();
      expect(await rig.stores.plans.delete(id)).toBe(true);
      const { asked, release } = controller(agrees);
      queue().serve(release);
      await advanceUntil(MINUTE, async () => (await entries()) === 0);
      expect(asked).toEqual(['e-1']);
      expect(await rig.stores.plans.reservations(id)).toEqual([]);
    });

    it('a plan deleted in reservation: what it held is released when its hold has expired, not before', async () => {
      const { id } = await reserving(step({ state: 'intended' }));
      await rig.stores.plans.delete(id);
      const { asked, release } = controller(agrees);
      queue().serve(release);
      await until(() => clock.timers > 0);
      clock.advance(9 * MINUTE);
      await rig.kv.status();
      expect(asked).toEqual([]);
      await advanceUntil(2 * MINUTE, async () => (await entries()) === 0);
      expect(asked).toEqual(['e-1']);
    });

    it('a plan that ended in error without releasing: released when its hold has expired', async () => {
      const { id, claim } = await reserving(step());
      await claim.advance({ to: 'error', reason: 'failed', failed: true, message: 'broken' });
      const { release } = controller(agrees);
      queue().serve(release);
      await advanceUntil(11 * MINUTE, async () => (await entries()) === 0);
      expect((await rig.stores.plans.reservations(id))[0]?.state).toBe('released');
    });

    it.each(['in work', 'waiting for a worker'])('a plan %s keeps what it holds: its hold is renewed', async (how) => {
      const { id, claim } = await reserving(step());
      if (how !== 'in work') await claim.release();
      const before = (await entry(id))?.due ?? 0;
      const { asked, release } = controller(agrees);
      queue().serve(release);
      await advanceUntil(11 * MINUTE, async () => ((await entry(id))?.due ?? 0) > before);
      expect(asked).toEqual([]);
      const again = how === 'in work' ? claim : await rig.stores.work.claim(id, 'reservation', 'w2');
      expect((await again?.saga.list())?.map(({ state }) => state)).toEqual(['reserved']);
      await again?.advance({ to: 'done', reason: 'completed' });
      expect(await entries()).toBe(0);
    });

    it('of several processes one releases at a time, and each entry is released once', async () => {
      const planIds = await Promise.all([failedRelease(), failedRelease(), failedRelease()]);
      let atOnce = 0;
      const owners = new Set<string>();
      const asked: string[] = [];
      for (const owner of ['one', 'two', 'three']) {
        queue(owner === 'one' ? rig.kv : rig.witness, owner).serve(async ({ planId }) => {
          owners.add(owner);
          asked.push(planId);
          atOnce = Math.max(atOnce, owners.size);
          await rig.witness.status();
          return agrees();
        });
      }
      await until(() => clock.timers >= 3);
      await advanceUntil(MINUTE, async () => (await entries()) === 0);
      expect([...asked].sort()).toEqual([...planIds].sort());
      expect(atOnce).toBe(1);
    });

    it('whoever stands still while it releases loses its place, and another process goes on', async () => {
      const id = await failedRelease();
      let begun = false;
      const released: string[] = [];
      queue(rig.kv, 'frozen', rig.leaseSeconds).serve(async (entry, signal) => {
        if (begun) {
          released.push(entry.step.entityId);
          return agrees();
        }
        begun = true;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      });
      await advanceUntil(MINUTE, () => begun);
      queue(rig.witness, 'other').serve(async (entry) => {
        released.push(entry.step.entityId);
        return agrees();
      });
      rig.stall();
      const rowState = async () => (await rig.witness.get(keys.reservation(id, '1-0-vpn_a')))?.value;
      await advanceUntil(1_000, async () => (await entries()) === 0);
      expect(released).toEqual(['e-1']);
      expect(Buffer.from((await rowState()) ?? []).toString()).toContain('"state":"released"');
    });

    const late = step({ mayComeLate: true, state: 'released', message: 'no answer in time' });
    type Claim = Awaited<ReturnType<typeof reserving>>['claim'];
    const rowOf = async (id: string) => (await rig.stores.plans.reservations(id))[0];

    it.each<[string, (claim: Claim, id: string) => Promise<unknown>]>([
      ['failed', (claim) => claim.advance({ to: 'error', reason: 'failed', failed: true, message: 'no capacity' })],
      ['done', (claim) => claim.advance({ to: 'done', reason: 'completed' })],
      ['in work', async () => undefined],
      ['waiting for a worker', (claim) => claim.release()],
      ['deleted', (_, id) => rig.stores.plans.delete(id)],
    ])(
      'released, and a call may still come: released once more after the hold, the plan being %s',
      async (how, end) => {
        const { id, claim } = await reserving(late);
        const { due = 0, ...kept } = (await entry(id)) ?? {};
        expect(kept).toMatchObject({ state: 'verify', attempts: 0, message: '', step: { entityId: 'e-1' } });
        expect(due - Date.now()).toBeGreaterThan(5 * MINUTE);
        await end(claim, id);
        const before = await rig.kv.get(keys.plan(id));
        const { asked, release } = controller(agrees);
        const made = queue();
        made.serve(release);
        await until(() => clock.timers > 0);
        clock.advance(9 * MINUTE);
        await rig.kv.status();
        expect(await made.list(10)).toEqual([]);
        expect(asked).toEqual([]);
        await advanceUntil(2 * MINUTE, async () => (await entries()) === 0);
        expect(asked).toEqual(['e-1']);
        expect(await rig.kv.get(keys.plan(id))).toEqual(before);
        expect(await rowOf(id)).toEqual(how === 'deleted' ? undefined : late);
      },
    );

    it('the second release fails: it is tried as others are, also while the plan is in work, and its row stays', async () => {
      const { id, claim } = await reserving(late);
      let well = false;
      const { asked, release } = controller(() => (well ? agrees() : refuses()));
      const made = queue();
      made.serve(release);
      await advanceUntil(11 * MINUTE, async () => (await entry(id))?.state === 'release');
      const { since } = (await entry(id)) ?? {};
      await until(() => made.status()?.pending === 1);
      expect((await made.list(10)).map(({ planId, attempts }) => [planId, attempts])).toEqual([[id, 1]]);
      await advanceUntil(5_000, async () => (await entry(id))?.attempts === 2);
      expect((await entry(id))?.since).toBe(since);
      expect(await rowOf(id)).toEqual(late);
      well = true;
      await advanceUntil(MINUTE, async () => (await entries()) === 0);
      expect(asked).toHaveLength(3);
      expect(await rowOf(id)).toEqual(late);
      await claim.release();
    });

    it('a release that succeeds at last, of what may still come: released once more after another hold', async () => {
      const { id, claim } = await reserving(step({ state: 'release-failed', mayComeLate: true }));
      await claim.advance({ to: 'error', reason: 'failed', failed: true, message: 'Reservation release failed' });
      const { asked, release } = controller(agrees);
      queue().serve(release);
      await advanceUntil(MINUTE, async () => (await entry(id))?.state === 'verify');
      expect(asked).toEqual(['e-1']);
      const row = await rowOf(id);
      expect(row).toMatchObject({ state: 'released', message: 'released at attempt 2' });
      await advanceUntil(11 * MINUTE, async () => (await entries()) === 0);
      expect(asked).toEqual(['e-1', 'e-1']);
      expect(await rowOf(id)).toEqual(row);
    });

    it('a plan that is done gives up the entries of what it holds, however many there are', async () => {
      const steps = Array.from({ length: 110 }, (_, at) =>
        step({ step: `2-${at}-vpn`, order: at, entityId: `h-${at}` }),
      );
      const { id, claim } = await reserving(late, ...steps);
      await claim.advance({ to: 'done', reason: 'completed' });
      const left = await queue().ofPlan(id);
      expect(left.length).toBeLessThan(30);
      expect(left.filter(({ state }) => state === 'verify')).toHaveLength(1);
      const { asked, release } = controller(agrees);
      queue().serve(release);
      await advanceUntil(11 * MINUTE, async () => (await entries()) === 0);
      expect(asked).toEqual(['e-1']);
    });

    it.each([
      ['a later version wrote', { v: 2, step: {} }],
      ['is damaged', { v: 0 }],
    ])('a row that %s does not keep the pauses from growing, nor the release from ending', async (_, row) => {
      const id = await failedRelease();
      const key = keys.reservation(id, step().step);
      await rig.kv.txn(when([], [{ put: key, value: JSON.stringify(row) }]));
      let well = false;
      const { asked, release } = controller(() => (well ? agrees() : refuses()));
      queue().serve(release);
      await advanceUntil(MINUTE, async () => (await entry(id))?.attempts === 2);
      well = true;
      await advanceUntil(MINUTE, async () => (await entries()) === 0);
      expect(asked).toEqual(['e-1', 'e-1']);
      expect(JSON.parse(Buffer.from((await rig.kv.get(key))?.value ?? []).toString())).toEqual(row);
    });

    it('an operator gives up what was settled by hand, and nobody asks for it any more', async () => {
      const id = await failedRelease();
      const { asked, release } = controller(refuses);
      const made = queue();
      made.serve(release);
      expect(await made.end(id, '1-0-vpn_a', 'alice')).toBe(true);
      expect(await made.end(id, '1-0-vpn_a', 'alice')).toBe(false);
      expect((await rig.stores.plans.reservations(id))[0]).toMatchObject({
        state: 'release-failed',
        message: 'SDN-C answered HTTP 500; given up by alice',
      });
      clock.advance(MINUTE);
      await rig.kv.status();
      expect(asked).toEqual([]);
    });

    it('giving up whose confirmation is lost is read back', async () => {
      const id = await failedRelease();
      for (const applied of [false, true]) {
        const flaky = losingAnswers(rig.kv, applied);
        const asked = queue(flaky).end(id, '1-0-vpn_a', 'alice');
        if (applied) expect(await asked).toBe(true);
        else await expect(asked).rejects.toMatchObject({ code: 'STORE_OUTCOME_UNKNOWN' });
        expect(await entries()).toBe(applied ? 0 : 1);
      }
      expect((await rig.stores.plans.reservations(id))[0]?.message).toMatch(/given up by alice$/);
    });

    it('what a plan in reservation holds cannot be given up by hand', async () => {
      const { id } = await reserving(step());
      expect(await queue().end(id, '1-0-vpn_a', 'alice')).toBe(false);
      expect(await entries()).toBe(1);
    });

    it('an entry of a later format is left to later processes, and the others are released', async () => {
      await failedRelease();
      const later = `${COMPENSATION}entries/later/1`;
      await rig.kv.txn(when([], [{ put: later, value: JSON.stringify({ v: 2, shape: 'unknown' }) }]));
      const { asked, release } = controller(agrees);
      queue().serve(release);
      await advanceUntil(MINUTE, async () => (await entries()) === 1);
      expect(asked).toEqual(['e-1']);
      expect(await queue().list(10)).toEqual([]);
    });
  });
}
