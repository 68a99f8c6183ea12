// Holds up the event loop of a program from outside, by a loop that is really busy: through the debugger's protocol, so that the
// program needs no code for it. The program has to be started with `INSPECTED`.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Program } from './program.ts';

/** Any free port of the loopback. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** Resolves when the loop has been held up for so long and goes on. */
export async function holdUpLoop({ stderr }: Program, ms: number): Promise<void> {
  const address = /ws:\/\/127\.0\.0\.1:\d+\/\S+/.exec(stderr())?.[0];
  if (address === undefined) throw new Error(`no debugger listens: ${stderr()}`);
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const expression = `{ const until = performance.now() + ${ms}; while (performance.now() < until); }`;
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
  const [answer] = (await once(socket, 'message')) as [Buffer];
  if (answer.includes('exceptionDetails')) throw new Error(answer.toString());
  socket.terminate();
}
