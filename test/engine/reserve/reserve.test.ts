// What the reservation stage does when nobody dies: which calls, in which order, and what is left when one fails.
import { describe, expect, test } from 'vitest';
import type { ServiceController } from '../../../src/domain/controller-ports.ts';
import { ConductorError } from '../../../src/domain/errors.ts';
import type { SagaStore } from '../../../src/domain/ports.ts';
import { Controller, Process, planOf, Rows, reserverOf, run } from './world.ts';

describe('reserving', () => {
  test('each entry is reserved once, in order, with its own entity and request', async () => {
    const [rows, controller] = [new Rows(), new Controller()];
    const result = await run(planOf(), rows, [controller]);
    expect(result).toMatchObject({
      kind: 'reserved',
      steps: [{ candidateId: 'a-0' }, { candidateId: 'b-0' }, { candidateId: 'c-0' }],
    });
    expect(controller.calls).toEqual(['reserve plan-1-1-0-0', 'reserve plan-1-1-0-1', 'reserve plan-1-1-0-2']);
    expect(controller.requests[1]).toEqual({
      planId: 'plan-1',
      entityId: 'plan-1-1-0-1',
      serviceModel: 'ADIOD',
      reservationName: 'vpn',
      reservationType: 'ADIOD',
      requestType: 'initial',
      request: { service_speed: 400, of: 'b' },
      candidates: [expect.objectContaining({ candidate_id: 'b-0', host_id: 'host-b-0' })],
    });
    expect([...controller.held.values()]).toEqual([1, 1, 1]);
  });

  test('the intent is stored before the call and the outcome after it', async () => {
    const order: string[] = [];
    const saga = new Rows().as(new Process());
    const sdnc = new Controller().as(new Process());
    const reserver = reserverOf({
      ...sdnc,
      reserve(request, ctx) {
        order.push('call');
        return sdnc.reserve(request, ctx);
      },
    });
    await reserver.reserve({
      ...planOf({ demands: ['a'] }),
      planId: 'plan-1',
      saga: {
        ...saga,
        put(step) {
          order.push(step.state);
          return saga.put(step);
        },
      },
      requestType: '',
      ctx: { requestId: 'r' },
    });
    expect(order).toEqual(['intended', 'call', 'reserved']);
  });

  test('while calls to the controller are paused the plan waits with its intent, and goes on with one reservation', async () => {
    const [rows, controller] = [new Rows(), new Controller()];
    const sdnc = controller.as(new Process());
    let paused = true;
    const reserver = reserverOf({
      ...sdnc,
      reserve: (request, ctx) =>
        paused ? Promise.reject(new ConductorError('UPSTREAM_PAUSED', 'paused')) : sdnc.reserve(request, ctx),
      query: (request, ctx) =>
        paused ? Promise.reject(new ConductorError('UPSTREAM_PAUSED', 'paused')) : sdnc.query(request, ctx),
    });
    const saga = rows.as(new Process());
    const attempt = () =>
      reserver.reserve({
        ...planOf({ demands: ['a'] }),
        planId: 'plan-1',
        saga,
        requestType: '',
        ctx: { requestId: 'r' },
      });
    await expect(attempt()).rejects.toMatchObject({ code: 'UPSTREAM_PAUSED' });
    expect((await saga.list()).map(({ state }) => state)).toEqual(['intended']);
    paused = false;
    expect(await attempt()).toMatchObject({ kind: 'reserved' });
    expect([...controller.held.values()]).toEqual([1]);
  });

  test('every recommendation is reserved, or only the first when so configured', async () => {
    const plan = planOf({ demands: ['a', 'b'], recommendations: 2 });
    const all = new Controller();
    await run(plan, new Rows(), [all]);
    expect(all.requests.map((request) => request.candidates[0]?.candidate_id)).toEqual(['a-0', 'a-1', 'b-0', 'b-1']);
    expect(new Set(all.held.keys()).size).toBe(4);
    const first = new Controller();
    await run(plan, new Rows(), [first], { reserveAll: false });
    expect(first.requests.map((request) => request.candidates[0]?.candidate_id)).toEqual(['a-0', 'b-0']);
  });

  test('DHV is one call with all candidates, the last entry’s controller, and each candidate’s own request', async () => {
    const [rows, controller] = [new Rows(), new Controller()];
    const result = await run(planOf({ serviceModel: 'DHV', recommendations: 2 }), rows, [controller]);
    expect(result.kind).toBe('reserved');
    expect(controller.calls).toHaveLength(1);
    expect(controller.requests[0]).toMatchObject({ serviceModel: 'DHV', request: { of: 'c' } });
    expect(controller.requests[0]?.candidates.map((one) => [one.candidate_id, one.request])).toEqual(
      ['a', 'b', 'c'].flatMap((d) => [0, 1].map((n) => [`${d}-${n}`, { service_speed: 400, of: d }])),
    );
  });

  test('a refused DHV reservation has nothing to release', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 0: 'refuse' } })];
    const result = await run(planOf({ serviceModel: 'DHV' }), rows, [controller]);
    expect(result.kind).toBe('rolled-back');
    expect(controller.calls).toEqual(['reserve plan-1-1-all']);
  });

  test.each([
    ['another model', 'OTHER'],
    ['none', null],
  ])('%s passes without a call', async (_, serviceModel) => {
    const [rows, controller] = [new Rows(), new Controller()];
    expect(await run(planOf({ serviceModel }), rows, [controller])).toEqual({ kind: 'reserved', steps: [] });
    expect(controller.calls).toEqual([]);
    expect(rows.writes).toEqual([]);
  });

  test('further models can be named', async () => {
    const controller = new Controller();
    await run(planOf({ serviceModel: 'ADIG' }), new Rows(), [controller], { serviceModels: ['ADIG'] });
    expect(controller.calls).toHaveLength(3);
  });

  test('an empty solution has nothing to reserve', async () => {
    const controller = new Controller();
    for (const serviceModel of ['ADIOD', 'DHV']) {
      const result = await run(planOf({ serviceModel, recommendations: 0 }), new Rows(), [controller]);
      expect(result).toEqual({ kind: 'reserved', steps: [] });
    }
    expect(controller.calls).toEqual([]);
  });
});

describe('failing', () => {
  test('a refusal in the middle releases what was reserved, in reverse, and says who refused what', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 2: 'refuse' } })];
    const result = await run(planOf(), rows, [controller]);
    expect(result).toEqual({ kind: 'rolled-back', message: 'Reservation vpn of c by sdn-c failed: no capacity' });
    expect(controller.calls.slice(3)).toEqual(['release plan-1-1-0-1', 'release plan-1-1-0-0']);
    expect(controller.held.size).toBe(0);
    expect(rows.states()).toEqual(['released', 'released', 'failed']);
  });

  test('a refused call is tried as often as configured', async () => {
    const controller = new Controller({ reserve: { 0: 'refuse' } });
    await run(planOf({ demands: ['a'] }), new Rows(), [controller], { tries: 3 });
    expect(controller.calls).toEqual(Array.from({ length: 3 }, () => 'reserve plan-1-1-0-0'));
  });

  test('a lost answer is looked up: what is held counts as reserved', async () => {
    const controller = new Controller({ reserve: { 1: 'lost-answer' } });
    expect((await run(planOf(), new Rows(), [controller])).kind).toBe('reserved');
    expect([...controller.held.values()]).toEqual([1, 1, 1]);
  });

  test('a lost request is looked up and tried again, and released all the same when it fails for good', async () => {
    const controller = new Controller({ reserve: { 0: 'lost-request' } });
    const result = await run(planOf({ demands: ['a'] }), new Rows(), [controller], { tries: 2 });
    expect(result).toMatchObject({ kind: 'rolled-back', message: expect.stringContaining('no answer in time') });
    const id = 'plan-1-1-0-0';
    expect(controller.calls).toEqual([`reserve ${id}`, `query ${id}`, `reserve ${id}`, `query ${id}`, `release ${id}`]);
  });

  test('a lost answer of a controller that cannot tell counts as failed and is released, never sent again', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 1: 'lost-answer' }, canQuery: false })];
    const result = await run(planOf(), rows, [controller], { tries: 5 });
    expect(result.kind).toBe('rolled-back');
    expect(controller.calls.filter((call) => call === 'reserve plan-1-1-0-1')).toHaveLength(1);
    expect(controller.held.size).toBe(0);
    expect(rows.states()).toEqual(['released', 'released']);
  });

  test('a release that fails does not keep the others and is reported', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 2: 'refuse' }, release: 'refuse' })];
    const result = await run(planOf(), rows, [controller]);
    expect(result).toEqual({
      kind: 'release-failed',
      message:
        'vpn of b by sdn-c: not now; vpn of a by sdn-c: not now. The cause: Reservation vpn of c by sdn-c failed: no capacity',
    });
    expect(rows.states()).toEqual(['release-failed', 'release-failed', 'failed']);
  });

  test('a lost release is looked up', async () => {
    const done = new Controller({ reserve: { 1: 'refuse' }, release: 'lost-answer' });
    expect((await run(planOf(), new Rows(), [done])).kind).toBe('rolled-back');
    const notDone = new Controller({ reserve: { 1: 'refuse' }, release: 'lost-request' });
    expect((await run(planOf(), new Rows(), [notDone], { tries: 2 })).kind).toBe('release-failed');
    expect(notDone.calls.filter((call) => call.startsWith('release'))).toHaveLength(2);
  });

  test.each([
    ['an unknown controller is named, and nothing is reserved', 'other', 'Unknown service controller: other'],
    ['a missing controller is told, and nothing is reserved', null, 'Reservation vpn_a names no service controller'],
  ])('%s', async (_, controllerName, message) => {
    const [rows, controller] = [new Rows(), new Controller()];
    const result = await run(planOf({ controller: controllerName }), rows, [controller]);
    expect(result).toEqual({ kind: 'rolled-back', message });
    expect(controller.calls).toEqual([]);
  });

  test('a controller is found without regard to case', async () => {
    const controller = new Controller({ name: 'SDN-C' });
    expect((await run(planOf({ controller: 'Sdn-C' }), new Rows(), [controller])).kind).toBe('reserved');
  });
});

test('a step that the store will never take is not called, and those before it are released', async () => {
  const [rows, controller] = [new Rows(), new Controller()];
  const stored = rows.as(new Process());
  const saga: SagaStore = {
    ...stored,
    put: (step) =>
      step.demand === 'b' ? Promise.reject(new ConductorError('STORE_VALUE_TOO_LARGE')) : stored.put(step),
  };
  const input = { ...planOf(), planId: 'plan-1', solutionNumber: 1, saga, requestType: '', ctx: { requestId: 'r' } };
  const result = await reserverOf(controller.as(new Process())).reserve(input);
  expect(result).toMatchObject({ kind: 'rolled-back', message: expect.stringContaining('vpn of b by sdn-c') });
  expect(controller.calls).toEqual(['reserve plan-1-1-0-0', 'release plan-1-1-0-0']);
  expect(controller.held.size).toBe(0);
});

describe('several solutions of one plan', () => {
  test('the steps of a rolled-back solution are not taken for those of the next', async () => {
    const rows = new Rows();
    const refusing = new Controller({ reserve: { 1: 'refuse' } });
    expect((await run(planOf(), rows, [refusing], { solutionNumber: 1 })).kind).toBe('rolled-back');
    const willing = new Controller();
    expect((await run(planOf(), rows, [willing], { solutionNumber: 2 })).kind).toBe('reserved');
    expect([...willing.held.keys()]).toEqual(['plan-1-2-0-0', 'plan-1-2-0-1', 'plan-1-2-0-2']);
    expect(willing.calls.filter((call) => !call.startsWith('reserve'))).toEqual([]);
  });

  test('what an earlier solution left is released before the next is reserved', async () => {
    const [rows, controller] = [new Rows(), new Controller()];
    await run(planOf({ demands: ['a'] }), rows, [controller], { solutionNumber: 1 });
    const result = await run(planOf({ demands: ['a'] }), rows, [controller], { solutionNumber: 2 });
    expect(result.kind).toBe('reserved');
    expect(controller.calls).toEqual(['reserve plan-1-1-0-0', 'release plan-1-1-0-0', 'reserve plan-1-2-0-0']);
    expect([...controller.held.keys()]).toEqual(['plan-1-2-0-0']);
  });

  test('an earlier solution that cannot be released stops the next', async () => {
    const [rows, controller] = [new Rows(), new Controller({ release: 'refuse' })];
    await run(planOf({ demands: ['a'] }), rows, [controller], { solutionNumber: 1 });
    expect((await run(planOf({ demands: ['a'] }), rows, [controller], { solutionNumber: 2 })).kind).toBe(
      'release-failed',
    );
    expect([...controller.held.keys()]).toEqual(['plan-1-1-0-0']);
  });
});

describe('a lost claim', () => {
  test('before the start: nothing is called and nothing written', async () => {
    const [rows, controller] = [new Rows(), new Controller()];
    const reason = new Error('claim lost');
    await expect(run(planOf(), rows, [controller], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(controller.calls).toEqual([]);
    expect(rows.writes).toEqual([]);
  });

  /** Runs with a controller whose reserve calls are bent, and tells what was written. */
  async function lostDuring(bend: (sdnc: ServiceController, lose: () => void) => ServiceController['reserve']) {
    const rows = new Rows();
    const lost = new AbortController();
    const sdnc = new Controller().as(new Process());
    const lose = () => lost.abort(new Error('claim lost'));
    const reserver = reserverOf({ ...sdnc, reserve: bend(sdnc, lose) });
    const saga = rows.as(new Process());
    const ctx = { requestId: 'r', signal: lost.signal };
    const running = reserver.reserve({ ...planOf(), planId: 'plan-1', solutionNumber: 1, saga, requestType: '', ctx });
    await expect(running).rejects.toThrow('claim lost');
    return rows.writes;
  }

  test('in the middle of a call: it ends at once and nothing more is written', async () => {
    // Never answers: only the lost claim can end the call.
    const atOnce = (_: unknown, lose: () => void) => () => {
      lose();
      return new Promise<never>(() => {});
    };
    const later = (_: unknown, lose: () => void) => () => {
      queueMicrotask(lose);
      return new Promise<never>(() => {});
    };
    expect(await lostDuring(atOnce)).toEqual(['1-0-vpn_a intended']);
    expect(await lostDuring(later)).toEqual(['1-0-vpn_a intended']);
  });

  test('an answer that comes with it is not written', async () => {
    const writes = await lostDuring((sdnc, lose) => async (request, ctx) => {
      const outcome = await sdnc.reserve(request, ctx);
      lose();
      return outcome;
    });
    expect(writes).toEqual(['1-0-vpn_a intended']);
  });

  test('a call that fails because of it is not taken for a failed reservation', async () => {
    const writes = await lostDuring((_, lose) => async () => {
      lose();
      throw new Error('cancelled');
    });
    expect(writes).toEqual(['1-0-vpn_a intended']);
  });
});
