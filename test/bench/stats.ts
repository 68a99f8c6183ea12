// Numbers out of samples: medians against outliers, and the time in which at least one of several intervals was open.

export function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** The value below which the share `q` of the samples lies, interpolated; NaN without samples. */
export function quantile(values: readonly number[], q: number): number {
  const all = sorted(values);
  const place = (all.length - 1) * q;
  const low = all[Math.floor(place)] ?? Number.NaN;
  const high = all[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Mean of the middle half: as steady as the median, and finer where timestamps are whole milliseconds. */
export function middleMean(values: readonly number[]): number {
  const all = sorted(values);
  const cut = Math.floor(all.length / 4);
  const kept = all.slice(cut, all.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Length of the union of the intervals, inside the window if one is given. */
export function coveredBy(intervals: readonly Interval[], window?: Interval): number {
  const clipped = intervals
    .map(({ from, to }) => ({
      from: Math.max(from, window?.from ?? from),
      to: Math.min(to, window?.to ?? to),
    }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from);
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of clipped) {
    covered += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return covered;
}

/** Milliseconds since the epoch with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
