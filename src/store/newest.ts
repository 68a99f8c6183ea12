// A place for one value between a writer that never waits and a reader that may be slow: what was not read is replaced.

export class Newest<T> {
  #value: { readonly value: T } | null = null;
  #over: { readonly error?: unknown } | null = null;
  #wake: () => void = () => {};

  put(value: T): void {
    if (this.#over) return;
    this.#value = { value };
    this.#wake();
  }

  /** The reader still gets what is there. */
  end(): void {
    this.#over ??= {};
    this.#wake();
  }

  fail(error: unknown): void {
    this.#over ??= { error };
    this.#wake();
  }

  /** For one reader. Throws what `fail` was given. */
  async *items(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const found = this.#value;
      this.#value = null;
      if (found) yield found.value;
      else if (this.#over) break;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    if (this.#over && 'error' in this.#over) throw this.#over.error;
  }
}
