// A small A&AI for these tests: objects by URI, served over real HTTP(S) with A&AI's rules (filters OR within a key and AND across
// keys, empty result = 404, start lists, DSL lists, formats), a record of requests, and a hook for faults.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonMap = { [key: string]: Json };

export interface Item {
  readonly type: string;
  readonly object: JsonMap;
}

export interface Recorded {
  readonly method: string;
  /** Path without `/aai/vN`, with query. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers in place of the inventory; undefined lets it answer. */
export type Fault = (request: Recorded, response: ServerResponse) => boolean;

export interface FakeAai {
  readonly url: string;
  readonly requests: Recorded[];
  readonly items: Map<string, Item>;
  fault: Fault | null;
  close(): Promise<void>;
}

export async function startFakeAai(items: Iterable<[string, Item]>, tls?: ServerOptions): Promise<FakeAai> {
  const requests: Recorded[] = [];
  const store = new Map(items);
  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const full = request.url ?? '';
    const version = /^\/aai\/(v\d+)\//.exec(full)?.[1] ?? 'v0';
    const target = full.replace(/^\/aai\/v\d+/, '');
    const recorded = { method: request.method ?? '', target, headers: request.headers, body };
    requests.push(recorded);
    if (fake.fault?.(recorded, response)) return;
    const [status, answer] = respond(store, recorded, version);
    send(response, status, JSON.stringify(answer));
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => void handler(request, response);
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeAai = {
    url: `${tls ? 'https' : 'http'}://localhost:${port}/aai`,
    requests,
    items: store,
    fault: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

export function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
  return true;
}

export function requestError(messageId: string, code: string): string {
  return JSON.stringify({
    requestError: { serviceException: { messageId, text: 'x', variables: ['GET', 'x', 'x', code] } },
  });
}

function respond(items: ReadonlyMap<string, Item>, request: Recorded, version: string): [number, Json] {
  const [path = '', search = ''] = request.target.split('?');
  const query = new URLSearchParams(search);
  if (path === '/query' && request.method === 'PUT') return customQuery(items, query, request.body, version);
  if (path === '/dsl' && request.method === 'PUT') return dsl(items, query, request.body, version);
  const depth = query.get('depth') === 'all' ? 99 : Number(query.get('depth') ?? 0);
  const filters = [...new Set(query.keys())].filter((key) => !['depth', 'format', 'nodes-only'].includes(key));
  const clean = decodeURIComponent(path.replace(/\/$/, ''));
  const single = find(items, clean);
  const matches = single ? [single] : inContainer(items, clean);
  const found = matches.filter(([, item]) =>
    filters.every((key) => query.getAll(key).includes(String(item.object[key] ?? ''))),
  );
  if (found.length === 0) return [404, missing()];
  if (query.get('format') === 'resource_and_url') return [200, { results: withUrls(items, found, depth, version) }];
  const objects = found.map((entry) => nest(items, entry, depth, version));
  const [[, first] = ['', null]] = found;
  return [200, single ? (objects[0] ?? null) : { [first?.type ?? '']: objects }];
}

function missing(): Json {
  return JSON.parse(requestError('SVC3001', 'ERR.5.4.6114'));
}

type Entry = [string, Item];

function find(items: ReadonlyMap<string, Item>, path: string): Entry | undefined {
  const item = items.get(path);
  if (item) return [path, item];
  const [, plural, type, key] = /^\/nodes\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
  return plural ? [...items].find(([uri, { type: t }]) => t === type && uri.endsWith(`/${type}/${key}`)) : undefined;
}

/** URI of the list that holds an object: `/network/generic-vnfs` of `/network/generic-vnfs/generic-vnf/1`. */
function containerOf(uri: string, type: string): string {
  return uri
    .split('/')
    .slice(0, type === 'cloud-region' ? -3 : -2)
    .join('/');
}

function inContainer(items: ReadonlyMap<string, Item>, path: string): Entry[] {
  const nodes = /^\/nodes\/([^/]+)$/.exec(path)?.[1];
  return [...items].filter(([uri, item]) => {
    const container = containerOf(uri, item.type);
    return nodes ? container.endsWith(`/${nodes}`) : container === path;
  });
}

function withUrls(items: ReadonlyMap<string, Item>, found: Entry[], depth: number, version: string): Json[] {
  return found.map((entry) => ({
    url: `/aai/${version}${entry[0]}`,
    [entry[1].type]: nest(items, entry, depth, version),
  }));
}

function nest(items: ReadonlyMap<string, Item>, [uri, item]: Entry, depth: number, version: string): JsonMap {
  const object: JsonMap = JSON.parse(JSON.stringify(item.object).replaceAll('{version}', version));
  if (depth <= 0) return object;
  for (const [childUri, child] of items) {
    const container = containerOf(childUri, child.type);
    const name = container.split('/').at(-1) ?? '';
    if (container !== `${uri}/${name}`) continue;
    const holder = (object[name] ?? {}) as JsonMap;
    const list = (holder[child.type] ?? []) as Json[];
    object[name] = { ...holder, [child.type]: list };
    list.push(nest(items, [childUri, child], depth - 1, version));
  }
  return object;
}

function customQuery(
  items: ReadonlyMap<string, Item>,
  query: URLSearchParams,
  body: string,
  version: string,
): [number, Json] {
  const { start, query: stored } = JSON.parse(body) as { start: string[]; query?: string };
  const found = start
    .map((uri) => decodeURIComponent(uri.replace(/^\/?/, '/')))
    .flatMap((uri) => {
      const entry = find(items, uri);
      return entry ? [entry] : [];
    });
  if (found.length === 0) return [404, JSON.parse(requestError('SVC3001', 'ERR.5.4.6148'))];
  if (stored === undefined) {
    // Not in key order, as the real one.
    return [200, { results: withUrls(items, found.reverse(), Number(query.get('depth') ?? 0), version) }];
  }
  const complexes = found.flatMap(([, item]) =>
    relatedUris(item, 'complex').flatMap((uri) => {
      const entry = find(items, uri);
      return entry ? [entry] : [];
    }),
  );
  return [200, { results: complexes.map((entry) => ({ complex: nest(items, entry, 0, version) })) }];
}

function relatedUris(item: Item, type: string): string[] {
  const list = item.object['relationship-list'] as {
    relationship?: { 'related-to': string; 'related-link': string }[];
  };
  return (list?.relationship ?? [])
    .filter((relation) => relation['related-to'] === type)
    .map((relation) => relation['related-link'].replace('/aai/{version}', ''));
}

function dsl(items: ReadonlyMap<string, Item>, query: URLSearchParams, body: string, version: string): [number, Json] {
  const { dsl: text } = JSON.parse(body) as { dsl: string };
  const [, type, key, list] = /^([a-z-]+)\*\('([^']+)',(.*)\)$/.exec(text) ?? [];
  if (!type || !key) return [400, JSON.parse(requestError('SVC6153', 'ERR.5.4.6153'))];
  const values = [...(list ?? '').matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, value]) => value?.replaceAll("\\'", "'"));
  const found = [...items].filter(([, item]) => item.type === type && values.includes(String(item.object[key])));
  return [200, { results: withUrls(items, found, Number(query.get('depth') ?? 0), version) }];
}

/** A relationship as A&AI writes it. */
export function relation(type: string, uri: string, data: Readonly<Record<string, string>>): Json {
  return {
    'related-to': type,
    'related-link': `/aai/{version}${uri}`,
    'relationship-data': Object.entries(data).map(([key, value]) => ({
      'relationship-key': key,
      'relationship-value': value,
    })),
  };
}
