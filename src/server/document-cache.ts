// A cache for parsed documents that cannot be filled with rubbish: few entries, and only for texts of ordinary length.

const ENTRIES = 1000;
const LONGEST_TEXT = 20_000;

export interface TextCache<T> {
  get(text: string): T | undefined;
  set(text: string, value: T): void;
}

/** Least recently used goes first. */
export function boundedCache<T>(): TextCache<T> {
  const entries = new Map<string, T>();
  return {
    get(text) {
      const value = entries.get(text);
      if (value === undefined) return undefined;
      entries.delete(text);
      entries.set(text, value);
      return value;
    },
    set(text, value) {
      if (text.length > LONGEST_TEXT) return;
      const [oldest] = entries.keys();
      if (entries.size >= ENTRIES && oldest !== undefined) entries.delete(oldest);
      entries.set(text, value);
    },
  };
}
