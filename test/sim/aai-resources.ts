// GET of A&AI resources: single objects, plurals with filters, `nodes/…`, `resources/id/{n}`, formats and pages.
import {
  badInput,
  type Format,
  isFormat,
  jsonAnswer,
  notFound,
  policyFault,
  resultList,
  xmlAnswer,
} from './aai-answers.ts';
import { type AaiStore, renderVertex, type Vertex } from './aai-store.ts';
import { type Filters, follow, parseResourcePath, passes, type ResourcePath, readFilters } from './aai-uri.ts';
import type { Answer } from './faults.ts';
import type { JsonObject } from './json.ts';

interface ResourceRequest {
  readonly store: AaiStore;
  readonly version: number;
  /** After `/aai/vN`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly xml: boolean;
  /** A server that does not take a filter twice. */
  readonly refuseRepeatedKeys: boolean;
}

/** Levels of children asked for; `all` has no limit. Throws 400 for a word and 403 beyond the type's limit. */
export function readDepth(query: URLSearchParams, otherwise: number, limit: number | null, path: string): number {
  const text = query.get('depth');
  if (text === null) return otherwise;
  const depth = text === 'all' ? Number.POSITIVE_INFINITY : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(depth))
    throw badInput('GET', path, `depth parameter: ${text} is not a valid number`, 'ERR.5.4.4016');
  if (limit !== null && depth > limit) {
    throw policyFault('GET', path, `Too many objects would be returned by this request: depth ${text}`, 'ERR.5.4.3303');
  }
  return depth;
}

function readFormat(query: URLSearchParams, path: string): Format | null {
  const text = query.get('format');
  if (text === null) return null;
  if (!isFormat(text)) throw badInput('GET', path, `the simulator does not have the format ${text}`);
  return text;
}

interface Page {
  readonly vertices: readonly Vertex[];
  readonly headers: Record<string, string>;
}

/** Pages count from 1; a page past the end is empty. */
function page(vertices: readonly Vertex[], query: URLSearchParams): Page {
  const index = Number(query.get('resultIndex') ?? Number.NaN);
  const size = Number(query.get('resultSize') ?? Number.NaN);
  if (!(index >= 1) || !(size >= 1)) return { vertices, headers: {} };
  const counted = query.get('includeTotalCount') !== 'false';
  const totals = { 'total-results': String(vertices.length), 'total-pages': String(Math.ceil(vertices.length / size)) };
  return { vertices: vertices.slice((index - 1) * size, index * size), headers: counted ? totals : {} };
}

function checkRepeats(filters: Filters, request: ResourceRequest): void {
  for (const [name, values] of filters.wanted) {
    if (values.length > 1) throw badInput('GET', request.path, `property: ${name} is given more than once`);
  }
}

function plainBody(request: ResourceRequest, path: ResourcePath, vertices: readonly Vertex[], depth: number): Answer {
  const options = {
    version: request.version,
    depth,
    nodesOnly: request.query.has('nodes-only'),
    skipRelatedTo: request.query.get('skip-related-to') === 'true',
  };
  const rendered = vertices.map((vertex) => renderVertex(vertex, options));
  const name = path.last.name;
  const one = rendered[0];
  if (path.plural || rendered.length > 1 || one === undefined) {
    const body: JsonObject = { [name]: rendered };
    return request.xml ? xmlAnswer(200, path.last.plural ?? name, body) : jsonAnswer(200, body);
  }
  const answer = request.xml ? xmlAnswer(200, name, one) : jsonAnswer(200, one);
  answer.headers['vertex-id'] = String(vertices[0]?.id ?? '');
  return answer;
}

function byVertexId(request: ResourceRequest, id: string): Answer {
  const vertex = request.store.byId(Number(id));
  if (vertex === null) throw notFound('GET', request.path, 'unknown');
  const depth = readDepth(request.query, 0, null, request.path);
  const nodesOnly = request.query.has('nodes-only');
  const body = renderVertex(vertex, { version: request.version, depth, nodesOnly });
  const name = vertex.type.name;
  return request.xml ? xmlAnswer(200, name, body) : jsonAnswer(200, { [name]: body });
}

/** Answers a GET; throws AaiFault for everything that A&AI refuses. */
export function getResource(request: ResourceRequest): Answer {
  const id = /^\/resources\/id\/(\d+)\/?$/.exec(request.path)?.[1];
  if (id !== undefined) return byVertexId(request, id);
  const path = parseResourcePath(request.path);
  const format = readFormat(request.query, request.path);
  const limit = path.plural ? path.last.maximumDepth(request.version) : null;
  const depth = readDepth(request.query, format === null ? 0 : Math.min(1, limit ?? 1), limit, request.path);
  const filters = readFilters(request.query, path.last, request.version, request.path);
  if (request.refuseRepeatedKeys) checkRepeats(filters, request);
  const found = follow(request.store, path).filter((vertex) => passes(vertex, filters));
  const shown = page(found, request.query);
  if (shown.vertices.length === 0) {
    throw notFound('GET', request.path.replace(/^\//, ''), path.last.name);
  }
  if (format === null) {
    const answer = plainBody(request, path, shown.vertices, depth);
    return { ...answer, headers: { ...answer.headers, ...shown.headers } };
  }
  const nodesOnly = request.query.get('nodesOnly') === 'true';
  const skipRelatedTo = request.query.get('skip-related-to') === 'true';
  const list = resultList(shown.vertices, format, { version: request.version, depth, nodesOnly, skipRelatedTo });
  const answer = request.xml ? xmlAnswer(200, 'results', list) : jsonAnswer(200, list);
  return { ...answer, headers: { ...answer.headers, ...shown.headers } };
}
