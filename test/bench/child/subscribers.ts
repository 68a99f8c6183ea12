// Many WebSocket clients in one process, as cheap as they can be: sockets, frames and counters, no library. They speak
// graphql-transport-ws as far as subscribing needs it; frames from the gateway and from a bare server are counted alike.
import { connect, type Socket } from 'node:net';
import { frame, onFrames, TEXT } from './frames.ts';
import { serve } from './serve.ts';

type Request =
  | { readonly kind: 'connect'; readonly port: number; readonly sockets: number; readonly authorization?: string }
  | { readonly kind: 'subscribe'; readonly query: string; readonly ids: readonly string[] }
  /** The same subscription so many times on each socket, told nothing at first; delays are then measured. */
  | { readonly kind: 'subscribeAll'; readonly query: string; readonly copies: number }
  /** Resolves when so many more events have come than there were at the last answer. */
  | { readonly kind: 'events'; readonly count: number }
  | { readonly kind: 'unsubscribe' };

export interface Received {
  /** Events since the last answer. */
  readonly events: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** Texts of the events that the first socket got. */
  readonly sample: readonly string[];
  /** Milliseconds from the time in an event to its arrival; of `subscribeAll` alone. */
  readonly delays: readonly number[];
}

interface Waiting {
  readonly count: number;
  readonly resolve: (received: Received) => void;
  readonly reject: (error: Error) => void;
}

const PATIENCE_MS = 30_000;
const AT = '"at":"';
const ISO_LENGTH = '2026-01-01T00:00:00.000Z'.length;

let sockets: Socket[] = [];
/** With a gateway each event is a message of type `next`; a bare server sends nothing else. */
let gateway = false;
let acknowledged = 0;
let onAcknowledged = () => {};
let subscribed: readonly string[] = [];
let events = 0;
let first = 0;
let last = 0;
let sample: string[] = [];
let delays: number[] | null = null;
let waiting: Waiting | null = null;

function now(): number {
  return performance.timeOrigin + performance.now();
}

function onText(index: number, payload: Buffer): void {
  if (gateway) {
    const start = payload.toString('latin1', 0, 60);
    if (start.includes('"connection_ack"') || start.includes('"pong"')) {
      acknowledged += 1;
      onAcknowledged();
      return;
    }
    if (!start.includes('"next"')) {
      waiting?.reject(new Error(`unexpected message: ${payload.toString('utf8', 0, 300)}`));
      return;
    }
  }
  events += 1;
  last = now();
  if (events === 1) first = last;
  if (delays) {
    const at = payload.indexOf(AT) + AT.length;
    delays.push(last - Date.parse(payload.toString('latin1', at, at + ISO_LENGTH)));
  } else if (index === 0) sample.push(payload.toString('utf8'));
  settle();
}

function settle(): void {
  if (!waiting || events < waiting.count) return;
  waiting.resolve({ events, first, last, sample, delays: delays ?? [] });
  waiting = null;
  events = 0;
  sample = [];
  if (delays) delays = [];
}

function expectEvents(count: number): Promise<Received> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${events} of ${count} events came`)), PATIENCE_MS);
    const done =
      <T>(settleWith: (value: T) => void) =>
      (value: T) => {
        clearTimeout(timer);
        settleWith(value);
      };
    waiting = { count, resolve: done(resolve), reject: done(reject) };
    settle();
  });
}

function open(index: number, port: number, authorization: string | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      const lines = [
        `GET /graphql HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==',
        ...(authorization === undefined
          ? []
          : ['Sec-WebSocket-Protocol: graphql-transport-ws', `Authorization: ${authorization}`]),
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    socket.once('error', reject);
    onFrames(
      socket,
      (status) => (status === 101 ? resolve(socket) : reject(new Error(`HTTP ${status} instead of a WebSocket`))),
      (payload) => onText(index, payload),
    );
  });
}

async function connectAll(port: number, count: number, authorization: string | undefined): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  gateway = authorization !== undefined;
  delays = null;
  const group = 100;
  for (let at = 0; at < count; at += group) {
    const some = Array.from({ length: Math.min(group, count - at) }, (_, index) =>
      open(at + index, port, authorization),
    );
    sockets = [...sockets, ...(await Promise.all(some))];
  }
  if (!gateway) return;
  await acknowledgedBy(count, '{"type":"connection_init"}');
}

/** Sends this on every socket and waits until each has been answered. */
async function acknowledgedBy(count: number, message: string): Promise<void> {
  acknowledged = 0;
  const ready = new Promise<void>((resolve) => {
    onAcknowledged = () => {
      if (acknowledged === count) resolve();
    };
  });
  for (const socket of sockets) socket.write(frame(TEXT, message));
  await ready;
}

function sendAll(messages: readonly object[]): void {
  const bytes = Buffer.concat(messages.map((message) => frame(TEXT, JSON.stringify(message))));
  for (const socket of sockets) socket.write(bytes);
}

serve(async (request: Request) => {
  switch (request.kind) {
    case 'connect':
      return connectAll(request.port, request.sockets, request.authorization);
    case 'subscribe': {
      const { query, ids } = request;
      subscribed = ids;
      // The first event of each is the present state.
      const present = expectEvents(sockets.length * ids.length);
      sendAll(ids.map((id) => ({ id, type: 'subscribe', payload: { query, variables: { id } } })));
      return present;
    }
    case 'subscribeAll': {
      const { query, copies } = request;
      delays = [];
      subscribed = Array.from({ length: copies }, (_, copy) => `all-${copy}`);
      sendAll(subscribed.map((id) => ({ id, type: 'subscribe', payload: { query } })));
      // Answered after the subscriptions stand: messages of one socket are handled in order.
      return acknowledgedBy(sockets.length, '{"type":"ping"}');
    }
    case 'events':
      return expectEvents(request.count);
    case 'unsubscribe':
      return sendAll(subscribed.map((id) => ({ id, type: 'complete' })));
  }
});
