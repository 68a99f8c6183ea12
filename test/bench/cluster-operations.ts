// (g) What one plan costs etcd: calls by method, bytes over the wire and in its database, told by etcd's own metrics.
import { type Client, connectClient, runPlan } from './client.ts';
import { pauseFor, startCluster, stopping } from './cluster-parts.ts';
import { callsBetween, type EtcdFigures, etcdFigures } from './etcd-meter.ts';
import type { BenchSettings } from './gateway.ts';
import { atMost, type Findings, type Row, show } from './report.ts';
import { LIGHT_TEMPLATE, VCPE_TEMPLATE } from './subjects.ts';

const GOAL = 16;
const ALL_ROLES = 'api, controller, solver, reservation';
const WARM_UP = 5;
const PLANS_OF_A_ROUND = 10;
/** What nobody's plan costs: renewed leases, questions after the store's health. */
const IDLE_MS = 4_000;

interface Look {
  readonly figures: EtcdFigures;
  readonly at: number;
}

export function operations(
  settings: BenchSettings,
  rounds: number,
  progress: (text: string) => void,
): Promise<Findings> {
  return stopping(async (stops) => {
    const { etcd, gateway } = await startCluster(settings, stops);
    const client = await connectClient(await gateway(ALL_ROLES));
    stops.push(async () => client.close());
    const look = async (): Promise<Look> => ({ figures: await etcdFigures(etcd), at: performance.now() });
    await many(client, VCPE_TEMPLATE, WARM_UP);
    progress('idle');
    const idle = [await look()];
    await pauseFor(IDLE_MS);
    idle.push(await look());
    const plans = rounds * PLANS_OF_A_ROUND;
    const found: Findings[] = [];
    const measured = async (what: string, template: string, gateways: number, goal: number | null) => {
      progress(`${plans} times: ${what}`);
      const before = await look();
      await many(client, template, plans);
      found.push(summary({ what, plans, gateways, goal }, [before, await look()], idle));
    };
    await measured('vCPE plan with a reservation', VCPE_TEMPLATE, 1, GOAL);
    await measured('light plan (one cloud demand)', LIGHT_TEMPLATE, 1, GOAL);
    for (let more = 0; more < 2; more += 1) await gateway(ALL_ROLES);
    await measured('vCPE plan with a reservation, three gateways', VCPE_TEMPLATE, 3, GOAL);
    return { rows: found.flatMap(({ rows }) => rows), notes: found.flatMap(({ notes }) => notes) };
  });
}

async function many(client: Client, template: string, count: number): Promise<void> {
  for (let plan = 0; plan < count; plan += 1) await runPlan(client, template);
}

interface Subject {
  readonly what: string;
  readonly plans: number;
  readonly gateways: number;
  readonly goal: number | null;
}

function summary({ what, plans, gateways, goal }: Subject, [before, after]: Look[], [rest, awake]: Look[]): Findings {
  if (!before || !after || !rest || !awake) throw new Error('etcd was not looked at');
  const share = (after.at - before.at) / (awake.at - rest.at);
  const idle = callsBetween(rest.figures, awake.figures);
  const each = [...callsBetween(before.figures, after.figures)]
    .map(([method, count]) => ({
      method,
      count: Math.max(0, count - (idle.get(method) ?? 0) * share * gateways) / plans,
    }))
    .filter(({ count }) => count >= 0.05)
    .sort((a, b) => b.count - a.count);
  const total = each.reduce((sum, { count }) => sum + count, 0);
  const bytes = (value: (figures: EtcdFigures) => number) =>
    (value(after.figures) - value(before.figures)) / plans / 1000;
  const stored = bytes(({ bytesInUse }) => bytesInUse);
  const rows: Row[] = [
    {
      section: 'g',
      what: `etcd operations, ${what}`,
      figure: each.map(({ method, count }) => `${show(count)} ${method}`).join(', '),
      beside: `${plans} plans one after another, ${gateways === 1 ? 'one gateway' : `${gateways} gateways`}`,
      value: total,
      goal: goal === null ? null : atMost(goal, total),
    },
    {
      section: 'g',
      what: `kB in etcd, ${what}`,
      figure: `${show(stored)} kB of database, history until compaction included`,
      beside: `${show(bytes(({ receivedBytes }) => receivedBytes))} kB received, ${show(bytes(({ sentBytes }) => sentBytes))} kB sent by etcd`,
      value: stored,
      goal: null,
    },
  ];
  return {
    rows,
    notes: [
      `(g) ${what}: unary calls that etcd counted, less those of an idle gateway in the same time; creation and one subscriber included`,
    ],
  };
}
