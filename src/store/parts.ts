// The large documents of a plan (template, translation, solution): JSON, compressed, cut into chunks that any store takes.
// A part never changes once its head names it, so what was read is kept by digest.
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { ConductorError, isConductorError } from '../domain/errors.ts';
import type { PartName, PartRef, PlanHead } from '../domain/plan.ts';
import { chunks as pieces } from '../lib/concurrency.ts';
import { sha256 } from '../lib/json.ts';
import { keys } from './keys.ts';
import type { Compare, Kv, Operation } from './kv.ts';
import { when } from './request.ts';

export const CHUNK_BYTES = 512_000;
/** Chunks that one transaction carries, so that its bytes stay under the store's limit. */
const CHUNKS_PER_TXN = 2;
/** A document is decompressed to at most this many bytes. */
const MAX_PART_BYTES = 512 * 1024 * 1024;
/** Uncompressed bytes that a cache holds at the most when nothing else is said. */
const CACHE_BYTES = 64 * 1024 * 1024;

const compress = promisify<Buffer, { level: number }, Buffer>(deflate);
const expand = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate);

export interface EncodedPart {
  readonly ref: PartRef;
  readonly puts: readonly Operation[];
}

/** Version `n` of a plan's document, as put operations and the reference for the head. */
export async function encodePart(id: string, name: PartName, n: number, document: unknown): Promise<EncodedPart> {
  const text = Buffer.from(JSON.stringify(document));
  // Level 1: a fifth of the default's time for some tens of percent more bytes.
  const packed = await compress(text, { level: 1 });
  const puts: Operation[] = [];
  for (let at = 0; at < packed.length; at += CHUNK_BYTES) {
    puts.push({ put: keys.chunk(id, name, n, puts.length), value: packed.subarray(at, at + CHUNK_BYTES) });
  }
  return { ref: { n, chunks: puts.length, digest: sha256(text), size: text.length }, puts };
}

/** A timed-out write of chunks is simply repeated: it writes the same bytes again. */
const TRIES = 3;

/**
 * Writes documents ahead of the head that will name them, as long as the conditions (a claim) hold; false when they do not.
 * Each transaction carries as many chunks as fit.
 */
export async function writeParts(kv: Kv, compare: readonly Compare[], parts: readonly EncodedPart[]): Promise<boolean> {
  const puts = parts.flatMap((part) => part.puts);
  for (const group of pieces(puts, CHUNKS_PER_TXN)) {
    if (!(await putGroup(kv, compare, group))) return false;
  }
  return true;
}

async function putGroup(kv: Kv, compare: readonly Compare[], group: readonly Operation[]): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await kv.txn(when(compare, group))).succeeded;
    } catch (error) {
      if (!isConductorError(error, 'STORE_OUTCOME_UNKNOWN') || attempt >= TRIES) throw error;
    }
  }
}

/** Reads documents by the reference in a head. */
export class PartReader {
  readonly #kv: Kv;
  /** Insertion order is age: the first entry is the one used longest ago. */
  readonly #cache = new Map<string, { readonly document: unknown; readonly size: number }>();
  readonly #most: number;
  #bytes = 0;

  /** `cacheBytes`: of documents, uncompressed; as objects they take a few times as much. */
  constructor(kv: Kv, cacheBytes = CACHE_BYTES) {
    this.#kv = kv;
    this.#most = cacheBytes;
  }

  /** The document, shared by all callers and frozen by convention. Throws PLAN_NOT_FOUND when the plan was deleted meanwhile. */
  async read(head: PlanHead, name: PartName, ref: PartRef): Promise<unknown> {
    const known = this.#cache.get(ref.digest);
    if (known) {
      this.#cache.delete(ref.digest);
      this.#cache.set(ref.digest, known);
      return known.document;
    }
    const packed = await this.#chunks(head.id, name, ref);
    const text = await expand(packed, { maxOutputLength: MAX_PART_BYTES });
    if (sha256(text) !== ref.digest) {
      throw new ConductorError('INTERNAL', `The stored ${name} of plan ${head.id} does not match its digest.`);
    }
    const document: unknown = JSON.parse(text.toString('utf8'));
    this.remember(ref, document);
    return document;
  }

  /** Keeps a document that was just written: the next stage reads it at once. */
  remember(ref: PartRef, document: unknown): void {
    if (ref.size > this.#most / 4 || this.#cache.has(ref.digest)) return;
    this.#cache.set(ref.digest, { document, size: ref.size });
    this.#bytes += ref.size;
    for (const [digest, { size }] of this.#cache) {
      if (this.#bytes <= this.#most) break;
      this.#cache.delete(digest);
      this.#bytes -= size;
    }
  }

  async #chunks(id: string, name: PartName, ref: PartRef): Promise<Buffer> {
    const wanted = Array.from({ length: ref.chunks }, (_, chunk) => keys.chunk(id, name, ref.n, chunk));
    const found: Uint8Array[] = [];
    for (const group of pieces(wanted, 16)) {
      const { gets } = await this.#kv.txn(
        when(
          [],
          group.map((get) => ({ get })),
        ),
      );
      for (const kv of gets) {
        if (!kv) throw new ConductorError('PLAN_NOT_FOUND');
        found.push(kv.value);
      }
    }
    return Buffer.concat(found);
  }
}
