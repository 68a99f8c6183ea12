// Explanations are worked out once for all who ask, kept while the plan stays as it is, and ended when nobody waits.
import { expect, test } from 'vitest';
import type { Explainer, ExplainLimits, Explanation } from '../../src/domain/explanation.ts';
import type { PlanStore } from '../../src/domain/ports.ts';
import { createExplainService } from '../../src/services/explain-service.ts';
import type { RequestScope } from '../../src/services/index.ts';
import { planHead } from '../support/planted-store.ts';
import { EMPTY_SOLUTION, EMPTY_TRANSLATION } from '../support/waiting-plans.ts';

const scope: RequestScope = { principal: { name: 'p', kind: 'basic' }, requestId: 'r' };
const EXPLANATION: Explanation = {
  funnels: [],
  conflicts: [],
  relaxations: [],
  binding: [],
  sentences: ['so it is'],
  complete: true,
};

/** An explainer that answers when the test says so. */
function world() {
  const asked: { readonly limits: ExplainLimits; answer(explanation: Explanation): void }[] = [];
  let called: () => void = () => {};
  const explainer: Explainer = {
    explain: (_, limits) =>
      new Promise((resolve, reject) => {
        limits.signal?.addEventListener('abort', () => reject(limits.signal?.reason));
        asked.push({ limits, answer: resolve });
        called();
      }),
    verdicts: async () => ({ verdicts: [], complete: true }),
    standings: async () => ({ standings: [], complete: true }),
  };
  const plans = { translation: async () => EMPTY_TRANSLATION, solution: async () => EMPTY_SOLUTION };
  const service = createExplainService({
    plans: plans as unknown as PlanStore,
    explainer,
    explainTimeLimitMs: 1000,
  });
  const explain = (seq = 1, signal?: AbortSignal) =>
    service.explanation(signal ? { ...scope, signal } : scope, {
      kind: 'plan',
      head: planHead({ id: 'p', status: 'done', seq }),
    });
  const running = async (count: number) => {
    while (asked.length < count)
      await new Promise<void>((resolve) => {
        called = resolve;
      });
    const one = asked[count - 1];
    if (!one) throw new Error('not asked');
    return one;
  };
  return { asked, explain, running, service };
}

test('callers at one time share a run, later ones get its answer, and a new revision is explained anew', async () => {
  const { asked, explain, running } = world();
  const [a, b] = [explain(), explain()];
  (await running(1)).answer(EXPLANATION);
  expect(await Promise.all([a, b, explain()])).toEqual([EXPLANATION, EXPLANATION, EXPLANATION]);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.limits.timeLimitMs).toBe(1000);
  const next = explain(2);
  (await running(2)).answer(EXPLANATION);
  await next;
});

test('what the time limit cut short is worked out again', async () => {
  const { explain, running } = world();
  const first = explain();
  (await running(1)).answer({ ...EXPLANATION, complete: false });
  expect(await first).toMatchObject({ complete: false });
  const second = explain();
  (await running(2)).answer(EXPLANATION);
  expect(await second).toMatchObject({ complete: true });
});

test('one caller that goes leaves the run to the others; the last one ends it', async () => {
  const { explain, running } = world();
  const [first, second] = [new AbortController(), new AbortController()];
  const gone = explain(1, first.signal);
  const stays = explain(1, second.signal);
  const { limits } = await running(1);
  first.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  expect(limits.signal?.aborted).toBe(false);
  second.abort(new Error('gone too'));
  await expect(stays).rejects.toThrow('gone too');
  expect(limits.signal?.aborted).toBe(true);
  const again = explain();
  (await running(2)).answer(EXPLANATION);
  expect(await again).toEqual(EXPLANATION);
});
