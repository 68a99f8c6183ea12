// The memory of one solve: a question to another system is asked once, however many demands and constraints need its answer.
// What was answered can be dumped and loaded again: a sealed memory asks nobody, so that a plan can be explained and replayed.
import type { RecordedAnswers } from '../../../domain/solution.ts';
import { type JsonValue, own, sha256 } from '../../../lib/json.ts';

/** Characters of JSON that a dump may have; more would burden the store. */
const DUMP_LIMIT = 1_000_000;
/** Longer questions and keys (whole candidates) stand in a dump as their digest. */
const LONGEST_NAME = 80;

/** Keyed answers, in flight or settled. A failed question fails everyone who asked it. */
export class Questions {
  readonly #answers = new Map<string, Map<string, Promise<unknown>>>();
  readonly #settled = new Map<string, Map<string, unknown>>();
  readonly #recorded: RecordedAnswers | null;

  /** With `recorded` it is sealed: only what is recorded is answered. */
  constructor(recorded: RecordedAnswers | null = null) {
    this.#recorded = recorded;
  }

  get sealed(): boolean {
    return this.#recorded !== null;
  }

  /**
   * Answers in the order of `keys`; undefined where there is none: in a sealed memory what was not recorded, else what `fetch`
   * left out. Keys of this `kind` that nobody asked before go to `fetch` in one batch, which must answer in their order. One
   * `kind` always has one answer type, which must be plain JSON.
   */
  async ask<T>(
    kind: string,
    keys: readonly string[],
    fetch: (missing: readonly string[]) => Promise<readonly T[]>,
  ): Promise<readonly (T | undefined)[]> {
    if (this.#recorded) {
      const table = own(this.#recorded.answers, named(kind));
      return keys.map((key) => own(table, named(key)) as T | undefined);
    }
    const known = inner(this.#answers, kind);
    const missing = [...new Set(keys)].filter((key) => !known.has(key));
    if (missing.length > 0) {
      const batch = fetch(missing);
      const settled = inner(this.#settled, kind);
      for (const [index, key] of missing.entries()) {
        const answer = batch.then((answers) => {
          settled.set(key, answers[index]);
          return answers[index];
        });
        known.set(key, answer);
      }
    }
    return Promise.all(keys.map((key) => known.get(key) as Promise<T>));
  }

  /** What was answered until now, in an order that does not depend on who asked first; null for nothing. */
  dump(limit = DUMP_LIMIT): RecordedAnswers | null {
    if (this.#recorded) return this.#recorded;
    const rows = [...this.#settled].flatMap(([kind, table]) =>
      [...table].flatMap(([key, answer]) => (answer === undefined ? [] : [[named(kind), named(key), answer] as const])),
    );
    rows.sort(([a, b], [c, d]) => order(a, c) || order(b, d));
    const kinds = new Map<string, [string, JsonValue][]>();
    let size = 0;
    let truncated = false;
    for (const [kind, key, answer] of rows) {
      const more = key.length + JSON.stringify(answer).length + 6 + (kinds.has(kind) ? 0 : kind.length + 6);
      if (size + more > limit) {
        truncated = true;
        break;
      }
      size += more;
      const entries = kinds.get(kind) ?? [];
      entries.push([key, answer as JsonValue]);
      kinds.set(kind, entries);
    }
    if (rows.length === 0) return null;
    const answers = Object.fromEntries([...kinds].map(([kind, entries]) => [kind, Object.fromEntries(entries)]));
    return { answers, ...(truncated ? { truncated } : {}) };
  }
}

function inner<T>(tables: Map<string, Map<string, T>>, kind: string): Map<string, T> {
  const known = tables.get(kind) ?? new Map<string, T>();
  tables.set(kind, known);
  return known;
}

function named(text: string): string {
  return text.length > LONGEST_NAME ? `sha256:${sha256(text).slice(0, 32)}` : text;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
