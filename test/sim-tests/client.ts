// A plain client for the simulators' tests, made of node:http and node:https alone.
import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: ReturnType<typeof JSON.parse>;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One request on a connection of its own; rejects when the connection fails or breaks. */
export function ask(url: string, options: Ask = {}): Promise<Reply> {
  const file = (path: string | undefined): { value?: Buffer } =>
    path === undefined ? {} : { value: readFileSync(path) };
  const tls = options.tls;
  const material =
    tls === undefined ? {} : { ca: readFileSync(tls.ca), cert: file(tls.cert).value, key: file(tls.key).value };
  const body = options.body === undefined ? undefined : Buffer.from(asText(options.body));
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      url,
      { method: options.method ?? 'GET', agent: false, headers: { ...options.headers, ...length }, ...material },
      (incoming) => {
        const pieces: Buffer[] = [];
        incoming.on('data', (piece: Buffer) => pieces.push(piece));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parse(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function asText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** What A&AI needs of every client. */
export const AAI_HEADERS = {
  accept: 'application/json',
  'x-fromappid': 'TEST',
  'x-transactionid': '8f7f0a0c-5d7e-4c3a-9f0e-000000000001',
} as const;

/** GET at A&AI, or PUT of a JSON body when there is one. */
export function askAai(url: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  if (body === undefined) return ask(url, { headers: { ...AAI_HEADERS, ...headers } });
  const json = { 'content-type': 'application/json' };
  return ask(url, { method: 'PUT', headers: { ...AAI_HEADERS, ...json, ...headers }, body });
}
