// One step ahead of the search: for each candidate of a level the bound that holds after going down with it, when the later
// demands have lost what does not fit it. Best bounds first, the search finds good answers early and may stop at the first
// bound that is too high.
import { nextBit } from './bits.ts';
import type { Budget } from './budget.ts';
import type { Path } from './path.ts';

export interface Look {
  /** Candidates from the smallest bound to the largest; of equal bounds the earlier candidate first. */
  readonly order: readonly number[];
  /** Beside them; infinite where a later demand would have nothing left. */
  readonly bounds: readonly number[];
}

/** `end`: neither this candidate nor any later one. */
export type Worth = 'yes' | 'no' | 'end';

/**
 * Looks at the level's candidates from `from` on, but only at those that are `worth` it by the bound they show without going
 * down. `known` is a bound that is known already. Null when the budget is spent before the end.
 */
export function lookAhead(
  path: Path,
  level: number,
  from: number,
  budget: Budget,
  worth: (candidate: number, bound: number) => Worth,
  known: (candidate: number) => number,
): Look | null {
  const domain = path.domain(level);
  const seen: { readonly candidate: number; readonly bound: number }[] = [];
  for (let at = nextBit(domain, from); at >= 0; at = nextBit(domain, at + 1)) {
    path.place(level, at);
    const said = worth(at, path.total(level));
    if (said === 'end') break;
    const worthwhile = said === 'yes';
    if (budget.spend(worthwhile ? 1 + path.costOf(level, at) : 1)) return null;
    if (worthwhile) seen.push({ candidate: at, bound: Math.max(known(at), path.peek(level, at)) });
  }
  seen.sort((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : a.candidate - b.candidate));
  return { order: seen.map(({ candidate }) => candidate), bounds: seen.map(({ bound }) => bound) };
}
