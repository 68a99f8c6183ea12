// A reader of zip archives in memory, for CSARs: the central directory rules, entries are inflated one by one on request, and
// everything is bounded. Names are only keys: nothing is written anywhere, so a path such as `../x` can do no harm.
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

export interface ZipLimits {
  /** Entries in the archive. */
  readonly maxEntries: number;
  /** Bytes of one entry when inflated. */
  readonly maxEntryBytes: number;
  /** Inflated size by deflated size, for entries above 64 KiB. */
  readonly maxRatio: number;
}

export const ZIP_LIMITS: ZipLimits = { maxEntries: 5_000, maxEntryBytes: 256 * 1024, maxRatio: 200 };

export interface ZipArchive {
  /** In the order of the directory; folders end in `/`. */
  readonly names: readonly string[];
  /** Content of an entry. Throws ZipError when there is none, or it is damaged, encrypted or beyond a limit. */
  read(name: string): Promise<Buffer>;
}

/** The archive is none, is damaged, or is beyond a limit; the message says which. */
export class ZipError extends Error {}

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Of the local header. */
  readonly offset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const DIRECTORY_SIGNATURE = 0x02014b50;
const DIRECTORY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const RATIO_FREE_BYTES = 64 * 1024;

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

/** Reads the directory. Throws ZipError. */
export function openZip(data: Uint8Array, limits: ZipLimits = ZIP_LIMITS): ZipArchive {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const entries = readDirectory(bytes, limits);
  return {
    names: [...entries.keys()],
    async read(name) {
      const entry = entries.get(name);
      if (!entry) throw new ZipError(`the archive has no entry ${shown(name)}`);
      return content(bytes, name, entry, limits);
    },
  };
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 120));
}

function findEnd(bytes: Buffer): number {
  const lowest = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= lowest; at -= 1) {
    if (bytes.readUInt32LE(at) === END_SIGNATURE && at + END_BYTES + bytes.readUInt16LE(at + 20) <= bytes.length) {
      return at;
    }
  }
  throw new ZipError('it is no zip archive');
}

function readDirectory(bytes: Buffer, limits: ZipLimits): ReadonlyMap<string, Entry> {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  const start = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || start === 0xffffffff) throw new ZipError('zip64 archives are not read');
  if (count > limits.maxEntries) throw new ZipError(`the archive has more than ${limits.maxEntries} entries`);
  const entries = new Map<string, Entry>();
  let at = start;
  for (let index = 0; index < count; index += 1) {
    if (at + DIRECTORY_BYTES > end || bytes.readUInt32LE(at) !== DIRECTORY_SIGNATURE) {
      throw new ZipError('the directory of the archive is damaged');
    }
    const nameEnd = at + DIRECTORY_BYTES + bytes.readUInt16LE(at + 28);
    const next = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (next > end) throw new ZipError('the directory of the archive is damaged');
    const name = bytes.toString('utf8', at + DIRECTORY_BYTES, nameEnd);
    // Two entries of one name are how archives say different things to different readers.
    if (entries.has(name)) throw new ZipError(`the archive has two entries ${shown(name)}`);
    entries.set(name, readEntry(bytes, at));
    at = next;
  }
  return entries;
}

function readEntry(bytes: Buffer, at: number): Entry {
  return {
    flags: bytes.readUInt16LE(at + 8),
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  };
}

async function content(bytes: Buffer, name: string, entry: Entry, limits: ZipLimits): Promise<Buffer> {
  if (entry.flags & ENCRYPTED) throw new ZipError(`the entry ${shown(name)} is encrypted`);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw new ZipError(`the entry ${shown(name)} is packed in an unknown way (${entry.method})`);
  }
  if (entry.size > limits.maxEntryBytes) {
    throw new ZipError(`the entry ${shown(name)} is larger than ${limits.maxEntryBytes} bytes`);
  }
  if (entry.size > RATIO_FREE_BYTES && entry.size > entry.packed * limits.maxRatio) {
    throw new ZipError(`the entry ${shown(name)} grows more than ${limits.maxRatio} times`);
  }
  const packed = packedBytes(bytes, name, entry);
  const plain = entry.method === STORED ? packed : await inflated(packed, name, entry.size);
  if (plain.length !== entry.size || crc32(plain) !== entry.crc) {
    throw new ZipError(`the entry ${shown(name)} is damaged`);
  }
  return plain;
}

function packedBytes(bytes: Buffer, name: string, { offset, packed }: Entry): Buffer {
  if (offset + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(offset) !== LOCAL_SIGNATURE) {
    throw new ZipError(`the entry ${shown(name)} is damaged`);
  }
  const start = offset + LOCAL_BYTES + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (start + packed > bytes.length) throw new ZipError(`the entry ${shown(name)} is cut off`);
  return bytes.subarray(start, start + packed);
}

/** Never makes more bytes than the directory promised, whatever the data says. */
async function inflated(packed: Buffer, name: string, size: number): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw new ZipError(`the entry ${shown(name)} is damaged`);
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
