// Reads the small texts in which inventories keep capability values: JSON, and the flow form of YAML with its bare words
// (`{value:4, unit:"GB"}`, `{value: [aes, sse]}`). Bare words stay text. Never throws, never runs anything.
import type { JsonValue } from '../../../../lib/json.ts';

/** Far above any real capability; the reader stays linear in it. */
const LONGEST = 10_000;
const DEEPEST = 8;

interface Reader {
  readonly text: string;
  at: number;
}

class Unreadable extends Error {}

/** Undefined when the text is neither. */
export function parseFlow(text: string): JsonValue | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return readWhole(asFlow(text.trim()));
  }
}

/** The block form of two lines, `value: 4` and `unit: GB`, as a flow mapping. */
function asFlow(text: string): string {
  return /^(value|unit)\s*:/.test(text) ? `{${text.split(/\s*\n\s*/).join(', ')}}` : text;
}

function readWhole(text: string): JsonValue | undefined {
  const reader: Reader = { text, at: 0 };
  try {
    const value = readValue(reader, '', 0);
    blanks(reader);
    return reader.at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function readValue(reader: Reader, ends: string, depth: number): JsonValue {
  if (depth > DEEPEST) throw new Unreadable();
  blanks(reader);
  const first = reader.text[reader.at];
  if (first === '{') return readMapping(reader, depth);
  if (first === '[') return readList(reader, depth);
  if (first === '"' || first === "'") return readQuoted(reader, first);
  return readWord(reader, ends);
}

function readMapping(reader: Reader, depth: number): JsonValue {
  reader.at += 1;
  blanks(reader);
  // `{[a, b]}`: braces around a list, as some inventories have it, mean the list.
  if (reader.text[reader.at] === '[') {
    const list = readList(reader, depth + 1);
    expect(reader, '}');
    return list;
  }
  const entries: [string, JsonValue][] = [];
  while (!took(reader, '}')) {
    const key = readValue(reader, ':', depth + 1);
    if (typeof key !== 'string') throw new Unreadable();
    expect(reader, ':');
    entries.push([key, readValue(reader, ',}', depth + 1)]);
    if (!took(reader, ',')) {
      expect(reader, '}');
      break;
    }
  }
  return Object.fromEntries(entries);
}

function readList(reader: Reader, depth: number): JsonValue {
  reader.at += 1;
  const items: JsonValue[] = [];
  while (!took(reader, ']')) {
    items.push(readValue(reader, ',]', depth + 1));
    if (!took(reader, ',')) {
      expect(reader, ']');
      break;
    }
  }
  return items;
}

function readQuoted(reader: Reader, quote: string): string {
  const end = reader.text.indexOf(quote, reader.at + 1);
  if (end < 0) throw new Unreadable();
  const word = reader.text.slice(reader.at + 1, end);
  reader.at = end + 1;
  return word;
}

/** Up to one of `ends`; an empty word is nothing. */
function readWord(reader: Reader, ends: string): JsonValue {
  const from = reader.at;
  while (reader.at < reader.text.length && !ends.includes(reader.text[reader.at] ?? '')) reader.at += 1;
  const word = reader.text.slice(from, reader.at).trim();
  if (/[{}[\]]/.test(word)) throw new Unreadable();
  return word === '' || word === '~' || word === 'null' ? null : word;
}

function blanks(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at += 1;
}

function took(reader: Reader, mark: string): boolean {
  blanks(reader);
  if (reader.text[reader.at] !== mark) return false;
  reader.at += 1;
  return true;
}

function expect(reader: Reader, mark: string): void {
  if (!took(reader, mark)) throw new Unreadable();
}
