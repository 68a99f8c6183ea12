// What the soak prints at its end.
import { RULE, type Sample, type Trend, trendsOf } from './flat.ts';

export interface Life {
  readonly name: string;
  readonly samples: readonly Sample[];
}

export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Memory and handles of each life, and those that grow, in words. */
export function healthTable(lives: readonly Life[]): { readonly text: string; readonly growing: readonly string[] } {
  const growing: string[] = [];
  const rows = [['gateway', 'samples', 'RSS MB', 'heap MB', 'handles', 'second half']];
  for (const { name, samples } of lives) {
    const trends = trendsOf(samples);
    for (const trend of trends) if (!trend.flat) growing.push(`I7: ${trend.what} of ${name} grows: ${inWords(trend)}`);
    const verdict = trends.length === 0 ? 'too short to judge' : trends.map(inWords).join('; ');
    rows.push([name, String(samples.length), ...COLUMNS.map((what) => course(samples, what)), verdict]);
  }
  return { text: `${textTable(rows)}\n${RULE}`, growing };
}

const COLUMNS = ['rss', 'heap', 'handles'] as const;

/** First, middle, last and largest. */
function course(samples: readonly Sample[], what: (typeof COLUMNS)[number]): string {
  const values = samples.flatMap((sample) => sample[what] ?? []);
  const shown = [values[0], values[Math.floor(values.length / 2)], values.at(-1)];
  if (values.length === 0) return '-';
  return `${shown.map((value) => (value ?? 0).toFixed(0)).join(' > ')} (max ${Math.max(...values).toFixed(0)})`;
}

function inWords({ what, growth, bound, flat }: Trend): string {
  const unit = what === 'handles' ? '' : ' MB';
  return `${what} ${flat ? 'flat' : 'GROWS'} (${growth >= 0 ? '+' : ''}${growth.toFixed(1)}${unit}, bound ${bound.toFixed(1)})`;
}
