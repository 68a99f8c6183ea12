// A load generator for machines without wrk: keep-alive connections that each send the next request when the answer is whole.
import { connect, type Socket } from 'node:net';
import { serve } from './serve.ts';

interface Request {
  readonly port: number;
  readonly connections: number;
  readonly milliseconds: number;
  /** The whole request as it goes over the wire. */
  readonly bytes: string;
}

const END_OF_HEAD = '\r\n\r\n';

/** Calls back for each whole answer with its status. */
function onAnswers(socket: Socket, answered: (status: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (;;) {
      const head = rest.indexOf(END_OF_HEAD);
      if (head < 0) return;
      const text = rest.toString('latin1', 0, head);
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? Number.NaN);
      if (Number.isNaN(length)) throw new Error('an answer without content-length');
      const end = head + END_OF_HEAD.length + length;
      if (rest.length < end) return;
      rest = rest.subarray(end);
      answered(text.slice(9, 12));
    }
  });
}

serve(async ({ port, connections, milliseconds, bytes }: Request) => {
  const request = Buffer.from(bytes);
  let requests = 0;
  let failures = 0;
  let over = false;
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(request));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the server closed a connection')));
      onAnswers(socket, (status) => {
        requests += 1;
        if (status !== '200') failures += 1;
        if (!over) return void socket.write(request);
        resolve();
        socket.destroy();
      });
    });
  const began = performance.now();
  const timer = setTimeout(() => {
    over = true;
  }, milliseconds);
  await Promise.all(Array.from({ length: connections }, run)).finally(() => clearTimeout(timer));
  return { requests, failures, seconds: (performance.now() - began) / 1000 };
});
