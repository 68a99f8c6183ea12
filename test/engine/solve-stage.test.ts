// What the solve stage hands to the search: the plan's own time limit within the configured one, and the wish to stop.
import { expect, test } from 'vitest';
import type { ClaimedPlan, PlanStore, SearchOptions, Solver } from '../../src/domain/ports.ts';
import { solveStage } from '../../src/engine/stages.ts';
import { planHead } from '../support/planted-store.ts';
import { EMPTY_SOLUTION, EMPTY_TRANSLATION } from '../support/waiting-plans.ts';

async function optionsFor(timeLimit: number | undefined, stop: AbortSignal): Promise<SearchOptions> {
  const asked: SearchOptions[] = [];
  const solver: Solver = {
    async solve(_, options) {
      asked.push(options);
      return { kind: 'solved', solution: EMPTY_SOLUTION };
    },
  };
  const plans = { translation: async () => EMPTY_TRANSLATION } as unknown as PlanStore;
  const head = planHead({ id: 'p', status: 'solving', ...(timeLimit === undefined ? {} : { timeLimit }) });
  const claim = { plan: { head, revision: 1 }, stage: 'solver', stop } as unknown as ClaimedPlan;
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
  expect(await optionsFor(asked, stop)).toMatchObject({ timeLimitMs: given * 1000, stop });
});
