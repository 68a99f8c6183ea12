// Sets of candidate indices as bits, so that intersecting thousands of candidates takes a few dozen operations.

export type Bits = Uint32Array;

export function fullBits(size: number): Bits {
  const bits = new Uint32Array((size + 31) >>> 5).fill(0xffffffff);
  if (size & 31) bits[bits.length - 1] = (1 << (size & 31)) - 1;
  return bits;
}

export function setBit(bits: Bits, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31));
}

export function clearBit(bits: Bits, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) & ~(1 << (index & 31));
}

/** target = a ∩ b; all of one size, `target` may be `a`. */
export function intersect(target: Bits, a: Bits, b: Bits): void {
  for (let word = 0; word < target.length; word += 1) target[word] = (a[word] ?? 0) & (b[word] ?? 0);
}

export function countBits(bits: Bits): number {
  let count = 0;
  for (let at = nextBit(bits, 0); at >= 0; at = nextBit(bits, at + 1)) count += 1;
  return count;
}

/** The smallest member that is at least `from`, or -1. */
export function nextBit(bits: Bits, from: number): number {
  let word = from >>> 5;
  if (word >= bits.length) return -1;
  let value = (bits[word] ?? 0) & (-1 << (from & 31));
  while (value === 0) {
    word += 1;
    if (word >= bits.length) return -1;
    value = bits[word] ?? 0;
  }
  return (word << 5) + (31 - Math.clz32(value & -value));
}

/** The smallest member of both that is at least `from`, or -1. */
export function nextCommon(a: Bits, b: Bits, from: number): number {
  for (let word = from >>> 5, mask = -1 << (from & 31); word < a.length; word += 1, mask = -1) {
    const value = (a[word] ?? 0) & (b[word] ?? 0) & mask;
    if (value !== 0) return (word << 5) + (31 - Math.clz32(value & -value));
  }
  return -1;
}
