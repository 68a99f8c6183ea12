// Collects broken rules with the place of each, in the order in which the rules are checked.
import type { Issue } from '../../domain/errors.ts';

const MAX_ISSUES = 200;
const MAX_TEXT = 1000;

/** `demands` + `vG` → `demands > vG`. */
export function keyPath(path: string, key: string): string {
  return path === '' ? key : `${path} > ${key}`;
}

/** `demands > vG` + 0 → `demands > vG[0]`. */
export function itemPath(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** The path of the enclosing element, or null at the top. */
export function parentPath(path: string): string | null {
  const cut = path.endsWith(']') ? path.lastIndexOf('[') : path.lastIndexOf(' > ');
  return cut <= 0 ? null : path.slice(0, cut);
}

/** Cuts a text that repeats user input to a length that is fit for a message. */
export function shorten(text: string, max: number = MAX_TEXT): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** A list that stops growing at 200 issues, so that a hostile template cannot make an endless answer. */
export class IssueList {
  readonly #issues: Issue[] = [];

  add(path: string, message: string): void {
    if (this.#issues.length < MAX_ISSUES) this.#issues.push({ path: shorten(path), message: shorten(message) });
  }

  get items(): readonly Issue[] {
    return this.#issues;
  }
}
