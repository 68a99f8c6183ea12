// kill -9 of the one process on the embedded store: opened again on the same folder it goes on where it stood.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeenPlan } from './api.ts';
import { FULL, gate, type Single, startSingle } from './cluster.ts';
import { type Answers, expectAllUnharmed } from './expectations.ts';
import { holdAll, referenceAnswers, SLOTS } from './holds.ts';
import { checkInvariants } from './invariants.ts';
import { LIGHT } from './templates.ts';

let single: Single;
let answers: Answers;

beforeAll(async () => {
  single = await startSingle({ lines: SLOTS });
  answers = await referenceAnswers(single);
});
afterAll(() => single.stop());

async function check(acknowledged: readonly string[]): Promise<SeenPlan[]> {
  const { watcher } = single;
  // Also what was accepted without the client being told.
  await watcher.ended([...acknowledged, ...(await single.api.ids())]);
  return checkInvariants({ ...single, acknowledged, watchers: [watcher] });
}

it('kill -9 with a plan in every state: after the restart each ends as if undisturbed', async () => {
  const ids = await holdAll(single);
  await single.restart();
  expectAllUnharmed(await check([...ids.values()]), ids, 'life-1', answers);
});

it.each(FULL ? [1, 5, 10, 20, 30, 40, 49] : [20])(
  'kill -9 at answer %i of 50 creates: every confirmed plan is there and ends',
  async (answered) => {
    const confirmed: string[] = [];
    const enough = gate();
    const creates = Array.from({ length: 50 }, (_, index) =>
      single.api.create(`burst ${index}`, LIGHT).then((id) => {
        confirmed.push(id);
        if (confirmed.length === answered) enough.release();
      }),
    );
    const settled = Promise.allSettled(creates);
    await enough.promise;
    await single.restart();
    await settled;
    const plans = await check(confirmed);
    expect(plans).toHaveLength(confirmed.length);
    expect(new Set(plans.map(({ status }) => status))).toEqual(new Set(['done']));
  },
);
