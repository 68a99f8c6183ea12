// Many plans at once over two gateways: each is claimed once, each ends once, and what is scarce is never promised twice.
import { expect } from 'vitest';
import { type Cluster, LONG_LEASE } from './cluster.ts';
import { fault } from './fault.ts';
import { loopDelays } from './process-invariants.ts';
import { LIGHT, ONE_RESERVATION } from './templates.ts';
import { judgeLoopsFromNow, verify, withCluster } from './verify.ts';

async function submit(cluster: Cluster, count: number, template: string | object): Promise<string[]> {
  const pair = await Promise.all(['left', 'right'].map((name) => cluster.gateway(name)));
  await judgeLoopsFromNow(cluster.gateways);
  const creates = Array.from({ length: count }, (_, index) => pair[index % 2]?.api.create(`plan ${index}`, template));
  return (await Promise.all(creates)).flatMap((id) => id ?? []);
}

const PATH = 'template translating translated solving solved reserving done';

fault(24, '200 plans created while two gateways run: each is claimed once a stage, and both work', (run) =>
  withCluster({ leaseTtl: LONG_LEASE }, async (cluster) => {
    run.struck();
    const ids = await submit(cluster, 200, LIGHT);
    await cluster.watcher.ended(ids);
    run.recovered();
    run.note(`99th percentile of event-loop delays meanwhile: ${await loopDelays(cluster.gateways)}`);
    const plans = await verify(cluster, run, ids);
    expect(new Set(plans.map(({ events }) => events.map(({ to }) => to).join(' ')))).toEqual(new Set([PATH]));
    expect(new Set(plans.flatMap(({ stages }) => stages.map(({ counter }) => counter)))).toEqual(new Set([1]));
    const actors = new Set(plans.flatMap(({ events }) => events.slice(1).map(({ actor }) => actor)));
    expect(actors).toEqual(new Set(['left', 'right']));
  }),
);

fault(
  24,
  'more plans than capacity: the controller is never overbooked, each ends with what it got or why not',
  (run) => {
    const room = 1200;
    const lines = ['[reservation]', 'workers = 4', 'max_reservation_counter = 3', '[solver]', 'workers = 2'];
    return withCluster({ room, lines }, async (cluster) => {
      const ids = await submit(cluster, 40, ONE_RESERVATION);
      const plans = await verify(cluster, run, ids, { room, anyEnd: true });
      const words = plans.map(({ status }) => status);
      expect(words.filter((status) => status === 'done').length).toBeGreaterThanOrEqual(3);
      expect(words.every((status) => ['done', 'not found', 'error'].includes(status))).toBe(true);
      for (const { status, message } of plans)
        if (status !== 'done') expect(message).toMatch(/search failed|unable to reserve/);
    });
  },
);
