// `PUT /aai/vN/query`: a list of start URIs, alone or with one of the stored queries that the simulator has.
import {
  badInput,
  badRequest,
  type Format,
  isFormat,
  noStart,
  policyFault,
  resultList,
  scatter,
} from './aai-answers.ts';
import type { AaiStore, Vertex } from './aai-store.ts';
import { follow, parseResourcePath, passes, readFilters } from './aai-uri.ts';
import { isObject, type JsonObject, listAt, parseJson } from './json.ts';

export interface TraversalRequest {
  readonly store: AaiStore;
  readonly version: number;
  /** `/query` or `/dsl`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

interface StoredQuery {
  readonly required: readonly string[];
  run(store: AaiStore, start: readonly Vertex[], parameters: URLSearchParams): Vertex[];
}

/** Everything next to the vertices: relationships in both directions, holder, and what they hold. */
export function neighbours(store: AaiStore, vertices: readonly Vertex[], type: string): Vertex[] {
  const found = new Set<Vertex>();
  for (const vertex of vertices) {
    const near = [...store.related(vertex), ...vertex.children, ...(vertex.parent === null ? [] : [vertex.parent])];
    for (const other of near) if (other.type.name === type) found.add(other);
  }
  return [...found];
}

function chain(...types: readonly string[]): StoredQuery['run'] {
  return (store, start) => {
    let reached = [...start];
    const stored: Vertex[] = [];
    for (const type of types) {
      reached = neighbours(store, reached, type);
      stored.push(...reached);
    }
    return stored;
  };
}

const STORED = new Map<string, StoredQuery>([
  ['ucpe-instance', { required: [], run: (store, start) => [...start, ...neighbours(store, start, 'complex')] }],
  ['vserver-fromVnf', { required: [], run: chain('vserver') }],
  ['complex-fromVnf', { required: [], run: (...args) => chain('vserver', 'pserver', 'complex')(...args) }],
  ['cloud-region-fromVnf', { required: [], run: chain('vserver', 'tenant', 'cloud-region') }],
  [
    'related-to',
    {
      required: ['startingNodeType', 'relatedToNodeType'],
      run: (store, start, parameters) => {
        const from = start.filter((vertex) => vertex.type.name === parameters.get('startingNodeType'));
        return neighbours(store, from, parameters.get('relatedToNodeType') ?? '');
      },
    },
  ],
]);

/** `format=` is needed: the graph formats that the real server falls back to are not simulated. */
export function traversalFormat(request: TraversalRequest): Format {
  const text = request.query.get('format') ?? '';
  if (!isFormat(text))
    throw badInput('PUT', request.path, `the simulator does not have the format ${text || '(none)'}`);
  return text;
}

function queryDepth(request: TraversalRequest): number {
  const text = request.query.get('depth');
  if (text === null) return 1;
  if (text !== 'all' && !/^\d+$/.test(text)) {
    throw badInput('PUT', request.path, `depth parameter: ${text} is not a valid number`, 'ERR.5.4.4016');
  }
  if (text === 'all' || Number(text) > 1) {
    throw policyFault('PUT', request.path, `Too many objects would be returned: depth ${text}`, 'ERR.5.4.3303');
  }
  return Number(text);
}

function startAt(request: TraversalRequest, uri: string): readonly Vertex[] {
  const bare = uri.replace(/^[a-z]+:\/\/[^/]+/i, '').replace(/^\/?[a-z]+\/v\d+(?=\/)/, '');
  const [path = '', query = ''] = bare.split('?', 2);
  const parsed = parseResourcePath(path.startsWith('/') ? path : `/${path}`);
  const filters = readFilters(new URLSearchParams(query), parsed.last, request.version, path);
  return follow(request.store, parsed).filter((vertex) => passes(vertex, filters));
}

function storedQuery(request: TraversalRequest, text: string): { query: StoredQuery; parameters: URLSearchParams } {
  const [name = '', parameters = ''] = text.replace(/^query\//, '').split('?', 2);
  const query = text.startsWith('query/') ? STORED.get(name) : undefined;
  if (query === undefined) throw badRequest('SVC3014', request.path, `Invalid query name: ${text}`);
  const given = new URLSearchParams(parameters);
  const missing = query.required.filter((required) => !given.has(required));
  if (missing.length > 0)
    throw badRequest('SVC3013', request.path, `Missing required parameters: ${missing.join(', ')}`);
  const extra = [...given.keys()].filter((key) => !query.required.includes(key));
  if (extra.length > 0) throw badRequest('SVC3022', request.path, `Unknown parameters: ${extra.join(', ')}`);
  return { query, parameters: given };
}

/** Answers `PUT query`; throws AaiFault for everything that A&AI refuses. */
export function runQuery(request: TraversalRequest): JsonObject {
  const format = traversalFormat(request);
  const depth = queryDepth(request);
  const body = parseJson(request.body);
  if (!isObject(body)) throw badInput('PUT', request.path, 'the request body is no JSON object', 'ERR.5.4.3012');
  const single = body.start;
  const uris = typeof single === 'string' ? [single] : listAt(body, 'start');
  if (uris.length === 0) throw badRequest('SVC3014', request.path, 'Custom query payload does not have a start');
  const stored = body.query === undefined ? null : storedQuery(request, String(body.query));
  const start = [...new Set(uris.flatMap((uri) => startAt(request, String(uri))))];
  if (start.length === 0) throw noStart(request.path);
  const found = stored === null ? start : stored.query.run(request.store, start, stored.parameters);
  const nodesOnly = request.query.get('nodesOnly') === 'true';
  return resultList(scatter([...new Set(found)]), format, { version: request.version, depth, nodesOnly });
}
