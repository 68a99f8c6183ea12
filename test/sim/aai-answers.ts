// How A&AI answers: its error envelope, its formats of a result list, and XML for clients that do not ask for JSON.

import { renderVertex, type Vertex } from './aai-store.ts';
import type { Answer } from './faults.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

interface FaultDetail {
  readonly status: number;
  /** `SVC…` or `POL…`. */
  readonly messageId: string;
  readonly text: string;
  /** Values for `%1`, `%2`, …; the A&AI error code is the last one. */
  readonly variables: readonly string[];
}

/** Thrown by the handlers; becomes the error envelope. */
export class AaiFault extends Error {
  readonly detail: FaultDetail;
  constructor(detail: FaultDetail) {
    super(detail.text);
    this.detail = detail;
  }
}

const NOT_FOUND = 'Resource not found for %1 using id %2 (msg=%3) (ec=%4)';
const BAD_INPUT = 'Invalid input performing %1 on %2 (msg=%3) (ec=%4)';

export function notFound(method: string, path: string, type: string): AaiFault {
  const message = `Node Not Found:No Node of type ${type} found at: ${path}`;
  const variables = [method, path, message, 'ERR.5.4.6114'];
  return new AaiFault({ status: 404, messageId: 'SVC3001', text: NOT_FOUND, variables });
}

export function noStart(path: string): AaiFault {
  const message = 'Node Not Found:No Start Node found for the URIs of the request';
  return new AaiFault({
    status: 404,
    messageId: 'SVC3001',
    text: NOT_FOUND,
    variables: ['PUT', path, message, 'ERR.5.4.6148'],
  });
}

export function badInput(method: string, path: string, message: string, code = 'ERR.5.4.3000'): AaiFault {
  return new AaiFault({ status: 400, messageId: 'SVC3000', text: BAD_INPUT, variables: [method, path, message, code] });
}

export function badRequest(messageId: string, path: string, message: string): AaiFault {
  const code = `ERR.5.4.${messageId.replace(/^\D+/, '')}`;
  return new AaiFault({ status: 400, messageId, text: BAD_INPUT, variables: ['GET', path, message, code] });
}

export function policyFault(method: string, path: string, message: string, code: string): AaiFault {
  const text = 'Unauthorized to perform %1 on %2 (msg=%3) (ec=%4)';
  return new AaiFault({ status: 403, messageId: 'POL3300', text, variables: [method, path, message, code] });
}

function envelope(detail: FaultDetail): JsonObject {
  const kind = detail.messageId.startsWith('POL') ? 'policyException' : 'serviceException';
  const body = { messageId: detail.messageId, text: detail.text, variables: [...detail.variables] };
  return { requestError: { [kind]: body } };
}

export function faultAnswer(detail: FaultDetail, xml: boolean): Answer {
  return xml ? xmlAnswer(detail.status, 'Fault', envelope(detail)) : jsonAnswer(detail.status, envelope(detail));
}

export function jsonAnswer(status: number, body: Json): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function toXml(name: string, value: Json): string {
  if (Array.isArray(value)) return value.map((item) => toXml(name, item)).join('');
  if (!isObject(value)) return `<${name}>${escapeXml(String(value))}</${name}>`;
  const inner = Object.entries(value).map(([key, item]) => toXml(key, item));
  return `<${name}>${inner.join('')}</${name}>`;
}

export function xmlAnswer(status: number, root: string, body: Json): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${toXml(root, body)}`;
  return { status, headers: { 'content-type': 'application/xml' }, body: text };
}

const FORMATS = ['resource', 'resource_and_url', 'pathed', 'id', 'count', 'simple'] as const;
export type Format = (typeof FORMATS)[number];

export function isFormat(text: string): text is Format {
  return FORMATS.some((format) => format === text);
}

interface ResultOptions {
  readonly version: number;
  readonly depth: number;
  readonly nodesOnly: boolean;
  readonly skipRelatedTo?: boolean;
}

function simple(vertex: Vertex, url: string): JsonObject {
  const properties: JsonObject = { ...vertex.object };
  delete properties['relationship-list'];
  return { id: String(vertex.id), 'node-type': vertex.type.name, url, properties, 'related-to': [] };
}

function resultItem(vertex: Vertex, format: Format, options: ResultOptions): JsonObject {
  const name = vertex.type.name;
  const url = `/aai/v${options.version}${vertex.uri}`;
  if (format === 'pathed') return { 'resource-type': name, 'resource-link': url };
  if (format === 'id') {
    return { 'resource-type': name, 'resource-link': `/aai/v${options.version}/resources/id/${vertex.id}` };
  }
  if (format === 'simple') return simple(vertex, url);
  const rendered = renderVertex(vertex, options);
  return format === 'resource' ? { [name]: rendered } : { url, [name]: rendered };
}

/** `{"results": […]}` in the format asked for. */
export function resultList(vertices: readonly Vertex[], format: Format, options: ResultOptions): JsonObject {
  if (format !== 'count') return { results: vertices.map((vertex) => resultItem(vertex, format, options)) };
  const counts: JsonObject = {};
  for (const vertex of vertices) {
    const before = counts[vertex.type.name];
    counts[vertex.type.name] = (typeof before === 'number' ? before : 0) + 1;
  }
  return { results: [counts] };
}

function scatterKey(text: string): number {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  return hash >>> 0;
}

/** A fixed order that is not the order of the keys asked for: the real server formats big results in parallel. */
export function scatter(vertices: readonly Vertex[]): Vertex[] {
  return [...vertices].sort((a, b) => scatterKey(a.uri) - scatterKey(b.uri) || a.id - b.id);
}
