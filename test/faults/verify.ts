// The end of a case: every plan has ended as it should, and the invariants hold.
import { expect } from 'vitest';
import type { Api, SeenPlan } from './api.ts';
import {
  type Cluster,
  type ClusterOptions,
  type Gateway,
  type Service,
  type Single,
  startCluster,
  startService,
  startSingle,
} from './cluster.ts';
import { type Run, stopsWithCase } from './fault.ts';
import { checkInvariants } from './invariants.ts';
import { measureOwnLoop, processFaults } from './process-invariants.ts';
import { LIGHT, ONE_RESERVATION } from './templates.ts';
import type { Watcher } from './watcher.ts';

interface Verified {
  /** Besides the one that has seen everything. */
  readonly watchers?: readonly Watcher[];
  readonly room?: number;
  readonly loop?: boolean;
  readonly lost?: ReadonlySet<string>;
  /** Plans may have ended otherwise than in `done`, and failures may have been counted. @default false */
  readonly anyEnd?: boolean;
}

type Ran = Pick<Cluster, 'simulators' | 'watcher' | 'gateways'> &
  ((Pick<Cluster, 'front'> & Partial<Pick<Cluster, 'leftovers'>>) | { readonly api: Api });

/** What the processes say and leave unsaid, alone: for cases whose plans are not to be judged. */
export async function verifyProcesses(gateways: readonly Gateway[], run: Run): Promise<void> {
  expect(await processFaults(gateways, false)).toEqual([]);
  run.checked('I8', 'I9');
}

/** Forgets how late the event loops were until now: starting a program holds its loop up, and is not what is judged. */
export async function judgeLoopsFromNow(gateways: readonly Gateway[]): Promise<void> {
  await Promise.all(gateways.map(async ({ api }) => (await api.get('/metrics')).text()));
  measureOwnLoop();
}

/** Waits for the ends of these plans and judges everything. */
export async function verify(ran: Ran, run: Run, ids: readonly string[], options: Verified = {}): Promise<SeenPlan[]> {
  const { simulators, gateways } = ran;
  const api = 'front' in ran ? ran.front.api : ran.api;
  const { anyEnd = false, watchers: others = [], ...rest } = options;
  const watchers = [ran.watcher, ...others];
  run.at('the ends of all plans');
  // Also of plans that were made although their creation was answered with a failure.
  await ran.watcher.ended(await api.ids());
  await Promise.all(watchers.map((one) => one.ended(ids)));
  run.at('the invariants');
  const evidence = { api, acknowledged: ids, simulators, gateways, watchers, run, ...rest };
  const plans = await checkInvariants(evidence);
  if (!anyEnd) {
    expect([...new Set(plans.map(({ status, message }) => `${status} ${message ?? ''}`.trim()))]).toEqual(
      ids.length > 0 ? ['done'] : [],
    );
    expect(plans.flatMap(({ stages }) => stages.map(({ failures }) => failures)).every((count) => count === 0)).toBe(
      true,
    );
  }
  if ('leftovers' in ran && ran.leftovers) expect(await ran.leftovers()).toEqual([]);
  return plans;
}

/** Runs the body on three etcd members and stops everything afterwards, whatever happened. */
export async function withService(options: ClusterOptions, body: (service: Service) => Promise<void>): Promise<void> {
  await body(stopsWithCase(await startService(options)));
}

/** The same on one etcd. */
export async function withCluster(options: ClusterOptions, body: (cluster: Cluster) => Promise<void>): Promise<void> {
  await body(stopsWithCase(await startCluster(options)));
}

/** One gateway with every role on the embedded store. */
export async function withSingle(options: ClusterOptions, body: (single: Single) => Promise<void>): Promise<void> {
  await body(stopsWithCase(await startSingle(options)));
}

/** Ids of so many plans, alternately with and without work at the controller. */
export function createMany({ front }: Pick<Cluster, 'front'>, count: number, label = 'plan'): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return Promise.all(
    numbers.map((index) => front.api.create(`${label} ${index}`, index % 2 === 0 ? LIGHT : ONE_RESERVATION)),
  );
}

/** Calls again and again, a moment apart, until it gives something; a failed call gives nothing. Resolves with that. */
export async function soon<T>(look: () => Promise<T | null | undefined | false>, everyMs = 50): Promise<T> {
  for (;;) {
    const found = await look().catch(() => null);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Makes a plan and resolves with it when it has ended. */
export async function ended(
  { api, watcher }: Pick<Single, 'api' | 'watcher'>,
  template: string | object,
): Promise<SeenPlan> {
  const id = await api.create('plan', template);
  await watcher.ended([id]);
  const plan = await api.plan(id);
  if (!plan) throw new Error('the plan is gone');
  return plan;
}

/** Two workers beside the front: three gateways. */
export function twoWorkers(service: Service): Promise<Gateway[]> {
  return Promise.all(['one', 'two'].map((name) => service.gateway(name)));
}

/** When the front accepts a plan, its id. */
export function accepted({ front }: Pick<Service, 'front'>, name: string): Promise<string> {
  return soon(async () => {
    const answer = await front.api.post(name, LIGHT);
    return answer.status === 201 && ((await answer.json()) as { id: string }).id;
  });
}
