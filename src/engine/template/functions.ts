// Intrinsic functions of a template: `get_param` (name, or [name, key, index…] walking into the value) and `get_file`.
// What they put in is not resolved again. Source: template.md section 2 of the behaviour specification.
import { isJsonObject, type JsonObject, type JsonValue, own } from '../../lib/json.ts';
import { type IssueList, itemPath, keyPath } from './issues.ts';
import { pythonStr } from './python-text.ts';

/** JSON characters that all insertions together may add: a large parameter used often must not become a memory bomb. */
const MAX_INSERTED = 20 * 1024 * 1024;

type Outcome = { readonly value: JsonValue } | { readonly problem: string };

export class FunctionResolver {
  readonly #parameters: JsonObject | null;
  readonly #files: JsonObject;
  readonly #issues: IssueList;
  readonly #unresolved = new Set<string>();
  readonly #sizes = new Map<JsonValue, number>();
  #inserted = 0;

  /** Without parameters (their section is broken) functions stay unresolved and cause no issues of their own. */
  constructor(parameters: JsonObject | null, files: JsonObject, issues: IssueList) {
    this.#parameters = parameters;
    this.#files = files;
    this.#issues = issues;
  }

  /** Places that could not be resolved and so keep their function object: nothing else should be said about them. */
  get unresolved(): ReadonlySet<string> {
    return this.#unresolved;
  }

  /** The value with every function replaced, at any depth; the value itself when it has none. */
  resolve(value: JsonValue, path: string): JsonValue {
    if (typeof value !== 'object' || value === null) return value;
    if (!isJsonObject(value)) return this.#resolveList(value, path);
    const outcome = this.#call(value, path);
    if (outcome !== null) return this.#settle(outcome, value, path);
    let changed: Map<string, JsonValue> | null = null;
    for (const [key, item] of Object.entries(value)) {
      // Most members are plain texts: no path is built for them.
      if (typeof item !== 'object' || item === null) continue;
      const resolved = this.resolve(item, keyPath(path, key));
      if (resolved === item) continue;
      changed ??= new Map(Object.entries(value));
      changed.set(key, resolved);
    }
    return changed === null ? value : Object.fromEntries(changed);
  }

  #resolveList(list: readonly JsonValue[], path: string): JsonValue {
    let changed: JsonValue[] | null = null;
    for (const [index, item] of list.entries()) {
      if (typeof item !== 'object' || item === null) continue;
      const resolved = this.resolve(item, itemPath(path, index));
      if (resolved === item) continue;
      changed ??= [...list];
      changed[index] = resolved;
    }
    return changed ?? list;
  }

  #settle(outcome: Outcome, original: JsonObject, path: string): JsonValue {
    if ('value' in outcome && this.#fits(outcome.value)) return outcome.value;
    this.#unresolved.add(path);
    const problem =
      'problem' in outcome ? outcome.problem : `Template grows too large by the value inserted in path ${path}`;
    if (problem !== '') this.#issues.add(path, problem);
    return original;
  }

  /** The outcome of a function object, or null when the object is none. */
  #call(value: JsonObject, path: string): Outcome | null {
    const isParam = Object.hasOwn(value, 'get_param');
    if (!isParam && !Object.hasOwn(value, 'get_file')) return null;
    if (Object.keys(value).length !== 1) return null;
    if (isParam) return this.#getParam(own(value, 'get_param') ?? null, path);
    return this.#getFile(own(value, 'get_file') ?? null, path);
  }

  #getParam(argument: JsonValue, path: string): Outcome {
    const parameters = this.#parameters;
    if (parameters === null) return { problem: '' };
    const [name, ...steps] = (Array.isArray(argument) ? argument : [argument]) as readonly JsonValue[];
    if (typeof name !== 'string')
      return { problem: `Parameter name '${pythonStr(argument)}' not a string in path ${path}` };
    let value = own(parameters, name);
    if (value === undefined) return { problem: `Parameter '${name}' undefined in path ${path}` };
    for (const step of steps) {
      value = stepInto(value, step);
      if (value === undefined)
        return { problem: `Parameter '${name}' has no element '${pythonStr(step)}' in path ${path}` };
    }
    return { value };
  }

  #getFile(argument: JsonValue, path: string): Outcome {
    const content = typeof argument === 'string' ? own(this.#files, argument) : undefined;
    return content === undefined
      ? { problem: `File '${pythonStr(argument)}' undefined in path ${path}` }
      : { value: content };
  }

  #fits(value: JsonValue): boolean {
    let size = this.#sizes.get(value);
    if (size === undefined) {
      size = typeof value === 'string' ? value.length : JSON.stringify(value).length;
      this.#sizes.set(value, size);
    }
    this.#inserted += size;
    return this.#inserted <= MAX_INSERTED;
  }
}

/** An element of a list (by number or digits) or a member of an object; undefined when there is none. */
function stepInto(value: JsonValue, step: JsonValue): JsonValue | undefined {
  if (typeof step !== 'string' && typeof step !== 'number') return undefined;
  if (isJsonObject(value)) return own(value, String(step));
  if (!Array.isArray(value) || !/^\d{1,9}$/.test(String(step))) return undefined;
  return (value as readonly JsonValue[])[Number(step)];
}
