// Calls that are executed after they were given up: every step that one may concern says so, until the compensation queue has
// released it once more.
import { describe, expect, test } from 'vitest';
import { createReleaser } from '../../../src/engine/reserve/compensate.ts';
import { Controller, clock, Killed, noMetrics, Process, planOf, quiet, Rows, reserverOf, run } from './world.ts';

const marked = (rows: Rows) =>
  [...rows.rows.values()]
    .sort((a, b) => a.order - b.order)
    .map(({ state, mayComeLate }) => `${state}${mayComeLate ? ' late' : ''}`);

/** A worker that dies before or after its n-th operation, and another one that goes on. */
async function takenOver(rows: Rows, controller: Controller, at: number, when: 'before' | 'after') {
  const first = run(planOf(), rows, [controller], { process: new Process(at, when) });
  await expect(first).rejects.toBeInstanceOf(Killed);
  return run(planOf(), rows, [controller]);
}

describe('a step says that a call about it may still come', () => {
  test('when its answer never came and SDN-C knew nothing of it', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 1: 'late' } })];
    expect((await run(planOf(), rows, [controller])).kind).toBe('rolled-back');
    expect(marked(rows)).toEqual(['released', 'released late']);
  });

  test('when it was found reserved after a lost answer, and rolled back because of another one', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 0: 'lost-answer', 2: 'refuse' } })];
    expect((await run(planOf(), rows, [controller])).kind).toBe('rolled-back');
    expect(marked(rows)).toEqual(['released late', 'released', 'failed']);
  });

  test('when a second try succeeded and the first may come yet', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 0: 'lost-request', 2: 'refuse' } })];
    const first = await run(planOf(), rows, [controller], { tries: 2 });
    expect(first.kind).toBe('rolled-back');
    expect(marked(rows)[0]).toBe('released late');
  });

  test('when its worker was replaced while the call was under way', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 2: 'refuse' } })];
    // Operations: list, intend, reserve, record; the second step is intended in the fifth and called in the sixth.
    expect((await takenOver(rows, controller, 6, 'before')).kind).toBe('rolled-back');
    expect(marked(rows)).toEqual(['released', 'released late', 'failed']);
  });

  test('when it is an intent of an earlier solution that nobody goes on with', async () => {
    const [rows, controller] = [new Rows(), new Controller()];
    const first = run(planOf({ demands: ['a'] }), rows, [controller], { process: new Process(3, 'before') });
    await expect(first).rejects.toBeInstanceOf(Killed);
    expect(marked(rows)).toEqual(['intended']);
    await run(planOf({ demands: ['a'] }), rows, [controller], { solutionNumber: 2 });
    expect(rows.rows.get('1-0-vpn_a')).toMatchObject({ state: 'released', mayComeLate: true });
    expect(rows.rows.get('2-0-vpn_a')?.mayComeLate).toBeUndefined();
  });

  test('and not when every answer was clear', async () => {
    const [rows, controller] = [new Rows(), new Controller({ reserve: { 2: 'refuse' } })];
    await run(planOf(), rows, [controller]);
    expect(marked(rows)).toEqual(['released', 'released', 'failed']);
  });
});

test.each(['time-out', 'take-over'])(
  'booked after the rollback of a %s: the second release takes it back',
  async (how) => {
    const rows = new Rows();
    const options =
      how === 'time-out' ? { reserve: { 1: 'late' } as const } : { reserve: { 1: 'late', 2: 'refuse' } as const };
    const controller = new Controller(options);
    if (how === 'time-out') await run(planOf(), rows, [controller]);
    else await takenOver(rows, controller, 6, 'after');
    expect(controller.held.size).toBe(0);
    controller.bookLate();
    expect(controller.held.size).toBe(1);
    const release = createReleaser({
      controllers: [controller.as(new Process())],
      clock,
      logger: quiet,
      metrics: noMetrics,
    });
    const common = {
      planId: 'plan-1',
      requestId: 'r-1',
      state: 'verify',
      since: 0,
      due: 0,
      attempts: 0,
      message: '',
    } as const;
    for (const step of rows.rows.values()) {
      if (!step.mayComeLate) continue;
      expect((await release({ ...common, step }, new AbortController().signal)).released).toBe(true);
    }
    expect(controller.held.size).toBe(0);
  },
);

test('a worker whose claim has ended unnoticed makes no further call', async () => {
  const [rows, controller] = [new Rows(), new Controller()];
  const stored = rows.as(new Process());
  let written = 0;
  const saga = {
    ...stored,
    async put(step: Parameters<typeof stored.put>[0]) {
      await stored.put(step);
      written += 1;
    },
    assertOwned() {
      if (written === 3) throw new Error('claim lost');
    },
  };
  const input = { ...planOf(), planId: 'plan-1', solutionNumber: 1, saga, requestType: '', ctx: { requestId: 'r' } };
  await expect(reserverOf(controller.as(new Process())).reserve(input)).rejects.toThrow('claim lost');
  expect(controller.calls).toEqual(['reserve plan-1-1-0-0']);
});
