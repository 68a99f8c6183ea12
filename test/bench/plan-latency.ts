// (a) From the submission of a plan to the arrival of its `done`, as a multiple of the time in which it had a request to
// A&AI or SDN-C under way; on both stores, plan by plan in turn.

import type { RecordedCall } from '../sim/server.ts';
import { startSimulators } from '../sim/start.ts';
import { startEtcd } from '../support/etcd.ts';
import { type Client, connectClient, mustBeDone, type PlanEvent } from './client.ts';
import { cpuMs } from './cpu.ts';
import { type BenchSettings, type Gateway, removeFolder, startGateway, temporaryFolder } from './gateway.ts';
import { atMost, type Findings, type Row, show } from './report.ts';
import { coveredBy, type Interval, median, middleMean, now, quantile } from './stats.ts';
import { VCPE_TEMPLATE } from './subjects.ts';

/** How long each simulator waits before it answers. */
const DELAY_MS = 5;
const WARM_UP = 15;
const GOAL = 3;

interface Run {
  readonly submitted: number;
  /** When the answer of the mutation was there. */
  readonly accepted: number;
  readonly events: readonly PlanEvent[];
  readonly done: number;
  readonly upstream: readonly Interval[];
}

/** One gateway with its client. */
interface Subject {
  readonly store: string;
  readonly gateway: Gateway;
  readonly client: Client;
  readonly runs: Run[];
  /** The first plan of the process, which finds nothing warm. */
  first: Run | null;
  /** CPU time of the process when the measured plans began, in ms. */
  cpuBefore: number;
}

type Simulators = Awaited<ReturnType<typeof startSimulators>>;

export async function planLatency(
  settings: BenchSettings,
  plansPerStore: number,
  progress: (text: string) => void,
): Promise<Findings> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const simulators = await startSimulators({ delayMs: DELAY_MS });
    stops.push(() => simulators.stop());
    const etcd = await startEtcd({ durable: true });
    stops.push(() => etcd.stop());
    const etcdLines = ['[db_options]', 'db_backend = etcd', '[etcd_api]', 'host = 127.0.0.1', `port = ${etcd.port}`];
    const subjects = [
      await startSubject('embedded store', simulators.configLines, settings, stops),
      await startSubject('etcd', [...simulators.configLines, ...etcdLines], settings, stops),
    ];
    for (let plan = 0; plan < WARM_UP + plansPerStore; plan += 1) {
      if (plan === WARM_UP) for (const subject of subjects) begin(subject);
      if (plan % 10 === 0) progress(`plan ${plan + 1} of ${WARM_UP + plansPerStore} on each store`);
      const order = plan % 2 === 0 ? subjects : [...subjects].reverse();
      for (const subject of order) subject.runs.push(await run(subject.client, simulators));
    }
    const found = subjects.map(summary);
    return { rows: found.map(({ row }) => row), notes: found.flatMap(({ notes }) => notes) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function startSubject(
  store: string,
  sections: readonly string[],
  settings: BenchSettings,
  stops: (() => Promise<unknown>)[],
): Promise<Subject> {
  const folder = await temporaryFolder();
  stops.push(() => removeFolder(folder));
  const gateway = await startGateway({ folder, sections, settings });
  stops.push(() => gateway.stop());
  const client = await connectClient(gateway);
  stops.push(async () => client.close());
  return { store, gateway, client, runs: [], first: null, cpuBefore: 0 };
}

/** What was run so far was for warming up. */
function begin(subject: Subject): void {
  subject.first = subject.runs[0] ?? null;
  subject.cpuBefore = cpuMs(subject.gateway.pid);
  subject.runs.length = 0;
}

async function run(client: Client, { aai, sdnc }: Simulators): Promise<Run> {
  aai.clearCalls();
  sdnc.clearCalls();
  sdnc.clearReservations();
  const submitted = now();
  const id = await client.createPlan(VCPE_TEMPLATE);
  const accepted = now();
  const events = await mustBeDone(client, id);
  const done = events.at(-1)?.receivedAt ?? Number.NaN;
  const upstream = [...aai.calls, ...sdnc.calls].map((call: RecordedCall) => ({ from: call.at, to: call.doneAt }));
  return { submitted, accepted, events, done, upstream };
}

interface Stage {
  readonly name: string;
  readonly window: (run: Run) => Interval;
}

function eventAt({ events }: Run, status: string): number {
  return events.find(({ to }) => to === status)?.at ?? Number.NaN;
}

function between(name: string, from: string, to: string): Stage {
  return { name, window: (run) => ({ from: eventAt(run, from), to: eventAt(run, to) }) };
}

/** Bounded by the timestamps of the plan's own events, which are whole milliseconds. */
const STAGES: readonly Stage[] = [
  { name: 'accept', window: (run) => ({ from: run.submitted, to: eventAt(run, 'TEMPLATE') }) },
  between('claim', 'TEMPLATE', 'TRANSLATING'),
  between('translate', 'TRANSLATING', 'TRANSLATED'),
  between('claim', 'TRANSLATED', 'SOLVING'),
  between('solve', 'SOLVING', 'SOLVED'),
  between('claim', 'SOLVED', 'RESERVING'),
  between('reserve', 'RESERVING', 'DONE'),
  { name: 'tell', window: (run) => ({ from: eventAt(run, 'DONE'), to: run.done }) },
];

function summary({ store, runs, first, gateway, cpuBefore }: Subject): {
  readonly row: Row;
  readonly notes: readonly string[];
} {
  const total = runs.map(({ submitted, done }) => done - submitted);
  const upstream = runs.map((run) => coveredBy(run.upstream));
  const ratio = median(runs.map((_, index) => (total[index] ?? 0) / (upstream[index] ?? 0)));
  const calls = median(runs.map((run) => run.upstream.length));
  const row: Row = {
    section: 'a',
    what: `plan submitted to done, ${store}`,
    figure: `${show(median(total))} ms (p95 ${show(quantile(total, 0.95))})`,
    beside: `${show(median(upstream))} ms with a request upstream (${calls} requests)`,
    value: ratio,
    goal: atMost(GOAL, ratio),
  };
  const cpu = (cpuMs(gateway.pid) - cpuBefore) / runs.length;
  const stages = STAGES.map((stage) => stageText(stage, runs));
  const cold = first === null ? '' : `; first plan of the process ${show(first.done - first.submitted)} ms`;
  return {
    row,
    notes: [
      `(a) ${store}, ms of each stage (of which with a request upstream): ${stages.join(', ')}`,
      `(a) ${store}: ${runs.length} plans one after another, ${show(cpu)} ms of CPU time each${cold}`,
    ],
  };
}

function stageText({ name, window }: Stage, runs: readonly Run[]): string {
  const windows = runs.map(window);
  const wall = middleMean(windows.map(({ from, to }) => to - from));
  const upstream = middleMean(runs.map((run, index) => coveredBy(run.upstream, windows[index])));
  return `${name} ${show(wall)}${upstream < 0.05 ? '' : ` (${show(upstream)})`}`;
}
