// Bytes that are kept for long.

/**
 * A copy that keeps nothing else alive. A small Buffer is a view of a slab of 8 KB, or of the whole message that it came in: whoever
 * keeps a thousand of them keeps a thousand slabs.
 */
export function ownBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
