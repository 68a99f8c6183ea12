// One release of the compensation queue: the saga's own call and look-up, told as released or not.
import { expect, test } from 'vitest';
import type { Compensation } from '../../../src/domain/compensation.ts';
import { createReleaser } from '../../../src/engine/reserve/compensate.ts';
import { step } from '../../store/compensation-contract.ts';
import { type Behaviour, Controller, clock, noMetrics, Process, quiet } from './world.ts';

const entry: Compensation = {
  planId: 'plan-1',
  requestId: 'r-1',
  state: 'release',
  since: 0,
  due: 0,
  attempts: 1,
  message: 'not now',
  step: step({ state: 'release-failed' }),
};
const signal = new AbortController().signal;

function releaserOf(controller: Controller) {
  controller.held.set('e-1', 1);
  return createReleaser({ controllers: [controller.as(new Process())], clock, logger: quiet, metrics: noMetrics });
}

test.each<[Behaviour, boolean, readonly string[]]>([
  ['ok', true, ['release e-1']],
  ['lost-answer', true, ['release e-1', 'query e-1']],
  ['lost-request', false, ['release e-1', 'query e-1']],
  ['refuse', false, ['release e-1']],
])('a release that ends as %s: released is %s', async (release, released, calls) => {
  const controller = new Controller({ release });
  const result = await releaserOf(controller)(entry, signal);
  expect(result.released).toBe(released);
  expect(controller.held.has('e-1')).toBe(!released);
  expect(controller.calls).toEqual(calls);
  if (!released) expect(result.message).toMatch(/not now|no answer in time/);
});

test('a controller that is not configured any more is named', async () => {
  const release = releaserOf(new Controller());
  const result = await release({ ...entry, step: step({ controller: 'other' }) }, signal);
  expect(result).toEqual({ released: false, message: 'Unknown service controller: other' });
});

test('a lost lease ends the call', async () => {
  const release = releaserOf(new Controller());
  const reason = new Error('lease lost');
  await expect(release(entry, AbortSignal.abort(reason))).rejects.toBe(reason);
});
