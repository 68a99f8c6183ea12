// `npm run bench:solver`: how long the exact search takes over a grid of problem sizes and kinds, and what the reference's
// greedy choice makes of the same problems in the same process.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { machine } from './report.ts';
import { measureCell } from './solver/measure.ts';
import { KINDS } from './solver/problems.ts';
import { type CellFigures, growthPlot, solverMarkdown, textLines } from './solver/report.ts';

const HELP = `npm run bench:solver -- [options]
  --quick           2, 4 and 6 demands with 10, 100 and 1,000 candidates, fewer seeds, time limit 2 s
  --seeds N         problems in each cell (default 5; 20 for the cell that has a goal)
  --json FILE       write the figures as JSON
  --markdown FILE   write the tables of docs/solver.md
A missed goal does not fail the run. The exit code is 1 when the exact search gave a worse answer than fit-first.
`;

interface Grid {
  readonly demands: readonly number[];
  readonly candidates: readonly number[];
  readonly seeds: number;
  /** The cell with the goal: six demands, a thousand candidates, pairwise constraints. */
  readonly goalSeeds: number;
  readonly timeLimitMs: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      seeds: { type: 'string' },
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
  const cells: CellFigures[] = [];
  for (const kind of KINDS) {
    for (const demands of grid.demands) {
      for (const candidates of grid.candidates) {
        const goal = kind === 'pairwise' && demands === 6 && candidates === 1000;
        const seeds = goal ? grid.goalSeeds : grid.seeds;
        const cell = await measureCell({ kind, demands, candidates, seeds, timeLimitMs: grid.timeLimitMs });
        cells.push(cell);
        process.stdout.write(`${textLines([cell]).join('\n')}\n`);
      }
    }
  }
  process.stdout.write(`\n${growthPlot(cells)}\n`);
  const about = `${machine()}; time limit ${grid.timeLimitMs} ms${values.quick ? ', quick run' : ''}`;
  if (values.json) await writeFile(values.json, `${JSON.stringify({ about, cells }, null, 2)}\n`);
  if (values.markdown) await writeFile(values.markdown, solverMarkdown(about, cells));
  return cells.some(({ worseThanFitFirst }) => worseThanFitFirst > 0) ? 1 : 0;
}

function gridOf(quick: boolean, seeds: number | null): Grid {
  const chosen = seeds !== null && seeds >= 1 ? Math.floor(seeds) : null;
  if (quick) {
    const sizes = { demands: [2, 4, 6], candidates: [10, 100, 1000] };
    return { ...sizes, seeds: chosen ?? 2, goalSeeds: chosen ?? 20, timeLimitMs: 2000 };
  }
  const sizes = { demands: [2, 4, 6, 10], candidates: [10, 100, 1000, 5000] };
  return { ...sizes, seeds: chosen ?? 5, goalSeeds: chosen ?? 20, timeLimitMs: 10_000 };
}

process.exitCode = await main();
