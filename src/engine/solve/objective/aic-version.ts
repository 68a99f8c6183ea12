// aic_version: worth nothing by itself; where it stands, the newer cloud region wins of equal totals.
import type { Candidate } from '../../../domain/candidate.ts';
import type { ObjectiveFunction } from './objective.ts';

export const aicVersion: ObjectiveFunction = {
  name: 'aic_version',
  prepare: () => ({ terms: [] }),
};

/**
 * Negative when `a` has the newer `cloud_region_version`: number by number at the dots, missing and other parts are 0.
 * An order of candidates, so that sorting by it puts the newest first.
 */
export function newerFirst(a: Candidate, b: Candidate): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (right[at] ?? 0) - (left[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf({ cloud_region_version: version }: Candidate): readonly number[] {
  return String(version ?? '')
    .split('.')
    .map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : 0));
}
