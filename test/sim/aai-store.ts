// The inventory inside the A&AI simulator: every object an entry of its own under its URI, children found by containment.

import { type AaiType, isChildType, TYPE_BY_NAME, TYPE_BY_PLURAL } from './aai-schema.ts';
import { isObject, type Json, type JsonObject, listAt, setOwn, textAt } from './json.ts';

/** An object as it is put in: children may be nested in A&AI's form or be entries of their own. */
export interface WorldEntry {
  readonly type: string;
  readonly object: JsonObject;
}

export interface Vertex {
  readonly id: number;
  /** Without `/aai/vN`; every segment percent-encoded. */
  readonly uri: string;
  readonly type: AaiType;
  /** Own values and the relationship list; no children. */
  object: JsonObject;
  readonly parent: Vertex | null;
  readonly children: Vertex[];
}

export interface AaiStore {
  get(uri: string): Vertex | null;
  byId(id: number): Vertex | null;
  ofType(type: string): readonly Vertex[];
  /** Objects at the other end of a relationship, in either direction, each once. */
  related(vertex: Vertex): readonly Vertex[];
  /** Adds an object, or replaces its own values (children that it has stay); children nested in it become entries. */
  put(uri: string, entry: WorldEntry): void;
  /** Removes an object with its children; false when there is none. */
  remove(uri: string): boolean;
  readonly size: number;
}

/** Drops scheme, host and `/aai/vN`, collapses slashes, and encodes every segment one way. */
export function normalUri(uri: string): string {
  const path = uri
    .replace(/^[a-z]+:\/\/[^/]+/i, '')
    .replace(/^\/?aai\/(v\d+|\{version\})(?=\/)/, '')
    .split('?', 1)[0];
  const segments = (path ?? '').split('/').filter((segment) => segment !== '');
  return segments.map((segment) => `/${encodeURIComponent(decodeSegment(segment))}`).join('');
}

export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function keyPath(type: AaiType, object: JsonObject): string {
  return type.keys.map((key) => encodeURIComponent(textAt(object, key) ?? '')).join('/');
}

interface Nested {
  readonly uri: string;
  readonly entry: WorldEntry;
}

/** Splits what is nested in an object (a holder such as `l-interfaces`, or a list field) from its own values. */
function splitNested(uri: string, entry: WorldEntry): { own: JsonObject; nested: Nested[] } {
  const own: JsonObject = {};
  const nested: Nested[] = [];
  for (const [key, value] of Object.entries(entry.object)) {
    const holder = TYPE_BY_PLURAL.get(key);
    const field = TYPE_BY_NAME.get(key);
    if (holder !== undefined && isChildType(entry.type, holder.name) && isObject(value)) {
      for (const child of listAt(value, holder.name)) {
        if (!isObject(child)) continue;
        const place = `${uri}/${key}/${holder.name}/${keyPath(holder, child)}`;
        nested.push({ uri: place, entry: { type: holder.name, object: child } });
      }
    } else if (
      field !== undefined &&
      field.plural === null &&
      isChildType(entry.type, field.name) &&
      Array.isArray(value)
    ) {
      for (const child of value) {
        if (!isObject(child)) continue;
        nested.push({ uri: `${uri}/${key}/${keyPath(field, child)}`, entry: { type: field.name, object: child } });
      }
    } else setOwn(own, key, value);
  }
  return { own, nested };
}

function parentUri(uri: string, type: AaiType): string {
  const segments = uri.split('/');
  return segments.slice(0, segments.length - type.keys.length - (type.plural === null ? 1 : 2)).join('/');
}

function relationships(object: JsonObject): Json[] {
  return listAt(object['relationship-list'], 'relationship');
}

/** Links of an object's relationship list, normalised. */
function linksOf(object: JsonObject): string[] {
  return relationships(object).flatMap((relationship) => {
    const link = textAt(relationship, 'related-link');
    return link === null ? [] : [normalUri(link)];
  });
}

class Inventory implements AaiStore {
  private readonly vertices = new Map<string, Vertex>();
  private readonly ids = new Map<number, Vertex>();
  private readonly types = new Map<string, Set<Vertex>>();
  /** Link target → URIs of objects that link to it. */
  private readonly referrers = new Map<string, Set<string>>();
  private nextId = 4096;

  get size(): number {
    return this.vertices.size;
  }

  get(uri: string): Vertex | null {
    return this.vertices.get(normalUri(uri)) ?? null;
  }

  byId(id: number): Vertex | null {
    return this.ids.get(id) ?? null;
  }

  ofType(type: string): readonly Vertex[] {
    return [...(this.types.get(type) ?? [])];
  }

  related(vertex: Vertex): readonly Vertex[] {
    const found = new Set<Vertex>();
    for (const uri of [...linksOf(vertex.object), ...(this.referrers.get(vertex.uri) ?? [])]) {
      const other = this.vertices.get(uri);
      if (other !== undefined && other !== vertex) found.add(other);
    }
    return [...found];
  }

  put(uri: string, entry: WorldEntry): void {
    this.place(normalUri(uri), entry);
  }

  private place(place: string, entry: WorldEntry): void {
    const type = TYPE_BY_NAME.get(entry.type);
    if (type === undefined) throw new Error(`The simulator does not know the A&AI type ${entry.type} at ${place}.`);
    const parent = this.vertices.get(parentUri(place, type)) ?? null;
    if (parent === null && type.namespace === null) throw new Error(`There is no object to hold ${place}.`);
    const { own, nested } = splitNested(place, entry);
    const vertex = this.vertices.get(place) ?? this.add(place, type, parent);
    this.unlink(vertex);
    vertex.object = own;
    for (const link of linksOf(own)) {
      const from = this.referrers.get(link) ?? new Set();
      this.referrers.set(link, from.add(place));
    }
    for (const child of nested) this.place(child.uri, child.entry);
  }

  remove(uri: string): boolean {
    const vertex = this.get(uri);
    if (vertex === null) return false;
    for (const child of [...vertex.children]) this.remove(child.uri);
    this.forget(vertex);
    return true;
  }

  private add(uri: string, type: AaiType, parent: Vertex | null): Vertex {
    const vertex: Vertex = { id: this.nextId, uri, type, object: {}, parent, children: [] };
    this.nextId += 8;
    this.vertices.set(uri, vertex);
    this.ids.set(vertex.id, vertex);
    const family = this.types.get(type.name) ?? new Set();
    this.types.set(type.name, family.add(vertex));
    parent?.children.push(vertex);
    return vertex;
  }

  private unlink(vertex: Vertex): void {
    for (const link of linksOf(vertex.object)) this.referrers.get(link)?.delete(vertex.uri);
  }

  private forget(vertex: Vertex): void {
    this.vertices.delete(vertex.uri);
    this.ids.delete(vertex.id);
    this.types.get(vertex.type.name)?.delete(vertex);
    this.unlink(vertex);
    const siblings = vertex.parent?.children;
    const at = siblings?.indexOf(vertex) ?? -1;
    if (at >= 0) siblings?.splice(at, 1);
  }
}

/** An inventory holding the entries; parents may come after their children. Throws on an unknown type or a missing parent. */
export function createStore(entries: Iterable<readonly [string, WorldEntry]>): AaiStore {
  const store = new Inventory();
  const sorted = [...entries].map(([uri, entry]) => ({ uri, entry, depth: uri.split('/').length }));
  for (const { uri, entry } of sorted.sort((a, b) => a.depth - b.depth)) store.put(uri, entry);
  return store;
}

/** The object as A&AI shows it: `depth` levels of children nested, links in the version asked for. */
export function renderVertex(
  vertex: Vertex,
  options: {
    readonly version: number;
    readonly depth: number;
    readonly nodesOnly: boolean;
    readonly skipRelatedTo?: boolean;
  },
): JsonObject {
  const shown: JsonObject = {};
  for (const [key, value] of Object.entries(vertex.object)) {
    if (key !== 'relationship-list') setOwn(shown, key, value);
  }
  if (options.depth > 0) {
    for (const child of vertex.children) {
      const rendered = renderVertex(child, { ...options, depth: options.depth - 1 });
      const holder = child.type.plural;
      const list = listAt(holder === null ? shown : shown[holder], child.type.name);
      if (list.length === 0) {
        const named = { [child.type.name]: list };
        setOwn(shown, holder ?? child.type.name, holder === null ? list : named);
      }
      list.push(rendered);
    }
  }
  const related = relationships(vertex.object);
  if (!options.nodesOnly && related.length > 0) {
    const list = related.map((item) => renderRelationship(item, options.version, options.skipRelatedTo === true));
    setOwn(shown, 'relationship-list', { relationship: list });
  }
  return shown;
}

function renderRelationship(item: Json, version: number, skipRelatedTo: boolean): Json {
  if (!isObject(item)) return item;
  const shown: JsonObject = {};
  for (const [key, value] of Object.entries(item)) {
    if (key === 'relationship-label' && version < 12) continue;
    if (key === 'related-to-property' && skipRelatedTo) continue;
    setOwn(shown, key, value);
  }
  const link = textAt(item, 'related-link');
  if (link !== null) setOwn(shown, 'related-link', `/aai/v${version}${normalUri(link)}`);
  return shown;
}
