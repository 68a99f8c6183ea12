// Resource paths: `/cloud-infrastructure/complexes/complex/X`, `/nodes/service-instances`, `/nodes/generic-vnf/X/related-to/zones`.

import { badInput, badRequest } from './aai-answers.ts';
import { type AaiType, hasProperty, isChildType, TYPE_BY_NAME, TYPE_BY_PLURAL } from './aai-schema.ts';
import type { AaiStore, Vertex } from './aai-store.ts';
import { decodeSegment } from './aai-store.ts';
import { textAt } from './json.ts';

interface Step {
  readonly from: 'top' | 'anywhere' | 'inside' | 'beside';
  readonly type: AaiType;
  /** null: all objects (a plural), or the one that the query names (a singular at the end without keys). */
  readonly keys: readonly string[] | null;
}

export interface ResourcePath {
  readonly steps: readonly Step[];
  readonly last: AaiType;
  readonly plural: boolean;
  /** The keys of the last singular element are expected in the query. */
  readonly keysInQuery: boolean;
}

/** Parameters of a GET that are no filters. */
const CONTROLS = new Set([
  'depth',
  'cleanup',
  'nodes-only',
  'nodesOnly',
  'format',
  'resultIndex',
  'resultSize',
  'includeTotalCount',
  'skip-related-to',
]);

function bad(path: string, message: string): Error {
  return badRequest('SVC3016', path, message);
}

function firstRelation(segments: readonly string[]): { from: Step['from']; at: number } {
  return segments[0] === 'nodes' ? { from: 'anywhere', at: 1 } : { from: 'top', at: 1 };
}

function checkPlace(step: Step, before: Step | undefined, segments: readonly string[], path: string): void {
  if (step.from === 'top' && step.type.namespace !== segments[0]) throw bad(path, `Unrecognized URI ${path}`);
  if (step.from === 'inside' && before !== undefined && !isChildType(before.type.name, step.type.name)) {
    throw bad(path, `${step.type.name} is not inside ${before.type.name}`);
  }
}

/** Reads the path after `/aai/vN`; throws the 400 of a path that the schema does not have. */
export function parseResourcePath(path: string): ResourcePath {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment);
  const steps: Step[] = [];
  let { from, at } = firstRelation(segments);
  let open = segments.length > 1;
  let plural = false;
  let keysInQuery = false;
  while (at < segments.length && open) {
    if (segments[at] === 'related-to' && steps.length > 0) {
      from = 'beside';
      at += 1;
      continue;
    }
    const name = segments[at] ?? '';
    const held = TYPE_BY_PLURAL.get(name);
    const direct = from === 'anywhere' || from === 'beside' ? TYPE_BY_NAME.get(name) : undefined;
    const type = held ?? direct;
    if (type === undefined) throw bad(path, `Unrecognized AAI object ${name}`);
    at += 1;
    plural = held !== undefined && at >= segments.length;
    if (held !== undefined && !plural && segments[at] !== 'related-to') {
      if (segments[at] !== type.name) throw bad(path, `Unrecognized AAI object ${segments[at] ?? ''}`);
      at += 1;
    }
    const keys = plural ? [] : segments.slice(at, at + type.keys.length);
    keysInQuery = !plural && keys.length === 0;
    if (!plural && !keysInQuery && keys.length < type.keys.length) throw bad(path, `${type.name} needs more keys`);
    at += keys.length;
    const step: Step = { from, type, keys: plural || keysInQuery ? null : keys };
    checkPlace(step, steps.at(-1), segments, path);
    steps.push(step);
    from = 'inside';
    open = !plural && !keysInQuery;
  }
  const last = steps.at(-1)?.type;
  if (last === undefined || at < segments.length) throw bad(path, `Unrecognized URI ${path}`);
  return { steps, last, plural, keysInQuery };
}

function reach(store: AaiStore, before: readonly Vertex[], step: Step): readonly Vertex[] {
  if (step.from === 'top' || step.from === 'anywhere') return store.ofType(step.type.name);
  const next = before.flatMap((vertex) => (step.from === 'inside' ? vertex.children : store.related(vertex)));
  return [...new Set(next)].filter((vertex) => vertex.type === step.type);
}

function hasKeys(vertex: Vertex, keys: readonly string[]): boolean {
  return vertex.type.keys.every((name, index) => textAt(vertex.object, name) === keys[index]);
}

/** The fast way for a path of keys alone: the object stands in the store under exactly this path. */
function direct(store: AaiStore, path: ResourcePath): readonly Vertex[] | null {
  if (path.plural || path.keysInQuery) return null;
  if (!path.steps.every((step) => step.from === 'top' || step.from === 'inside')) return null;
  const parts = path.steps.flatMap((step) => [
    ...(step.from === 'top' ? [step.type.namespace ?? ''] : []),
    step.type.plural ?? '',
    step.type.name,
    ...(step.keys ?? []),
  ]);
  const vertex = store.get(parts.map((part) => `/${encodeURIComponent(part)}`).join(''));
  return vertex === null ? [] : [vertex];
}

/** Objects at the path, before filters. */
export function follow(store: AaiStore, path: ResourcePath): readonly Vertex[] {
  const found = direct(store, path);
  if (found !== null) return found;
  let vertices: readonly Vertex[] = [];
  for (const step of path.steps) {
    vertices = reach(store, vertices, step);
    const keys = step.keys;
    if (keys !== null) vertices = vertices.filter((vertex) => hasKeys(vertex, keys));
  }
  return vertices;
}

export interface Filters {
  /** Property → accepted values; several values mean any of them, several properties all of them. */
  readonly wanted: ReadonlyMap<string, readonly string[]>;
}

/** Reads the filters of a query; an unknown property is a 400. */
export function readFilters(query: URLSearchParams, type: AaiType, version: number, path: string): Filters {
  const wanted = new Map<string, string[]>();
  for (const [name, value] of query) {
    if (CONTROLS.has(name)) continue;
    if (!hasProperty(type, name, version)) {
      throw badInput('GET', path, `Invalid input performing GET: property: ${name} not found on ${type.name}`);
    }
    wanted.set(name, [...(wanted.get(name) ?? []), value]);
  }
  return { wanted };
}

export function passes(vertex: Vertex, filters: Filters): boolean {
  for (const [name, values] of filters.wanted) {
    const own = textAt(vertex.object, name);
    if (own === null || !values.includes(own)) return false;
  }
  return true;
}
