// What must hold of the processes themselves after every fault: I8 no secret in anything they say, I9 every log line parses,
// I10 the event loop is not held up. I7 (memory) is judged where a case repeats a load: see `memoryOf`.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PASSWORD } from './api.ts';
import type { Gateway } from './cluster.ts';

/** Of the simulators and of the API, in clear and as they travel. */
const SECRETS = [
  PASSWORD,
  ...[`user:${PASSWORD}`, 'conductor:simulated'].map((pair) => Buffer.from(pair).toString('base64')),
];

const ownLoop = monitorEventLoopDelay({ resolution: 20 });
ownLoop.enable();

/** Violations of I8 and I9 by any process, dead or alive, and of I10 by those that answer. `loop`: judge I10 too. */
export async function processFaults(gateways: readonly Gateway[], loop: boolean): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, program, api } of gateways) {
    const alive = program.child.exitCode === null && program.child.signalCode === null;
    const metrics = alive ? await (await api.get('/metrics')).text() : '';
    for (const [where, text] of [
      ['standard output', program.stdout()],
      ['standard error', program.stderr()],
      ['metrics', metrics],
    ] as const) {
      if (SECRETS.some((secret) => text.includes(secret))) broken.push(`I8: a secret stands in ${where} of ${name}`);
    }
    broken.push(...unreadable(name, program.stdout(), alive));
    if (loop && alive) broken.push(...heldUp(name, metrics));
  }
  return broken;
}

function unreadable(name: string, out: string, alive: boolean): string[] {
  const lines = out.split('\n').filter((line) => line !== '');
  // A process that was killed may have left half a line.
  const whole = alive ? lines : lines.slice(0, -1);
  return whole.flatMap((line) => {
    try {
      JSON.parse(line);
      return [];
    } catch {
      return [`I9: ${name} logged ${line.slice(0, 200)}`];
    }
  });
}

/** From now on this process measures its own loop anew. */
export function measureOwnLoop(): void {
  ownLoop.reset();
}

/** 99th percentile of each gateway's event-loop delay since it was last asked, and of this process, in words. */
export async function loopDelays(gateways: readonly Gateway[]): Promise<string> {
  const parts: string[] = [];
  for (const { name, api } of gateways) {
    parts.push(`${name} ${Math.round((await api.metric('conductor_event_loop_delay_seconds')) * 1000)} ms`);
  }
  return `${parts.join(', ')} (the test's own process: ${Math.round(ownLoop.percentile(99) / 1e6)} ms)`;
}

/** Only judged when this process, which does next to nothing, was on time itself: else it is the machine that is late. */
export function heldUp(name: string, metrics: string): string[] {
  const found = /^conductor_event_loop_delay_seconds(?:{[^}]*})? (\S+)/m.exec(metrics);
  const seconds = Number(found?.[1] ?? 0);
  const machineIsLate = ownLoop.percentile(99) / 1e6 > 40;
  return seconds < 0.1 || machineIsLate
    ? []
    : [
        `I10: the event loop of ${name} was ${seconds * 1000} ms late (this process: ${Math.round(ownLoop.percentile(99) / 1e6)} ms)`,
      ];
}

/** Resident memory of a process in bytes, as it tells it itself. */
export function memoryOf({ api }: Gateway): Promise<number> {
  return api.metric('process_resident_memory_bytes');
}
