// Many plans at once over two gateways: each is claimed once, each ends once, and what is scarce is never promised twice.
import { afterEach, expect, it } from 'vitest';
import type { SeenPlan } from './api.ts';
import { type Cluster, FULL, LONG_LEASE, startCluster } from './cluster.ts';
import { checkInvariants } from './invariants.ts';
import { LIGHT, ONE_RESERVATION } from './templates.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

async function submit(count: number, template: string | object): Promise<string[]> {
  const pair = await Promise.all(['left', 'right'].map((name) => cluster.gateway(name)));
  const creates = Array.from({ length: count }, (_, index) => pair[index % 2]?.api.create(`plan ${index}`, template));
  return (await Promise.all(creates)).flatMap((id) => id ?? []);
}

async function check(acknowledged: readonly string[], room?: number): Promise<SeenPlan[]> {
  const { front, simulators, watcher } = cluster;
  await watcher.ended(acknowledged);
  const evidence = { api: front.api, simulators, acknowledged, watchers: [watcher] };
  const plans = await checkInvariants({ ...evidence, ...(room === undefined ? {} : { room }) });
  expect(plans).toHaveLength(acknowledged.length);
  expect(await cluster.leftovers()).toEqual([]);
  return plans;
}

/** On a busy machine. */
const SLOW = { timeout: 180_000 };
const MANY = FULL ? 200 : 100;

it(`${MANY} plans at once: each ends done after exactly one claim a stage, and both gateways work`, SLOW, async () => {
  cluster = await startCluster({ leaseTtl: LONG_LEASE });
  const plans = await check(await submit(MANY, LIGHT));
  const path = 'template translating translated solving solved reserving done';
  expect(new Set(plans.map(({ events }) => events.map(({ to }) => to).join(' ')))).toEqual(new Set([path]));
  expect(new Set(plans.flatMap(({ stages }) => stages.map(({ counter }) => counter)))).toEqual(new Set([1]));
  const actors = new Set(plans.flatMap(({ events }) => events.slice(1).map(({ actor }) => actor)));
  expect(actors).toEqual(new Set(['left', 'right']));
});

it(
  'more plans than capacity: the controller is never overbooked, and each plan ends with what it got or why not',
  SLOW,
  async () => {
    const room = 1200;
    const again = ['[reservation]', 'workers = 4', 'max_reservation_counter = 3', '[solver]', 'workers = 2'];
    cluster = await startCluster({ room, lines: again });
    const plans = await check(await submit(FULL ? 40 : 10, ONE_RESERVATION), room);
    const words = plans.map(({ status }) => status);
    expect(words.filter((status) => status === 'done').length).toBeGreaterThanOrEqual(3);
    expect(words.every((status) => ['done', 'not found', 'error'].includes(status))).toBe(true);
    for (const { status, message } of plans)
      if (status !== 'done') expect(message).toMatch(/search failed|unable to reserve/);
  },
);
