// The check on the watch itself: now and then the keys are listed and compared with what the watch has told. A difference that is
// still there when the watch has come as far as the listing is an event that was never delivered (etcd has had such bugs).
import type { KeyValue, Kv } from './kv.ts';

const PAGE = 1_000;

/** All keys of a prefix at one revision, page by page. */
export async function* listAll(
  kv: Kv,
  prefix: string,
  options: { readonly limit: number; readonly keysOnly: boolean },
): AsyncGenerator<{ readonly revision: number; readonly kvs: readonly KeyValue[] }> {
  let page = await kv.range(prefix, options);
  const { revision } = page;
  for (;;) {
    yield { revision, kvs: page.kvs };
    const last = page.kvs.at(-1);
    if (!page.more || !last) return;
    page = await kv.range(prefix, { ...options, revision, after: last.key });
  }
}

/** One comparison: `begin` it, `touch` it with every watched change meanwhile, and ask `missed` when the watch has moved on. */
export class Resync {
  /** What the watch has changed since this began, and when. */
  readonly #touched = new Map<string, number>();
  readonly #doubts = new Map<string, number>();
  #revision = Number.POSITIVE_INFINITY;

  /** `known` is the watched state (key → modification revision), which goes on changing. */
  async begin(kv: Kv, prefix: string, known: ReadonlyMap<string, number>): Promise<void> {
    const unlisted = new Set(known.keys());
    let at = 0;
    for await (const { revision, kvs } of listAll(kv, prefix, { limit: PAGE, keysOnly: true })) {
      at = revision;
      for (const { key, modRevision } of kvs) {
        unlisted.delete(key);
        if (known.get(key) !== modRevision) this.#doubts.set(key, modRevision);
      }
    }
    // 0: should not be there.
    for (const key of unlisted) this.#doubts.set(key, 0);
    this.#revision = at;
  }

  touch(key: string, revision: number): void {
    this.#touched.set(key, revision);
  }

  /** Keys whose change was never told, or null as long as the watch has not come to the listing's revision. */
  missed(known: ReadonlyMap<string, number>, watchedUpTo: number): readonly string[] | null {
    if (watchedUpTo < this.#revision) return null;
    const wrong = [...this.#doubts].filter(
      ([key, modRevision]) => (known.get(key) ?? 0) !== modRevision && (this.#touched.get(key) ?? 0) <= this.#revision,
    );
    return wrong.map(([key]) => key);
  }
}
