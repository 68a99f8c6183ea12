// How long the event loop of a process is held up while two searches run in its pool: the loop's own delays, and the time that
// requests to an HTTP server on that loop take, asked one after the other from another thread.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as passed } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { SearchPool } from '../../../src/engine/solve/pool.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { noMetrics, silent, solver } from '../../engine/solve/support.ts';
import { seededProblem } from './problems.ts';

export interface LoopFigures {
  readonly what: string;
  /** Milliseconds that timers of the loop came late. */
  readonly delayP50: number;
  readonly delayP99: number;
  readonly delayWorst: number;
  /** Milliseconds that a request took. */
  readonly requestP50: number;
  readonly requestP99: number;
  readonly requests: number;
  /** Searches that were running all the time, and what they told meanwhile. */
  readonly searches: number;
  readonly told: number;
}

/** Sampling rate of the loop's delay, which is part of what the histogram holds. */
const RESOLUTION_MS = 5;
const THREADS = 2;
/** A thread needs this long to be at work. */
const WARM_UP_MS = 1500;

/** Asks one request after the other until it is told to stop, and answers with the times in milliseconds. */
const CLIENT = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Agent, request } = require('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ demands: Array.from({ length: 20 }, (_, at) => 'demand-' + at) });
  const times = [];
  let going = true;
  parentPort.on('message', () => { going = false; });
  const ask = () => {
    if (!going) { agent.destroy(); parentPort.postMessage(times); parentPort.close(); return; }
    const started = performance.now();
    const one = request({ host: '127.0.0.1', port: workerData, method: 'POST', agent }, (response) => {
      response.resume();
      response.on('end', () => { times.push(performance.now() - started); setTimeout(ask, 2); });
    });
    one.end(body);
  };
  ask();`;

/** The loop without searches, then with two; `ms` of each are measured. */
export async function measureLoop(ms: number): Promise<readonly LoopFigures[]> {
  execFileSync(process.execPath, ['scripts/build.mjs', 'solver-worker'], { stdio: 'ignore' });
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => response.end(JSON.stringify(JSON.parse(text))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const pool = new SearchPool({ size: THREADS, maxMemoryMb: 512, logger: silent });
  try {
    const quiet = await observed('no search', port, ms);
    const { told, ended } = startSearches(pool, ms + 4 * WARM_UP_MS);
    await passed(WARM_UP_MS);
    const busy = await observed('two searches', port, ms);
    const figures = { ...busy, searches: ended.filter((one) => !one.value).length, told: told.value };
    return [quiet, figures];
  } finally {
    await pool.close();
    server.close();
  }
}

/** Searches that do not come to their end in that time: ten demands, a thousand candidates each, a limit of middling size. */
function startSearches(runner: SearchPool, timeLimitMs: number) {
  const told = { value: 0 };
  const ended = [2, 3].map((seed) => {
    const done = { value: false };
    const problem = seededProblem({ kind: 'pairwise', demands: 10, candidates: 1000, seed });
    const by = solver({ runner, clock: systemClock, logger: silent, metrics: noMetrics });
    const onProgress = () => {
      told.value += 1;
    };
    by.solve(problem, { wanted: 1, timeLimitMs, onProgress }, { requestId: 'bench' }).then(
      () => {
        done.value = true;
      },
      // The pool is closed under it.
      () => undefined,
    );
    return done;
  });
  return { told, ended };
}

async function observed(what: string, port: number, ms: number): Promise<LoopFigures> {
  const client = new Worker(CLIENT, { eval: true, workerData: port });
  const times = new Promise<readonly number[]>((resolve, reject) => {
    client.once('message', resolve);
    client.once('error', reject);
  });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  await passed(ms);
  delay.disable();
  client.postMessage('enough');
  const taken = [...(await times)].sort((a, b) => a - b);
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const share = (part: number) => taken[Math.min(taken.length - 1, Math.floor(part * taken.length))] ?? 0;
  return {
    what,
    delayP50: late(delay.percentile(50)),
    delayP99: late(delay.percentile(99)),
    delayWorst: late(delay.max),
    requestP50: share(0.5),
    requestP99: share(0.99),
    requests: taken.length,
    searches: 0,
    told: 0,
  };
}
