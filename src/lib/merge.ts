// Several asynchronous sources read as one.

/**
 * What its sources yield, as it comes; each is asked for its next item only when the last one was taken. Sources may be added
 * while it is read. Throws what a source throws. It closes no source: whoever made them does.
 */
export class Merged<T> {
  readonly #arrived: { readonly source: AsyncIterator<T>; readonly take: () => IteratorResult<T> }[] = [];
  #open = 0;
  #wake: () => void = () => {};

  add(items: AsyncIterable<T>): void {
    this.#open += 1;
    this.#ask(items[Symbol.asyncIterator]());
  }

  /** For one reader; ends when every source has. */
  async *items(): AsyncGenerator<T, void, undefined> {
    while (this.#open > 0) {
      const next = this.#arrived.shift();
      if (!next) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const result = next.take();
      if (result.done) this.#open -= 1;
      else {
        yield result.value;
        this.#ask(next.source);
      }
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
