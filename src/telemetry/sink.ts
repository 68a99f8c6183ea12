// Where log lines go: standard output or a file, written in the background in order, one write at a time. Trouble with it
// (unwritable, disk full, closed pipe) costs lines, is told once on standard error, and never stops or blocks the service.
import { openSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../lib/folder.ts';

export interface SinkOptions {
  /** `stdout`, or the path of a file to append to; its folder is made when absent. */
  readonly target: string;
  /** Told once, when lines are lost for the first time. */
  readonly complain: (text: string) => void;
  /** The line to write when writing works again, with the number of lines lost; ends in a newline. */
  readonly lostLine: (lost: number) => string;
  /** Bytes that may wait to be written; lines beyond are lost. @default 8 MiB */
  readonly maxPending?: number;
}

export interface Sink {
  /** `line` ends in a newline. */
  write(line: string): void;
  /** Resolves when everything written so far is out, or lost. */
  flush(): Promise<void>;
  /** The same at once, for the end of the process. */
  flushSync(): void;
}

const STDOUT = 1;
/** A pipe whose reader is slow: wait, then go on. */
const BUSY = new Set(['EAGAIN', 'EBUSY', 'EINTR']);
const BUSY_PAUSE_MS = 20;
/** How long the end of the process may wait for a busy pipe. */
const LAST_WAITS = 50;

const sinks = new Set<LineSink>();

export function openSink(options: SinkOptions): Sink {
  const sink = new LineSink(options);
  if (sinks.size === 0) {
    process.on('exit', () => {
      for (const one of sinks) one.flushSync();
    });
  }
  sinks.add(sink);
  return sink;
}

class LineSink implements Sink {
  readonly #options: SinkOptions;
  #fd: number | null;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #writing = false;
  #lost = 0;
  #complained = false;
  #waiting: (() => void)[] = [];

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#fd = this.#open();
  }

  write(line: string): void {
    const bytes = Buffer.from(line, 'utf8');
    const { maxPending = 8 * 1024 * 1024 } = this.#options;
    if (this.#fd === null) return;
    if (this.#pendingBytes + bytes.length > maxPending) {
      this.#lose(1, 'it is written too slowly');
      return;
    }
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (!this.#writing) this.#next();
  }

  flush(): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  flushSync(): void {
    // A write under way is finished by the runtime's own thread before the process ends.
    const rest = this.#take();
    let at = 0;
    for (let waits = 0; this.#fd !== null && at < rest.length && waits < LAST_WAITS; ) {
      try {
        at += writeSync(this.#fd, rest, at);
      } catch (error) {
        if (!BUSY.has(codeOf(error))) return;
        waits += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE_MS);
      }
    }
  }

  #open(): number | null {
    const { target } = this.#options;
    if (target === 'stdout') return STDOUT;
    try {
      makeFolder(dirname(target));
      return openSync(target, 'a', 0o640);
    } catch (error) {
      this.#complain(`cannot be opened (${codeOf(error)})`);
      return null;
    }
  }

  #take(): Buffer {
    const chunk = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    return chunk;
  }

  /** Writes everything that waits as one piece, then what came meanwhile. */
  #next(): void {
    const lines = this.#pending.length;
    if (lines === 0 || this.#fd === null) {
      this.#writing = false;
      for (const resolve of this.#waiting.splice(0)) resolve();
      return;
    }
    this.#writing = true;
    this.#put(this.#fd, this.#take(), lines);
  }

  #put(fd: number, chunk: Buffer, lines: number): void {
    write(fd, chunk, 0, chunk.length, null, (error, written) => {
      if (error && BUSY.has(codeOf(error))) {
        setTimeout(() => this.#put(fd, chunk, lines), BUSY_PAUSE_MS);
        return;
      }
      if (error) this.#lose(lines, `it cannot be written (${codeOf(error)})`);
      else if (written < chunk.length) return this.#put(fd, chunk.subarray(written), lines);
      else this.#recovered();
      this.#next();
    });
  }

  #lose(lines: number, why: string): void {
    this.#lost += lines;
    this.#complain(why);
  }

  /** Lines were lost and writing works again: say how many, at this place. */
  #recovered(): void {
    if (this.#lost === 0) return;
    const line = Buffer.from(this.#options.lostLine(this.#lost), 'utf8');
    this.#lost = 0;
    this.#pending.unshift(line);
    this.#pendingBytes += line.length;
  }

  #complain(why: string): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#options.complain(`conductor: log ${this.#options.target}: ${why}; lines are lost, the service goes on.`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
