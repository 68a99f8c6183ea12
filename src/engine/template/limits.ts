// Caps that keep a hostile template from costing much time or memory, in text and as an object.
import { ConductorError } from '../../domain/errors.ts';
import type { TemplateDocument } from '../../domain/template.ts';
import { isJsonObject, type JsonValue } from '../../lib/json.ts';

export interface TemplateLimits {
  /** Bytes of UTF-8. */
  readonly maxBytes: number;
  /** Nested lists and objects. A real template needs about 15. */
  readonly maxDepth: number;
  /** YAML aliases (`*name`) in one text. */
  readonly maxAliases: number;
  /** Values of any kind, after aliases are expanded. */
  readonly maxNodes: number;
}

export const TEMPLATE_LIMITS: TemplateLimits = {
  maxBytes: 10 * 1024 * 1024,
  maxDepth: 100,
  maxAliases: 100,
  maxNodes: 2_000_000,
};

/** Throws PAYLOAD_TOO_LARGE when the text has more bytes than allowed. */
export function checkSize(text: string, maxBytes: number): void {
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw new ConductorError('PAYLOAD_TOO_LARGE', `The template is larger than ${maxBytes} bytes.`);
  }
}

/** Calls `visit` with what is directly inside. Not with Object.values: that takes four times as long for an object of many keys. */
function eachInside(parent: JsonValue, visit: (child: JsonValue) => void): void {
  if (Array.isArray(parent)) for (const child of parent as readonly JsonValue[]) visit(child);
  else if (isJsonObject(parent)) for (const key in parent) if (Object.hasOwn(parent, key)) visit(parent[key] ?? null);
}

/** Lists and objects directly inside these, and how many values they hold in all. */
function oneLevelDown(parents: readonly JsonValue[]): { readonly inner: readonly JsonValue[]; readonly count: number } {
  const inner: JsonValue[] = [];
  let count = 0;
  for (const parent of parents) {
    eachInside(parent, (child) => {
      count += 1;
      if (typeof child === 'object' && child !== null) inner.push(child);
    });
  }
  return { inner, count };
}

/** Whether there are more than so many values in it; looks at hardly more than it takes to tell. */
export function holdsMoreThan(value: JsonValue | TemplateDocument, limit: number): boolean {
  let level: readonly JsonValue[] = [value as JsonValue];
  for (let seen = 1; level.length > 0; ) {
    const next: JsonValue[] = [];
    for (const parent of level) {
      const { inner, count } = oneLevelDown([parent]);
      seen += count;
      if (seen > limit) return true;
      for (const child of inner) next.push(child);
    }
    level = next;
  }
  return false;
}

/** Why a value is refused as too deep or too large, or null. Level by level, so never recursive; stops at the first excess. */
export function excessOf(value: JsonValue, limits: TemplateLimits): string | null {
  let level: readonly JsonValue[] = typeof value === 'object' && value !== null ? [value] : [];
  let nodes = 1;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limits.maxDepth) return `is nested more than ${limits.maxDepth} levels deep`;
    const { inner, count } = oneLevelDown(level);
    nodes += count;
    if (nodes > limits.maxNodes) return `has more than ${limits.maxNodes} values`;
    level = inner;
  }
  return null;
}
