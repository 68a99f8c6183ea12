// Several asynchronous sources read as one.

/**
 * What its sources yield, as it comes; each is asked for its next item only when the last one was taken. Sources may be added
 * while it is read. Throws what a source throws. When its reader goes it closes its sources and waits for none: one that is asked
 * for its next item ends only when its maker wants it to.
 */
export class Merged<T> {
  readonly #arrived: { readonly source: AsyncIterator<T>; readonly take: () => IteratorResult<T> }[] = [];
  /** Those that have not ended. */
  readonly #sources = new Set<AsyncIterator<T>>();
  #wake: () => void = () => {};

  add(items: AsyncIterable<T>): void {
    const source = items[Symbol.asyncIterator]();
    this.#sources.add(source);
    this.#ask(source);
  }

  /** For one reader; ends when every source has. */
  async *items(): AsyncGenerator<T, void, undefined> {
    try {
      while (this.#sources.size > 0) {
        const next = this.#arrived.shift();
        if (!next) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        const result = next.take();
        if (result.done) this.#sources.delete(next.source);
        else {
          yield result.value;
          this.#ask(next.source);
        }
      }
    } finally {
      for (const source of this.#sources) void close(source);
    }
  }

  #ask(source: AsyncIterator<T>): void {
    const arrive = (take: () => IteratorResult<T>) => {
      this.#arrived.push({ source, take });
      this.#wake();
    };
    source.next().then(
      (result) => arrive(() => result),
      (error: unknown) =>
        arrive(() => {
          throw error;
        }),
    );
  }
}

/** Nobody is left whom a failure could be told. */
async function close(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {}
}
