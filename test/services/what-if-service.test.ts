// Replays and what-ifs search under the limits that the plan was given, so that their answers can be compared with its own.
import { expect, test } from 'vitest';
import type { SearchOptions, Solver } from '../../src/domain/ports.ts';
import { createWorld, scope } from '../api/graphql/harness.ts';
import { planHead } from '../support/planted-store.ts';
import { EMPTY_SOLUTION, EMPTY_TRANSLATION } from '../support/waiting-plans.ts';

test.each([undefined, 0.1])('a plan with the gap limit %s is solved again with the same', async (gapLimit) => {
  const asked: SearchOptions[] = [];
  const replayer: Solver = {
    async solve(_, options) {
      asked.push(options);
      return { kind: 'solved', solution: EMPTY_SOLUTION };
    },
  };
  const recordTranslator = { translate: async () => EMPTY_TRANSLATION.problem };
  const { store, services } = await createWorld({ replayer, recordTranslator });
  const head = planHead({
    id: 'p',
    status: 'done',
    recommendMax: '2',
    ...(gapLimit === undefined ? {} : { gapLimit }),
  });
  await store.plant(head, { translation: EMPTY_TRANSLATION, solution: EMPTY_SOLUTION });
  expect(await services.whatIf.replay(scope, 'p')).toMatchObject({ same: true });
  await services.whatIf.whatIf(scope, { planId: 'p', numSolution: '3', inventory: [] });
  expect(asked.map(({ wanted }) => wanted)).toEqual([2, 3]);
  for (const options of asked) expect(options.gapLimit).toBe(gapLimit);
});
