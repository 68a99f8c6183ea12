// Places in a text: line numbers, the snippet of a duplicate-key message, and the lines of given paths.
import type { Issue } from '../../domain/errors.ts';
import { itemPath, keyPath, parentPath } from './issues.ts';
import { walkJson } from './json-scan.ts';

/** Counts lines for offsets that only grow, so that a whole text is read once. */
export class LineCounter {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** 1-based line of `offset`; offsets must not run backwards. */
  lineAt(offset: number): number {
    for (let next = this.#text.indexOf('\n', this.#at); next >= 0 && next < offset; ) {
      this.#line += 1;
      this.#at = next + 1;
      next = this.#text.indexOf('\n', this.#at);
    }
    return this.#line;
  }
}

/** 1-based line and column of one offset. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const line = new LineCounter(text).lineAt(offset);
  return { line, column: offset - text.lastIndexOf('\n', offset - 1) };
}

const HALF_WINDOW = 36.5;
const LINE_ENDS = new Set(['\0', '\r', '\n', '\u0085', '\u2028', '\u2029']);

/**
 * The part of the line around an offset, at most about 75 characters, ` ... ` where it was cut, stripped.
 * The same window as the reference's YAML reader shows.
 */
export function snippetAt(text: string, offset: number): string {
  const before = Array.from(text.slice(Math.max(0, offset - 100), offset));
  const after = Array.from(text.slice(offset, offset + 100));
  let start = before.length;
  let head = '';
  while (start > 0 && !LINE_ENDS.has(before[start - 1] ?? '')) {
    start -= 1;
    if (before.length - start > HALF_WINDOW) {
      head = ' ... ';
      start += 5;
      break;
    }
  }
  let end = 0;
  let tail = '';
  while (end < after.length && !LINE_ENDS.has(after[end] ?? '')) {
    end += 1;
    if (end > HALF_WINDOW) {
      tail = ' ... ';
      end -= 5;
      break;
    }
  }
  return `${head}${before.slice(start).join('')}${after.slice(0, end).join('')}${tail}`.trim();
}

/** Lines (1-based) of those members and elements of a JSON text whose path is wanted. */
export function jsonLines(text: string, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const counter = new LineCounter(text);
  const paths: string[] = [];
  const indexes: number[] = [];
  let current = '';
  const note = (offset: number) => {
    if (wanted.has(current) && !found.has(current)) found.set(current, counter.lineAt(offset));
  };
  const item = (offset: number, index: number) => {
    indexes[indexes.length - 1] = index;
    current = itemPath(paths.at(-1) ?? '', index);
    // An element stands where it begins, not where the one before it ends.
    let start = offset + 1;
    while (' \t\r\n'.includes(text.charAt(start) || 'x')) start += 1;
    note(start);
  };
  walkJson(text, {
    open(list, offset) {
      paths.push(current);
      indexes.push(0);
      if (list) item(offset, 0);
      return true;
    },
    close() {
      current = paths.pop() ?? '';
      indexes.pop();
    },
    nextItem(offset) {
      item(offset, (indexes.at(-1) ?? 0) + 1);
    },
    key(name, offset) {
      current = keyPath(paths.at(-1) ?? '', name);
      note(offset);
      return true;
    },
  });
  return found;
}

function ancestry(path: string): string[] {
  const out: string[] = [];
  for (let at: string | null = path; at !== null && at !== ''; at = parentPath(at)) out.push(at);
  return out;
}

/** Issues with the line of the innermost element of their path that `linesOf` finds in the caller's text. */
export function withLines(
  issues: readonly Issue[],
  linesOf: (wanted: ReadonlySet<string>) => ReadonlyMap<string, number>,
): readonly Issue[] {
  if (issues.length === 0) return issues;
  const lines = linesOf(new Set(issues.flatMap((issue) => ancestry(issue.path))));
  return issues.map((issue) => {
    const place = ancestry(issue.path).find((path) => lines.has(path));
    const line = place === undefined ? undefined : lines.get(place);
    return line === undefined ? issue : { ...issue, line };
  });
}
