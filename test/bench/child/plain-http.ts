// What the gateway's GraphQL is measured against: node:http alone, which parses the request and stringifies the same answer.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './serve.ts';

interface Request {
  /** The answer to send, by the plan id in the request's variables. */
  readonly id: string;
  readonly answer: unknown;
}

serve(async ({ id, answer }: Request) => {
  const answers = new Map([[id, answer]]);
  const server = createServer((req, res) => {
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.on('end', () => {
      const { variables } = JSON.parse(Buffer.concat(pieces).toString('utf8')) as { variables: { id: string } };
      const body = JSON.stringify(answers.get(variables.id));
      res.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
      });
      res.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port };
});
