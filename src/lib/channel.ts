// A bounded, ordered hand-over from a producer that must not wait to one consumer that may be slow.
// When full it coalesces: an item with the same key replaces the older one, else the oldest is dropped and counted.

export interface ChannelOptions<T> {
  /** Items held at the most before coalescing starts. @default 1024 */
  readonly capacity?: number;
  /** Items with an equal key may replace each other when the channel is full. */
  readonly keyOf?: (item: T) => string;
  /** Called with the number of items lost (replaced or dropped). */
  readonly onDrop?: (count: number) => void;
}

/** Async iterable queue. `push` never blocks; `end` finishes the iteration after what is queued; `fail` after it throws. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #options: ChannelOptions<T>;
  #waiting: (() => void) | null = null;
  #done = false;
  #error: { readonly cause: unknown } | null = null;

  constructor(options: ChannelOptions<T> = {}) {
    this.#options = options;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#done) return;
    if (this.#items.length >= (this.#options.capacity ?? 1024)) this.#makeRoom(item);
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#done = true;
    this.#wake();
  }

  fail(cause: unknown): void {
    if (!this.#done) this.#error = { cause };
    this.end();
  }

  #makeRoom(item: T): void {
    const { keyOf } = this.#options;
    const key = keyOf?.(item);
    const same = keyOf ? this.#items.findIndex((old) => keyOf(old) === key) : -1;
    this.#items.splice(Math.max(same, 0), 1);
    this.#options.onDrop?.(1);
  }

  #wake(): void {
    const wake = this.#waiting;
    this.#waiting = null;
    wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        while (this.#items.length > 0) yield this.#items.shift() as T;
        if (this.#error) throw this.#error.cause;
        if (this.#done) return;
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
      }
    } finally {
      this.#done = true;
      this.#items.length = 0;
    }
  }
}

/** Ends the channel when the signal is aborted. */
export function endOnAbort<T>(channel: Channel<T>, signal: AbortSignal): void {
  if (signal.aborted) channel.end();
  else signal.addEventListener('abort', () => channel.end(), { once: true });
}
