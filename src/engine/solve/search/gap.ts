// What a gap limit allows each group of a model. All groups together may stay below their totals by the limit's part of the
// objective's size, whose value at the end is not known yet: the smallest that it can still become counts.
import type { Allowance, GroupSearch } from './strategy.ts';

/** A little less than asked, since adding up in another order rounds differently; not more than all of the objective. */
const KEPT = 1 - 1e-9;

/**
 * The allowance of the group at `at`, when those before it are finished and all have an answer. What earlier groups did not use
 * passes on; what is left is divided in proportion to what the groups lack now, the last one gets all of it.
 */
export function allowanceOf(groups: readonly GroupSearch[], at: number, gapLimit: number, offset: number): Allowance {
  let [used, most, least] = [0, offset, offset];
  const lacking = groups.map((group) => Math.max(0, group.total - group.bound()));
  for (const [index, { total }] of groups.entries()) {
    if (index === at) continue;
    most += total;
    least += index < at ? total : total - (lacking[index] ?? 0);
    if (index < at) used += lacking[index] ?? 0;
  }
  const open = lacking.slice(at).reduce((sum, one) => sum + one, 0);
  const share = open > 0 ? (lacking[at] ?? 0) / open : 1;
  const part = Math.min(1, gapLimit) * KEPT;
  return (total) => {
    const allowed = share * (part * leastSize(total + least, total + most) - used);
    return Math.max(allowed, 0);
  };
}

/** The smallest size of a number between the two. */
function leastSize(from: number, to: number): number {
  return from <= 0 && to >= 0 ? 0 : Math.min(Math.abs(from), Math.abs(to));
}
