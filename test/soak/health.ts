// Memory and handles of a gateway from outside: what Linux says of the process, and its heap after a collection that its
// inspector is asked for.
import { readdirSync, readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import type { Gateway } from '../faults/cluster.ts';
import type { Sample } from './flat.ts';

const MB = 1e6;

export interface Health {
  readonly sample: Sample;
  /** The text of its metrics. */
  readonly metrics: string;
  /** Open descriptors, all of them. */
  readonly fds: number;
}

/** Throws when the process is gone or does not answer. */
export async function healthOf(gateway: Gateway, minute: number): Promise<Health> {
  const { pid } = gateway.program;
  const heap = await collectedHeap(gateway).catch(() => null);
  const metrics = await (await gateway.api.get('/metrics')).text();
  const fds = readdirSync(`/proc/${pid}/fd`).length;
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  const subscriptions = seriesOf(metrics, 'conductor_subscriptions');
  const sample = { minute, rss: (kilobytes * 1024) / MB, heap, handles: fds - subscriptions };
  return { sample, metrics, fds };
}

function seriesOf(metrics: string, name: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Used heap of the main thread in MB after a full collection. */
async function collectedHeap({ program }: Gateway): Promise<number> {
  const address = /Debugger listening on (ws:\S+)/.exec(program.stderr())?.[1];
  if (address === undefined) throw new Error('no inspector');
  const socket = new WebSocket(address);
  try {
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await ask(socket, 1, 'HeapProfiler.collectGarbage');
    const { usedSize } = (await ask(socket, 2, 'Runtime.getHeapUsage')) as { usedSize: number };
    return usedSize / MB;
  } finally {
    socket.terminate();
  }
}

function ask(socket: WebSocket, id: number, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${method} is not answered`)), 5_000);
    const onMessage = (data: unknown) => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (answer.id !== id) return;
      clearTimeout(timer);
      socket.off('message', onMessage);
      resolve(answer.result);
    };
    socket.on('message', onMessage);
    socket.send(JSON.stringify({ id, method }));
  });
}
