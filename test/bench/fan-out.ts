// (d) Events of moving plans told to a thousand subscribers over graphql-ws, beside the package ws alone, which sends the same
// messages to a thousand sockets as fast as it can: CPU time of the server process for each delivery, and deliveries per second.
import { startSimulators } from '../sim/start.ts';
import type { Received } from './child/subscribers.ts';
import { type Helper, startHelper } from './children.ts';
import { type Client, connectClient, mustBeDone, runPlan } from './client.ts';
import { cpuMs } from './cpu.ts';
import { type BenchSettings, type Gateway, removeFolder, startGateway, temporaryFolder } from './gateway.ts';
import { type Findings, show } from './report.ts';
import { median } from './stats.ts';
import { VCPE_UNRESERVED } from './subjects.ts';

const SUBSCRIBERS = 1000;
/** Plans that move in one round; every subscriber follows each of them. */
const PLANS = 4;
/** translating, translated, solving, solved, reserving, done. */
const EVENTS_OF_A_PLAN = 6;
const DELIVERIES = SUBSCRIBERS * PLANS * EVENTS_OF_A_PLAN;

const QUERY = `subscription Follow($id: ID!) {
  planChanged(id: $id) {
    __typename
    cursor
    ... on PlanUpdated { plan { id status message } event { seq at from to reason actor message } }
  }
}`;

interface Sample {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

interface Parts {
  readonly simulators: Awaited<ReturnType<typeof startSimulators>>;
  readonly gateway: Gateway;
  readonly client: Client;
  readonly subscribers: Helper;
  readonly bare: Helper;
  /** Port of the bare server. */
  readonly port: number;
}

export async function fanOut(
  settings: BenchSettings,
  rounds: number,
  progress: (text: string) => void,
): Promise<Findings> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const parts = await start(settings, stops);
    const samples = { gateway: [] as Sample[], bare: [] as Sample[] };
    // The first round warms both up.
    for (let round = 0; round <= rounds; round += 1) {
      progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const { sample, frames } = await gatewayRound(parts);
      const bare = await bareRound(parts, frames);
      if (round === 0) continue;
      samples.gateway.push(sample);
      samples.bare.push(bare);
    }
    return summary(samples);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function start(settings: BenchSettings, stops: (() => Promise<unknown>)[]): Promise<Parts> {
  const simulators = await startSimulators();
  stops.push(() => simulators.stop());
  const folder = await temporaryFolder();
  stops.push(() => removeFolder(folder));
  // One translation at a time: a plan whose inventory request is held makes the others wait in `template`.
  const sections = [...simulators.configLines, '[controller]', 'workers = 1'];
  const gateway = await startGateway({ folder, sections, settings });
  stops.push(() => gateway.stop());
  const client = await connectClient(gateway);
  stops.push(async () => client.close());
  await runPlan(client, VCPE_UNRESERVED);
  const subscribers = startHelper('subscribers');
  stops.push(() => subscribers.stop());
  const bare = startHelper('broadcast');
  stops.push(() => bare.stop());
  const { port } = await bare.ask<{ port: number }>({ frames: null });
  return { simulators, gateway, client, subscribers, bare, port };
}

async function gatewayRound(parts: Parts): Promise<{ readonly sample: Sample; readonly frames: readonly string[] }> {
  const { simulators, gateway, client, subscribers } = parts;
  const { port, authorization, pid } = gateway;
  await subscribers.ask({ kind: 'connect', port, sockets: SUBSCRIBERS, authorization });
  simulators.aai.clearCalls();
  const release = simulators.aai.hold();
  const first = await client.createPlan(VCPE_UNRESERVED);
  await simulators.aai.callsReached(1);
  const ids: string[] = [];
  for (let plan = 0; plan < PLANS; plan += 1) ids.push(await client.createPlan(VCPE_UNRESERVED));
  await subscribers.ask({ kind: 'subscribe', query: QUERY, ids });
  const before = cpuMs(pid);
  release();
  const received = await subscribers.ask<Received>({ kind: 'events', count: DELIVERIES });
  const spent = cpuMs(pid) - before;
  for (const id of [first, ...ids]) await mustBeDone(client, id);
  await subscribers.ask({ kind: 'unsubscribe' });
  return { sample: sampleOf(received, spent), frames: received.sample };
}

async function bareRound({ subscribers, bare, port }: Parts, frames: readonly string[]): Promise<Sample> {
  await subscribers.ask({ kind: 'connect', port, sockets: SUBSCRIBERS });
  const before = cpuMs(bare.pid);
  const arrived = subscribers.ask<Received>({ kind: 'events', count: SUBSCRIBERS * frames.length });
  await bare.ask({ frames });
  return sampleOf(await arrived, cpuMs(bare.pid) - before);
}

function sampleOf({ events, first, last }: Received, cpu: number): Sample {
  return { cpuMicroseconds: (cpu * 1000) / events, perSecond: (events * 1000) / (last - first) };
}

function summary({
  gateway,
  bare,
}: {
  readonly gateway: readonly Sample[];
  readonly bare: readonly Sample[];
}): Findings {
  const pairs = gateway.map((one, round) => ({ gateway: one, bare: bare[round] ?? one }));
  const byCpu = median(pairs.map((pair) => pair.bare.cpuMicroseconds / pair.gateway.cpuMicroseconds));
  const byRate = median(pairs.map((pair) => pair.gateway.perSecond / pair.bare.perSecond));
  const cpu = (samples: readonly Sample[]) => show(median(samples.map((one) => one.cpuMicroseconds)));
  const rate = (samples: readonly Sample[]) => Math.round(median(samples.map((one) => one.perSecond)));
  return {
    rows: [
      {
        section: 'd',
        what: `events to ${SUBSCRIBERS} subscribers, CPU time of the server`,
        figure: `${cpu(gateway)} µs a delivery`,
        beside: `${cpu(bare)} µs, bare ws`,
        value: byCpu,
        goal: null,
      },
      {
        section: 'd',
        what: `events to ${SUBSCRIBERS} subscribers, rate`,
        figure: `${rate(gateway)} deliveries/s`,
        beside: `${rate(bare)} deliveries/s, bare ws`,
        value: byRate,
        goal: null,
      },
    ],
    notes: [
      `(d) ${gateway.length} rounds of ${PLANS} plans, each followed by all subscribers: ${DELIVERIES} deliveries a round, none missing; the gateway solves these plans in the same process meanwhile`,
    ],
  };
}
