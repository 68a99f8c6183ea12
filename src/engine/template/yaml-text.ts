// YAML 1.1 text → plain JSON data. A safe subset: no tags, few aliases, one document, bounded depth, unique keys.
// The text is lexed piece by piece so that tags and deep nesting are refused before anything is built from them.
import { Composer, CST, isAlias, isMap, isScalar, isSeq, Lexer, type Pair, Parser } from 'yaml';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { isJsonObject } from '../../lib/json.ts';
import { itemPath, keyPath } from './issues.ts';
import type { TemplateLimits } from './limits.ts';

/** A text that cannot be read; `duplicate` marks a repeated key, which has a message of its own. */
export class TextError extends Error {
  readonly offset: number;
  readonly duplicate: boolean;

  constructor(message: string, offset: number, duplicate = false) {
    super(message);
    this.name = 'TextError';
    this.offset = offset;
    this.duplicate = duplicate;
  }
}

/** Values that all aliases together may stand for. */
const MAX_EXPANDED = 100_000;
const MAX_MERGED = 10_000;

/** Told the offset of each member and element, by path. */
export type NodeObserver = (path: string, offset: number) => void;

function tokensOf(text: string, limits: TemplateLimits): CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > limits.maxNodes) throw new TextError('too many elements', parser.offset);
    if (CST.tokenType(lexeme) === 'tag')
      throw new TextError(`tag ${lexeme.slice(0, 60)} is not allowed`, parser.offset);
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > limits.maxDepth + 2) {
      throw new TextError(`nested more than ${limits.maxDepth} levels deep`, parser.offset);
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function offsetOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
}

class Converter {
  readonly #anchors = new Map<string, { readonly value: JsonValue; readonly size: number }>();
  readonly #limits: TemplateLimits;
  readonly #observe: NodeObserver | undefined;
  #aliases = 0;
  /** Values made so far, what aliases stand for included. */
  #values = 0;
  #expanded = 0;
  #merged = 0;

  constructor(limits: TemplateLimits, observe: NodeObserver | undefined) {
    this.#limits = limits;
    this.#observe = observe;
  }

  convert(node: unknown, path: string): JsonValue {
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node));
    const before = this.#values;
    this.#values += 1;
    const value = this.#value(node, path);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { value, size: this.#values - before });
    return value;
  }

  #value(node: unknown, path: string): JsonValue {
    if (isMap(node)) return this.#map(node.items, path);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const place = itemPath(path, index);
        this.#observe?.(place, offsetOf(item));
        return this.convert(item, place);
      });
    }
    return isScalar(node) ? this.#scalar(node.value, node.source, offsetOf(node)) : null;
  }

  #alias(name: string, offset: number): JsonValue {
    this.#aliases += 1;
    if (this.#aliases > this.#limits.maxAliases) throw new TextError('too many aliases', offset);
    const anchor = this.#anchors.get(name);
    if (anchor === undefined) throw new TextError(`alias *${name.slice(0, 60)} has no anchor before it`, offset);
    this.#values += anchor.size;
    this.#expanded += anchor.size;
    if (this.#expanded > MAX_EXPANDED) throw new TextError('aliases stand for too many values', offset);
    return anchor.value;
  }

  #scalar(value: unknown, source: string | undefined, offset: number): JsonValue {
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return value;
      throw new TextError(`number ${(source ?? String(value)).slice(0, 60)} is out of range`, offset);
    }
    // Dates stay the text that was written; a lone `<<` is text too.
    return value === null || value === undefined ? null : (source ?? String(value));
  }

  #keyText(key: unknown): string {
    if (!isScalar(key)) throw new TextError('a key must be a plain text', offsetOf(key));
    if (key.anchor !== undefined) this.convert(key, '');
    return typeof key.value === 'string' ? key.value : (key.source ?? '');
  }

  #map(pairs: readonly Pair<unknown, unknown>[], path: string): JsonObject {
    const entries = new Map<string, JsonValue>();
    const merges: JsonObject[] = [];
    for (const { key, value } of pairs) {
      if (isScalar(key) && typeof key.value === 'symbol') {
        merges.push(...this.#mergeSources(this.convert(value, path), offsetOf(key)));
        continue;
      }
      const name = this.#keyText(key);
      if (entries.has(name)) throw new TextError('duplicate key', offsetOf(key), true);
      const place = keyPath(path, name);
      this.#observe?.(place, offsetOf(key));
      entries.set(name, this.convert(value, place));
    }
    for (const merge of merges) {
      for (const [name, value] of Object.entries(merge)) if (!entries.has(name)) entries.set(name, value);
    }
    return Object.fromEntries(entries);
  }

  #mergeSources(value: JsonValue, offset: number): JsonObject[] {
    const sources = (Array.isArray(value) ? value : [value]) as readonly JsonValue[];
    if (!sources.every(isJsonObject)) throw new TextError('a merge key needs a map or a list of maps', offset);
    for (const source of sources) this.#merged += Object.keys(source).length;
    if (this.#merged > MAX_MERGED) throw new TextError('too many merged keys', offset);
    return [...sources];
  }
}

/** Plain data of a YAML 1.1 text. Throws TextError. Dates are kept as text, keys become text as written. */
export function readYaml(text: string, limits: TemplateLimits, observe?: NodeObserver): JsonValue {
  const options = { version: '1.1', uniqueKeys: false, strict: true, prettyErrors: false } as const;
  const documents = [...new Composer(options).compose(tokensOf(text, limits))];
  const [document, second] = documents;
  if (document === undefined) return null;
  if (second !== undefined) throw new TextError('more than one document', offsetOf(second));
  const error = document.errors[0];
  if (error) throw new TextError(error.message.replace(/\s+/g, ' '), error.pos[0]);
  return new Converter(limits, observe).convert(document.contents, '');
}
