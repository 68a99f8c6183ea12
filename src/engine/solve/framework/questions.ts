// The memory of one solve: a question to another system is asked once, however many demands and constraints need its answer.

/** Keyed answers, in flight or settled. A failed question fails everyone who asked it. */
export class Questions {
  readonly #answers = new Map<string, Map<string, Promise<unknown>>>();

  /**
   * Answers in the order of `keys`. Keys of this `kind` that nobody asked before go to `fetch` in one batch, which must
   * answer in their order. One `kind` always has one answer type.
   */
  async ask<T>(
    kind: string,
    keys: readonly string[],
    fetch: (missing: readonly string[]) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const known = this.#answers.get(kind) ?? new Map<string, Promise<unknown>>();
    this.#answers.set(kind, known);
    const missing = [...new Set(keys)].filter((key) => !known.has(key));
    if (missing.length > 0) {
      const batch = fetch(missing);
      for (const [index, key] of missing.entries()) {
        known.set(
          key,
          batch.then((answers) => answers[index]),
        );
      }
    }
    return Promise.all(keys.map((key) => known.get(key) as Promise<T>));
  }
}
