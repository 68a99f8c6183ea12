// What a run found, as a table for the terminal and for docs/performance.md.
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

export interface Row {
  /** Letter of the section. */
  readonly section: string;
  readonly what: string;
  /** The measured thing. */
  readonly figure: string;
  /** What it was measured against, in the same run. */
  readonly beside: string;
  /** The number that the goal is about. */
  readonly value: number;
  /** null: none was set. */
  readonly goal: { readonly text: string; readonly met: boolean } | null;
}

/** A section's rows, and lines that explain them. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

export interface Report {
  readonly at: string;
  readonly machine: string;
  readonly command: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

export function atMost(limit: number, value: number): Row['goal'] {
  return { text: `≤ ${limit}`, met: value <= limit };
}

export function atLeast(limit: number, value: number): Row['goal'] {
  return { text: `≥ ${limit}`, met: value >= limit };
}

/** Two decimals below ten, one below a hundred. */
export function show(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
}

export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg().map((value) => value.toFixed(1));
  const commit = commitOf();
  return `${cpus().length} × ${first?.model.trim() ?? 'CPU'}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.version}, commit ${commit}, load average at start ${load[0]}`;
}

function commitOf(): string {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], options).trim();
    const changed = execFileSync('git', ['status', '--porcelain', 'src'], options).trim() !== '';
    return changed ? `${commit} with changes` : commit;
  } catch {
    return 'unknown';
  }
}

const HEADINGS = ['', 'what', 'figure', 'beside it', 'ratio or count', 'goal', ''] as const;

function cells(row: Row): string[] {
  const { section, what, figure, beside, value, goal } = row;
  const verdict = goal === null ? '' : goal.met ? 'met' : 'missed';
  return [section, what, figure, beside, show(value), goal?.text ?? 'none set', verdict];
}

export function textTable(rows: readonly Row[]): string {
  const lines = [[...HEADINGS], ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

export function markdown(report: Report): string {
  const { at, machine: where, command, seconds, rows, notes } = report;
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  return [
    `Measured ${at} in ${Math.round(seconds)} s with \`${command}\` on ${where}.`,
    '',
    line(HEADINGS),
    line(HEADINGS.map(() => '---')),
    ...rows.map((row) => line(cells(row))),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}
