// (e) Plans per second that 1, 2 and 3 worker processes sustain on one etcd, and what limits it: CPU time of every process, and
// how long etcd takes to make writes durable.

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Client, connectClient, mustBeDone } from './client.ts';
import { type Cluster, pauseFor, type Stops, startCluster, stopping, WORKER_ROLES } from './cluster-parts.ts';
import { cpuMs } from './cpu.ts';
import { callsBetween, type EtcdFigures, etcdFigures, meanMs } from './etcd-meter.ts';
import type { BenchSettings, Gateway } from './gateway.ts';
import { type Findings, type Row, show } from './report.ts';
import { LIGHT_TEMPLATE } from './subjects.ts';

/** Plans under way at any time. */
const OUTSTANDING = 24;
/** Plans for each worker before anything is measured: a process compiles its hot code during its first ones. */
const WARM_UP_PLANS = 80;
const MS_OF_A_ROUND = 2_000;
const MOST = 3;

interface Look {
  readonly at: number;
  readonly done: number;
  readonly api: number;
  readonly workers: number;
  readonly etcd: number;
  /** This process with its simulators and its one subscriber. */
  readonly bench: number;
  readonly busy: number;
  readonly figures: EtcdFigures;
}

export async function planRate(
  settings: BenchSettings,
  rounds: number,
  progress: (text: string) => void,
): Promise<Findings> {
  const rows: Row[] = [];
  const notes = [
    `(e) ${OUTSTANDING} plans under way at any time, light template (one cloud demand, A&AI read before), one process with role api, ${MOST} processes at the most with ${WORKER_ROLES}, one etcd member with fsync; all on ${cpus().length} processors, the client and simulators too`,
  ];
  let first: number | null = null;
  for (let count = 1; count <= MOST; count += 1) {
    progress(`${count} worker${count === 1 ? '' : 's'}`);
    const { rate, beside, note } = await stopping((stops) =>
      withWorkers(settings, count, rounds * MS_OF_A_ROUND, stops),
    );
    first ??= rate;
    rows.push({
      section: 'e',
      what: `plans on etcd with ${count} solver process${count === 1 ? '' : 'es'}`,
      figure: `${show(rate)} plans/s`,
      beside,
      value: rate / first,
      goal: null,
    });
    notes.push(`(e) ${count}: ${note}`);
  }
  return { rows, notes };
}

async function withWorkers(
  settings: BenchSettings,
  count: number,
  windowMs: number,
  stops: Stops,
): Promise<{ readonly rate: number; readonly beside: string; readonly note: string }> {
  const cluster = await startCluster(settings, stops);
  const api = await cluster.gateway('api');
  const workers: Gateway[] = [];
  for (let at = 0; at < count; at += 1) workers.push(await cluster.gateway(WORKER_ROLES));
  const client = await connectClient(api);
  stops.push(async () => client.close());
  const load = startLoad(client);
  while (load.done() < WARM_UP_PLANS * count) await pauseFor(100);
  const look = () => lookAt(cluster, api, workers, load.done());
  const before = await look();
  await pauseFor(windowMs);
  const after = await look();
  await load.stop();
  return summary(before, after);
}

function startLoad(client: Client): { done(): number; stop(): Promise<void> } {
  let done = 0;
  let over = false;
  const one = async () => {
    while (!over) {
      await mustBeDone(client, await client.createPlan(LIGHT_TEMPLATE));
      done += 1;
    }
  };
  const all = Promise.all(Array.from({ length: OUTSTANDING }, one));
  // Told by stop(); until then nobody listens.
  all.catch(() => undefined);
  return {
    done: () => done,
    async stop() {
      over = true;
      await all;
    },
  };
}

async function lookAt({ etcd }: Cluster, api: Gateway, workers: readonly Gateway[], done: number): Promise<Look> {
  const figures = await etcdFigures(etcd);
  return {
    at: performance.now(),
    done,
    api: cpuMs(api.pid),
    workers: workers.reduce((sum, { pid }) => sum + cpuMs(pid), 0),
    etcd: cpuMs(etcd.pid),
    bench: cpuMs(process.pid),
    busy: busyMs(),
    figures,
  };
}

/** CPU time of the whole machine that was not idle, in ms. */
function busyMs(): number {
  const fields = (/^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '').split(' ').map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  return (user + nice + system + irq + softirq) * 10;
}

function summary(before: Look, after: Look): { readonly rate: number; readonly beside: string; readonly note: string } {
  const wall = after.at - before.at;
  const plans = after.done - before.done;
  const cores = cpus().length;
  const percent = (key: 'api' | 'workers' | 'etcd' | 'bench' | 'busy') => ((after[key] - before[key]) * 100) / wall;
  const machine = percent('busy') / cores;
  const own = (['api', 'workers', 'etcd', 'bench'] as const).reduce((sum, key) => sum + percent(key), 0);
  const others = Math.max(0, percent('busy') - own);
  const fsync = meanMs(before.figures.fsync, after.figures.fsync);
  const commit = meanMs(before.figures.commit, after.figures.commit);
  const calls = [...callsBetween(before.figures, after.figures).values()].reduce((sum, count) => sum + count, 0);
  const shown = (['api', 'workers', 'etcd', 'bench'] as const).map((key) => `${key} ${Math.round(percent(key))} %`);
  const each = (after.api - before.api + after.workers - before.workers) / plans;
  return {
    rate: (plans * 1000) / wall,
    beside: `of one core: ${shown.join(', ')}; others ${Math.round(others)} %; both cores ${Math.round(machine)} % busy`,
    note:
      `${plans} plans in ${show(wall / 1000)} s, ${show(each)} ms of CPU of the gateways for each, ${Math.round((calls * 1000) / wall)} etcd calls/s; ` +
      `etcd: WAL fsync ${show(fsync)} ms, backend commit ${show(commit)} ms on average; limit: ${limit(machine, fsync, percent('api'))}`,
  };
}

function limit(machine: number, fsync: number, api: number): string {
  if (machine >= 85) return 'the processors, which all processes share';
  if (api >= 85) return 'the one process with role api';
  return fsync >= 5 ? 'the disk under etcd' : 'waiting: round trips to etcd, one after the other in each plan';
}
