// `conductor status`: asks a gateway by its public API who works on the store and what waits, and prints a table or JSON.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

const MEMBER = 'id name roles version url started updated claims feedLagMs storeRevision';
const queryOf = (member: string) => `{
  members { ${member} }
  queues { stage waiting inWork }
}`;
export const STATUS_QUERY = queryOf(`${MEMBER} draining`);
/** For a gateway one version behind. */
const OLDER_QUERY = queryOf(MEMBER);

export interface ClusterStatus {
  readonly members: readonly {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly string[];
    readonly version: string;
    readonly url: string;
    readonly started: string;
    readonly updated: string;
    readonly claims: number;
    readonly feedLagMs: number;
    readonly storeRevision: number;
    /** Absent when the gateway asked is too old to know. */
    readonly draining?: boolean;
  }[];
  readonly queues: readonly { readonly stage: string; readonly waiting: number; readonly inWork: number }[];
}

export interface StatusRequest {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const PATIENCE_MS = 10_000;
const MAX_ANSWER = 16 * 1024 * 1024;

/** Rejects with a sentence for people. Certificates are verified: credentials are sent. */
export async function askStatus({ url, username, password }: StatusRequest): Promise<ClusterStatus> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const headers = { 'content-type': 'application/json', ...(username ? { authorization } : {}) };
  const ask = (query: string) => post(new URL('/graphql', url), headers, JSON.stringify({ query }));
  const first = await ask(STATUS_QUERY);
  const { status, text } = isTooNew(first.text) ? await ask(OLDER_QUERY) : first;
  const answer = parsed(text);
  const [error] = answer.errors ?? [];
  if (answer.data && !error) return answer.data;
  if (status === 401 || status === 417) {
    throw new Error(
      `${url} refuses the credentials; set [conductor_api] username and password as the gateway has them`,
    );
  }
  if (error?.message?.includes('Cannot query field'))
    throw new Error(`the gateway at ${url} is too old to tell its status`);
  throw new Error(`${url} answered ${status}${error?.message ? `: ${error.message}` : ''}`);
}

function isTooNew(text: string): boolean {
  return parsed(text).errors?.[0]?.message?.includes('Cannot query field "draining"') ?? false;
}

interface Answer {
  readonly data?: ClusterStatus | null;
  readonly errors?: readonly { readonly message?: string }[];
}

function parsed(text: string): Answer {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const call = request(url, { method: 'POST', headers, timeout: PATIENCE_MS }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER) call.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
    call.on('error', (error) => reject(new Error(`nothing answers at ${url.origin} (${error.message})`)));
    call.end(body);
  });
}

/** The status as a table for people; `now` in ms since the epoch. */
export function statusTable({ members, queues }: ClusterStatus, now: number): string {
  const rows = members.map(({ name, roles, version, url, started, claims, feedLagMs, storeRevision, draining }) => [
    draining ? `${name} (draining)` : name,
    roles.join(','),
    version,
    url,
    duration(now - Date.parse(started)),
    String(claims),
    feedLagMs === 0 ? '-' : `${(feedLagMs / 1000).toFixed(1)}s`,
    String(storeRevision),
  ]);
  const memberTable = table([['NAME', 'ROLES', 'VERSION', 'URL', 'UP', 'CLAIMS', 'LAG', 'REVISION'], ...rows]);
  if (queues.length === 0) return memberTable;
  const queueRows = queues.map(({ stage, waiting, inWork }) => [stage.toLowerCase(), String(waiting), String(inWork)]);
  return `${memberTable}\n\n${table([['STAGE', 'WAITING', 'IN WORK'], ...queueRows])}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, ' ')));
  const width = (column: number) => Math.max(...clean.map((row) => row[column]?.length ?? 0));
  return clean
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(width(at)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** The two largest units: `3d4h`, `12m5s`, `0s`. */
function duration(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, ms);
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count}${unit}`);
  }
  return parts.join('') || '0s';
}
