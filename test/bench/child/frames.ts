// WebSocket frames (RFC 6455) as a client sees them: masked when sent, counted when received.
import type { Socket } from 'node:net';

export const TEXT = 1;
const PING = 9;
const PONG = 10;
const MASKED = 0x80;
const FINAL = 0x80;

/** A whole message; the mask is zero, so that the payload stays as it is. */
export function frame(opcode: number, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload);
  const long = body.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = FINAL | opcode;
  head[1] = MASKED | (long ? 126 : body.length);
  if (long) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** Reads the answer to the upgrade, then frames; answers pings. Messages above 64 kB do not occur here. */
export function onFrames(socket: Socket, upgraded: (status: number) => void, onText: (payload: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let open = false;
  socket.on('data', (piece: Buffer) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    if (!open) {
      const head = rest.indexOf('\r\n\r\n');
      if (head < 0) return;
      open = true;
      upgraded(Number(rest.toString('latin1', 9, 12)));
      rest = rest.subarray(head + 4);
    }
    while (rest.length >= 2) {
      const short = (rest[1] ?? 0) & 127;
      const start = short === 126 ? 4 : 2;
      if (rest.length < start) return;
      const length = short === 126 ? rest.readUInt16BE(2) : short;
      if (rest.length < start + length) return;
      const payload = rest.subarray(start, start + length);
      const opcode = (rest[0] ?? 0) & 15;
      rest = rest.subarray(start + length);
      if (opcode === TEXT) onText(payload);
      else if (opcode === PING) socket.write(frame(PONG, payload));
    }
  });
}
