// Whether memory and handles of a process stay where they are, told from samples of each minute.

export interface Sample {
  /** Minutes since the soak began. */
  readonly minute: number;
  /** Resident memory in MB. */
  readonly rss: number;
  /** JavaScript heap of the main thread in MB, right after a forced collection; null when it could not be asked. */
  readonly heap: number | null;
  /** Open files and sockets, without one for each subscription. */
  readonly handles: number;
}

export interface Trend {
  readonly what: 'rss' | 'heap' | 'handles';
  /** Median slope a minute over the second half of a life, times its minutes. */
  readonly growth: number;
  /** Median of the second half. */
  readonly level: number;
  readonly bound: number;
  readonly flat: boolean;
}

/** A life with fewer samples is not judged: its second half would be noise. */
export const FEWEST_SAMPLES = 10;

/** Growth that is allowed in the second half: a share of the level, and what a quiet process moves by itself. */
const BOUNDS = {
  rss: { share: 0.15, least: 24 },
  heap: { share: 0.1, least: 5 },
  handles: { share: 0.1, least: 10 },
} as const;

export const RULE = `flat: over the second half of a process's life, from ${FEWEST_SAMPLES} minutes on, the median slope between any two samples
(Theil-Sen) times the minutes is at most the larger of 10 % of the level and 5 MB for the heap after a forced collection, 10 % and 10 for
handles (open descriptors without one for each subscription), 15 % and 24 MB for resident memory.
The first half is warm-up: code is compiled, caches and the memory of recent events fill.`;

/** Empty when the life was too short. */
export function trendsOf(samples: readonly Sample[]): Trend[] {
  if (samples.length < FEWEST_SAMPLES) return [];
  const half = samples.slice(Math.floor(samples.length / 2));
  return (['rss', 'heap', 'handles'] as const).flatMap((what) => {
    const points = half.flatMap((sample) => {
      const value = sample[what];
      return value === null ? [] : [{ minute: sample.minute, value }];
    });
    if (points.length < FEWEST_SAMPLES / 2) return [];
    const minutes = (points.at(-1)?.minute ?? 0) - (points[0]?.minute ?? 0);
    const growth = slopeOf(points) * minutes;
    const level = middle(points.map(({ value }) => value));
    const { share, least } = BOUNDS[what];
    const bound = Math.max(level * share, least);
    return [{ what, growth, level, bound, flat: growth <= bound }];
  });
}

/** A few minutes in which something else happened move it hardly. */
function slopeOf(points: readonly { readonly minute: number; readonly value: number }[]): number {
  const slopes: number[] = [];
  for (const [at, from] of points.entries()) {
    for (const to of points.slice(at + 1)) slopes.push((to.value - from.value) / (to.minute - from.minute));
  }
  return middle(slopes);
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}
