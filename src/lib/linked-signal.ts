// An abort signal that follows others until its work is over. `AbortSignal.any` knows no end: on Node 20 each signal that it makes
// stays noted with its sources for good, so a process's own signal would remember every plan, watch and round.
import { setMaxListeners } from 'node:events';

export interface LinkedSignal {
  /** Aborted with the first of its sources, for the same reason. */
  readonly signal: AbortSignal;
  /** Lets go of the sources: from now on they abort nothing. To be called however the work ends. */
  unlink(): void;
  /** Aborts the signal, not its sources, and lets go of them. */
  abort(reason?: unknown): void;
}

/** Follows those sources that are there; one that is aborted already aborts it at once. */
export function linkedSignal(...sources: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  // The work may ask many at once, who all listen.
  setMaxListeners(0, controller.signal);
  const followed = new Map<AbortSignal, () => void>();
  const unlink = () => {
    for (const [source, follow] of followed) source.removeEventListener('abort', follow);
    followed.clear();
  };
  const abort = (reason?: unknown) => {
    unlink();
    controller.abort(reason);
  };
  for (const source of sources) {
    if (!source || followed.has(source)) continue;
    if (source.aborted) {
      abort(source.reason);
      break;
    }
    const follow = () => abort(source.reason);
    source.addEventListener('abort', follow, { once: true });
    followed.set(source, follow);
  }
  return { signal: controller.signal, unlink, abort };
}
