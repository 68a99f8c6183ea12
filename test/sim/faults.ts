// Faults on demand: what a test or an operator lets go wrong in a simulator, and how an answer is spoilt on the wire.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isObject, type Json, type JsonObject, parseJson, setOwn } from './json.ts';

/**
 * `delay` waits, then answers; `status` answers an error; `html` a proxy's page; `truncate` sends half the body and cuts the
 * connection; `cut-json` sends half the body as if it were whole; `wrong-types` changes the body's value types; `reset`
 * breaks the connection; `hang` never answers; `slow-bytes` sends the body a few bytes at a time; `answer` sends what it is given.
 */
type FaultKind =
  | 'delay'
  | 'status'
  | 'truncate'
  | 'cut-json'
  | 'html'
  | 'wrong-types'
  | 'reset'
  | 'hang'
  | 'slow-bytes'
  | 'answer';

interface FaultMatch {
  readonly method?: string;
  /** A text is contained in path and query; an expression is tested on path and query. */
  readonly path?: string | RegExp;
}

export interface Fault {
  /** Absent: every request. */
  readonly match?: FaultMatch;
  /** How many requests it spoils; absent: all until cleared. */
  readonly times?: number;
  /** Lets this many matching requests pass first. */
  readonly skip?: number;
  readonly kind: FaultKind;
  /** For `status` (default 500) and `html` (default 502). */
  readonly status?: number;
  /** For `status`: more headers of the answer, for example Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For `answer`. */
  readonly answer?: Answer;
  /** For `delay`, and between pieces for `slow-bytes`. */
  readonly delayMs?: number;
  /** For `delay`: waits for this instead of a time. */
  readonly until?: Promise<unknown>;
  /** For `slow-bytes`: bytes a piece (default 16). */
  readonly pieceBytes?: number;
  /** For `wrong-types`: how to change the parsed body (default: numbers become texts, texts numbers, lists objects). */
  readonly mutate?: (body: Json) => Json;
  /**
   * `before` (default): `status`, `html`, `reset` and `hang` happen instead of the operation. `after`: the operation is
   * carried out and only its answer is lost, as when a connection breaks after a write.
   */
  readonly when?: 'before' | 'after';
}

export interface FaultSwitch {
  /** Returns a function that removes this fault again. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The fault for this request, counted down; the one added first wins. */
  take(method: string, target: string): Fault | null;
  /** Requests spoilt since the start or the last `clear`. */
  readonly hits: number;
  /** Resolves when so many requests were spoilt. */
  hitsReached(count: number): Promise<void>;
}

function matches(match: FaultMatch | undefined, method: string, target: string): boolean {
  if (match?.method !== undefined && match.method.toUpperCase() !== method.toUpperCase()) return false;
  if (match?.path === undefined) return true;
  if (typeof match.path === 'string') return target.includes(match.path);
  return new RegExp(match.path.source, match.path.flags.replace(/[gy]/g, '')).test(target);
}

export function createFaults(): FaultSwitch {
  let entries: { fault: Fault; left: number; skip: number }[] = [];
  let hits = 0;
  let waiting: { count: number; resolve: () => void }[] = [];
  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY, skip: fault.skip ?? 0 };
      entries.push(entry);
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    clear() {
      entries = [];
      hits = 0;
    },
    take(method, target) {
      for (const entry of entries) {
        if (!matches(entry.fault.match, method, target)) continue;
        if (entry.skip > 0) {
          entry.skip -= 1;
          continue;
        }
        entry.left -= 1;
        if (entry.left <= 0) entries = entries.filter((other) => other !== entry);
        hits += 1;
        for (const { count, resolve } of waiting) if (hits >= count) resolve();
        waiting = waiting.filter(({ count }) => hits < count);
        return entry.fault;
      }
      return null;
    },
    get hits() {
      return hits;
    },
    hitsReached(count) {
      if (hits >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Absent: no body at all. */
  body?: string | Uint8Array;
}

const PROXY_PAGE =
  '<html><head><title>Proxy</title></head><body><h1>The request could not be served</h1></body></html>';

export function htmlAnswer(status: number): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: PROXY_PAGE };
}

/** Numbers become texts, texts numbers (or booleans), lists objects: valid JSON of which nothing has the promised type. */
function scrambleTypes(value: Json): Json {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) {
    const changed: JsonObject = {};
    for (const [index, item] of value.entries()) setOwn(changed, String(index), scrambleTypes(item));
    return changed;
  }
  if (isObject(value)) {
    const changed: JsonObject = {};
    for (const [key, item] of Object.entries(value)) setOwn(changed, key, scrambleTypes(item));
    return changed;
  }
  return value;
}

function writeHead(response: ServerResponse, answer: Answer, bytes: number): void {
  const length = answer.body === undefined ? {} : { 'content-length': String(bytes) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
}

function bytesOf({ body }: Answer): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body ?? []);
}

async function sendSlowly(response: ServerResponse, answer: Answer, fault: Fault): Promise<void> {
  const bytes = bytesOf(answer);
  const size = Math.max(1, fault.pieceBytes ?? 16);
  writeHead(response, answer, bytes.length);
  for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
    response.write(bytes.subarray(at, at + size));
    await delay(fault.delayMs ?? 5);
  }
  response.end();
}

/** Sends an answer, spoilt as the fault says. */
export async function sendAnswer(response: ServerResponse, answer: Answer, fault: Fault | null): Promise<void> {
  if (response.destroyed) return;
  if (fault?.kind === 'slow-bytes') return sendSlowly(response, answer, fault);
  const whole = bytesOf(answer);
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  if (fault?.kind === 'truncate') {
    writeHead(response, answer, whole.length);
    await new Promise<void>((resolve) => response.write(half, () => resolve()));
    response.destroy();
    return;
  }
  let body = whole;
  if (fault?.kind === 'cut-json') body = half;
  if (fault?.kind === 'wrong-types') {
    const parsed = parseJson(whole.toString('utf8'));
    if (parsed !== undefined) body = Buffer.from(JSON.stringify((fault.mutate ?? scrambleTypes)(parsed)));
  }
  writeHead(response, answer, body.length);
  response.end(answer.body === undefined ? undefined : body);
}

/** Breaks the connection at once, with a TCP reset where the platform can. */
export function resetConnection(request: IncomingMessage): void {
  const socket = request.socket;
  if (typeof socket.resetAndDestroy === 'function' && !('encrypted' in socket)) socket.resetAndDestroy();
  else socket.destroy();
}
