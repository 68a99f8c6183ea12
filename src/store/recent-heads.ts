// The newest heads that this process has seen or written, so that a claim need not read the head that it is about to replace. What
// is out of date does no harm: the claim's transaction compares the head's revision.

import { ownBytes } from '../lib/bytes.ts';
import { idOf, PLANS } from './keys.ts';
import type { KeyValue } from './kv.ts';

/** Enough for the plans that a process may take next; of more the head is read. */
const KEPT = 1_024;

export type HeadEntry = Pick<KeyValue, 'key' | 'value' | 'modRevision'>;

export class RecentHeads {
  /** By plan; the one told longest ago comes first. */
  readonly #heads = new Map<string, HeadEntry>();

  get(planId: string): HeadEntry | null {
    return this.#heads.get(planId) ?? null;
  }

  /** Entries of keys outside `plans/` and older ones than the known are left out. */
  remember({ key, value, modRevision }: HeadEntry): void {
    const planId = idOf(key);
    if (key !== `${PLANS}${planId}` || (this.#heads.get(planId)?.modRevision ?? 0) >= modRevision) return;
    this.#heads.delete(planId);
    this.#heads.set(planId, { key, value: ownBytes(value), modRevision });
    const [oldest] = this.#heads.keys();
    if (this.#heads.size > KEPT && oldest !== undefined) this.#heads.delete(oldest);
  }

  forget(planId: string): void {
    this.#heads.delete(planId);
  }

  /** The store may be another one. */
  clear(): void {
    this.#heads.clear();
  }
}
