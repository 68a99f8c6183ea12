// Keeps plans in each state of their life, so that a worker can be ended exactly there: faults of the simulators hold those in
// work, and full stages hold those that wait.
import type { PlanStatus } from '../../src/domain/plan.ts';
import type { Simulators } from '../sim/start.ts';
import type { Api, SeenPlan } from './api.ts';
import { ONE_RESERVATION, THREE_RESERVATIONS } from './templates.ts';
import type { Watcher } from './watcher.ts';

export interface World {
  readonly simulators: Simulators;
  readonly api: Api;
  readonly watcher: Watcher;
}

export interface Hold {
  readonly name: string;
  readonly status: PlanStatus;
  readonly template: string;
  /** Spoils the call in which the plan is to be held; null: the plan waits for a stage that is full. */
  readonly arrange: ((simulators: Simulators, gate: Promise<unknown> | null) => Promise<void>) | null;
}

/** One place at a time in translation and solving, three in reservation: the holds below fill each stage. */
export const SLOTS = ['[controller]', 'workers = 1', '[solver]', 'workers = 1', '[reservation]', 'workers = 3'];

interface Place {
  readonly system: 'aai' | 'sdnc';
  readonly path: string | RegExp;
  readonly skip?: number;
  readonly when?: 'after';
}

/** Holds one call: for good, or until the gate opens. Resolves when the call has come. */
function hold({ system, path, skip = 0, when }: Place): NonNullable<Hold['arrange']> {
  return (simulators, gate) => {
    const { faults } = simulators[system];
    const how = gate && !when ? ({ kind: 'delay', until: gate } as const) : ({ kind: 'hang' } as const);
    faults.add({ match: { path }, times: 1, skip, ...how, ...(when ? { when } : {}) });
    return faults.hitsReached(faults.hits + 1);
  };
}

const RESERVE = 'service-capacity-reserve-operation';
const [one, three] = [ONE_RESERVATION, THREE_RESERVATIONS];

/** In the order in which they are made: what is further on leaves room for what follows. */
export const HOLDS: readonly Hold[] = [
  {
    name: 'reserving, before SDN-C has accepted',
    status: 'reserving',
    template: one,
    arrange: hold({ system: 'sdnc', path: RESERVE }),
  },
  {
    name: 'reserving, after SDN-C has accepted and before that is recorded',
    status: 'reserving',
    template: one,
    arrange: hold({ system: 'sdnc', path: RESERVE, when: 'after' }),
  },
  {
    name: 'reserving, after the first of three is recorded',
    status: 'reserving',
    template: three,
    arrange: hold({ system: 'sdnc', path: RESERVE, skip: 1 }),
  },
  { name: 'solved', status: 'solved', template: one, arrange: null },
  {
    name: 'solving',
    status: 'solving',
    template: one,
    arrange: hold({ system: 'sdnc', path: 'service-capacity-check-operation' }),
  },
  { name: 'translated', status: 'translated', template: one, arrange: null },
  {
    name: 'translating',
    status: 'translating',
    template: one,
    arrange: hold({ system: 'aai', path: /\/(pservers|vservers|generic-vnfs)\b/ }),
  },
  { name: 'template', status: 'template', template: one, arrange: null },
];

/** One place in each stage: one plan held in work keeps the next one waiting before that stage. */
export const ONE_EACH = ['[controller]', 'workers = 1', '[solver]', 'workers = 1', '[reservation]', 'workers = 1'];

/** The hold of this name. */
export function held(name: string): Hold {
  const found = HOLDS.find((hold) => hold.name === name);
  if (!found) throw new Error(`there is no hold ${name}`);
  return found;
}

/** Makes a plan and resolves with its id when it is held. */
export async function holdPlan(world: World, wanted: Hold, gate: Promise<unknown> | null = null): Promise<string> {
  const arranged = wanted.arrange?.(world.simulators, gate);
  const id = await world.api.create(wanted.name, wanted.template);
  await (arranged ?? world.watcher.reached(id, wanted.status));
  return id;
}

/** One plan in each state, by the name of its hold. */
export async function holdAll(world: World, gate: Promise<unknown> | null = null): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const wanted of HOLDS) ids.set(wanted.name, await holdPlan(world, wanted, gate));
  return ids;
}

/** The answer of an undisturbed run of each template. */
export async function referenceAnswers({ api, watcher }: World): Promise<Map<string, SeenPlan['recommendations']>> {
  const answers = new Map<string, SeenPlan['recommendations']>();
  for (const template of new Set(HOLDS.map((wanted) => wanted.template))) {
    const id = await api.create('undisturbed', template);
    await watcher.ended([id]);
    answers.set(template, (await api.plan(id))?.recommendations ?? null);
  }
  return answers;
}
