// What the gateway's subscriptions are measured against: the package ws alone, sending given texts to every socket.
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { serve } from './serve.ts';

/** `frames` null: open the port. */
interface Request {
  readonly frames: readonly string[] | null;
}

let server: WebSocketServer | null = null;

async function listen(): Promise<{ readonly port: number }> {
  const opened = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  opened.on('connection', (socket) => socket.on('error', () => socket.terminate()));
  await new Promise((resolve) => opened.once('listening', resolve));
  server = opened;
  return { port: (opened.address() as AddressInfo).port };
}

serve(async ({ frames }: Request) => {
  if (frames === null) return listen();
  for (const frame of frames) {
    for (const socket of server?.clients ?? []) socket.send(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
