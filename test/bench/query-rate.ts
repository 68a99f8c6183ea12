// (b) GraphQL queries of one plan beside node:http alone, which sends the same JSON: CPU time of the server process for each
// request (primary, because other programs on the machine do not count in it) and requests per second.
import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSimulators } from '../sim/start.ts';
import { type Helper, startHelper } from './children.ts';
import { connectClient, runPlan } from './client.ts';
import { cpuMs } from './cpu.ts';
import { type BenchSettings, removeFolder, startGateway, temporaryFolder } from './gateway.ts';
import { atLeast, type Findings, show } from './report.ts';
import { median } from './stats.ts';
import { VCPE_UNRESERVED } from './subjects.ts';

const CONNECTIONS = 16;
const WINDOW_MS = 1500;
/** Enough for the compilers of V8; less when they take too long on a busy machine. */
const WARM_UP = { requests: 20_000, seconds: 20, stepMs: 2000 };
const GOAL = 0.3;

/** Twelve scalars, and two recommendations for two demands with the fields that a candidate carries itself. */
const QUERY = `query Plan($id: ID!) {
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
    }
  }
}`;

interface Server {
  readonly pid: number;
  readonly port: number;
  readonly authorization: string | null;
}

interface Sample {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

type Load = (server: Server, milliseconds: number) => Promise<{ readonly requests: number; readonly seconds: number }>;

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

    const plain = startHelper('plain-http');
    stops.push(() => plain.stop());
    const { port } = await plain.ask<{ port: number }>({ id, answer: { data } });
    const servers = {
      plain: { pid: plain.pid, port, authorization: null },
      gateway: { pid: gateway.pid, port: gateway.port, authorization: gateway.authorization },
    };
    const body = JSON.stringify({ query: QUERY, variables: { id } });
    const { load, name } = await chooseLoad(body, folder, stops);
    progress(`warming up both servers, load by ${name}`);
    for (const server of Object.values(servers)) await warmUp(server, load);
    const samples = { plain: [] as Sample[], gateway: [] as Sample[] };
    for (let round = 0; round < rounds; round += 1) {
      progress(`round ${round + 1} of ${rounds}`);
      const order = round % 2 === 0 ? (['plain', 'gateway'] as const) : (['gateway', 'plain'] as const);
      for (const which of order) samples[which].push(await sample(servers[which], load));
    }
    return summary(samples, JSON.stringify({ data }).length, name);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function warmUp(server: Server, load: Load): Promise<void> {
  let requests = 0;
  let seconds = 0;
  while (requests < WARM_UP.requests && seconds < WARM_UP.seconds) {
    const done = await load(server, WARM_UP.stepMs);
    requests += done.requests;
    seconds += done.seconds;
  }
}

async function sample(server: Server, load: Load): Promise<Sample> {
  const before = cpuMs(server.pid);
  const { requests, seconds } = await load(server, WINDOW_MS);
  const spent = cpuMs(server.pid) - before;
  return { cpuMicroseconds: (spent * 1000) / requests, perSecond: requests / seconds };
}

function summary(
  { plain, gateway }: { readonly plain: readonly Sample[]; readonly gateway: readonly Sample[] },
  bytes: number,
  load: string,
): Findings {
  const pairs = plain.map((one, round) => ({ plain: one, gateway: gateway[round] ?? one }));
  const byCpu = median(pairs.map((pair) => pair.plain.cpuMicroseconds / pair.gateway.cpuMicroseconds));
  const byRate = median(pairs.map((pair) => pair.gateway.perSecond / pair.plain.perSecond));
  const cpu = (samples: readonly Sample[]) => show(median(samples.map((one) => one.cpuMicroseconds)));
  const rate = (samples: readonly Sample[]) => Math.round(median(samples.map((one) => one.perSecond)));
  return {
    rows: [
      {
        section: 'b',
        what: 'GraphQL plan(id), CPU time of the server',
        figure: `${cpu(gateway)} µs a request`,
        beside: `${cpu(plain)} µs, node:http + JSON.stringify`,
        value: byCpu,
        goal: atLeast(GOAL, byCpu),
      },
      {
        section: 'b',
        what: 'GraphQL plan(id), rate',
        figure: `${rate(gateway)} requests/s`,
        beside: `${rate(plain)} requests/s, node:http + JSON.stringify`,
        value: byRate,
        goal: atLeast(GOAL, byRate),
      },
    ],
    notes: [
      `(b) ${CONNECTIONS} connections, answer of ${bytes} bytes, Basic authentication on, ${plain.length} rounds of ${WINDOW_MS} ms, load by ${load}`,
    ],
  };
}

// ------------------------------------------------------------------ load

async function chooseLoad(
  body: string,
  folder: string,
  stops: (() => Promise<unknown>)[],
): Promise<{ readonly load: Load; readonly name: string }> {
  if (hasWrk()) return { load: await wrkLoad(body, folder), name: 'wrk' };
  const helper = startHelper('load');
  stops.push(() => helper.stop());
  return { load: nodeLoad(body, helper), name: 'a Node process' };
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

async function wrkLoad(body: string, folder: string): Promise<Load> {
  const script = join(folder, 'post.lua');
  await writeFile(script, `wrk.method = "POST"\nwrk.body = ${luaText(body)}\n`);
  return async (server, milliseconds) => {
    const seconds = Math.max(1, Math.round(milliseconds / 1000));
    const headers = headersOf(server).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, ...headers];
    const { stdout } = await promisify(execFile)('wrk', [...args, `http://127.0.0.1:${server.port}/graphql`]);
    if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk met failures:\n${stdout}`);
    const found = /(\d+) requests in ([\d.]+)s/.exec(stdout);
    if (!found) throw new Error(`wrk said something unknown:\n${stdout}`);
    return { requests: Number(found[1]), seconds: Number(found[2]) };
  };
}

function luaText(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

function nodeLoad(body: string, helper: Helper): Load {
  return async (server, milliseconds) => {
    const head = [
      'POST /graphql HTTP/1.1',
      `Host: 127.0.0.1:${server.port}`,
      ...headersOf(server).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    const bytes = `${head.join('\r\n')}\r\n\r\n${body}`;
    const request = { port: server.port, connections: CONNECTIONS, milliseconds, bytes };
    const answer = await helper.ask<{ requests: number; failures: number; seconds: number }>(request);
    if (answer.failures > 0) throw new Error(`${answer.failures} of ${answer.requests} requests failed`);
    return answer;
  };
}
