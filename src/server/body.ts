// Reads request bodies within the limit: by the declared length before a byte is read, and by counting what arrives.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ConductorError } from '../domain/errors.ts';
import type { Clock } from '../lib/clock.ts';

/** A refused sender may go on sending this long (ms) before its connection is cut, so that it can read the refusal. */
const LINGER_MS = 1000;

/**
 * The whole body. Throws PAYLOAD_TOO_LARGE, and BAD_REQUEST for a compressed body or a client that left in between.
 * `onContinue` is called when the client may start to send (it may have asked with `Expect: 100-continue`).
 */
export async function readBody(req: IncomingMessage, limit: number, onContinue: () => void): Promise<Buffer> {
  const coding = req.headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    throw new ConductorError('BAD_REQUEST', 'Compressed request bodies are not read; send the body as it is.');
  }
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  onContinue();
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    req.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= limit) pieces.push(piece);
      else {
        pieces.length = 0;
        reject(tooLarge(limit));
      }
    });
    req.once('end', () => resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)));
    const cutOff = () => reject(new ConductorError('BAD_REQUEST', 'The request body was cut off.'));
    req.once('error', cutOff);
    // Every request closes in the end; an error made for each would cost more than reading it.
    req.once('close', () => req.complete || cutOff());
  });
}

function tooLarge(limit: number): ConductorError {
  return new ConductorError('PAYLOAD_TOO_LARGE', `The request body is larger than ${limit} bytes.`);
}

/** Ends an answer whose request was not read to its end: the rest is thrown away for a moment, then the connection is cut. */
export function endUnread(req: IncomingMessage, res: ServerResponse, body: string | null, clock: Clock): void {
  if (body !== null) res.write(body);
  const finish = () => {
    cancel();
    res.end();
  };
  const cancel = clock.after(LINGER_MS, finish);
  req.once('end', finish);
  res.once('close', cancel);
  req.resume();
}
