// (b) GraphQL queries of one plan beside node:http alone, which sends the same JSON: CPU time of the server process for each
// request (primary, because other programs on the machine do not count in it) and requests per second. The plan does not change,
// so the gateway answers from what it kept; the same query with a field that it never keeps shows what execution costs.
import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSimulators } from '../sim/start.ts';
import { type Helper, startHelper } from './children.ts';
import { connectClient, runPlan } from './client.ts';
import { cpuMs } from './cpu.ts';
import { type BenchSettings, removeFolder, startGateway, temporaryFolder } from './gateway.ts';
import { atLeast, type Findings, type Row, show } from './report.ts';
import { median } from './stats.ts';
import { VCPE_UNRESERVED } from './subjects.ts';

const CONNECTIONS = 16;
const WINDOW_MS = 1500;
/** Enough for the compilers of V8; less when they take too long on a busy machine. */
const WARM_UP = { requests: 20_000, seconds: 20, stepMs: 2000 };
const GOAL = 0.3;

/** Twelve scalars, and two recommendations for two demands with the fields that a candidate carries itself. */
const queryWith = (more: string) => `query Plan($id: ID!) {
  plan(id: $id) {
    id name status message created updated createdBy requestId numSolution timeout restPath inventoryDigest
    recommendations {
      objective
      demands {
        demand inventoryProvider serviceResourceId
        candidate {
          candidateId inventoryType inventoryProvider cloudOwner locationId vimId hostId cost
          latitude longitude city country physicalLocationId
        }
      }
    }${more}
  }
}`;
const QUERY = queryWith('');
/** Steps of the reservation change while their plan's head does not, so this is executed each time; the plan has none. */
const EXECUTED = queryWith(' reservations { state }');

interface Server {
  readonly pid: number;
  readonly port: number;
  readonly authorization: string | null;
}

/** Something asked of a server again and again. */
interface Subject extends Server {
  readonly body: string;
}

const NAMES = ['plain', 'kept', 'executed'] as const;
type ByName<T> = Readonly<Record<(typeof NAMES)[number], T>>;

interface Sample {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

type Load = (
  subject: Subject,
  milliseconds: number,
) => Promise<{ readonly requests: number; readonly seconds: number }>;

export async function queryRate(
  settings: BenchSettings,
  rounds: number,
  progress: (text: string) => void,
): Promise<Findings> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const simulators = await startSimulators();
    stops.push(() => simulators.stop());
    const folder = await temporaryFolder();
    stops.push(() => removeFolder(folder));
    const gateway = await startGateway({ folder, sections: simulators.configLines, settings });
    stops.push(() => gateway.stop());
    const client = await connectClient(gateway);
    stops.push(async () => client.close());
    const id = await runPlan(client, VCPE_UNRESERVED, 2);
    const data = await client.execute<{ plan: { recommendations: readonly unknown[] } }>(QUERY, { id });
    if (data.plan.recommendations.length !== 2) throw new Error('the plan has not two recommendations');
    // Throws for errors, which the load would not see.
    await client.execute(EXECUTED, { id });

    const plain = startHelper('plain-http');
    stops.push(() => plain.stop());
    const { port } = await plain.ask<{ port: number }>({ id, answer: { data } });
    const server = { pid: gateway.pid, port: gateway.port, authorization: gateway.authorization };
    const bodyOf = (query: string) => JSON.stringify({ query, variables: { id } });
    const subjects: ByName<Subject> = {
      plain: { pid: plain.pid, port, authorization: null, body: bodyOf(QUERY) },
      kept: { ...server, body: bodyOf(QUERY) },
      executed: { ...server, body: bodyOf(EXECUTED) },
    };
    const { load, name } = await chooseLoad(folder, stops);
    progress(`warming up, load by ${name}`);
    for (const which of NAMES) await warmUp(subjects[which], load);
    const samples: ByName<Sample[]> = { plain: [], kept: [], executed: [] };
    for (let round = 0; round < rounds; round += 1) {
      progress(`round ${round + 1} of ${rounds}`);
      const order = round % 2 === 0 ? NAMES : NAMES.toReversed();
      for (const which of order) samples[which].push(await sample(subjects[which], load));
    }
    return summary(samples, JSON.stringify({ data }).length, name);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function warmUp(subject: Subject, load: Load): Promise<void> {
  let requests = 0;
  let seconds = 0;
  while (requests < WARM_UP.requests && seconds < WARM_UP.seconds) {
    const done = await load(subject, WARM_UP.stepMs);
    requests += done.requests;
    seconds += done.seconds;
  }
}

async function sample(subject: Subject, load: Load): Promise<Sample> {
  const before = cpuMs(subject.pid);
  const { requests, seconds } = await load(subject, WINDOW_MS);
  const spent = cpuMs(subject.pid) - before;
  return { cpuMicroseconds: (spent * 1000) / requests, perSecond: requests / seconds };
}

function summary(samples: ByName<readonly Sample[]>, bytes: number, load: string): Findings {
  const { plain, kept, executed } = samples;
  const cpu = (of: readonly Sample[]) => `${show(median(of.map((one) => one.cpuMicroseconds)))} µs`;
  const rate = (of: readonly Sample[]) => `${Math.round(median(of.map((one) => one.perSecond)))} requests/s`;
  /** By the rounds, so that what else ran on the machine counts on both sides. */
  const ratio = (of: readonly Sample[], by: (plain: Sample, gateway: Sample) => number) =>
    median(plain.map((one, round) => by(one, of[round] ?? one)));
  const byCpu = (of: readonly Sample[]) => ratio(of, (one, other) => one.cpuMicroseconds / other.cpuMicroseconds);
  const byRate = ratio(kept, (one, other) => other.perSecond / one.perSecond);
  const row = (what: string, figure: string, beside: string, value: number, goal: Row['goal']): Row => ({
    section: 'b',
    what: `GraphQL plan(id), ${what}`,
    figure,
    beside: `${beside}, node:http + JSON.stringify`,
    value,
    goal,
  });
  return {
    rows: [
      row(
        'plan unchanged, CPU time of the server',
        `${cpu(kept)} a request`,
        cpu(plain),
        byCpu(kept),
        atLeast(GOAL, byCpu(kept)),
      ),
      row('plan unchanged, rate', rate(kept), rate(plain), byRate, atLeast(GOAL, byRate)),
      row(
        'executed each time (with `reservations`), CPU time of the server',
        `${cpu(executed)} a request, ${rate(executed)}`,
        cpu(plain),
        byCpu(executed),
        null,
      ),
    ],
    notes: [
      `(b) ${CONNECTIONS} connections, answer of ${bytes} bytes, Basic authentication on, ${plain.length} rounds of ${WINDOW_MS} ms, load by ${load}`,
      '(b) the same question about a plan that does not change is answered from the kept answer, after its head was read from the store',
    ],
  };
}

// ------------------------------------------------------------------ load

async function chooseLoad(
  folder: string,
  stops: (() => Promise<unknown>)[],
): Promise<{ readonly load: Load; readonly name: string }> {
  if (hasWrk()) return { load: wrkLoad(folder), name: 'wrk' };
  const helper = startHelper('load');
  stops.push(() => helper.stop());
  return { load: nodeLoad(helper), name: 'a Node process' };
}

function hasWrk(): boolean {
  try {
    // It prints its version and leaves with an exit code of its own.
    execFileSync('wrk', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function headersOf({ authorization }: Server): readonly (readonly [string, string])[] {
  return [
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json'],
    ...(authorization === null ? [] : [['Authorization', authorization] as const]),
  ];
}

function wrkLoad(folder: string): Load {
  const script = join(folder, 'post.lua');
  return async (subject, milliseconds) => {
    await writeFile(script, `wrk.method = "POST"\nwrk.body = ${luaText(subject.body)}\n`);
    const seconds = Math.max(1, Math.round(milliseconds / 1000));
    const headers = headersOf(subject).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, ...headers];
    const { stdout } = await promisify(execFile)('wrk', [...args, `http://127.0.0.1:${subject.port}/graphql`]);
    if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk met failures:\n${stdout}`);
    const found = /(\d+) requests in ([\d.]+)s/.exec(stdout);
    if (!found) throw new Error(`wrk said something unknown:\n${stdout}`);
    return { requests: Number(found[1]), seconds: Number(found[2]) };
  };
}

function luaText(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function nodeLoad(helper: Helper): Load {
  return async (subject, milliseconds) => {
    const { port, body } = subject;
    const head = [
      'POST /graphql HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      ...headersOf(subject).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    const bytes = `${head.join('\r\n')}\r\n\r\n${body}`;
    const request = { port, connections: CONNECTIONS, milliseconds, bytes };
    const answer = await helper.ask<{ requests: number; failures: number; seconds: number }>(request);
    if (answer.failures > 0) throw new Error(`${answer.failures} of ${answer.requests} requests failed`);
    return answer;
  };
}
