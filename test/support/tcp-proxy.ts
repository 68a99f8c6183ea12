// A TCP proxy that tests place between a client and a server, to cut or to freeze what is under way.
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  readonly endpoint: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Resets every open connection. */
  cut(): void;
  /** Refuses new connections (and cuts the open ones), until `open`. */
  close(): void;
  open(): void;
  /** Holds every byte of open connections back for good; new connections work. */
  blackhole(): void;
  /** Loses every byte in both directions, of new connections too, as a partition does; ends with `heal`. */
  partition(): void;
  /** Ends a partition: what was cut off finds its connections broken. */
  heal(): void;
  /** Delays every piece, and a share of them (0 to 1) once more by the time of a retransmission; null: no longer. */
  shape(line: { readonly delayMs: number; readonly loss: number; readonly retransmitMs: number } | null): void;
  /** The next piece of a client for which `fn` holds is passed on, and its answer is lost with the connection. Resolves then. */
  loseAnswerTo(fn: (data: Buffer) => boolean): Promise<void>;
  /** Calls `fn` with each piece that the server sends; a piece for which it returns true is dropped and all connections are reset. */
  cutWhen(fn: ((data: Buffer) => boolean) | null): void;
  /**
   * Calls `fn` with each piece that a client sends, until it returns true: that one is still passed on, and nothing more after
   * it. Resolves then.
   */
  freezeAfter(fn: (data: Buffer) => boolean): Promise<void>;
  /** From the first piece of a client for which `fn` returns true nothing passes until `release`. Resolves with the first piece. */
  holdFrom(fn: (data: Buffer) => boolean): Promise<void>;
  /** Passes on what was held back; resolves when the server has answered something. */
  release(): Promise<void>;
  /** New connections go to this port. */
  retarget(port: number): void;
  stop(): Promise<void>;
}

/** `host`: the address of this host that it listens on. */
export async function startTcpProxy(targetPort: number, host = '127.0.0.1'): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let target = targetPort;
  let accepting = true;
  let accepted = 0;
  let watcher: ((data: Buffer) => boolean) | null = null;
  let freezer: ((data: Buffer) => boolean) | null = null;
  let frozen = false;
  let holder: ((data: Buffer) => boolean) | null = null;
  let held: (() => void)[] | null = null;
  let onAnswer: (() => void) | null = null;
  let partitioned = false;
  let line: { readonly delayMs: number; readonly loss: number; readonly retransmitMs: number } | null = null;
  let loser: { readonly fn: (data: Buffer) => boolean; readonly lost: () => void } | null = null;
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    pairs.clear();
  };
  const server = createServer((client) => {
    if (!accepting) return client.resetAndDestroy();
    accepted += 1;
    const upstream = connect(target, '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    const up = shaped(upstream, () => line);
    const down = shaped(client, () => line);
    let losing: (() => void) | null = null;
    client.on('data', (data) => {
      if (frozen || partitioned) return;
      if (!held && holder?.(data)) held = [];
      if (held) return held.push(() => up(data));
      if (loser?.fn(data)) [losing, loser] = [loser.lost, null];
      up(data);
      if (freezer?.(data)) frozen = true;
    });
    upstream.on('data', (data) => {
      if (partitioned) return;
      onAnswer?.();
      if (losing || watcher?.(data)) {
        losing?.();
        cut();
      } else down(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, () => resolve()));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    endpoint: `http://${host}:${port}`,
    get accepted() {
      return accepted;
    },
    cut,
    close() {
      accepting = false;
      cut();
    },
    open() {
      accepting = true;
    },
    blackhole() {
      for (const pair of pairs)
        for (const socket of pair) socket.removeAllListeners('data').on('data', () => undefined);
    },
    partition() {
      partitioned = true;
    },
    heal() {
      partitioned = false;
      cut();
    },
    shape(next) {
      line = next;
    },
    loseAnswerTo(fn) {
      return new Promise((resolve) => {
        loser = { fn, lost: resolve };
      });
    },
    cutWhen(fn) {
      watcher = fn;
    },
    freezeAfter(fn) {
      return new Promise((resolve) => {
        freezer = (data) => {
          const last = fn(data);
          if (last) resolve();
          return last;
        };
      });
    },
    holdFrom(fn) {
      return new Promise((resolve) => {
        holder = (data) => {
          const first = fn(data);
          if (first) resolve();
          return first;
        };
      });
    },
    release() {
      return new Promise((resolve) => {
        onAnswer = resolve;
        for (const pass of held ?? []) pass();
        [held, holder] = [null, null];
      });
    },
    retarget(next) {
      target = next;
    },
    async stop() {
      accepting = false;
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Writes in order, each piece late by what the line says. */
function shaped(
  socket: Socket,
  line: () => { readonly delayMs: number; readonly loss: number; readonly retransmitMs: number } | null,
): (data: Buffer) => void {
  // One timer at a time: two that are due in the same millisecond may fire in either order, which would mix the bytes.
  const waiting: { readonly at: number; readonly data: Buffer }[] = [];
  const drain = () => {
    const first = waiting[0];
    if (!first) return;
    const left = first.at - performance.now();
    if (left > 0) return void setTimeout(drain, left);
    waiting.shift();
    if (socket.writable) socket.write(first.data);
    drain();
  };
  return (data) => {
    const now = line();
    const wait = now ? now.delayMs + (Math.random() < now.loss ? now.retransmitMs : 0) : 0;
    const at = Math.max(waiting.at(-1)?.at ?? 0, performance.now() + wait);
    waiting.push({ at, data });
    if (waiting.length === 1) drain();
  };
}
