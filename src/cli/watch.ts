// `conductor watch`: a plan's changes, one line each, through the public event stream. It goes on by itself where it was when the
// connection breaks, on the next gateway if several are named.
import { setTimeout as pause } from 'node:timers/promises';
import { readEvents, type ServerEvent } from './event-source.ts';

export interface WatchParts {
  readonly planId: string;
  /** Gateways, tried in turn. */
  readonly urls: readonly string[];
  /** Cursor of the last event that is known. */
  readonly after: string | null;
  /** Print how far the search is, too. */
  readonly progress: boolean;
  /** One JSON object a line instead of words. */
  readonly json: boolean;
  /** Value of the header `Authorization`, or null. */
  readonly authorization: string | null;
  /** Ends the watching. */
  readonly signal: AbortSignal;
  print(line: string): void;
  complain(line: string): void;
}

/** Exit codes: how the plan ended, or why nobody knows. */
const CODES: ReadonlyMap<string, number> = new Map([
  ['done', 0],
  ['error', 1],
  ['not found', 4],
]);
const GONE = 3;
const UNREACHABLE = 5;
const INTERRUPTED = 130;
/** Milliseconds; the stream says better. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** A gateway sends something more often than this; a connection that is quiet for longer is dead. */
const QUIET_MS = 60_000;

interface Progress {
  cursor: string | null;
  retryMs: number;
  /** Connections in a row that told nothing. */
  failures: number;
  connected: boolean;
  /** Status told last. */
  status: string | null;
}

/** Prints until the plan has ended; the exit code. */
export async function watchPlan(parts: WatchParts): Promise<number> {
  const progress: Progress = { cursor: parts.after, retryMs: FIRST_PAUSE, failures: 0, connected: false, status: null };
  for (let turn = 0; ; turn += 1) {
    const url = parts.urls[turn % parts.urls.length] ?? '';
    const outcome = await follow(url, parts, progress).catch((error: unknown) => reasonOf(error));
    if (typeof outcome === 'number') return outcome;
    if (parts.signal.aborted) return interrupted(parts, progress);
    progress.failures += 1;
    if (!progress.connected && progress.failures >= parts.urls.length) {
      parts.complain(`conductor: nothing answers at ${parts.urls.join(', ')} (${outcome})`);
      return UNREACHABLE;
    }
    // The others are tried at once; a pause comes when each has failed.
    const rounds = Math.floor(progress.failures / parts.urls.length);
    const waitMs = rounds === 0 ? 0 : Math.min(LONGEST_PAUSE, progress.retryMs * 2 ** (rounds - 1));
    parts.complain(`conductor: ${url}: ${outcome}; connecting again`);
    await pause(waitMs, undefined, { signal: parts.signal }).catch(() => undefined);
    if (parts.signal.aborted) return interrupted(parts, progress);
  }
}

function interrupted({ complain }: WatchParts, { cursor }: Progress): number {
  if (cursor !== null) complain(`conductor: go on with --after ${cursor}`);
  return INTERRUPTED;
}

/** One connection: an exit code, or why it is over. */
async function follow(url: string, parts: WatchParts, progress: Progress): Promise<number | string> {
  const over = new AbortController();
  const leave = () => over.abort(parts.signal.reason);
  if (parts.signal.aborted) leave();
  parts.signal.addEventListener('abort', leave, { once: true });
  const timer = setTimeout(() => over.abort(new Error('the gateway says nothing any more')), QUIET_MS);
  try {
    const query = parts.progress ? '?progress=true' : '';
    const response = await fetch(addressOf(url, parts, `/events${query}`), {
      headers: {
        accept: 'text/event-stream',
        ...authorizationOf(parts),
        ...(progress.cursor === null ? {} : { 'last-event-id': progress.cursor }),
      },
      signal: over.signal,
    });
    if (response.status === 204) return await ending(url, parts, progress, over.signal);
    if (response.status !== 200 || !response.body) return await refusal(response, parts, progress);
    progress.connected = true;
    for await (const event of readEvents(refreshing(response.body, timer))) {
      const code = take(event, parts, progress);
      if (code !== null) return code;
    }
    return 'the connection ended';
  } finally {
    clearTimeout(timer);
    parts.signal.removeEventListener('abort', leave);
  }
}

function addressOf(url: string, { planId }: WatchParts, rest = ''): URL {
  return new URL(`/v1/plans/${encodeURIComponent(planId)}${rest}`, url);
}

function authorizationOf({ authorization }: WatchParts): Record<string, string> {
  return authorization === null ? {} : { authorization };
}

/** The plan's end was told before, to somebody: how it ended says the plan. */
async function ending(
  url: string,
  parts: WatchParts,
  progress: Progress,
  signal: AbortSignal,
): Promise<number | string> {
  const response = await fetch(addressOf(url, parts), { headers: authorizationOf(parts), signal });
  if (response.status !== 200) return await refusal(response, parts, progress);
  progress.connected = true;
  const { plans } = (await response.json()) as { readonly plans: readonly { readonly status: string }[] };
  return CODES.get(plans[0]?.status ?? '') ?? 'the plan is in work again';
}

async function* refreshing(body: AsyncIterable<Uint8Array>, timer: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    timer.refresh();
    yield piece;
  }
}

/** What repeating may cure is a text, anything else an exit code. */
async function refusal(
  response: Response,
  { planId, complain }: WatchParts,
  { status }: Progress,
): Promise<number | string> {
  const text = await response.text();
  if (response.status >= 500 || response.status === 429) return `answered ${response.status}`;
  if (response.status === 404) {
    complain(`conductor: plan ${planId} ${status === null ? 'is not there' : 'was deleted'}`);
    return GONE;
  }
  complain(`conductor: refused with ${response.status}: ${explanationIn(text)}`);
  return 1;
}

function explanationIn(text: string): string {
  try {
    const { explanation } = JSON.parse(text) as { explanation?: unknown };
    return printable(typeof explanation === 'string' ? explanation : text.slice(0, 200));
  } catch {
    return printable(text.slice(0, 200));
  }
}

/** The exit code when the plan has ended with this event. */
function take({ type, id, data, retry }: ServerEvent, parts: WatchParts, progress: Progress): number | null {
  if (retry !== null) progress.retryMs = retry;
  if (data === '') return null;
  const content = JSON.parse(data) as Record<string, unknown>;
  if (id !== null) progress.cursor = id;
  if (type === 'failure') {
    parts.complain(`conductor: ${printable(String(content['message']))}`);
    return null;
  }
  progress.failures = 0;
  parts.print(parts.json ? JSON.stringify({ event: type, cursor: id, ...content }) : lineOf(type, content));
  if (type === 'deleted') return GONE;
  if (type !== 'status') return null;
  progress.status = String(content['to']);
  return CODES.get(progress.status) ?? null;
}

function lineOf(type: string, content: Record<string, unknown>): string {
  const { at, seq, from, to, reason, actor, message, plan } = content;
  if (type === 'deleted') return 'deleted';
  if (type === 'progress') return progressLine(content);
  if (type === 'gap') {
    const status = typeof plan === 'object' && plan !== null && 'status' in plan ? plan.status : 'deleted';
    return printable(`gap (${reason}): history is lost; the plan is now: ${status}`);
  }
  const move = from === null ? `${to}` : `${from} -> ${to}`;
  return printable(`${at} ${seq} ${move} (${reason} by ${actor})${message ? `: ${message}` : ''}`);
}

function progressLine({ number, objective, bound, gap, nodes, elapsedMs }: Record<string, unknown>): string {
  const best = typeof objective === 'number' ? `objective ${objective}` : 'nothing yet';
  const proven = typeof bound === 'number' ? `, bound ${bound}` : '';
  const far = typeof gap === 'number' ? `, gap ${(gap * 100).toFixed(2)} %` : '';
  const seconds = typeof elapsedMs === 'number' ? `, ${(elapsedMs / 1000).toFixed(1)} s` : '';
  return printable(`search ${number}: ${best}${proven}${far}, ${nodes} nodes${seconds}`);
}

/** Control characters would let a plan write over the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}
