// `npm run bench:solver`: how long the exact search takes over a grid of problem sizes and kinds, and what the reference's
// greedy choice makes of the same problems in the same process.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './report.ts';
import { type LoopFigures, measureLoop } from './solver/event-loop.ts';
import { measureCell } from './solver/measure.ts';
import { KINDS } from './solver/problems.ts';
import { type CellFigures, growthPlot, loopLines, loopMarkdown, solverMarkdown, textLines } from './solver/report.ts';

const HELP = `npm run bench:solver -- [options]
  --quick           2, 4 and 6 demands with 10, 100 and 1,000 candidates, fewer seeds, time limit 2 s
  --seeds N         problems in each cell (default 5, 3 with 5,000 candidates; 40 for the cell that has a goal)
  --loop            only the event loop's delays while searches run
  --json FILE       write the figures as JSON
  --markdown FILE   write the tables of docs/solver.md
The whole grid takes about eight minutes on a quiet machine: at most 10 s for each problem and way of solving.
A missed goal does not fail the run. The exit code is 1 when the exact search gave a worse answer than fit-first.
`;

interface Grid {
  readonly demands: readonly number[];
  readonly candidates: readonly number[];
  readonly seeds: number;
  /** In cells with thousands of candidates. */
  readonly largeSeeds: number;
  /** The cell with the goal: six demands, a thousand candidates, pairwise constraints. */
  readonly goalSeeds: number;
  readonly timeLimitMs: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      seeds: { type: 'string' },
      loop: { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const grid = gridOf(values.quick, values.seeds === undefined ? null : Number(values.seeds));
  // First, while the process has nothing else behind it.
  const loop = await measureLoop(values.quick ? 4000 : 10_000);
  process.stdout.write(`${loopLines(loop).join('\n')}\n`);
  const cells = values.loop ? [] : await measureGrid(grid);
  process.stdout.write(`\n${growthPlot(cells)}\n`);
  const about = `${machine()}; time limit ${grid.timeLimitMs} ms${values.quick ? ', quick run' : ''}`;
  if (values.json) await writeFile(values.json, `${JSON.stringify({ about, cells, loop }, null, 2)}\n`);
  if (values.markdown) await writeFile(values.markdown, pageOf(about, cells, loop));
  return cells.some(({ worseThanFitFirst }) => worseThanFitFirst > 0) ? 1 : 0;
}

function pageOf(about: string, cells: readonly CellFigures[], loop: readonly LoopFigures[]): string {
  return [solverMarkdown(about, cells), '### The event loop beside searches', '', loopMarkdown(loop)].join('\n');
}

async function measureGrid(grid: Grid): Promise<readonly CellFigures[]> {
  const cells: CellFigures[] = [];
  for (const kind of KINDS) {
    for (const demands of grid.demands) {
      for (const candidates of grid.candidates) {
        const goal = kind === 'pairwise' && demands === 6 && candidates === 1000;
        const seeds = goal ? grid.goalSeeds : candidates > 1000 ? grid.largeSeeds : grid.seeds;
        const cell = await measureCell({ kind, demands, candidates, seeds, timeLimitMs: grid.timeLimitMs });
        cells.push(cell);
        process.stdout.write(`${textLines([cell]).join('\n')}\n`);
      }
    }
  }
  return cells;
}

function gridOf(quick: boolean, seeds: number | null): Grid {
  const chosen = seeds !== null && seeds >= 1 ? Math.floor(seeds) : null;
  if (quick) {
    const sizes = { demands: [2, 4, 6], candidates: [10, 100, 1000] };
    return { ...sizes, seeds: chosen ?? 2, largeSeeds: chosen ?? 2, goalSeeds: chosen ?? 40, timeLimitMs: 2000 };
  }
  const sizes = { demands: [2, 4, 6, 10], candidates: [10, 100, 1000, 5000] };
  return { ...sizes, seeds: chosen ?? 5, largeSeeds: chosen ?? 3, goalSeeds: chosen ?? 40, timeLimitMs: 10_000 };
}

process.exitCode = await main();
