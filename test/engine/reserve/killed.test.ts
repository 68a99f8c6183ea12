// The saga's promise under kill -9: wherever the worker dies, once or twice, whoever goes on ends in exactly one reservation
// for each step or in none at all.
import { describe, expect, test } from 'vitest';
import type { ReserveResult } from '../../../src/engine/reserve/index.ts';
import { Controller, type ControllerOptions, Killed, type PlanShape, Process, planOf, Rows, run } from './world.ts';

interface Scenario {
  readonly name: string;
  readonly plan?: PlanShape;
  readonly controller: ControllerOptions;
  readonly tries?: number;
  /** How it ends without a kill. */
  readonly ends: ReserveResult['kind'];
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'all reserved', controller: {}, ends: 'reserved' },
  { name: 'all reserved, at a controller that cannot tell', controller: { canQuery: false }, ends: 'reserved' },
  { name: 'two recommendations', plan: { demands: ['a', 'b'], recommendations: 2 }, controller: {}, ends: 'reserved' },
  { name: 'the last refused', controller: { reserve: { 2: 'refuse' } }, ends: 'rolled-back' },
  { name: 'the second refused, twice tried', controller: { reserve: { 1: 'refuse' } }, tries: 2, ends: 'rolled-back' },
  {
    name: 'refused, at a controller that cannot tell',
    controller: { reserve: { 2: 'refuse' }, canQuery: false },
    ends: 'rolled-back',
  },
  { name: 'an answer lost', controller: { reserve: { 1: 'lost-answer' } }, ends: 'reserved' },
  { name: 'a request lost', controller: { reserve: { 1: 'lost-request' } }, ends: 'rolled-back' },
  {
    name: 'an answer lost, at a controller that cannot tell',
    controller: { reserve: { 2: 'lost-answer' }, canQuery: false },
    ends: 'rolled-back',
  },
  {
    name: 'releases whose answers are lost',
    controller: { reserve: { 2: 'refuse' }, release: 'lost-answer' },
    ends: 'rolled-back',
  },
  { name: 'DHV reserved', plan: { serviceModel: 'DHV' }, controller: { canQuery: false }, ends: 'reserved' },
  {
    name: 'DHV refused',
    plan: { serviceModel: 'DHV' },
    controller: { reserve: { 0: 'refuse' }, canQuery: false },
    ends: 'rolled-back',
  },
];

/** Runs until nobody is left to kill; returns how it ended. */
async function lives(scenario: Scenario, kills: readonly Process[]) {
  const [plan, rows, controller] = [planOf(scenario.plan), new Rows(), new Controller(scenario.controller)];
  const tries = scenario.tries ?? 1;
  for (const process of kills) {
    try {
      // A kill point beyond the end of this life: it simply ends.
      return { result: await run(plan, rows, [controller], { process, tries }), rows, controller };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  return { result: await run(plan, rows, [controller], { tries }), rows, controller };
}

/** What is wrong with the end of a life, or null; plain comparisons, because there are many thousand lives. */
function wrongWith({ result, rows, controller }: Awaited<ReturnType<typeof lives>>, scenario: Scenario): string | null {
  const held = [...controller.held].map(([entity, times]) => `${entity}×${times}`).sort();
  const wanted = result.kind === 'reserved' ? result.steps.map((step) => `${step.entityId}×1`).sort() : [];
  const ends = result.kind === 'reserved' ? ['reserved'] : ['released', 'failed'];
  if (result.kind !== scenario.ends) return `ended ${result.kind}`;
  if (held.join() !== wanted.join()) return `holds [${held}] instead of [${wanted}]`;
  return rows.states().every((state) => ends.includes(state)) ? null : `rows are ${rows.states()}`;
}

const WHEN = ['before', 'after'] as const;

/** Number of operations (store reads and writes, controller calls) of a life without a kill. */
async function length(scenario: Scenario): Promise<number> {
  const process = new Process();
  await lives(scenario, [process]);
  return process.operations;
}

describe.each(SCENARIOS)('$name', (scenario) => {
  test('without a kill it ends as it should', async () => {
    const outcome = await lives(scenario, []);
    expect(outcome.result.kind).toBe(scenario.ends);
    expect(wrongWith(outcome, scenario)).toBeNull();
  });

  test('killed at every point and resumed: each step once, or none', async () => {
    const last = await length(scenario);
    expect(last).toBeGreaterThan(3);
    for (let at = 1; at <= last; at += 1) {
      for (const when of WHEN) {
        const process = new Process(at, when);
        const outcome = await lives(scenario, [process]);
        expect(process.dead).toBe(true);
        expect(wrongWith(outcome, scenario), `killed ${when} operation ${at}`).toBeNull();
      }
    }
  });

  test('killed at every point, and again at every point of the resumption: each step once, or none', async () => {
    const last = await length(scenario);
    const wrong: string[] = [];
    for (let first = 1; first <= last; first += 1) {
      for (let second = 1; second <= last + 2; second += 1) {
        for (const [one, two] of WHEN.flatMap((a) => WHEN.map((b) => [a, b] as const))) {
          const outcome = await lives(scenario, [new Process(first, one), new Process(second, two)]);
          const why = wrongWith(outcome, scenario);
          if (why) wrong.push(`killed ${one} ${first}, then ${two} ${second}: ${why}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('once it has ended, asking again changes nothing', async () => {
    const { result, rows, controller } = await lives(scenario, []);
    const held = new Map(controller.held);
    const calls = controller.calls.length;
    const again = await run(planOf(scenario.plan), rows, [controller], { tries: scenario.tries ?? 1 });
    expect(again).toEqual(result);
    expect(controller.held).toEqual(held);
    expect(controller.calls).toHaveLength(calls);
  });
});

test('a failed release is tried again by whoever takes over', async () => {
  const [plan, rows] = [planOf(), new Rows()];
  const broken = new Controller({ reserve: { 2: 'refuse' }, release: 'refuse' });
  expect((await run(plan, rows, [broken])).kind).toBe('release-failed');
  const repaired = new Controller();
  for (const entity of broken.held.keys()) repaired.held.set(entity, 1);
  expect((await run(plan, rows, [repaired])).kind).toBe('rolled-back');
  expect(repaired.held.size).toBe(0);
});

test('a refusal after a take-over may mean that the dead worker’s call holds it: it is released', async () => {
  const options: ControllerOptions = { canQuery: false, refusesRepeats: true };
  let rolledBack = 0;
  for (let at = 1; at <= 10; at += 1) {
    for (const when of WHEN) {
      const { result, controller } = await lives({ name: '', controller: options, ends: 'reserved' }, [
        new Process(at, when),
      ]);
      expect([...controller.held.values()]).toEqual(result.kind === 'reserved' ? [1, 1, 1] : []);
      if (result.kind === 'rolled-back') rolledBack += 1;
    }
  }
  // Dead after a call that was executed, or before its outcome was stored: for each of the three steps.
  expect(rolledBack).toBe(6);
});
