// An IPv6 address that swallows everything: a listener on `::1` that is frozen and whose queue is full, so that the kernel drops
// every further attempt to connect without an answer.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface BlackHole {
  stop(): Promise<void>;
}

const LISTENER = `
import { createServer } from 'node:net';
createServer().listen({ host: '::1', port: Number(process.argv[2]), backlog: 1 }, () => process.send('listening'));
`;
/** A backlog of one lets two in. */
const FILL = 4;

/** Resolves when attempts to connect to this port of `::1` are swallowed. */
export async function startBlackHole(port: number): Promise<BlackHole> {
  const folder = mkdtempSync(join(tmpdir(), 'black-hole-'));
  const file = join(folder, 'listener.mjs');
  writeFileSync(file, LISTENER);
  const child = fork(file, [String(port)], { execArgv: [] });
  const gone = once(child, 'exit');
  const sockets: Socket[] = [];
  await Promise.race([once(child, 'message'), gone.then(() => Promise.reject(new Error('no listener on ::1')))]);
  child.kill('SIGSTOP');
  // Connected one after the other until one is left without an answer.
  let swallowed = false;
  while (!swallowed && sockets.length < 64) {
    const batch = Array.from({ length: FILL }, () => connect({ host: '::1', port }).on('error', () => undefined));
    sockets.push(...batch);
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500));
    const all = Promise.all(batch.map((socket) => once(socket, 'connect'))).then(() => false);
    swallowed = await Promise.race([all, late]);
  }
  if (!swallowed) throw new Error('the queue of the listener on ::1 does not fill up');
  return {
    async stop() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
