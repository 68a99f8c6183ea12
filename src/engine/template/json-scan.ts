// A fast walk over JSON text that knows places: nesting depth, repeated keys and the lines of members. It does not validate;
// JSON.parse does that. One pass over the characters, own stack, so that nesting cannot exhaust the call stack.

/** What the walk reports. Return false from `key` or `open` to stop. */
export interface JsonVisitor {
  /** A member's name (decoded) and the offset of its opening quote. */
  key?(name: string, offset: number): boolean;
  /** `[` or `{`. */
  open?(list: boolean, offset: number): boolean;
  close?(): void;
  /** The comma between two list elements. */
  nextItem?(offset: number): void;
}

const QUOTE = 34;
const COMMA = 44;
const LIST_OPEN = 91;
const LIST_CLOSE = 93;
const OBJECT_OPEN = 123;
const OBJECT_CLOSE = 125;

/** Offset of the closing quote of the string that opens at `start`, or -1. */
function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

function decoded(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

class JsonWalker {
  readonly #text: string;
  readonly #visitor: JsonVisitor;
  /** For each open bracket whether it is a list. */
  readonly #lists: boolean[] = [];
  #expectKey = false;

  constructor(text: string, visitor: JsonVisitor) {
    this.#text = text;
    this.#visitor = visitor;
  }

  walk(): void {
    for (let at = 0; at >= 0 && at < this.#text.length; at += 1) {
      at = this.#step(this.#text.charCodeAt(at), at);
      if (at < 0) return;
    }
  }

  /** Offset of the last character used, or -1 to stop. */
  #step(code: number, at: number): number {
    switch (code) {
      case QUOTE:
        return this.#string(at);
      case COMMA:
        return this.#comma(at);
      case LIST_OPEN:
      case OBJECT_OPEN:
        return this.#open(code === LIST_OPEN, at);
      case LIST_CLOSE:
      case OBJECT_CLOSE:
        return this.#close(at);
      default:
        return at;
    }
  }

  #string(at: number): number {
    const end = stringEnd(this.#text, at);
    if (end < 0 || !this.#expectKey) return end;
    this.#expectKey = false;
    const goOn = this.#visitor.key?.(decoded(this.#text.slice(at + 1, end)), at) ?? true;
    return goOn ? end : -1;
  }

  #comma(at: number): number {
    if (this.#lists.at(-1) === true) this.#visitor.nextItem?.(at);
    else this.#expectKey = this.#lists.length > 0;
    return at;
  }

  #open(list: boolean, at: number): number {
    this.#lists.push(list);
    this.#expectKey = !list;
    const goOn = this.#visitor.open?.(list, at) ?? true;
    return goOn ? at : -1;
  }

  #close(at: number): number {
    this.#lists.pop();
    this.#expectKey = false;
    this.#visitor.close?.();
    return at;
  }
}

/** Walks the text from start to end, or until a visitor function returns false. */
export function walkJson(text: string, visitor: JsonVisitor): void {
  new JsonWalker(text, visitor).walk();
}

export interface JsonFacts {
  /** Deepest nesting seen; the walk stops above the limit. */
  readonly depth: number;
  /** Offset of the first repeated key, or null. */
  readonly duplicate: number | null;
}

/** Nesting and the first key that repeats within one object, at any level. Keys are compared decoded. */
export function scanJson(text: string, maxDepth: number): JsonFacts {
  const keys: (Set<string> | null)[] = [];
  let depth = 0;
  let duplicate: number | null = null;
  walkJson(text, {
    open(list) {
      keys.push(list ? null : new Set());
      depth = Math.max(depth, keys.length);
      return depth <= maxDepth;
    },
    close() {
      keys.pop();
    },
    key(name, offset) {
      const seen = keys.at(-1);
      if (seen?.has(name)) duplicate ??= offset;
      seen?.add(name);
      return true;
    },
  });
  return { depth, duplicate };
}
