// Random numbers that are the same for the same seed: who is struck, how and when, and which plan comes next.

export interface Numbers {
  /** From 0 (inclusive) to 1. */
  next(): number;
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /** Throws for an empty list. */
  pick<T>(from: readonly T[]): T;
  /** A new list in another order. */
  shuffled<T>(list: readonly T[]): T[];
}

/** mulberry32: small, fast and good enough to choose with. */
export function numbersOf(seed: number): Numbers {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    pick(from) {
      const found = from[below(from.length)];
      if (found === undefined) throw new Error('nothing to choose from');
      return found;
    },
    shuffled(list) {
      const out = [...list];
      for (let at = out.length - 1; at > 0; at -= 1) {
        const other = below(at + 1);
        const [a, b] = [out[at], out[other]];
        if (a !== undefined && b !== undefined) [out[at], out[other]] = [b, a];
      }
      return out;
    },
  };
}
