// What the solve stage hands to the search: the plan's own limits within the configured ones, the wish to stop, and who is told
// how far it is.
import { expect, test } from 'vitest';
import type { PlanHead } from '../../src/domain/plan.ts';
import type { ClaimedPlan, PlanStore, SearchOptions, Solver } from '../../src/domain/ports.ts';
import type { SearchProgress } from '../../src/domain/solution.ts';
import { solveStage } from '../../src/engine/stages.ts';
import { planHead } from '../support/planted-store.ts';
import { searchProgress } from '../support/progress.ts';
import { EMPTY_SOLUTION, EMPTY_TRANSLATION } from '../support/waiting-plans.ts';

async function optionsFor(limits: Partial<PlanHead>, more: Partial<ClaimedPlan> = {}): Promise<SearchOptions> {
  const asked: SearchOptions[] = [];
  const solver: Solver = {
    async solve(_, options) {
      asked.push(options);
      return { kind: 'solved', solution: EMPTY_SOLUTION };
    },
  };
  const plans = { translation: async () => EMPTY_TRANSLATION } as unknown as PlanStore;
  const head = planHead({ id: 'p', status: 'solving', ...limits });
  const claim = { plan: { head, revision: 1 }, stage: 'solver', ...more } as unknown as ClaimedPlan;
  await solveStage(plans, solver, { timeoutSeconds: 60, machine: 'm' })(claim, { requestId: 'r' });
  const [options] = asked;
  if (!options) throw new Error('not solved');
  return options;
}

test.each([
  [undefined, 60],
  [5, 5],
  [600, 60],
])('a plan that asks for %s seconds gets %i', async (asked, given) => {
  const stop = new AbortController().signal;
  const limits = asked === undefined ? {} : { timeLimit: asked };
  expect(await optionsFor(limits, { stop })).toMatchObject({ timeLimitMs: given * 1000, stop });
});

test('how far from the best is good enough is handed on, and nothing of it when nothing was asked', async () => {
  expect((await optionsFor({ gapLimit: 0.05 })).gapLimit).toBe(0.05);
  expect((await optionsFor({ gapLimit: 0 })).gapLimit).toBe(0);
  expect(await optionsFor({})).not.toHaveProperty('gapLimit');
});

test('the search tells the claim how far it is, where the claim wants to know', async () => {
  const told: SearchProgress[] = [];
  const { onProgress } = await optionsFor({}, { progress: (one) => told.push(one) });
  onProgress?.(searchProgress(1));
  expect(told).toEqual([searchProgress(1)]);
  expect(await optionsFor({})).not.toHaveProperty('onProgress');
});
