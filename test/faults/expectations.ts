// What a plan must look like after its worker died: as if nothing had happened, but for the take-over.
import { expect } from 'vitest';
import { STAGE_STATUS, STAGES } from '../../src/domain/plan.ts';
import type { SeenPlan } from './api.ts';
import { HOLDS, type Hold } from './holds.ts';

const WORKING: ReadonlySet<string> = new Set(STAGES.map((stage) => STAGE_STATUS[stage].working));

/** Recommendations of an undisturbed run, by template. */
export type Answers = ReadonlyMap<string, SeenPlan['recommendations']>;

export function expectUnharmed(plan: SeenPlan | undefined, wanted: Hold, dead: string, answers: Answers): void {
  expectDone(plan, wanted.template, answers);
  const takeOvers = plan?.events.filter(({ reason }) => reason === 'taken-over') ?? [];
  expect(
    takeOvers.map(({ from }) => from),
    wanted.name,
  ).toEqual(WORKING.has(wanted.status) ? [wanted.status] : []);
  const after = plan?.events.slice((takeOvers[0]?.seq ?? plan.events.length + 1) - 1) ?? [];
  expect(after.map(({ actor }) => actor)).not.toContain(dead);
}

/** Ended with the answer of an undisturbed run, every reservation made and no failure counted. */
export function expectDone(plan: SeenPlan | undefined, template: string, answers: Answers): void {
  expect(plan?.status, plan?.name).toBe('done');
  expect(plan?.recommendations, plan?.name).toEqual(answers.get(template));
  expect(plan?.stages.map(({ failures }) => failures)).toEqual([0, 0, 0]);
  const wanted = template.includes('third:') ? 3 : 1;
  expect(plan?.reservations.map(({ state }) => state)).toEqual(new Array(wanted).fill('reserved'));
}

/** One plan in each state was held by a worker that is dead now. */
export function expectAllUnharmed(
  plans: readonly SeenPlan[],
  ids: ReadonlyMap<string, string>,
  dead: string,
  answers: Answers,
): void {
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  for (const wanted of HOLDS) expectUnharmed(byId.get(ids.get(wanted.name) ?? ''), wanted, dead, answers);
}
