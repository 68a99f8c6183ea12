// (f) One gateway tells each new plan to 1,000 and to 10,000 subscribers over graphql-ws: deliveries per second when plans come as fast
// as they can be made, and the delay from the commit to the subscriber when they come with pauses. Another gateway makes the plans, and
// nobody works on them, so that every plan is one event.
import type { Received } from './child/subscribers.ts';
import { type Helper, startHelper } from './children.ts';
import { type Client, connectClient } from './client.ts';
import { pauseFor, startCluster, stopping } from './cluster-parts.ts';
import { cpuMs } from './cpu.ts';
import type { BenchSettings, Gateway } from './gateway.ts';
import { type Findings, type Row, show } from './report.ts';
import { median, quantile } from './stats.ts';
import { LIGHT_TEMPLATE } from './subjects.ts';

const QUERY = `subscription All {
  plansChanged {
    __typename
    cursor
    ... on PlanUpdated { plan { id status message } event { seq at from to reason actor message } }
  }
}`;

interface Audience {
  readonly sockets: number;
  /** Subscriptions on each socket. */
  readonly copies: number;
  /** Plans made at once, in each round. */
  readonly burst: number;
  /** Plans made one by one, in each round, and the pause between them. */
  readonly single: number;
  readonly pauseMs: number;
}

const AUDIENCES: readonly Audience[] = [
  { sockets: 1_000, copies: 1, burst: 20, single: 8, pauseMs: 300 },
  { sockets: 1_000, copies: 10, burst: 3, single: 1, pauseMs: 2_500 },
];

interface Parts {
  readonly gateway: Gateway;
  readonly maker: Client;
  readonly subscribers: Helper;
}

export function fanOutDelays(
  settings: BenchSettings,
  rounds: number,
  progress: (text: string) => void,
): Promise<Findings> {
  return stopping(async (stops) => {
    const { gateway: start } = await startCluster(settings, stops);
    const gateway = await start('api');
    const maker = await connectClient(await start('api'));
    stops.push(async () => maker.close());
    const subscribers = startHelper('subscribers');
    stops.push(() => subscribers.stop());
    const found: Findings[] = [];
    for (const audience of AUDIENCES) {
      progress(`${audience.sockets * audience.copies} subscribers`);
      found.push(await measure({ gateway, maker, subscribers }, audience, rounds));
    }
    return { rows: found.flatMap(({ rows }) => rows), notes: found.flatMap(({ notes }) => notes) };
  });
}

async function measure(parts: Parts, audience: Audience, rounds: number): Promise<Findings> {
  const { gateway, subscribers } = parts;
  const { sockets, copies } = audience;
  const { port, authorization } = gateway;
  await subscribers.ask({ kind: 'connect', port, sockets, authorization });
  await subscribers.ask({ kind: 'subscribeAll', query: QUERY, copies });
  // The first plans warm it up.
  await burst(parts, audience);
  const rates: number[] = [];
  const costs: number[] = [];
  const delays: number[] = [];
  const commits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { rate, cost } = await burst(parts, audience);
    rates.push(rate);
    costs.push(cost);
    await one(parts, audience, delays, commits);
  }
  return summary(audience, rates, costs, delays, commits);
}

async function burst(
  { gateway, maker, subscribers }: Parts,
  { sockets, copies, burst: plans }: Audience,
): Promise<{ readonly rate: number; readonly cost: number }> {
  const before = cpuMs(gateway.pid);
  const arrived = subscribers.ask<Received>({ kind: 'events', count: sockets * copies * plans });
  await Promise.all(Array.from({ length: plans }, () => maker.createPlan(LIGHT_TEMPLATE)));
  const { events, first, last } = await arrived;
  return { rate: (events * 1000) / (last - first), cost: ((cpuMs(gateway.pid) - before) * 1000) / events };
}

async function one(
  { maker, subscribers }: Parts,
  { sockets, copies, single, pauseMs }: Audience,
  delays: number[],
  commits: number[],
): Promise<void> {
  for (let plan = 0; plan < single; plan += 1) {
    const arrived = subscribers.ask<Received>({ kind: 'events', count: sockets * copies });
    const began = performance.now();
    await maker.createPlan(LIGHT_TEMPLATE);
    commits.push(performance.now() - began);
    for (const delay of (await arrived).delays) delays.push(delay);
    await pauseFor(Math.max(0, pauseMs - (performance.now() - began)));
  }
}

function summary(
  { sockets, copies, single, pauseMs }: Audience,
  rates: readonly number[],
  costs: readonly number[],
  delays: readonly number[],
  commits: readonly number[],
): Findings {
  const count = sockets * copies;
  const how =
    copies === 1 ? 'one subscription on each socket' : `${copies} subscriptions on each of ${sockets} sockets`;
  const rows: Row[] = [
    {
      section: 'f',
      what: `events to ${count} subscribers on one gateway, rate`,
      figure: `${Math.round(median(rates))} deliveries/s`,
      beside: `${show(median(costs))} µs of CPU of the gateway each`,
      value: median(rates),
      goal: null,
    },
    {
      section: 'f',
      what: `events to ${count} subscribers on one gateway, ms from commit to subscriber (p99)`,
      figure: `p50 ${show(quantile(delays, 0.5))} ms, p99 ${show(quantile(delays, 0.99))} ms`,
      beside: `creation answered in ${show(median(commits))} ms`,
      value: quantile(delays, 0.99),
      goal: null,
    },
  ];
  return {
    rows,
    notes: [
      `(f) ${count} subscribers to all plans: ${how}, in one other process; plans made through a second gateway on the same etcd (fsync on). Rate: ${rates.length} bursts. Delay: ${commits.length} events (${single} a round), ${pauseMs} ms apart, ${delays.length} deliveries, none missing; counted from the event's own time, which is taken before its transaction, so the commit is in it`,
    ],
  };
}
