// The solver benchmark's figures as lines, as the tables of docs/solver.md, and as a plot of growth.
import type { LoopFigures } from './event-loop.ts';
import type { Kind } from './problems.ts';

export interface CellFigures {
  readonly kind: Kind;
  readonly demands: number;
  readonly candidates: number;
  readonly seeds: number;
  /** Problems with an answer. */
  readonly feasible: number;
  readonly medianMs: number;
  readonly worstMs: number;
  readonly medianNodes: number;
  /** Shares of problems whose optimum, or that nothing fits, was proven in that CPU time. */
  readonly provenIn1s: number;
  readonly provenIn10s: number;
  readonly fitFirstMs: number;
  /** (fit-first − exact) ÷ exact, mean over problems that both solved; null for none. */
  readonly fitFirstGap: number | null;
  /** Problems that the exact search solved and fit-first did not in the same time. */
  readonly fitFirstUnsolved: number;
  readonly worseThanFitFirst: number;
}

/** Milliseconds at which a bar of the plot has its full length, and that length. */
const [LONGEST_MS, WIDEST] = [10_000, 50];
const GOAL = 0.95;
/** Milliseconds that the loop may be late at the 99th percentile while two searches run. */
const LOOP_GOAL_MS = 50;

export function textLines(cells: readonly CellFigures[]): readonly string[] {
  return cells.map((cell) => {
    const { kind, demands, candidates } = cell;
    const place = `${kind.padEnd(12)} ${String(demands).padStart(2)} × ${String(candidates).padEnd(5)}`;
    const times = `median ${ms(cell.medianMs)}, worst ${ms(cell.worstMs)}, ${Math.round(cell.medianNodes)} nodes`;
    const shares = `proven ${percent(cell.provenIn1s)} in 1 s, ${percent(cell.provenIn10s)} in 10 s`;
    return `${place} ${times}; ${shares}; fit-first ${ms(cell.fitFirstMs)}, gap ${gapText(cell)}`;
  });
}

export function solverMarkdown(about: string, cells: readonly CellFigures[]): string {
  const rows = cells.map((cell) => {
    const { kind, demands, candidates, seeds, feasible } = cell;
    const shares = `${percent(cell.provenIn1s)} | ${percent(cell.provenIn10s)}`;
    const times = `${ms(cell.medianMs)} | ${ms(cell.worstMs)} | ${Math.round(cell.medianNodes)}`;
    return `| ${kind} | ${demands} × ${candidates} | ${feasible} of ${seeds} | ${times} | ${shares} | ${ms(cell.fitFirstMs)} | ${gapText(cell)} |`;
  });
  const goal = cells.find(
    ({ kind, demands, candidates }) => kind === 'pairwise' && demands === 6 && candidates === 1000,
  );
  const met =
    goal &&
    `Goal (pairwise, 6 × 1000, proven in 1 s): ${percent(goal.provenIn1s)} of ${goal.seeds}, ${goal.provenIn1s >= GOAL ? 'met' : 'missed'}.`;
  return [
    `Measured on ${about}.`,
    '',
    '| kind | demands × candidates | solvable | median | worst | nodes | proven in 1 s | in 10 s | fit-first | its objective above the optimum |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(met ? [met, ''] : []),
    '```text',
    growthPlot(cells),
    '```',
    '',
  ].join('\n');
}

/** One bar for each cell, its length the logarithm of the median time. */
export function growthPlot(cells: readonly CellFigures[]): string {
  const scale = WIDEST / Math.log10(1 + LONGEST_MS);
  const lines = cells.map(({ kind, demands, candidates, medianMs }) => {
    const bar = '█'.repeat(Math.max(1, Math.round(Math.log10(1 + medianMs) * scale)));
    return `${kind.padEnd(12)} ${String(demands).padStart(2)} × ${String(candidates).padEnd(5)} ${bar} ${ms(medianMs)}`;
  });
  return ['median CPU time of the search, logarithmic', ...lines].join('\n');
}

export function loopLines(figures: readonly LoopFigures[]): readonly string[] {
  return figures.map(({ what, delayP50, delayP99, delayWorst, requestP50, requestP99 }) => {
    const delays = `delay p50 ${ms(delayP50)}, p99 ${ms(delayP99)}, worst ${ms(delayWorst)}`;
    return `event loop, ${what}: ${delays}; requests p50 ${ms(requestP50)}, p99 ${ms(requestP99)}`;
  });
}

export function loopMarkdown(figures: readonly LoopFigures[]): string {
  const rows = figures.map((one) => {
    const delays = [one.delayP50, one.delayP99, one.delayWorst].map(ms).join(' | ');
    return `| ${one.what} | ${delays} | ${ms(one.requestP50)} | ${ms(one.requestP99)} | ${one.requests} |`;
  });
  const busy = figures.find(({ searches }) => searches > 0);
  const met = busy && (busy.delayP99 < LOOP_GOAL_MS ? 'met' : 'missed');
  return [
    '| meanwhile | delay p50 | p99 | worst | request p50 | p99 | requests |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(busy
      ? [`Goal (p99 of the delay under ${LOOP_GOAL_MS} ms while two searches run): ${ms(busy.delayP99)}, ${met}.`, '']
      : []),
  ].join('\n');
}

function gapText({ fitFirstGap, fitFirstUnsolved }: CellFigures): string {
  const gap = fitFirstGap === null ? '–' : percent(fitFirstGap);
  return fitFirstUnsolved > 0 ? `${gap} (${fitFirstUnsolved} not solved)` : gap;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}
