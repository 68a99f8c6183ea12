// What must hold after every fault, read through the public API and the simulators' own records. Which function checks which:
//   I1 each accepted plan has exactly one end             endOf
//   I2 its states are a path of the diagram               pathOf, countersOf
//   I3 reservations belong to plans, none after an error  heldBy
//   I4 capacity is promised once                          overbooked (where the test counts)
//   I5 subscribers saw everything in order, or a gap      sequenceOf
//   I6 an acknowledged plan stays readable                checkInvariants itself
//   I7 memory returns to its baseline                     memoryOf of process-invariants.ts, in F53 and in the soak
//   I8 no secret is told, I9 every log line parses, I10 the event loop is on time    processFaults of process-invariants.ts
import assert from 'node:assert/strict';
import {
  isFinal,
  isLegalTransition,
  STAGE_FIELD,
  STAGE_STATUS,
  STAGES,
  type Stage,
  stageOf,
} from '../../src/domain/plan.ts';
import type { Simulators } from '../sim/start.ts';
import type { Api, SeenEvent, SeenPlan } from './api.ts';
import type { Gateway } from './cluster.ts';
import type { Run } from './fault.ts';
import { processFaults } from './process-invariants.ts';
import { MARKER, TARGETS } from './templates.ts';
import type { Item, Watcher } from './watcher.ts';

export interface Evidence {
  readonly api: Api;
  readonly simulators: Simulators;
  /** Plans whose creation was confirmed. */
  readonly acknowledged: readonly string[];
  readonly watchers: readonly Watcher[];
  /** Mbps that each target has, where the test counts. */
  readonly room?: number;
  /** Processes whose words are checked, too. */
  readonly gateways?: readonly Gateway[];
  /** Also that no event loop was held up, for faults that hold none up. */
  readonly loop?: boolean;
  /** Plans that had begun before the watchers did: what was told of them need not begin with their creation. */
  readonly begun?: ReadonlySet<string>;
  /** Plans that a fault is meant to lose: a restored store is back in time, and what it held then is all there is. */
  readonly lost?: ReadonlySet<string>;
  /** Told what was checked. */
  readonly run?: Run;
}

/** Checks I1 to I6, and I8 to I10 of the gateways that are named, and returns the plans in the order of `acknowledged`. */
export async function checkInvariants(evidence: Evidence): Promise<SeenPlan[]> {
  const { acknowledged, watchers, room, gateways, loop = false, run } = evidence;
  const { broken, plans } = await findViolations(evidence);
  assert.deepEqual(broken, []);
  run?.checked('I1', 'I2', 'I3', ...(room === undefined ? [] : ['I4']), ...(watchers.length > 0 ? ['I5'] : []), 'I6');
  if (gateways) run?.checked('I8', 'I9', ...(loop ? ['I10'] : []));
  return acknowledged.flatMap((id) => plans.get(id) ?? []);
}

/** What is broken, in words, and every plan that is listed. */
export async function findViolations(
  evidence: Evidence,
): Promise<{ readonly broken: string[]; readonly plans: ReadonlyMap<string, SeenPlan> }> {
  const { api, acknowledged, simulators, watchers, room, gateways, loop = false, lost, begun } = evidence;
  const ids = await api.ids();
  const broken: string[] = [];
  const plans = new Map<string, SeenPlan>();
  for (const id of ids) {
    const plan = await api.plan(id);
    if (plan) plans.set(id, plan);
    else broken.push(`I6: plan ${id} is listed and cannot be read`);
  }
  if (new Set(ids).size !== ids.length) broken.push('I6: a plan is listed twice');
  for (const id of acknowledged) if (!plans.has(id)) broken.push(`I6: the acknowledged plan ${id} is gone`);
  for (const plan of plans.values()) broken.push(...endOf(plan), ...pathOf(plan), ...countersOf(plan));
  broken.push(...heldBy([...plans.values()], simulators, lost));
  if (room !== undefined) broken.push(...overbooked(simulators, room));
  for (const watcher of watchers) broken.push(...sequenceOf(watcher.items, plans, begun));
  if (gateways) broken.push(...(await processFaults(gateways, loop)));
  return { broken, plans };
}

/** I1: exactly one final state, and it is the last. */
function endOf({ id, status, events }: SeenPlan): string[] {
  const ends = events.filter((event) => isFinal(event.to));
  if (ends.length === 1 && ends[0] === events.at(-1) && isFinal(status)) return [];
  return [`I1: plan ${id} is ${status} after ${ends.length} ends: ${told(events)}`];
}

/** I2: a path of the state diagram, its events numbered without holes, each beginning where the one before ended. */
function pathOf({ id, status, events }: SeenPlan): string[] {
  const broken: string[] = [];
  let before: SeenEvent | null = null;
  for (const [at, event] of events.entries()) {
    const legal = before ? isLegalTransition(before.to, event.to) : event.to === 'template' && event.from === null;
    if (event.seq !== at + 1) broken.push(`I2: plan ${id} has event ${event.seq} at place ${at + 1}`);
    if (!legal || (before && event.from !== before.to)) broken.push(`I2: plan ${id} went ${told(events)}`);
    if (before && isClaim(event) && (event.reason === 'taken-over') !== (before.to === event.to)) {
      broken.push(`I2: plan ${id} has a claim told as ${event.reason}: ${told(events)}`);
    }
    before = event;
  }
  if (before?.to !== status) broken.push(`I2: plan ${id} is ${status} after ${told(events)}`);
  return broken;
}

/** Attempts and failures are those that the history tells. */
function countersOf({ id, stages, events }: SeenPlan): string[] {
  return STAGES.flatMap((stage) => {
    const { counter, failures } = stages.find((entry) => entry.stage === stage) ?? { counter: 0, failures: 0 };
    const claims = events.filter((event) => isClaim(event) && event.to === STAGE_STATUS[stage].working).length;
    const failed = failuresIn(events, stage);
    if (claims === counter && failed === failures) return [];
    return [
      `I2: plan ${id} counts ${counter} attempts and ${failures} failures of ${STAGE_FIELD[stage]}, its history ${claims} and ${failed}`,
    ];
  });
}

function failuresIn(events: readonly SeenEvent[], stage: Stage): number {
  let count = 0;
  for (const event of events) {
    if (stage === 'solver' && event.reason === 'rolled-back') count = 0;
    const own = event.from !== null && stageOf(event.from) === stage;
    if (own && (event.reason === 'failed' || event.reason === 'rolled-back')) count += 1;
  }
  return count;
}

/** I3: what the controller holds is what plans that are done have reserved, and what a failed release openly left. */
function heldBy(plans: readonly SeenPlan[], simulators: Simulators, lost: ReadonlySet<string> = new Set()): string[] {
  const broken: string[] = [];
  const held = new Set(simulators.sdnc.reservations().keys());
  for (const { id, status, reservations } of plans) {
    for (const { entityId, state, step } of reservations) {
      const may = state === 'release-failed';
      const must = status === 'done' && state === 'reserved';
      if (must !== held.has(entityId) && !may) {
        broken.push(`I3: step ${step} of plan ${id} (${status}) is ${state}, and held is ${held.has(entityId)}`);
      }
      if (status === 'done' && !['reserved', 'released', 'failed'].includes(state)) {
        broken.push(`I3: plan ${id} is done with step ${step} ${state}`);
      }
      held.delete(entityId);
    }
  }
  for (const entityId of held)
    if (!lost.has(entityId.slice(0, 36))) broken.push(`I3: nobody's reservation ${entityId} is held`);
  return broken;
}

/** I4: the controller never promised more than there is. */
function overbooked(simulators: Simulators, room: number): string[] {
  return TARGETS.flatMap((target) => {
    const used = simulators.sdnc.used(target).get('service-speed') ?? 0;
    return used <= room ? [] : [`I4: ${target} has ${room} and carries ${used}`];
  });
}

/** I5: what a subscriber was told of a plan is a part of its history without holes or repetition, or a gap says so. */
export function sequenceOf(
  items: readonly Item[],
  plans: ReadonlyMap<string, Pick<SeenPlan, 'name' | 'events'>>,
  begun: ReadonlySet<string> = new Set(),
): string[] {
  const broken: string[] = [];
  const last = new Map<string, number>();
  // Plans that were told without interruption; a plan that is new after a gap may have begun in it.
  let unbroken = new Set<string>();
  let gaps = 0;
  for (const item of items) {
    if (item.kind === 'gap') {
      gaps += 1;
      unbroken = new Set();
    }
    if (item.kind !== 'event') continue;
    const { planId, event } = item;
    const expected = (last.get(planId) ?? 0) + 1;
    // The subscription began after the marker.
    const older = begun.has(planId) || plans.get(planId)?.name === MARKER;
    const jump = !unbroken.has(planId) && (gaps > 0 || older);
    unbroken.add(planId);
    if (event.seq !== expected && !(jump && event.seq > expected)) {
      broken.push(`I5: event ${event.seq} of plan ${planId} came instead of ${expected}`);
    }
    last.set(planId, event.seq);
    const stored = plans.get(planId)?.events[event.seq - 1];
    if (stored && !same(stored, event)) broken.push(`I5: event ${event.seq} of plan ${planId} was told otherwise`);
  }
  for (const [id, seq] of last) {
    const newest = plans.get(id)?.events.length ?? seq;
    if (seq !== newest) broken.push(`I5: plan ${id} has ${newest} events, the subscriber was told ${seq}`);
  }
  return broken;
}

function isClaim(event: SeenEvent): boolean {
  return event.reason === 'claimed' || event.reason === 'taken-over';
}

function same(a: SeenEvent, b: SeenEvent): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function told(events: readonly SeenEvent[]): string {
  return events.map(({ to, reason, actor }) => `${to} (${reason} by ${actor})`).join(', ');
}
